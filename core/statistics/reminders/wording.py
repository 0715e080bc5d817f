"""What a reminder letter says: its figures in words with their definition, and the text that a person signs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.hooks.values import ReminderRules
from core.kit.saying import said, word
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
        return said("{numerator:,} 件", numerator=numerator)
    if not denominator:
        return "没有到期的时限"
    small = said("，样本不足 {small_sample}", small_sample=SMALL_SAMPLE) if denominator < SMALL_SAMPLE else ""
    return said(
        "{value}（{numerator:,}/{denominator:,}{small}）",
        value=word(value_words(Figure("limits", "", "", numerator, denominator, 0, 0).value, "percent")),
        numerator=numerator,
        denominator=denominator,
        small=small,
    )


def definition_of(reason: Reason, rules: ReminderRules) -> str:
    """Say what is counted, and from how many on it calls for a letter."""
    days = rules.window_days
    match reason:
        case "repetition":
            return said(
                "{days} 天内受理、现由本单位承办的诉求，按事项和区域计，与之前 {days} 天相比；"
                "达到 {repeated_least} 件，或达到 {rise_least} 件且为之前的 {rise_factor:g} 倍以上的列出",
                days=days,
                repeated_least=rules.repeated_least,
                rise_least=rules.rise_least,
                rise_factor=rules.rise_factor,
            )
        case "limits":
            return said(
                "{days} 天内到期的答复时限中到期前已答复的比例，与之前 {days} 天相比；"
                "{due_hours} 小时内到期的未办结工单达到 {due_least} 件且按时率下降 {fall_points} 个百分点以上的列出",
                days=days,
                due_hours=rules.due_hours,
                due_least=rules.due_least,
                fall_points=rules.fall_points,
            )
        case "again":
            return said(
                "{meaning}。天数为 {again_days} 天，计在上一件的办结单位；合计达到 {again_least} 件的列出",
                meaning=word(MEANING),
                again_days=rules.again_days,
                again_least=rules.again_least,
            )


def sentence_of(scope: Scope, figure: Figure) -> str:
    """Say a figure beside the one of as many days before."""
    now = amount_of(figure.numerator, figure.denominator)
    before = amount_of(figure.numerator_before, figure.denominator_before)
    due = said("；起草时临近到期的未办结工单 {due:,} 件", due=figure.due) if figure.due else ""
    return said(
        "{what}：{now}，之前同样天数 {before}{due}", what=word(what_of(scope, figure)), now=now, before=before, due=due
    )


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
    lines = "\n".join(
        said("{place}. {sentence}。", place=place, sentence=sentence_of(scope, each))
        for place, each in enumerate(figures, start=1)
    )
    return said(
        "{unit}：\n据 {first} 至 {last} 的统计，你单位承办的诉求出现{reason}的情况："
        "\n{lines}\n请分析原因，研究从源头减少诉求的措施，并于收到本函后 {answer_days} 个工作日内书面答复："
        "采取什么措施、由谁负责、何时完成。{window_days} 天后将按同一口径再作比较。",
        unit=unit,
        first=first,
        last=last,
        reason=word(REASON_LABELS[reason]),
        lines=lines,
        answer_days=rules.answer_days,
        window_days=rules.window_days,
    )


def rules_from(kept: Mapping[str, Any]) -> ReminderRules:
    """Read the rules that a letter was drafted by, as they are kept with it."""
    return ReminderRules(**kept)
