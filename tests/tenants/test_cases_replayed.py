"""The cases, replayed in their districts: what the product wrote, at which times, and that twice is once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, select

from core.coordination.models import ClassCheck, Errand, Meeting, Policy
from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Instruction
from core.handling.models import Enforcement, Verification
from core.hooks.roster import Roster
from core.journey.report import report_month
from core.routing.models import Assignment
from core.sla.models import Clock
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Message, Ticket, TicketEvent
from core.units.queries import directory
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tenants.replay import Replay
from tenants.scenario import shipped_scenarios
from tests.builders import BEIJING, beijing, make_installation, make_ticket

NOW = beijing("2026-03-12 10:00")
SCENARIOS = {scenario.id: scenario for scenario in shipped_scenarios()}


@dataclass(frozen=True)
class Case:
    """A replayed case: its district, under a name of its own, and its serial numbers by label."""

    installation: Installation
    slug: str
    serials: Mapping[str, str]

    def ticket(self, label: str = "ticket") -> Ticket:
        with self.installation.scope(self.slug) as scope:
            return self._ticket(scope, label)

    def entries(self, label: str = "ticket") -> Sequence[TicketEvent]:
        """Return the ticket's timeline."""
        with self.installation.scope(self.slug) as scope:
            of_ticket = select(TicketEvent).where(
                TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == self._ticket(scope, label).id
            )
            return scope.session.scalars(of_ticket.order_by(TicketEvent.seq)).all()

    def at(self, kind: str, words: str = "", label: str = "ticket") -> datetime:
        """Return when the first entry of that kind, with these words in it, was made."""
        return next(entry.at for entry in self.entries(label) if entry.kind == kind and words in entry.summary)

    def clock(self, name: str, label: str = "ticket") -> Clock:
        with self.installation.scope(self.slug) as scope:
            ticket_id = self._ticket(scope, label).id
            found = select(Clock).where(
                Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket_id, Clock.name == name
            )
            return scope.session.scalars(found).one()

    def records(self, model: Any, label: str = "ticket") -> Sequence[Any]:
        """Return the rows of a table that belong to the ticket, in the order in which they were written."""
        with self.installation.scope(self.slug) as scope:
            of_ticket = select(model).where(
                model.tenant_id == scope.tenant.id, model.ticket_id == self._ticket(scope, label).id
            )
            return scope.session.scalars(of_ticket.order_by(model.id)).all()

    def errands(self, kind: str, label: str = "ticket") -> list[tuple[str, datetime, datetime | None]]:
        """Return the errands of this kind as (unit, given, answered)."""
        given = self.records(Errand, label)
        with self.installation.scope(self.slug) as scope:
            units = {unit.id: unit.code for unit in directory(scope).units}
        return [(units[row.unit_id], row.given_at, row.answered_at) for row in given if row.kind == kind]

    def steps_of_light(self, label: str = "ticket") -> list[tuple[datetime, str, str, str]]:
        """Return when the light changed and whom that reached: (instant, light or kind of alert, to whom)."""
        return [
            (entry.at, entry.kind, entry.detail.get("light", entry.detail.get("kind", "")), entry.detail.get("to", ""))
            for entry in self.entries(label)
            if entry.kind in ("clock_mark", "escalate") and entry.detail.keys() & {"light", "kind"}
        ]

    def due_times(self, label: str = "ticket") -> list[tuple[str, str, str]]:
        """Return each due time that was set or moved, in order: (when that was, which clock, when it is due)."""
        told = []
        for entry in self.entries(label):
            clocks = {"clock_started": entry.detail.get("clocks", ()), "clock_moved": [entry.detail]}
            told += [
                (_local(entry.at), clock["clock"], _local(datetime.fromisoformat(clock["due_at"])))
                for clock in clocks.get(entry.kind, ())
            ]
        return told

    def units(self, label: str = "ticket") -> list[tuple[str, str]]:
        """Return the units that work on the ticket, as (role, code); not those that only look on."""
        with self.installation.scope(self.slug) as scope:
            given = select(Assignment).where(
                Assignment.tenant_id == scope.tenant.id,
                Assignment.ticket_id == self._ticket(scope, label).id,
                Assignment.role != "info",
            )
            units = {unit.id: unit.code for unit in directory(scope).units}
            return sorted((row.role, units[row.unit_id]) for row in scope.session.scalars(given))

    def _ticket(self, scope: Scope, label: str) -> Ticket:
        numbered = select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == self.serials[label])
        return scope.session.scalars(numbered).one()


def _local(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module")
def districts(installation: Installation) -> dict[str, str]:
    """The districts of the cases, as they are shipped but for their names."""
    wanted = {scenario.tenant for scenario in SCENARIOS.values()}
    names = {}
    for profile in shipped_profiles():
        if profile.slug in wanted:
            mark = secrets.token_hex(3)
            names[profile.slug] = f"{profile.slug}-{mark}"
            apply_profile(
                installation,
                replace(profile, slug=names[profile.slug], serial_prefix=f"X{mark.upper()}"),
                now=NOW,
            )
    return names


@pytest.fixture(scope="module")
def cases(installation: Installation, districts: dict[str, str]) -> dict[str, Case]:
    """All ten cases, replayed in the order of their numbers."""
    return {scenario_id: replayed(installation, districts, scenario_id) for scenario_id in SCENARIOS}


def replayed(installation: Installation, districts: Mapping[str, str], scenario_id: str) -> Case:
    scenario = SCENARIOS[scenario_id]
    slug = districts[scenario.tenant]
    with installation.scope(slug) as scope:
        replay = Replay(scope, scenario)
        replay.run()
    return Case(installation, slug, replay.serials)


def rows(installation: Installation, slug: str) -> list[int]:
    """Count what a replay writes."""
    with installation.scope(slug) as scope:
        counts = [
            scope.session.scalar(select(func.count()).select_from(table).where(table.tenant_id == scope.tenant.id))
            for table in (Ticket, TicketEvent, Clock, Message, AccountabilityCase)
        ]
    return [count or 0 for count in counts]


def test_every_case_ends_as_it_was_published(cases: dict[str, Case]) -> None:
    assert {
        scenario_id: {label: case.ticket(label).state for label in case.serials} for scenario_id, case in cases.items()
    } == {
        "1-tilted-hut": {"ticket": "evaluated"},
        "2-falling-tiles": {"ticket": "evaluated"},
        "3-nineteen-households": {"ticket": "evaluated"},
        "4-metro-advertisement": {"first": "evaluated", "second": "evaluated", "third": "concluded"},
        "5-burning-rubbish": {"ticket": "evaluated"},
        "6-special-school": {"ticket": "evaluated"},
        "7-pothole": {"ticket": "evaluated"},
        "8-manhole-cover": {"ticket": "evaluated"},
        "9-live-session": {
            "parking": "concluded",
            "market": "concluded",
            "greenway": "concluded",
            "smell": "concluded",
            "school": "evaluated",
            "bus": "concluded",
            "river": "in_progress",
            "lamp": "concluded",
        },
        "10-sunken-pavement": {"ticket": "evaluated"},
    }


def test_replaying_twice_adds_nothing(
    installation: Installation, districts: dict[str, str], cases: dict[str, Case]
) -> None:
    before = {slug: rows(installation, slug) for slug in districts.values()}

    again = {scenario_id: replayed(installation, districts, scenario_id) for scenario_id in cases}

    assert again == cases
    assert {slug: rows(installation, slug) for slug in districts.values()} == before


def test_the_tilted_hut_is_dispatched_in_two_minutes_and_seen_within_the_hour(cases: dict[str, Case]) -> None:
    hut = cases["1-tilted-hut"]
    accepted, dispatched = hut.at("accept"), hut.at("dispatch")
    on_site = hut.clock("on_site")

    assert hut.ticket().urgency == "urgent"
    assert dispatched - accepted < timedelta(minutes=2)
    assert (on_site.started_at, on_site.due_at) == (dispatched, dispatched + timedelta(hours=1))
    assert (on_site.state, on_site.stopped_at) == ("met", hut.at("on_site"))
    assert (dispatched, "escalate", "sms", "street-shiyang") in hut.steps_of_light()


def test_three_bureaus_of_the_city_are_brought_in_while_the_hut_is_handled_and_stop_the_works_within_two_hours(
    cases: dict[str, Case],
) -> None:
    hut = cases["1-tilted-hut"]

    [verified], [stopped] = hut.records(Verification), hut.records(Enforcement)

    assert hut.units() == [("co", "city-cgw"), ("co", "city-hbj"), ("co", "city-ludeng"), ("lead", "street-shiyang")]
    assert (verified.result, verified.on_site, verified.at) == ("true", True, beijing("2019-11-05 14:44"))
    assert (stopped.measure, stopped.at) == ("stop", beijing("2019-11-05 15:53"))
    assert stopped.at - hut.at("accept") == timedelta(hours=1, minutes=46, seconds=50)
    arrived = [(entry.actor_name, entry.at) for entry in hut.entries() if entry.kind == "on_site"]
    assert arrived[1:] == [
        ("成都市生态环境局", beijing("2019-11-05 15:51") + timedelta(seconds=30)),
        ("成都市城市管理委员会", beijing("2019-11-05 15:52") + timedelta(seconds=10)),
    ]


def test_the_falling_tiles_go_where_the_resident_never_had_to_know(cases: dict[str, Case]) -> None:
    tiles = cases["2-falling-tiles"]

    assert tiles.units() == [("co", "street-chenglonglu"), ("co", "zjj-wy"), ("lead", "zjj-wx")]
    assert tiles.at("audit_pass") - tiles.at("accept") < timedelta(days=4)
    on_site, special = tiles.records(Meeting)
    assert (on_site.kind, on_site.guests) == ("on_site", [{"kind": "enterprise", "name": "小区物业公司"}])
    assert (special.kind, special.held_at) == ("special", beijing("2016-05-13 14:00"))
    assert special.outcome.startswith("达成共识：建立全市层面的统筹协调机制")
    settled = beijing("2016-05-11 15:00")
    assert tiles.errands("meeting") == [
        ("zjj-wx", settled, beijing("2016-05-13 11:30")),
        ("zjj-wy", settled, beijing("2016-05-13 11:40")),
        ("street-chenglonglu", settled, beijing("2016-05-13 11:50")),
    ]


def test_nineteen_households_are_one_ticket_for_three_units(cases: dict[str, Case]) -> None:
    households = cases["3-nineteen-households"]

    assert households.ticket().affected_count == 19
    assert households.units() == [("co", "gaj"), ("co", "street-chenglonglu"), ("lead", "jyj")]
    assert households.at("contribute", "成都市公安局锦江区分局") < households.at("submit_result")
    [meeting] = households.records(Meeting)
    assert (meeting.kind, meeting.units, meeting.held_at) == (
        "on_site",
        ["gaj", "jyj", "street-chenglonglu"],
        beijing("2018-06-13 10:00"),
    )
    assert households.errands("meeting") == [
        ("gaj", meeting.held_at, beijing("2018-06-19 11:20")),
        ("jyj", meeting.held_at, beijing("2018-06-20 15:10")),
        ("street-chenglonglu", meeting.held_at, beijing("2018-06-14 17:05")),
    ]
    assert [row.what for row in households.records(Errand)] == [
        "根据真实入住的情况，对符合政策条件的办理入户手续",
        "根据业主入住的实际情况，按户籍报名办理入学",
        "做好群众的沟通解释、入户调查等",
    ]


def test_the_metro_advertisement_is_stopped_on_the_day_of_the_instruction(cases: dict[str, Case]) -> None:
    advertisement = cases["4-metro-advertisement"]
    instructed = advertisement.at("instruction", "批示：立即整改", "first")

    replied = [advertisement.ticket(label).replied_at for label in ("first", "second", "third")]

    assert instructed == beijing("2017-01-18 10:30")
    assert instructed < advertisement.at("instruction", "反馈成都市政府领导批示：全线停播", "first")
    assert all(at and timedelta() < at - instructed < timedelta(hours=8) for at in replied)


def test_the_instruction_on_the_advertisement_has_all_that_is_alike_checked_by_who_runs_metro_and_buses(
    cases: dict[str, Case],
) -> None:
    advertisement = cases["4-metro-advertisement"]
    [instruction], [check] = (advertisement.records(model, "first") for model in (Instruction, ClassCheck))

    assert (instruction.level, instruction.leader) == ("city", "成都市政府领导")
    assert (check.instruction_id, check.matter, check.state) == (instruction.id, "C0402", "closed")
    assert (check.ordered_at, check.due_at, check.closed_at) == (
        beijing("2017-01-18 10:42"),
        beijing("2017-01-25 18:00"),
        beijing("2017-01-20 11:05"),
    )
    assert advertisement.errands("check", "first") == [
        ("pu-metro", check.ordered_at, beijing("2017-01-18 15:40")),
        ("pu-bus", check.ordered_at, check.closed_at),
    ]


def test_each_of_those_who_wrote_of_the_advertisement_has_a_number_an_answer_and_a_say(cases: dict[str, Case]) -> None:
    advertisement = cases["4-metro-advertisement"]

    answered = {label: advertisement.at("audit_pass", label=label) for label in ("first", "second", "third")}

    assert set(answered.values()) == {beijing("2017-01-18 17:10")}
    assert len(set(advertisement.serials.values())) == 3
    assert [advertisement.entries(label)[-1].kind for label in ("first", "second")] == ["class_check", "evaluate"]
    assert advertisement.entries("third")[-1].kind == "follow_up_attempt"


def test_the_burning_rubbish_goes_straight_to_its_bureau_and_is_answered_at_two(cases: dict[str, Case]) -> None:
    rubbish = cases["5-burning-rubbish"]

    assert rubbish.at("dispatch", "新都区城管局") == rubbish.at("accept") == beijing("2017-01-23 04:16")
    assert rubbish.at("watch", "市长信箱") == rubbish.at("accept")
    assert rubbish.at("audit_pass") == beijing("2017-01-23 14:00")
    assert rubbish.entries()[-1].detail["satisfaction"] == "satisfied"
    [talk] = rubbish.records(Enforcement)
    assert (talk.measure, talk.at) == ("warning", beijing("2017-01-23 11:15"))


def test_the_special_child_has_a_school_before_the_five_working_days_are_over(cases: dict[str, Case]) -> None:
    school = cases["6-special-school"]
    reply = school.clock("reply")

    assert ("lead", "shsy") in school.units()
    assert school.at("contact", "已联系上诉求人") == beijing("2019-08-12 14:20")
    assert (reply.mode, reply.amount, reply.due_at) == ("wd_eod", 5, beijing("2019-08-19 18:00"))
    assert (reply.state, reply.stopped_at) == ("met", beijing("2019-08-16 16:00"))


def test_the_special_child_is_taught_at_home_first_and_a_policy_for_all_came_of_it(cases: dict[str, Case]) -> None:
    school = cases["6-special-school"]
    [policy] = school.records(Policy)

    assert school.errands("stage") == [
        ("shsy", beijing("2019-08-15 15:34"), beijing("2019-09-12 16:20")),
        ("shsy", beijing("2019-08-15 15:36"), None),
    ]
    assert (school.ticket().state, school.at("evaluate")) == ("evaluated", beijing("2019-08-19 10:06"))
    assert (policy.title, policy.at) == ("特殊儿童教育经费", beijing("2019-08-30 11:00"))
    assert f"{SCENARIOS['6-special-school'].facts['education_funds_yuan_a_year']} 元/年" in policy.measure


def test_the_pothole_is_filed_in_three_minutes_seen_in_sixty_and_mended_two_hours_later(
    cases: dict[str, Case],
) -> None:
    pothole = cases["7-pothole"]
    dispatched, arrived = pothole.at("dispatch"), pothole.at("on_site")
    on_site = pothole.clock("on_site")

    assert pothole.at("accept") - pothole.at("register") < timedelta(minutes=3)
    assert pothole.units() == [("lead", "jtj-dl")]
    assert (on_site.started_at, on_site.due_at) == (dispatched, dispatched + timedelta(minutes=60))
    assert (on_site.state, on_site.stopped_at) == ("met", arrived)
    assert timedelta() < pothole.at("note", "修复完成") - arrived <= timedelta(hours=2)


def test_the_pothole_s_three_limits_are_kept_to_the_minute_and_its_lights_say_so(cases: dict[str, Case]) -> None:
    """不到3分钟立案, 60分钟内抵达现场, 2小时后修复: each a clock of its own, from what starts it to what ends it."""
    pothole = cases["7-pothole"]
    clocks = {name: pothole.clock(name) for name in ("accept", "on_site", "handle", "reply")}

    assert {
        name: (_local(clock.started_at), _local(clock.due_at or clock.started_at), clock.state, clock.light)
        for name, clock in clocks.items()
    } == {
        "accept": ("2020-11-18 08:05", "2020-11-18 08:08", "met", "green"),
        "on_site": ("2020-11-18 08:07", "2020-11-18 09:07", "met", "yellow"),  # 80 % were used at 08:55:40
        "handle": ("2020-11-18 08:58", "2020-11-18 10:58", "met", "yellow"),  # 80 % were used at 10:34:30
        "reply": ("2020-11-18 08:07", "2020-11-19 08:07", "met", "green"),
    }
    assert {name: clock.elapsed_wall_seconds for name, clock in clocks.items()} == {
        "accept": 140,
        "on_site": 50 * 60 + 50,
        "handle": 118 * 60 + 30,
        "reply": 169 * 60 + 20,
    }
    assert [(at, light) for at, kind, light, _ in pothole.steps_of_light() if kind == "clock_mark"] == [
        (beijing("2020-11-18 08:55:40"), "yellow"),
        (beijing("2020-11-18 10:34:30"), "yellow"),
    ]
    report = report_month(pothole.installation, pothole.slug, "2020-11", now=beijing("2020-12-02 09:00"))
    [everything, wechat] = report.filing
    assert (wechat.due, wechat.in_time, wechat.median, wechat.slowest) == (1, 1, Fraction(140), 140)
    assert (everything.due, everything.in_time, everything.waiting) == (1, 1, 0)
    assert report.figure("pingshan.filed-in-time").now.value == 1
    assert report.figure("pingshan.minutes-to-file").now.value == Fraction(140, 60)


def test_of_the_pothole_every_step_is_told_to_who_reported_it_in_the_articles_times(cases: dict[str, Case]) -> None:
    pothole = cases["7-pothole"]
    told = [
        (message.created_at, message.transport, message.news.partition("/")[0])
        for message in pothole.records(Message)
        if message.news
    ]

    assert [name for _, _, name in told] == ["filed", "dispatched", "signed", "on_site", "replied", "concluded"]
    assert [at for at, _, _ in told] == [
        pothole.at(kind) for kind in ("accept", "dispatch", "sign", "on_site", "submit_result", "audit_pass")
    ]
    assert told[0][0] - pothole.at("register") < timedelta(minutes=3)


def test_the_manhole_cover_turns_yellow_three_working_hours_before_red_and_a_case_is_opened(
    cases: dict[str, Case],
) -> None:
    manhole = cases["8-manhole-cover"]
    due = beijing("2013-10-21 17:30")
    yellow = beijing("2013-10-21 14:30")
    reply = manhole.clock("reply")

    assert (reply.mode, reply.amount, reply.started_at, reply.due_at) == ("wd_eod", 5, manhole.at("dispatch"), due)
    assert [step for step in manhole.steps_of_light() if step[0] > manhole.at("sign")] == [
        (yellow, "clock_mark", "yellow", ""),
        (yellow, "escalate", "sms", "hgc-sz"),
        (due, "clock_mark", "red", ""),
        (due, "escalate", "sms", "hgc-sz"),
        (due, "escalate", "inbox", "hgc-sz"),
        (due, "escalate", "case", "discipline"),
        (due, "escalate", "letter", "hgc-sz"),
        (due, "escalate", "inbox", "discipline"),
        (due, "escalate", "sms", "discipline"),
    ]
    assert (reply.state, reply.light) == ("breached", "red")


def test_the_manhole_cover_leaves_messages_and_a_case_for_the_discipline_unit(cases: dict[str, Case]) -> None:
    manhole = cases["8-manhole-cover"]
    ticket_id = manhole.ticket().id
    with manhole.installation.scope(manhole.slug) as scope:
        units = directory(scope)
        of_ticket = select(AccountabilityCase).where(
            AccountabilityCase.tenant_id == scope.tenant.id, AccountabilityCase.ticket_id == ticket_id
        )
        case = scope.session.scalars(of_ticket).one()
        sent = scope.session.execute(
            select(Message.created_at, Message.to_unit_id).where(
                Message.tenant_id == scope.tenant.id, Message.ticket_id == ticket_id, Message.transport == "sms"
            )
        ).all()

    responsible, commission = units.get_unit("hgc-sz").id, units.get_unit("discipline").id
    assert (case.opened_at, case.unit_id, case.authority_unit_id) == (
        beijing("2013-10-21 17:30"),
        responsible,
        commission,
    )
    assert {(at, unit_id) for at, unit_id in sent} >= {
        (beijing("2013-10-21 14:30"), responsible),
        (beijing("2013-10-21 17:30"), responsible),
        (beijing("2013-10-21 17:30"), commission),
    }
    assert manhole.at("watch", "纪委") == manhole.at("accept")
    assert manhole.at("letter", "约谈通知") == beijing("2013-10-22 08:35")


def test_questions_of_the_live_session_are_answered_there_or_become_tickets_of_the_towns(
    cases: dict[str, Case],
) -> None:
    session = cases["9-live-session"]

    assert {label: session.units(label) for label in ("parking", "market", "greenway")} == {
        "parking": [],
        "market": [],
        "greenway": [],
    }
    assert {label: session.units(label)[-1] for label in ("school", "smell", "bus", "river", "lamp")} == {
        "school": ("lead", "street-guicheng"),
        "smell": ("lead", "town-dali"),
        "bus": ("lead", "town-lishui"),
        "river": ("lead", "town-dali"),
        "lamp": ("lead", "town-lishui"),
    }
    assert session.clock("reply", "school").due_at == beijing("2013-10-17 17:30"), "an inquiry has one working day"
    assert session.ticket("river").light == "red"


def test_the_sunken_pavement_is_due_when_the_calendar_of_national_day_2025_says(cases: dict[str, Case]) -> None:
    # Working days: Thu 25 Sep, Fri 26, make-up Sun 28, Mon 29, Tue 30, then rest until Thu 9 Oct, Fri 10, make-up
    # Sat 11, Mon 13, Tue 14. Hours: 9 to 12 and 14 to 18, seven a day. The day on which a limit begins is not counted.
    pavement = cases["10-sunken-pavement"]

    assert pavement.due_times() == [
        # Accepted: the resident's five working days are 26, 28, 29, 30 Sep, 9 Oct.
        ("2025-09-25 15:00", "reply", "2025-10-09 18:00"),
        # Dispatched to the street: two working days to give it back are 26, 28; three to handle it are 26, 28, 29.
        ("2025-09-25 15:20", "return_window", "2025-09-28 18:00"),
        ("2025-09-25 15:20", "handle", "2025-09-29 18:00"),
        # Given back, and dispatched anew on the 26th: 28, 29 and 28, 29, 30. The resident's limit has not moved.
        ("2025-09-26 11:20", "return_window", "2025-09-29 18:00"),
        ("2025-09-26 11:20", "handle", "2025-09-30 18:00"),
        # Paused from 29 Sep 15:00 to 6 Oct 10:30: three hours of the 29th and seven of the 30th were lost, none of the
        # holiday. Ten hours after 30 Sep 18:00 is 10 Oct 12:00 (seven on the 9th, three on the 10th): beyond the
        # resident's limit, which has run on, so the unit's ends with it.
        ("2025-10-06 10:30", "handle", "2025-10-09 18:00"),
        # Extended by three working days, counted from the due times and not from the approval: the resident's from the
        # 9th are 10, 11, 13; the unit's own from the 10th were 11, 13, 14, so it ends with the resident's again.
        ("2025-10-09 10:10", "reply", "2025-10-13 18:00"),
        ("2025-10-09 10:10", "handle", "2025-10-13 18:00"),
        # Transferred on the 10th: two working days are 11, 13; three are 11, 13, 14, cut off by the resident's limit.
        ("2025-10-10 15:00", "return_window", "2025-10-13 18:00"),
        ("2025-10-10 15:00", "handle", "2025-10-13 18:00"),
        # Handed on to the section on the 11th: 13, 14, 15, cut off by the limit of the unit above it.
        ("2025-10-11 09:40", "handle", "2025-10-13 18:00"),
    ]


def test_the_sunken_pavement_is_answered_in_time_and_nothing_but_the_unit_that_waited_stood_still(
    cases: dict[str, Case],
) -> None:
    pavement = cases["10-sunken-pavement"]
    reply = pavement.clock("reply")
    with pavement.installation.scope(pavement.slug) as scope:
        handling = scope.session.execute(
            select(Clock.state, Clock.stopped_at, Clock.paused_seconds)
            .where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == pavement.ticket().id, Clock.name == "handle")
            .order_by(Clock.id)
        ).all()

    assert (reply.state, reply.stopped_at, reply.paused_seconds) == ("met", beijing("2025-10-13 11:00"), 0)
    assert [(row.state, row.stopped_at) for row in handling] == [
        ("cancelled", None),  # the street gave it back
        ("cancelled", None),  # the section lost it to the centre
        ("met", beijing("2025-10-13 11:00")),
        ("met", beijing("2025-10-13 09:30")),
    ]
    # 80 % of the resident's 38 working hours are 30 h 24 min: 3 on 25 Sep, 7 each on 26, 28, 29, then 6 h 24 min.
    # Of the 59 hours after the extension they are 47 h 12 min: 31 by 30 Sep, 14 on 9 and 10 Oct, then 2 h 12 min.
    assert [at for at, kind, light, _ in pavement.steps_of_light() if (kind, light) == ("clock_mark", "yellow")] == [
        beijing("2025-09-30 17:24"),
        beijing("2025-10-11 11:12"),
    ]


@pytest.mark.parametrize(
    ("complexity", "due"),
    [("simple", "2026-03-19 18:00"), ("complex", "2026-04-10 18:00")],
    ids=["five-working-days", "twenty-over-tomb-sweeping-day"],
)
def test_simple_and_complex_appeals_have_the_published_working_days(
    installation: Installation, districts: dict[str, str], complexity: str, due: str
) -> None:
    slug = districts["chengdu-gaoxin"]

    accepted = make_ticket(installation, slug, now=NOW, channel="hotline", complexity=complexity)

    assert Case(installation, slug, {"ticket": accepted.serial_no}).clock("reply").due_at == beijing(due)


def test_the_matters_that_come_up_again_and_again_are_counted_each(
    installation: Installation, districts: Mapping[str, str]
) -> None:
    """城市管理中的油烟扰民、出摊占道、路面清洁等问题, 噪音治理: by the words of the district's own list."""
    slug, may = districts["chengdu-gaoxin"], beijing("2026-05-12 10:00")
    for words in ("楼下餐馆油烟扰民", "烧烤烟熏得开不了窗", "路口出摊占道", "路面清洁没人管", "工地打桩，噪音扰民"):
        make_ticket(installation, slug, text=words, now=may)

    told = report_month(installation, slug, "2026-05", now=beijing("2026-06-02 09:00"))

    assert {share.label.partition(" / ")[2]: share.numerator for share in told.by_matter if share.numerator} == {
        "餐饮油烟扰民": 2,
        "占道经营": 1,
        "路面清洁与垃圾清运": 1,
        "施工与夜间噪音治理": 1,
    }
