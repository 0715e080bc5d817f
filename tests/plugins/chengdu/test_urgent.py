"""有的诉求是需要紧急处理的，第一时间电话联系职能部门，要求一小时之内现场核实 (2019)."""

from typing import get_args

import pytest

from core.hooks import Budget, EscalationStep, Mark, Trigger, UrgencySignal
from core.hooks.specs import assess_urgency, clock_marks, escalation_steps
from core.hooks.values import ClockName
from tests.plugins.making import answers, make_clock, make_ticket

URGENT = Trigger("urgent")
TELL = "紧急诉求 {serial_no}“{title}”，请立即电话联系并到现场核实情况"


def _tell(kind: str, to: str) -> EscalationStep:
    return EscalationStep(kind, to, TELL, "chengdu.urgent/tell", "紧急诉求第一时间告知，要求到现场核实")  # type: ignore[arg-type]


def test_a_tilted_hut_beside_a_transformer_is_urgent() -> None:
    ticket = make_ticket(title="板房倾斜", text="富华南路附近有板房倾斜，旁边就是变压器！")

    assert answers("chengdu.urgent", assess_urgency, ticket=ticket) == [
        UrgencySignal("chengdu.urgent/keyword", "诉求提到“板房倾斜”，按紧急诉求处理")
    ]


def test_every_danger_found_is_named() -> None:
    ticket = make_ticket(title="电箱漏电", text="昨晚还冒火星，怕起火。")

    assert answers("chengdu.urgent", assess_urgency, ticket=ticket) == [
        UrgencySignal("chengdu.urgent/keyword", "诉求提到“漏电、起火”，按紧急诉求处理")
    ]


@pytest.mark.parametrize("text", ["燃气费怎么缴？", "变压器太吵，影响休息。", "希望政策向一线教师倾斜。"])
def test_everyday_words_are_not_urgent(text: str) -> None:
    assert answers("chengdu.urgent", assess_urgency, ticket=make_ticket(text=text)) == []


def test_a_crowd_may_become_a_mass_incident() -> None:
    crowd = make_ticket(text="工地拖欠工资。", affected_count=30)
    few = make_ticket(text="工地拖欠工资。", affected_count=29)

    assert answers("chengdu.urgent", assess_urgency, ticket=crowd) == [
        UrgencySignal("chengdu.urgent/crowd", "涉及 30 人（户），可能引发群体性事件，按紧急诉求处理")
    ]
    assert answers("chengdu.urgent", assess_urgency, ticket=few) == []


def test_danger_is_told_at_once_to_the_desk_until_a_unit_has_the_ticket() -> None:
    waiting, dispatched = make_ticket(lead_unit=None), make_ticket(lead_unit="street")

    assert answers("chengdu.urgent", escalation_steps, ticket=waiting, trigger=URGENT) == [
        _tell("sms", "desk"),
        _tell("inbox", "desk"),
    ]
    assert answers("chengdu.urgent", escalation_steps, ticket=dispatched, trigger=URGENT) == [
        _tell("sms", "lead"),
        _tell("inbox", "lead"),
    ]


def test_danger_is_told_to_the_leaders_too_where_the_district_names_them() -> None:
    settings = {"leaders_unit": "office"}
    ticket = make_ticket(lead_unit="street")

    assert answers("chengdu.urgent", escalation_steps, settings, ticket=ticket, trigger=URGENT) == [
        _tell("sms", "lead"),
        _tell("inbox", "lead"),
        _tell("sms", "office"),
        _tell("inbox", "office"),
    ]


@pytest.mark.parametrize("budget", [Budget("wd_eod", 5), Budget("wd_same", 2), Budget("wd_eod", 20)])
def test_a_long_clock_turns_yellow_one_working_day_before_its_end(budget: Budget) -> None:
    assert answers("chengdu.urgent", clock_marks, ticket=make_ticket(), clock=make_clock(budget=budget)) == [
        Mark(
            name="last-day",
            light="yellow",
            rule_id="chengdu.urgent/last-day",
            reason="剩余 7 个工作小时，亮黄灯",
            working_seconds_left=7 * 3600,
        )
    ]


@pytest.mark.parametrize(
    "budget", [Budget("wall", 3600), Budget("ws", 7200), Budget("wd_eod", 1), Budget("natural", 3)]
)
def test_a_short_clock_is_left_to_the_core(budget: Budget) -> None:
    clock = make_clock(budget=budget)

    assert answers("chengdu.urgent", clock_marks, ticket=make_ticket(), clock=clock) == []


def test_on_the_last_day_the_holder_is_reminded() -> None:
    trigger = Trigger("mark", "reply", "last-day")
    reminded = EscalationStep(
        "inbox",
        "lead",
        "工单 {serial_no}“{title}”的答复时限将于 {due} 到期，请抓紧办理",
        "chengdu.urgent/last-day",
        "到期前一个工作日提醒",
    )

    ticket = make_ticket(lead_unit="street")
    assert answers("chengdu.urgent", escalation_steps, ticket=ticket, trigger=trigger) == [reminded]


def test_when_time_is_up_the_unit_and_the_desk_are_told() -> None:
    trigger = Trigger("mark", "on_site", "overdue")
    text = "工单 {serial_no}“{title}”的到场核实时限已于 {due} 超期"
    lead, desk = (
        EscalationStep("inbox", to, text, "chengdu.urgent/overdue", "超期告知承办单位和分派台")
        for to in ("lead", "desk")
    )

    dispatched, waiting = make_ticket(lead_unit="street"), make_ticket(lead_unit=None)
    assert answers("chengdu.urgent", escalation_steps, ticket=dispatched, trigger=trigger) == [lead, desk]
    assert answers("chengdu.urgent", escalation_steps, ticket=waiting, trigger=trigger) == [desk]


@pytest.mark.parametrize("clock", get_args(ClockName))
def test_every_clock_that_runs_over_is_called_by_its_name(clock: ClockName) -> None:
    trigger = Trigger("mark", clock, "overdue")
    steps = answers("chengdu.urgent", escalation_steps, ticket=make_ticket(), trigger=trigger)

    assert steps != []
    assert all("”的时限" not in step.text for step in steps)


def test_marks_of_other_features_are_theirs() -> None:
    trigger = Trigger("mark", "reply", "reminder")

    assert answers("chengdu.urgent", escalation_steps, ticket=make_ticket(), trigger=trigger) == []
