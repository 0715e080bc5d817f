"""Consultation 会商 on whose a ticket is: units say their opinion, meet, an authority designates one, which cannot return it.

Meanwhile the ticket waits at the desk, or a unit handles it and the argument goes on 先办后议.
"""

from collections.abc import Sequence
from datetime import datetime

from core.coordination.meetings import usable_meeting_time
from core.journey.command import command
from core.journey.desk import start_work
from core.journey.remember import remember
from core.kit import saying
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.routing.consultations import (
    AUTHORITY_LABELS,
    LADDER,
    answering_unit,
    get_consultation,
    has_share,
    open_record,
    tell,
    write_step,
)
from core.routing.models import Assignment, Consultation, Opinion
from core.routing.persons import give_to_persons
from core.routing.returns import drop_request, find_pending_request, go_on, settle_request
from core.routing.service import (
    assign,
    dispatch,
    end_assignments,
    lead_assignment,
    open_assignment,
    refuse_consultation,
    tell_assigned,
)
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state, reason_of
from core.tickets.states import CONCLUDED, WAITING_FOR_DISPATCH, WITH_UNIT, Command
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit, directory

BY_CONSULTATION = "consultation"
"""What decided, where an authority designated the unit."""
BY_ACTING_FIRST = "acting-first"
"""What decided, where a unit handles the ticket until it is decided whose it is."""
DECIDABLE = (*WAITING_FOR_DISPATCH, *WITH_UNIT, *CONCLUDED)


class HighestAuthority(Refused):
    """There is no authority above the one that has it."""

    code = "highest-authority"


class ReportNeeded(Refused):
    """From the establishment office on the way to the government is a special report that it signs."""

    code = "report-needed"


class NoMeeting(Refused):
    """No meeting was called of which there could be minutes."""

    code = "no-meeting"


@command(Permission.DISPATCH, "发起会商")
def open_consultation(scope: Scope, ticket: Ticket, order: Order, *, question: str) -> None:
    """Ask units to consult on whose the ticket is 会商. It waits undispatched meanwhile; the resident's clock runs on.

    Raises `ReasonMissing`, `ConsultationOpen`, `MoveNotAllowed`.
    """
    asked = reason_of(question, "发起会商")
    check_state(ticket, WAITING_FOR_DISPATCH, "发起会商")
    refuse_consultation(scope, ticket)
    open_record(scope, ticket, order, question=asked, because="asked")


@command(Permission.HANDLE, "会商意见")
def give_opinion(scope: Scope, ticket: Ticket, order: Order, *, text: str, clause: str = "", unit: str = "") -> None:
    """Say the opinion of the actor's unit in the open consultation; it cannot be changed afterwards.

    `clause` is the clause on which the unit relies, of the duty list or of its terms of reference 三定方案. `unit` names
    the unit when the system writes it down. Raises `NoConsultation`, `ReasonMissing`, `NoSuchUnit`.
    """
    said = reason_of(text, "会商意见")
    if clause.strip():
        said = saying.said("{said}（依据：{clause}）", said=saying.unstopped(said), clause=clause.strip())
    consultation = get_consultation(scope, ticket)
    units = directory(scope)
    unit_id = order.actor.unit_id or units.get_unit(unit).id
    opinion = Opinion(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        consultation_id=consultation.id,
        unit_id=unit_id,
        text=said,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(opinion)
    tell(
        scope,
        ticket,
        order,
        consultation,
        saying.said("{name}意见：{said}", name=units.name_of(unit_id), said=said),
        records=[opinion],
    )


@command(Permission.DISPATCH, "邀请单位会商")
def invite_units(scope: Scope, ticket: Ticket, order: Order, *, units: Sequence[str]) -> None:
    """Ask units for their opinion in the open consultation: they see the ticket from now on, and nothing is dispatched.

    Raises `ReasonMissing` without a unit, `NoConsultation`, `NoSuchUnit`.
    """
    consultation = get_consultation(scope, ticket)
    asked = [directory(scope).get_unit(code) for code in dict.fromkeys(units)]
    reason_of(joined("、", (unit.name for unit in asked)), "邀请会商的单位")
    for unit in asked:
        if not has_share(scope, ticket, unit):
            open_assignment(scope, ticket, unit, role="info", now=order.now)
        say(
            scope,
            ticket_id=ticket.id,
            transport="inbox",
            text=said(
                "请对工单 {serial_no} 提出会商意见：{question}",
                serial_no=ticket.serial_no,
                question=consultation.question,
            ),
            to_unit_id=unit.id,
            now=order.now,
        )
    names = joined("、", (unit.name for unit in asked))
    tell(scope, ticket, order, consultation, said("邀请{names}提出会商意见", names=names))


@command(Permission.DISPATCH, "提请上级会商")
def refer_upward(scope: Scope, ticket: Ticket, order: Order, *, reason: str) -> None:
    """Lay the question before the next authority of the ladder; the unit that answers for it sees the ticket from now on.

    From the establishment office, where there is one, only a special report leads further (`report_specially`).
    Raises `ReasonMissing`, `NoConsultation`, `HighestAuthority`, `ReportNeeded`.
    """
    because = reason_of(reason, "提请上级")
    consultation = get_consultation(scope, ticket)
    position = LADDER.index(consultation.authority) + 1
    if position == len(LADDER):
        raise HighestAuthority(
            saying.said(
                "工单 {serial_no} 的会商已提请{authority}，没有更高一级。请裁决。",
                serial_no=ticket.serial_no,
                authority=saying.word(AUTHORITY_LABELS[LADDER[-1]]),
            )
        )
    if consultation.authority == "establishment" and answering_unit(scope, "establishment") is not None:
        raise ReportNeeded(
            saying.said(
                "工单 {serial_no} 的会商已在机构编制部门。确实不能形成一致意见的，请起草专报，会签后专题向政府报告。",
                serial_no=ticket.serial_no,
            )
        )
    consultation.authority = LADDER[position]
    asked = answering_unit(scope, consultation.authority)
    to = said(
        "{authority}{asked}",
        authority=word(AUTHORITY_LABELS[consultation.authority]),
        asked=said("（{name}）", name=asked.name) if asked else "",
    )
    write_step(
        scope,
        ticket,
        order,
        consultation,
        "referred",
        because,
        words=saying.said("提请{to}明确：{because}", to=to, because=because),
        unit=asked,
    )
    if asked and not has_share(scope, ticket, asked):
        open_assignment(scope, ticket, asked, role="info", now=order.now)


@command(Permission.DISPATCH, "召集会商会议")
def set_meeting(
    scope: Scope, ticket: Ticket, order: Order, *, meets_at: datetime, place: str, units: Sequence[str] = ()
) -> None:
    """Call a meeting of the consultation: when, where, which units. Another one takes the place of the one before.

    Raises `ReasonMissing` without a place, `NoConsultation`, `MeetingTimeUnusable`, `NoSuchUnit`.
    """
    where = reason_of(place, "召集会议的地点")
    consultation, meets_at = get_consultation(scope, ticket), usable_meeting_time(scope, meets_at, now=order.now)
    asked = [directory(scope).get_unit(code) for code in dict.fromkeys(units)]
    consultation.meeting_at, consultation.meeting_place = meets_at, where
    consultation.meeting_units, consultation.meeting_note = [unit.code for unit in asked], ""
    called = saying.said("，请{asked}参加", asked=saying.joined("、", (unit.name for unit in asked))) if asked else ""
    text = saying.said(
        "{meets_at:%Y-%m-%d %H:%M} 在{where}开会{called}",
        meets_at=meets_at.astimezone(scope.tenant.zone),
        where=where,
        called=called,
    )
    write_step(scope, ticket, order, consultation, "meeting", text, words=saying.said("会商会议：{text}", text=text))


@command(Permission.DISPATCH, "记录会商会议")
def note_meeting(scope: Scope, ticket: Ticket, order: Order, *, outcome: str) -> None:
    """Write down what came of the meeting. Raises `ReasonMissing`, `NoConsultation`, `NoMeeting`."""
    said = reason_of(outcome, "会议记录")
    consultation = get_consultation(scope, ticket)
    if consultation.meeting_at is None:
        raise NoMeeting(
            saying.said("工单 {serial_no} 的会商还没有召集会议。请先写明会议的时间和地点。", serial_no=ticket.serial_no)
        )
    consultation.meeting_note = said
    write_step(
        scope, ticket, order, consultation, "minutes", said, words=saying.said("会商会议结果：{said}", said=said)
    )


@command(Permission.DISPATCH, "指定先办单位")
def act_first(scope: Scope, ticket: Ticket, order: Order, *, unit: str, co: Sequence[str] = (), reason: str) -> None:
    """Let a unit handle the ticket while others argue whose it is 先办后议: handle first, argue later.

    It is dispatched there, the clocks of the unit run, and the unit cannot give it back; the consultation stays open.
    Raises `ReasonMissing`, `NoConsultation`, `NoSuchUnit`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "指定先办单位")
    check_state(ticket, WAITING_FOR_DISPATCH, "指定先办单位")
    consultation = get_consultation(scope, ticket)
    acting = directory(scope).get_unit(unit)
    consultation.acting_unit_id = acting.id
    write_step(
        scope,
        ticket,
        order,
        consultation,
        "acting",
        because,
        words=saying.said("先办后议，由{name}先行办理：{because}", name=acting.name, because=because),
        unit=acting,
    )
    assigned = dispatch(
        scope,
        ticket,
        lead=unit,
        co=co,
        rule_id=BY_ACTING_FIRST,
        reason=saying.said("先办后议：{because}", because=because),
        order=order,
        returnable=False,
        during_consultation=True,
    )
    start_work(scope, ticket, Command.DISPATCH, order, assigned)


@command(Permission.SUPERVISE, "会商裁决")
def decide_consultation(
    scope: Scope, ticket: Ticket, order: Order, *, unit: str, co: Sequence[str] = (), reason: str
) -> None:
    """Designate the unit that must handle the ticket 指定承办, which cannot give it back.

    A ticket that waits is dispatched there. One that another unit handles meanwhile is redirected, and what that unit
    did is kept; where it is the same unit nothing moves. Of a concluded ticket only whose it is is decided. What was
    decided is remembered as a draft of a routing rule.

    Raises `ReasonMissing`, `NoConsultation`, `NoSuchUnit`, `MoveNotAllowed`.
    """
    because = reason_of(reason, "会商裁决")
    check_state(ticket, DECIDABLE, "会商裁决")
    consultation = get_consultation(scope, ticket)
    designated = directory(scope).get_unit(unit)
    partners = [directory(scope).get_unit(code) for code in dict.fromkeys(co) if code != unit]
    _close(scope, ticket, order, consultation, designated, partners, because)
    scope.session.flush()
    if ticket.state in WAITING_FOR_DISPATCH:
        _dispatch_to(scope, ticket, order, designated, partners, because)
    elif ticket.state in WITH_UNIT:
        _keep_or_redirect(scope, ticket, order, designated, partners, because)
    remember(scope, consultation, now=order.now)


def _close(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    consultation: Consultation,
    designated: DirectoryUnit,
    partners: Sequence[DirectoryUnit],
    because: str,
) -> None:
    consultation.state, consultation.unit_id, consultation.decision = "decided", designated.id, because
    consultation.co_units = [partner.code for partner in partners]
    consultation.decided_by, consultation.decided_by_id = order.actor.name, order.actor.id
    consultation.decided_at = order.now
    others = (
        saying.said("，协办 {partners}", partners=saying.joined("、", (partner.name for partner in partners)))
        if partners
        else ""
    )
    words = saying.said("指定{name}承办{others}：{because}", name=designated.name, others=others, because=because)
    write_step(scope, ticket, order, consultation, "decided", because, words=words, unit=designated)


def _dispatch_to(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    designated: DirectoryUnit,
    partners: Sequence[DirectoryUnit],
    because: str,
) -> None:
    assigned = dispatch(
        scope,
        ticket,
        lead=designated.code,
        co=[partner.code for partner in partners],
        rule_id=BY_CONSULTATION,
        reason=saying.said("会商指定：{because}", because=because),
        order=order,
        returnable=False,
    )
    start_work(scope, ticket, Command.DISPATCH, order, assigned)


def _keep_or_redirect(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    designated: DirectoryUnit,
    partners: Sequence[DirectoryUnit],
    because: str,
) -> None:
    """Confirm the unit that has the ticket, or take it from it; a request to give it back is settled by the decision."""
    lead = lead_assignment(scope, ticket)
    if lead.unit_id == designated.id:
        if request := find_pending_request(scope, ticket):
            settle_request(
                request, order, state="denied", note=saying.said("会商指定本单位承办：{because}", because=because)
            )
            go_on(lead, now=order.now)
        lead.returnable = False
        if joining := _joining(scope, ticket, partners, order):
            give_to_persons(scope, ticket, joining, now=order.now)
            start_work(scope, ticket, Command.DISPATCH, order, joining)
        return
    drop_request(scope, ticket, order)
    end_assignments(scope, ticket, AssignmentState.SUPERSEDED, now=order.now)
    scope.session.flush()
    words = saying.said("会商指定：{because}", because=because)
    assigned = assign(
        scope,
        ticket,
        lead=designated.code,
        co=[partner.code for partner in partners],
        rule_id=BY_CONSULTATION,
        reason=words,
        order=order,
        returnable=False,
    )
    tell_assigned(scope, ticket, Command.REDIRECT, assigned, rule_id=BY_CONSULTATION, reason=words, order=order)
    start_work(scope, ticket, Command.REDIRECT, order, assigned)


def _joining(scope: Scope, ticket: Ticket, partners: Sequence[DirectoryUnit], order: Order) -> list[Assignment]:
    """Give the co-units that have no share in the ticket yet their part in it."""
    return [
        open_assignment(scope, ticket, partner, role="co", now=order.now)
        for partner in partners
        if not has_share(scope, ticket, partner)
    ]
