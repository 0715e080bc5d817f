"""What a district's features say of panels: how many seats, whether the finding binds, and what calls for one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.models import Adjudication
from core.hooks import GroupSeats, PanelRules, ReviewProposal
from core.hooks.checks import AnswerUnusable, check
from core.jobs.panels import Panels
from core.journey.panel_findings import FindingBinds, decline_finding
from core.journey.queries.panels import proposals_on
from core.tenancy.scope import Installation
from tests.builders import SUPERVISOR, alone, beijing, make_district, make_feature, make_installation
from tests.panels.making import PanelCase

RULES = PanelRules(
    seats=(GroupSeats("lawyer", 2), GroupSeats("netizen", 1)),
    quorum=2,
    majority_percent=66,
    days=1,
    criteria=("是否解决",),
    is_binding=True,
)
FEATURE = "east.panel"


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    answers = make_feature(
        FEATURE,
        panel_rules=lambda: [RULES],
        review_triggers=lambda facts: [
            ReviewProposal("large_gap", f"{FEATURE}/gap", f"{facts.disposition} {facts.resolved}")
        ],
    )
    installation = make_installation(database_url, features=[answers])
    yield installation
    installation.database.engine.dispose()


def test_a_binding_panel_of_two_groups_is_closed_by_the_clock_and_must_be_carried_out(
    installation: Installation, tmp_path: Path
) -> None:
    case = PanelCase(
        installation,
        make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}], features={FEATURE: {}}),
    )
    case.answered_badly()
    case.hire(tmp_path)
    (proposal,) = case.run(lambda scope: proposals_on(scope, case.ticket().id))
    assert (proposal.cause, proposal.reason) == ("large_gap", "resolved no")

    panel = case.open(cause="large_gap")
    assert panel.closes_at == beijing("2026-03-17 18:00")
    assert [number[:2] for number, _ in case.seated("asked")] == ["LA", "LA", "NE"]
    for member, verdict in zip(case.members(), ("exclude", "exclude"), strict=False):
        case.accept("2026-03-16 10:00", member)
        case.vote("2026-03-16 10:00", member, verdict, scores=["2"])

    clock = Panels(installation, is_ending=lambda: False)
    with alone(installation, case.slug):
        clock.keep_time(now=lambda: beijing("2026-03-17 17:59"))
    assert (case.panel().state, case.panel().reminded_at) == ("voting", beijing("2026-03-17 17:59"))
    with alone(installation, case.slug):
        clock.keep_time(now=lambda: beijing("2026-03-17 18:00"))

    assert (case.panel().state, case.panel().verdict) == ("found", "exclude")
    with pytest.raises(FindingBinds, match="须执行"):
        case.do(decline_finding, "2026-03-18 09:00", actor=SUPERVISOR, panel=panel.number, reason="不认同")
    case.carry_out("2026-03-18 09:00")
    assert len(case.rows(Adjudication)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"quorum": 8},
        {"quorum": 0},
        {"seats": (GroupSeats("lawyer", 2), GroupSeats("lawyer", 3))},
        {"seats": (GroupSeats("lawyer", -1), GroupSeats("netizen", 9))},
        {"majority_percent": 49},
        {"majority_percent": 100},
        {"days": 0},
        {"extension_days": 61},
        {"substitutes": -1},
        {"criteria": ()},
        {"criteria": ("是否解决", " ")},
    ],
)
def test_rules_by_which_no_panel_could_be_drawn_or_decide_are_no_answer(wrong: dict[str, Any]) -> None:
    check(replace(PanelRules(), substitutes=0))
    with pytest.raises(AnswerUnusable):
        check(replace(PanelRules(), **wrong))
