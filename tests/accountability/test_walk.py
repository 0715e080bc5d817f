"""Every deed is tried in every state that a case can come to: it goes forward, or it is refused and nothing is changed."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from core.escalation.accountability.labels import ENDED, RUNG_LABELS, STATE_LABELS
from core.escalation.accountability.rules import MOVES, RUNGS, RungNotOpen, next_rung, proposed_rung, refuse_rung
from core.hooks.values import AccountabilityRules
from core.kit.errors import Refused
from tests.accountability.accusing import LATER, NEXT_DAY, Accused

ORDER = {state: place for place, state in enumerate(STATE_LABELS)}
WAY = ("deny", "state", "decide", "appeal", "settle", "close")
"""The longest way of a case."""
MOVE_OF = {"grant": "exempt", "deny": "notify", "settle": "decide_appeal"}
"""The move behind a deed, where it is called otherwise."""


def deeds(accused: Accused) -> dict[str, Callable[[], Any]]:
    """Return every deed that moves a case, by those who may do it."""
    first, second = accused.officers.values()
    return {
        "grant": lambda: accused.act("judge_exemption", NEXT_DAY, first, granted=True, reason="候判"),
        "deny": lambda: accused.act("judge_exemption", NEXT_DAY, first, granted=False, reason="无关"),
        "state": accused.state,
        "decide": lambda: accused.decide(first),
        "appeal": accused.appeal,
        "settle": lambda: accused.settle(second),
        "close": lambda: accused.act("close_case", LATER, first, note="案结"),
    }


def test_on_its_longest_way_a_case_refuses_whatever_does_not_lead_forward(accused: Accused) -> None:
    accused.overdue(text="赔偿的事法院已受理")
    tried = deeds(accused)
    for name in (*WAY, ""):
        state, steps = accused.case().state, len(accused.steps())
        for other, deed in tried.items():
            if state not in MOVES[MOVE_OF.get(other, other)][0]:
                with pytest.raises(Refused):
                    deed()
        assert (accused.case().state, len(accused.steps())) == (state, steps)
        if name:
            tried[name]()
            assert ORDER[accused.case().state] > ORDER[state]

    assert accused.case().state == "closed"


def test_no_move_leads_back_and_every_state_but_the_ends_leads_on() -> None:
    for sources, target in MOVES.values():
        assert all(ORDER[source] < ORDER[target] for source in sources)
    leading = set().union(*(sources for sources, _ in MOVES.values()))
    assert leading == set(STATE_LABELS) - set(ENDED)


def rungs() -> Iterator[tuple[str, str, str, str]]:
    return product(RUNG_LABELS, ("", *RUNGS), STATE_LABELS, ("", "responsible", "not_responsible", "exempt"))


def test_of_all_rungs_only_graver_ones_are_open_and_the_gravest_wait_for_the_decision() -> None:
    opened = set()
    for rung, taken, state, outcome in rungs():
        try:
            refuse_rung(rung, taken=taken, state=state, outcome=outcome, label="问责〔2026〕1 号")
        except Refused:
            continue
        opened.add((rung, taken, state, outcome))
    assert opened
    for rung, taken, state, outcome in opened:
        assert not taken or RUNGS.index(rung) > RUNGS.index(taken)
        assert state in ("notified", "stated", "decided", "decided_on_appeal")
        if rung in ("bulletin", "referral") or state.startswith("decided"):
            assert outcome == "responsible"


@pytest.mark.parametrize(
    ("earlier", "rung"), [(0, "reminder"), (1, "talk"), (2, "bulletin"), (3, "referral"), (9, "referral")]
)
def test_the_rung_follows_how_often_the_unit_was_responsible(earlier: int, rung: str) -> None:
    assert proposed_rung(AccountabilityRules(), earlier) == rung
    assert next_rung("", rung) == rung
    assert next_rung(rung, "reminder") == {"reminder": "talk", "talk": "bulletin", "bulletin": "referral"}.get(rung, "")


def test_a_rung_that_was_taken_is_not_taken_again() -> None:
    with pytest.raises(RungNotOpen, match="已采取“约谈”"):
        refuse_rung("talk", taken="talk", state="stated", outcome="", label="问责〔2026〕1 号")
