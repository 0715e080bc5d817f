"""A case of accountability as it goes on: opened, told to the unit, stepped forward; every step with its entry in the timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy import text as sql

from core.escalation.accountability.evidence import freeze
from core.escalation.accountability.impartial import choose_officer, live_cases
from core.escalation.accountability.labels import STEP_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence, AccountabilityStep
from core.escalation.accountability.rules import target_of
from core.escalation.accountability.rules_in_force import rules_of
from core.escalation.accountability.statement import start_statement
from core.escalation.labels import CASE_LETTER_LABELS
from core.escalation.letters import issue_letter, number_of
from core.escalation.models import Letter
from core.hooks.core_features import ROUTING
from core.hooks.table import Failure
from core.kit.blanks import filled
from core.kit.db import Base
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.sla.limits import OVERDUE
from core.sla.models import Clock, ClockEvent
from core.tenancy.incidents import keep_incident
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Detail, Order
from core.units.models import Unit
from core.units.queries import DirectoryUnit, directory

NOBODY = "待指定机关"
CARD = "accountability_rules"
"""Under which the repair card stands that tells administrators of a case which nobody may work."""


class CaseOpen(Refused):
    """A case against the unit for this ticket is under way already."""

    code = "case-open"


class NobodyToAccount(Refused):
    """No unit has the ticket in hand, so there is none to hold to account."""

    code = "nobody-to-account"


class NoSuchCase(Refused):
    """The ticket has no case of accountability with this id."""

    code = "no-such-case"


def open_case(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    unit: DirectoryUnit,
    authority: DirectoryUnit,
    text: str,
    rule_id: str,
    by: str,
    reason: str,
    cause: str,
    summary: str,
    detail: Detail,
    proposed: Sequence[Mapping[str, str]] = (),
) -> AccountabilityCase:
    """Open the next case of the year against a unit, freeze the evidence, and tell the unit unless an exemption is proposed.

    `authority` is who is to have it; against the authority itself it goes to the substitute of the district's rules, else
    administrators are told that somebody must be named. The timeline says what `summary` and `detail` say.
    """
    year = order.now.astimezone(scope.tenant.zone).year
    holder = _impartial_authority(scope, unit, authority)
    scope.session.flush()  # the mark that calls for the case is read below
    case = AccountabilityCase(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        authority_unit_id=holder.id if holder else None,
        text=text,
        rule_id=rule_id,
        reason=reason,
        cause=cause,
        opened_at=order.now,
        year=year,
        number=_next_number(scope, year),
        clock_id=_missed_clock(scope, ticket),
        proposed=[dict(each) for each in proposed],
    )
    scope.session.add(case)
    scope.session.flush()
    evidence = freeze(scope, ticket, case, kind="opening", actor=order.actor, now=order.now)
    step = _step(scope, case, order, kind="opened", text=text, reason=reason)
    note(
        scope,
        ticket,
        "escalate" if order.actor.kind == "system" else "case",
        order,
        summary=said("{summary}，{label}", summary=summary, label=word(case.label)),
        detail={**detail, "case": case.id, "unit": unit.code},
        records=[evidence, step],
    )
    give_to_officer(scope, case, now=order.now)
    if holder is None:
        words = said(
            "{label}问责的是{name}，办案机关不能自己办理自己，也没有替代机关。请系统管理员指定办理机关。",
            label=word(case.label),
            name=unit.name,
        )
        tell_administrators(scope, words, now=order.now)
    elif not proposed:
        notify(scope, ticket, case, order, rule_id=rule_id, by=by)
    return case


def notify(scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order, *, rule_id: str, by: str) -> None:
    """Tell the unit of the case by letter and message; its time for the statement begins."""
    units, rules = directory(scope), rules_of(scope)
    unit = units.unit_of_id(case.unit_id) or units.desk
    move(case, "notify", deed="通知单位")
    clock = start_statement(scope, ticket, case.id, order, in_force=rules)
    due = f"{clock.due_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}" if clock.due_at else ""
    text = filled(
        rules.rules.notice,
        {
            "unit": unit.name,
            "number": case.label,
            "serial_no": ticket.serial_no,
            "title": ticket.title,
            "reason": case.reason,
            "authority": units.name_of(case.authority_unit_id) if case.authority_unit_id else NOBODY,
            "due": due,
        },
    )
    letter = write_to_unit(scope, ticket, case, order, kind="case_notice", text=text, rule_id=rule_id, by=by)
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="noticed",
        text=text,
        letter=letter,
        summary=said("已通知{name}，限 {due} 前说明情况", name=unit.name, due=due),
    )


def take_step(
    scope: Scope,
    ticket: Ticket,
    case: AccountabilityCase,
    order: Order,
    *,
    kind: str,
    text: str,
    summary: str,
    code: str = "",
    reason: str = "",
    letter: Letter | None = None,
    records: Sequence[Base] = (),
) -> AccountabilityStep:
    """Keep a step of the case with its entry in the timeline, which vouches for it and for `records`."""
    step = _step(scope, case, order, kind=kind, code=code, text=text, reason=reason, letter=letter)
    note(
        scope,
        ticket,
        "escalate" if order.actor.kind == "system" else "case",
        order,
        summary=said("{label}{step}：{summary}", label=word(case.label), step=word(STEP_LABELS[kind]), summary=summary),
        detail={"case": case.id, "step": kind, "code": code, "state": case.state},
        records=[step, *records],
    )
    return step


def move(case: AccountabilityCase, name: str, *, deed: str) -> None:
    """Let the case go where a move leads from where it stands. Raises `CaseElsewhere`."""
    case.state = target_of(name, case.state, label=case.label, deed=deed)


def write_to_unit(
    scope: Scope,
    ticket: Ticket,
    case: AccountabilityCase,
    order: Order,
    *,
    kind: str,
    text: str,
    rule_id: str,
    by: str,
    title: str = "",
) -> Letter:
    """Send the accused unit a numbered letter of the case, and a message that it is there."""
    units = directory(scope)
    unit = units.unit_of_id(case.unit_id) or units.desk
    letter = issue_letter(
        scope,
        ticket,
        order,
        unit=unit,
        kind=kind,
        title=title or CASE_LETTER_LABELS.get(kind, ""),
        text=text,
        why=case.label,
        rule_id=rule_id,
        by=by,
        cause=f"case/{case.id}/{kind}/{scope.new_id()}",
    )
    scope.session.flush()
    tell_unit(scope, ticket, unit, said("{number}：{text}", number=number_of(letter), text=text), now=order.now)
    return letter


def tell_unit(scope: Scope, ticket: Ticket, unit: DirectoryUnit, words: str, *, now: datetime) -> None:
    """Tell a unit in the product, and by SMS or mail, whichever of them it has given."""
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=unit.id, now=now)
    phone, mail = scope.session.execute(
        select(Unit.phone, Unit.mail).where(Unit.tenant_id == scope.tenant.id, Unit.id == unit.id)
    ).one()
    if phone or mail:
        transport: Any = "sms" if phone else "mail"
        say(scope, ticket_id=ticket.id, transport=transport, text=words, to_unit_id=unit.id, now=now)


def give_to_officer(scope: Scope, case: AccountabilityCase, *, now: datetime) -> None:
    """Put the case into the hands of an officer who may work it; where there is none, administrators are told."""
    chosen = choose_officer(scope, case, but={case.officer_id} if case.officer_id else (), now=now)
    case.officer_id, case.officer = chosen or (None, "")
    if chosen is None and case.authority_unit_id is not None:
        name = directory(scope).name_of(case.authority_unit_id)
        tell_administrators(
            scope,
            said(
                "{label}没有可以办理的人：{name}没有其他不回避的经办人员。请增派。", label=word(case.label), name=name
            ),
            now=now,
        )


def tell_administrators(scope: Scope, words: str, *, now: datetime) -> None:
    """Put up a repair card for the administrators of this tenant."""
    feature = rules_of(scope).feature
    named = ROUTING.id if feature == "core" else feature
    keep_incident(scope.session, Failure(scope.tenant.id, named, CARD, 0, "unusable", "", words), now=now)


def case_of(scope: Scope, ticket: Ticket, case_id: int) -> AccountabilityCase:
    """Return a case of this ticket as it stands now. Raises `NoSuchCase`."""
    found = scope.session.get(AccountabilityCase, (scope.tenant.id, case_id), populate_existing=True)
    if found is None or found.ticket_id != ticket.id:
        raise NoSuchCase(
            said(
                "工单 {serial_no} 没有编号为 {case_id} 的问责案件。请从案件列表中打开。",
                serial_no=ticket.serial_no,
                case_id=case_id,
            )
        )
    return found


def refuse_open_case(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> None:
    """Raise `CaseOpen` when a case against the unit for this ticket is under way."""
    before = find_live_case(scope, ticket, unit)
    if before is not None:
        raise CaseOpen(
            said(
                "工单 {serial_no} 对{name}的问责已在办理（{label}），不必再次启动。请查看督办与函件。",
                serial_no=ticket.serial_no,
                name=unit.name,
                label=word(before.label),
            )
        )


def find_live_case(scope: Scope, ticket: Ticket, unit: DirectoryUnit) -> AccountabilityCase | None:
    """Return the case against the unit for this ticket that has not ended."""
    return next((case for case in live_cases(scope, ticket) if case.unit_id == unit.id), None)


def record_silence(scope: Scope, ticket: Ticket, case: AccountabilityCase, *, now: datetime) -> None:
    """Keep that the time for the statement passed without one; the case is told of it once."""
    if case.state != "notified" or case.silent_since is not None:
        return
    case.silent_since = now
    unit = directory(scope).name_of(case.unit_id)
    take_step(
        scope,
        ticket,
        case,
        Order(SYSTEM, now),
        kind="silent",
        text=said("{unit}逾期未提交情况说明", unit=unit),
        summary=said("{unit}逾期未提交情况说明，依据现有证据决定", unit=unit),
    )
    if case.authority_unit_id is not None:
        words = said("{label}：{unit}逾期未提交情况说明，可以依据现有证据作出决定", label=word(case.label), unit=unit)
        say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=case.authority_unit_id, now=now)


def picture_again(
    scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order, *, kind: str
) -> AccountabilityEvidence:
    """Freeze the evidence as it stands now, beside what was frozen before."""
    return freeze(scope, ticket, case, kind=kind, actor=order.actor, now=order.now)


def _impartial_authority(scope: Scope, unit: DirectoryUnit, authority: DirectoryUnit) -> DirectoryUnit | None:
    """Return who works a case against the unit: not the unit itself, but then the substitute of the rules; None = nobody yet."""
    if unit.id != authority.id:
        return authority
    substitute = directory(scope).find_unit(rules_of(scope).rules.substitute)
    return substitute if substitute is not None and substitute.id != unit.id else None


def _missed_clock(scope: Scope, ticket: Ticket) -> int | None:
    """Return the newest reply clock of the ticket that was missed."""
    return scope.session.scalar(
        select(Clock.id)
        .join(ClockEvent, (ClockEvent.tenant_id == Clock.tenant_id) & (ClockEvent.clock_id == Clock.id))
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.name == "reply",
            ClockEvent.mark == OVERDUE,
        )
        .order_by(Clock.id.desc())
        .limit(1)
    )


def _next_number(scope: Scope, year: int) -> int:
    # Without gaps within tenant and year, as letters are numbered: who opens the next waits until this one stands.
    key = f"accountability/{scope.tenant.id}/{year}"
    scope.session.execute(sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    written = select(func.max(AccountabilityCase.number)).where(
        AccountabilityCase.tenant_id == scope.tenant.id, AccountabilityCase.year == year
    )
    fresh = [row.number for row in scope.session.fresh if isinstance(row, AccountabilityCase) and row.year == year]
    return max([scope.session.scalar(written) or 0, *fresh]) + 1


def _step(
    scope: Scope,
    case: AccountabilityCase,
    order: Order,
    *,
    kind: str,
    text: str,
    code: str = "",
    reason: str = "",
    letter: Letter | None = None,
) -> AccountabilityStep:
    written = select(func.max(AccountabilityStep.number)).where(
        AccountabilityStep.tenant_id == scope.tenant.id, AccountabilityStep.case_id == case.id
    )
    fresh = [
        row.number for row in scope.session.fresh if isinstance(row, AccountabilityStep) and row.case_id == case.id
    ]
    step = AccountabilityStep(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        case_id=case.id,
        ticket_id=case.ticket_id,
        number=max([scope.session.scalar(written) or 0, *fresh]) + 1,
        kind=kind,
        code=code,
        text=text,
        reason=reason,
        letter_id=letter.id if letter else None,
        by=order.actor.name,
        by_id=order.actor.id,
        by_unit_id=order.actor.unit_id,
        at=order.now,
    )
    scope.session.add(step)
    return step
