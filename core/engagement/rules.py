"""Pure decisions about taking part online: what a campaign must be, who is in the draw, and what falls to whom."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from core.hooks.values import EngagementRules
from core.kit import saying
from core.kit.errors import Refused
from core.kit.lots import in_order

CAMPAIGN_KINDS: Final[Mapping[str, str]] = {"collection": "有奖征集", "quiz": "答题"}
WAYS: Final[Mapping[str, str]] = {"draw": "抽签", "jury": "评选"}
CAMPAIGN_STATES: Final[Mapping[str, str]] = {
    "draft": "待开启",
    "open": "已开启",
    "drawn": "待签发结果",
    "signed": "结果已公布",
}
PHONE = re.compile(r"1[3-9][0-9]{9}")
LONGEST: Final = {"title": 60, "words": 2000, "prize": 30, "ask": 200, "choice": 60}
MOST_QUESTIONS, MOST_CHOICES, MOST_PRIZES, MOST_WINNERS, MOST_STAFF = 30, 8, 10, 10_000, 5_000
STAFF, ERASED, NOT_RIGHT, NOT_TAKEN_IN = "staff", "erased", "not-right", "not-taken-in"
LEFT_OUT: Final[Mapping[str, str]] = {
    STAFF: "主办单位工作人员",
    ERASED: "已按本人要求删除",
    NOT_RIGHT: "没有全部答对",
    NOT_TAKEN_IN: "诉求不予受理或已作废",
}


class CampaignUnusable(Refused):
    """A campaign cannot be held as it is written; every fault is told."""

    code = "campaign-unusable"


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize 奖项: how many there are, and what each is worth in yuan."""

    name: str
    number: int
    yuan: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a quiz with its choices; `right` is the place of the right one, from 0."""

    ask: str
    choices: tuple[str, ...]
    right: int


@dataclass(frozen=True, slots=True)
class WrittenCampaign:
    """A campaign as its file says it; `staff` are the phones of those who work for the unit that runs it."""

    kind: str
    title: str
    words: str
    organiser: str
    channel: str
    way: str
    opens_at: datetime
    closes_at: datetime
    budget_yuan: int
    prizes: tuple[Prize, ...]
    questions: tuple[Question, ...]
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Won:
    """A number that won: which prize, by its place in the list of prizes from 0, and as which of those who have it, from 1."""

    prize: int
    place: int
    number: str


def read_campaign(text: str, rules: EngagementRules, *, zone: tzinfo) -> WrittenCampaign:
    """Return the campaign that a file in TOML says; times are the tenant's. Raises `CampaignUnusable` with every fault."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignUnusable(
            saying.said("活动文件不是 TOML：{error}。没有保存，请改正后再试。", error=error)
        ) from None
    wrong: list[str] = []
    kind = _one_of(said, "kind", CAMPAIGN_KINDS, wrong)
    way = _one_of({"way": "draw", **said}, "way", WAYS, wrong)
    opens, closes = (_moment(said, name, zone, wrong) for name in ("opens", "closes"))
    if opens and closes and not opens < closes <= opens + timedelta(days=rules.most_days):
        wrong.append(saying.said("closes 应在 opens 之后、{most_days} 天之内", most_days=rules.most_days))
    prizes = tuple(_prizes(said.get("prize", []), rules, wrong))
    budget = _whole(said, "budget_yuan", 0, rules.most_budget_yuan, wrong)
    if (worth := sum(each.number * each.yuan for each in prizes)) > budget:
        wrong.append(saying.said("奖品共值 {worth:,} 元，超过预算 {budget:,} 元", worth=worth, budget=budget))
    questions = tuple(_questions(said.get("question", []), wrong))
    title, words = _words(said, "title", wrong), _words(said, "words", wrong)
    if kind == "quiz" and (not questions or way != "draw"):
        wrong.append("答题要有题目，奖品由抽签产生")
    if kind == "collection" and questions:
        wrong.append("有奖征集没有题目")
    staff = said.get("staff_phones")
    if not isinstance(staff, list) or len(staff) > MOST_STAFF or not all(map(_is_phone, staff)):
        wrong.append("staff_phones 要列出主办单位工作人员的手机号（没有手机号的写空列表），他们不参加抽奖")
    refuse_faults(wrong)
    assert opens is not None, "refused above"
    assert closes is not None, "refused above"
    return WrittenCampaign(
        kind=kind,
        title=title,
        words=words,
        organiser=str(said.get("organiser", "")),
        channel=str(said.get("channel", "")),
        way=way,
        opens_at=opens,
        closes_at=closes,
        budget_yuan=budget,
        prizes=prizes,
        questions=questions,
        staff=tuple(map(str, staff or ())),
    )


def refuse_faults(wrong: Sequence[str]) -> None:
    """Raise `CampaignUnusable` with every fault, unless there are none."""
    if wrong:
        raise CampaignUnusable(
            saying.said(
                "活动有 {number} 处不能用，没有保存：{wrong}。请改正后再试。",
                number=len(wrong),
                wrong=saying.joined("；", wrong),
            )
        )


def draw_prizes(seed: str, prizes: Sequence[Prize], numbers: Collection[str]) -> tuple[Won, ...]:
    """Draw each prize in turn among those who have none yet: never more than there are, and nobody twice."""
    left, won = set(numbers), list[Won]()
    for place, prize in enumerate(prizes):
        drawn = in_order(seed, prize.name, left)[: prize.number]
        won += [Won(place, nth, number) for nth, number in enumerate(drawn, start=1)]
        left -= set(drawn)
    return tuple(won)


def is_right(questions: Sequence[Question], answers: Sequence[int]) -> bool:
    """Tell whether every question was answered right; of a collection everything is."""
    return [each.right for each in questions] == list(answers)


def _one_of(said: Mapping[str, Any], name: str, labels: Mapping[str, str], wrong: list[str]) -> str:
    value = said.get(name)
    if value not in labels:
        wrong.append(
            saying.said(
                "{name} 可写：{items}",
                name=name,
                items=saying.joined(
                    "、", (saying.said("{code}（{label}）", code=code, label=label) for code, label in labels.items())
                ),
            )
        )
    return str(value)


def _words(said: Mapping[str, Any], name: str, wrong: list[str]) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST[name] or "\x00" in value:
        wrong.append(saying.said("{name} 要写 1 到 {longest} 个字", name=name, longest=LONGEST[name]))
    return str(value).strip()


def _whole(said: Mapping[str, Any], name: str, least: int, most: int, wrong: list[str]) -> int:
    value = said.get(name)
    if type(value) is not int or not least <= value <= most:
        wrong.append(saying.said("{name} 要写 {least:,} 到 {most:,} 的整数", name=name, least=least, most=most))
        return least
    return value


def _moment(said: Mapping[str, Any], name: str, zone: tzinfo, wrong: list[str]) -> datetime | None:
    value = said.get(name)
    if not isinstance(value, datetime):
        wrong.append(saying.said("{name} 要写成 2026-03-12T09:00:00 的样子", name=name))
        return None
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _prizes(listed: Any, rules: EngagementRules, wrong: list[str]) -> Sequence[Prize]:
    tables = listed if isinstance(listed, list) and all(isinstance(each, dict) for each in listed) else []
    if not 1 <= len(tables) <= MOST_PRIZES:
        wrong.append(saying.said("[[prize]] 要有 1 到 {most_prizes} 项", most_prizes=MOST_PRIZES))
        return ()
    names = [each.get("name") for each in tables]
    if not all(isinstance(name, str) and 1 <= len(name) <= LONGEST["prize"] and ":" not in name for name in names):
        wrong.append(saying.said("奖项的 name 要写 1 到 {prize} 个字，不含英文冒号", prize=LONGEST["prize"]))
    elif len(set(names)) < len(names):
        wrong.append("奖项的 name 不能重复")
    return [
        Prize(
            str(each.get("name")),
            _whole(each, "number", 1, MOST_WINNERS, wrong),
            _whole(each, "yuan", 0, rules.most_prize_yuan, wrong),
        )
        for each in tables
    ]


def _questions(listed: Any, wrong: list[str]) -> Sequence[Question]:
    tables = listed if isinstance(listed, list) and all(isinstance(each, dict) for each in listed) else []
    if len(tables) > MOST_QUESTIONS:
        wrong.append(saying.said("最多 {most_questions} 题", most_questions=MOST_QUESTIONS))
    found = []
    for nth, each in enumerate(tables, start=1):
        ask, choices, right = each.get("ask"), each.get("choices"), each.get("right")
        is_fit = (
            _is_line(ask, LONGEST["ask"])
            and isinstance(choices, list)
            and 2 <= len(choices) <= MOST_CHOICES
            and all(_is_line(choice, LONGEST["choice"]) for choice in choices)
            and type(right) is int
            and 1 <= right <= len(choices)
        )
        if is_fit:
            found.append(Question(str(ask), tuple(choices), int(right) - 1))
        else:
            wrong.append(
                saying.said(
                    "第 {nth} 题要有 ask、2 到 {most_choices} 个 choices，right 写第几个是对的",
                    nth=nth,
                    most_choices=MOST_CHOICES,
                )
            )
    return found


def _is_line(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= longest and value.isprintable()


def _is_phone(value: Any) -> bool:
    return isinstance(value, str) and PHONE.fullmatch(value) is not None
