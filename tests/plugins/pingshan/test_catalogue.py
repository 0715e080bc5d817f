"""每一个小类都明确了处置责任主体、法律依据，而且都有处置时限要求: 杜绝“踢皮球”."""

from core.hooks import Budget, FactsBlock, MatterHint, RouteProposal, TimeLimit, Trigger
from core.hooks.specs import escalation_steps, propose_routes, suggest_matters, ticket_blocks, time_limits
from tests.plugins.making import UNITS, answers, make_duty, make_ticket

POTHOLE = make_duty(
    limit=Budget("wall", 24 * 3600),
    on_site=Budget("wall", 3600),
    after_arrival=Budget("wall", 2 * 3600),
    legal_basis="《中华人民共和国公路法》第三十五条",
)
FILING = TimeLimit("accept", Budget("wall", 180), "pingshan.catalogue/filing", "立案时限，从诉求人提交起")


def _owner(*, direct: bool) -> RouteProposal:
    return RouteProposal(
        unit="roads",
        co=("street",),
        direct=direct,
        score=80,
        rule_id="pingshan.catalogue/owner",
        reason="职责清单“道路交通 / 路面坑洼”的处置责任主体，依据：《中华人民共和国公路法》第三十五条",
    )


def test_the_pothole_goes_straight_to_the_listed_owner() -> None:
    told = answers("pingshan.catalogue", propose_routes, ticket=make_ticket(), duty=POTHOLE, units=UNITS)

    assert told == [_owner(direct=True)]


def test_what_came_back_or_a_district_that_only_wants_advice_goes_to_the_dispatcher() -> None:
    returned, advice = make_ticket(bounce_count=1), {"direct": False}

    after_return = answers("pingshan.catalogue", propose_routes, ticket=returned, duty=POTHOLE, units=UNITS)
    as_advice = answers("pingshan.catalogue", propose_routes, advice, ticket=make_ticket(), duty=POTHOLE, units=UNITS)

    assert after_return == [_owner(direct=False)]
    assert as_advice == [_owner(direct=False)]


def test_an_item_without_legal_basis_names_none() -> None:
    duty = make_duty(co=("abolished",))

    assert answers("pingshan.catalogue", propose_routes, ticket=make_ticket(), duty=duty, units=UNITS) == [
        RouteProposal(
            unit="roads",
            direct=True,
            score=80,
            rule_id="pingshan.catalogue/owner",
            reason="职责清单“道路交通 / 路面坑洼”的处置责任主体",
        )
    ]


def test_an_unknown_matter_or_owner_is_left_to_the_dispatcher() -> None:
    unknown = answers("pingshan.catalogue", propose_routes, ticket=make_ticket(), duty=None, units=UNITS)
    gone = answers(
        "pingshan.catalogue",
        propose_routes,
        ticket=make_ticket(),
        duty=make_duty(lead="abolished"),
        units=UNITS,
    )

    assert (unknown, gone) == ([], [])


def test_the_item_s_own_limits_hold() -> None:
    assert answers("pingshan.catalogue", time_limits, ticket=make_ticket(), duty=POTHOLE) == [
        FILING,
        TimeLimit(
            "reply", Budget("wall", 86400), "pingshan.catalogue/limit", "职责清单“道路交通 / 路面坑洼”的处置时限"
        ),
        TimeLimit(
            "on_site", Budget("wall", 3600), "pingshan.catalogue/on-site", "职责清单“道路交通 / 路面坑洼”的到场时限"
        ),
        TimeLimit(
            "handle",
            Budget("wall", 7200),
            "pingshan.catalogue/after-arrival",
            "职责清单“道路交通 / 路面坑洼”的到场后时限",
            from_arrival=True,
        ),
    ]


def test_where_the_matter_or_its_limit_is_unknown_only_filing_is_promised() -> None:
    ticket, letter, never = make_ticket(), make_ticket(medium="letter"), {"filing_minutes": 0}

    assert answers("pingshan.catalogue", time_limits, ticket=ticket, duty=None) == [FILING]
    assert answers("pingshan.catalogue", time_limits, ticket=ticket, duty=make_duty()) == [FILING]
    assert answers("pingshan.catalogue", time_limits, never, ticket=ticket, duty=make_duty()) == []
    assert answers("pingshan.catalogue", time_limits, ticket=letter, duty=None) == []


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

    assert answers("pingshan.catalogue", suggest_matters, settings, ticket=ticket, duties=duties) == [
        MatterHint("0101", "pingshan.catalogue/scene", "场景词：大坑、颠得厉害", score=70),
        MatterHint("0202", "pingshan.catalogue/scene", "场景词：一片黑", score=60),
    ]


def test_the_ticket_says_what_the_list_does_and_that_it_is_only_proposed() -> None:
    duty = make_duty(standard="修补平整", guide="问清路名", is_proposed=True)

    assert answers("pingshan.catalogue", ticket_blocks, ticket=make_ticket(), duty=duty) == [
        FactsBlock(
            (("处置标准", "修补平整"), ("受理指引", "问清路名"), ("清单出处", "拟定，区里尚未公布")),
            heading="道路交通 / 路面坑洼",
        )
    ]


def test_a_major_event_is_told_at_once_to_its_owner_the_desk_and_the_units_that_the_district_names() -> None:
    urgent, told_too = Trigger("urgent"), {"major_units": ["market", "roads"]}
    major = make_duty(grade="major")

    def told(trigger: Trigger = urgent, grade: str = "major", **ticket: object) -> list[tuple[str, str]]:
        steps = answers(
            "pingshan.catalogue",
            escalation_steps,
            told_too,
            ticket=make_ticket(**{"lead_unit": "roads", **ticket}),
            trigger=trigger,
            duty=make_duty(grade=grade),
        )
        return [(step.kind, step.to) for step in steps]

    both = ("sms", "inbox")
    assert told() == [(kind, to) for to in ("lead", "desk", "market") for kind in both]
    assert told(lead_unit=None) == [(kind, to) for to in ("desk", "market", "roads") for kind in both]
    assert told(matter_guessed=True) == told(grade="urgent") == told(Trigger("mark", "reply", "overdue")) == []
    [step, *_] = answers("pingshan.catalogue", escalation_steps, ticket=make_ticket(), trigger=urgent, duty=major)
    assert (step.to, step.rule_id) == ("desk", "pingshan.catalogue/major")
    assert step.reason == "职责清单“道路交通 / 路面坑洼”为重大事项，第一时间告知"
