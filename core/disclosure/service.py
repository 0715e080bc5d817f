"""Preparing what is made public of a ticket, publishing it, keeping it closed, and taking it back."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from sqlalchemy import select

from core.disclosure.hiding import doubts_in, hide, refuse_doubts
from core.disclosure.models import Disclosure
from core.disclosure.redaction import HIDDEN
from core.disclosure.rules import ALL, Decided, decide
from core.handling.models import Reply
from core.hooks import specs
from core.hooks.values import Opening, Wish
from core.kit.errors import Refused
from core.kit.keys import CROCKFORD
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.views import view_of
from core.workdays.queries import timetable

NUMBER_LENGTH = 10
BY_HAND = Decided(ALL, "", "person")
"""Where no rule says anything and a person prepares it."""
UNREDACTED = "遮盖规则没有答复，请逐字看过再公开"
LONGEST = 20_000


class NotPrepared(Refused):
    """Nothing of the ticket's last answer was prepared, so there is nothing that somebody could have read."""

    code = "not-prepared"


class ResidentObjects(Refused):
    """The resident asked not to have it made public; nobody overrules that."""

    code = "resident-objects"


class NothingOpened(Refused):
    """It would be published without any of the three openings."""

    code = "nothing-opened"


class NothingPublished(Refused):
    """Nothing of the ticket is public."""

    code = "nothing-published"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a ticket as everybody may read them; `failed`: a rule for hiding could not be asked."""

    title: str
    text: str
    result: str
    failed: bool = False


def disclosure_of(scope: Scope, ticket_id: int) -> Disclosure | None:
    """Return what is known of making the ticket public."""
    return scope.session.scalar(
        select(Disclosure).where(Disclosure.tenant_id == scope.tenant.id, Disclosure.ticket_id == ticket_id)
    )


def begin(scope: Scope, ticket: Ticket, *, now: datetime) -> Disclosure:
    """Return the ticket's row, a new one where there is none."""
    row = disclosure_of(scope, ticket.id)
    if row is None:
        row = Disclosure(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            public_no=public_no(scope, ticket.id),
            state="unprepared",
            changed_at=now,
        )
        scope.session.add(row)
    return row


def public_no(scope: Scope, ticket_id: int) -> str:
    """Return the number under which everybody finds a ticket: made with a key, so that it leads nowhere else."""
    key = scope.keys.derive("public-number", scope.tenant.id, number=1)
    number = int.from_bytes(hmac.digest(key, str(ticket_id).encode(), "sha256")[:8], "big")
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(NUMBER_LENGTH))


def prepare(scope: Scope, ticket: Ticket, *, by_hand: bool, now: datetime) -> Disclosure:
    """Ask the rules what is opened, write the words down redacted, and close it where they or the resident say so.

    What was published before is outside no more. `by_hand`: somebody wants it; where no rule speaks they decide alone.
    """
    row = begin(scope, ticket, now=now)
    wish = cast(Wish, row.wish)
    answers = scope.hooks.ask(specs.disclosure_decision, ticket=view_of(scope, ticket), wish=wish)
    stamped = [(scope.hooks.stamp(feature), decision) for feature, decision in answers]
    decided = decide(stamped, wish=wish, has_failed=bool(answers.failures)) or (BY_HAND if by_hand else None)
    row.changed_at, row.cycle_no, row.published_at = now, ticket.cycle_no, None
    if decided is None:
        row.state = "unprepared"
        return row
    words = words_outside(scope, ticket)
    row.title, row.text, row.result = words.title, words.text, words.result
    row.opens_matter, row.opens_process, row.opens_result = (opening in decided.opens for opening in ALL)
    row.ground, row.decided_by = decided.ground, decided.by
    doubts = doubts_in(scope, *opened_words(row))
    undecided = said("疑似姓名 {n} 处，由人逐处决定后再公开", n=len(doubts)) if doubts else ""
    row.reason = joined(
        "；", (each for each in (decided.reason, UNREDACTED if words.failed else "", undecided) if each)
    )
    row.state = "closed" if decided.ground else "prepared"
    row.closed_until = _today(scope, now) + timedelta(days=decided.days) if decided.days else None
    is_sure = decided.after_days is not None and not words.failed and not doubts and bool(decided.opens)
    row.publish_from = _after(scope, ticket, decided.after_days or 0, now=now) if is_sure else None
    return row


def words_outside(scope: Scope, ticket: Ticket) -> Words:
    """Return the ticket's words without its resident, and without what is surely to be hidden; doubtful names stay."""
    contact, reply = who_spoke(scope, ticket), _answer(scope, ticket)
    failed = False
    outside: list[str] = []
    for text in (ticket.title, ticket.text, reply):
        hidden, has_failed = hide(scope, text, contact, keeps_doubts=True)
        outside.append(hidden)
        failed |= has_failed
    title, words, result = outside
    return Words(title, words, result, failed)


def publish(
    scope: Scope,
    ticket: Ticket,
    *,
    opens: tuple[Opening, ...],
    words: Words | None,
    by: str,
    now: datetime,
) -> Disclosure:
    """Make the prepared words public, or those that a person wrote instead, which are redacted as well.

    Raises `NotPrepared`, `ResidentObjects`, `NothingOpened`, `NamesUndecided`.
    """
    row = prepared_of(scope, ticket)
    refuse_against_wish(row, ticket)
    if not opens:
        raise NothingOpened("事项、过程、结果都没有选，没有可公开的内容。请至少选一项；不公开的，请写明理由。")
    if words is not None:
        reword(scope, ticket, row, words)
    row.opens_matter, row.opens_process, row.opens_result = (opening in opens for opening in ALL)
    refuse_doubts(scope, *opened_words(row))
    row.state, row.published_at, row.published_by, row.changed_at = "published", now, by, now
    row.ground, row.closed_until, row.publish_from = "", None, None
    return row


def prepared_of(scope: Scope, ticket: Ticket) -> Disclosure:
    """Return the words of the ticket's last answer as they were prepared. Raises `NotPrepared`."""
    row = disclosure_of(scope, ticket.id)
    if row is None or row.state == "unprepared" or row.cycle_no != ticket.cycle_no:
        raise NotPrepared(
            said(
                "工单 {serial_no} 最近一次答复还没有准备公开。请先点“准备公开”，看过遮盖后的文字再公开。",
                serial_no=ticket.serial_no,
            )
        )
    return row


def reword(scope: Scope, ticket: Ticket, row: Disclosure, words: Words) -> None:
    """Put other words in place of those that were prepared; what is surely to be hidden is taken out of them as well."""
    contact = who_spoke(scope, ticket)
    row.title, row.text, row.result = (
        hide(scope, each[:LONGEST], contact, keeps_doubts=True)[0] for each in (words.title, words.text, words.result)
    )


def opened_words(row: Disclosure) -> tuple[str, ...]:
    """Return the words of it that everybody would read."""
    matter = (row.title, row.text) if row.opens_matter else ()
    return (*matter, row.result) if row.opens_result else matter


def all_words(row: Disclosure) -> tuple[str, str, str]:
    """Return title, matter and result as they were prepared."""
    return row.title, row.text, row.result


def mask_word(row: Disclosure, word: str) -> None:
    """Take a word out of all that was prepared."""
    row.title, row.text, row.result = (each.replace(word, HIDDEN) for each in all_words(row))


def refuse_against_wish(row: Disclosure, ticket: Ticket) -> None:
    """Raise `ResidentObjects` where the resident said no."""
    if row.wish == "closed":
        raise ResidentObjects(
            said(
                "工单 {serial_no} 的诉求人不愿公开，不能公开。诉求人改变主意的，可记下其意愿后再办。",
                serial_no=ticket.serial_no,
            )
        )


def close(row: Disclosure, *, ground: str, reason: str, days: int, by: str, scope: Scope, now: datetime) -> None:
    """Keep it closed on a ground, for so many days (0 = for good); what was public is outside no more."""
    row.state, row.ground, row.reason, row.decided_by = "closed", ground, reason, by
    row.closed_until = _today(scope, now) + timedelta(days=days) if days else None
    row.published_at, row.publish_from, row.changed_at = None, None, now


def withdraw(row: Disclosure | None, ticket: Ticket, *, reason: str, by: str, now: datetime) -> None:
    """Take back what was published. Raises `NothingPublished`."""
    if row is None or row.state != "published":
        raise NothingPublished(
            said("工单 {serial_no} 没有公开的内容，不用撤回。请刷新后查看。", serial_no=ticket.serial_no)
        )
    row.state, row.reason, row.decided_by = "withdrawn", reason, by
    row.published_at, row.publish_from, row.changed_at = None, None, now


def _after(scope: Scope, ticket: Ticket, days: int, *, now: datetime) -> datetime:
    """Return the beginning of the working day so many working days after the conclusion; at once for 0."""
    if not days:
        return now
    concluded = (ticket.concluded_at or now).astimezone(scope.tenant.zone).date()
    day = timetable(scope).working_day_after(concluded, days)
    return max(now, datetime.combine(day, time(), scope.tenant.zone))


def _today(scope: Scope, now: datetime) -> date:
    return now.astimezone(scope.tenant.zone).date()


def _answer(scope: Scope, ticket: Ticket) -> str:
    """Return the reply that the resident was given in the present cycle."""
    found = scope.session.scalar(
        select(Reply.text)
        .where(
            Reply.tenant_id == scope.tenant.id,
            Reply.ticket_id == ticket.id,
            Reply.cycle_no == ticket.cycle_no,
            Reply.state == "approved",
        )
        .order_by(Reply.submitted_at.desc(), Reply.id.desc())
        .limit(1)
    )
    return found or ""


def who_spoke(scope: Scope, ticket: Ticket) -> Contact:
    """Return who spoke, of a part who spoke the whole; nobody = nothing was left."""
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    return opened(scope.keys, row) if row else Contact()
