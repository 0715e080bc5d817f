"""How figures are written: rounded here and nowhere else, and changes so that a reader can check them by subtraction."""

from decimal import Decimal
from fractions import Fraction

from core.hooks.values import GradeBand
from core.kit.saying import joined, said, word
from core.statistics.figures import SECONDS, SMALL_SAMPLE, Figure, Reading, Unit

DIGITS: dict[Unit, int] = {"count": 0, "percent": 2, "days": 1, "minutes": 1}
"""Digits behind the point, by unit."""
UNIT_WORDS: dict[Unit, str] = {"count": " 件", "percent": "%", "days": " 天", "minutes": " 分钟"}
NEARLY_ALL = Decimal("99.99")
NOTHING = "—"


def rounded(value: Fraction, unit: Unit) -> Decimal:
    """Round a value for showing, half up; a quotient in percent becomes the number before the sign.

    A share of which something is left never becomes 100: 129,999 of 130,000 are 99.99 %.
    """
    digits = DIGITS[unit]
    if unit == "percent" and is_nearly_all(value):
        return NEARLY_ALL
    power = 10 ** (digits + 2 if unit == "percent" else digits)
    # In whole numbers: a page of a city writes some thousand values. Half up is to add a half and cut off what is behind the point.
    whole = (2 * abs(value.numerator) * power + value.denominator) // (2 * value.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-digits)


def is_nearly_all(share: Fraction) -> bool:
    """Tell whether so little is left of a share that it would round to what says that nothing is."""
    return 0 < 10_000 * (share.denominator - share.numerator) < share.denominator


def value_words(value: Fraction | None, unit: Unit) -> str:
    """Write a value with its unit: `95.76%`, `23.7 天`, `1,204 件`, or a dash for none."""
    if value is None:
        return NOTHING
    return said("{value:,}{unit}", value=rounded(value, unit), unit=word(UNIT_WORDS[unit]))


def parts_words(reading: Reading, unit: Unit) -> str:
    """Write the numbers behind a value: `113/118`, `76 件共 1,802.0 天`, or nothing for a count."""
    if reading.denominator is None:
        return ""
    if unit == "percent":
        return f"{reading.numerator:,}/{reading.denominator:,}"
    if reading.numerator is None:
        return said("{denominator:,} 件", denominator=reading.denominator)
    total = rounded(Fraction(reading.numerator, SECONDS[unit]), unit)
    return said(
        "{denominator:,} 件共 {total:,}{unit}",
        denominator=reading.denominator,
        total=total,
        unit=word(UNIT_WORDS[unit]),
    )


def change_words(now: Fraction | None, before: Fraction | None, unit: Unit) -> str:
    """Write a change: `上升 0.9 个百分点`, `缩短 1.1 天`, `增加 12 件(18.75%)`, `持平`.

    It is the difference of the two values as they are shown, so that nobody finds it wrong by subtracting them.
    """
    if now is None or before is None:
        return "无可比数据"
    change = rounded(now, unit) - rounded(before, unit)
    if not change:
        return "持平"
    amount = f"{abs(change):,}"
    amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    if unit == "percent":
        return said("{change} {amount} 个百分点", change=word("上升") if change > 0 else word("下降"), amount=amount)
    if unit in SECONDS:
        direction = word("延长") if change > 0 else word("缩短")
        return said("{change} {amount}{unit}", change=direction, amount=amount, unit=word(UNIT_WORDS[unit]))
    share = said("（{value}）", value=word(value_words(abs(now - before) / before, "percent"))) if before else ""
    return said(
        "{change} {amount} 件{share}", change=word("增加") if change > 0 else word("减少"), amount=amount, share=share
    )


def growth_words(change: Fraction | None) -> str:
    """Write how much a number grew beside the year before: `下降 50%`, `上升 4.2%`, `持平`, or that nothing can be said."""
    if change is None:
        return "无可比数据"
    amount = rounded(abs(change), "percent")
    if not amount:
        return "持平"
    direction = word("上升") if change > 0 else word("下降")
    return said("{change} {amount}%", change=direction, amount=f"{amount.normalize():f}")


def remark_words(figure: Figure) -> str:
    """Write what a reader must know of a figure before comparing it."""
    small = (
        said("样本不足 {small_sample}，不作比较", small_sample=SMALL_SAMPLE)
        if figure.is_small and figure.now.denominator
        else ""
    )
    left = said("{rest} {left:,} 件", rest=figure.rest, left=figure.left) if figure.left is not None else ""
    return joined("；", filter(None, (left, small)))


def grade_words(band: GradeBand) -> str:
    """Write a grade and what follows: `不达标：点名通报并约谈`."""
    return said("{label}：{action}", label=word(band.label), action=band.action) if band.action else band.label


def points_words(points: float | Decimal) -> str:
    """Write points of a score with at most two digits behind the point."""
    return f"{Decimal(str(points)).quantize(Decimal('0.01')).normalize():f}"


def fastest_words(hours: int) -> str:
    """Write the shortest time, of which only the whole hours are known: `不到 1 小时`, `1 小时（不足一小时的零头不计）`."""
    return said(" {hours} 小时（不足一小时的零头不计）", hours=hours) if hours else "不到 1 小时"
