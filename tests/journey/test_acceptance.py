"""Taking in an appeal: once for each message, to the desk unless a rule is sure, urgent where a rule says so."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from core.hooks.values import (
    Channel,
    DutyView,
    EscalationStep,
    RouteProposal,
    TicketView,
    Trigger,
    UrgencySignal,
    Watcher,
)
from core.intake.channels import UnknownChannel
from core.intake.models import IntakeEvent
from core.intake.rules import AppealUnusable
from core.intake.service import MessageReused
from core.kit.serials import check_character
from core.routing.models import RouteDecision
from core.tickets.contact import Contact
from core.tickets.models import Message, Ticket
from core.tickets.states import State
from core.units.queries import NoSuchMatter
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk


@contextmanager
def district_with(database_url: str, **answers: Callable[..., Any]) -> Iterator[Walk]:
    """A district whose one feature gives these answers."""
    installation = make_installation(database_url, features=[make_feature("rules", **answers)])
    duties = [{"code": "road", "keywords": ["坑洼"]}]
    yield Walk(installation, make_district(installation, features={"rules": {}}, duties=duties))
    installation.database.engine.dispose()


def test_the_resident_is_told_a_number_and_a_code(walk: Walk) -> None:
    accepted = walk.take_in("2026-03-12 10:00")

    assert accepted.created
    assert accepted.serial_no.startswith(walk.ticket().serial_no[:9])
    assert accepted.access_code[-1] == check_character(accepted.access_code[:-1])
    assert (accepted.state, accepted.ticket_id) == (State.ACCEPTED, walk.ticket().id)


def test_the_same_message_comes_in_once(walk: Walk) -> None:
    first = walk.take_in("2026-03-12 10:00", external_id="sms-1", channel="api")
    again = walk.take_in("2026-03-12 10:05", external_id="sms-1", channel="api")

    assert (again.serial_no, again.access_code, again.ticket_id) == (
        first.serial_no,
        first.access_code,
        first.ticket_id,
    )
    assert (first.created, again.created) == (True, False)
    assert len(walk.rows(IntakeEvent)) == 1


def test_a_message_that_comes_again_is_told_where_its_ticket_stands_now(walk: Walk) -> None:
    walk.take_in(external_id="sms-2")
    walk.dispatch()

    assert walk.take_in(external_id="sms-2").state == State.DISPATCHED


def test_the_same_id_with_other_words_is_refused_rather_than_lost(walk: Walk) -> None:
    walk.take_in(external_id="sms-3", text="路灯不亮")

    with pytest.raises(MessageReused, match=walk.serial_no):
        walk.take_in(external_id="sms-3", text="井盖丢失")

    assert walk.take_in(external_id="sms-3", text=" 路灯不亮\n").serial_no == walk.serial_no


def test_the_same_id_from_two_channels_is_two_messages(walk: Walk) -> None:
    by_desk = walk.take_in(external_id="7", channel="desk")
    by_api = walk.take_in(external_id="7", channel="api")

    assert by_desk.serial_no != by_api.serial_no


def test_messages_without_an_id_are_never_taken_for_the_same(walk: Walk) -> None:
    assert walk.take_in().serial_no != walk.take_in().serial_no


def test_of_messages_that_come_in_at_the_same_moment_one_becomes_a_ticket(walk: Walk) -> None:
    together = Barrier(4)

    def send(_: int) -> tuple[str, str, bool]:
        together.wait()
        sender = Walk(walk.installation, walk.slug)
        accepted = sender.take_in(external_id="at-once")
        return accepted.serial_no, accepted.access_code, accepted.created

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(send, range(4)))

    assert len({(serial_no, code) for serial_no, code, _ in told}) == 1
    assert sorted(created for _, _, created in told) == [False, False, False, True]
    events = select(func.count()).select_from(IntakeEvent).where(IntakeEvent.external_id == "at-once")
    assert walk.run(lambda scope: scope.session.scalar(events)) == 1


@pytest.mark.parametrize(
    "unusable",
    [
        {"text": ""},
        {"text": " \n\t"},
        {"text": "坑\x00洼"},
        {"text": "坑\ud800洼"},
        {"text": "长" * 20_001},
        {"place": "幸福路\ud800"},
        {"mailbox": "区长\ud800"},
        {"external_id": "7\x00"},
        {"external_id": "7\ud800"},
        {"external_id": "7" * 201},
        {"title": "坑\ud800"},
        {"contact": Contact(name="王\ud800")},
        {"contact": Contact(phone="138\ud8000000")},
        {"contact": Contact(address="幸福路\ud800")},
        {"place": "路" * 501},
        {"affected_count": 0},
        {"affected_count": 10_000_001},
    ],
    ids=lambda unusable: repr(unusable)[:40],
)
def test_what_cannot_be_kept_whole_is_refused_in_words(walk: Walk, unusable: dict[str, Any]) -> None:
    with pytest.raises(AppealUnusable) as refusal:
        walk.take_in(**unusable)

    refusal.value.message.encode()


def test_the_longest_text_is_kept_whole(walk: Walk) -> None:
    walk.take_in(text="长" * 20_000)

    assert len(walk.ticket().text) == 20_000


def test_an_appeal_says_when_it_was_spoken(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", submitted_at=beijing("2026-03-11 22:00"))

    ticket = walk.ticket()
    assert (ticket.submitted_at, ticket.accepted_at) == (beijing("2026-03-11 22:00"), beijing("2026-03-12 10:00"))
    assert [entry.at for entry in walk.entries()[:2]] == [beijing("2026-03-11 22:00"), beijing("2026-03-12 10:00")]


def test_an_appeal_from_a_clock_that_is_fast_was_spoken_now(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", submitted_at=beijing("2026-03-12 10:07"))

    assert walk.ticket().submitted_at == beijing("2026-03-12 10:00")


def test_an_unknown_channel_is_refused_with_those_that_exist(walk: Walk) -> None:
    with pytest.raises(UnknownChannel, match="desk"):
        walk.take_in(channel="pigeon")


def test_an_unknown_matter_is_refused(walk: Walk) -> None:
    with pytest.raises(NoSuchMatter):
        walk.take_in(matter="sorcery")


def test_a_refused_appeal_leaves_nothing(walk: Walk) -> None:
    count = select(func.count()).select_from(Ticket)
    before = walk.run(lambda scope: scope.session.scalar(count))

    with pytest.raises(NoSuchMatter):
        walk.take_in(matter="sorcery")

    assert walk.run(lambda scope: scope.session.scalar(count)) == before


def test_a_channel_of_the_district_names_its_owner(database_url: str) -> None:
    def channels() -> Sequence[Channel]:
        return [Channel("mayor", "区长信箱", "letter", owner="区长"), Channel("desk", "冒名", "web")]

    with district_with(database_url, channels=channels) as walk:
        walk.take_in(channel="mayor")
        ticket = walk.ticket()
        walk.take_in(channel="desk")
        by_desk = walk.ticket()

    assert (ticket.channel, ticket.medium, ticket.mailbox) == ("mayor", "letter", "区长")
    assert (by_desk.channel, by_desk.medium) == ("desk", "phone")


def direct(duty: DutyView | None) -> Sequence[RouteProposal]:
    return [RouteProposal(duty.lead, "rules/direct", "清单明确", direct=True)] if duty else []


def test_a_matter_that_a_person_chose_is_dispatched_at_once(database_url: str) -> None:
    with district_with(database_url, propose_routes=direct) as walk:
        walk.take_in(text="路灯不亮", matter="road")
        ticket = walk.ticket()
        decisions = [(row.outcome, row.rule_id, row.decided_by) for row in walk.rows(RouteDecision, RouteDecision.id)]
        lead = walk.unit_id("roads")

    assert (ticket.state, ticket.lead_unit_id, ticket.matter_guessed) == (State.DISPATCHED, lead, False)
    assert decisions == [("suggested", "rules/direct", "系统"), ("dispatched", "rules/direct", "系统")]


def test_a_matter_that_only_words_point_to_waits_for_a_person(database_url: str) -> None:
    with district_with(database_url, propose_routes=direct) as walk:
        walk.take_in(text="道路坑洼")
        ticket = walk.ticket()
        suggested = walk.unit_id("roads")

    assert (ticket.state, ticket.matter, ticket.matter_guessed) == (State.ACCEPTED, "road", True)
    assert (ticket.lead_unit_id, ticket.suggested_unit_id) == (None, suggested)


def press(ticket: TicketView, trigger: Trigger) -> Sequence[EscalationStep]:
    state = "接收" if ticket.lead_unit is None else "派单"
    return [EscalationStep("inbox", "lead", f"{trigger.kind} {state} {{serial_no}}", "rules/press", "涉及安全")]


def test_an_urgent_appeal_presses_the_desk_at_once_and_the_unit_when_dispatched(database_url: str) -> None:
    def danger() -> Sequence[UrgencySignal]:
        return [UrgencySignal("rules/danger", "涉及安全")]

    with district_with(database_url, assess_urgency=danger, escalation_steps=press) as walk:
        walk.take_in("2026-03-12 10:00")
        walk.dispatch("2026-03-12 10:10")
        urgency = walk.ticket().urgency
        said = [(row.to_unit_id, row.text, row.created_at) for row in walk.rows(Message, Message.id)]
        desk, roads = walk.unit_id("desk"), walk.unit_id("roads")
        told = [line for line in walk.timeline() if " escalate " in line]

    assert urgency == "urgent"
    assert said == [
        (desk, f"urgent 接收 {walk.serial_no}", beijing("2026-03-12 10:00")),
        (roads, f"urgent 派单 {walk.serial_no}", beijing("2026-03-12 10:10")),
    ]
    assert told == [
        "03-12 10:00 系统 escalate accepted→accepted 站内信 → 受理中心（涉及安全）",
        "03-12 10:10 系统 escalate dispatched→dispatched 站内信 → 道路管理处（涉及安全）",
    ]


def test_an_urgent_appeal_without_any_rule_is_still_pressed(walk: Walk) -> None:
    walk.take_in(urgency="urgent")

    assert [row.to_unit_id for row in walk.rows(Message)] == [walk.unit_id("desk")]


def test_letters_for_urgent_appeals_are_numbered_from_the_first_moment(database_url: str) -> None:
    def letters() -> Sequence[EscalationStep]:
        return [EscalationStep("letter", "roads", "请处置", "rules/letter", "涉及安全", title="提醒函")] * 2

    with district_with(database_url, escalation_steps=letters) as walk:
        walk.take_in(urgency="urgent")
        first = [entry.detail["number"] for entry in walk.entries() if entry.kind == "escalate"]
        walk.take_in(urgency="urgent")
        second = [entry.detail["number"] for entry in walk.entries() if entry.kind == "escalate"]

    assert first == ["提醒函〔2026〕1 号", "提醒函〔2026〕2 号"]
    assert second == ["提醒函〔2026〕3 号", "提醒函〔2026〕4 号"]


def test_units_that_the_district_names_look_on_from_the_start(database_url: str) -> None:
    def watchers() -> Sequence[Watcher]:
        return [Watcher(unit, "rules/watch", "全程知晓") for unit in ("parks", "parks", "dissolved")]

    with district_with(database_url, propose_watchers=watchers) as walk:
        walk.take_in()
        looking_on = [(row.role, row.state, row.unit_id) for row in walk.assignments()]
        parks = walk.unit_id("parks")
        walk.dispatch()
        walk.give_back()
        after = [(row.role, row.state) for row in walk.assignments() if row.role == "info"]

    assert looking_on == [("info", "watching", parks)]
    assert after == [("info", "watching")]
