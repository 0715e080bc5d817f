"""每一个小类都明确了处置责任主体、法律依据，而且都有处置时限要求: 杜绝“踢皮球”."""

from typing import Any

from core.hooks import Budget, ContactView, HandlingRules, MatterHint, Objection, RouteProposal, TimeLimit
from core.hooks.specs import guard_command, handling_rules, propose_routes, suggest_matters, time_limits
from tests.plugins.making import UNITS, answers, make_duty, make_ticket

POTHOLE = make_duty(
    limit=Budget("wall", 24 * 3600), on_site=Budget("wall", 3600), legal_basis="《中华人民共和国公路法》第三十五条"
)


def _owner(*, direct: bool) -> RouteProposal:
    return RouteProposal(
        unit="roads",
        co=("street",),
        direct=direct,
        score=80,
        rule_id="pingshan.duty_list/owner",
        reason="职责清单“道路交通 / 路面坑洼”的处置责任主体，依据：《中华人民共和国公路法》第三十五条",
    )


def test_the_pothole_goes_straight_to_the_listed_owner() -> None:
    told = answers("pingshan.duty_list", propose_routes, ticket=make_ticket(), duty=POTHOLE, units=UNITS)

    assert told == [_owner(direct=True)]


def test_what_came_back_or_a_district_that_only_wants_advice_goes_to_the_dispatcher() -> None:
    returned, advice = make_ticket(bounce_count=1), {"direct": False}

    after_return = answers("pingshan.duty_list", propose_routes, ticket=returned, duty=POTHOLE, units=UNITS)
    as_advice = answers("pingshan.duty_list", propose_routes, advice, ticket=make_ticket(), duty=POTHOLE, units=UNITS)

    assert after_return == [_owner(direct=False)]
    assert as_advice == [_owner(direct=False)]


def test_an_item_without_legal_basis_names_none() -> None:
    duty = make_duty(co=("abolished",))

    assert answers("pingshan.duty_list", propose_routes, ticket=make_ticket(), duty=duty, units=UNITS) == [
        RouteProposal(
            unit="roads",
            direct=True,
            score=80,
            rule_id="pingshan.duty_list/owner",
            reason="职责清单“道路交通 / 路面坑洼”的处置责任主体",
        )
    ]


def test_an_unknown_matter_or_owner_is_left_to_the_dispatcher() -> None:
    unknown = answers("pingshan.duty_list", propose_routes, ticket=make_ticket(), duty=None, units=UNITS)
    gone = answers(
        "pingshan.duty_list",
        propose_routes,
        ticket=make_ticket(),
        duty=make_duty(lead="abolished"),
        units=UNITS,
    )

    assert (unknown, gone) == ([], [])


def test_the_item_s_own_limits_hold() -> None:
    assert answers("pingshan.duty_list", time_limits, ticket=make_ticket(), duty=POTHOLE) == [
        TimeLimit(
            "reply", Budget("wall", 86400), "pingshan.duty_list/limit", "职责清单“道路交通 / 路面坑洼”的处置时限"
        ),
        TimeLimit(
            "on_site", Budget("wall", 3600), "pingshan.duty_list/on-site", "职责清单“道路交通 / 路面坑洼”的到场时限"
        ),
    ]


def test_where_the_matter_or_its_limit_is_unknown_there_is_no_opinion() -> None:
    ticket = make_ticket()

    assert answers("pingshan.duty_list", time_limits, ticket=ticket, duty=None) == []
    assert answers("pingshan.duty_list", time_limits, ticket=ticket, duty=make_duty()) == []


def test_after_the_first_return_the_units_consult_and_nobody_passes_the_ball_again() -> None:
    assert answers("pingshan.duty_list", handling_rules) == [HandlingRules(max_returns=1)]


def test_everyday_words_find_the_item_of_the_list() -> None:
    settings = {
        "scenes": [
            {"words": ["大坑", "颠得厉害"], "matter": "0101"},
            {"words": ["一片黑"], "matter": "0202"},
            {"words": ["大坑"], "matter": "gone"},
        ]
    }
    ticket = make_ticket(text="门口有个大坑，颠得厉害，晚上一片黑")
    duties = (make_duty(), make_duty(code="0202"))

    assert answers("pingshan.duty_list", suggest_matters, settings, ticket=ticket, duties=duties) == [
        MatterHint("0101", "pingshan.duty_list/scene", "场景词：大坑、颠得厉害", score=70),
        MatterHint("0202", "pingshan.duty_list/scene", "场景词：一片黑", score=60),
    ]


def guarded(settings: dict[str, Any], command: str = "request_return", **ticket: Any) -> list[Objection]:
    return answers(
        "pingshan.duty_list",
        guard_command,
        settings,
        ticket=make_ticket(**{"lead_unit": "roads", "matter": "0101", **ticket}),
        command=command,
        duty=POTHOLE,
        contact=ContactView(is_possible=True, attempts=0, was_reached=False),
    )


def test_the_listed_owner_does_not_kick_the_ball() -> None:
    assert guarded({}) == [
        Objection(
            text="贵单位是职责清单“道路交通 / 路面坑洼”的处置责任主体，不能退单。事项定错的，请联系受理席更正或改派",
            rule_id="pingshan.duty_list/owner-keeps",
            reason="首问负责，杜绝“踢皮球”",
        )
    ]


def test_a_district_may_let_the_owner_return_so_often_or_as_others_do() -> None:
    assert guarded({"owner_returns": 1}) == []
    assert "本单已退过 1 次" in guarded({"owner_returns": 1}, bounce_count=1)[0].text
    assert guarded({"owner_keeps": False}, bounce_count=3) == []


def test_another_unit_or_a_matter_nobody_confirmed_may_be_returned_and_nothing_else_is_guarded() -> None:
    assert guarded({}, lead_unit="parks") == []
    assert guarded({}, matter_guessed=True) == []
    assert guarded({}, command="sign") == []
