"""Letters lived up to now on a real database: where they stand, when things happened, and that twice is once."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event, func, select

from core.escalation.models import Instruction
from core.evaluation.models import OverdueCause
from core.hooks.roster import Roster
from core.intake.models import IntakeEvent
from core.jobs.timers import Timers
from core.kit.db import Database
from core.routing.models import ReturnRequest
from core.sla.models import Clock, ClockEvent, ExtensionRequest, Timer
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import WAITING_FOR_DISPATCH, State
from tenants.ages import Ago, OnDay
from tenants.apply import apply_profile
from tenants.letter import REFUSED, Letter
from tenants.letters import shipped_letters
from tenants.present import bring_to_present
from tenants.profile import Profile, shipped_profiles
from tests.builders import beijing, make_installation

WEDNESDAY, SUNDAY = beijing("2026-11-25 15:20"), beijing("2026-11-22 12:00")
PROFILES = shipped_profiles()
LETTERS = shipped_letters(PROFILES)
STATES = {
    "waiting": State.ACCEPTED,
    "answered": State.CONCLUDED,
    "attached": State.ATTACHED,
    "split": State.IN_PROGRESS,
    "voided": State.VOIDED,
    "to_sign": State.DISPATCHED,
    "return_asked": State.DISPATCHED,
    "returned": State.TO_DISPATCH,
    "in_hand": State.IN_PROGRESS,
    "extension_asked": State.IN_PROGRESS,
    "paused": State.IN_PROGRESS,
    "review": State.SUBMITTED,
    "concluded": State.CONCLUDED,
    "rated": State.EVALUATED,
    "redone": State.TO_DISPATCH,
}


@dataclass(frozen=True)
class Played:
    """A district whose letters have been lived up to `now`."""

    installation: Installation
    profile: Profile
    letters: Sequence[Letter]
    now: datetime

    def states(self) -> dict[int, str]:
        """Return how each letter's ticket stands, by the letter's number."""
        with self.installation.scope(self.profile.slug) as scope:
            rows = scope.session.execute(
                select(IntakeEvent.external_id, Ticket.state)
                .join(Ticket, (Ticket.tenant_id == IntakeEvent.tenant_id) & (Ticket.id == IntakeEvent.ticket_id))
                .where(IntakeEvent.tenant_id == scope.tenant.id)
            )
            return {int(row.external_id.rpartition("/")[2]): row.state for row in rows}

    def lights_at_the_desk(self) -> set[str]:
        with self.installation.scope(self.profile.slug) as scope:
            return set(
                scope.session.scalars(
                    select(Ticket.light).where(
                        Ticket.tenant_id == scope.tenant.id, Ticket.state.in_(WAITING_FOR_DISPATCH)
                    )
                )
            )


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database, but for those that open a transaction."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("SET LOCAL"):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module", params=[WEDNESDAY, SUNDAY], ids=["wednesday", "sunday"])
def played(request: pytest.FixtureRequest, installation: Installation) -> Played:
    """The largest district with the letters that are written out; the themed ones are many and alike."""
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "chengdu-gaoxin")
    profile = replace(shipped, slug=f"gaoxin-{mark}", serial_prefix=f"G{mark.upper()}")
    letters = [letter for letter in LETTERS["chengdu-gaoxin"] if not isinstance(letter.age, OnDay)]
    now: datetime = request.param
    apply_profile(installation, profile, now=now)
    assert bring_to_present(installation, profile, letters, now=now)
    return Played(installation, profile, letters, now)


def test_every_letter_stands_where_its_file_says(played: Played) -> None:
    wanted = {
        letter.number: State.CONCLUDED if letter.rating == REFUSED else STATES[letter.stands]
        for letter in played.letters
    }

    assert played.states() == wanted


def test_on_a_working_day_the_desk_has_green_yellow_and_red(played: Played) -> None:
    # An appeal of five working days turns yellow on its last day: on a Sunday nothing is on its last day.
    wanted = {"green", "yellow", "red"} if played.now == WEDNESDAY else {"green", "red"}

    assert played.lights_at_the_desk() == wanted


def test_nothing_happened_in_the_future(played: Played) -> None:
    with played.installation.scope(played.profile.slug) as scope:
        latest = scope.session.scalar(select(func.max(TicketEvent.at)).where(TicketEvent.tenant_id == scope.tenant.id))

    assert latest is not None
    assert latest <= played.now


def test_every_mark_was_fired_at_its_own_instant_and_none_is_left_over(played: Played) -> None:
    with played.installation.scope(played.profile.slug) as scope:
        tenant_id = scope.tenant.id
        late = scope.session.scalars(
            select(ClockEvent.mark).where(ClockEvent.tenant_id == tenant_id, ClockEvent.fired_at != ClockEvent.at)
        ).all()
        fired = scope.session.scalar(select(func.count()).where(ClockEvent.tenant_id == tenant_id))
        before = scope.session.scalar(select(func.count()).where(Timer.tenant_id == tenant_id))

    Timers(played.installation, is_ending=lambda: False).fire(now=lambda: played.now)
    with played.installation.scope(played.profile.slug) as scope:
        after = scope.session.scalar(select(func.count()).where(Timer.tenant_id == tenant_id))

    assert late == []
    assert fired
    assert after == before


def test_a_second_time_is_one_question(played: Played) -> None:
    states = played.states()

    with counted(played.installation.database) as sent:
        happened = bring_to_present(played.installation, played.profile, played.letters, now=played.now)

    assert not happened
    assert len(sent) == 1
    assert played.states() == states


def test_timelines_run_forward(played: Played) -> None:
    with played.installation.scope(played.profile.slug) as scope:
        entries = scope.session.execute(
            select(TicketEvent.ticket_id, TicketEvent.at)
            .where(TicketEvent.tenant_id == scope.tenant.id)
            .order_by(TicketEvent.ticket_id, TicketEvent.seq)
        ).all()

    assert [
        after for before, after in pairwise(entries) if before.ticket_id == after.ticket_id and after.at < before.at
    ] == []


def test_themed_letters_are_handled_rated_and_sometimes_late(installation: Installation) -> None:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "sandbox")
    profile = replace(shipped, slug=f"sandbox-{mark}", serial_prefix=f"S{mark.upper()}")
    letters = [letter for letter in LETTERS["sandbox"] if letter.stands == "rated"]
    apply_profile(installation, profile, now=WEDNESDAY)

    bring_to_present(installation, profile, letters, now=WEDNESDAY)

    played = Played(installation, profile, letters, WEDNESDAY)
    expected = {one.number: State.CONCLUDED if one.rating == REFUSED else State.EVALUATED for one in letters}
    assert played.states() == expected
    with installation.scope(profile.slug) as scope:
        overdue = scope.session.scalars(
            select(Clock.id).where(
                Clock.tenant_id == scope.tenant.id, Clock.name == "reply", Clock.overdue_at.is_not(None)
            )
        ).all()
        extended = scope.session.scalars(
            select(ExtensionRequest.days_granted).where(ExtensionRequest.tenant_id == scope.tenant.id)
        ).all()
    assert len(overdue) == sum(letter.late for letter in letters)
    assert extended == [letter.extended for letter in letters if letter.extended] == [3]


def test_detours_of_themed_letters_leave_their_records(installation: Installation) -> None:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "chengdu-jinjiang")
    profile = replace(shipped, slug=f"jinjiang-{mark}", serial_prefix=f"J{mark.upper()}")
    detoured = [
        letter
        for letter in LETTERS["chengdu-jinjiang"]
        if isinstance(letter.age, OnDay)
        and letter.age.back > 30
        and (letter.astray or letter.extended or letter.redone)
    ]
    apply_profile(installation, profile, now=WEDNESDAY)

    bring_to_present(installation, profile, detoured, now=WEDNESDAY)

    with installation.scope(profile.slug) as scope:
        found = scope.session.execute(
            select(IntakeEvent.external_id, Ticket.bounce_count, Ticket.cycle_no, Ticket.state)
            .join(Ticket, (Ticket.tenant_id == IntakeEvent.tenant_id) & (Ticket.id == IntakeEvent.ticket_id))
            .where(IntakeEvent.tenant_id == scope.tenant.id)
        ).all()
        returned = scope.session.scalars(
            select(ReturnRequest.state).where(ReturnRequest.tenant_id == scope.tenant.id)
        ).all()
        extended = scope.session.scalars(
            select(ExtensionRequest.state).where(ExtensionRequest.tenant_id == scope.tenant.id)
        ).all()
    kept = {int(row.external_id.rpartition("/")[2]): (row.bounce_count, row.cycle_no) for row in found}
    # A rule of the district dispatches by itself what is the city management's: that goes nowhere else first.
    astray = {letter.number for letter in detoured if letter.astray and not letter.matter.startswith("C01")}
    assert astray
    assert kept == {letter.number: (int(letter.number in astray), 2 if letter.redone else 1) for letter in detoured}
    assert {row.state for row in found} <= {State.EVALUATED, State.CONCLUDED}
    assert returned == ["approved"] * len(astray)
    assert extended == ["approved"] * sum(bool(letter.extended) for letter in detoured)
    assert any(letter.redone for letter in detoured)


def test_leaders_instruct_and_causes_are_asked_stated_and_found(installation: Installation) -> None:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "chengdu-xindu")
    profile = replace(shipped, slug=f"xindu-{mark}", serial_prefix=f"X{mark.upper()}")
    told = [
        letter
        for letter in LETTERS["chengdu-xindu"]
        if isinstance(letter.age, OnDay) and letter.age.back > 30 and (letter.instructed or letter.late_because[0])
    ]
    apply_profile(installation, profile, now=WEDNESDAY)

    bring_to_present(installation, profile, told, now=WEDNESDAY)

    with installation.scope(profile.slug) as scope:
        own = scope.tenant.id
        given = scope.session.scalars(select(Instruction.feedback).where(Instruction.tenant_id == own)).all()
        causes = scope.session.execute(
            select(OverdueCause.stated, OverdueCause.found).where(OverdueCause.tenant_id == own)
        ).all()
    wanted = [letter.instructed.report for letter in told if letter.instructed]
    assert sorted(given) == sorted(wanted)
    assert {bool(report) for report in wanted} == {True, False}
    assert causes
    assert {cause.found for cause in causes} <= {cause.stated for cause in causes} | {""}
    assert len(causes) <= sum(letter.late for letter in told)


def test_a_paused_letter_stands_still_and_one_that_is_attached_waits_with_its_master(
    installation: Installation,
) -> None:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in PROFILES if profile.slug == "sandbox")
    profile = replace(shipped, slug=f"sandbox-{mark}", serial_prefix=f"S{mark.upper()}")
    master = next(letter for letter in LETTERS["sandbox"] if letter.stands == "paused")
    waiting = next(letter for letter in LETTERS["sandbox"] if letter.stands == "waiting")
    attached = replace(waiting, stands="attached", to=master.title, why="同一处", age=Ago(timedelta(minutes=40)))
    apply_profile(installation, profile, now=WEDNESDAY)

    bring_to_present(installation, profile, [master, attached], now=WEDNESDAY)

    with installation.scope(profile.slug) as scope:
        tickets = scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.id)
        ).all()
        clocks = scope.session.execute(
            select(Clock.name, Clock.state, Clock.due_at)
            .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == tickets[0].id, Clock.name != "return_window")
            .order_by(Clock.id)
        ).all()
    assert [ticket.state for ticket in tickets] == [State.IN_PROGRESS, State.ATTACHED]
    assert tickets[1].master_id == tickets[0].id
    # Accepted on Fri 20 Nov 09:35: the resident's five working days end on Fri 27 Nov; the unit's three stand still.
    assert [tuple(clock) for clock in clocks] == [
        ("reply", "running", beijing("2026-11-27 18:00")),
        ("handle", "paused", None),
    ]
