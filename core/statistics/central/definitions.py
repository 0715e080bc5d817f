"""What every figure of the city means 指标口径: numerator, denominator, on which day it counts, what is left out, and its version."""

from collections.abc import Mapping, Sequence

from core.documents.model import Cell, Section, Table, Words
from core.hooks.values import Metric
from core.kit.saying import said, word
from core.statistics.anchors import (
    ACCEPTANCE,
    AFTER_ADJUDICATION,
    ATTACHING,
    CONCLUSION,
    DISPATCH,
    DUE,
    EXTENSION,
    RATED,
    RECEIPT,
    REDO,
    REJECTION,
    REPLY,
    RETURN,
    SETTLED_RETURN,
    VOIDING,
    Anchor,
)
from core.statistics.central.pages import NO_CHOICES, Choices, CityPage, Led, Reader, cells_href, page
from core.statistics.figures import CORE_METRICS, SMALL_SAMPLE
from core.statistics.measures import MEASURES, Measure

ANCHORS: Mapping[Anchor, str] = {
    ACCEPTANCE: "受理之日",
    ATTACHING: "并入之日",
    CONCLUSION: "办结之日",
    DISPATCH: "派单之日",
    DUE: "答复时限到期之日",
    EXTENSION: "批准延期之日",
    RATED: "评价之日",
    RECEIPT: "提交之日",
    REDO: "重办之日",
    REJECTION: "决定不予受理之日",
    REPLY: "提交答复之日",
    RETURN: "退单之日",
    SETTLED_RETURN: "退单申请决定之日",
    VOIDING: "作废之日",
    AFTER_ADJUDICATION[DUE]: "答复时限到期之日，剔除和改由谁承担以裁定为准",
    AFTER_ADJUDICATION[RATED]: "评价之日，剔除和改由谁承担以裁定为准",
}
UNITS = {"count": "件", "percent": "%", "days": "天", "minutes": "分钟"}
BETTER = {"up": "高的好", "down": "低的好", "neither": "不分好坏"}


def definitions_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page."""
    sections = [
        Section(
            "怎么算",
            [
                Words(
                    "各区按自己的时区逐日计数，市里把分子加分子、分母加分母，再相除；从不把各区的率平均。"
                    "口径的任何改变都是新的一版，有自己的数；版本不同的不相比。"
                ),
                Words(said("分母不足 {n} 的率照样列出，但注明样本不足，不排名、不点名。", n=SMALL_SAMPLE)),
            ],
        )
    ]
    sections += [Section(metric.label, [_table(reading, metric)]) for metric in CORE_METRICS]
    return page(reading, "definitions", "指标口径", sections, narrowings=())


def anchor_words(measure: Measure) -> str:
    """Say on which day a measure counts."""
    return ANCHORS.get(measure.anchor, "见说明")


def _table(reading: Reader, metric: Metric) -> Table:
    numerator = MEASURES[metric.numerator]
    denominator = MEASURES[metric.denominator] if metric.denominator else None
    time = word("的时长合计") if metric.unit in ("days", "minutes") else word("")
    rows: list[Sequence[Cell]] = [
        (
            "分子",
            said("{label}{time}：{meaning}", label=word(numerator.label), time=time, meaning=word(numerator.meaning)),
        ),
        (
            "分母",
            said("{label}：{meaning}", label=word(denominator.label), meaning=word(denominator.meaning))
            if denominator
            else "没有分母，就是件数",
        ),
        ("计在哪一天", _days(numerator, denominator)),
        ("说明", metric.note or "—"),
        ("单位和方向", said("{unit}，{better}", unit=word(UNITS[metric.unit]), better=word(BETTER[metric.better]))),
        (
            "版本",
            said(
                "指标第 {version} 版；分子“{numerator}”第 {n} 版{denominator}",
                version=metric.version,
                numerator=word(numerator.label),
                n=numerator.version,
                denominator=said(
                    "，分母“{denominator}”第 {n} 版", denominator=word(denominator.label), n=denominator.version
                )
                if denominator
                else word(""),
            ),
        ),
        ("数在哪里", Led.to("看各区的分子和分母", cells_href(reading.asked, metric.id))),
    ]
    return Table((metric.id, metric.label), rows)


def _days(numerator: Measure, denominator: Measure | None) -> str:
    first = anchor_words(numerator)
    if denominator is None or (second := anchor_words(denominator)) == first:
        return first
    return said("分子：{first}；分母：{second}", first=word(first), second=word(second))
