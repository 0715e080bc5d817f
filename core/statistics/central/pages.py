"""What every page of the city has in common: what is read from, the cells of its tables, and the document that it is.

A page is one `Document`: the web shows it, files are made of it, and the command prints it, so they cannot differ. Its cells may
lead to what is behind them; a file leaves the links out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from urllib.parse import urlencode

from core.documents.model import Block, Cell, Chart, Document, Number, Section
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.statistics.asked import Asked, Narrowing
from core.statistics.documents import value_cell
from core.statistics.figures import CORE_METRICS, Figure
from core.statistics.gathered.cube import CityCube
from core.statistics.gathered.members import Member, Membership, membership
from core.statistics.gathered.settings import groups_of
from core.statistics.words import parts_words, value_words
from core.tenancy.scope import Installation, Scope

METRICS = {metric.id: metric for metric in CORE_METRICS}
Choices = Mapping[str, str]
"""What a page is asked besides days and narrowing, such as the metric that it ranks by."""
NO_CHOICES: Choices = {}


class NoSuchMetric(Refused):
    """No metric of the city has this id."""

    code = "no-such-metric"


@dataclass(frozen=True, slots=True)
class Shown(Number):
    """A number of the city with what the page shows besides: its value, the numbers behind it, and where they stand."""

    plain: str = ""
    parts: str = ""
    href: str = ""
    is_under: bool = False


class Led(str):
    """Words that lead somewhere."""

    __slots__ = ("href",)
    href: str

    @classmethod
    def to(cls, words: str, href: str) -> "Led":
        """Return the words with where they lead."""
        led = cls(words)
        led.href = href
        return led


@dataclass(frozen=True)
class Reader:
    """One reading of the city's counts: whose, which days, and from what."""

    installation: Installation
    scope: Scope
    asked: Asked
    now: datetime
    membership: Membership
    chosen: Sequence[Member]
    cube: CityCube

    @property
    def members(self) -> Mapping[int, Member]:
        return {member.id: member for member in self.chosen}


@dataclass(frozen=True)
class CityPage:
    """A page of the city's figures: the document, what it can be narrowed by, and what the reader must know first."""

    name: str
    asked: Asked
    membership: Membership
    document: Document
    narrowings: Sequence[Narrowing]
    late: Sequence[Member]
    warnings: Sequence[str] = ()
    """Said in a band above everything."""
    choices: Sequence["Choosing"] = field(default=())


@dataclass(frozen=True, slots=True)
class Choosing:
    """A choice that a page offers besides days and narrowing: the name in addresses, the options, and the one that holds."""

    name: str
    label: str
    options: Mapping[str, str]
    value: str


def reader(installation: Installation, scope: Scope, asked: Asked, *, now: datetime) -> Reader:
    """Open the city's counts for what is asked. Raises `NoSuchDistrict`."""
    found = membership(scope, groups_of(scope))
    chosen = found.chosen(asked)
    cube = CityCube(scope.session, scope.tenant.id, [member.id for member in chosen])
    return Reader(installation, scope, asked, now.astimezone(scope.tenant.zone), found, chosen, cube)


def page(
    reading: Reader,
    name: str,
    title: str,
    sections: Sequence[Section],
    *,
    narrowings: Sequence[Narrowing],
    warnings: Sequence[str] = (),
    choices: Sequence[Choosing] = (),
) -> CityPage:
    """Put a page together; days, narrowing, freshness and late districts are said in the document's lead."""
    asked, late = reading.asked, reading.membership.late(reading.asked, now=reading.now)
    document = Document(
        title=said("{city}{title}", city=reading.scope.tenant.name, title=word(title)),
        lead=tuple(filter(None, (asked.words(labels_of(reading)), compared_words(asked), freshness_words(reading)))),
        sections=sections,
        maker=reading.scope.tenant.name,
        made_at=reading.now,
        footer=said("{title}，{words}", title=word(title), words=word(asked.words(labels_of(reading)))),
    )
    return CityPage(name, asked, reading.membership, document, narrowings, late, warnings, choices)


def labels_of(reading: Reader) -> Mapping[Narrowing, str]:
    """Return what the values of the narrowing are called, as far as the city knows it."""
    asked, labels = reading.asked, {}
    if asked.district:
        labels["district"] = next(
            (member.name for member in reading.membership.members if member.slug == asked.district), asked.district
        )
    if asked.channel:
        labels["channel"] = channel_label(asked.channel)
    return labels  # type: ignore[return-value]  # its keys are two of them


def channel_label(channel: str) -> str:
    """Return what a channel is called: those that every district has by name, a district's own by its code."""
    return CHANNELS.get(channel, channel)


def compared_words(asked: Asked) -> str:
    """Say what the days are held against."""
    return said("对比：{words}", words=word(asked.before_words))


def freshness_words(reading: Reader) -> str:
    """Say until when everything is counted, which districts are late, and which have left."""
    told, members = [], reading.membership
    if (until := members.counted_until) is not None:
        told.append(
            said(
                "{n} 个区（市）县，各区都统计到 {until:%Y-%m-%d %H:%M}",
                n=len(members.members),
                until=until.astimezone(reading.now.tzinfo),
            )
        )
    if late := members.late(reading.asked, now=reading.now):
        told.append(said("统计不全的：{names}", names=joined("、", (late_words(each, reading.now) for each in late))))
    if members.former:
        told.append(
            said(
                "已不属于本市、不计入的：{names}",
                names=joined(
                    "、",
                    (said("{name}（{at:%Y-%m-%d}退出）", name=each.name, at=each.left_at) for each in members.former),
                ),
            )
        )
    return joined("；", told)


def late_words(member: Member, now: datetime) -> str:
    """Say of a late district how far it has counted."""
    if member.counted_at is None:
        return said("{name}（还没有统计过）", name=member.name)
    if member.oldest_waiting is not None:
        return said("{name}（{day} 起的数等待重新统计）", name=member.name, day=member.oldest_waiting)
    return said("{name}（统计到 {at:%m-%d %H:%M}）", name=member.name, at=member.counted_at.astimezone(now.tzinfo))


def metric_chosen(choices: Choices, otherwise: str, *, name: str = "metric") -> str:
    """Return the metric that is chosen. Raises `NoSuchMetric`."""
    chosen = choices.get(name, "") or otherwise
    if chosen not in METRICS:
        raise NoSuchMetric(
            said(
                "市级统计没有指标“{id}”。可以看的有：{known}。",
                id=chosen[:40],
                known=joined(
                    "、", (said("{id}（{label}）", id=each.id, label=word(each.label)) for each in CORE_METRICS)
                ),
            )
        )
    return chosen


def figure_cell(one: Figure, href: str = "", *, is_under: bool = False) -> Cell:
    """Return a figure as a cell: the value with both numbers, a star where the sample is too small to compare."""
    cell = value_cell(one.now.value, one.unit)
    if isinstance(cell, str):
        return cell
    parts = parts_words(one.now, one.unit)
    plain = said("{value}*", value=cell.words) if one.is_small and one.now.denominator else cell.words
    words = said("{plain} ({parts})", plain=plain, parts=parts) if parts else plain
    return Shown(words, cell.value, cell.pattern, plain, parts, href, is_under)


def count_cell(n: int, href: str = "") -> Shown:
    """Return a count as a cell."""
    return Shown(f"{n:,}", n, "#,##0", f"{n:,}", "", href)


def rate_cell(numerator: int, denominator: int, href: str = "") -> Cell:
    """Return one count over another as a cell, with both numbers."""
    if not denominator:
        return "—"
    value = Fraction(numerator, denominator)
    cell = value_cell(value, "percent")
    assert isinstance(cell, Number)
    parts = f"{numerator:,}/{denominator:,}"
    return Shown(f"{cell.words} ({parts})", value, cell.pattern, value_words(value, "percent"), parts, href)


def cells_href(asked: Asked, metric: str, by: str = "district", **narrowed: str) -> str:
    """Return where the numbers behind a metric stand."""
    return f"/city/cells?{asked.query_with(metric=metric, by=by, **narrowed)}"


def href(asked: Asked, name: str, **changes: str) -> str:
    """Return the address of a page for what is asked, with these arguments changed."""
    return f"/city/{name}?{asked.query_with(**changes)}"


def definition_href(metric: str) -> str:
    """Return where a metric is defined."""
    return f"/city/definitions#{metric}"


def if_any(chart: Chart | None) -> Sequence[Block]:
    """Return the chart as a block, nothing where there is none."""
    return () if chart is None else (chart,)


def query(**arguments: str) -> str:
    """Return arguments as the query of an address, empty ones left out."""
    return urlencode({name: value for name, value in arguments.items() if value})


CHANNELS = {
    "desk": "受理席",
    "file": "批量导入",
    "api": "接口",
    "referral": "跨区移交",
    "hotline": "热线",
    "mail": "邮件",
    "portal": "网上提交",
    "web": "网站",
    "wechat": "微信",
    "weibo": "微博",
}
