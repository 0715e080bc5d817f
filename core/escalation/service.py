"""Carrying out the steps that the district's rules call for: messages, letters, cases."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy import text as sql

from core.escalation.models import AccountabilityCase, Letter
from core.hooks import specs
from core.hooks.values import EscalationStep, Trigger
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Plain
from core.tickets.views import view_of
from core.units.queries import DirectoryUnit, directory

STEP_LABELS = {"sms": "短信", "mail": "邮件", "inbox": "站内信", "letter": "发函", "case": "启动问责"}
DEFAULT_STEPS = {
    "mark": EscalationStep(
        kind="inbox",
        to="lead",
        text="工单 {serial_no}「{title}」时限提示：应于 {due} 前答复。",
        rule_id="core.escalation/note",
        reason="时限提示",
    ),
    "urgent": EscalationStep(
        kind="inbox",
        to="lead",
        text="紧急工单 {serial_no}「{title}」请立即处置。",
        rule_id="core.escalation/urgent",
        reason="紧急诉求",
    ),
}


def escalate(
    scope: Scope, ticket: Ticket, trigger: Trigger, *, cause: str, due: datetime | None, now: datetime
) -> None:
    """Ask the district what to do and do it, each act with its timeline entry.

    `cause` names the occasion (which mark of which clock), so that letters and cases are made once for it.
    """
    answers = scope.hooks.ask(specs.escalation_steps, ticket=view_of(scope, ticket), trigger=trigger)
    steps = [step for _, step in answers] or [DEFAULT_STEPS[trigger.kind]]
    for position, step in enumerate(steps):
        _carry_out(scope, ticket, step, cause=f"{cause}/{position}", due=due, now=now)


def _carry_out(
    scope: Scope, ticket: Ticket, step: EscalationStep, *, cause: str, due: datetime | None, now: datetime
) -> None:
    units = directory(scope)
    lead = units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    receiver = _receiver(scope, step.to, lead)
    if step.kind == "case" and (lead is None or units.find_unit(step.to) is None):
        what = f"未启动问责：{'没有主办单位' if lead is None else f'单位 {step.to} 不存在'}（{step.reason}）"
        note(scope, ticket, "escalate", actor=SYSTEM, now=now, summary=what, detail={"rule_id": step.rule_id})
        return
    words = _worded(
        step.text,
        serial_no=ticket.serial_no,
        title=ticket.title,
        unit=lead.name if lead else units.desk.name,
        due=f"{due.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}" if due else "",
    )
    detail: dict[str, Plain] = {"kind": step.kind, "to": receiver.code, "rule_id": step.rule_id}
    if step.kind == "letter":
        detail["number"] = _issue_letter(scope, ticket, step, receiver, words, cause=cause, now=now)
    elif step.kind == "case":
        assert lead is not None
        _open_case(scope, ticket, step, lead, receiver, words, cause=cause, now=now)
    else:
        say(scope, ticket_id=ticket.id, transport=step.kind, text=words, to_unit_id=receiver.id, now=now)
    act = step.title if step.kind == "letter" and step.title else STEP_LABELS[step.kind]
    note(
        scope,
        ticket,
        "escalate",
        actor=SYSTEM,
        now=now,
        summary=f"{act} → {receiver.name}（{step.reason}）",
        detail=detail,
    )


def _worded(text: str, **names: str) -> str:
    """Fill in the names. Not str.format: a brace that a district typed must not stop an escalation."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _receiver(scope: Scope, to: str, lead: DirectoryUnit | None) -> DirectoryUnit:
    """Return the unit meant by `to`; a lead that is not there yet, or an unknown unit, is the dispatch desk."""
    units = directory(scope)
    if to == "lead":
        return lead or units.desk
    return units.find_unit(to) or units.desk


def _issue_letter(
    scope: Scope, ticket: Ticket, step: EscalationStep, unit: DirectoryUnit, words: str, *, cause: str, now: datetime
) -> str:
    year, title = now.astimezone(scope.tenant.zone).year, step.title or "提醒函"
    # Letters are numbered without gaps within tenant, kind and year; they are few, so waiting in line costs nothing.
    key = f"letter/{scope.tenant.id}/{title}/{year}"
    scope.session.execute(sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    written = select(func.max(Letter.number)).where(
        Letter.tenant_id == scope.tenant.id, Letter.title == title, Letter.year == year
    )
    fresh = [
        row.number for row in scope.session.fresh if isinstance(row, Letter) and (row.title, row.year) == (title, year)
    ]
    number = max([scope.session.scalar(written) or 0, *fresh]) + 1
    scope.session.add(
        Letter(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            unit_id=unit.id,
            title=title,
            year=year,
            number=number,
            text=words,
            rule_id=step.rule_id,
            cause=cause,
            issued_at=now,
        )
    )
    return f"{title}〔{year}〕{number} 号"


def _open_case(
    scope: Scope,
    ticket: Ticket,
    step: EscalationStep,
    unit: DirectoryUnit,
    authority: DirectoryUnit,
    words: str,
    *,
    cause: str,
    now: datetime,
) -> None:
    scope.session.add(
        AccountabilityCase(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            unit_id=unit.id,
            authority_unit_id=authority.id,
            text=words,
            rule_id=step.rule_id,
            reason=step.reason,
            cause=cause,
            opened_at=now,
        )
    )
