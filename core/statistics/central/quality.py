"""How far a city's figures can be trusted 数据质量: how complete counts are, what is classified, mapped and rated, and by which versions."""

from collections.abc import Sequence

from sqlalchemy import select

from core.documents.model import Cell, Section, Table, Words
from core.kit.saying import joined, said, word
from core.statistics.asked import Narrowing
from core.statistics.central.districts import not_comparable
from core.statistics.central.pages import (
    METRICS,
    NO_CHOICES,
    Choices,
    CityPage,
    Reader,
    cells_href,
    count_cell,
    figure_cell,
    page,
    rate_cell,
)
from core.statistics.city import NONE
from core.statistics.figures import CORE_METRICS, figure
from core.statistics.gathered.cube import counts_by_district, counts_by_matter, mapped_ways
from core.statistics.gathered.models import CityMatter

NARROWINGS: tuple[Narrowing, ...] = ("group", "district")
WAYS = {
    "mapped": "按对照表",
    "named": "按同名类别",
    "own": "本区类别（本市没有目录）",
    "none": "没有对照",
    "": "未分类",
}
MOST_GAPS = 60


def quality_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    reading.asked.only(*NARROWINGS, of="数据质量")
    return page(
        reading,
        "quality",
        "数据质量",
        [_freshness(reading), _mapping(reading), _gaps(reading), _samples(reading), _left(reading)],
        narrowings=NARROWINGS,
        warnings=not_comparable(reading),
    )


def _freshness(reading: Reader) -> Section:
    zone = reading.now.tzinfo
    rows: list[Sequence[Cell]] = []
    for member in reading.chosen:
        lacking = [metric.label for metric in CORE_METRICS if member.lacks(metric)]
        rows.append(
            (
                member.name,
                f"{member.counted_at.astimezone(zone):%Y-%m-%d %H:%M}" if member.counted_at else "还没有统计过",
                f"{member.gathered_at.astimezone(zone):%Y-%m-%d %H:%M}" if member.gathered_at else "—",
                said("{day} 起", day=member.oldest_waiting) if member.oldest_waiting else "无",
                f"{member.first_day} 至 {member.last_day}" if member.last_day else "没有受理过",
                "不全" if member.is_late(reading.asked, now=reading.now) else "齐全",
                "一致" if not lacking else said("{n} 项不同", n=len(lacking)) if member.counted_at else "—",
            )
        )
    head = ("区（市）县", "本区统计到", "汇到市里", "等待重新统计", "有受理的日期", "这段时间", "指标口径")
    return Section("时效和口径", [Table(head, rows, empty="本市还没有区（市）县。")])


def _mapping(reading: Reader) -> Section:
    found = mapped_ways(reading.cube, reading.asked.span)
    shown = [way for way in WAYS if any(each == way for _, each in found)] or ["mapped", "none", ""]
    rows: list[Sequence[Cell]] = []
    sums = dict.fromkeys(shown, 0)
    for member in reading.chosen:
        counts = {way: found.get((member.id, way), (0, 0))[1] for way in shown}
        whole = sum(counts.values())
        for way in shown:
            sums[way] += counts[way]
        known = whole - counts.get("none", 0) - counts.get("", 0)
        rows.append(
            (member.name, *(count_cell(counts[way]) for way in shown), count_cell(whole), rate_cell(known, whole))
        )
    whole = sum(sums.values())
    known = whole - sums.get("none", 0) - sums.get("", 0)
    rows.append(("合计", *(count_cell(sums[way]) for way in shown), count_cell(whole), rate_cell(known, whole)))
    return Section(
        "诉求算在市级目录的哪一类",
        [
            Words(
                "各区的事项按对照表算作市级目录的事项；没有对照、但类别与市级同名的按同名类别算；其余算作未定事项，不猜。"
                "对照表由各区管理员在“对照市级目录”页（管理，职责清单）维护。"
            ),
            Table(("区（市）县", *(WAYS[way] for way in shown), "受理合计", "归得进类别的"), rows),
        ],
    )


def _gaps(reading: Reader) -> Section:
    """Return the matters with most appeals that are none of the city's categories."""
    unmapped = reading.scope.session.execute(
        select(CityMatter.district_id, CityMatter.matter, CityMatter.own_category, CityMatter.own_name).where(
            CityMatter.tenant_id == reading.scope.tenant.id,
            CityMatter.way == "none",
            CityMatter.district_id.in_(reading.cube.districts),
        )
    )
    names = {(row.district_id, row.matter): (row.own_category, row.own_name) for row in unmapped}
    counted = counts_by_matter(reading.cube, reading.asked.span, "accepted") if names else {}
    gaps = sorted(
        ((key, counted[key].n("accepted")) for key in names if key in counted and counted[key].n("accepted")),
        key=lambda each: (-each[1], each[0]),
    )
    members = reading.members
    rows: list[Sequence[Cell]] = [
        (members[key[0]].name, key[1], " / ".join(filter(None, names[key])), count_cell(n))
        for key, n in gaps[:MOST_GAPS]
    ]
    words = said("共 {n:,} 个事项有诉求而没有对照，件数多的在前。", n=len(gaps))
    head = ("区（市）县", "本区编码", "本区事项", "受理")
    return Section("没有对照的事项", [Words(words), Table(head, rows, empty="有诉求的事项都归得进市级目录。")])


def _samples(reading: Reader) -> Section:
    asked = reading.asked
    now = counts_by_district(
        reading.cube, asked, asked.span, "rated", "concluded", "due", "answered_resolved", "satisfied"
    )
    shown = ("coverage", "satisfied")
    rows: list[Sequence[Cell]] = []
    for member in reading.chosen:
        counts = now.get(member.id, NONE)
        few = [
            label
            for measure, label in (("rated", "评价"), ("due", "到期"), ("answered_resolved", "回答是否解决"))
            if counts.n(measure) < 30
        ]
        rows.append(
            (
                member.name,
                *(
                    figure_cell(
                        figure(METRICS[each], counts, NONE),
                        cells_href(asked, each, "unit", district=member.slug, group=""),
                    )
                    for each in shown
                ),
                count_cell(counts.n("due")),
                count_cell(counts.n("answered_resolved")),
                said("{few}不足 30，相应的率不作比较", few=joined("、", (word(each) for each in few)))
                if few
                else "够比较",
            )
        )
    head = ("区（市）县", *(METRICS[each].label for each in shown), "到期", "回答是否解决", "能不能比较")
    return Section("样本", [Table(head, rows)])


def _left(reading: Reader) -> Section:
    rows: list[Sequence[Cell]] = [
        (each.name, f"{each.left_at.astimezone(reading.now.tzinfo):%Y-%m-%d %H:%M}")
        for each in reading.membership.former
    ]
    words = "区（市）县退出以后，它以前的数也不再计入本市各页；已经定稿的通报不变。"
    return Section("已退出的区（市）县", [Words(words), Table(("区（市）县", "发现退出的时间"), rows)])
