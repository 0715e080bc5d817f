"""提醒函、督办函、约谈通知、通报: numbered without gaps, never changed, acknowledged once by whom they are for."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from core.escalation.letters import AlreadyAcknowledged, NoSuchLetter
from core.escalation.models import Letter
from core.escalation.rules import NothingSaid, NotListed
from core.journey import press
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.timeline import Order
from tests.builders import CLERK_ID, LEADER, OPERATOR, SUPERVISOR, beijing
from tests.journey.walking import rolled_back
from tests.press.pressing import Pressing


def numbers(walk: Pressing) -> list[tuple[str, int, int]]:
    rows = walk.run(lambda scope: list(scope.session.scalars(select(Letter))))
    return sorted((letter.title, letter.year, letter.number) for letter in rows)


def test_a_letter_goes_to_the_unit_that_has_the_ticket(alone: Pressing) -> None:
    alone.write("2026-03-12 14:00", kind="talk", text=" 请分管负责人到场说明情况 ")

    [letter], [said], roads = alone.letters(), alone.messages(), alone.unit_id("roads")
    assert (letter.kind, letter.title, letter.year, letter.number, letter.unit_id, letter.text, letter.issued_at) == (
        "talk",
        "约谈通知",
        2026,
        1,
        roads,
        "请分管负责人到场说明情况",
        beijing("2026-03-12 14:00"),
    )
    assert (said.transport, said.to_unit_id, said.text) == (
        "inbox",
        roads,
        "收到约谈通知〔2026〕1 号：请分管负责人到场说明情况",
    )
    assert alone.told("letter") == ["约谈通知 → 道路管理处（人工发起）"]


def test_each_kind_is_numbered_by_itself_and_begins_anew_with_the_year(alone: Pressing) -> None:
    for at, kind in (
        ("2026-12-31 10:00", "reminder"),
        ("2026-12-31 10:01", "bulletin"),
        ("2026-12-31 23:59", "reminder"),
        ("2027-01-01 00:00", "reminder"),
    ):
        alone.write(at, kind=kind)

    assert numbers(alone) == [("提醒函", 2026, 1), ("提醒函", 2026, 2), ("提醒函", 2027, 1), ("通报", 2026, 1)]


def test_numbers_have_no_gaps_whoever_writes_at_once_and_whatever_fails(alone: Pressing) -> None:
    serials = [alone.serial_no, *(alone.take_in("2026-03-12 10:00").serial_no for _ in range(5))]
    together = Barrier(3)

    def write(scope: Scope, serial_no: str) -> None:
        order = Order(SUPERVISOR, beijing("2026-03-12 14:00"))
        press.send_letter(scope, serial_no, order, kind="reminder", text="请抓紧办理")

    def work(worker: int) -> None:
        together.wait()
        for turn in range(worker, worker + 8):
            if turn % 3 == 0:
                with rolled_back(alone) as scope:  # a crash takes its number back
                    write(scope, serials[turn % 6])
                    scope.session.flush()
            alone.run(partial(write, serial_no=serials[turn % 6]))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    assert numbers(alone) == [("提醒函", 2026, number) for number in range(1, 25)]


def test_a_letter_sent_twice_under_one_id_is_one(alone: Pressing) -> None:
    for at in ("2026-03-12 14:00", "2026-03-12 14:01"):
        alone.write(at, command_id="letter-1")

    assert (numbers(alone), len(alone.messages())) == ([("提醒函", 2026, 1)], 1)


@pytest.mark.parametrize("rewriting", ["UPDATE letter SET text = '改过'", "DELETE FROM letter"])
def test_nobody_changes_a_letter_that_was_sent(alone: Pressing, rewriting: str) -> None:
    alone.write(text="原文")

    with pytest.raises(ProgrammingError, match="permission denied"):
        alone.run(lambda scope: scope.session.execute(text(rewriting)))

    assert [letter.text for letter in alone.letters()] == ["原文"]


def test_the_addressed_unit_acknowledges_once(alone: Pressing) -> None:
    alone.write("2026-03-12 14:00")
    with pytest.raises(NotYours):
        alone.acknowledge(actor=alone.clerk("parks"))
    alone.acknowledge("2026-03-12 15:00")
    with pytest.raises(AlreadyAcknowledged):
        alone.acknowledge("2026-03-12 16:00")

    [receipt] = alone.receipts()
    assert (receipt.letter_id, receipt.by, receipt.by_id, receipt.at) == (
        alone.letters()[0].id,
        "经办人丙",
        CLERK_ID,
        beijing("2026-03-12 15:00"),
    )
    assert alone.told("letter")[-1] == "签收提醒函〔2026〕1 号"


def test_a_letter_stays_its_units_to_acknowledge_when_the_ticket_moves_on(alone: Pressing) -> None:
    alone.write("2026-03-12 14:00")
    alone.redirect("2026-03-12 14:30", lead="parks")

    with pytest.raises(NotYours):
        alone.acknowledge()
    alone.acknowledge(actor=alone.clerk("roads"))

    assert len(alone.receipts()) == 1


def test_a_letter_of_another_ticket_is_not_acknowledged_here(alone: Pressing) -> None:
    alone.write()
    elsewhere = alone.letters()[0].id
    alone.take_in("2026-03-12 10:00")
    alone.dispatch("2026-03-12 10:10")

    with pytest.raises(NoSuchLetter):
        alone.acknowledge(letter_id=elsewhere)


def test_a_letter_has_a_kind_that_exists_and_words(alone: Pressing) -> None:
    with pytest.raises(NotListed):
        alone.write(kind="postcard")
    with pytest.raises(NothingSaid):
        alone.write(text=" ")
    for actor in (OPERATOR, LEADER, alone.lead_clerk()):
        with pytest.raises(NotPermitted):
            alone.write(actor=actor)

    assert alone.letters() == []
