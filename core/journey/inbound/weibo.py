"""What the API of Weibo tells of, kept before anybody reads it: mentions of the account, and comments below those that are tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.hooks.core_features import WEIBO
from core.intake.inbound import find_message, get_item, new_item, payload_of
from core.intake.models import WeiboPost, WeiboReading
from core.intake.weibo.keeping import kept_id
from core.intake.weibo.reading import WEIBO_TYPE, Kind, Post, Unreadable, as_kept, number_of, read_kept
from core.journey.inbound.receive import have_taken_in
from core.journey.settings.deciding import put_card
from core.journey.supplement import SUPPLEMENTED
from core.kit.db import insert_rows
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket_of_id, note
from core.tickets.states import CONCLUDED, OPEN
from core.tickets.timeline import SYSTEM, Order

TROUBLE = "weibo"
"""Under what it stands on a repair card that the account cannot be read or written for."""
BACK = timedelta(days=1)
"""So far back mentions are taken in when an account is connected; what is older was answered otherwise."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A mention that is a ticket, and up to which comment below it was read. A value: it outlives its transaction."""

    post_id: int
    status: int
    person: str = field(repr=False)
    comments_since: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """How far the mentions were read, as `WeiboReading` keeps it."""

    begun_at: datetime
    since_id: int = 0
    until_id: int = 0
    top_id: int = 0


def place_of(scope: Scope, uid: str, *, now: datetime) -> Place:
    """Return how far the mentions of an account were read, from now on where they never were."""
    row = _reading(scope, uid)
    if row is None:
        row = WeiboReading(tenant_id=scope.tenant.id, uid=uid, begun_at=now)
        scope.session.add(row)
        scope.session.flush()
    return Place(row.begun_at, row.since_id, row.until_id, row.top_id)


def note_place(scope: Scope, uid: str, place: Place) -> None:
    """Keep how far the mentions were read; never less far than another look has."""
    row = _reading(scope, uid)
    if row is not None and place.since_id >= row.since_id:
        row.since_id, row.until_id, row.top_id = place.since_id, place.until_id, place.top_id
        scope.session.flush()


def keep_post(scope: Scope, channel: str, kind: Kind, told: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep a status or comment, and have it taken in soon; return whether it came for the first time.

    `core.kit.errors.Collision` means that it came at the same moment by another look: run again and it is found.
    """
    message_id = kept_id(scope, kind, number_of(told))
    if find_message(scope, channel, message_id) is not None:
        return False
    with scope.session.gathering() as rows:
        item = new_item(
            scope,
            channel=channel,
            message_id=message_id,
            content_type=WEIBO_TYPE,
            body=as_kept(told),
            state="waiting",
            vouched_by=scope.hooks.stamp(WEIBO.id),
            now=now,
        )
        have_taken_in(scope, item, now=now)
    insert_rows(scope.session, rows)
    return True


def threads_to_read(scope: Scope, *, most: int) -> Sequence[Thread]:
    """Return the mentions below which comments are to be read: of tickets that are open, or wait to be rated.

    Those that were not read for longest come first.
    """
    found = scope.session.scalars(
        select(WeiboPost)
        .join(Ticket, (Ticket.tenant_id == WeiboPost.tenant_id) & (Ticket.id == WeiboPost.ticket_id))
        .where(
            WeiboPost.tenant_id == scope.tenant.id,
            WeiboPost.kind == "mention",
            ~WeiboPost.gone,
            Ticket.state.in_((*OPEN, *CONCLUDED)),
        )
        .order_by(WeiboPost.looked_at.asc().nulls_first(), WeiboPost.id)
        .limit(most)
    ).all()
    threads = []
    for row in found:
        post = find_post(scope, row.item_id)
        if post is not None:
            threads.append(Thread(row.id, post.number, post.person, row.comments_since))
    return threads


def note_read(scope: Scope, thread: Thread, up_to: int, *, now: datetime) -> None:
    """Keep up to which comment below a mention was read."""
    row = scope.session.get_one(WeiboPost, (scope.tenant.id, thread.post_id))
    row.comments_since, row.looked_at = max(row.comments_since, up_to), now
    scope.session.flush()


def note_gone(scope: Scope, post_id: int, why: str, *, now: datetime) -> None:
    """Keep that nobody sees a mention any more, and say so on its ticket, once; the ticket goes on."""
    row = scope.session.get_one(WeiboPost, (scope.tenant.id, post_id), with_for_update=True)
    if row.gone:
        return
    row.gone = True
    if row.ticket_id is not None:
        ticket = lock_ticket_of_id(scope, row.ticket_id)
        words = said("{why}不能再回复在微博下，诉求照常办理", why=why)
        note(scope, ticket, SUPPLEMENTED, in_order(scope, ticket, Order(SYSTEM, now)), summary=words)
    scope.session.flush()


def find_thread(scope: Scope, ticket_id: int) -> Thread | None:
    """Return the mention that became a ticket, None where there is none or its writer was erased; locked."""
    row = scope.session.scalar(
        select(WeiboPost)
        .where(WeiboPost.tenant_id == scope.tenant.id, WeiboPost.ticket_id == ticket_id, WeiboPost.kind == "mention")
        .order_by(WeiboPost.id)
        .limit(1)
        .with_for_update()
    )
    post = find_post(scope, row.item_id) if row else None
    return Thread(row.id, post.number, post.person, row.comments_since) if row and post else None


def find_post(scope: Scope, item_id: int) -> Post | None:
    """Return a status or comment that was kept; None when its writer was erased since."""
    try:
        return read_kept(payload_of(scope, get_item(scope, item_id)).body)
    except Unreadable:
        return None


def tell_trouble(scope: Scope, words: str, *, now: datetime) -> None:
    """Put up a repair card about the account, for the administrators of this tenant."""
    enabled = scope.hooks.enabled.get(WEIBO.id)
    put_card(scope, WEIBO.id, TROUBLE, enabled.revision if enabled else 0, words, now=now)


def _reading(scope: Scope, uid: str) -> WeiboReading | None:
    return scope.session.get(WeiboReading, (scope.tenant.id, uid), with_for_update=True)
