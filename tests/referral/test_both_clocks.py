"""Both sides of a referral show both clocks, and a matter that several districts handle stands in one list."""

import re
from datetime import datetime

import pytest

from core.journey import join
from core.journey.queries.other_side import JointMatter, joint_matters
from core.journey.queries.related import referrals_of
from core.web import create_app
from tests.builders import OPERATOR, beijing
from tests.referral.making import CITY, EAST, WEST, Places
from tests.web.making import Visitor, make_account


def matters(places: Places, slug: str, at: str, which: str = "all") -> list[JointMatter]:
    with places.installation.scope(slug) as scope:
        return list(joint_matters(scope, which, now=beijing(at)))  # type: ignore[arg-type]


def told(matter: JointMatter) -> list[tuple[str, bool, str, datetime | None, str]]:
    return [(side.tenant, side.came_in, side.state, side.due_at, side.light.words) for side in matter.sides]


def test_sender_and_receiver_each_see_the_other_ones_clock(places: Places) -> None:
    here, there = places.referred(at="2026-03-18 15:00")

    (sent,) = matters(places, CITY, "2026-03-18 16:00")
    (came,) = matters(places, EAST, "2026-03-18 16:00")

    due = beijing("2026-03-19 18:00")
    assert (places.due(here), places.due(there)) == (due, due)
    assert told(sent) == [("东城区", False, "已受理", due, "剩 1天2时")]
    assert told(came) == [("中心市", True, "", due, "剩 1天2时")]
    assert sent.ours.light.tone == came.ours.light.tone == "green"

    (late,) = matters(places, EAST, "2026-03-19 18:30", "over")
    assert [side.light.words for side in late.sides] == ["超 30分"]
    assert matters(places, EAST, "2026-03-19 17:30", "over") == []


def test_a_deadline_that_is_set_later_is_seen_on_both_sides(places: Places) -> None:
    here, there = places.referred()
    before = places.due(here)

    for walk in (here, there):
        with places.installation.scope(CITY if walk is here else EAST) as scope:
            (line,) = referrals_of(scope, walk.ticket())
            assert line.their_due_at == before
            assert line.their_light(beijing("2026-03-12 11:00")).tone == "green"


def test_parts_for_two_districts_are_one_joint_matter_of_the_city(places: Places) -> None:
    whole = places.walk()
    whole.take_in("2026-03-12 10:00")
    whole.do(join.split, "2026-03-12 10:05", actor=OPERATOR, texts=["东城段路面坑洼", "西城段路灯不亮"])
    _, *parts = places.tickets(CITY)
    for part, to in zip(parts, (EAST, WEST), strict=True):
        places.walk(CITY, part.serial_no).dispatch("2026-03-12 10:10", lead=to)
    places.referred(at="2026-03-12 10:20")

    (joint,) = matters(places, CITY, "2026-03-12 11:00", "joint")

    assert joint.ours.serial_no == whole.serial_no
    assert sorted((side.tenant, side.serial_no) for side in joint.sides) == sorted(
        [("东城区", parts[0].serial_no), ("西城区", parts[1].serial_no)]
    )
    assert len(matters(places, CITY, "2026-03-12 11:00")) == 2


@pytest.mark.parametrize("slug", [CITY, EAST])
def test_the_desk_sees_both_clocks_on_the_ticket_and_in_the_list(places: Places, slug: str) -> None:
    here, there = places.referred()
    visitor = Visitor(create_app(places.installation))
    visitor.sign_in(make_account(places.installation, slug, "operator", ["operator"]))

    assert visitor.get("/desk/joint").status_code == 200
    assert (here if slug == CITY else there).serial_no in visitor.page
    assert visitor.get("/desk/joint?which=%00x").status_code == 200
    visitor.get(f"/t/{(here if slug == CITY else there).serial_no}")
    section = re.search(r'id="referrals".*?</section>', visitor.page, re.DOTALL)
    assert section is not None
    assert ("本级时限" in section[0], ("移交方时限" if slug == EAST else "对方时限") in section[0]) == (True, True)
    assert section[0].count('class="dot') == 2
