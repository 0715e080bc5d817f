"""What has a code is counted by it, exactly, by unit and by matter, of a district and of a city's districts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from core.cli.document import lines_of
from core.journey.conclude import rate
from core.journey.press import instruct
from core.journey.report import report_city, report_month
from core.statistics.codes import city_counts_by_code, code_shares, codes_by_matter, codes_by_unit, counts_by_code
from core.statistics.days import Span
from core.statistics.dirty import mark_everything
from core.statistics.documents import month_document
from core.statistics.models import CubeCode
from core.statistics.plain import plain_city
from core.statistics.queries import Cube
from core.statistics.service import refresh, refresh_all
from core.statistics.shares import Share
from core.tenancy.scope import Installation
from core.tickets.timeline import RESIDENT, Order
from core.units.queries import directory
from tests.builders import SUPERVISOR, beijing, make_city, make_district
from tests.stages.lives import DUTIES, Life

NOW = beijing("2026-04-10 12:00")
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))


def make_life(installation: Installation) -> Life:
    return Life(installation, make_district(installation, duties=DUTIES), now=beijing("2026-03-02 09:00"))


def instruct_at(life: Life, serial_no: str, level: str) -> None:
    life.wait(1)
    order = Order(SUPERVISOR, life.now)
    life.installation.run(
        life.slug, lambda scope: instruct(scope, serial_no, order, leader="领导庚", level=level, text="抓紧解决")
    )


def test_codes_are_counted_by_unit_and_by_matter_and_move_with_the_ticket(installation: Installation) -> None:
    life = make_life(installation)
    lamp, road = life.take_in("路灯不亮"), life.take_in()
    for ticket, unit in ((lamp, "dispatch"), (road, "dispatch elsewhere")):
        life.step(unit, ticket)
    for ticket, level in ((lamp, "city"), (lamp, "city"), (lamp, "street"), (road, "province")):
        instruct_at(life, ticket, level)
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        cube = Cube.of(scope)
        roads, parks = (directory(scope).get_unit(code).id for code in ("roads", "parks"))
        month = counts_by_code(cube, "instructed", MARCH)
        assert month == {"city": 2, "province": 1, "street": 1}
        assert codes_by_unit(cube, "instructed", MARCH) == {roads: {"city": 2, "street": 1}, parks: {"province": 1}}
        assert codes_by_matter(cube, "instructed", MARCH, unit_id=roads) == {"lamp": {"city": 2, "street": 1}}
        assert counts_by_code(cube, "instructed", MARCH, matter="road") == {"province": 1}
        assert counts_by_code(cube, "instructed", Span(date(2026, 3, 3), date(2026, 3, 31))) == {}
        shown = code_shares("instructed", month, {"street": 3})
        assert [(each.label, each.numerator, each.denominator, each.numerator_before) for each in shown] == [
            ("市级领导", 2, 4, 0),
            ("省级领导", 1, 4, 0),
            ("街道（镇）领导", 1, 4, 3),
        ]

    life.wait(1)
    assert life.step("redirect", lamp)
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        assert codes_by_unit(Cube.of(scope), "instructed", MARCH) == {parks: {"city": 2, "province": 1, "street": 1}}


def test_the_counts_of_a_version_that_is_no_longer_defined_stay(installation: Installation) -> None:
    life = make_life(installation)
    life.take_in()
    with installation.scope(life.slug) as scope:
        day, tenant = date(2026, 3, 2), scope.tenant.id
        scope.session.add(
            CubeCode(tenant_id=tenant, kind="instructed_v0", day=day, unit_id=0, matter="", code="city", n=7)
        )
        mark_everything(scope)
        refresh(scope)
        kept = list(scope.session.scalars(select(CubeCode).where(CubeCode.kind == "instructed_v0")))

    assert [each.n for each in kept] == [7]


def test_a_city_reads_the_codes_of_its_districts_and_of_no_others(installation: Installation) -> None:
    lives = [make_life(installation) for _ in range(3)]
    for life, level in zip(lives, ("city", "street", "province"), strict=True):
        serial_no = life.take_in()
        life.step("dispatch")
        instruct_at(life, serial_no, level)
        refresh_all(installation, life.slug)
    city = make_city(installation, [lives[0].slug, lives[1].slug])

    told = city_counts_by_code(installation, city, "instructed", MARCH)

    assert {district.slug: counted for district, counted in told} == {
        lives[0].slug: {"city": 1},
        lives[1].slug: {"street": 1},
    }


def dissatisfied(life: Life, *, cause: str = "", text: str = "路灯不亮") -> None:
    """Have a ticket answered by the road unit, and its resident dissatisfied, for a cause where one is named."""
    life.take_in(text)
    life.walk("dispatch", "sign", "reply", "pass reply")
    order = Order(RESIDENT, life.now)
    how = {"resolved": "no", "satisfaction": "dissatisfied", "cause": cause}
    life.installation.run(life.slug, lambda scope: rate(scope, life.tickets[-1], order, **how))


def test_a_month_tells_why_limits_were_missed_and_residents_dissatisfied_at_whom_and_with_what(
    installation: Installation,
) -> None:
    life = make_life(installation)
    for cause, text in (("attitude", "路灯不亮"), ("unsolved", "道路坑洼"), ("unsolved", "路灯不亮"), ("", "路灯不亮")):
        dissatisfied(life, cause=cause, text=text)
    late = life.take_in("路灯不亮")
    life.step("dispatch", late)
    life.wait(24 * 9)
    life.step("state overdue", late)
    life.step("find overdue", late)
    never = life.take_in()
    life.step("dispatch", never)
    life.wait(24 * 9)

    report = report_month(installation, life.slug, "2026-03", now=NOW)

    overdue, dissatisfaction = report.causes
    assert shown(dissatisfaction.groups) == [("办理结果", 2, 4), ("沟通过程", 1, 4), ("未问明", 1, 4)]
    assert shown(dissatisfaction.codes) == [
        ("办理结果：问题未解决或难以彻底解决", 2, 4),
        ("沟通过程：服务态度不好", 1, 4),
        ("未问明", 1, 4),
    ]
    assert [(of.label, of.n) for of in dissatisfaction.matters] == [("公共设施 / 路灯", 3), ("城市管理 / 道路", 1)]
    assert shown(overdue.codes) == [("制度和规划", 1, 2), ("未说明", 1, 2)]
    assert [(of.label, of.n, shown(of.parts)) for of in overdue.parties] == [
        ("道路管理处", 2, [("制度和规划", 1, 2), ("未说明", 1, 2)])
    ]
    assert [(of.label, shown(of.parts)) for of in overdue.matters] == [
        ("公共设施 / 路灯", [("制度和规划", 1, 1)]),
        ("城市管理 / 道路", [("未说明", 1, 1)]),
    ]
    assert (sum(share.numerator for share in overdue.codes), report.figure("overdue").now.numerator) == (2, 2)
    lines = [line.split() for line in lines_of(month_document(report, made_at=NOW))]
    assert ["超期原因"] in lines
    assert ["不满意原因"] in lines
    assert [line[:4] for line in lines if line[:1] == ["办理结果：问题未解决或难以彻底解决"]] == [
        ["办理结果：问题未解决或难以彻底解决", "2", "50.00%", "2/4"]
    ]

    told = report_city(installation, make_city(installation, [life.slug]), "2026-03", now=NOW)

    city = told.causes[0]
    assert (shown(city.codes), [(of.label, of.n) for of in city.parties]) == (
        shown(overdue.codes),
        [(report.tenant_name, 2)],
    )
    assert [(of.label, of.n) for of in city.matters] == [("公共设施", 1), ("城市管理", 1)]
    assert plain_city(told)["causes"]["overdue"]["by_matter"][0]["causes"][0]["label"] == "制度和规划"


def shown(shares: Sequence[Share]) -> list[tuple[str, int, int]]:
    return [(share.label, share.numerator, share.denominator) for share in shares]
