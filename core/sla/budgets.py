"""Amounts of time as people write them: `5` working days, `4h`, `1h30m`; read, and said in words."""

import re
from typing import get_args

from core.hooks.values import Budget, BudgetMode
from core.kit.errors import Refused
from core.kit.saying import joined, said, word

MODES: tuple[BudgetMode, ...] = get_args(BudgetMode)
DAY_MODES: tuple[BudgetMode, ...] = ("wd_eod", "wd_same", "natural")
LONGEST_DAYS = 3650
MODE_WORDS: dict[BudgetMode, str] = {
    "wall": "连续计时，不分昼夜和节假日",
    "ws": "只计工作时间",
    "wd_eod": "当日不计，次日起算，到最后一个工作日下班为止",
    "wd_same": "从工作时间起算，到最后一个工作日的同一时刻为止",
    "natural": "当日不计，次日起算，节假日照计",
}
_UNIT_SECONDS = {"h": 3600, "小时": 3600, "m": 60, "分钟": 60, "分": 60, "s": 1, "秒": 1}
_TIME = re.compile(r"(\d{1,9})\s*(h|m|s|小时|分钟|分|秒)\s*")
_DAYS = re.compile(r"(\d{1,9})\s*(?:d|天|日|个工作日|个自然日)?")


class BudgetUnclear(Refused):
    """The mode is unknown, or the amount is not one of that mode."""

    code = "budget-unclear"


def parse_budget(mode: str, amount: str) -> Budget:
    """Read an amount in a mode: a number of days, or hours, minutes and seconds. Raises `BudgetUnclear`."""
    if mode not in MODES:
        raise BudgetUnclear(said("没有“{mode}”这种计时方式。请用 {modes} 之一。", mode=mode, modes=joined("、", MODES)))
    known: BudgetMode = mode
    text = amount.strip().lower()
    return Budget(known, _days(text, known) if known in DAY_MODES else _seconds(text, known))


def budget_words(budget: Budget) -> str:
    """Say a budget as a clerk would: `5 个工作日`, `4 小时工作时间`, `30 分钟`."""
    if budget.mode in DAY_MODES:
        if not budget.amount:
            return "当日"
        return said(
            "{amount} 个{mode}",
            amount=budget.amount,
            mode=word("自然日") if budget.mode == "natural" else word("工作日"),
        )
    return said(
        "{duration}{mode}",
        duration=word(duration_words(budget.amount)),
        mode=word("工作时间") if budget.mode == "ws" else "",
    )


def duration_words(seconds: float) -> str:
    """Say a length of time in hours, minutes and seconds, leaving out what is zero."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((hour, "小时"), (minute, "分钟"), (second, "秒")) if number]
    return " ".join(parts) or "0 分钟"


def _days(text: str, mode: BudgetMode) -> int:
    match = _DAYS.fullmatch(text)
    if match is None:
        raise BudgetUnclear(
            said(
                "时限“{text}”不是天数，而 {mode} 按天计算。请写整数，如 5；要按小时计请改用 ws 或 wall。",
                text=text,
                mode=mode,
            )
        )
    days = int(match[1])
    _refuse_too_long(text, days)
    return days


def _seconds(text: str, mode: BudgetMode) -> int:
    if text == "0":
        return 0
    parts = list(_TIME.finditer(text))
    units = [_UNIT_SECONDS[part[2]] for part in parts]
    if not parts or "".join(part[0] for part in parts) != text or units != sorted(set(units), reverse=True):
        raise BudgetUnclear(
            said("时限“{text}”看不懂，{mode} 按时间长短计算。请写明单位，如 4h、30m 或 1h30m。", text=text, mode=mode)
        )
    seconds = sum(int(part[1]) * unit for part, unit in zip(parts, units, strict=True))
    _refuse_too_long(text, seconds // 86_400)
    return seconds


def _refuse_too_long(text: str, days: int) -> None:
    if days > LONGEST_DAYS:
        raise BudgetUnclear(
            said(
                "时限“{text}”超过十年，不像是办理时限。请改成 {longest_days} 天以内。",
                text=text,
                longest_days=LONGEST_DAYS,
            )
        )
