"""Making tickets public 公开: prepared by rules or by a person, read by a person or by time, closed with a ground, withdrawn.

What the resident said of it comes before everybody: a no takes back at once what was public.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, or_, select

from core.disclosure.hiding import doubt_of, doubts_in, remember_no_name
from core.disclosure.models import Disclosure
from core.disclosure.rules import ALL, GROUND_LABELS, OPENINGS, WISH_LABELS
from core.disclosure.service import (
    Words,
    all_words,
    begin,
    close,
    disclosure_of,
    mask_word,
    opened_words,
    prepare,
    prepared_of,
    publish,
    refuse_against_wish,
    reword,
    withdraw,
)
from core.evaluation.models import Dispute
from core.hooks import specs
from core.hooks.values import Opening, Wish
from core.journey.command import command
from core.kit.db import is_connection_lost
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import ANSWERED
from core.tickets.timeline import SYSTEM, Order

PREPARED, DISCLOSED = "disclosure_prepared", "disclosure"
"""Kinds of the timeline's entries: words were prepared, which decides nothing; and what became public, or did not."""
LOOKS_BACK = timedelta(days=30)
"""Time prepares what was concluded within so long; of what is older a person may."""
BATCH = 100
"""Tickets that are prepared, and published, in one transaction."""
GROUNDS = tuple(ground for ground in GROUND_LABELS if ground != "resident")
LONGEST_EXCEPTION = 3650
REPREPARED = ("unprepared", "prepared", "published")
log = logging.getLogger(__name__)


class UnknownGround(Refused):
    """Not one of the grounds on which something is kept closed, or not a length for it."""

    code = "unknown-ground"


class WaitsForPerson(Refused):
    """Its time has not come, or a person has to read the words before it is published."""

    code = "waits-for-person"


class UnknownWish(Refused):
    """Not one of the things a resident can say of making it public."""

    code = "unknown-wish"


@command(Permission.REVIEW, "准备公开")
def prepare_disclosure(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Have the words of an answered ticket redacted and its openings decided, so that somebody can read them.

    Raises `MoveNotAllowed` where it is not answered.
    """
    check_state(ticket, ANSWERED, "准备公开")
    row = prepare(scope, ticket, by_hand=order.actor.kind != "system", now=order.now)
    if row.state != "unprepared":
        words = (
            said("不公开：{reason}", reason=row.reason)
            if row.state == "closed"
            else said("已遮盖，待公开{opened}", opened=_opened_words(row))
        )
        note(scope, ticket, PREPARED, order, summary=words, detail=_told(row))


@command(Permission.REVIEW, "公开")
def publish_disclosure(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    matter: bool = True,
    process: bool = True,
    result: bool = True,
    title: str = "",
    text: str = "",
    reply: str = "",
) -> None:
    """Make public what was prepared, with other words where some are given; they are redacted as well.

    Raises `NotPrepared`, `ResidentObjects`, `NothingOpened`, `NamesUndecided`, `MoveNotAllowed`.
    """
    check_state(ticket, ANSWERED, "公开")
    wanted = dict(zip(ALL, (matter, process, result), strict=True))
    opens = tuple(opening for opening in ALL if wanted[opening])
    row = disclosure_of(scope, ticket.id)
    words = (
        Words(title or row.title, text or row.text, reply or row.result) if row and (title or text or reply) else None
    )
    _publish(scope, ticket, order, opens=opens, words=words)


@command(Permission.REVIEW, "存下公开文字")
def reword_disclosure(
    scope: Scope, ticket: Ticket, order: Order, *, title: str = "", text: str = "", reply: str = ""
) -> None:
    """Put other words in place of those that were prepared, redacted as well, without making them public.

    What may be a name in them is then decided one by one. Raises `NotPrepared`, `ResidentObjects`, `MoveNotAllowed`.
    """
    check_state(ticket, ANSWERED, "存下公开文字")
    row = prepared_of(scope, ticket)
    refuse_against_wish(row, ticket)
    reword(scope, ticket, row, Words(title or row.title, text or row.text, reply or row.result))
    row.publish_from, row.changed_at = None, order.now
    note(scope, ticket, PREPARED, order, summary="改写了待公开的文字", detail=_told(row))


@command(Permission.REVIEW, "决定疑似姓名")
def decide_name(scope: Scope, ticket: Ticket, order: Order, *, doubt: str, is_name: bool) -> None:
    """Decide on a doubtful name in the prepared words: take it out wherever it stands, or keep that it is no name.

    The latter is remembered for the whole tenant. Raises `NotPrepared`, `NoSuchDoubt`, `MoveNotAllowed`.
    """
    check_state(ticket, ANSWERED, "决定疑似姓名")
    row = prepared_of(scope, ticket)
    found = doubt_of(scope, doubt, *all_words(row))
    if is_name:
        mask_word(row, found.word)
        words = said("遮盖疑似姓名 {n} 处", n=found.times)
    else:
        remember_no_name(scope, found.word, order)
        words = said("“{word}”不是姓名，以后不再问", word=found.word)
    row.changed_at = order.now
    note(scope, ticket, PREPARED, order, summary=words, detail=_told(row))


@command(Permission.REVIEW, "不公开")
def close_disclosure(scope: Scope, ticket: Ticket, order: Order, *, ground: str, reason: str, days: int = 0) -> None:
    """Keep a ticket closed on a ground 不公开, for good or for so many days; what was public is outside no more.

    Raises `UnknownGround`, `ReasonMissing`.
    """
    if ground not in GROUNDS or not 0 <= days <= LONGEST_EXCEPTION:
        choices = joined(
            "、",
            (said("{code}（{ground}）", code=code, ground=word(GROUND_LABELS[cast(Any, code)])) for code in GROUNDS),
        )
        raise UnknownGround(
            said(
                "不公开的理由或天数不能使用。理由可选：{choices}；天数为 0 到 {longest_exception}，0 为长期。",
                choices=choices,
                longest_exception=LONGEST_EXCEPTION,
            )
        )
    why = reason_of(reason, "不公开")
    row = begin(scope, ticket, now=order.now)
    close(row, ground=ground, reason=why, days=days, by=order.actor.name, scope=scope, now=order.now)
    until = said("，至 {closed_until}", closed_until=row.closed_until) if row.closed_until else ""
    label = GROUND_LABELS[cast(Any, ground)]
    note(
        scope,
        ticket,
        DISCLOSED,
        order,
        summary=said("不公开（{label}{until}）：{why}", label=word(label), until=until, why=why),
        detail=_told(row),
    )


@command(Permission.REVIEW, "撤回公开")
def withdraw_disclosure(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Take back what was made public 撤回. Raises `ReasonMissing`, `NothingPublished`."""
    why = reason_of(reason, "撤回公开")
    row = disclosure_of(scope, ticket.id)
    withdraw(row, ticket, reason=why, by=order.actor.name, now=order.now)
    note(scope, ticket, DISCLOSED, order, summary=said("撤回公开：{why}", why=why), detail={"state": "withdrawn"})


@command(Permission.SPEAK, "公开意愿")
def wish_disclosure(scope: Scope, ticket: Ticket, order: Order, *, wish: str) -> None:
    """The resident says whether it may be made public. Raises `UnknownWish`."""
    _keep_wish(scope, ticket, order, wish=wish)


@command(Permission.FOLLOW_UP, "记下公开意愿")
def note_disclosure_wish(scope: Scope, ticket: Ticket, order: Order, *, wish: str) -> None:
    """Somebody who asked the resident keeps what they said of making it public. Raises `UnknownWish`."""
    _keep_wish(scope, ticket, order, wish=wish)


def disclose_due(scope: Scope, *, now: datetime, limit: int = BATCH) -> int:
    """Prepare what was answered, look again at exceptions that ran out, publish what waited long enough; return how many.

    One that fails is left for the next time. Where no feature has a rule, nothing is done.
    """
    if not scope.hooks.answerers_of(specs.disclosure_decision):
        return 0
    done = 0
    for deed, serials in (
        (prepare_disclosure, _to_prepare(scope, now, limit)),
        (publish_in_time, _due(scope, now, limit)),
    ):
        for serial_no in serials:
            try:
                with scope.session.begin_nested():
                    deed(scope, serial_no, Order(SYSTEM, now))
            except Exception as error:
                if is_connection_lost(error):
                    raise
                log.exception("租户 %s 工单 %s 未能公开，下次再试", scope.tenant.slug, serial_no)
            else:
                done += 1
    return done


@command(Permission.REVIEW, "到期公开")
def publish_in_time(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Publish what the rules open, when its time has come; what may hold a name waits for a person from now on instead.

    Raises `WaitsForPerson`, and as `publish_disclosure`.
    """
    check_state(ticket, ANSWERED, "公开")
    row = disclosure_of(scope, ticket.id)
    if row is None or row.state != "prepared" or row.publish_from is None or row.publish_from > order.now:
        raise WaitsForPerson(
            said(
                "工单 {serial_no} 没有到期可自动公开的内容。请看过遮盖后的文字，再点“公开”。",
                serial_no=ticket.serial_no,
            )
        )
    if doubts := doubts_in(scope, *opened_words(row)):
        row.publish_from, row.changed_at = None, order.now
        row.reason = said("疑似姓名 {n} 处，由人逐处决定后再公开", n=len(doubts))
        note(
            scope, ticket, PREPARED, order, summary=said("没有自动公开：{reason}", reason=row.reason), detail=_told(row)
        )
        return
    _publish(scope, ticket, order, opens=_opens_of(row), words=None)


def _publish(scope: Scope, ticket: Ticket, order: Order, *, opens: tuple[Opening, ...], words: Words | None) -> None:
    row = publish(scope, ticket, opens=opens, words=words, by=order.actor.name, now=order.now)
    note(scope, ticket, DISCLOSED, order, summary=said("公开{opened}", opened=_opened_words(row)), detail=_told(row))


def _keep_wish(scope: Scope, ticket: Ticket, order: Order, *, wish: str) -> None:
    if wish not in WISH_LABELS:
        choices = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in WISH_LABELS.items())
        )
        raise UnknownWish(said("公开意愿没有“{wish}”这一项。可选：{choices}。", wish=wish, choices=choices))
    row = begin(scope, ticket, now=order.now)
    row.wish = wish
    if wish == "closed":
        reason = GROUND_LABELS["resident"]
        close(row, ground="resident", reason=reason, days=0, by=order.actor.name, scope=scope, now=order.now)
    elif row.ground == "resident":
        row.state, row.ground, row.reason, row.cycle_no = "unprepared", "", "", 0
    words = said("诉求人{wish}", wish=word(WISH_LABELS[cast(Wish, wish)]))
    note(scope, ticket, DISCLOSED, order, summary=words, detail={"wish": wish, "state": row.state})


def _to_prepare(scope: Scope, now: datetime, limit: int) -> list[str]:
    """Return the numbers of tickets whose last answer nobody prepared, and of those whose exception has run out."""
    row = and_(Disclosure.tenant_id == Ticket.tenant_id, Disclosure.ticket_id == Ticket.id)
    today = now.astimezone(scope.tenant.zone).date()
    is_new = and_(
        Ticket.concluded_at > now - LOOKS_BACK,
        or_(
            Disclosure.id.is_(None),
            and_(Disclosure.cycle_no < Ticket.cycle_no, Disclosure.state.in_(REPREPARED)),
        ),
    )
    has_lapsed = and_(Disclosure.state == "closed", Disclosure.closed_until <= today)
    found: list[str] = []
    for which in (is_new, has_lapsed):
        found += scope.session.scalars(
            select(Ticket.serial_no)
            .outerjoin(Disclosure, row)
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.state.in_(ANSWERED), which)
            .order_by(Ticket.concluded_at, Ticket.id)
            .limit(limit - len(found))
        )
    return found


def _due(scope: Scope, now: datetime, limit: int) -> list[str]:
    """Return the numbers of tickets that time may publish: what somebody still disputes waits."""
    return list(
        scope.session.scalars(
            select(Ticket.serial_no)
            .join(Disclosure, and_(Disclosure.tenant_id == Ticket.tenant_id, Disclosure.ticket_id == Ticket.id))
            .where(
                Ticket.tenant_id == scope.tenant.id,
                Ticket.state.in_(ANSWERED),
                Disclosure.state == "prepared",
                Disclosure.publish_from <= now,
                Disclosure.cycle_no == Ticket.cycle_no,
                ~_disputed(),
            )
            .order_by(Disclosure.publish_from, Disclosure.id)
            .limit(limit)
        )
    )


def _disputed() -> ColumnElement[bool]:
    return exists().where(
        Dispute.tenant_id == Ticket.tenant_id, Dispute.ticket_id == Ticket.id, Dispute.state == "open"
    )


def _opens_of(row: Disclosure) -> tuple[Opening, ...]:
    wanted = zip(ALL, (row.opens_matter, row.opens_process, row.opens_result), strict=True)
    return tuple(opening for opening, is_open in wanted if is_open)


def _opened_words(row: Disclosure) -> str:
    opened = [OPENINGS[opening] for opening in _opens_of(row)]
    return said("：{opened}", opened=joined("、", opened)) if opened else ""


def _told(row: Disclosure) -> dict[str, Any]:
    return {"state": row.state, "opens": list(_opens_of(row)), "ground": row.ground, "by": row.decided_by}
