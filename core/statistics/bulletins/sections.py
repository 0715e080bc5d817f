"""The core's sections of a bulletin, each made from its counts; what a table adds up to stands in its last row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from core.documents.charts import Series
from core.documents.model import Block, Cell, Lines, Table, Words
from core.hooks.values import BulletinEdition, BulletinRules, Metric
from core.hooks.values.words import APPELLANT_LABELS
from core.kit.saying import joined, said
from core.statistics.bulletins.facts import Facts, Months, UnitCounts
from core.statistics.bulletins.tables import (
    TOTAL,
    bars_of,
    count,
    figures,
    handling,
    quotient,
    satisfaction_dots,
)
from core.statistics.figures import figure
from core.statistics.kinds import KINDS
from core.statistics.queries import Counts
from core.statistics.report import UNNAMED
from core.statistics.shares import NONE, OTHERS, shares
from core.statistics.words import change_words

SHOWN = ("accepted", "concluded", "on_time", "overdue", "resolved", "satisfied", "coverage", "mean_days_to_reply")
"""The core's figures in the overview; those of the tenant's features stand below them."""
GENERAL: Sequence[BulletinEdition] = ("general",)
BOTH: Sequence[BulletinEdition] = ("general", "enterprise")
MONTHS = ("now", "before", "year_before")
OTHER_MATTERS = "其他事项"
MONTHS_SHOWN = 6
"""Months of a topic in the table and the drawing, that of the bulletin among them."""
DRAWN_TOPICS = 2
"""Topics in the drawing: a chart holds two lines."""


@dataclass(frozen=True, slots=True)
class CoreSection:
    """A section that the core makes: what it is called (`{top}` = how many), in which editions it stands, what is in it."""

    heading: str
    editions: Sequence[BulletinEdition]
    make: Callable[[Facts, BulletinRules], Sequence[Block]]


def shown_metrics(facts: Facts) -> Sequence[Metric]:
    """Return the metrics of the overview: all of the tenant's features, and of the core's those that they do not repeat."""
    of_features = [each for each in facts.metrics if "." in each.id]
    repeated = [_content(each) for each in of_features]
    return [*(each for each in facts.metrics if each.id in SHOWN and _content(each) not in repeated), *of_features]


def _content(metric: Metric) -> tuple[object, ...]:
    return metric.numerator, metric.denominator, metric.unit, dict(metric.where)


def _overview(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    wanted, months = shown_metrics(facts), facts.ways
    return [
        figures(
            [(figure(each, months.now, months.before), figure(each, months.now, months.year_before)) for each in wanted]
        )
    ]


def _appellants(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    """Residents, enterprises and others apart: volume beside the other months, and how they were answered."""
    lines = [
        (label, facts.ways.map(lambda counts, kind=kind: counts.n("accepted", {"appellant": (kind,)})))  # type: ignore[misc]
        for kind, label in APPELLANT_LABELS.items()
    ]
    whole = facts.ways.map(lambda counts: counts.n("accepted"))
    parts = [
        (label, Counts([row for row in facts.ways.now.rows if row["appellant"] == kind]))
        for kind, label in APPELLANT_LABELS.items()
    ]
    return [_volumes("诉求主体", [*lines, (TOTAL, whole)]), handling("诉求主体", parts, rules, whole=facts.ways.now)]


def _levels(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    dots = satisfaction_dots(facts.levels, facts.floor, rules)
    table = handling(
        "区（市）县" if facts.is_city else "层级",
        facts.levels,
        rules,
        whole=facts.ways.now,
        by_appellant=facts.edition == "general",
    )
    return [dots, table] if dots else [table]


def _units(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    units = [(_name(unit), unit.counts) for unit in facts.units]
    if not units:
        return [Words("本月没有单位办理过这类诉求。")]
    return [
        handling("单位", units, rules, whole=facts.ways.now, by_appellant=facts.edition == "general"),
        Words(
            said(
                "评价不足 {sample} 件的，满意率不作比较。“按时”为按时答复与到期之比，“解决”“满意”为回答与评价中的比例。",
                sample=rules.sample,
            )
        ),
    ]


def _volume(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    now, before, earlier = (
        {label: counts.n("accepted") for label, counts in matters.items()}
        for matters in (facts.matters.now, facts.matters.before, facts.matters.year_before)
    )
    parts = shares(now, before, str, top=rules.top, others=OTHER_MATTERS, none=UNNAMED)
    lines = [
        (part.label, Months(part.numerator, part.numerator_before, earlier.get(part.key, 0)))
        for part in parts
        if part.key != OTHERS
    ]
    whole = Months(sum(now.values()), sum(before.values()), sum(earlier.values()))
    rest = Months(*(getattr(whole, name) - sum(getattr(each, name) for _, each in lines) for name in MONTHS))
    if rest != Months(0, 0, 0):
        lines.append((OTHER_MATTERS, rest))
    named = [(part.label, part.numerator) for part in parts if part.key not in (OTHERS, NONE)]
    chart = bars_of(said("受理最多的 {top} 类事项", top=rules.top), named)
    rows = [
        (
            label,
            count(each.now),
            quotient(each.now, whole.now),
            count(each.before),
            _change(each.now, each.before),
            count(each.year_before),
            _change(each.now, each.year_before),
        )
        for label, each in [*lines, (TOTAL, whole)]
    ]
    table = Table(
        ("事项", "本月", "占比", "上月", "环比", "上年同月", "同比"),
        rows if lines else [],
        empty="三个月份都没有受理的诉求。",
    )
    return [chart, table] if chart else [table]


def _dissatisfied(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    now = facts.matters.now
    ranked = [label for label in now if label and now[label].n("rated") >= rules.sample]
    ranked.sort(key=lambda label: (-now[label].n("dissatisfied"), label))
    shown = [label for label in ranked if now[label].n("dissatisfied")][: rules.top]
    rows = [
        (
            label,
            count(now[label].n("dissatisfied")),
            count(now[label].n("rated")),
            quotient(now[label].n("dissatisfied"), now[label].n("rated")),
            *(
                count(month[label].n("dissatisfied") if label in month else 0)
                for month in (facts.matters.before, facts.matters.year_before)
            ),
        )
        for label in shown
    ]
    empty = said("没有评价达到 {sample} 件而有不满意的事项。", sample=rules.sample)
    table = Table(("事项", "不满意", "评价", "不满意率", "上月不满意", "上年同月不满意"), rows, empty=empty)
    chart = bars_of(
        said("不满意件最多的 {top} 类事项", top=rules.top), [(label, now[label].n("dissatisfied")) for label in shown]
    )
    whole = facts.ways.now
    words = said(
        "本月评价 {n:,} 件，其中不满意 {value:,} 件；上列事项占 {number:,} 件。评价不足 {sample} 件的事项不参加排名。",
        n=whole.n("rated"),
        value=whole.n("dissatisfied"),
        number=sum(now[label].n("dissatisfied") for label in shown),
        sample=rules.sample,
    )
    return [*([chart] if chart else []), table, Words(words)]


def _codes(kind: str, facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    months = facts.codes[kind]
    parts = shares_of(kind, months, top=rules.top)
    rows: list[Sequence[Cell]] = [
        (
            label,
            count(each.now),
            quotient(each.now, sum(months.now.values())),
            count(each.before),
            count(each.year_before),
        )
        for label, each in parts
    ]
    if rows:
        sums = months.map(lambda counts: sum(counts.values()))
        rows.append((TOTAL, count(sums.now), quotient(sums.now, sums.now), count(sums.before), count(sums.year_before)))
    chart = bars_of(KINDS[kind].label, [(label, each.now) for label, each in parts])
    table = Table((KINDS[kind].label, "本月", "占比", "上月", "上年同月"), rows, empty="三个月份都没有。")
    return [*([chart] if chart else []), table]


def shares_of(kind: str, months: Months[Mapping[str, int]], *, top: int) -> Sequence[tuple[str, Months[int]]]:
    """Return the codes of a kind that occurred in any of the months: so many by name, then all others, then those
    without one.
    """
    labels, none = KINDS[kind].labels, KINDS[kind].none
    codes = {code for code in (*months.now, *months.before, *months.year_before) if code}
    order = sorted(codes, key=lambda code: (-months.now.get(code, 0), code))

    def sum_of(*wanted: str) -> Months[int]:
        return months.map(lambda counts: sum(counts.get(code, 0) for code in wanted))

    lines = [(labels.get(code, code), sum_of(code)) for code in order[:top]]
    lines += [("其他", sum_of(*order[top:]))] if order[top:] else []
    return [*lines, (none, sum_of(""))] if sum_of("") != Months(0, 0, 0) else lines


def _conduct(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    """Passing on and dragging on 推诿扯皮、久拖不决: returns, those that did not hold, and overruns of each unit."""
    units = [
        unit
        for unit in facts.units
        if any(unit.counts.n(measure) for measure in ("returned", "returned_in_vain", "overdue"))
    ]
    rows = [(_name(unit), *_conduct_cells(unit.counts)) for unit in units]
    if rows:
        rows.append((said("{total}（全部单位）", total=TOTAL), *_conduct_cells(facts.ways.now)))
    head = ("单位", "派单", "退单", "没有站住脚", "踢皮球指数", "到期", "超期", "超期率")
    exposed = [Table(("单位", "曝光", "记录", "公开的事实"), list(facts.exposed), empty="")] if facts.exposed else []
    return [
        Table(head, rows, empty="本月没有退单，也没有超期。"),
        Words("“没有站住脚”的退单：不准退的，和退后又派回本单位的。退得有理的不算推诿；超期以到期之日计。"),
        *exposed,
    ]


def _conduct_cells(counts: Counts) -> tuple[Cell, ...]:
    dispatched, in_vain = counts.n("dispatched"), counts.n("returned_in_vain")
    due, overdue = counts.n("due"), counts.n("overdue")
    return (
        count(dispatched),
        count(counts.n("returned")),
        count(in_vain),
        quotient(in_vain, dispatched),
        count(due),
        count(overdue),
        quotient(overdue, due),
    )


def _topics(facts: Facts, rules: BulletinRules) -> Sequence[Block]:
    """Topics that people follow 话题, month by month."""
    if facts.is_city:
        return [Words("话题由各区（市）县自己选定，所含事项各不相同，不能相加，见各区（市）县的通报。")]
    if not facts.topics:
        return [Words("没有跟踪的话题。请在“热点话题”页面上选定。")]
    months = [said("{number}月", number=month.number) for month, _ in facts.topics[0].months[-MONTHS_SHOWN:]]
    lines = [(topic.name, [n for _, n in topic.months[-MONTHS_SHOWN:]]) for topic in facts.topics]
    rows: list[Sequence[Cell]] = [
        (topic.name, *(count(n) for n in shown), _change(topic.now, topic.before), count(topic.year_before))
        for topic, (_, shown) in zip(facts.topics, lines, strict=True)
    ]
    drawn = sorted((line for line in lines if any(line[1])), key=lambda line: -line[1][-1])[:DRAWN_TOPICS]
    chart = Lines("近六个月受理最多的话题", [Series(name, shown) for name, shown in drawn], months)
    matters = joined(
        "；",
        (said("{name}：{matters}", name=topic.name, matters=joined("、", topic.matters)) for topic in facts.topics),
    )
    return [
        *([chart] if drawn else []),
        Table(("话题", *months, "环比", "上年同月"), rows),
        Words(said("话题所含事项——{matters}。一件诉求可以属于几个话题。", matters=matters)),
    ]


def _volumes(what: str, lines: Sequence[tuple[str, Months[int]]]) -> Table:
    rows = [
        (
            label,
            count(each.now),
            count(each.before),
            _change(each.now, each.before),
            count(each.year_before),
            _change(each.now, each.year_before),
        )
        for label, each in lines
    ]
    return Table((what, "本月受理", "上月", "环比", "上年同月", "同比"), rows)


def _change(now: int, before: int) -> str:
    return change_words(Fraction(now), Fraction(before), "count")


def _name(unit: UnitCounts) -> str:
    return f"{unit.place} {unit.name}".strip()


CORE: Mapping[str, CoreSection] = {
    "overview": CoreSection("总体情况", BOTH, _overview),
    "instructed": CoreSection(KINDS["instructed"].label, GENERAL, partial(_codes, "instructed")),
    "appellants": CoreSection("群众与企业诉求办理回复情况", GENERAL, _appellants),
    "levels": CoreSection("各级办理回复情况", BOTH, _levels),
    "units": CoreSection("各单位办理回复情况", BOTH, _units),
    "top_accepted": CoreSection("诉求量前{top}", BOTH, _volume),
    "top_dissatisfied": CoreSection("不满意件前{top}", BOTH, _dissatisfied),
    **{
        kind: CoreSection(each.label, GENERAL, partial(_codes, kind))
        for kind, each in KINDS.items()
        if kind != "instructed"
    },
    "conduct": CoreSection("推诿扯皮、久拖不决", GENERAL, _conduct),
    "topics": CoreSection("话题跟踪", GENERAL, _topics),
}
"""In the order in which they stand where no feature says another."""
NAMING, CASES = "naming", "cases"
NAMING_HEADING, CASES_HEADING = "点名通报", "典型案例"
"""Sections that a person fills before the bulletin is approved."""
