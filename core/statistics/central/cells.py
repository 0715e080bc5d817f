"""The numbers behind a metric of the city 指标明细: numerator and denominator by district, unit, category, day or channel."""

from collections.abc import Callable, Mapping, Sequence

from core.documents.model import Cell, Section, Table, Words
from core.hooks.values.words import NATURE_LABELS
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.statistics.asked import Narrowing
from core.statistics.central.pages import (
    METRICS,
    Choices,
    Choosing,
    CityPage,
    Led,
    Reader,
    cells_href,
    channel_label,
    count_cell,
    definition_href,
    figure_cell,
    metric_chosen,
    page,
)
from core.statistics.city import NONE
from core.statistics.figures import SECONDS, figure
from core.statistics.gathered.cube import (
    counts_by_category,
    counts_by_day,
    counts_by_district,
    counts_by_unit,
    counts_by_way,
    pooled,
    unit_names,
)
from core.statistics.measures import MEASURES
from core.statistics.queries import Counts
from core.statistics.report import UNNAMED

BY = {"district": "区（市）县", "unit": "承办单位", "category": "事项类别", "day": "日期", "way": "渠道和性质"}
NARROWINGS: tuple[Narrowing, ...] = ("nature", "channel", "category", "group", "district")
OF: Mapping[str, tuple[Narrowing, ...]] = {
    "unit": ("group", "district"),
    "category": ("group", "district"),
    "way": ("group", "district"),
}
"""What the counts can be narrowed by that are divided like this; the others by everything."""


Of = Mapping[str, str]
"""Whose a number is, as an address has it; empty = of several districts, whose tickets are not asked for together."""
NOBODYS: Of = {}
Divided = tuple[str, Counts, Of]
"""A row: what it is called, what was counted, and whose it is."""


class NoSuchDivision(Refused):
    """The numbers are not divided by this."""

    code = "no-such-division"


def cells_page(reading: Reader, choices: Choices) -> CityPage:
    """Return the page of `metric` in the choices, divided by `by`. Raises `NoSuchMetric`, `NoSuchDivision`, `NotNarrowedSo`."""
    metric = METRICS[metric_chosen(choices, "accepted")]
    by = choices.get("by", "") or "district"
    if by not in BY:
        known = joined("、", (said("{id}（{label}）", id=id_, label=word(label)) for id_, label in BY.items()))
        raise NoSuchDivision(said("明细没有按“{by}”分。可以分的有：{known}。", by=by[:40], known=known))
    reading.asked.only(*OF.get(by, NARROWINGS), of=said("按{by}分的明细", by=word(BY[by])))
    measures = [each for each in (metric.numerator, metric.denominator) if each]
    rows = _DIVIDED[by](reading, metric.id, measures)
    whole = pooled(dict(enumerate(counts for _, counts, _ in rows)))
    is_timed = metric.unit in SECONDS

    def row(name: str, counts: Counts, of: Of) -> Sequence[Cell]:
        numerator = counts.seconds(metric.numerator) if is_timed else counts.n(metric.numerator)
        parts: list[Cell] = [count_cell(numerator, "" if is_timed else _tickets(reading, metric.numerator, of))]
        if metric.denominator:
            parts.append(count_cell(counts.n(metric.denominator), _tickets(reading, metric.denominator, of)))
            parts.append(figure_cell(figure(metric, counts, NONE)))
        return (name, *parts)

    head = [
        BY[by],
        said("{label}（秒）", label=word(MEASURES[metric.numerator].label))
        if is_timed
        else MEASURES[metric.numerator].label,
    ]
    if metric.denominator:
        head += [MEASURES[metric.denominator].label, metric.label]
    table: list[Sequence[Cell]] = [row(name, counts, of) for name, counts, of in rows]
    table.append(row("合计", whole, _alone(reading)))
    meaning = said(
        "{label}（第 {version} 版口径）：{note}",
        label=word(metric.label),
        version=metric.version,
        note=word(metric.note or MEASURES[metric.numerator].meaning),
    )
    return page(
        reading,
        "cells",
        said("{label}的明细", label=word(metric.label)),
        [
            Section(
                said("按{by}分", by=word(BY[by])),
                [
                    Words(meaning),
                    Table(head, table, empty="这段时间没有数。"),
                    Words(Led.to("看完整的口径", definition_href(metric.id))),
                ],
            )
        ],
        narrowings=OF.get(by, NARROWINGS),
        choices=[
            Choosing("metric", "指标", {each.id: each.label for each in METRICS.values()}, metric.id),
            Choosing("by", "分到", BY, by),
        ],
    )


def _by_district(reading: Reader, metric: str, measures: Sequence[str]) -> list[Divided]:
    counted = counts_by_district(reading.cube, reading.asked, reading.asked.span, *measures)
    return [
        (
            _led(
                reading,
                metric,
                member.name,
                "unit" if reading.asked.aspect == "all" else "day",
                district=member.slug,
                group="",
            ),
            counted.get(member.id, NONE),
            {"district": member.slug},
        )
        for member in reading.chosen
    ]


def _by_unit(reading: Reader, metric: str, measures: Sequence[str]) -> list[Divided]:
    counted, names, members = (
        counts_by_unit(reading.cube, reading.asked.span, *measures),
        unit_names(reading.cube),
        reading.members,
    )
    alone = len(reading.chosen) == 1
    told = [
        (
            "没有承办单位" if not unit else names.get((district, unit), str(unit)),
            members[district].name,
            counts,
            {"district": members[district].slug, "unit": str(unit)} if unit else NOBODYS,
        )
        for (district, unit), counts in counted.items()
        if any(counts.n(measure) for measure in measures)
    ]
    told.sort(key=lambda each: (-each[2].n(measures[-1]), each[1], each[0]))
    return [(name if alone else f"{district} {name}", counts, of) for name, district, counts, of in told]


def _by_category(reading: Reader, metric: str, measures: Sequence[str]) -> list[Divided]:
    together: dict[str, dict[int, Counts]] = {}
    for district, each in counts_by_category(reading.cube, reading.asked.span, *measures).items():
        for category, counts in each.items():
            together.setdefault(category, {})[district] = counts
    told = [(category, pooled(each)) for category, each in together.items()]
    told.sort(key=lambda each: (not each[0], -each[1].n(measures[-1]), each[0]))
    return [
        (
            _led(reading, metric, category, "district", category=category) if category else UNNAMED,
            counts,
            {**_alone(reading), "category": category} if category and len(reading.chosen) == 1 else NOBODYS,
        )
        for category, counts in told
        if any(counts.n(measure) for measure in measures)
    ]


def _by_day(reading: Reader, metric: str, measures: Sequence[str]) -> list[Divided]:
    counted, of = counts_by_day(reading.cube, reading.asked, reading.asked.span, *measures), _alone(reading)
    return [
        (
            day.isoformat(),
            counted[day],
            {**of, "month": "", "from": day.isoformat(), "until": day.isoformat()} if of else of,
        )
        for day in sorted(counted)
        if any(counted[day].n(each) for each in measures)
    ]


def _by_way(reading: Reader, metric: str, measures: Sequence[str]) -> list[Divided]:
    counted = counts_by_way(reading.cube, reading.asked.span, *measures)
    told = sorted(counted.items(), key=lambda each: (-each[1].n(measures[-1]), each[0]))
    return [
        (
            said(
                "{channel}，{nature}",
                channel=word(channel_label(channel)),
                nature=word(NATURE_LABELS.get(nature, nature)),
            ),
            counts,
            {**_alone(reading), "channel": channel, "nature": nature} if len(reading.chosen) == 1 else NOBODYS,
        )
        for (channel, nature), counts in told
        if any(counts.n(measure) for measure in measures)
    ]


def _alone(reading: Reader) -> Of:
    """Return the one district that is read, if it is one."""
    return {"district": reading.chosen[0].slug} if len(reading.chosen) == 1 else NOBODYS


def _tickets(reading: Reader, measure: str, of: Of) -> str:
    """Return where the tickets behind a number of one district are asked for; nowhere for several together."""
    return f"/city/tickets?{reading.asked.query_with(**{'group': '', **of, 'measure': measure})}" if of else ""


def _led(reading: Reader, metric: str, name: str, by: str, **changes: str) -> Led:
    return Led.to(name, cells_href(reading.asked, metric, by, **changes))


_DIVIDED: Mapping[str, Callable[[Reader, str, Sequence[str]], list[Divided]]] = {
    "district": _by_district,
    "unit": _by_unit,
    "category": _by_category,
    "day": _by_day,
    "way": _by_way,
}
