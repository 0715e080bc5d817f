"""Letters 函件 to units: numbered without gaps, never changed, acknowledged once."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy import text as sql

from core.escalation.labels import LETTER_LABELS
from core.escalation.models import Letter, LetterReceipt
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Actor, Order
from core.units.queries import DirectoryUnit


class NoSuchLetter(Refused):
    """The ticket has no letter with this id."""

    code = "no-such-letter"


class AlreadyAcknowledged(Refused):
    """The unit has acknowledged the letter before."""

    code = "already-acknowledged"


def issue_letter(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    unit: DirectoryUnit,
    kind: str,
    text: str,
    why: str,
    rule_id: str,
    by: str,
    cause: str,
    title: str = "",
) -> Letter:
    """Issue the next letter of this title and year about a ticket, with its timeline entry; `by` is whose rule it is."""
    letter = write_letter(
        scope,
        unit=unit,
        kind=kind,
        text=text,
        rule_id=rule_id,
        cause=cause,
        title=title,
        ticket_id=ticket.id,
        now=order.now,
    )
    note(
        scope,
        ticket,
        "escalate" if order.actor.kind == "system" else "letter",
        order,
        summary=said("{title} → {name}（{why}）", title=letter.title, name=unit.name, why=word(why)),
        detail={
            "kind": "letter",
            "to": unit.code,
            "rule_id": rule_id,
            "by": by,
            "cause": cause,
            "letter": letter.id,
            "number": number_of(letter),
        },
        records=[letter],
    )
    return letter


def write_letter(
    scope: Scope,
    *,
    unit: DirectoryUnit,
    kind: str,
    text: str,
    rule_id: str,
    cause: str,
    title: str = "",
    ticket_id: int | None = None,
    now: datetime,
) -> Letter:
    """Write the next letter of this title and year, about a ticket or on figures; who writes it tells of it."""
    title, year = title or LETTER_LABELS[kind], now.astimezone(scope.tenant.zone).year
    letter = Letter(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket_id,
        unit_id=unit.id,
        kind=kind,
        title=title,
        year=year,
        number=_next_number(scope, title, year),
        text=text,
        rule_id=rule_id,
        cause=cause,
        issued_at=now,
    )
    scope.session.add(letter)
    return letter


def number_of(letter: Letter) -> str:
    """Return the number under which a letter is quoted, e.g. 提醒函〔2026〕3 号."""
    return said("{title}〔{year}〕{number} 号", title=letter.title, year=letter.year, number=letter.number)


def acknowledge(scope: Scope, ticket: Ticket, order: Order, *, letter_id: int) -> None:
    """Keep that the addressed unit has the letter 签收. Raises `NoSuchLetter`, `NotYours`, `AlreadyAcknowledged`."""
    letter = scope.session.get(Letter, (scope.tenant.id, letter_id))
    if letter is None or letter.ticket_id != ticket.id:
        raise NoSuchLetter(
            said(
                "工单 {serial_no} 没有编号为 {letter_id} 的函件。请从函件列表中选择。",
                serial_no=ticket.serial_no,
                letter_id=letter_id,
            )
        )
    receipt = keep_receipt(scope, letter, order.actor, now=order.now)
    note(
        scope,
        ticket,
        "letter",
        order,
        summary=said("签收{number}", number=number_of(letter)),
        detail={"kind": "receipt", "letter": letter.id},
        records=[receipt],
    )


def keep_receipt(scope: Scope, letter: Letter, actor: Actor, *, now: datetime) -> LetterReceipt:
    """Keep that the addressed unit has a letter, whatever it stands on. Raises `NotYours`, `AlreadyAcknowledged`."""
    if not actor.acts_for(letter.unit_id):
        raise NotYours(said("{number}是发给其他单位的，您不能代为签收。", number=number_of(letter)))
    if scope.session.get(LetterReceipt, (scope.tenant.id, letter.id)):
        raise AlreadyAcknowledged(said("{number}已经签收，不必再签。", number=number_of(letter)))
    receipt = LetterReceipt(tenant_id=scope.tenant.id, letter_id=letter.id, by=actor.name, by_id=actor.id, at=now)
    scope.session.add(receipt)
    return receipt


def _next_number(scope: Scope, title: str, year: int) -> int:
    # Without gaps within tenant, title and year: writers of the same series wait in line until the one before has ended,
    # and a number that was rolled back is given again. Letters are few, so waiting costs nothing.
    key = f"letter/{scope.tenant.id}/{title}/{year}"
    scope.session.execute(sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    written = select(func.max(Letter.number)).where(
        Letter.tenant_id == scope.tenant.id, Letter.title == title, Letter.year == year
    )
    fresh = (
        row.number for row in scope.session.fresh if isinstance(row, Letter) and (row.title, row.year) == (title, year)
    )
    return max([scope.session.scalar(written) or 0, *fresh]) + 1
