"""What a city is asked about 诉求热点: categories of the city's list, in how many districts each is among the first, and what grows.

Of one district its own matters stand below, and those of one of its areas, which its own cube alone is divided by.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlalchemy import select

from core.documents.charts import Mark
from core.documents.model import Bars, Cell, Section, Table, Words
from core.kit.saying import said, word
from core.statistics.asked import Asked, Narrowing
from core.statistics.central.pages import (
    NO_CHOICES,
    Choices,
    CityPage,
    Led,
    Reader,
    cells_href,
    count_cell,
    href,
    page,
    rate_cell,
)
from core.statistics.gathered.cube import categories_counted, counts_by_matter, summed
from core.statistics.gathered.models import CityMatter
from core.statistics.places import Only, counts_by_place
from core.statistics.queries import Cube
from core.statistics.report import TOP, UNNAMED
from core.statistics.words import change_words
from core.tenancy.across import ask_district

NARROWINGS: tuple[Narrowing, ...] = ("category", "group", "district", "area", "nature", "channel")
ENOUGH = 10
MOST_OWN = 50
ByDistrict = Mapping[int, Mapping[str, int]]


def matters_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    asked = reading.asked
    if asked.area:
        return _page(reading, [_in_area(reading)])
    asked.only("category", "group", "district", of="诉求热点")
    now, before = (categories_counted(reading.cube, span, "accepted") for span in (asked.span, asked.before))
    sections = [] if not asked.category else [_of_category(reading, now, before)]
    sections += [_categories(reading, now, before), _growing(reading, now, before)]
    if asked.district:
        sections.append(_own(reading))
    return _page(reading, sections)


def _page(reading: Reader, sections: Sequence[Section]) -> CityPage:
    return page(reading, "matters", "诉求热点", sections, narrowings=NARROWINGS)


def among_the_first(now: ByDistrict) -> Counter[str]:
    """Return in how many districts each category is among the ten most asked."""
    first: Counter[str] = Counter()
    for one in now.values():
        first.update(sorted((each for each in one if each), key=lambda each: (-one[each], each))[:TOP])
    return first


def _categories(reading: Reader, now: ByDistrict, before: ByDistrict) -> Section:
    asked, sums, earlier, first = reading.asked, summed(now), summed(before), among_the_first(now)
    whole = sums.total()
    named = sorted((each for each in {*sums, *earlier} if each), key=lambda each: (-first[each], -sums[each], each))
    rows: list[Sequence[Cell]] = [
        (
            Led.to(each, href(asked, "matters", category=each)),
            count_cell(sums[each], cells_href(asked, "accepted", "district", category=each)),
            rate_cell(sums[each], whole),
            count_cell(earlier[each]),
            change_words(Fraction(sums[each]), Fraction(earlier[each]), "count"),
            said("{n} 个", n=first[each]),
        )
        for each in named
    ]
    if sums[""] or earlier[""]:
        rows.append(
            (
                UNNAMED,
                count_cell(sums[""]),
                rate_cell(sums[""], whole),
                count_cell(earlier[""]),
                change_words(Fraction(sums[""]), Fraction(earlier[""]), "count"),
                Led.to("查看缺口", href(asked, "quality", category="")),
            )
        )
    largest = sorted((each for each in named if sums[each]), key=lambda each: (-sums[each], each))[:TOP]
    marks = [Mark(each, sums[each], f"{sums[each]:,}", href(asked, "matters", category=each)) for each in largest]
    before_words = "上月" if asked.month else "上期"
    return Section(
        "共性问题（多数区都排在前十的类别在前）",
        [
            *([Bars("受理最多的十类诉求", marks)] if marks else []),
            Table(
                ("类别", "受理", "占比", before_words, "变化", "排进前十的区（市）县"),
                rows,
                empty="这段时间还没有已分类的诉求。换一段时间看，或等各区的工单分类以后再看。",
            ),
        ],
    )


def _growing(reading: Reader, now: ByDistrict, before: ByDistrict) -> Section:
    asked, sums, earlier = reading.asked, summed(now), summed(before)
    grown = sorted(
        (each for each in sums if each and sums[each] >= ENOUGH and sums[each] > earlier[each]),
        key=lambda each: (earlier[each] - sums[each], each),
    )[:TOP]
    rows: list[Sequence[Cell]] = []
    for each in grown:
        district, more = max(
            ((key, one.get(each, 0) - before.get(key, {}).get(each, 0)) for key, one in now.items()),
            key=lambda pair: (pair[1], -pair[0]),
        )
        rows.append(
            (
                Led.to(each, href(asked, "matters", category=each)),
                count_cell(sums[each], cells_href(asked, "accepted", "district", category=each)),
                count_cell(earlier[each]),
                change_words(Fraction(sums[each]), Fraction(earlier[each]), "count"),
                said("{name}，多 {more:,} 件", name=reading.members[district].name, more=more),
            )
        )
    return Section(
        said("增长最多的类别（{n} 件以上）", n=ENOUGH),
        [
            Table(
                ("类别", "受理", "上月" if asked.month else "上期", "变化", "增长最多的区（市）县"),
                rows,
                empty="没有比上一段时间多的类别。",
            )
        ],
    )


def _of_category(reading: Reader, now: ByDistrict, before: ByDistrict) -> Section:
    asked = reading.asked
    told = [
        (member, now.get(member.id, {}).get(asked.category, 0), sum(now.get(member.id, {}).values()))
        for member in reading.chosen
    ]
    told.sort(key=lambda each: (-(Fraction(each[1], each[2]) if each[2] else Fraction(0)), each[0].name))
    rows: list[Sequence[Cell]] = []
    for member, n, whole in told:
        earlier = before.get(member.id, {}).get(asked.category, 0)
        rows.append(
            (
                Led.to(member.name, href(asked, "matters", district=member.slug, group="")),
                count_cell(n, cells_href(asked, "accepted", "day", district=member.slug, group="")),
                rate_cell(n, whole),
                count_cell(earlier),
                change_words(Fraction(n), Fraction(earlier), "count"),
            )
        )
    return Section(
        said("{category}：各区（市）县对比", category=asked.category),
        [
            Words("占本区受理量的比例高的在前，大区小区才好比。"),
            Table(("区（市）县", "受理", "占本区受理", "上月" if asked.month else "上期", "变化"), rows),
        ],
    )


def _own(reading: Reader) -> Section:
    """Return the district's own matters within the categories."""
    asked, district = reading.asked, reading.chosen[0]
    names = reading.scope.session.execute(
        select(CityMatter.matter, CityMatter.own_category, CityMatter.own_name, CityMatter.category).where(
            CityMatter.tenant_id == reading.scope.tenant.id, CityMatter.district_id == district.id
        )
    )
    known = {row.matter: (row.own_category, row.own_name, row.category) for row in names}
    now, before = (
        {
            matter: n
            for (_, matter), counts in counts_by_matter(reading.cube, span, "accepted").items()
            if (n := counts.n("accepted"))
        }
        for span in (asked.span, asked.before)
    )
    wanted = [
        matter
        for matter in {*now, *before}
        if matter and (not asked.category or known.get(matter, ("", "", ""))[2] == asked.category)
    ]
    rows = [
        _own_row(known.get(matter, ("", matter, "")), now.get(matter, 0), before.get(matter, 0), asked)
        for matter in sorted(wanted, key=lambda each: (-now.get(each, 0), each))[:MOST_OWN]
    ]
    return Section(
        said("{name}自己的事项", name=district.name),
        [Table(("本区类别", "本区事项", "算作市级类别", "受理", "上月" if asked.month else "上期", "变化"), rows)],
    )


def _own_row(name: tuple[str, str, str], now: int, before: int, asked: Asked) -> Sequence[Cell]:
    own_category, own_name, category = name
    change = change_words(Fraction(now), Fraction(before), "count")
    return own_category or "—", own_name, category or "没有对照", count_cell(now), count_cell(before), change


def _in_area(reading: Reader) -> Section:
    """Return what was accepted in one area of one district, read from that district's own cube through the door."""
    asked, district = reading.asked, reading.chosen[0]
    names = {
        row.matter: (row.own_category, row.own_name, row.category)
        for row in reading.scope.session.execute(
            select(CityMatter.matter, CityMatter.own_category, CityMatter.own_name, CityMatter.category).where(
                CityMatter.tenant_id == reading.scope.tenant.id, CityMatter.district_id == district.id
            )
        )
    }
    only = Only(
        matters=frozenset(code for code, each in names.items() if each[2] == asked.category)
        if asked.category
        else None,
        areas=frozenset({asked.area}),
        channel=asked.channel or None,
        nature=asked.nature or None,
    )
    facts = reading.installation.tenant(district.slug)
    now, before = (
        ask_district(
            reading.installation,
            facts,
            lambda session, span=span: counts_by_place(Cube(session, facts.id), span, only),  # type: ignore[misc]
        )
        for span in (asked.span, asked.before)
    )
    matters = sorted(
        {matter for matter, _ in (*now, *before)}, key=lambda each: (-now.get((each, asked.area), 0), each)
    )
    rows = [
        _own_row(
            names.get(matter, ("", matter or UNNAMED, "")),
            now.get((matter, asked.area), 0),
            before.get((matter, asked.area), 0),
            asked,
        )
        for matter in matters
    ]
    return Section(
        said("{name}区域 {area} 受理的诉求", name=district.name, area=asked.area),
        [
            Words("按区域分的只有受理量，其他指标没有按区域统计。"),
            Table(
                ("本区类别", "本区事项", "算作市级类别", "受理", "上月" if asked.month else "上期", "变化"),
                rows,
                empty=said("这段时间没有受理过这个区域的诉求，或者没有区域 {area}。", area=word(asked.area)),
            ),
        ],
    )
