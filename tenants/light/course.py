"""The ticket's course: what is done with it, when its time passes, and what is to be seen at each look."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.accountability.queries import case_numbered
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.jobs.timers import Timers
from core.jobs.transports.sms import SmsGateway
from core.journey.accountability_file import print_case
from core.journey.queries.lights import countdown
from core.kit.errors import Refused
from core.people.service import open_account
from core.sla.models import Clock, ClockEvent, Timer
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import AT_THE_MACHINE
from core.tickets.models import Ticket
from core.tickets.news import untold
from core.units.queries import directory
from core.workdays.queries import timetable
from tenants.apply import apply_profile
from tenants.light.gateway import ListeningGateway, listening
from tenants.light.own_time import OwnTime, clock_process
from tenants.profile import Profile, shipped_profiles
from tenants.replay import Replay
from tenants.scenario import Scenario, shipped_scenarios
from tenants.steps import Advance, Dispatch, Sign, Step
from tenants.telephone import Sms

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATER = timedelta(minutes=5)
STARTED_WITHIN = 45.0
"""Seconds that a clock process may take to start, less than the minute that is left when it does."""
FIRED_WITHIN = 120.0
AFTER: Mapping[type[Step], str] = {Dispatch: "受理、派单以后", Sign: "签收以后"}
"""What is told of the look after a step."""


class NothingRunsOver(Refused):
    """No published case of the district has a ticket that runs over its limit."""

    code = "nothing-runs-over"


@dataclass(frozen=True, slots=True)
class Look:
    """What was to be seen at an instant: the dot and its words, and what had come to the gateway since the look before."""

    at: datetime
    tone: str
    words: str
    sms: tuple[tuple[str, str], ...]
    """To whom, and the text."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case of accountability: its number, as it is quoted and as it is typed, the unit, and the words."""

    label: str
    code: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """The whole of it: the looks, and what is on record at the end."""

    slug: str
    serial_no: str
    title: str
    due: datetime
    looks: tuple[Look, ...]
    sms: tuple[Sms, ...]
    marks: tuple[tuple[str, datetime], ...]
    cases: tuple[OpenedCase, ...]


def print_case_file(installation: Installation, course: Course, *, form: str = "pdf") -> bytes:
    """Return the file of the case that came of it, printed at the last look."""
    with installation.scope(course.slug) as scope:
        case = case_numbered(scope, course.cases[0].code)
        return print_case(scope, case, form, AT_THE_MACHINE, now=course.looks[-1].at).content


def drive(installation: Installation, slug: str, *, owner_url: str = "") -> Course:
    """Drive the ticket of the district's published case past its limit, at the times at which something happens.

    With the owner's address of the database the last minute is lived by the real clock process, which is killed in it
    and started again when it is over; without, by the same code with the time as its argument. Raises `NothingRunsOver`.
    """
    scenario = _scenario(slug)
    profile, phones = _reachable(next(each for each in shipped_profiles() if each.slug == slug))
    first = scenario.steps[0].at
    apply_profile(installation, profile, now=first)
    installation.run(slug, partial(_staff_commission, now=first))
    with listening() as gateway:
        return _Drive(installation, scenario, gateway, phones, owner_url).run()


@dataclass
class _Drive:
    installation: Installation
    scenario: Scenario
    gateway: ListeningGateway
    phones: Mapping[str, str]
    owner_url: str
    looks: list[Look] = field(default_factory=list)
    seen: int = 0

    def run(self) -> Course:
        serial_no = self._begin()
        yellow, due = self._marks_ahead(serial_no)
        for moment in (yellow - SECOND, yellow, due - MINUTE):
            self._pass(moment)
            self._look(serial_no, moment)
        if self.owner_url:
            self._live_last_minute(serial_no, due)
        else:
            self._pass(due + SECOND)
            self._look(serial_no, due + SECOND)
        self._pass(due + LATER)
        self._look(serial_no, due + LATER, "又过了 5 分钟，已经下班，超时不再增加；没有再发一遍")
        return self._course(serial_no, due)

    def _begin(self) -> str:
        """Do what was done with the ticket before time began to run out, each at its time; return its number."""
        serials: dict[str, str] = {}
        until = next(place for place, step in enumerate(self.scenario.steps) if isinstance(step, Advance))
        for step in self.scenario.steps[:until]:
            serials = self.installation.run(self.scenario.tenant, partial(self._live, step, serials))
            self._deliver(step.at)
            if note := AFTER.get(type(step), ""):
                self._look(serials[step.ticket], step.at, note)
        [serial_no] = serials.values()
        return serial_no

    def _live(self, step: Step, serials: Mapping[str, str], scope: Scope) -> dict[str, str]:
        with untold(scope):
            replay = Replay(scope, replace(self.scenario, steps=(step,)))
            replay.serials.update(serials)
            replay.run()
            return dict(replay.serials)

    def _pass(self, now: datetime) -> None:
        """Let time pass until `now`: whenever a mark is reached the clock process looks, and the worker after it."""
        timers = Timers(self.installation, is_ending=lambda: False)
        for moment in (*self._instants(until=now), now):
            timers.fire(now=partial(_same, moment))
            self._deliver(moment)

    def _instants(self, *, until: datetime) -> list[datetime]:
        with self.installation.scope(self.scenario.tenant) as scope:
            reached = select(Timer.fire_at).where(Timer.tenant_id == scope.tenant.id, Timer.fire_at < until)
            return sorted(set(scope.session.scalars(reached)))

    def _deliver(self, now: datetime) -> None:
        sms = SmsGateway.configured(self.gateway.url, self.gateway.secret)
        Drain(self.installation, job_kinds({"sms": sms}, self.installation)).run(now=lambda: now)

    def _live_last_minute(self, serial_no: str, due: datetime) -> None:
        own_time = OwnTime(self.owner_url)
        url = self.installation.database.engine.url.render_as_string(hide_password=False)
        with _home(self.installation) as home:
            own_time.set(due - MINUTE)
            with clock_process(url, home) as clock:
                clock.wait_until_it_leads(STARTED_WITHIN)
                clock.kill()
                killed_at = own_time.now()
            self._look(serial_no, killed_at, "时钟进程被强行终止（SIGKILL）")
            own_time.set(due + SECOND)
            self._look(serial_no, due + SECOND, "没有时钟进程：已超时，还没有人知道")
            with clock_process(url, home) as clock:
                clock.wait_until_it_leads(STARTED_WITHIN)
                clock.wait_until(lambda: self._is_over(serial_no), FIRED_WITHIN)
                clock.kill()
                fired_at = own_time.now()
        self._deliver(fired_at)
        self._look(serial_no, fired_at, "时钟进程重新启动以后")

    def _is_over(self, serial_no: str) -> bool:
        return any(mark == "overdue" for mark, _ in self._fired(serial_no))

    def _look(self, serial_no: str, at: datetime, note: str = "") -> None:
        with self.installation.scope(self.scenario.tenant) as scope:
            light = countdown(timetable(scope), self._reply_clock(scope, serial_no), now=at)
        came = self.gateway.received[self.seen :]
        self.seen = len(self.gateway.received)
        told = tuple((self.phones.get(sms.to, "诉求人"), sms.text) for sms in came)
        self.looks.append(Look(at, light.tone, light.words, told, note))

    def _marks_ahead(self, serial_no: str) -> tuple[datetime, datetime]:
        with self.installation.scope(self.scenario.tenant) as scope:
            clock = self._reply_clock(scope, serial_no)
            yellow = scope.session.scalars(
                select(Timer.fire_at).where(
                    Timer.tenant_id == scope.tenant.id, Timer.clock_id == clock.id, Timer.light == "yellow"
                )
            ).one()
            assert clock.due_at is not None
            return yellow, clock.due_at

    def _fired(self, serial_no: str) -> tuple[tuple[str, datetime], ...]:
        with self.installation.scope(self.scenario.tenant) as scope:
            clock = self._reply_clock(scope, serial_no)
            rows = scope.session.execute(
                select(ClockEvent.mark, ClockEvent.at)
                .where(ClockEvent.tenant_id == scope.tenant.id, ClockEvent.clock_id == clock.id)
                .order_by(ClockEvent.at)
            ).all()
        return tuple((mark, at) for mark, at in rows)

    def _course(self, serial_no: str, due: datetime) -> Course:
        marks = self._fired(serial_no)
        with self.installation.scope(self.scenario.tenant) as scope:
            ticket = scope.session.scalars(
                select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
            ).one()
            cases = scope.session.scalars(
                select(AccountabilityCase).where(
                    AccountabilityCase.tenant_id == scope.tenant.id, AccountabilityCase.ticket_id == ticket.id
                )
            ).all()
            units = directory(scope)
            told = tuple(OpenedCase(case.label, case.code, units.name_of(case.unit_id), case.text) for case in cases)
            return Course(
                self.scenario.tenant,
                serial_no,
                ticket.title,
                due,
                tuple(self.looks),
                tuple(self.gateway.received),
                marks,
                told,
            )

    @staticmethod
    def _reply_clock(scope: Scope, serial_no: str) -> Clock:
        return scope.session.scalars(
            select(Clock)
            .join(Ticket, (Ticket.tenant_id == Clock.tenant_id) & (Ticket.id == Clock.ticket_id))
            .where(Clock.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no, Clock.name == "reply")
        ).one()


def _same(at: datetime) -> datetime:
    return at


def _scenario(slug: str) -> Scenario:
    for scenario in shipped_scenarios():
        tickets = {step.ticket for step in scenario.steps}
        runs_over = any(isinstance(step, Advance) and "case" in step.expect for step in scenario.steps)
        if scenario.tenant == slug and runs_over and len(tickets) == 1:
            return scenario
    raise NothingRunsOver(f"{slug} 的公开案例里没有单独一张超时立案的工单。可用：nanhai。")


def _reachable(profile: Profile) -> tuple[Profile, dict[str, str]]:
    """Give each unit a phone that nobody has; return whose each is."""
    phones = {f"138000{place:05d}": unit.name for place, unit in enumerate(profile.units)}
    units = tuple(replace(unit, phone=phone) for unit, phone in zip(profile.units, phones, strict=True))
    return replace(profile, units=units), phones


def _staff_commission(scope: Scope, *, now: datetime) -> None:
    """Have an officer in each unit that disciplines, who gets the case."""
    for unit in directory(scope).units:
        if unit.kind == "discipline":
            open_account(
                scope,
                login=f"{unit.code}-officer",
                name="纪检专员",
                password=None,
                roles=["discipline"],
                unit_id=unit.id,
                is_demonstration=True,
                now=now,
            )


@contextmanager
def _home(installation: Installation) -> Iterator[Path]:
    """Have a folder with the keys of this installation, as its processes want it."""
    with tempfile.TemporaryDirectory() as folder:
        assert installation.keys.path is not None
        keys = Path(folder) / "keys.json"
        keys.write_bytes(installation.keys.path.read_bytes())
        keys.chmod(0o600)
        yield Path(folder)
