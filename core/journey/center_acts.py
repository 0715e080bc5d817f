"""What a centre does for the people whose tickets it took in: tell unit or resident, urge, visit, print the receipt again."""

from typing import Literal

from core.evaluation.models import HomeVisit
from core.intake.counters.labels import VISIT_LABELS
from core.intake.counters.service import was_entered
from core.journey.command import command
from core.journey.own_appeal import keep_urging
from core.journey.resident_words import tell_with_page
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.messages import say, transport_to
from core.tickets.models import Ticket, TicketContact
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import OPEN
from core.tickets.timeline import Actor, Order
from core.units.queries import directory

LONGEST_WORDS = 500
Addressed = Literal["unit", "resident"]
VisitOutcome = Literal["met", "nobody", "refused"]


class NoWayToResident(Refused):
    """The resident left nothing by which words could reach them."""

    code = "no-way-to-resident"


class ResidentAbsent(Refused):
    """The access code is shown to nobody but the resident who stands there."""

    code = "resident-absent"


class VisitUnusable(Refused):
    """What came of a visit is none of what can come of it, or the words are too long."""

    code = "visit-unusable"


@command(Permission.TAKE_IN, "社区跟进")
def follow_at_center(scope: Scope, ticket: Ticket, order: Order, *, to: Addressed, text: str) -> None:
    """Tell the unit that has the ticket in hand, or the resident, something about it.

    Raises `NotYours`, `ReasonMissing` without words, `NoWayToResident`, `VisitUnusable`, `MoveNotAllowed` where nobody has
    it in hand any more.
    """
    center = refuse_foreign(scope, ticket, order.actor)
    words = _short(reason_of(text, "跟进（要说的话）"))
    units = directory(scope)
    if to == "resident":
        row = scope.session.get(TicketContact, (scope.tenant.id, ticket.id))
        if transport_to(row) is None:
            raise NoWayToResident("诉求人没有留电话，发不了消息。请当面告诉，或上门回访后登记。")
        note(
            scope,
            ticket,
            "center_note",
            order,
            summary=saying.said("{center}告知诉求人：{words}", center=center, words=words),
            detail={"to": to},
        )
        tell_with_page(
            scope,
            ticket,
            saying.said(
                "{center}：{words}（工单 {serial_no}）", center=center, words=words, serial_no=ticket.serial_no
            ),
            now=order.now,
        )
        return
    check_state(ticket, OPEN, "跟进承办单位")
    unit = (units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None) or units.desk
    note(
        scope,
        ticket,
        "center_note",
        order,
        summary=saying.said("{center}致{name}：{words}", center=center, name=unit.name, words=words),
        detail={"to": to},
    )
    told = saying.said(
        "{center}就工单 {serial_no}「{title}」跟进：{words}",
        center=center,
        serial_no=ticket.serial_no,
        title=ticket.title,
        words=words,
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=told, to_unit_id=unit.id, now=order.now)


@command(Permission.TAKE_IN, "上门回访")
def visit_at_home(scope: Scope, ticket: Ticket, order: Order, *, outcome: VisitOutcome | None, found: str) -> None:
    """Keep what was found on a visit to the resident: evidence beside the official follow-up, no rating.

    Raises `NotYours`, `ReasonMissing` without words, `VisitUnusable`.
    """
    center = refuse_foreign(scope, ticket, order.actor)
    if outcome is None or outcome not in VISIT_LABELS:
        raise VisitUnusable(
            saying.said(
                "请选择上门的结果：{values}。", values=saying.joined("、", map(saying.word, VISIT_LABELS.values()))
            )
        )
    words = _short(reason_of(found, "上门回访（看到、听到了什么）"))
    assert order.actor.unit_id is not None
    visit = HomeVisit(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=order.actor.unit_id,
        cycle_no=ticket.cycle_no,
        outcome=outcome,
        found=words,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(visit)
    scope.session.flush()
    said = saying.said(
        "{center}上门回访：{visit}。{words}", center=center, visit=saying.word(VISIT_LABELS[outcome]), words=words
    )
    note(scope, ticket, "home_visit", order, summary=said, detail={"outcome": outcome}, records=[visit])


@command(Permission.TAKE_IN, "代为催办")
def urge_at_center(scope: Scope, ticket: Ticket, order: Order, *, words: str = "") -> None:
    """Urge on behalf of the resident, as often as they might themselves.

    Raises `NotYours`, `UrgedAlready`, `WordsTooLong`, `MoveNotAllowed` where it has been answered.
    """
    center = refuse_foreign(scope, ticket, order.actor)
    keep_urging(scope, ticket, order, words=words, by=saying.said("{center}代诉求人", center=center))


@command(Permission.TAKE_IN, "打印回执")
def print_receipt(
    scope: Scope, ticket: Ticket, order: Order, *, with_code: bool = False, is_present: bool = False
) -> None:
    """Write down that the receipt is printed, with the access code only where the resident stands there.

    Raises `NotYours`, `ResidentAbsent`.
    """
    refuse_foreign(scope, ticket, order.actor)
    if with_code and not is_present:
        raise ResidentAbsent("提取码只给诉求人本人。请确认诉求人就在面前并打勾；不在的，请打印不含提取码的回执。")
    words = "打印受理回执，含提取码，诉求人在场" if with_code else "打印受理回执，不含提取码"
    note(scope, ticket, "receipt_printed", order, summary=words, detail={"code": int(with_code)})


def refuse_foreign(scope: Scope, ticket: Ticket, actor: Actor) -> str:
    """Return the name of the actor's centre. Raises `NotYours` unless it was that centre that took the ticket in."""
    if actor.unit_id is None or not was_entered(scope, ticket.id, actor):
        raise NotYours(
            saying.said(
                "工单 {serial_no} 不是您的中心代录的。请核对编号；要查进展，请诉求人凭提取码查询。",
                serial_no=ticket.serial_no,
            )
        )
    return directory(scope).name_of(actor.unit_id)


def _short(words: str) -> str:
    if len(words) > LONGEST_WORDS:
        raise VisitUnusable(
            saying.said(
                "写了 {number} 个字，最多 {longest} 个字。请精简后再提交。", number=len(words), longest=LONGEST_WORDS
            )
        )
    return words
