"""The copy of a bulletin that everybody reads: the same sections, told by the rules of `small_counts`.

Of units, kinds of units and districts it says what the month's figures for everybody say and nothing else, so that a bulletin
beside them, or their difference, tells no more than they do. A section whose total they do not tell exactly is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.documents.model import Bars, Block, Cell, Number, Table, Words
from core.hooks.values import BulletinRules
from core.hooks.values.words import APPELLANT_LABELS
from core.kit.saying import said
from core.statistics.bulletins.facts import Facts, Months
from core.statistics.bulletins.sections import OTHER_MATTERS, shares_of
from core.statistics.bulletins.tables import TOTAL, bars_of
from core.statistics.figures import SMALL_SAMPLE, read
from core.statistics.kinds import KINDS
from core.statistics.periods import Month
from core.statistics.public import COUNTS, RATES, Row, city_months, months_of, tell_columns
from core.statistics.queries import Counts
from core.statistics.report import UNNAMED
from core.statistics.shares import NONE, OTHERS, shares
from core.statistics.small_counts import NOTHING, STEP, Told, rate_words, tell, told, words_of
from core.statistics.words import value_words
from core.tenancy.scope import Installation, Scope

NOTE = (
    "本期供公众阅读：1 到 4 件写作“少于 5”；能由合计和其他各行推算出来的，写成范围、不单列，或者把合计写成一档（如 20+）。"
    "各单位的数字与“办理数据”页一致，比率只由公开的数字得出；样本不足 30 的不列。"
)
LEFT_OUT = "本节的合计太少或者不单列，不列各项。"
BACK = 14
"""Months that are read to have those of a bulletin: its own, the one before and the same a year before, up to the one that follows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the figures for everybody tell of a bulletin's months; of an edition that is narrowed, in steps."""

    whole: Months[Mapping[str, Told]]
    levels: Sequence[Row]
    """Kinds of units, or the districts of a city."""
    units: Sequence[Row]
    step: int = 1

    def is_exact(self, measure: str) -> bool:
        """Tell whether the total of a measure is told, or is in no table for everybody."""
        return measure not in self.whole.now or self.whole.now[measure].exact is not None


def shown_of(installation: Installation, scope: Scope, facts: Facts) -> Shown:
    """Return what everybody may read of the months of a bulletin."""
    if facts.edition != "general":
        return _narrowed(facts)
    after = facts.month.following.first
    if facts.is_city:
        tables = city_months(installation, scope.tenant.slug, today=after, count=BACK).tables
    else:
        tables = months_of(scope, today=after, count=BACK).tables
    by_month = {table.month: table for table in tables}

    def whole(month: Month) -> Mapping[str, Told]:
        return by_month[month].whole.counts if month in by_month else _of_nothing()

    rows = by_month[facts.month].rows if facts.month in by_month else ()
    return Shown(
        Months.of(facts.month, whole),
        [row for row in rows if row.part in ("kind", "district")],
        [row for row in rows if row.part in ("unit", "nobody")],
    )


def _of_nothing() -> Mapping[str, Told]:
    return dict.fromkeys((*COUNTS, *(measure for parts in RATES.values() for measure in parts)), NOTHING)


def _narrowed(facts: Facts) -> Shown:
    """Tell an edition of some appellants in steps, so that it does not tell of the others beside the figures of all."""
    lines = facts.levels if facts.is_city else [(unit.name, unit.counts) for unit in facts.units]
    above = (-1, *(0 for _ in lines))

    def columns(counts: Sequence[Counts]) -> Mapping[str, Sequence[Told]]:
        sums = {measure: [each.n(measure) for each in counts] for measure in _of_nothing()}
        for measure in sums:  # the whole is what its rows add up to, as `tell` takes it
            sums[measure][0] = sum(sums[measure][1:]) if len(counts) > 1 else sums[measure][0]
        return tell_columns(sums, above[: len(counts)], step=STEP, covers=True)

    def whole(counts: Counts) -> Mapping[str, Told]:
        return {measure: column[0] for measure, column in columns([counts]).items()}

    now = columns([facts.ways.now, *(counts for _, counts in lines)])
    rows = [
        Row(
            "district" if facts.is_city else "unit",
            "",
            name,
            "",
            {measure: column[place] for measure, column in now.items()},
        )
        for place, (name, _) in enumerate(lines, start=1)
    ]
    wholes = Months(
        {measure: column[0] for measure, column in now.items()},
        whole(facts.ways.before),
        whole(facts.ways.year_before),
    )
    return Shown(wholes, rows if facts.is_city else [], [] if facts.is_city else rows, STEP)


def cell_of(count: Told) -> Cell:
    """Return a cell with what is told: a number where it is told, else its words."""
    return words_of(count) if count.exact is None else Number(f"{count.exact:,}", count.exact)


def _rate(row: Row, name: str) -> str:
    part, rest = (row.counts[measure] for measure in RATES[name])
    if part == rest == NOTHING:
        return "—"
    return f"{rate_words(row.rate(name))}\n{words_of(part)} / {words_of(rest)}"


def _row(row: Row) -> Sequence[Cell]:
    return (row.name, *(cell_of(row.counts[name]) for name in COUNTS), *(_rate(row, name) for name in RATES))


def _handling(what: str, rows: Sequence[Row], shown: Shown) -> Table:
    head = (what, "受理", "已派单", "已办", "按期率\n按时 / 超期", "满意率\n满意 / 不满意")
    whole = Row("whole", "", TOTAL, "", shown.whole.now)
    return Table(head, [_row(each) for each in (*rows, whole)] if rows else [])


def _overview(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    wholes = [
        Row("whole", "", "", "", counts) for counts in (shown.whole.now, shown.whole.before, shown.whole.year_before)
    ]
    rows: list[Sequence[Cell]] = [
        (label, *(cell_of(whole.counts[name]) for whole in wholes))
        for name, label in zip(COUNTS, ("受理", "已派单", "已办"), strict=True)
    ]
    rows += [
        (label, *(_rate(whole, name) for whole in wholes))
        for name, label in zip(RATES, ("按期率（按时 / 超期）", "满意率（满意 / 不满意）"), strict=True)
    ]
    months = (facts.ways.now, facts.ways.before, facts.ways.year_before)
    for metric in facts.metrics:
        if metric.denominator and metric.unit not in ("count", "percent") and "." not in metric.id:
            readings = [read(metric, counts) for counts in months]
            rows.append(
                (
                    metric.label,
                    *(
                        "样本太少"
                        if each.value is None or (each.denominator or 0) < SMALL_SAMPLE
                        else value_words(each.value, metric.unit)
                        for each in readings
                    ),
                )
            )
    return [Table(("指标", "本月", "上月", "上年同月"), rows)]


def _parts(
    what: str, lines: Sequence[tuple[str, int]], shown: Shown, *, of: str = "", title: str = ""
) -> Sequence[Block]:
    """Return parts of a whole with their sum, or that they are left out since nobody is told how many there are."""
    if not shown.is_exact(of) and shown.step == 1:
        return [Words(LEFT_OUT)]
    if not any(n for _, n in lines):
        return [Table((what, "本月"), [], empty="本月没有。")]
    values = (sum(n for _, n in lines), *(n for _, n in lines))
    counts = tell(values, (-1, *(0 for _ in lines)), step=shown.step)
    if of and counts[0] != shown.whole.now.get(of, counts[0]):
        return [Words(LEFT_OUT)]
    rows = [
        (label, cell_of(count))
        for (label, _), count in zip((*lines, (TOTAL, 0)), (*counts[1:], counts[0]), strict=True)
    ]
    told_all = [(label, count.exact) for (label, _), count in zip(lines, counts[1:], strict=True) if count.exact]
    chart: Bars | None = bars_of(title, [(label, n) for label, n in told_all if n is not None]) if title else None
    return [*([chart] if chart else []), Table((what, "本月"), rows)]


def _appellants(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    lines = [(label, facts.ways.now.n("accepted", {"appellant": (kind,)})) for kind, label in APPELLANT_LABELS.items()]
    return _parts("诉求主体", lines, shown, of="accepted")


def _levels(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    if not shown.levels:
        return [Words("本版只列各单位，不按层级列。" if shown.units else "本月没有单位办理过这类诉求。")]
    return [_handling("区（市）县" if facts.is_city else "层级", shown.levels, shown)]


def _units(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    if facts.is_city:
        return [Words("各单位的数字见各区（市）县自己公布的办理数据和通报。")]
    if not shown.units:
        return [Words("本月没有单位办理过这类诉求。")]
    return [_handling("单位", shown.units, shown)]


def _volume(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    now = {label: counts.n("accepted") for label, counts in facts.matters.now.items()}
    parts = shares(now, {}, str, top=rules.top, others=OTHER_MATTERS, none=UNNAMED)
    lines = [(part.label, part.numerator) for part in parts if part.key not in (OTHERS, NONE)]
    rest = sum(now.values()) - sum(n for _, n in lines) - now.get("", 0)
    lines += [(label, n) for label, n in ((OTHER_MATTERS, rest), (UNNAMED, now.get("", 0))) if n]
    return _parts("事项", lines, shown, of="accepted", title=said("受理最多的 {top} 类事项", top=rules.top))


def _dissatisfied(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    now = facts.matters.now
    ranked = [label for label in now if label and now[label].n("rated") >= max(rules.sample, SMALL_SAMPLE)]
    ranked.sort(key=lambda label: (-now[label].n("dissatisfied"), label))
    lines = [(label, now[label].n("dissatisfied")) for label in ranked[: rules.top] if now[label].n("dissatisfied")]
    rest = facts.ways.now.n("dissatisfied") - sum(n for _, n in lines)
    lines += [(OTHER_MATTERS, rest)] if rest else []
    return _parts("事项", lines, shown, of="dissatisfied", title=said("不满意件最多的 {top} 类事项", top=rules.top))


def _codes(kind: str, facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    lines = [(label, each.now) for label, each in shares_of(kind, facts.codes[kind], top=rules.top) if each.now]
    base = kind.partition("_by_")[0]
    return _parts(KINDS[kind].label, lines, shown, of=base if base in shown.whole.now else "", title=KINDS[kind].label)


def _conduct(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    """Tell what units gave back, each column with its sum; of a city's districts each tells of its own."""
    exposed = [Table(("单位", "曝光", "记录", "公开的事实"), list(facts.exposed), empty="")] if facts.exposed else []
    units = [unit for unit in facts.units if unit.counts.n("returned") or unit.counts.n("returned_in_vain")]
    if facts.is_city or not units:
        words = "各单位的退单见各区（市）县的通报。" if facts.is_city else "本月没有退单。"
        return [Words(words), *exposed]
    above = (-1, *(0 for _ in units))
    columns = []
    for measure in ("returned", "returned_in_vain"):
        values = [unit.counts.n(measure) for unit in units]
        columns.append(tell((sum(values), *values), above, step=shown.step))
    names = [*(unit.name for unit in units), said("{total}（全部单位）", total=TOTAL)]
    order = (*range(1, len(units) + 1), 0)
    rows = [(name, *(cell_of(column[place]) for column in columns)) for name, place in zip(names, order, strict=True)]
    return [Table(("单位", "退单", "没有站住脚"), rows), Words("派单和超期见各单位办理回复情况。"), *exposed]


def _topics(facts: Facts, rules: BulletinRules, shown: Shown) -> Sequence[Block]:
    names = [each.name for each in facts.topics]
    words = "话题的件数由几类事项相加，可以推算出单列不了的事项，公开的文本里不列。"
    return (
        [Words(said("本月跟踪的话题：{names}。", names="、".join(names))), Words(words)]
        if names
        else [Words("没有跟踪的话题。")]
    )


FOR_ALL: Mapping[str, Callable[[Facts, BulletinRules, Shown], Sequence[Block]]] = {
    "overview": _overview,
    "appellants": _appellants,
    "levels": _levels,
    "units": _units,
    "top_accepted": _volume,
    "top_dissatisfied": _dissatisfied,
    **{kind: partial(_codes, kind) for kind in KINDS},
    "conduct": _conduct,
    "topics": _topics,
}
"""How each section of the core's stands in the copy for everybody."""


def own_cell(value: str | int) -> Cell:
    """Return a number of a feature's own section as everybody reads it."""
    return value if isinstance(value, str) else cell_of(told(value) if value >= 0 else Told(value, value))
