"""Holding a unit to account 问责: no rule does it where one exempts, or could not say; a person may all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from core.escalation.cases import CaseOpen, NobodyToAccount
from core.escalation.models import AccountabilityCase
from core.hooks import EscalationStep, Exemption, TicketView
from core.journey import press
from core.people.roles import NotPermitted
from core.tickets.service import ReasonMissing
from core.units.queries import NoSuchUnit
from tests.builders import OPERATOR, SUPERVISOR
from tests.journey.asking import incidents, nothing, raises
from tests.press.pressing import Pressing, at_overdue, pressed_by

CASE = EscalationStep("case", "discipline", "{unit}超期", "press/case", "超期")
GROUND = Exemption("press/court", "涉法涉诉")


def outcome(
    database_url: str, exemptions: Callable[..., Any]
) -> tuple[int, list[str], list[str], list[tuple[str, str]]]:
    """Return the cases, what was said of pressing and of failures, and the incidents, when the reply is overdue."""
    with pressed_by(database_url, at_overdue(CASE), exemptions=exemptions) as walk:
        walk.supervise("2026-03-20 10:00")
        cases = walk.rows(AccountabilityCase)
        return len(cases), walk.told("escalate")[-1:], walk.told("rule_failed"), incidents(walk)


def test_where_nothing_exempts_the_case_is_opened(database_url: str) -> None:
    assert outcome(database_url, nothing) == (1, ["启动问责 → 纪委监委（超期）"], [], [])


def test_one_ground_and_no_case_is_opened_and_the_timeline_says_why(database_url: str) -> None:
    def exempt(ticket: TicketView) -> list[Exemption]:
        assert ticket.lead_unit == "roads"
        return [GROUND]

    assert outcome(database_url, exempt) == (0, ["未启动问责：涉法涉诉（超期）"], [], [])


def test_the_ground_is_kept_with_its_rule(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(CASE), exemptions=lambda: [GROUND]) as walk:
        walk.supervise("2026-03-20 10:00")

        entry = [each for each in walk.entries() if each.kind == "escalate"][-1]
        assert entry.detail["exempt"] == [{"rule_id": "press/court", "by": "press@0/1", "reason": "涉法涉诉"}]
        assert (entry.detail["rule_id"], entry.detail["by"]) == ("press/case", "press@0/1")


def test_a_rule_that_cannot_say_accuses_nobody(database_url: str) -> None:
    cases, said, failed, kept = outcome(database_url, raises)

    assert (cases, said) == (0, ["未启动问责：免责情形未能核对（超期）"])
    assert "没有核对免责情形，暂不启动问责，由督办人员决定" in failed[0]
    assert [hook for hook, _ in kept] == ["exemptions"]


def test_who_supervises_opens_the_case_all_the_same_and_once(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(CASE), exemptions=lambda: [GROUND]) as walk:
        walk.supervise("2026-03-20 10:00")

        accuse(walk)

        [case] = walk.rows(AccountabilityCase)
        assert (case.unit_id, case.authority_unit_id) == (walk.unit_id("roads"), walk.unit_id("discipline"))
        assert (case.text, case.rule_id, case.reason) == ("久拖不决", "person", "人工发起")
        assert walk.told("case") == ["启动问责 → 纪委监委：久拖不决"]
        assert walk.messages()[-1].to_unit_id == walk.unit_id("discipline")
        with pytest.raises(CaseOpen, match="对道路管理处的问责已在办理"):
            accuse(walk)


def test_what_is_wrong_is_refused_in_words(alone: Pressing) -> None:
    with pytest.raises(NotPermitted):
        accuse(alone, actor=OPERATOR)
    with pytest.raises(ReasonMissing):
        accuse(alone, reason=" ")
    with pytest.raises(NoSuchUnit):
        accuse(alone, authority="nobody")

    assert alone.rows(AccountabilityCase) == []


def test_before_dispatch_there_is_nobody_to_hold_to_account(alone: Pressing) -> None:
    alone.take_in("2026-03-12 11:00")

    with pytest.raises(NobodyToAccount, match="请先派单"):
        accuse(alone)


def accuse(walk: Pressing, **how: Any) -> None:
    wanted = {"authority": "discipline", "reason": "久拖不决", "actor": SUPERVISOR}
    walk.do(press.hold_to_account, "2026-03-20 11:00", **{**wanted, **how})
