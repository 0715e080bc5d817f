"""Several units on one ticket: only the lead answers the resident, and not before the others have answered to it."""

import pytest

from core.handling.models import Contribution, Reply
from core.journey import handle, joint
from core.routing.joint import AlreadyInvolved, CoUnitsOpen, NotBelow, NothingToWaive
from core.routing.service import NotYours
from core.tenancy.scope import Installation
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from tests.builders import OPERATOR, beijing, make_district
from tests.journey.walking import Walk


@pytest.fixture(scope="module")
def wide(installation: Installation) -> str:
    """A district with a road unit that has sections and a crew below one of them."""
    return make_district(
        installation,
        units=[
            ("roads-north", "道路北片", "section"),
            ("roads-south", "道路南片", "section"),
            ("crew", "北片抢修班", "section"),
        ],
        parents={"roads-north": "roads", "roads-south": "roads", "crew": "roads-north"},
    )


@pytest.fixture
def joined(installation: Installation, wide: str) -> Walk:
    """A ticket that the road unit leads and has signed, with the park unit helping."""
    walk = Walk(installation, wide)
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10", co=["parks"])
    walk.sign("2026-03-12 11:00")
    return walk


def hands(walk: Walk) -> list[tuple[str, str]]:
    names = {walk.unit_id(code): code for code in ("roads", "parks", "roads-north", "roads-south", "crew")}
    return [(names[each.unit_id], each.state) for each in walk.assignments()]


def test_the_lead_does_not_reply_before_its_co_units_have_answered(joined: Walk) -> None:
    with pytest.raises(CoUnitsOpen, match="园林管理处"):
        joined.reply("2026-03-13 10:00")

    joined.contribute("parks", "2026-03-13 11:00", text="树枝已修剪")
    joined.reply("2026-03-13 12:00")

    assert joined.ticket().state == State.SUBMITTED
    assert hands(joined) == [("roads", "submitted"), ("parks", "submitted")]


def test_what_a_co_unit_says_never_becomes_the_residents_answer(joined: Walk) -> None:
    joined.contribute("parks", "2026-03-13 11:00", text="树枝已修剪")
    joined.reply("2026-03-13 12:00", text="路已修好，树枝已修剪")
    joined.pass_reply("2026-03-13 15:00")

    assert [(row.text, row.at) for row in joined.rows(Contribution)] == [("树枝已修剪", beijing("2026-03-13 11:00"))]
    assert [(row.text, row.unit_id) for row in joined.rows(Reply)] == [
        ("路已修好，树枝已修剪", joined.unit_id("roads"))
    ]
    assert "树枝已修剪" not in "".join(joined.timeline())


def test_a_co_unit_may_not_reply_for_the_lead(joined: Walk) -> None:
    joined.do(handle.sign, "2026-03-13 09:00", actor=joined.clerk("parks"))

    with pytest.raises(NotYours):
        joined.reply("2026-03-13 10:00", actor=joined.clerk("parks"))


def test_the_lead_does_not_answer_to_itself(joined: Walk) -> None:
    with pytest.raises(MoveNotAllowed, match="主办"):
        joined.do(joint.contribute, "2026-03-13 10:00", actor=joined.clerk("roads"), text="已修")


def test_the_desk_can_do_without_a_co_unit(joined: Walk) -> None:
    joined.do(joint.waive, "2026-03-13 10:00", actor=OPERATOR, unit="parks", reason="与绿化无关")
    joined.reply("2026-03-13 12:00")

    assert hands(joined) == [("roads", "submitted"), ("parks", "waived")]
    assert joined.timeline()[-2].endswith("园林管理处免予办理：与绿化无关")


def test_the_lead_is_never_waived(joined: Walk) -> None:
    with pytest.raises(NothingToWaive, match="改派"):
        joined.do(joint.waive, "2026-03-13 10:00", actor=OPERATOR, unit="roads", reason="不必")


def test_work_goes_down_the_tree_and_answers_come_up_again(joined: Walk) -> None:
    joined.do(joint.sub_dispatch, "2026-03-12 14:00", actor=joined.clerk("roads"), unit="roads-north")
    joined.do(handle.sign, "2026-03-12 14:10", actor=joined.clerk("roads-north"))
    joined.do(joint.sub_dispatch, "2026-03-12 14:20", actor=joined.clerk("roads-north"), unit="crew", reason="派人到场")
    joined.do(handle.sign, "2026-03-12 14:30", actor=joined.clerk("crew"))

    with pytest.raises(CoUnitsOpen, match="北片抢修班"):
        joined.do(joint.contribute, "2026-03-12 16:00", actor=joined.clerk("roads-north"), text="已安排")
    joined.do(joint.contribute, "2026-03-12 17:00", actor=joined.clerk("crew"), text="已修补")
    with pytest.raises(CoUnitsOpen, match="道路北片"):
        joined.reply("2026-03-12 17:10")
    joined.do(joint.contribute, "2026-03-12 17:30", actor=joined.clerk("roads-north"), text="已修补并验收")
    joined.contribute("parks")
    joined.reply("2026-03-13 10:00")
    joined.pass_reply("2026-03-13 11:00")

    assert hands(joined) == [("roads", "done"), ("parks", "done"), ("roads-north", "done"), ("crew", "done")]
    by_unit = {each.unit_id: each for each in joined.assignments()}
    north = by_unit[joined.unit_id("roads-north")]
    assert (north.role, north.parent_id) == ("lead", by_unit[joined.unit_id("roads")].id)
    assert by_unit[joined.unit_id("crew")].parent_id == north.id


def test_a_second_unit_below_helps_the_first(joined: Walk) -> None:
    for unit in ("roads-north", "roads-south"):
        joined.do(joint.sub_dispatch, "2026-03-12 14:00", actor=joined.clerk("roads"), unit=unit)

    assert [each.role for each in joined.assignments()] == ["lead", "co", "lead", "co"]


def test_work_is_handed_down_only_never_sideways(joined: Walk) -> None:
    with pytest.raises(NotBelow, match="不是道路管理处的下级"):
        joined.do(joint.sub_dispatch, "2026-03-12 14:00", actor=joined.clerk("roads"), unit="parks")


def test_a_unit_gets_its_share_once(joined: Walk) -> None:
    joined.do(joint.sub_dispatch, "2026-03-12 14:00", actor=joined.clerk("roads"), unit="roads-north")

    with pytest.raises(AlreadyInvolved):
        joined.do(joint.sub_dispatch, "2026-03-12 14:10", actor=joined.clerk("roads"), unit="roads-north")


def test_a_returned_ticket_is_taken_from_the_units_below_too(joined: Walk) -> None:
    joined.do(joint.sub_dispatch, "2026-03-12 14:00", actor=joined.clerk("roads"), unit="roads-north")

    joined.give_back("2026-03-12 15:00")

    assert hands(joined) == [("roads", "returned"), ("parks", "recalled"), ("roads-north", "recalled")]


def test_a_redirected_ticket_has_one_lead_and_the_old_one_has_lost_it(joined: Walk) -> None:
    joined.redirect("2026-03-12 15:00", lead="parks", reason="属绿化带")

    assert hands(joined) == [("roads", "superseded"), ("parks", "recalled"), ("parks", "pending_sign")]
    assert (joined.ticket().state, joined.ticket().lead_unit_id) == (State.DISPATCHED, joined.unit_id("parks"))
    with pytest.raises(NotYours):
        joined.ask_back("2026-03-12 16:00", actor=joined.clerk("roads"))
