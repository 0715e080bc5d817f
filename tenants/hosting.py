"""Live interviews of a demonstration: one that was held, with some of its questions finished, and one that is announced.

In a file of `tenants/institutions/`, each `[[interview]]` opens at half past twelve so many working `days` ago, or ahead where it
is negative, with a `topic` and hosts `[[interview.host]]`. What was asked comes from `tenants.interview_questions`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from core.intake.interviews.models import Interview, InterviewQuestion
from core.journey.interview_files import import_file
from core.journey.interview_handover import hand_over
from core.journey.interviews import get_interview_rules
from core.tickets.models import Ticket
from core.tickets.states import State
from core.workdays.queries import timetable
from tenants.house import Institutions
from tenants.interview_questions import Wanted, lines
from tenants.interviews import BEFORE, CAST, Session, announce, answer, as_file, live, put_aside
from tenants.marks import Marks
from tenants.source import Table

ASKED = Wanted(live=7, aside=2, doubled=3, distinct=22, alike=6)
SIGNED, ANSWERED = timedelta(minutes=40), timedelta(minutes=90)
"""How long after an interview the units signed and answered what is due by now; the rest is under way."""


def hold_interviews(house: Institutions) -> None:
    """Hold the interviews of the past, and announce those that come."""
    for table in house.said.tables("interview"):
        days, part = table.number("days"), table.number("part", 0)
        opens = _noon(house, days)
        session = _session(table, opens)
        rules = get_interview_rules(house.scope)
        at = min(opens - BEFORE, house.day(1, 10))
        announce(house.scope, session=session, opens=opens, minutes=rules.minutes, now=at)
        if days > 0:
            _hold(house, session, opens, minutes=rules.minutes + rules.extension_minutes, part=part)


def _session(table: Table, opens: datetime) -> Session:
    hosts = tuple(
        (host.text("name"), host.text("post"), host.text("unit"), host.text("called")) for host in table.tables("host")
    )
    topic = table.text("topic")
    table.refuse_others()
    return Session(f"live-{opens:%Y%m%d}", topic, opens.replace(tzinfo=None).isoformat(), hosts, ASKED)


def _hold(house: Institutions, session: Session, opens: datetime, *, minutes: int, part: int) -> None:
    """Ask, answer live, take in the rest, hand it over, and let units finish some of it."""
    scope, desk, closed = house.scope, CAST.at_desk(), opens + timedelta(minutes=minutes + 20)
    asked = lines(session.slug, ASKED, hosts=[host[3] for host in session.hosts], minutes=minutes, part=part)
    live(scope, session=session, asked=asked, opens=opens)
    with as_file(asked, opens) as path:
        import_file(scope, session.slug, path.name, path.read_bytes(), actor=desk, now=closed)
    put_aside(scope, session=session, asked=asked, now=closed)
    hand_over(scope, session.slug, afresh=True, actor=desk, now=closed + timedelta(minutes=10))
    scope.session.flush()
    answer(scope, tickets=_due(house, session), signed=closed + SIGNED, answered=closed + ANSWERED)
    scope.session.flush()
    Marks(scope).fire(until=house.now)


def _due(house: Institutions, session: Session) -> Sequence[tuple[str, int, str]]:
    """Return number, unit and place of the tickets of an interview that are due by now."""
    rows = house.scope.session.execute(
        select(Ticket.serial_no, Ticket.lead_unit_id, Ticket.place)
        .join(
            InterviewQuestion,
            (InterviewQuestion.tenant_id == Ticket.tenant_id) & (InterviewQuestion.ticket_id == Ticket.id),
        )
        .join(
            Interview,
            (Interview.tenant_id == InterviewQuestion.tenant_id) & (Interview.id == InterviewQuestion.interview_id),
        )
        .where(
            Ticket.tenant_id == house.scope.tenant.id,
            Interview.slug == session.slug,
            InterviewQuestion.state == "filed",
            Ticket.state.in_((State.DISPATCHED, State.IN_PROGRESS)),
            Ticket.next_due_at <= house.now,
        )
        .order_by(Ticket.id)
    ).all()
    return [(serial_no, unit_id, place) for serial_no, unit_id, place in rows if unit_id is not None]


def _noon(house: Institutions, days: int) -> datetime:
    """Return half past twelve of the working day so many days ago, or ahead; of days off the one before that."""
    hours, at = timetable(house.scope), house.day(days, 12) + timedelta(minutes=30)
    while not hours.is_working_day(at.date()):
        at -= timedelta(days=1)
    return at
