"""Reminder letters 提醒函 from figures: drafted by the clock, signed by a person, acknowledged, answered, and judged by effect."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from core.escalation.letters import keep_receipt, number_of, write_letter
from core.escalation.models import Letter, LetterReceipt
from core.escalation.rules import listed, words_of
from core.kit import saying
from core.kit.errors import Refused
from core.people.access import Needs
from core.people.roles import Permission
from core.routing.service import BY_PERSON, NotYours
from core.statistics.reminders.counting import (
    Called,
    InForce,
    afterwards,
    called_for,
    rules_of,
    window,
    window_after,
)
from core.statistics.reminders.models import Reminder
from core.statistics.reminders.queries import NoSuchReminder
from core.statistics.reminders.rules import REASON_LABELS, Figure
from core.statistics.reminders.wording import VERDICT_LABELS, rules_from, text_of
from core.statistics.service import refresh
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.messages import Transport, say
from core.tickets.models import Ticket
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor
from core.units.models import Unit
from core.units.queries import DirectoryUnit, directory
from core.workdays.queries import timetable

READS: Needs = frozenset({Permission.SUPERVISE, Permission.INSTRUCT})
SIGNS = Permission.SUPERVISE
LONGEST_LETTER = 5_000


class ReminderSettled(Refused):
    """The letter is no draft any more, is not issued, is answered or judged already."""

    code = "reminder-settled"


class LetterUnusable(Refused):
    """The text of a letter is too long, or names nobody who could get it."""

    code = "letter-unusable"


class EffectNotKnown(Refused):
    """The figures after the letter are not counted yet: nobody can say what came of it."""

    code = "effect-not-known"


def draft_reminders(scope: Scope, *, now: datetime) -> int:
    """Bring the counts up to date, draft the letters that figures call for, and return how many.

    None is drafted for a unit and reason of which one is under way, or was discarded within the days that are counted.
    Nothing is sent. Run again, it drafts nothing more.
    """
    in_force = rules_of(scope)
    if in_force is None:
        return 0
    refresh(scope)
    today = now.astimezone(scope.tenant.zone).date()
    taken, drafted = _taken(scope, in_force, now), 0
    for called in called_for(scope, in_force.rules, today=today, now=now):
        unit = directory(scope).unit_of_id(called.unit_id)
        if unit is not None and (unit.id, called.reason) not in taken:
            _draft(scope, called, unit, in_force, now=now)
            drafted += 1
    return drafted


def keep_reminders(scope: Scope, *, now: datetime) -> int:
    """Press letters that are not acknowledged or answered in time, count what came of others; return how many of both."""
    under_way = scope.session.scalars(
        select(Reminder)
        .where(Reminder.tenant_id == scope.tenant.id, Reminder.state.in_(("issued", "answered")))
        .order_by(Reminder.id)
        .with_for_update()
    ).all()
    return sum(_pressed(scope, each, now=now) + _measured(scope, each, now=now) for each in under_way)


def sign_reminder(scope: Scope, reminder_id: int, *, text: str, actor: Actor, address: str, now: datetime) -> str:
    """Issue a draft with these words under the next number, tell the unit, and return the number.

    The figures stay as they were drafted. Raises `NotPermitted`, `NoSuchReminder`, `ReminderSettled`, `NothingSaid`,
    `LetterUnusable`.
    """
    refuse_actor(actor, SIGNS, "签发提醒函")
    reminder = _draft_of(scope, reminder_id)
    said = words_of(text, "提醒函")
    if len(said) > LONGEST_LETTER:
        raise LetterUnusable(
            saying.said(
                "提醒函有 {number:,} 个字，超过 {longest_letter:,} 字，没有发出。请精简。",
                number=len(said),
                longest_letter=LONGEST_LETTER,
            )
        )
    unit = directory(scope).unit_of_id(reminder.unit_id)
    if unit is None:
        raise LetterUnusable("这个单位已停用，提醒函没有发出。请写明理由后不发这一份。")
    rules, days = rules_from(reminder.rules), timetable(scope)
    letter = write_letter(
        scope, unit=unit, kind="reminder", text=said, rule_id=BY_PERSON, cause=f"reminder/{reminder.id}", now=now
    )
    scope.session.flush()
    reminder.text, reminder.state, reminder.letter_id = said, "issued", letter.id
    reminder.settled_by, reminder.settled_by_id, reminder.settled_at = actor.name, actor.id, now
    reminder.acknowledge_by = days.close_after(now, rules.acknowledge_days)
    reminder.answer_by = days.close_after(now, rules.answer_days)
    number, by_local = number_of(letter), reminder.acknowledge_by.astimezone(scope.tenant.zone)
    _tell_unit(
        scope,
        reminder,
        unit,
        saying.said(
            "收到{number}（{reason}），请于 {by_local:%Y-%m-%d %H:%M} 前签收",
            number=number,
            reason=saying.word(_reason(reminder)),
            by_local=by_local,
        ),
        now=now,
    )
    note_done(scope, "reminder_signed", By(actor.name, actor.id, address), subject=f"{number} → {unit.name}", now=now)
    return number


def discard_reminder(scope: Scope, reminder_id: int, *, reason: str, actor: Actor, address: str, now: datetime) -> None:
    """Do not issue a draft, and say why. Raises `NotPermitted`, `ReasonMissing`, `NoSuchReminder`, `ReminderSettled`."""
    refuse_actor(actor, SIGNS, "不发提醒函")
    because, reminder = reason_of(reason, "不发提醒函"), _draft_of(scope, reminder_id)
    reminder.state, reminder.discarded_because = "discarded", because
    reminder.settled_by, reminder.settled_by_id, reminder.settled_at = actor.name, actor.id, now
    subject = saying.said(
        "{name}：{reason}", name=directory(scope).name_of(reminder.unit_id), reason=saying.word(_reason(reminder))
    )
    note_done(scope, "reminder_discarded", By(actor.name, actor.id, address, because), subject=subject, now=now)


def acknowledge_reminder(scope: Scope, reminder_id: int, *, actor: Actor, now: datetime) -> str:
    """The unit acknowledges its letter 签收, once; return its number.

    Raises `NotPermitted`, `NoSuchReminder`, `NotYours`, `AlreadyAcknowledged`.
    """
    refuse_actor(actor, Permission.HANDLE, "签收提醒函")
    letter = _letter_of(scope, _of_unit(scope, reminder_id, actor))
    keep_receipt(scope, letter, actor, now=now)
    return number_of(letter)


def answer_reminder(scope: Scope, reminder_id: int, *, text: str, actor: Actor, now: datetime) -> str:
    """The unit answers with its measures; whoever answers has the letter, so that is acknowledged with it.

    Raises `NotPermitted`, `NoSuchReminder`, `NotYours`, `NothingSaid`, `ReminderSettled`.
    """
    refuse_actor(actor, Permission.HANDLE, "答复提醒函")
    said, reminder = words_of(text, "答复"), _of_unit(scope, reminder_id, actor)
    letter = _letter_of(scope, reminder)
    if reminder.state != "issued":
        raise ReminderSettled(
            saying.said(
                "{number}已由{answered_by}办过，没有改动。请刷新后再看。",
                number=number_of(letter),
                answered_by=reminder.answered_by or saying.word("督办人员"),
            )
        )
    if scope.session.get(LetterReceipt, (scope.tenant.id, letter.id)) is None:
        keep_receipt(scope, letter, actor, now=now)
    reminder.state, reminder.measures = "answered", said
    reminder.answered_by, reminder.answered_by_id, reminder.answered_at = actor.name, actor.id, now
    return number_of(letter)


def judge_reminder(
    scope: Scope, reminder_id: int, *, verdict: str, finding: str, actor: Actor, address: str, now: datetime
) -> str:
    """Say what came of a letter, by the figures after it; return its number.

    Raises `NotPermitted`, `NotListed`, `ReasonMissing`, `NoSuchReminder`, `ReminderSettled`, `EffectNotKnown`, and
    `NotYours` for somebody of the unit.
    """
    refuse_actor(actor, SIGNS, "评定成效")
    label, found = listed(verdict, VERDICT_LABELS, "成效"), reason_of(finding, "评定成效")
    reminder = _locked(scope, reminder_id)
    if reminder.letter_id is None or reminder.state == "closed":
        raise ReminderSettled("这一份提醒函没有发出，或已经评定过，没有改动。请刷新后再看。")
    if reminder.effect_at is None:
        raise EffectNotKnown("发函之后同样天数的数据还没有统计，不能评定。到期后会自动统计。")
    if actor.unit_id == reminder.unit_id:
        raise NotYours("这一份提醒函是发给您的单位的，成效由其他人评定。")
    reminder.state, reminder.verdict, reminder.finding = "closed", verdict, found
    reminder.judged_by, reminder.judged_at = actor.name, now
    number = number_of(_letter_of(scope, reminder))
    by = By(actor.name, actor.id, address, found)
    note_done(
        scope,
        "reminder_judged",
        by,
        subject=saying.said("{number}：{label}", number=number, label=saying.word(label)),
        now=now,
    )
    return number


def _taken(scope: Scope, in_force: InForce, now: datetime) -> set[tuple[int, str]]:
    """Return the units and reasons of which a letter is under way, or was discarded of late."""
    since = window(in_force.rules, now.astimezone(scope.tenant.zone).date()).first
    rows = scope.session.scalars(
        select(Reminder).where(Reminder.tenant_id == scope.tenant.id, Reminder.state != "closed")
    )
    return {
        (each.unit_id, each.reason)
        for each in rows
        if each.state != "discarded"
        or (each.settled_at is not None and each.settled_at.astimezone(scope.tenant.zone).date() >= since)
    }


def _draft(scope: Scope, called: Called, unit: DirectoryUnit, in_force: InForce, *, now: datetime) -> None:
    span = window(in_force.rules, now.astimezone(scope.tenant.zone).date())
    text = text_of(scope, unit.name, called.reason, called.figures, in_force.rules, first=span.first, last=span.last)
    scope.session.add(
        Reminder(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            unit_id=unit.id,
            reason=called.reason,
            figures=[asdict(each) for each in called.figures],
            tickets=list(called.tickets),
            ticket_count=called.ticket_count,
            rules=asdict(in_force.rules),
            by_rule=in_force.stamp,
            first=span.first,
            last=span.last,
            text=text,
            drafted_at=now,
        )
    )


def _pressed(scope: Scope, reminder: Reminder, *, now: datetime) -> int:
    """Press the unit once when it is late, then tell the desk; of the acknowledgement first, then of the answer."""
    assert reminder.acknowledge_by is not None
    assert reminder.answer_by is not None
    unit = directory(scope).unit_of_id(reminder.unit_id)
    if unit is None or reminder.state != "issued":
        return 0
    number = number_of(_letter_of(scope, reminder))
    is_received = scope.session.get(LetterReceipt, (scope.tenant.id, reminder.letter_id)) is not None
    if not is_received and reminder.pressed_at is None and reminder.acknowledge_by < now:
        reminder.pressed_at = now
        _tell_unit(scope, reminder, unit, saying.said("{number}已过签收期限，请立即签收", number=number), now=now)
        return 1
    if not is_received and reminder.escalated_at is None and _is_still_silent(scope, reminder, now=now):
        reminder.escalated_at = now
        _tell(
            scope,
            reminder,
            directory(scope).desk,
            saying.said("{name}仍未签收{number}，请督办人员处理", name=unit.name, number=number),
            now=now,
        )
        return 1
    if reminder.late_at is None and reminder.answer_by < now:
        reminder.late_at = now
        _tell_unit(
            scope, reminder, unit, saying.said("{number}已过答复期限，请立即答复采取的措施", number=number), now=now
        )
        _tell(
            scope,
            reminder,
            directory(scope).desk,
            saying.said("{name}未按期答复{number}，是否督办由督办人员决定", name=unit.name, number=number),
            now=now,
        )
        return 1
    return 0


def _is_still_silent(scope: Scope, reminder: Reminder, *, now: datetime) -> bool:
    """Tell whether as long again has passed since the unit was pressed."""
    if reminder.pressed_at is None:
        return False
    return timetable(scope).close_after(reminder.pressed_at, rules_from(reminder.rules).acknowledge_days) < now


def _measured(scope: Scope, reminder: Reminder, *, now: datetime) -> int:
    """Count the letter's figures over as many days after it, once those are over."""
    assert reminder.settled_at is not None
    rules = rules_from(reminder.rules)
    span = window_after(rules, reminder.settled_at.astimezone(scope.tenant.zone).date())
    if reminder.effect_at is not None or span.last >= now.astimezone(scope.tenant.zone).date():
        return 0
    refresh(scope)
    figures = [Figure.of(each) for each in reminder.figures]
    reminder.effect = [asdict(each) for each in afterwards(scope, reminder.unit_id, figures, rules, span)]
    reminder.effect_at = now
    return 1


def _tell_unit(scope: Scope, reminder: Reminder, unit: DirectoryUnit, words: str, *, now: datetime) -> None:
    """Tell the unit in the product, and by SMS or mail, whichever of them it has given."""
    _tell(scope, reminder, unit, words, now=now)
    phone, mail = scope.session.execute(
        select(Unit.phone, Unit.mail).where(Unit.tenant_id == scope.tenant.id, Unit.id == unit.id)
    ).one()
    if phone or mail:
        _tell(scope, reminder, unit, words, transport="sms" if phone else "mail", now=now)


def _tell(
    scope: Scope,
    reminder: Reminder,
    unit: DirectoryUnit,
    words: str,
    *,
    transport: Transport = "inbox",
    now: datetime,
) -> None:
    """Say it under the newest ticket behind the figures: every message stands on a ticket. Without one, pages alone tell."""
    ticket_id = scope.session.scalar(
        select(Ticket.id).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(reminder.tickets[:1]))
    )
    if ticket_id is None:
        return
    say(scope, ticket_id=ticket_id, transport=transport, text=words, to_unit_id=unit.id, now=now)


def _reason(reminder: Reminder) -> str:
    return REASON_LABELS[Figure.of(reminder.figures[0]).kind]


def _letter_of(scope: Scope, reminder: Reminder) -> Letter:
    return scope.session.get_one(Letter, (scope.tenant.id, reminder.letter_id))


def _draft_of(scope: Scope, reminder_id: int) -> Reminder:
    reminder = _locked(scope, reminder_id)
    if reminder.state != "draft":
        raise ReminderSettled(
            saying.said("这一份提醒函已由{settled_by}办过，没有改动。请刷新后再看。", settled_by=reminder.settled_by)
        )
    return reminder


def _of_unit(scope: Scope, reminder_id: int, actor: Actor) -> Reminder:
    """Return a letter that was issued to the actor's unit. Raises `NoSuchReminder`, `NotYours`."""
    reminder = _locked(scope, reminder_id)
    if not actor.acts_for(reminder.unit_id):
        raise NotYours("这一份提醒函是发给其他单位的，您不能代为办理。")
    if reminder.letter_id is None:
        raise NoSuchReminder("没有这一份提醒函。请从提醒函的列表中打开。")
    return reminder


def _locked(scope: Scope, reminder_id: int) -> Reminder:
    found = scope.session.scalar(
        select(Reminder).where(Reminder.tenant_id == scope.tenant.id, Reminder.id == reminder_id).with_for_update()
    )
    if found is None:
        raise NoSuchReminder("没有这一份提醒函。请从提醒函的列表中打开。")
    return found
