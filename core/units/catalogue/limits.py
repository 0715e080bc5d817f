"""Time limits 时限 in the duty list: as people write them, as they are said, and which of two is the tighter one."""

import re
import unicodedata
from typing import Literal

from core.hooks.values import Budget, BudgetMode
from core.kit import saying
from core.kit.errors import Refused

Comparison = Literal["same", "tighter", "looser", "unclear"]
HOUR = 3600
DAY = 24 * HOUR
SHORTEST_WORKING_DAY = 6 * HOUR
"""Hours that any working day has, for comparing working hours with working days."""
CLOSES_AFTER = 16 * HOUR
"""No working day closes earlier, so a limit of N working days takes at least N days less what is left of that one."""
LONGEST: dict[BudgetMode, int] = {
    "wall": 366 * DAY,
    "ws": 366 * DAY,
    "wd_eod": 366,
    "wd_same": 366,
    "natural": 366,
}
LONGEST_ON_SITE = 7 * DAY
LONGEST_WORDS = 100
"""Characters of a limit in words; what is longer is none, and nobody looks for one in it."""
AT_ONCE = ("即时", "立即", "即办", "即时办结", "当场", "当场办结", "马上就办")
ONE_HOUR = Budget("wall", HOUR)
SAME_HOUR = "到同一钟点"
SECONDS = {"秒": 1, "秒钟": 1, "s": 1, "分": 60, "分钟": 60, "m": 60, "min": 60, "小时": HOUR, "钟头": HOUR, "h": HOUR}
DAY_WORDS = ("天", "日", "自然日", "自然天", "日历日", "日历天", "d")
WEEK_WORDS = ("周", "星期", "礼拜")
"""Months are left out: they have no fixed length, and none is guessed."""
_LEAD = re.compile(r"^(?:不超过|不多于|最长|限时|限|≤|<=|小于等于|自受理之日起|受理后|接单后|派单后|\s)+")
_TAIL = re.compile(r"(?:以内|之内|内|办结|完成|处置|处理|答复|到场|到达现场|到现场|\s)+$")
_NUMERAL = r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+|半"
_PART = re.compile(rf"(?P<number>{_NUMERAL})个?(?P<working>工作)?(?P<unit>[^\d零〇一二两三四五六七八九十百半个]+)")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


class LimitUnclear(Refused):
    """The words are no time limit that can be counted."""

    code = "limit-unclear"


def read_limit(text: str, *, unit: str = "", at_once: Budget = ONE_HOUR) -> Budget:
    """Read a limit such as 5个工作日, 24小时, 8个工作小时, 3天, 30分钟内, 1小时30分钟.

    `unit` is what a bare number counts, as the heading says it. 即时 is `at_once`: a clock needs a length.
    Raises `LimitUnclear`.
    """
    plain = unicodedata.normalize("NFKC", text.strip()[: LONGEST_WORDS + 1]).strip().lower()
    if len(plain) > LONGEST_WORDS:
        raise LimitUnclear(
            saying.said(
                "时限“{text}……”太长，看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时", text=text[:40]
            )
        )
    if plain in AT_ONCE:
        return at_once
    keeps_hour = SAME_HOUR in plain
    plain = re.sub(r"\(.*?\)", "", plain)
    plain = _TAIL.sub("", _LEAD.sub("", plain.strip()))
    budget = _read(plain, unicodedata.normalize("NFKC", unit).strip().lower())
    if budget is None:
        raise LimitUnclear(
            saying.said("时限“{text}”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时", text=text[:40])
        )
    if keeps_hour and budget.mode == "wd_eod":
        budget = Budget("wd_same", budget.amount)
    if flaw := flaw_of(budget):
        raise LimitUnclear(saying.said("时限“{text}”{flaw}", text=text[:40], flaw=flaw))
    return budget


def limit_words(budget: Budget) -> str:
    """Say a limit so that `read_limit` reads the same: 5个工作日, 24小时, 1个工作小时30分钟."""
    match budget.mode:
        case "wd_eod":
            return saying.said("{amount}个工作日", amount=budget.amount)
        case "wd_same":
            return saying.said(
                "{amount}个工作日（{same_hour}）", amount=budget.amount, same_hour=saying.word(SAME_HOUR)
            )
        case "natural":
            return saying.said("{amount}天", amount=budget.amount)
    working = "工作" if budget.mode == "ws" else ""
    minutes, second = divmod(budget.amount, 60)
    hour, minute = divmod(minutes, 60)
    parts = (
        (hour, saying.said("个{working}小时", working=saying.word(working)) if working else "小时"),
        (minute, saying.said("{working}分钟", working=saying.word(working))),
        (second, saying.said("{working}秒", working=saying.word(working))),
    )
    return "".join(f"{number}{word}" for number, word in parts if number) or saying.said(
        "0{working}秒", working=saying.word(working)
    )


def flaw_of(budget: Budget) -> str:
    """Return in words why nobody could work with a limit of this length, or nothing."""
    if budget.amount <= 0:
        return "不是正数，工单一到就超期；请写大于零的时限"
    if budget.mode in ("wall", "ws") and budget.amount < 60:
        return "不足一分钟，没有人办得到；请至少写 1 分钟"
    if budget.amount > LONGEST[budget.mode]:
        return "超过一年，不像办理时限；请写 366 天以内"
    return ""


def flaw_on_site(budget: Budget) -> str:
    """Return in words why a limit cannot be one for being on site, or for what follows there, or nothing."""
    if budget.mode != "wall":
        return "不是自然时间，现场不分昼夜；请写成 60分钟 或 2小时"
    if flaw := flaw_of(budget):
        return flaw
    return "超过 7 天，不像现场的时限；请改短，或改写成处置时限" if budget.amount > LONGEST_ON_SITE else ""


def compare(before: Budget, after: Budget) -> Comparison:
    """Tell whether a new limit is tighter 压缩 than the old one, whenever it begins; unclear = it depends on when."""
    if before == after:
        return "same"
    if before.mode == after.mode:
        return "tighter" if after.amount < before.amount else "looser"
    if _never_later(after, before):
        return "tighter"
    return "looser" if _never_later(before, after) else "unclear"


def _never_later(one: Budget, other: Budget) -> bool:
    """Tell whether the first limit never ends after the second, with the same beginning."""
    days = {"wd_eod", "wd_same"}
    if one.mode in ("wall", "natural"):
        return _longest(one) <= _shortest(other)
    if other.mode in ("wall", "natural"):
        return False  # working time stands still over holidays, however short it is
    if one.mode == "ws" and other.mode in days:
        return one.amount <= other.amount * SHORTEST_WORKING_DAY
    if one.mode in days and other.mode in days:
        return one.amount < other.amount  # outside hours the same time N days later is the opening of one day more
    return False  # days within working hours: a day has no longest length


def _longest(budget: Budget) -> int:
    # Natural days end at the close or at midnight of the last one, so nearly a day may be added.
    return budget.amount if budget.mode == "wall" else (budget.amount + 1) * DAY


def _shortest(budget: Budget) -> int:
    match budget.mode:
        case "wall" | "ws":
            return budget.amount
        case "wd_same":
            return budget.amount * DAY
        case _:
            return (budget.amount - 1) * DAY + CLOSES_AFTER


def _read(text: str, unit: str) -> Budget | None:
    """Read days or weeks, or hours, minutes and seconds in this order."""
    if re.fullmatch(_NUMERAL, text):
        text += unit
    parts = list(_PART.finditer(text.replace(" ", "")))
    if not parts or "".join(part[0] for part in parts) != text.replace(" ", ""):
        return None
    numbers = [_number(part["number"]) for part in parts]
    units = [part["unit"] for part in parts]
    if any(number is None for number in numbers):
        return None
    if len(parts) == 1 and units[0] not in SECONDS:
        return _in_days(numbers[0] or 0, units[0], is_working=bool(parts[0]["working"]))
    sizes = [SECONDS.get(unit, 0) for unit in units]
    if not all(sizes) or sizes != sorted(set(sizes), reverse=True):
        return None
    total = sum((number or 0) * size for number, size in zip(numbers, sizes, strict=True))
    mode: BudgetMode = "ws" if parts[0]["working"] else "wall"
    return Budget(mode, int(total)) if total == int(total) else None


def _in_days(number: float, unit: str, *, is_working: bool) -> Budget | None:
    if number != int(number):
        return None
    if is_working:
        return Budget("wd_eod", int(number)) if unit in ("日", "天") else None
    if unit in DAY_WORDS:
        return Budget("natural", int(number))
    return Budget("natural", 7 * int(number)) if unit in WEEK_WORDS else None


def _number(text: str) -> float | None:
    if text[0].isdigit():
        return float(text)
    return 0.5 if text == "半" else _chinese(text)


def _chinese(text: str) -> int | None:
    """Read a Chinese numeral up to 999, such as 十五 or 二十四."""
    if "百" in text:
        hundreds, _, rest = text.partition("百")
        head, tail = _chinese(hundreds or "一"), _chinese(rest.lstrip("零〇") or "零")
        return None if head is None or tail is None or not 0 < head < 10 or tail > 99 else head * 100 + tail
    if "十" in text:
        tens, _, ones = text.partition("十")
        if len(tens) > 1 or len(ones) > 1 or any(each not in _DIGITS for each in tens + ones):
            return None
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS.get(text) if len(text) == 1 else None
