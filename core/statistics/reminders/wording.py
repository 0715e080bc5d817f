"""What a reminder letter says: its figures in words with their definition, and the text that a person signs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.hooks.values import ReminderRules
from core.statistics.figures import SMALL_SAMPLE
from core.statistics.places import area_label
from core.statistics.queries import Cube, matter_names
from core.statistics.reminders.rules import REASON_LABELS, Figure, Reason
from core.statistics.repeats import MEANING
from core.statistics.report import matter_label
from core.statistics.words import value_words
from core.tenancy.scope import Scope

STATE_LABELS = {
    "draft": "待签发",
    "discarded": "不发",
    "issued": "已发出",
    "answered": "已答复",
    "closed": "已评定",
}
VERDICT_LABELS = {"effective": "有成效", "partly": "有所好转", "none": "未见成效"}
DIRECTION_WORDS = {"better": "好转", "same": "持平", "worse": "变差"}


def what_of(scope: Scope, figure: Figure) -> str:
    """Say what a figure is of."""
    if figure.kind == "limits":
        return "答复按时率"
    names = matter_names(Cube.of(scope))
    return f"{matter_label(names, figure.matter)} · {area_label(scope, figure.area)}"


def amount_of(numerator: int, denominator: int | None) -> str:
    """Write a count, or a share with its two numbers."""
    if denominator is None:
        return f"{numerator:,} 件"
    if not denominator:
        return "没有到期的时限"
    small = f"，样本不足 {SMALL_SAMPLE}" if denominator < SMALL_SAMPLE else ""
    return f"{value_words(Figure('limits', '', '', numerator, denominator, 0, 0).value, 'percent')}（{numerator:,}/{denominator:,}{small}）"


def definition_of(reason: Reason, rules: ReminderRules) -> str:
    """Say what is counted, and from how many on it calls for a letter."""
    days = rules.window_days
    match reason:
        case "repetition":
            return (
                f"{days} 天内受理、现由本单位承办的诉求，按事项和区域计，与之前 {days} 天相比；达到 {rules.repeated_least} 件，"
                f"或达到 {rules.rise_least} 件且为之前的 {rules.rise_factor:g} 倍以上的列出"
            )
        case "limits":
            return (
                f"{days} 天内到期的答复时限中到期前已答复的比例，与之前 {days} 天相比；{rules.due_hours} 小时内到期的未办结工单"
                f"达到 {rules.due_least} 件且按时率下降 {rules.fall_points} 个百分点以上的列出"
            )
        case "again":
            return (
                f"{MEANING}。天数为 {rules.again_days} 天，计在上一件的办结单位；合计达到 {rules.again_least} 件的列出"
            )


def sentence_of(scope: Scope, figure: Figure) -> str:
    """Say a figure beside the one of as many days before."""
    now = amount_of(figure.numerator, figure.denominator)
    before = amount_of(figure.numerator_before, figure.denominator_before)
    due = f"；起草时临近到期的未办结工单 {figure.due:,} 件" if figure.due else ""
    return f"{what_of(scope, figure)}：{now}，之前同样天数 {before}{due}"


def text_of(
    scope: Scope,
    unit: str,
    reason: Reason,
    figures: Sequence[Figure],
    rules: ReminderRules,
    *,
    first: date,
    last: date,
) -> str:
    """Write the letter as it is drafted; what is asked for stands at its end."""
    lines = "\n".join(f"{place}. {sentence_of(scope, each)}。" for place, each in enumerate(figures, start=1))
    return (
        f"{unit}：\n"
        f"据 {first} 至 {last} 的统计，你单位承办的诉求出现{REASON_LABELS[reason]}的情况：\n{lines}\n"
        f"请分析原因，研究从源头减少诉求的措施，并于收到本函后 {rules.answer_days} 个工作日内书面答复：采取什么措施、由谁负责、何时完成。"
        f"{rules.window_days} 天后将按同一口径再作比较。"
    )


def rules_from(kept: Mapping[str, Any]) -> ReminderRules:
    """Read the rules that a letter was drafted by, as they are kept with it."""
    return ReminderRules(**kept)
