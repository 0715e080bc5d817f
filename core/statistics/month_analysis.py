"""The analysis of a city's month 月度分析报告: what the figures say in sentences, before the tables that say it in full."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from core.documents.forms import FORMS
from core.documents.model import Document, Section, Words
from core.documents.packing import EPOCH
from core.kit.saying import joined, said, word
from core.statistics.city import BelowFloor, CityReport, District
from core.statistics.documents import city_document
from core.statistics.drawings import by_satisfaction, is_compared, satisfaction_of
from core.statistics.figures import SMALL_SAMPLE, Figure
from core.statistics.shares import NONE, OTHERS, Share
from core.statistics.words import change_words, parts_words, value_words

RATES = ("on_time", "resolved", "satisfied", "overdue", "mean_days_to_reply_of_replies")
NAMED = 3
"""Matters, causes and growing matters that are named."""
LEVEL = "持平"
GROWN = 10
"""So many more than the month before a matter must have, to be said to grow."""


def month_analysis(told: CityReport, *, made_at: datetime, freshness: str = "", remarks: str = "") -> Document:
    """Return the analysis of a month as a document that bears `made_at` (aware).

    `remarks` are what somebody has to say about it, in paragraphs; `freshness` says until when everything is counted.
    """
    base = city_document(told, made_at=made_at, freshness=freshness)
    title = said("{city} {month}月度分析报告", city=told.city_name, month=word(told.month.words))
    if not told.is_over:
        title = said("{title}（本月未结束，与整个上月对比）", title=title)
    paragraphs = [line.strip() for line in remarks.splitlines() if line.strip()]
    sections = [
        Section("概况", [Words(line) for line in overall(told)]),
        Section("各区和事项", [Words(line) for line in districts_and_matters(told)]),
        *([Section("分析意见", [Words(line) for line in paragraphs])] if paragraphs else []),
        *base.sections,
    ]
    return replace(base, title=title, sections=sections, footer=title)


def packed(document: Document, name: str) -> bytes:
    """Return an archive with the document in each form for people. The same document gives the same bytes."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for ending, form in FORMS.items():
            archive.writestr(ZipInfo(f"{name}.{ending}", EPOCH), form.write(document), compress_type=ZIP_DEFLATED)
    return kept.getvalue()


def overall(told: CityReport) -> Sequence[str]:
    """Say what the city's month was like, in sentences."""
    figures = {figure.id: figure for figure in told.figures}
    accepted, concluded = figures["accepted"], figures["concluded"]
    if not accepted.now.value and not accepted.before.value:
        return [said("{month}各区没有受理诉求，或者还没有统计。", month=word(told.month.words))]
    lines = [
        said(
            "{month}全市受理诉求 {accepted}{change}；办结 {concluded}{concluded_change}。",
            month=word(told.month.words),
            accepted=word(value_words(accepted.now.value, accepted.unit)),
            change=_changed(accepted),
            concluded=word(value_words(concluded.now.value, concluded.unit)),
            concluded_change=_changed(concluded),
        )
    ]
    rates = [_rate(figures[name]) for name in RATES if figures[name].now.value is not None]
    if rates:
        lines.append(said("{rates}。", rates=joined("；", rates)))
    given = sum(each.given for each in told.instructions)
    if given:
        reported = sum(each.reported for each in told.instructions)
        lines.append(
            said(
                "登记领导批示 {given:,} 件，已反馈 {reported:,} 件，待反馈 {waiting:,} 件。",
                given=given,
                reported=reported,
                waiting=given - reported,
            )
        )
    return lines


def districts_and_matters(told: CityReport) -> Sequence[str]:
    """Say what stands out among districts, matters and causes; nothing is said of what is too little to compare."""
    lines = [*_districts(told)]
    named = [share for share in told.by_matter if share.key not in (OTHERS, NONE)]
    if named:
        first = named[:NAMED]
        whole = first[0].denominator
        lines.append(
            said(
                "受理最多的是{names}，合计占全部诉求的 {share}。",
                names=joined("、", (said("{label}（{n:,} 件）", label=each.label, n=each.numerator) for each in first)),
                share=word(f"{sum(each.numerator for each in first) / whole:.2%}"),
            )
        )
    growing = sorted((each for each in named if _growth(each) >= GROWN), key=lambda each: (-_growth(each), each.label))
    if growing:
        names = joined(
            "、", (said("{label}（多 {n:,} 件）", label=each.label, n=_growth(each)) for each in growing[:NAMED])
        )
        lines.append(said("比上月增加最多的是{names}。", names=names))
    for causes in told.causes:
        first = [share for share in causes.codes if share.numerator][:NAMED]
        if first:
            names = joined(
                "、", (said("{label}（{n:,} 件）", label=word(each.label), n=each.numerator) for each in first)
            )
            lines.append(said("{what}主要是{names}。", what=word(causes.label), names=names))
    return lines or ["各区的样本还不足以比较，见下列各表。"]


def _districts(told: CityReport) -> Sequence[str]:
    compared = [district for district in by_satisfaction(told.districts) if is_compared(district)]
    lines = []
    if len(compared) > 1:
        lines.append(
            said(
                "评价不少于 {sample} 件的 {n} 个区（市）县中，群众满意率最高的是{best}，最低的是{worst}。",
                sample=SMALL_SAMPLE,
                n=len(compared),
                best=_satisfied(compared[-1]),
                worst=_satisfied(compared[0]),
            )
        )
    floor = value_words(told.floor, "percent")
    below, units = (
        [each for each in told.below_floor if (each.unit is None) is is_district] for is_district in (True, False)
    )
    if below:
        lines.append(
            said(
                "满意率低于 {floor} 的区（市）县有 {n} 个：{names}。是否点名由第二人在公开通报里逐个核准。",
                floor=word(floor),
                n=len(below),
                names=joined("、", (_below(each) for each in below)),
            )
        )
    elif compared:
        lines.append(said("可以比较的区（市）县满意率都不低于 {floor}。", floor=word(floor)))
    if units:
        lines.append(said("满意率低于 {floor} 的承办单位有 {n} 个，见下表。", floor=word(floor), n=len(units)))
    return lines


def _below(below: BelowFloor) -> str:
    return said(
        "{name} {value}（{satisfied:,}/{rated:,}）",
        name=below.district_name,
        value=word(value_words(below.value, "percent")),
        satisfied=below.satisfied,
        rated=below.rated,
    )


def _satisfied(district: District) -> str:
    one = satisfaction_of(district)
    return said(
        "{name} {value}（{parts}）",
        name=district.name,
        value=word(value_words(one.now.value, one.unit)),
        parts=word(parts_words(one.now, one.unit)),
    )


def _rate(figure: Figure) -> str:
    parts = parts_words(figure.now, figure.unit)
    return said(
        "{label} {value}{parts}{change}",
        label=word(figure.label),
        value=word(value_words(figure.now.value, figure.unit)),
        parts=word(f"（{parts}）") if parts else "",
        change=_changed(figure),
    )


def _changed(figure: Figure) -> str:
    if figure.now.value is None or figure.before.value is None:
        return ""
    change = change_words(figure.now.value, figure.before.value, figure.unit)
    return "，与上月持平" if change == LEVEL else said("，比上月{change}", change=word(change))


def _growth(share: Share) -> int:
    return share.numerator - share.numerator_before
