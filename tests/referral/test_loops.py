"""A referral goes on to a third tenant, and never back to one that had the ticket."""

import pytest

from core.hooks.values import RouteProposal
from core.journey import join
from core.routing.referrals import ReferralLoop
from tests.builders import OPERATOR, make_feature
from tests.jobs.conftest import OwnDatabase
from tests.referral.making import CITY, EAST, WEST, Places, words_of
from tests.referral.test_walk import featured, replies_of


def test_a_ticket_goes_on_to_a_third_tenant_and_its_reply_comes_back_through_the_second(places: Places) -> None:
    here, there = places.referred()

    there.dispatch("2026-03-12 10:20", lead=WEST)
    places.carry("2026-03-12 10:21")
    farther = places.arrived(WEST)
    farther.answer("2026-03-12 11:00", text="已回填")
    places.carry("2026-03-12 11:01")
    there.pass_reply("2026-03-12 11:30")
    places.carry("2026-03-12 11:31")

    assert places.referrals(WEST)[0].trail == [CITY, EAST]
    assert [replies_of(walk) for walk in (farther, there, here)] == [
        [("已回填", "approved")],
        [("已回填", "approved")],
        [("已回填", "submitted")],
    ]
    assert words_of(farther, "register", "referral") == [
        "经跨区移交登记",
        "由东城区移交；对方应于 2026-03-19 18:00 前办结",
        "东城区已采用答复，移交了结",
    ]


def test_a_ticket_is_not_referred_back_to_its_sender(places: Places) -> None:
    _, there = places.referred()

    with pytest.raises(ReferralLoop) as refusal:
        there.dispatch("2026-03-12 10:20", lead=CITY)

    assert refusal.value.code == "referral-loop"
    assert (there.ticket().state, there.assignments()) == ("accepted", [])


def test_a_ticket_is_not_referred_back_to_the_first_of_a_chain(places: Places) -> None:
    _, there = places.referred()
    there.dispatch("2026-03-12 10:20", lead=WEST)
    places.carry("2026-03-12 10:21")
    farther = places.arrived(WEST)

    for slug in (CITY, EAST):
        with pytest.raises(ReferralLoop):
            farther.dispatch("2026-03-12 10:30", lead=slug)


def test_a_ticket_is_not_redirected_back_either(places: Places) -> None:
    _, there = places.referred()
    there.dispatch("2026-03-12 10:20")

    with pytest.raises(ReferralLoop):
        there.redirect("2026-03-12 10:30", lead=CITY)

    assert [each.state for each in there.assignments()] == ["pending_sign"]


def test_a_part_of_a_referred_ticket_is_not_referred_back(places: Places) -> None:
    _, there = places.referred()
    there.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "路灯不亮"])
    part = places.walk(EAST, places.tickets(EAST)[1].serial_no)

    with pytest.raises(ReferralLoop):
        part.dispatch("2026-03-12 10:30", lead=CITY)


def test_a_part_of_a_referred_ticket_goes_on_with_its_whole_trail(places: Places) -> None:
    _, there = places.referred()
    there.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "路灯不亮"])
    part = places.walk(EAST, places.tickets(EAST)[1].serial_no)

    part.dispatch("2026-03-12 10:30", lead=WEST)
    places.carry("2026-03-12 10:31")

    with pytest.raises(ReferralLoop):
        places.arrived(WEST).dispatch("2026-03-12 10:40", lead=CITY)


def test_a_rule_that_would_refer_a_ticket_back_only_suggests(database: OwnDatabase) -> None:
    proposal = RouteProposal(CITY, "f/city", "市里的事", direct=True)
    places = featured(database, make_feature("f", propose_routes=lambda: [proposal]), EAST)

    _, there = places.referred()

    assert (there.ticket().state, there.assignments()) == ("accepted", [])
    assert there.ticket().suggested_unit_id == there.unit_id(CITY)
