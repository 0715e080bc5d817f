"""What has a code is counted by it, exactly, by unit and by matter, of a district and of a city's districts."""

from datetime import date

from sqlalchemy import select

from core.journey.press import instruct
from core.statistics.codes import city_counts_by_code, code_shares, codes_by_matter, codes_by_unit, counts_by_code
from core.statistics.days import Span
from core.statistics.dirty import mark_everything
from core.statistics.models import CubeCode
from core.statistics.queries import Cube
from core.statistics.service import refresh, refresh_all
from core.tenancy.scope import Installation
from core.tickets.timeline import Order
from core.units.queries import directory
from tests.builders import SUPERVISOR, beijing, make_city, make_district
from tests.stages.lives import DUTIES, Life

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
