"""在工商、城管、食药监、旅游等系统率先推行工单直派 (2017); a mailbox's owner is not always the unit that handles."""

import pytest

from core.hooks import DutyView, RouteProposal, Watcher
from core.hooks.specs import propose_routes, propose_watchers
from tests.plugins.making import UNITS, answers, make_duty, make_ticket


@pytest.mark.parametrize(
    ("category", "domain"),
    [
        ("工商管理", "工商"),
        ("市场监管", "市场监管"),
        ("城市管理", "城市管理"),
        ("食品药品", "食品药品"),
        ("文化旅游", "旅游"),
    ],
)
def test_direct_dispatch_in_the_systems_that_began_with_it(category: str, domain: str) -> None:
    duty = make_duty(category=category, lead="market", co=("street",))

    told = answers("chengdu.routing", propose_routes, ticket=make_ticket(), duty=duty, units=UNITS)

    assert told == [
        RouteProposal(
            unit="market",
            co=("street",),
            direct=True,
            score=80,
            rule_id="chengdu.routing/direct",
            reason=f"“{category}”属{domain}系统，工单直派一线管理部门",
        )
    ]


PROPOSED_TO_THE_DISPATCHER = RouteProposal(
    unit="roads",
    co=("street",),
    direct=False,
    score=50,
    rule_id="chengdu.routing/duty",
    reason="职责清单“道路交通 / 路面坑洼”的主办单位，请分派员确认",
)


def test_elsewhere_the_lead_and_its_co_units_are_proposed_to_the_dispatcher() -> None:
    told = answers("chengdu.routing", propose_routes, ticket=make_ticket(), duty=make_duty(), units=UNITS)

    assert told == [PROPOSED_TO_THE_DISPATCHER]


def test_a_ticket_that_came_back_waits_for_the_dispatcher() -> None:
    ticket = make_ticket(bounce_count=1)
    duty = make_duty(category="城市管理", subcategory="占道经营", lead="market", co=())

    assert answers("chengdu.routing", propose_routes, ticket=ticket, duty=duty, units=UNITS) == [
        RouteProposal(
            unit="market",
            rule_id="chengdu.routing/duty",
            reason="职责清单“城市管理 / 占道经营”的主办单位，请分派员确认",
        )
    ]


def test_an_unknown_matter_is_left_to_the_dispatcher() -> None:
    assert answers("chengdu.routing", propose_routes, ticket=make_ticket(), duty=None, units=UNITS) == []


def test_only_units_that_are_there_are_proposed() -> None:
    duty = make_duty(lead="roads", co=("street", "abolished"))
    gone = make_duty(lead="abolished")

    def proposed(duty: DutyView) -> list[RouteProposal]:
        return answers("chengdu.routing", propose_routes, ticket=make_ticket(), duty=duty, units=UNITS)

    assert proposed(duty) == [PROPOSED_TO_THE_DISPATCHER]
    assert proposed(gone) == []


def test_the_unit_of_the_mailbox_looks_on() -> None:
    settings = {"mailboxes": [{"mailbox": "市长信箱", "unit": "office"}]}
    to_the_mayor = make_ticket(channel="mailbox-mayor", medium="letter", mailbox="市长信箱")

    assert answers("chengdu.routing", propose_watchers, settings, ticket=to_the_mayor) == [
        Watcher("office", "chengdu.routing/mailbox", "诉求写给“市长信箱”，知会该信箱所属单位")
    ]
    assert answers("chengdu.routing", propose_watchers, settings, ticket=make_ticket()) == []
