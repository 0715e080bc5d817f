"""A referred ticket takes its point along, and each tenant finds it in areas of its own."""

from core.areas.shapes import Point
from tests.areas.places import let_hold
from tests.referral.making import EAST, Places


def test_the_receiver_locates_the_point_in_its_own_boundaries(places: Places) -> None:
    let_hold(places.installation, EAST)

    here, there = places.referred(EAST, point=Point(0.5, 0.5))

    assert (here.ticket().point, here.ticket().area) == (Point(0.5, 0.5), None)
    assert (there.ticket().point, there.ticket().area) == (Point(0.5, 0.5), "tiantou")
