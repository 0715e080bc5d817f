"""A bulletin as a document: its sections in the order that holds, numbered, with what could not be made said in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from core.documents.model import Block, Cell, Document, Number, Section, Table, Words
from core.hooks import specs
from core.hooks.values import BulletinMonth, BulletinRules, BulletinSection
from core.kit.saying import said, word
from core.statistics.bulletins.cases import WAITING
from core.statistics.bulletins.facts import Facts
from core.statistics.bulletins.for_all import FOR_ALL, NOTE, Shown, own_cell
from core.statistics.bulletins.in_force import EDITION_LABELS
from core.statistics.bulletins.naming import Proposals, undecided_blocks
from core.statistics.bulletins.sections import CASES, CASES_HEADING, CORE, NAMING, NAMING_HEADING, shown_metrics
from core.statistics.kinds import KINDS
from core.statistics.measures import MEASURES
from core.statistics.queries import Counts
from core.tenancy.scope import Scope

NOT_MADE = "本节未生成"
DIGITS = "〇一二三四五六七八九"
COMMONEST = 10
"""Up to here numbers are written in Chinese."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A bulletin's document, and the places of the sections that are filled when it is approved; None = it has none."""

    document: Document
    naming_at: int | None
    cases_at: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A section before it has its number, under the name of the core's that it is."""

    heading: str
    blocks: Sequence[Block]
    core: str = ""


def assemble(
    scope: Scope,
    facts: Facts,
    rules: BulletinRules,
    proposals: Proposals,
    *,
    number: int,
    correction: str = "",
    shown: Shown | None = None,
) -> Assembled:
    """Return the document of a bulletin. It bears the end of its month, so that it is the same whenever it is made.

    `correction` says what it corrects and why, of an erratum. With `shown` it is the copy that everybody reads; its
    sections stand in the same places.
    """
    parts = [*_parts(scope, facts, rules, proposals, shown), *([] if shown else [_definitions(facts)])]
    title = (
        said("{name}群众诉求办理情况通报", name=scope.tenant.name)
        if facts.edition == "general"
        else said("{name}企业诉求办理情况通报", name=scope.tenant.name)
    )
    issue = said(
        "{words} · 第 {number} 期 · {edition}",
        words=word(facts.month.words),
        number=number,
        edition=word(EDITION_LABELS[facts.edition]),
    )
    counted = (
        "各区（市）县合并计算，比率以合计的分子、分母相除" if facts.is_city else "以本区受理、派单、到期、评价之日统计"
    )
    lead = (
        issue,
        *([said("报送：{audience}", audience=rules.audience)] if rules.audience else []),
        said(
            "对比：{words}（环比）、{year_before_words}（同比）。{counted}。",
            words=word(facts.month.previous.words),
            year_before_words=word(facts.month.year_before.words),
            counted=word(counted),
        ),
        *([correction] if correction else []),
        *([NOTE] if shown else []),
    )
    document = Document(
        title=title,
        lead=lead,
        sections=[
            Section(said("{numeral}、{heading}", numeral=numeral(place), heading=part.heading), part.blocks)
            for place, part in enumerate(parts, start=1)
        ],
        maker=scope.tenant.name,
        made_at=datetime.combine(facts.month.following.first, time(), scope.tenant.zone),
        footer=said("{title} {words}第 {number} 期", title=title, words=word(facts.month.words), number=number),
    )
    places = {part.core: place for place, part in enumerate(parts) if part.core}
    return Assembled(document, places.get(NAMING), places.get(CASES))


def definitions_of(facts: Facts, rules: BulletinRules) -> dict[str, Any]:
    """Return by which definitions a bulletin was counted: versions of metrics, measures and kinds, and the rules."""
    return {
        "metrics": {metric.id: metric.version for metric in facts.metrics},
        "measures": {measure.key: measure.version for measure in MEASURES.values()},
        "kinds": {kind.key: kind.version for kind in KINDS.values()},
        "rules": {
            "rule_id": rules.rule_id,
            "top": rules.top,
            "floor": None if facts.floor is None else float(facts.floor),
            "sample": rules.sample,
        },
    }


def numeral(place: int) -> str:
    """Write the number of a section in Chinese: 一, 十, 十二, 二十."""
    tens, ones = divmod(place, 10)
    return f"{DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{DIGITS[ones] if ones else ''}"


def _parts(
    scope: Scope, facts: Facts, rules: BulletinRules, proposals: Proposals, shown: Shown | None
) -> Iterable[_Part]:
    answers = scope.hooks.ask(specs.bulletin_sections, month=_told(facts))
    if not any(section.core for section in answers.values):
        for name in (*CORE, CASES, NAMING):
            yield from _core(name, facts, rules, proposals, shown)
    for feature, section in answers:
        if not section.core:
            yield _Part(section.heading or scope.hooks.enabled[feature].feature.label, _own_blocks(section, shown))
        elif section.core in (NAMING, CASES) or section.core in CORE:
            yield from _core(section.core, facts, rules, proposals, shown)
        else:
            scope.hooks.refuse(feature, specs.bulletin_sections, said("通报没有叫 {core} 的章节", core=section.core))
            yield _Part(
                scope.hooks.enabled[feature].feature.label,
                [Words(said("{not_made}：没有这个章节。", not_made=word(NOT_MADE)))],
            )
    for failure in answers.failures:
        label = scope.hooks.enabled[failure.feature].feature.label
        yield _Part(
            label,
            [
                Words(
                    said(
                        "{not_made}：功能“{label}”没有给出内容，已记入待修复。",
                        not_made=word(NOT_MADE),
                        label=word(label),
                    )
                )
            ],
        )


def _core(name: str, facts: Facts, rules: BulletinRules, proposals: Proposals, shown: Shown | None) -> Iterable[_Part]:
    if name == NAMING:
        if facts.edition == "general":
            yield _Part(NAMING_HEADING, undecided_blocks(proposals, facts.floor, rules), NAMING)
        return
    if name == CASES:
        if facts.edition == "general" and not facts.is_city:  # a city never sees its districts' tickets
            yield _Part(CASES_HEADING, [Words(WAITING)], CASES)
        return
    section = CORE[name]
    if facts.edition in section.editions:
        top = numeral(rules.top) if rules.top <= COMMONEST else said(" {top} 位", top=rules.top)
        blocks = FOR_ALL[name](facts, rules, shown) if shown else section.make(facts, rules)
        yield _Part(section.heading.format(top=top), blocks, name)


def _own_blocks(section: BulletinSection, shown: Shown | None) -> Sequence[Block]:
    words: list[Block] = [Words(line) for line in section.lines]
    if not section.columns:
        return words
    width = len(section.columns)
    cell = own_cell if shown else _cell
    rows = [[cell(value) for value in (*row, *[""] * width)[:width]] for row in section.rows]
    return [*words, Table(section.columns, rows)]


def _cell(value: str | int) -> Cell:
    return value if isinstance(value, str) else Number(f"{value:,}", value)


def _told(facts: Facts) -> BulletinMonth:
    def of(counts: Counts) -> dict[str, int]:
        return {measure: counts.n(measure) for measure in MEASURES}

    span = facts.month.span
    ways = facts.ways
    return BulletinMonth(facts.edition, span.first, span.last, of(ways.now), of(ways.before), of(ways.year_before))


def _definitions(facts: Facts) -> _Part:
    """Tell what the figures mean, each with the version of its definition."""
    rows = [
        (each.label, each.note or "件数", said("{id} 第 {version} 版", id=each.id, version=each.version))
        for each in shown_metrics(facts)
    ]
    return _Part("指标口径", [Table(("指标", "含义", "定义"), rows)])
