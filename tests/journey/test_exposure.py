"""Naming a unit in public: on the records alone, by two people, with the unit's word beside, and never by itself."""

from typing import Any

import pytest

from core.disclosure.exposures import ExposedAlready, NoGroundsForExposure, NoSuchExposure, grounds_on
from core.disclosure.models import Exposure
from core.documents.model import Table
from core.hooks.values import BulletinRules
from core.journey import expose
from core.journey.give_back import deny_return
from core.journey.queries.disclosures import public_exposures
from core.people.roles import SameHands
from core.routing.service import NotYours
from core.statistics.bulletins.facts import gather
from core.statistics.bulletins.sections import CORE
from core.statistics.periods import Month
from core.tenancy.scope import Installation, Scope
from core.tickets.contact import Contact
from tests.builders import OPERATOR, SUPERVISOR, make_actor, make_district, make_installation
from tests.journey.walking import Walk

OTHER = make_actor("督办员戊", "supervisor", id=44)
PHONE = "13800000001"


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture
def walk(installation: Installation) -> Walk:
    walk = Walk(installation, make_district(installation))
    walk.take_in(contact=Contact("王小明", PHONE))
    walk.dispatch()
    return walk


def pass_the_buck(walk: Walk, times: int = 2, hour: int = 11) -> None:
    for number in range(times):
        walk.ask_back(f"2026-03-12 {hour}:{number}0")
        walk.do(deny_return, f"2026-03-12 {hour}:{number}5", actor=OPERATOR, reason="职责清单写明由你单位办")


def grounds(walk: Walk) -> list[tuple[str, str, str]]:
    ticket = walk.ticket()
    return walk.run(lambda scope: [(each.unit.code, each.behaviour, each.facts) for each in grounds_on(scope, ticket)])


def propose(walk: Walk, behaviour: str = "shirking", text: str = "两次要求退单均未获准") -> int:
    walk.do(expose.propose_exposure, "2026-03-12 12:00", actor=SUPERVISOR, unit="roads", behaviour=behaviour, text=text)
    rows: list[Exposure] = walk.rows(Exposure, Exposure.id)
    return rows[-1].id


def public(walk: Walk) -> list[tuple[str, str, str, str]]:
    return walk.run(
        lambda scope: [(each.behaviour, each.text, each.facts, each.answer) for each in public_exposures(scope)]
    )


def in_bulletin(walk: Walk) -> list[tuple[Any, ...]]:
    """Return what the bulletin of the month says of exposures, in the section on the conduct of units."""

    def told(scope: Scope) -> list[tuple[Any, ...]]:
        facts = gather(walk.installation, scope, Month.parse("2026-03"), "general")
        blocks = CORE["conduct"].make(facts, BulletinRules("", ""))
        return [
            tuple(row) for block in blocks if isinstance(block, Table) and "曝光" in block.head for row in block.rows
        ]

    return walk.run(told)


def test_records_say_who_passed_the_buck_dragged_on_and_brushed_off(walk: Walk) -> None:
    pass_the_buck(walk, times=1)
    once = grounds(walk)
    pass_the_buck(walk, times=1, hour=12)
    walk.sign("2026-03-12 13:00")
    walk.supervise("2026-04-20 10:00")
    walk.reply("2026-04-20 11:00")
    walk.pass_reply("2026-04-20 12:00")
    walk.rate("2026-04-20 13:00", satisfaction="dissatisfied", resolved="no")
    walk.redo("2026-04-20 14:00", same_unit=True)

    assert once == []
    found = grounds(walk)
    assert [each[:2] for each in found] == [("roads", "shirking"), ("roads", "delay"), ("roads", "brush-off")]
    assert found[0][2] == "没有站住脚的退单 2 次"
    assert found[2][2] == "评价不满意后重办 1 次"


def test_another_person_decides_the_unit_answers_and_it_can_be_withdrawn(walk: Walk) -> None:
    pass_the_buck(walk)
    number = propose(walk, text=f"两次要求退单均未获准，来电人{PHONE}")
    before = public(walk)
    with pytest.raises(SameHands):
        walk.do(expose.decide_exposure, "2026-03-12 12:10", actor=SUPERVISOR, exposure_id=number, approved=True)
    walk.do(expose.decide_exposure, "2026-03-12 12:20", actor=OTHER, exposure_id=number, approved=True)
    with pytest.raises(NotYours):
        walk.do(
            expose.answer_exposure, "2026-03-12 12:30", actor=walk.clerk("parks"), exposure_id=number, text="与我们无关"
        )
    walk.do(expose.answer_exposure, "2026-03-12 12:40", actor=walk.clerk("roads"), exposure_id=number, text="已整改")
    named, bulletin = public(walk), in_bulletin(walk)
    walk.do(expose.withdraw_exposure, "2026-03-12 13:00", actor=OTHER, exposure_id=number, reason="复核后不成立")

    assert before == []
    assert bulletin == [("道路管理处", "推诿扯皮", "没有站住脚的退单 2 次", "两次要求退单均未获准，来电人＊＊")]
    assert in_bulletin(walk) == []
    assert named == [("推诿扯皮", "两次要求退单均未获准，来电人＊＊", "没有站住脚的退单 2 次", "已整改")]
    assert public(walk) == []
    with pytest.raises(NoSuchExposure):
        walk.do(expose.decide_exposure, "2026-03-12 14:00", actor=OTHER, exposure_id=number, approved=True)


def test_nobody_is_named_on_somebodys_word_or_twice(walk: Walk) -> None:
    with pytest.raises(NoGroundsForExposure):
        propose(walk)
    pass_the_buck(walk)
    propose(walk)
    with pytest.raises(ExposedAlready):
        propose(walk)
    with pytest.raises(NoGroundsForExposure):
        propose(walk, behaviour="delay")
    assert public(walk) == []
