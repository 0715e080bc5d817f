"""What was checked of a reply before it went on 发出前检查: judged with what is known around it, refused or kept with it."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Text, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.handling.checking.checks import VERSION, Asked, Checked, Copy, Limits, check, held_back_words
from core.handling.checking.copies import likeness, marks_of, shingles_of
from core.handling.checking.points import matched
from core.handling.models import Reply, ReplyCheck
from core.kit.errors import Refused
from core.kit.saying import said
from core.routing.rules_in_force import rules_of
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, unnamed
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.service import reason_of
from core.tickets.timeline import Order
from core.units.models import Unit
from core.units.queries import directory

Stage = Literal["submitted", "reviewed", "direct"]
RECENT = timedelta(days=90)
NEWEST = 3_000
"""How far back a reply is compared with others: so long, and with so many of the newest."""
CANDIDATES = 30
"""Replies that are compared word for word, the newest of those with a mark in common."""
WANTS_NO_ANSWER = ("praise",)
"""Natures of appeals that ask for nothing."""
OVERRIDDEN = "检查未通过，确认内容无误后发出"


class ReplyOffPoint(Refused):
    """The checks hold the reply back, and nobody says why it goes out all the same."""

    code = "reply-off-point"


def judged(
    scope: Scope, ticket: Ticket, text: str, *, unit_id: int | None, now: datetime, vouched: bool = False
) -> Checked:
    """Check a reply to a ticket by the rules of the district. `unit_id` is who answers, None = the desk.

    `vouched`: it is an approved answer of the knowledge base, which is nobody's copy and need not repeat the question.
    """
    rules, spoke = rules_of(scope), _who_spoke(scope, ticket)
    asked = Asked(
        title=unnamed(ticket.title, spoke),
        text=unnamed(ticket.text, spoke),
        wants_answer=ticket.nature not in WANTS_NO_ANSWER,
        contact=spoke,
        office_names=(directory(scope).name_of(unit_id) if unit_id else scope.tenant.name,),
        office_phones=_office_phones(scope),
        copy=None if vouched else _nearest(scope, ticket, text, now=now),
        vouched=vouched,
    )
    return check(asked, text, Limits(rules.reply_points, rules.reply_likeness, rules.reply_length))


def pass_checks(
    scope: Scope, ticket: Ticket, reply: Reply, order: Order, *, stage: Stage, confirmed: str, vouched: bool = False
) -> tuple[str, ReplyCheck]:
    """Check a reply that goes on now; return what the timeline adds about it, and the row for which the entry vouches.

    `confirmed` is why one that is held back goes on all the same. Raises `ReplyOffPoint`, `ReasonMissing`.
    """
    checked = judged(scope, ticket, reply.text, unit_id=reply.unit_id, now=order.now, vouched=vouched)
    because = ""
    if checked.is_held_back:
        if not confirmed.strip():
            raise ReplyOffPoint(
                said(
                    "工单 {serial_no}：{why}请修改后重试；确认内容无误的，写明理由后发出。",
                    serial_no=ticket.serial_no,
                    why=held_back_words(checked),
                )
            )
        because = reason_of(confirmed, "发出检查未通过的答复")
    words = said("；{what}：{because}", what=OVERRIDDEN, because=because) if because else ""
    return words, _keep(scope, reply, checked, order, stage=stage, confirmed=because)


def _keep(scope: Scope, reply: Reply, checked: Checked, order: Order, *, stage: Stage, confirmed: str) -> ReplyCheck:
    rules = rules_of(scope)
    kept = ReplyCheck(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=reply.ticket_id,
        reply_id=reply.id,
        stage=stage,
        version=VERSION,
        limits={"points": rules.reply_points, "likeness": rules.reply_likeness, "length": rules.reply_length},
        level=checked.level,
        points=len(checked.matched.points),
        answered=checked.matched.answered,
        missing=list(checked.matched.missing),
        findings=[
            {"code": each.code, "level": each.level, "words": str.__str__(each.words)} for each in checked.findings
        ],
        confirmed=confirmed,
        marks=[] if stage == "reviewed" else [f"{mark:x}" for mark in marks_of(shingles_of(reply.text))],
        by=order.actor.name,
        by_id=order.actor.id,
        at=order.now,
    )
    scope.session.add(kept)
    return kept


def _who_spoke(scope: Scope, ticket: Ticket) -> Contact:
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    return opened(scope.keys, row) if row else Contact()


def _office_phones(scope: Scope) -> tuple[str, ...]:
    return tuple(
        scope.session.scalars(
            select(Unit.phone).where(Unit.tenant_id == scope.tenant.id, Unit.active, Unit.phone != "")
        )
    )


def _nearest(scope: Scope, ticket: Ticket, text: str, *, now: datetime) -> Copy | None:
    """Return the recent reply to another ticket that is most like this one, None when none is like it at all."""
    own = shingles_of(text)
    if not own:
        return None
    recent = (
        select(ReplyCheck.reply_id, ReplyCheck.ticket_id, ReplyCheck.marks)
        .where(ReplyCheck.tenant_id == scope.tenant.id, ReplyCheck.at >= now - RECENT, ReplyCheck.stage != "reviewed")
        .order_by(ReplyCheck.at.desc())
        .limit(NEWEST)
        .subquery()
    )
    marks = bindparam("marks", [f"{mark:x}" for mark in marks_of(own)], ARRAY(Text))
    rows = scope.session.execute(
        select(Reply.text, Ticket)
        .join(recent, recent.c.reply_id == Reply.id)
        .join(Ticket, (Ticket.tenant_id == Reply.tenant_id) & (Ticket.id == Reply.ticket_id))
        .where(
            Reply.tenant_id == scope.tenant.id,
            recent.c.marks.bool_op("?|")(marks),
            recent.c.ticket_id != ticket.id,
            or_(Ticket.part_of_id.is_(None), Ticket.part_of_id != (ticket.part_of_id or 0)),
        )
        .order_by(Reply.id.desc())
        .limit(CANDIDATES)
    ).all()
    compared = [(likeness(own, shingles_of(other)), found) for other, found in rows]
    best = max(compared, key=lambda one: one[0], default=None)
    if best is None:
        return None
    percent, other = best
    match = matched(other.title, other.text, f"{ticket.title}\n{ticket.text}")
    return Copy(other.serial_no, percent, is_same_matter=2 * match.answered >= max(len(match.points), 1))
