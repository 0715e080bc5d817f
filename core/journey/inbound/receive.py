"""Receiving what another system pushes 推送接入: who vouches for it, and keeping it before anybody reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.hooks import specs
from core.hooks.signing import LONGEST_MESSAGE_ID
from core.hooks.table import Failure
from core.hooks.values import Authenticated, InboundRequest
from core.intake.channels import EVERYWHERE, UnknownChannel, channels_of
from core.intake.inbound import body_hash, count_held, failure_words, find_message, held_id, new_item
from core.intake.models import InboundItem
from core.intake.service import MessageReused
from core.kit.db import insert_rows
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.people.rules import FAILURES_PER_ADDRESS
from core.tenancy.rates import count, counted, key_of
from core.tenancy.scope import Scope

INBOUND = "inbound"
"""Kind of the job that takes in what was pushed."""
MOST_HELD = 200
"""So many bodies that nobody could vouch for are kept on a channel until somebody looks at them; what comes then is
only put off. A stranger must not fill the house while the lock is broken."""
CONTENT_TYPE_MAX = 200

Outcome = Literal["kept", "held", "put_off", "unknown", "throttled"]
"""It is kept and will be taken in; kept although nobody can vouch for it now; put off unkept; nobody vouches for its
sender; too many such came from that address."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a push, and the number of ours under which it is kept. A value and no refusal: it is committed."""

    outcome: Outcome
    number: int | None = None


def receive(scope: Scope, channel: str, request: InboundRequest, *, address: str, now: datetime) -> Received:
    """Keep what was pushed to a channel if a feature vouches for its sender, and have it taken in soon.

    What came before under its id gets the answer it got then. Where a feature that might know the sender fails, the
    bytes are kept for a person. Raises `UnknownChannel`, and `MessageReused` when the id came before with other content.
    """
    _refuse_unknown(scope, channel)
    source = key_of(scope, "unknown-pushes", f"{channel}/{address}")
    if counted(scope, "unknown-pushes", source, now=now) >= FAILURES_PER_ADDRESS:
        return Received("throttled")
    answers = scope.hooks.ask(specs.authenticate_inbound, channel=channel, request=request)
    failures = list(answers.failures)
    for feature, known in answers:
        if not _is_usable(known):
            failures.append(scope.hooks.refuse(feature, specs.authenticate_inbound, "推送编号过长或不能显示"))
            continue
        return _keep(scope, channel, request, known, vouched_by=scope.hooks.stamp(feature), now=now)
    if failures:
        return _hold(scope, channel, request, failures[0], now=now)
    count(scope, "unknown-pushes", source, now=now)
    return Received("unknown")


def _refuse_unknown(scope: Scope, channel: str) -> None:
    """Raise `UnknownChannel` unless it is one of the district's own."""
    if channel not in channels_of(scope) or channel in {each.id for each in EVERYWHERE}:
        raise UnknownChannel("没有这个推送地址。")


def _is_usable(known: Authenticated) -> bool:
    return 0 < len(known.message_id) <= LONGEST_MESSAGE_ID and known.message_id.isprintable()


def _keep(
    scope: Scope, channel: str, request: InboundRequest, known: Authenticated, *, vouched_by: str, now: datetime
) -> Received:
    before = find_message(scope, channel, known.message_id)
    if before is not None:
        if before.body_hash != body_hash(scope, request.body):
            raise MessageReused(
                said(
                    "推送编号 {message_id} 已收到过，但内容不同，本次没有接收。新的内容请换一个编号。",
                    message_id=known.message_id,
                )
            )
        scope.session.vouch_for_earlier()
        return Received("kept", before.id)
    held = find_message(scope, channel, held_id(scope, request.body), locked=True)
    if held is not None:
        return _vouched_for_at_last(scope, held, known, vouched_by=vouched_by, now=now)
    with scope.session.gathering() as rows:
        item = new_item(
            scope,
            channel=channel,
            message_id=known.message_id,
            content_type=_content_type(request),
            body=request.body,
            state="waiting",
            vouched_by=vouched_by,
            now=now,
        )
        have_taken_in(scope, item, now=now)
    insert_rows(scope.session, rows)
    return Received("kept", item.id)


def _vouched_for_at_last(
    scope: Scope, held: InboundItem, known: Authenticated, *, vouched_by: str, now: datetime
) -> Received:
    """Let what was kept for a person be taken in, unless a person was quicker."""
    held.message_id, held.vouched_by = known.message_id, vouched_by
    if held.state == "needs_person":
        held.state, held.failure = "waiting", ""
        have_taken_in(scope, held, now=now)
    scope.session.flush()
    return Received("kept", held.id)


def _hold(scope: Scope, channel: str, request: InboundRequest, failure: Failure, *, now: datetime) -> Received:
    message_id = held_id(scope, request.body)
    before = find_message(scope, channel, message_id)
    if before is not None:
        return Received("held", before.id)
    if count_held(scope, channel) >= MOST_HELD:
        return Received("put_off")
    with scope.session.gathering() as rows:
        item = new_item(
            scope,
            channel=channel,
            message_id=message_id,
            content_type=_content_type(request),
            body=request.body,
            state="needs_person",
            failure=failure_words(scope, failure),
            now=now,
        )
    insert_rows(scope.session, rows)
    return Received("held", item.id)


def have_taken_in(scope: Scope, item: InboundItem, *, now: datetime) -> None:
    """Have a worker take the item in soon."""
    enqueue(scope.session, INBOUND, dedup_key=f"{INBOUND}/{item.id}", payload={"item_id": item.id}, now=now)


def _content_type(request: InboundRequest) -> str:
    """Return what the sender calls the kind of its content, as far as it can be stored."""
    given = request.headers.get("content-type", "")[:CONTENT_TYPE_MAX]
    return given if given.isprintable() else ""
