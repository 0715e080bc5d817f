"""Carrying out the steps that the district's rules call for: messages, letters, supervisions, cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.escalation.accountability.service import find_live_case, open_case
from core.escalation.instructions import overdue_instructions
from core.escalation.letters import issue_letter
from core.escalation.models import Supervision
from core.escalation.queries import unclosed_supervisions
from core.escalation.rules import SOURCES, is_higher
from core.escalation.supervisions import open_supervision, raise_level
from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.values import EscalationStep, Trigger, TriggerKind
from core.kit.blanks import filled
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.messages import say
from core.tickets.models import Ticket, TicketEvent
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Detail, Order
from core.tickets.views import view_of
from core.units.queries import DirectoryUnit, directory
from core.units.references import report_strangers

UNASKED = "core.escalation/unasked"
"""The ground on which an officer judges first where rules of exemption could not be asked."""
STEP_LABELS = {"sms": "短信", "mail": "邮件", "inbox": "站内信", "case": "启动问责"}
DEFAULT_STEPS: Mapping[TriggerKind, Sequence[EscalationStep]] = {
    "mark": [
        EscalationStep(
            kind="inbox",
            to="lead",
            text="工单 {serial_no}「{title}」时限提示：应于 {due} 前答复。",
            rule_id="core.escalation/note",
            reason="时限提示",
        )
    ],
    "urgent": [
        EscalationStep(
            kind="inbox",
            to="lead",
            text="紧急工单 {serial_no}「{title}」请立即处置。",
            rule_id="core.escalation/urgent",
            reason="紧急诉求",
        )
    ],
    "redo": [
        EscalationStep(
            kind="supervise",
            to="lead",
            text="诉求人再次不满意，请查明原因，切实解决。",
            rule_id="core.escalation/redo",
            reason="再次重办",
            level="yellow",
        )
    ],
    "bounces": [
        EscalationStep(
            kind="inbox",
            to="desk",
            text="工单 {serial_no}「{title}」多次退单，请组织会商，明确主办单位。",
            rule_id="core.escalation/bounces",
            reason="多次退单",
        )
    ],
    "instruction_overdue": [
        EscalationStep(
            kind="supervise",
            to="lead",
            text="领导批示要求的期限 {due} 已过，请立即落实并反馈。",
            rule_id="core.escalation/instruction",
            reason="批示逾期未反馈",
            level="blue",
        )
    ],
}
"""What is done where no feature has an answer."""


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What calls for the steps, to whom `lead` refers, and by whose order and when they are done."""

    trigger: Trigger
    in_hand: DirectoryUnit
    due: datetime | None
    order: Order


@dataclass(frozen=True, slots=True)
class _Act:
    """A step as it is carried out: whose rule called for it, in words filled in, and the cause by which it is done once."""

    step: EscalationStep
    by: str
    words: str
    cause: str


def escalate(
    scope: Scope, ticket: Ticket, trigger: Trigger, *, cause: str, due: datetime | None, now: datetime
) -> None:
    """Ask the district what to do and do it, each act with its timeline entry.

    `cause` names the occasion (which mark of which clock, which redo): what was done for it once is not done again.
    """
    hook = specs.escalation_steps
    duty = directory(scope).find_duty(ticket.matter, ticket.area)
    answers = scope.hooks.ask(hook, ticket=view_of(scope, ticket), trigger=trigger, duty=duty)
    report_strangers(scope, hook, answers)
    note_failures(scope, ticket, answers.failures, instead="督促没有按它的规则", now=now)
    done = _causes_met(scope, ticket)
    occasion = _Occasion(trigger, unit_in_hand(scope, ticket), due, Order(SYSTEM, now))
    for position, (feature, step) in enumerate(steps_from(answers, trigger)):
        act = _Act(step, scope.hooks.stamp(feature), _words(scope, ticket, step, occasion), f"{cause}/{position}")
        if act.cause not in done:
            _carry_out(scope, ticket, act, occasion)


def steps_from(answers: Iterable[tuple[str, EscalationStep]], trigger: Trigger) -> list[tuple[str, EscalationStep]]:
    """Return the steps that are due, each with who called for it: all that features answered, else the core's own."""
    return list(answers) or [(CORE, step) for step in DEFAULT_STEPS[trigger.kind]]


def press_overdue_instructions(scope: Scope, ticket: Ticket, *, now: datetime) -> None:
    """Press where the deadline of an instruction has passed without a report, once for each instruction.

    Asked when a clock of the ticket is overdue: the deadline of an instruction is that of the clocks it tightened.
    """
    for instruction in overdue_instructions(scope, ticket, now=now):
        trigger, cause = Trigger("instruction_overdue"), f"instruction/{instruction.id}"
        escalate(scope, ticket, trigger, cause=cause, due=instruction.deadline, now=now)


def unit_in_hand(scope: Scope, ticket: Ticket) -> DirectoryUnit:
    """Return the unit that has to act: the lead, of an attached ticket its master's, before dispatch the desk."""
    units = directory(scope)
    lead_id = ticket.lead_unit_id
    if ticket.master_id is not None:
        lead_id = scope.session.scalar(
            select(Ticket.lead_unit_id).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket.master_id)
        )
    return (units.unit_of_id(lead_id) if lead_id else None) or units.desk


def _causes_met(scope: Scope, ticket: Ticket) -> set[str]:
    """Return the causes for which an act stands in the ticket's timeline already."""
    fresh = [row for row in scope.session.fresh if isinstance(row, TicketEvent) and row.ticket_id == ticket.id]
    met = {str(entry.detail.get("cause")) for entry in fresh if entry.kind == "escalate"}
    if ticket not in scope.session.fresh:
        met.update(
            scope.session.scalars(
                select(TicketEvent.detail["cause"].astext).where(
                    TicketEvent.tenant_id == scope.tenant.id,
                    TicketEvent.ticket_id == ticket.id,
                    TicketEvent.kind == "escalate",
                )
            )
        )
    return met


def _carry_out(scope: Scope, ticket: Ticket, act: _Act, occasion: _Occasion) -> None:
    step, order = act.step, occasion.order
    receiver = _receiver(scope, step.to, occasion.in_hand)
    match step.kind:
        case "letter":
            issue_letter(
                scope,
                ticket,
                order,
                unit=receiver,
                kind=step.letter,
                title=step.title,
                text=act.words,
                why=step.reason,
                rule_id=step.rule_id,
                by=act.by,
                cause=act.cause,
            )
        case "supervise":
            _supervise(scope, ticket, act, occasion, receiver)
        case "case":
            _hold_to_account(scope, ticket, act, order)
        case _:
            at_night = step.at_night or occasion.trigger.kind == "urgent" or ticket.urgency == "urgent"
            say(
                scope,
                ticket_id=ticket.id,
                transport=step.kind,
                text=act.words,
                to_unit_id=receiver.id,
                now=order.now,
                at_night=at_night,
            )
            _tell(
                scope,
                ticket,
                act,
                order,
                said("{step} → {name}", step=word(STEP_LABELS[step.kind]), name=receiver.name),
                receiver,
            )


def _receiver(scope: Scope, to: str, in_hand: DirectoryUnit) -> DirectoryUnit:
    """Return the unit meant by `to`; an unknown one is the dispatch desk."""
    units = directory(scope)
    return in_hand if to == "lead" else units.find_unit(to) or units.desk


def _words(scope: Scope, ticket: Ticket, step: EscalationStep, occasion: _Occasion) -> str:
    due = occasion.due
    return filled(
        step.text,
        {
            "serial_no": ticket.serial_no,
            "title": ticket.title,
            "unit": occasion.in_hand.name,
            "due": f"{due.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}" if due else "",
        },
    )


def _supervise(scope: Scope, ticket: Ticket, act: _Act, occasion: _Occasion, unit: DirectoryUnit) -> None:
    """Supervise the unit; one that has a supervision to answer is pressed by that, at the higher of both levels."""
    step, order = act.step, occasion.order
    pending = _unanswered(scope, ticket, unit)
    if pending is None:
        open_supervision(
            scope,
            ticket,
            order,
            unit=unit,
            level=step.level,
            source=SOURCES[occasion.trigger.kind],
            demand=act.words,
            why=step.reason,
            rule_id=step.rule_id,
            by=act.by,
            cause=act.cause,
        )
    elif is_higher(step.level, pending.level):
        raise_level(
            scope,
            ticket,
            pending,
            order,
            level=step.level,
            why=step.reason,
            rule_id=step.rule_id,
            by=act.by,
            cause=act.cause,
        )
    else:
        say(scope, ticket_id=ticket.id, transport="inbox", text=act.words, to_unit_id=unit.id, now=order.now)
        _tell(scope, ticket, act, order, said("督办尚未答复，再次催办 → {name}", name=unit.name), unit)


def _unanswered(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> Supervision | None:
    """Return the gravest supervision that the unit has not answered yet."""
    pending = [row for row in unclosed_supervisions(scope, ticket) if row.unit_id == unit.id and row.state == "open"]
    return next((row for row in pending if not any(is_higher(other.level, row.level) for other in pending)), None)


def _hold_to_account(scope: Scope, ticket: Ticket, act: _Act, order: Order) -> None:
    """Open a case against the lead unit at an authority; where a rule might exempt it, a person judges that first.

    Nobody is accused before there is a lead unit, nor a second time while a case for this ticket is under way.
    """
    units, step = directory(scope), act.step
    lead = units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    authority = units.find_unit(step.to)
    if lead is None or authority is None:
        missing = "没有主办单位" if lead is None else said("单位 {to} 不存在", to=step.to)
        _tell(scope, ticket, act, order, said("未启动问责：{missing}", missing=word(missing)), None)
        return
    before = find_live_case(scope, ticket, lead)
    if before is not None:
        _tell(
            scope,
            ticket,
            act,
            order,
            said("不另立案：{label}正在办理", label=word(before.label)),
            authority,
            more={"case": before.id},
        )
        return
    answers = scope.hooks.ask(specs.exemptions, ticket=view_of(scope, ticket))
    instead = "没有核对免责情形，先由办案人员判断，暂不通知单位"
    note_failures(scope, ticket, answers.failures, instead=instead, now=order.now)
    proposed = [
        {"rule_id": ground.rule_id, "by": scope.hooks.stamp(feature), "reason": ground.reason}
        for feature, ground in answers
    ]
    if answers.failures:
        proposed.append({"rule_id": UNASKED, "by": CORE, "reason": "免责情形未能核对"})
    waits = (
        said("，先核免责：{proposed}", proposed=joined("、", (each["reason"] for each in proposed))) if proposed else ""
    )
    open_case(
        scope,
        ticket,
        order,
        unit=lead,
        authority=authority,
        text=act.words,
        rule_id=step.rule_id,
        by=act.by,
        reason=step.reason,
        cause=act.cause,
        summary=said(
            "{case} → {name}（{reason}）{waits}",
            case=word(STEP_LABELS["case"]),
            name=authority.name,
            reason=step.reason,
            waits=waits,
        ),
        detail={**_detail(act, authority), "exempt": proposed},
        proposed=proposed,
    )


def _tell(
    scope: Scope,
    ticket: Ticket,
    act: _Act,
    order: Order,
    done: str,
    receiver: DirectoryUnit | None,
    *,
    more: Detail | None = None,
) -> None:
    step = act.step
    detail: Detail = {**_detail(act, receiver), **(more or {})}
    note(
        scope,
        ticket,
        "escalate",
        order,
        summary=said("{done}（{reason}）", done=word(done), reason=step.reason),
        detail=detail,
    )


def _detail(act: _Act, receiver: DirectoryUnit | None) -> Detail:
    step = act.step
    return {
        "kind": step.kind,
        "to": receiver.code if receiver else step.to,
        "rule_id": step.rule_id,
        "by": act.by,
        "cause": act.cause,
    }
