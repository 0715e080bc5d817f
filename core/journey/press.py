"""Pressing by people: leaders' instructions 批示, supervision 督办 and letters 函件, and what the pressed unit says to them."""

from datetime import datetime

from core.escalation.accountability.impartial import OwnCase, belongs_to
from core.escalation.accountability.service import NobodyToAccount, open_case, refuse_open_case
from core.escalation.instructions import instruction_of, keep_feedback, keep_instruction
from core.escalation.labels import LETTER_LABELS, LEVEL_LABELS, SOURCE_LABELS, SUPERVISION_LABELS
from core.escalation.letters import acknowledge, issue_letter, number_of
from core.escalation.rules import listed, tightens, usable_deadline, words_of
from core.escalation.service import unit_in_hand
from core.escalation.supervisions import answer_supervision as keep_answer
from core.escalation.supervisions import close_supervision as close
from core.escalation.supervisions import open_supervision as open_for
from core.escalation.supervisions import raise_level, supervision_of
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission
from core.people.roster.queries import head_of, name_of_person
from core.routing.consultations import has_share
from core.routing.service import BY_PERSON, NotYours, open_assignment
from core.sla.service import live_clocks, tighten
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import CONCLUDED, OPEN
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit, directory

PRESSABLE = (*OPEN, *CONCLUDED)
"""States in which something can still come of pressing."""
TIGHTENED = ("reply", "handle")
"""Clocks that the deadline of an instruction may shorten."""


@command(Permission.INSTRUCT, "批示")
def instruct(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    leader: str,
    level: str,
    text: str,
    deadline: datetime | None = None,
    unit: str = "",
) -> None:
    """Keep a leader's instruction 批示 and tell the unit that has the ticket in hand, or the head of `unit` 点对点.

    The deadline ends the clocks of reply and handling by then, and never later than without it; one that is later than
    they are is kept and changes nothing, which the timeline says.
    Raises `NothingSaid`, `NotListed`, `DeadlineUnusable`, `NoSuchUnit`, `MoveNotAllowed`.
    """
    label, said = listed(level, LEVEL_LABELS, "领导层级"), words_of(text, "批示")
    who = words_of(leader, "批示的领导")
    check_state(ticket, PRESSABLE, "批示")
    until = usable_deadline(deadline, now=order.now) if deadline else None
    addressed = directory(scope).get_unit(unit) if unit else None
    instruction = keep_instruction(
        scope, ticket, order, leader=who, level=level, text=said, deadline=until, unit=addressed
    )
    effect = _effect(scope, ticket, until) if until else ""
    to = addressed or unit_in_hand(scope, ticket)
    directly = saying.said("，请{head}办理", head=_head_words(scope, to)) if addressed else ""
    if addressed and not has_share(scope, ticket, addressed):
        open_assignment(scope, ticket, addressed, role="info", now=order.now)
    note(
        scope,
        ticket,
        "instruction",
        order,
        summary=saying.said(
            "{who}（{label}）批示：{said}{effect}{directly}",
            who=who,
            label=saying.word(label),
            said=said,
            effect=effect,
            directly=directly,
        ),
        detail={
            "instruction": instruction.id,
            "level": level,
            "to": to.code,
            "deadline": until.isoformat() if until else None,
        },
    )
    words = saying.said(
        "工单 {serial_no}「{title}」有{who}（{label}）批示：{said}{effect}{directly}",
        serial_no=ticket.serial_no,
        title=ticket.title,
        who=who,
        label=saying.word(label),
        said=said,
        effect=effect,
        directly=directly,
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=to.id, now=order.now)
    if until:
        tighten(
            scope, ticket, until, order, cause=f"instruction/{instruction.id}", reason=saying.said("{who}批示", who=who)
        )


@command(Permission.HANDLE, "反馈批示")
def report_instruction(scope: Scope, ticket: Ticket, order: Order, *, instruction_id: int, text: str) -> None:
    """The unit to which it was addressed, else the one that has the ticket in hand, reports on an instruction; once.

    Raises `NothingSaid`, `NoSuchInstruction`, `NotYours`, `AlreadyReported`.
    """
    said = words_of(text, "批示反馈")
    instruction = instruction_of(scope, ticket, instruction_id)
    if not order.actor.acts_for(instruction.unit_id or unit_in_hand(scope, ticket).id):
        raise NotYours(
            saying.said("工单 {serial_no} 的这条批示由其他单位办理，您不能代为反馈。", serial_no=ticket.serial_no)
        )
    keep_feedback(ticket, instruction, order, text=said)
    summary = saying.said("反馈{leader}批示：{said}", leader=instruction.leader, said=said)
    note(scope, ticket, "instruction", order, summary=summary, detail={"instruction": instruction.id})


@command(Permission.SUPERVISE, "督办")
def open_supervision(
    scope: Scope, ticket: Ticket, order: Order, *, level: str, demand: str, source: str = "person"
) -> None:
    """Put the unit that has the ticket in hand under supervision 督办: a 督办函 goes to it, and its time to answer runs.

    Raises `NotListed`, `NothingSaid`, `MoveNotAllowed`.
    """
    listed(level, SUPERVISION_LABELS, "督办级别")
    why, demanded = listed(source, SOURCE_LABELS, "督办来源"), words_of(demand, "督办要求")
    check_state(ticket, PRESSABLE, "督办")
    open_for(
        scope,
        ticket,
        order,
        unit=unit_in_hand(scope, ticket),
        level=level,
        source=source,
        demand=demanded,
        why=why,
        rule_id=BY_PERSON,
        by=BY_PERSON,
        cause=f"{BY_PERSON}/{scope.new_id()}",
    )


@command(Permission.SUPERVISE, "督办升级")
def raise_supervision(
    scope: Scope, ticket: Ticket, order: Order, *, supervision_id: int, level: str, reason: str
) -> None:
    """Raise a supervision to a graver level, never lower; one that was answered has to be answered again.

    Raises `NotListed`, `ReasonMissing`, `NoSuchSupervision`, `SupervisionEnded`, `LevelNotHigher`.
    """
    listed(level, SUPERVISION_LABELS, "督办级别")
    why, supervision = reason_of(reason, "督办升级"), supervision_of(scope, ticket, supervision_id)
    raise_level(
        scope,
        ticket,
        supervision,
        order,
        level=level,
        why=why,
        rule_id=BY_PERSON,
        by=BY_PERSON,
        cause=f"{BY_PERSON}/{scope.new_id()}",
    )


@command(Permission.HANDLE, "答复督办")
def answer_supervision(scope: Scope, ticket: Ticket, order: Order, *, supervision_id: int, text: str) -> None:
    """The supervised unit answers; its time to answer stops. Raises `NothingSaid`, `NoSuchSupervision`, `NotYours`,
    `SupervisionEnded`.
    """
    said = words_of(text, "督办答复")
    keep_answer(scope, ticket, supervision_of(scope, ticket, supervision_id), order, text=said)


@command(Permission.SUPERVISE, "督办销号")
def close_supervision(scope: Scope, ticket: Ticket, order: Order, *, supervision_id: int, note: str) -> None:
    """Close a supervision 销号. Nobody of the supervised unit does, nor whoever answered.

    Raises `ReasonMissing`, `NoSuchSupervision`, `OwnSupervision`, `SupervisionEnded`.
    """
    why = reason_of(note, "督办销号")
    close(scope, ticket, supervision_of(scope, ticket, supervision_id), order, why=why)


@command(Permission.SUPERVISE, "发函")
def send_letter(scope: Scope, ticket: Ticket, order: Order, *, kind: str, text: str) -> None:
    """Send the unit that has the ticket in hand a numbered letter, which nobody can change afterwards.

    Raises `NotListed`, `NothingSaid`, `MoveNotAllowed`.
    """
    listed(kind, LETTER_LABELS, "函件种类")
    said = words_of(text, "函件")
    check_state(ticket, PRESSABLE, "发函")
    unit = unit_in_hand(scope, ticket)
    cause = f"{BY_PERSON}/{scope.new_id()}"
    letter = issue_letter(
        scope,
        ticket,
        order,
        unit=unit,
        kind=kind,
        text=said,
        why=SOURCE_LABELS["person"],
        rule_id=BY_PERSON,
        by=BY_PERSON,
        cause=cause,
    )
    words = saying.said("收到{number}：{said}", number=number_of(letter), said=said)
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=unit.id, now=order.now)


@command(Permission.SUPERVISE, "启动问责")
def hold_to_account(scope: Scope, ticket: Ticket, order: Order, *, authority: str, reason: str) -> None:
    """Open a case of accountability 问责 against the lead unit, in the hands of the unit `authority`.

    No rule can stand against it: whoever supervises has judged the ground on which a rule would not.
    Raises `ReasonMissing`, `NoSuchUnit`, `NobodyToAccount`, `OwnCase`, `CaseOpen`, `MoveNotAllowed`.
    """
    why = reason_of(reason, "启动问责")
    check_state(ticket, PRESSABLE, "启动问责")
    units = directory(scope)
    to = units.get_unit(authority)
    lead = units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    if lead is None:
        raise NobodyToAccount(
            saying.said("工单 {serial_no} 目前没有主办单位，没有可以问责的单位。请先派单。", serial_no=ticket.serial_no)
        )
    if belongs_to(scope, order.actor.unit_id, lead.id):
        raise OwnCase(
            saying.said("您属于{name}，不能对它启动问责，这次操作已记录。请由其他单位的人员办理。", name=lead.name)
        )
    refuse_open_case(scope, ticket, lead)
    case = open_case(
        scope,
        ticket,
        order,
        unit=lead,
        authority=to,
        text=why,
        rule_id=BY_PERSON,
        by=BY_PERSON,
        reason=why,
        cause=f"{BY_PERSON}/{scope.new_id()}",
        summary=saying.said("启动问责 → {name}：{why}", name=to.name, why=why),
        detail={"to": to.code, "rule_id": BY_PERSON, "by": BY_PERSON},
    )
    words = saying.said(
        "工单 {serial_no}「{title}」启动对{name}的问责：{why}",
        serial_no=ticket.serial_no,
        title=ticket.title,
        name=lead.name,
        why=why,
    )
    if case.authority_unit_id is not None:
        say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=case.authority_unit_id, now=order.now)


@command(Permission.HANDLE, "签收函件")
def acknowledge_letter(scope: Scope, ticket: Ticket, order: Order, *, letter_id: int) -> None:
    """The addressed unit acknowledges a letter; once. Raises `NoSuchLetter`, `NotYours`, `AlreadyAcknowledged`."""
    acknowledge(scope, ticket, order, letter_id=letter_id)


def _head_words(scope: Scope, unit: DirectoryUnit) -> str:
    """Say who an instruction to a unit goes to: its head by name, where one is named."""
    head = head_of(scope, unit.id)
    return f"{unit.name}{name_of_person(scope, head)}" if head is not None else unit.name


def _effect(scope: Scope, ticket: Ticket, deadline: datetime) -> str:
    """Say what the deadline of an instruction does to the time that is left."""
    dues = [clock.due_at for clock in live_clocks(scope, ticket) if clock.name in TIGHTENED]
    when = saying.said("（要求 {deadline:%Y-%m-%d %H:%M} 前办结", deadline=deadline.astimezone(scope.tenant.zone))
    if not dues:
        return saying.said("{when}；现在没有在计的答复时限）", when=when)
    return (
        saying.said("{when}）", when=when)
        if tightens(deadline, dues)
        else saying.said("{when}；不早于现有时限，时限不变）", when=when)
    )
