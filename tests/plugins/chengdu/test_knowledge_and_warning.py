"""回应解读 and 综合预警: what the settings say becomes the rules, and replies are asked for explanation, measure, prevention."""

import pytest

from core.hooks import KnowledgeRules, WarningRules
from core.hooks.specs import knowledge_rules, reply_templates, warning_rules
from tests.plugins.making import answers


def test_an_answer_holds_a_year_and_its_unit_is_told_a_fortnight_before() -> None:
    assert answers("chengdu.knowledge", knowledge_rules) == [
        KnowledgeRules(valid_days=365, remind_days=14, most_offered=5, repeated_from=5, repeated_days=30)
    ]


def test_a_reply_to_a_complaint_begins_with_explanation_measure_and_prevention() -> None:
    complaint, *_ = answers("chengdu.knowledge", reply_templates)

    assert complaint.natures == ("complaint", "help")
    assert all(part in complaint.text for part in ("政策解释", "已采取的措施", "防止再次发生"))


def test_a_template_that_is_emptied_is_not_offered() -> None:
    offered = answers("chengdu.knowledge", reply_templates, {"inquiry_template": "", "suggestion_template": " "})

    assert [template.natures for template in offered] == [("complaint", "help")]


@pytest.mark.parametrize(("percent", "factor"), [(200, 2.0), (150, 1.5)])
def test_a_rise_is_told_from_so_many_times_the_usual(percent: int, factor: float) -> None:
    assert answers("chengdu.warning", warning_rules, {"factor_percent": percent}) == [
        WarningRules(window_days=7, baseline_weeks=8, factor=factor, least=8, urgent_least=4, chance_percent=5.0)
    ]
