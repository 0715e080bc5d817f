"""What units found and did, whom they bring in while they handle a ticket, and looking again afterwards."""

from datetime import date

import pytest

from core.handling.models import Enforcement, Tracking, Verification
from core.handling.tracking import NoTracking, TrackingUnusable
from core.hooks import Budget
from core.journey import findings, joint
from core.routing.joint import AlreadyInvolved, CoUnitsOpen
from core.routing.service import NotYours
from core.tenancy.scope import Installation
from core.tickets.service import ReasonMissing
from core.tickets.states import State
from tests.builders import OPERATOR, make_district
from tests.journey.walking import Walk
from tests.time.districts import timed_district


@pytest.fixture(scope="module")
def district(installation: Installation) -> str:
    return make_district(installation, units=[("lamps", "路灯管理处", "city_department")])


@pytest.fixture
def signed(installation: Installation, district: str) -> Walk:
    """A ticket that the road unit has signed."""
    walk = Walk(installation, district)
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    return walk


def test_what_was_seen_on_site_and_what_the_reply_says_of_it_are_both_kept(signed: Walk) -> None:
    roads = signed.clerk("roads")
    with pytest.raises(ReasonMissing):
        signed.do(findings.verify, "2026-03-12 12:00", actor=roads, result="true", found=" ")
    with pytest.raises(NotYours):
        signed.do(findings.verify, "2026-03-12 12:00", actor=signed.clerk("lamps"), result="true", found="灯杆倾斜")
    with pytest.raises(findings.UnknownFinding, match="核实结果没有“perhaps”这一项。可选：true（属实）"):
        signed.do(findings.verify, "2026-03-12 12:00", actor=roads, result="perhaps", found="灯杆倾斜")
    signed.do(findings.verify, "2026-03-12 12:00", actor=roads, result="true", found="灯杆倾斜", on_site=True)
    signed.reply("2026-03-13 10:00", verified="partly", found="倾斜属实，漏电不属实")

    kept = [(each.result, each.found, each.on_site) for each in signed.rows(Verification, Verification.id)]
    assert kept == [("true", "灯杆倾斜", True), ("partly", "倾斜属实，漏电不属实", False)]
    assert [entry.summary for entry in signed.entries() if entry.kind == "verification"] == [
        "道路管理处现场核实：属实。灯杆倾斜",
        "道路管理处核实：部分属实。倾斜属实，漏电不属实",
    ]


def test_a_fine_has_an_amount_and_nothing_else_needs_one(signed: Walk) -> None:
    roads = signed.clerk("roads")
    with pytest.raises(findings.UnknownFinding, match="执法结果没有“jail”这一项"):
        signed.do(findings.record_enforcement, "2026-03-12 12:00", actor=roads, measure="jail", words="违规施工")
    for measure, amount in (("fine", None), ("fine", 0), ("rectify", 500)):
        with pytest.raises(findings.AmountUnusable):
            signed.do(
                findings.record_enforcement,
                "2026-03-12 12:00",
                actor=roads,
                measure=measure,
                amount=amount,
                words="违规施工",
            )
    signed.do(findings.record_enforcement, "2026-03-12 12:00", actor=roads, measure="stop", words="某公司违规施工")
    signed.do(
        findings.record_enforcement,
        "2026-03-12 13:00",
        actor=roads,
        measure="fine",
        amount=20000,
        document="城罚〔2026〕3 号",
        words="某公司未整改",
    )

    kept = [(each.measure, each.amount, each.document) for each in signed.rows(Enforcement, Enforcement.id)]
    assert kept == [("stop", None, ""), ("fine", 20000, "城罚〔2026〕3 号")]
    assert signed.entries()[-1].summary == "道路管理处罚款 20,000 元（城罚〔2026〕3 号）：某公司未整改"


def test_a_unit_brought_in_has_a_task_and_clocks_of_its_own_and_is_awaited(database_url: str) -> None:
    walk = timed_district(
        database_url,
        {"sign": Budget("wall", 3600), "handle": Budget("wd_eod", 5)},
        units=[("lamps", "路灯管理处", "city_department"), ("police", "交警大队", "district_department")],
    )
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    with pytest.raises(NotYours):
        walk.do(joint.bring_in, "2026-03-12 12:00", actor=walk.clerk("lamps"), unit="lamps", task="换灯杆")
    walk.do(joint.bring_in, "2026-03-12 12:00", actor=walk.clerk("roads"), unit="lamps", task="换灯杆")
    walk.do(joint.add_unit, "2026-03-12 14:00", actor=OPERATOR, unit="police", task="疏导交通")
    with pytest.raises(AlreadyInvolved):
        walk.do(joint.add_unit, "2026-03-12 14:05", actor=OPERATOR, unit="lamps", task="换灯杆")

    lead, lamps, police = walk.assignments()
    assert [(each.role, each.task) for each in (lead, lamps, police)] == [
        ("lead", ""),
        ("co", "换灯杆"),
        ("co", "疏导交通"),
    ]
    began = {(clock.subject_id, clock.name): clock.started_at for clock in walk.clocks("sign", "handle")}
    assert began[lamps.id, "handle"] == lamps.assigned_at
    assert began[police.id, "sign"] == police.assigned_at
    assert began[lead.id, "handle"] == lead.assigned_at, "the lead's own clock is not touched"
    with pytest.raises(CoUnitsOpen, match="路灯管理处、交警大队"):
        walk.reply("2026-03-13 09:00")
    walk.contribute("lamps", "2026-03-13 09:30", text="已更换")
    walk.contribute("police", "2026-03-13 09:40", text="已疏导")
    walk.reply("2026-03-13 10:00")

    assert walk.ticket().state == State.SUBMITTED


def test_the_desk_looks_again_on_a_day_and_says_what_it_found(signed: Walk) -> None:
    signed.reply("2026-03-13 10:00")
    signed.pass_reply("2026-03-13 11:00")
    with pytest.raises(TrackingUnusable):
        signed.do(findings.track, "2026-03-13 12:00", actor=OPERATOR, days=0, why="坑洞")
    signed.do(findings.track, "2026-03-13 12:00", actor=OPERATOR, days=10, why="坑洞")
    signed.do(findings.track, "2026-03-13 13:00", actor=OPERATOR, days=30, why="坑洞是否又塌")
    signed.do(findings.look_again, "2026-04-12 09:00", actor=OPERATOR, holds=False, found="又塌了")
    with pytest.raises(NoTracking):
        signed.do(findings.look_again, "2026-04-12 09:05", actor=OPERATOR, holds=True, found="好着")

    kept = [(each.due_on, each.state, each.found) for each in signed.rows(Tracking, Tracking.id)]
    assert kept == [(date(2026, 3, 23), "dropped", "另定了日子"), (date(2026, 4, 12), "fails", "又塌了")]
