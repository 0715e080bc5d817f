"""A district's rules may stand against a command of people; never against the resident, time, or a rule."""

from typing import Any

import pytest

from core.hooks import ContactView, DutyView, Objection, TicketView
from core.journey import handle
from core.journey.guarding import Objected
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.tickets.contact import Contact
from core.tickets.service import MoveNotAllowed, StaleVersion
from tests.builders import make_actor
from tests.journey.asking import nothing, raises, told, walking

AGAINST = Objection("先拍照再派单", "f/photo", "本区规定")


def against(*commands: str) -> dict[str, Any]:
    return {"guard_command": lambda command: [AGAINST] if command in commands else []}


def test_one_objection_refuses_in_words_and_nothing_changes(database_url: str) -> None:
    with walking(database_url, {"f": against("dispatch"), "g": {"guard_command": nothing}}) as walk:
        walk.take_in(text="路灯不亮")
        before = [(each.seq, each.hash) for each in walk.entries()]

        with pytest.raises(Objected) as refusal:
            walk.dispatch(command_id="d1")

        assert (refusal.value.code, refusal.value.message) == ("objected", "先拍照再派单（本区规定）。")
        assert [(each.seq, each.hash) for each in walk.entries()] == before
        with pytest.raises(Objected):  # the refused id was not used up
            walk.dispatch(command_id="d1")


def test_all_that_object_are_heard(database_url: str) -> None:
    second = {"guard_command": lambda: [Objection("还没有核实地点。", "g/place", "派单前核实")]}
    with walking(database_url, {"f": against("dispatch"), "g": second}) as walk:
        walk.take_in(text="路灯不亮")

        with pytest.raises(Objected, match="先拍照再派单（本区规定）。还没有核实地点（派单前核实）。"):
            walk.dispatch()


def test_the_guard_sees_ticket_duty_and_what_was_done_to_reach_the_resident(database_url: str) -> None:
    asked: list[tuple[str, str | None, str | None, ContactView]] = []

    def guard(ticket: TicketView, command: str, duty: DutyView | None, contact: ContactView) -> list[Objection]:
        asked.append((command, ticket.lead_unit, duty.code if duty else None, contact))
        return []

    with walking(database_url, {"f": {"guard_command": guard}}) as walk:
        walk.take_in(contact=Contact(name="王女士", phone="13800000000"))
        walk.dispatch()
        walk.sign()
        walk.do(handle.contact, "2026-03-12 11:10", actor=walk.lead_clerk(), reached=False, what="无人接听")
        walk.do(handle.contact, "2026-03-12 11:20", actor=walk.lead_clerk(), reached=True)
        walk.reply()

        nobody = ContactView(is_possible=True, attempts=0, was_reached=False)
        assert asked == [
            ("dispatch", None, "road", nobody),
            ("sign", "roads", "road", nobody),
            ("contact", "roads", "road", nobody),
            ("contact", "roads", "road", ContactView(is_possible=True, attempts=1, was_reached=False)),
            ("reply", "roads", "road", ContactView(is_possible=True, attempts=2, was_reached=True)),
        ]


def test_a_new_cycle_begins_without_calls(database_url: str) -> None:
    seen: list[ContactView] = []

    def guard(command: str, contact: ContactView) -> list[Objection]:
        seen.extend([contact] if command == "reply" else [])
        return []

    with walking(database_url, {"f": {"guard_command": guard}}) as walk:
        walk.take_in()
        walk.dispatch()
        walk.sign()
        walk.do(handle.contact, "2026-03-12 11:10", actor=walk.lead_clerk(), reached=True)
        walk.reply()
        walk.pass_reply()
        walk.redo(same_unit=True)
        walk.reply("2026-03-16 10:00")

        assert [(each.attempts, each.is_possible) for each in seen] == [(1, False), (0, False)]


def test_no_rule_stands_against_the_resident_or_against_time(database_url: str) -> None:
    everything = {"guard_command": lambda ticket: [AGAINST] if ticket.state != "accepted" else []}
    with walking(database_url, {"f": everything}) as walk:
        walk.take_in()
        walk.answer()

        walk.rate("2026-03-12 12:00")

        assert walk.ticket().state == "evaluated"
    with walking(database_url, {"f": {"guard_command": lambda: [AGAINST]}}) as walk:
        walk.take_in()
        walk.supervise("2026-03-20 10:00")
        assert walk.ticket().light == "red"


def test_permission_staleness_and_the_table_of_moves_speak_first(database_url: str) -> None:
    with walking(database_url, {"f": {"guard_command": lambda: [AGAINST]}}) as walk:
        walk.take_in(text="路灯不亮")
        attempts: list[tuple[type[Refused], dict[str, Any]]] = [
            (NotPermitted, {"actor": make_actor("经办人", "clerk", id=9)}),
            (StaleVersion, {"seen_version": 1}),
        ]

        for refusal, how in attempts:
            with pytest.raises(refusal):
                walk.dispatch(**how)
        with pytest.raises(MoveNotAllowed):
            walk.redo()


def test_a_guard_that_fails_lets_the_command_go_on_and_says_so(database_url: str) -> None:
    with walking(database_url, {"f": {"guard_command": raises}}) as walk:
        walk.take_in(text="路灯不亮")
        walk.dispatch()
        walk.sign()

        [note] = told(walk, "rule_failed")
        assert walk.ticket().state == "in_progress"
        assert "没有核对能否派单，已照办" in note
