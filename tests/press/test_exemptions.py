"""Holding a unit to account 问责: no rule does it where one exempts, or could not say; a person may all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.accountability.service import CaseOpen, NobodyToAccount
from core.hooks import EscalationStep, Exemption, TicketView
from core.journey import press
from core.people.roles import NotPermitted
from core.tickets.service import ReasonMissing
from core.units.queries import NoSuchUnit
from tests.builders import OPERATOR, SUPERVISOR
from tests.journey.asking import incidents, nothing, raises
from tests.press.pressing import Pressing, at_overdue, pressed_by

CASE = EscalationStep("case", "discipline", "{unit}超期", "press/case", "超期")
NOBODY_TO_WORK_IT = "accountability_rules"
"""The repair card of a district whose authority has no officer."""
GROUND = Exemption("press/court", "涉法涉诉")


def outcome(
    database_url: str, exemptions: Callable[..., Any]
) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
    """Return where the cases stand, what was said of opening and of failures, the letters, and the hooks that failed."""
    with pressed_by(database_url, at_overdue(CASE), exemptions=exemptions) as walk:
        walk.supervise("2026-03-20 10:00")
        states = [case.state for case in walk.rows(AccountabilityCase)]
        said = [words for words in walk.told("escalate") if words.startswith("启动问责")]
        letters = [letter.title for letter in walk.letters()]
        return states, said, walk.told("rule_failed"), letters, [hook for hook, _ in incidents(walk)]


def test_where_nothing_exempts_the_case_is_opened_and_the_unit_is_told(database_url: str) -> None:
    said = ["启动问责 → 纪委监委（超期），问责〔2026〕1 号"]

    assert outcome(database_url, nothing) == (["notified"], said, [], ["问责立案通知书"], [NOBODY_TO_WORK_IT])


def test_one_ground_and_the_case_waits_for_a_person_who_judges_it(database_url: str) -> None:
    def exempt(ticket: TicketView) -> list[Exemption]:
        assert ticket.lead_unit == "roads"
        return [GROUND]

    said = ["启动问责 → 纪委监委（超期），先核免责：涉法涉诉，问责〔2026〕1 号"]

    assert outcome(database_url, exempt) == (["open"], said, [], [], [NOBODY_TO_WORK_IT])


def test_the_ground_is_kept_with_its_rule(database_url: str) -> None:
    with pressed_by(database_url, at_overdue(CASE), exemptions=lambda: [GROUND]) as walk:
        walk.supervise("2026-03-20 10:00")

        entry = [each for each in walk.entries() if each.kind == "escalate"][-1]
        [case] = walk.rows(AccountabilityCase)
        assert entry.detail["exempt"] == [{"rule_id": "press/court", "by": "press@0/1", "reason": "涉法涉诉"}]
        assert (entry.detail["rule_id"], entry.detail["by"]) == ("press/case", "press@0/1")
        assert case.proposed == entry.detail["exempt"]


def test_a_rule_that_cannot_say_accuses_nobody(database_url: str) -> None:
    states, said, failed, letters, kept = outcome(database_url, raises)

    assert (states, letters) == (["open"], [])
    assert said == ["启动问责 → 纪委监委（超期），先核免责：免责情形未能核对，问责〔2026〕1 号"]
    assert "没有核对免责情形，先由办案人员判断，暂不通知单位" in failed[0]
    assert kept == [NOBODY_TO_WORK_IT, "exemptions"]


def test_who_supervises_opens_a_case_by_hand_and_once(database_url: str) -> None:
    with pressed_by(database_url, at_overdue()) as walk:
        walk.supervise("2026-03-20 10:00")

        accuse(walk)

        [case] = walk.rows(AccountabilityCase)
        assert (case.unit_id, case.authority_unit_id) == (walk.unit_id("roads"), walk.unit_id("discipline"))
        assert (case.text, case.rule_id, case.reason, case.state) == ("久拖不决", "person", "久拖不决", "notified")
        assert walk.told("case")[0] == "启动问责 → 纪委监委：久拖不决，问责〔2026〕1 号"
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
