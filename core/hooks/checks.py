"""The check of what a feature answers: its type and size, every field, whose rule it is, and times that can be computed.

What is wrong is told without the values, which may hold a resident's words.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from math import isfinite
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from core.hooks.contract import Hook
from core.hooks.parts import flaw_of_part
from core.hooks.values import (
    AccountabilityRules,
    Budget,
    EngagementRules,
    HandlingRules,
    InstantRules,
    InterviewRules,
    KnowledgeRules,
    Mark,
    OutreachKind,
    PanelRules,
    PerformanceRules,
    ReminderRules,
    WarningRules,
)
from core.kit.saying import said

T = TypeVar("T")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MOST_ITEMS = 1000
MOST_CHARACTERS = 256 * 1024
"""What one answer may hold altogether."""
LONGEST_DAYS = 3650
LONGEST_SECONDS = LONGEST_DAYS * 86_400
MOST_SEATS = 99
MOST_CRITERIA = 10
LONGEST_VOTE = 60
"""Working days within which a panel votes."""
LONGEST_WINDOW, LONGEST_BASELINE = 60, 52
"""Days that a warning looks at, and weeks before them."""
MOST_OFFERED = 20
MOST_DAYS_OF_A_MONTH = 31
IN_SECONDS = ("consult_after",)
"""Handling rules that are lengths of time in seconds; the others are days or numbers of times."""


class AnswerUnusable(Exception):  # noqa: N818 -- named as a fact; it is logged with the feature and never shown
    """An answer that the core could not carry out; left out like one that raises."""


def check_answers(hook: Hook[..., T], feature_id: str, rules: Collection[str], answer: Any) -> list[T]:
    """Return what an implementation answered, as a list that can be trusted. None is no opinion.

    `rules` are the names that the feature's manifest lists; where there are some, a `rule_id` must be one of its own.
    Raises `AnswerUnusable`.
    """
    if answer is None:
        return []
    items = check_items(hook.name, hook.item, answer)
    for item in items:
        rule_id = getattr(item, "rule_id", None)
        if rules and rule_id is not None and rule_id not in {f"{feature_id}/{rule}" for rule in rules}:
            raise AnswerUnusable(
                said("{name} 返回的规则不在 {feature_id} 的清单里", name=hook.name, feature_id=feature_id)
            )
    return items


def check_items(what: str, kind: type[T], answer: Any) -> list[T]:
    """Return what `what` gave, a list of this kind, so that it can be trusted. Raises `AnswerUnusable`."""
    if isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
        raise AnswerUnusable(said("{what} 应返回列表，不是 {name}", what=what, name=type(answer).__name__))
    items = list(islice(answer, MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise AnswerUnusable(said("{what} 一次最多返回 {most_items:,} 项", what=what, most_items=MOST_ITEMS))
    for item in items:
        if not isinstance(item, kind):
            raise AnswerUnusable(
                said(
                    "{what} 应返回 {name}，不是 {type_name}",
                    what=what,
                    name=kind.__name__,
                    type_name=type(item).__name__,
                )
            )
    if sum(_weight(item) for item in items) > MOST_CHARACTERS:
        raise AnswerUnusable(
            said("{what} 返回的内容超过 {most_characters} KB", what=what, most_characters=MOST_CHARACTERS // 1024)
        )
    for item in items:
        if is_dataclass(item):
            check(item)
    return items


def check_lines(what: str, answer: Any) -> list[str]:
    """Return what `what` gave, lines of text, so that they can be shown. Raises `AnswerUnusable`."""
    lines = check_items(what, str, answer)
    return [check_text(what, line, longest=MOST_CHARACTERS) for line in lines]


def check_text(what: str, answer: Any, *, longest: int) -> str:
    """Return what `what` gave, a text, so that it can be shown and stored. Raises `AnswerUnusable`."""
    if not isinstance(answer, str) or not is_plain_text(answer):
        raise AnswerUnusable(said("{what} 应返回文字，不是 {name}", what=what, name=type(answer).__name__))
    if not _is_storable(answer) or len(answer) > longest:
        raise AnswerUnusable(said("{what} 返回的文字应能保存，最多 {longest:,} 个字", what=what, longest=longest))
    return answer


def _weight(value: Any) -> int:
    """Return how many characters a value holds altogether."""
    if isinstance(value, str):
        return len(value)
    if is_dataclass(value):
        return sum(_weight(getattr(value, name)) for name, _ in _fields(cast(Hashable, type(value))))
    if isinstance(value, Mapping):
        return sum(_weight(name) + _weight(inner) for name, inner in value.items())
    if isinstance(value, tuple):
        return sum(map(_weight, value))
    return 8


def check(answer: Any) -> None:
    """Raise `AnswerUnusable` for a field of another type, or a time that no clock can keep.

    An answer is trusted from here on: what passes can be computed with and stored, whatever the feature meant by it.
    """
    for name, kind in _fields(cast(Hashable, type(answer))):
        value = getattr(answer, name)
        if not _fits(value, kind):
            raise AnswerUnusable(
                said(
                    "{name}.{name_2} 应为 {plain}，不是 {type_name}",
                    name=type(answer).__name__,
                    name_2=name,
                    plain=_plain(kind),
                    type_name=type(value).__name__,
                )
            )
        if is_dataclass(value):
            check(value)
    if flaw := flaw_of_part(answer):
        raise AnswerUnusable(flaw)
    if isinstance(answer, Budget):
        longest = LONGEST_SECONDS if answer.mode in ("wall", "ws") else LONGEST_DAYS
        if not 0 <= answer.amount <= longest:
            raise AnswerUnusable(
                said(
                    "时限 {amount}（{mode}）不在 0 到 {longest} 之间",
                    amount=answer.amount,
                    mode=answer.mode,
                    longest=longest,
                )
            )
    if isinstance(answer, Mark):
        _check_place(answer)
    if isinstance(answer, HandlingRules):
        _check_numbers(answer)
    if isinstance(answer, PanelRules):
        _check_panel(answer)
    if isinstance(answer, WarningRules):
        _check_watching(answer)
    if isinstance(answer, ReminderRules):
        _check_reminding(answer)
    if isinstance(answer, AccountabilityRules):
        _check_holding_to_account(answer)
    if isinstance(answer, PerformanceRules):
        _check_settling(answer)
    if isinstance(answer, KnowledgeRules):
        _check_keeping(answer)
    if isinstance(answer, EngagementRules):
        _check_taking_part(answer)
    if isinstance(answer, InstantRules):
        _check_answering(answer)
    if isinstance(answer, OutreachKind):
        _check_outreach(answer)
    if isinstance(answer, InterviewRules):
        _check_interviews(answer)


def _check_outreach(kind: OutreachKind) -> None:
    if not kind.id.strip() or not kind.label.strip():
        raise AnswerUnusable("会议和走访的种类应有代号和名称")
    if not 0 <= kind.monthly <= MOST_DAYS_OF_A_MONTH:
        raise AnswerUnusable(
            said(
                "每月应开展 {monthly} 次不在 0 到 {most_days_of_a_month} 之间",
                monthly=kind.monthly,
                most_days_of_a_month=MOST_DAYS_OF_A_MONTH,
            )
        )


def _check_interviews(rules: InterviewRules) -> None:
    if not rules.channel.strip() or min(rules.minutes, rules.extension_minutes) < 1:
        raise AnswerUnusable("微访谈应有渠道，时长和每次延长不少于 1 分钟")
    if not 1 <= rules.alike_from <= 100:
        raise AnswerUnusable(
            said("微访谈合并提问的相似度 {alike_from} 不在 1 到 100 之间", alike_from=rules.alike_from)
        )


def _check_taking_part(rules: EngagementRules) -> None:
    least = (rules.most_days, rules.seconds_per_question, rules.entries_per_address)
    if min(least) < 1 or not rules.most_prize_yuan >= 0 or not rules.most_budget_yuan >= 0:
        raise AnswerUnusable("线上互动的天数、每题秒数和参加人数应不小于 1，金额不能为负")


def _check_place(mark: Mark) -> None:
    places = (mark.working_seconds_left, mark.wall_seconds_left, mark.share_used, mark.working_days_over)
    if sum(place is not None for place in places) != 1:
        raise AnswerUnusable("时限提示应恰好写明一个位置")
    if mark.share_used is not None and not 0 <= mark.share_used <= 1:
        raise AnswerUnusable(said("时限提示的比例 {share_used} 不在 0 到 1 之间", share_used=mark.share_used))
    if any(seconds is not None and not 0 <= seconds <= LONGEST_SECONDS for seconds in places[:2]):
        raise AnswerUnusable(
            said(
                "时限提示的提前量 {places} 不在 0 到 {longest_seconds} 秒之间",
                places=places[:2],
                longest_seconds=LONGEST_SECONDS,
            )
        )
    if mark.working_days_over is not None and not 1 <= mark.working_days_over <= LONGEST_DAYS:
        raise AnswerUnusable(
            said(
                "时限提示在超期 {working_days_over} 天处，不在 1 到 {longest_days} 之间",
                working_days_over=mark.working_days_over,
                longest_days=LONGEST_DAYS,
            )
        )


def _check_numbers(rules: HandlingRules) -> None:
    for name, _ in _fields(HandlingRules):
        value, most = getattr(rules, name), LONGEST_SECONDS if name in IN_SECONDS else LONGEST_DAYS
        if isinstance(value, int) and not 0 <= value <= most:
            raise AnswerUnusable(
                said("HandlingRules.{name} 为 {value}，不在 0 到 {most} 之间", name=name, value=value, most=most)
            )


def _check_panel(rules: PanelRules) -> None:
    """Refuse a panel that could not be drawn, or could not decide."""
    groups = [each.group for each in rules.seats]
    seats = sum(each.seats for each in rules.seats)
    if len(set(groups)) != len(groups) or any(each.seats < 0 for each in rules.seats):
        raise AnswerUnusable("PanelRules.seats 每个组只写一次，席位不能为负")
    if not 1 <= seats <= MOST_SEATS or not 1 <= rules.quorum <= seats:
        raise AnswerUnusable(said("评议席位应为 1 到 {most_seats}，法定票数应在 1 和席位数之间", most_seats=MOST_SEATS))
    if not 50 <= rules.majority_percent < 100 or not 1 <= rules.days <= LONGEST_VOTE:
        raise AnswerUnusable(
            said("评议的多数应为 50 到 99（%），期限应为 1 到 {longest_vote} 个工作日", longest_vote=LONGEST_VOTE)
        )
    if not 1 <= rules.extension_days <= LONGEST_VOTE or not 0 <= rules.substitutes <= MOST_SEATS:
        raise AnswerUnusable(
            said(
                "评议延期应为 1 到 {longest_vote} 个工作日，每组递补应为 0 到 {most_seats} 人",
                longest_vote=LONGEST_VOTE,
                most_seats=MOST_SEATS,
            )
        )
    if not 1 <= len(rules.criteria) <= MOST_CRITERIA or not all(each.strip() for each in rules.criteria):
        raise AnswerUnusable(said("评分项应为 1 到 {most_criteria} 项，都要写明", most_criteria=MOST_CRITERIA))


def _check_watching(rules: WarningRules) -> None:
    """Refuse rules by which nothing could be counted, or everything would be a warning."""
    if not 1 <= rules.window_days <= LONGEST_WINDOW or not 4 <= rules.baseline_weeks <= LONGEST_BASELINE:
        raise AnswerUnusable(
            said(
                "预警的天数应为 1 到 {longest_window}，对照的周数应为 4 到 {longest_baseline}",
                longest_window=LONGEST_WINDOW,
                longest_baseline=LONGEST_BASELINE,
            )
        )
    if rules.factor < 1 or rules.least < 1 or rules.urgent_least < 1 or not 0 < rules.chance_percent < 100:
        raise AnswerUnusable("预警的倍数和件数应不小于 1，偶然的可能应在 0 和 100（%）之间")


def _check_reminding(rules: ReminderRules) -> None:
    """Refuse rules by which nothing could be counted, or everything would call for a letter."""
    if not 1 <= rules.window_days <= LONGEST_WINDOW or not 1 <= rules.again_days <= LONGEST_DAYS:
        raise AnswerUnusable(
            said(
                "提醒函的统计天数应为 1 到 {longest_window}，办结后反复的天数应为 1 到 {longest_days}",
                longest_window=LONGEST_WINDOW,
                longest_days=LONGEST_DAYS,
            )
        )
    least = (rules.repeated_least, rules.rise_least, rules.due_least, rules.again_least)
    if min(least) < 1 or rules.rise_factor < 1 or not 0 <= rules.fall_points <= 100:
        raise AnswerUnusable("提醒函的件数和倍数应不小于 1，下降的百分点应在 0 和 100 之间")
    days = (rules.acknowledge_days, rules.answer_days)
    if not all(1 <= each <= LONGEST_WINDOW for each in days) or not 1 <= rules.due_hours <= 24 * LONGEST_WINDOW:
        raise AnswerUnusable(
            said(
                "提醒函签收和答复的期限应为 1 到 {longest_window} 个工作日，临期的小时数应不小于 1",
                longest_window=LONGEST_WINDOW,
            )
        )


def _check_holding_to_account(rules: AccountabilityRules) -> None:
    """Refuse rules by which a unit had no time to speak, or a milder rung came after a graver one."""
    if not all(1 <= each <= LONGEST_WINDOW for each in (rules.statement_days, rules.appeal_days)):
        raise AnswerUnusable(
            said("情况说明和申诉的期限应为 1 到 {longest_window} 个工作日", longest_window=LONGEST_WINDOW)
        )
    if not 0 <= rules.talk_from <= rules.bulletin_from <= rules.referral_from:
        raise AnswerUnusable("问责阶梯的次数应由轻到重：约谈不多于通报，通报不多于移送")
    if not rules.notice.strip():
        raise AnswerUnusable("立案通知没有内容")


def _check_settling(rules: PerformanceRules) -> None:
    if not 1 <= rules.objection_days <= LONGEST_WINDOW:
        raise AnswerUnusable(
            said("对绩效提出异议的期限应为 1 到 {longest_window} 个工作日", longest_window=LONGEST_WINDOW)
        )


def _check_keeping(rules: KnowledgeRules) -> None:
    days = (rules.valid_days, rules.repeated_days)
    if not all(1 <= each <= LONGEST_DAYS for each in days) or not 0 <= rules.remind_days <= rules.valid_days:
        raise AnswerUnusable(
            said("知识库的天数应为 1 到 {longest_days}，提前提醒不早于开始", longest_days=LONGEST_DAYS)
        )
    if rules.repeated_from < 0 or not 1 <= rules.most_offered <= MOST_OFFERED:
        raise AnswerUnusable(
            said("知识库一次提供的条数应为 1 到 {most_offered}，重复件数不能为负", most_offered=MOST_OFFERED)
        )


def _check_answering(rules: InstantRules) -> None:
    if not 1 <= rules.suggest_from <= rules.threshold <= 100:
        raise AnswerUnusable("秒回的置信度应为 1 到 100，给受理席的不高于直接给诉求人的")
    if not all(topic.answer.strip() and topic.source.strip() and any(topic.words) for topic in rules.topics):
        raise AnswerUnusable("秒回的热点问题要写明词、答复和依据")


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in fields(kind))


def _plain(kind: Any) -> str:
    return (
        kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "").replace("core.hooks.values.", "")
    )


def _fits(value: object, kind: Any) -> bool:
    if kind is str:
        return isinstance(value, str) and is_plain_text(value) and _is_storable(value)
    if kind is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool) and isfinite(value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return isinstance(value, tuple) and all(_fits(each, arguments[0]) for each in value)
        return isinstance(value, tuple) and len(value) == len(arguments) and all(map(_fits, value, arguments))
    if origin is not None and issubclass(origin, Mapping):
        of_key, of_value = arguments
        return isinstance(value, Mapping) and all(_fits(k, of_key) and _fits(v, of_value) for k, v in value.items())
    return isinstance(value, kind)


def is_plain_text(text: str) -> bool:
    """Tell whether pages escape the text; one that calls itself HTML would be shown as it is."""
    return type(text) is str or not hasattr(text, "__html__")


def _is_storable(text: str) -> bool:
    return not UNSTORABLE.search(text)
