"""不仅市政部门知道，纪委监察部门也同时介入；若无法在规定时限内解决，还将被纪委问责 (2013)."""

from typing import Any

import pytest
from marshmallow import ValidationError

from core.hooks import EscalationStep, Exemption, Trigger, Watcher
from core.hooks.specs import accountability_rules, escalation_steps, exemptions, propose_watchers
from plugins.nanhai.discipline import DisciplineSettings
from tests.plugins.making import answers, make_ticket

OVERDUE = Trigger("mark", "reply", "overdue")


def test_the_commission_sees_every_ticket_from_the_start() -> None:
    reason = "责任部门与纪委监察部门同时介入，全程监督诉求不“烂尾”"

    assert answers("nanhai.discipline", propose_watchers, ticket=make_ticket()) == [
        Watcher("discipline", "nanhai.discipline/watch", reason)
    ]
    assert answers("nanhai.discipline", propose_watchers, {"unit": "jiwei"}, ticket=make_ticket()) == [
        Watcher("jiwei", "nanhai.discipline/watch", reason)
    ]


def test_a_case_is_opened_when_the_reply_runs_over() -> None:
    ticket = make_ticket(lead_unit="roads")
    text = "{unit}未在 {due} 前答复工单 {serial_no}“{title}”，已立案"
    rest = ("nanhai.discipline/overdue", "无法在规定时限内解决，由纪委监察部门问责")

    assert answers("nanhai.discipline", escalation_steps, ticket=ticket, trigger=OVERDUE) == [
        EscalationStep("case", "discipline", text, *rest, title="超时未答复"),
        EscalationStep("inbox", "discipline", text, *rest),
        EscalationStep("sms", "discipline", text, *rest),
    ]


def test_nobody_is_accused_of_a_ticket_that_was_never_dispatched() -> None:
    assert answers("nanhai.discipline", escalation_steps, ticket=make_ticket(lead_unit=None), trigger=OVERDUE) == [
        EscalationStep(
            "inbox",
            "discipline",
            "工单 {serial_no}“{title}”至 {due} 仍未派出，请督促分派",
            "nanhai.discipline/overdue",
            "超时仍未派出，告知监督单位",
        )
    ]


@pytest.mark.parametrize(
    "trigger", [Trigger("mark", "reply", "yellow"), Trigger("mark", "on_site", "overdue"), Trigger("urgent")]
)
def test_nothing_less_than_an_overdue_reply_opens_a_case(trigger: Trigger) -> None:
    ticket = make_ticket(lead_unit="roads")

    assert answers("nanhai.discipline", escalation_steps, ticket=ticket, trigger=trigger) == []


def test_exemption_is_proposed_for_a_matter_of_the_settings() -> None:
    settings = {"exempt_matters": ["N0901"]}

    assert answers("nanhai.discipline", exemptions, settings, ticket=make_ticket(matter="N0901")) == [
        Exemption("nanhai.discipline/exempt-matter", "事项在免予问责之列")
    ]
    assert answers("nanhai.discipline", exemptions, settings, ticket=make_ticket(matter=None)) == []


def test_exemption_is_proposed_while_a_court_has_the_matter() -> None:
    ticket = make_ticket(text="赔偿的事已起诉，法院已受理")

    assert answers("nanhai.discipline", exemptions, ticket=ticket) == [
        Exemption("nanhai.discipline/exempt-litigation", "诉求提到“已起诉、法院已受理”，涉法涉诉，由办案人员判断")
    ]


def test_days_rungs_and_words_of_a_case_are_settings() -> None:
    [rules] = answers("nanhai.discipline", accountability_rules, {"statement_days": 2, "talk_from": 0})

    assert (rules.statement_days, rules.appeal_days, rules.substitute) == (2, 5, "")
    assert (rules.talk_from, rules.bulletin_from, rules.referral_from) == (0, 2, 4)
    assert "{due}" in rules.notice


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"talk_from": 3}, "bulletin_from"),
        ({"bulletin_from": 5}, "referral_from"),
        ({"substitute": "discipline"}, "substitute"),
    ],
)
def test_no_milder_rung_after_a_graver_one_and_nobody_stands_in_for_themselves(
    settings: dict[str, Any], name: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        DisciplineSettings().load(settings)

    assert list(refused.value.normalized_messages()) == [name]
