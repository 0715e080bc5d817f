"""The pages of a city's figures: what they say, what leads where, what they refuse, and that the command says the same."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import delete, select

from core.documents.model import Table, words_of
from core.hooks.core_features import CITY
from core.journey.recounting import recount
from core.journey.report import report_city
from core.kit.db import Base
from core.statistics.asked import asked_of
from core.statistics.central.pages import CityPage
from core.statistics.central.registry import page_of
from core.statistics.documents import city_document
from core.statistics.gathered.gathering import gather
from core.statistics.gathered.models import CityCell, CityDistrict
from core.statistics.service import refresh_all
from core.tenancy.models import CityMember
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.units.catalogue.service import map_matters
from tests.builders import beijing, make_city, make_district, make_ticket
from tests.stages.lives import DUTIES, Life
from tests.web.making import Visitor, make_account

PAGES = (
    "",
    "/districts",
    "/units",
    "/matters",
    "/warnings",
    "/instructions",
    "/quality",
    "/definitions",
    "/cells",
    "/views",
)
NOW = beijing("2026-04-02 09:00")


@dataclass(frozen=True)
class Sight:
    """A city with a content district and a discontented one, and somebody who sees its figures."""

    installation: Installation
    city: str
    content: str
    discontent: str
    analyst: Visitor

    def page(self, path: str) -> str:
        answer = self.analyst.get(path)
        words = answer.get_data(as_text=True)
        assert answer.status_code == 200, (path, answer.status_code, words)
        return words

    def refusal(self, path: str) -> tuple[int, str]:
        answer = self.analyst.get(path)
        return answer.status_code, answer.get_data(as_text=True)

    def told(self, name: str, query: Mapping[str, str], **choices: str) -> CityPage:
        with self.installation.scope(self.city) as scope:
            asked = asked_of({"month": "2026-03", **query}, today=NOW.date())
            return page_of(self.installation, scope, name, asked, choices, now=NOW)


def rows(told: CityPage, section: int = 0) -> list[list[str]]:
    """Return the words of the first table of a section."""
    table = next(block for block in told.document.sections[section].blocks if isinstance(block, Table))
    return [[words_of(cell) for cell in row] for row in table.rows]


@pytest.fixture(scope="module")
def districts(installation: Installation) -> tuple[str, str]:
    """Two districts with 31 and 32 rated tickets, of which one tenth and nearly half are about lamps."""
    slugs = tuple(sorted(make_district(installation, duties=DUTIES) for _ in range(2)))
    for slug, well, badly, lamps in ((slugs[0], 30, 1, 3), (slugs[1], 20, 12, 15)):
        life = Life(installation, slug, now=beijing("2026-03-02 09:00"))
        for number in range(well + badly):
            life.take_in("路灯不亮" if number < lamps else "道路坑洼")
            life.walk("answer", "rate well" if number < well else "rate badly", hours=0.1)
        refresh_all(installation, slug)
    return slugs[0], slugs[1]


@pytest.fixture
def sight(installation: Installation, app: Flask, districts: tuple[str, str]) -> Sight:
    city = make_city(installation, districts)
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, city, "analyst", ["analyst"]))
    return Sight(installation, city, *districts, analyst)


def test_every_page_of_a_city_says_what_it_shows(sight: Sight) -> None:
    pages = {page: sight.page(f"/city{page}?month=2026-03") for page in PAGES}

    assert "<b>满意率低于 85% 的有 1 个区（市）县：</b>" in pages[""]
    assert "62.50%" in pages["/districts"]
    assert 'id="ping_pong"' in pages["/definitions"]
    assert "共性问题" in pages["/matters"]


def test_pages_and_the_command_say_the_same_figures(sight: Sight) -> None:
    report = report_city(sight.installation, sight.city, "2026-03", now=NOW)
    counted = {figure.id: (figure.now.numerator, figure.now.denominator) for figure in report.figures}

    for metric in ("accepted", "satisfied", "on_time", "mean_days_to_reply"):
        for by in ("district", "day"):
            *_, total = rows(sight.told("cells", {}, metric=metric, by=by))
            numbers = [int(each.replace(",", "")) for each in total[1:3]]
            assert (numbers[0], numbers[1] if len(numbers) > 1 else None) == counted[metric], (metric, by)
    assert counted["satisfied"] == (50, 63)
    whole = city_document(report, made_at=NOW).sections
    assert [section.blocks for section in sight.told("overview", {}).document.sections] == [
        section.blocks for section in whole
    ]


def test_days_that_are_no_month_add_up_to_the_month(sight: Sight) -> None:
    def accepted(**query: str) -> int:
        return int(rows(sight.told("cells", {"month": "", **query}, metric="accepted"))[-1][1])

    parts = [
        accepted(**{"from": first, "until": last})
        for first, last in (("2026-03-01", "2026-03-04"), ("2026-03-05", "2026-04-30"))
    ]
    ways = [
        accepted(**{"from": "2026-02-15", "until": "2026-03-31", "channel": channel}) for channel in ("desk", "web")
    ]

    assert (sum(parts), ways, accepted(month="2026-03")) == (63, [63, 0], 63)


def test_a_category_is_compared_by_its_part_of_each_district(sight: Sight) -> None:
    told = sight.told("matters", {"category": "公共设施"})

    assert [row[1:3] for row in rows(told)] == [["15", "46.88% (15/32)"], ["3", "9.68% (3/31)"]]
    assert [(row[0], row[1], row[5]) for row in rows(told, 1)] == [
        ("城市管理", "45", "2 个"),
        ("公共设施", "18", "2 个"),
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/city?month=2099-01", "2099年1月还没有到来"),
        ("/city?from=2026-03-09&until=2026-03-01", "早于开始的一天"),
        ("/city?from=2026-03-09", "请把两天都写上"),
        ("/city/districts?metric=happiness", "市级统计没有指标“happiness”"),
        ("/city/cells?by=moon", "明细没有按“moon”分"),
        ("/city/units?nature=help", "承办单位没有按性质分开统计"),
        ("/city/matters?category=x&nature=help", "没有同时分"),
        ("/city/matters?area=a1", "请先选择区（市）县"),
        ("/city/districts?district=nowhere", "也许它已经不属于本市"),
        ("/city/districts?group=远郊", "没有同类组“远郊”"),
        ("/city?month=2026-03%00", ""),
        ("/city/cells?metric=" + "x" * 5000, ""),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(sight: Sight, path: str, words: str) -> None:
    status, told = sight.refusal(path)

    assert 400 <= status < 500
    assert words in told


def test_a_district_that_leaves_is_named_and_counts_no_more(sight: Sight) -> None:
    gather(sight.installation, sight.city)
    with sight.installation.database.transaction(None) as session:
        left = sight.installation.tenant(sight.discontent).id
        session.execute(delete(CityMember).where(CityMember.district_id == left))
    gather(sight.installation, sight.city)

    told = sight.told("districts", {})

    assert "已不属于本市、不计入的：" in told.document.lead[-1]
    assert [row[0] for row in rows(told, 1)] == [f"测试区 {sight.content}", "全市"]
    with sight.installation.scope(sight.city) as scope:
        kept = scope.session.scalars(select(CityCell.district_id).distinct()).all()
    assert kept == [sight.installation.tenant(sight.content).id]
    assert sight.refusal(f"/city/units?month=2026-03&district={sight.discontent}")[0] == 404


def test_a_district_that_counts_late_or_by_another_version_is_not_compared(sight: Sight) -> None:
    gather(sight.installation, sight.city)
    behind = sight.installation.tenant(sight.discontent).id
    with sight.installation.scope(sight.city) as scope:
        row = scope.session.get_one(CityDistrict, (scope.tenant.id, behind))
        row.counted_at = beijing("2026-03-20 08:00")
        row.counted_with = [column for column in row.counted_with if column != "satisfied"]

    told = sight.told("districts", {})

    assert [member.slug for member in told.late] == [sight.discontent]
    assert told.warnings == [
        f"测试区 {sight.discontent}还没有按现行口径统计：群众满意率。这些数不参加对比；待该区重新统计后自动恢复。"
    ]
    assert [(row[0], row[-1]) for row in rows(told)][:2] == [("1", ""), ("—", "口径版本不同，不作比较")]
    assert "1 个区（市）县统计不全" in sight.page("/city?month=2026-03")


def test_matters_count_by_the_citys_list_and_gaps_are_shown(installation: Installation) -> None:
    district = make_district(
        installation, duties=(*DUTIES, {"code": "noise", "category": "噪声", "subcategory": "夜间"})
    )
    city = make_city(
        installation,
        [district],
        duties=(
            {"code": "c1", "category": "市容", "subcategory": "道路桥梁"},
            {"code": "c2", "category": "公共设施", "subcategory": "照明"},
        ),
    )
    now = beijing("2026-03-02 09:00")
    with installation.scope(district) as scope:
        map_matters(scope, {"road": "c1"}, author=FILES, now=now)
    for matter in ("road", "road", "lamp", "noise"):
        make_ticket(installation, district, matter=matter, now=now)
    refresh_all(installation, district)

    with installation.scope(city) as scope:
        asked = asked_of({"month": "2026-03"}, today=NOW.date())
        matters = page_of(installation, scope, "matters", asked, now=NOW)
        quality = page_of(installation, scope, "quality", asked, now=NOW)

    assert [row[:2] for row in rows(matters)] == [["市容", "2"], ["公共设施", "1"], ["未定事项", "1"]]
    assert rows(quality, 1)[0][1:] == ["2", "1", "1", "4", "75.00% (3/4)"]
    assert [row[1:] for row in rows(quality, 2)] == [["noise", "噪声 / 夜间", "1"]]


def test_a_view_is_saved_shared_opened_and_removed(sight: Sight, app: Flask) -> None:
    sight.page("/city/views?page=districts&query=month%3D2026-03%26metric%3Doverdue")
    saved = sight.analyst.post(
        "/city/views", page="districts", query="month=2026-03&metric=overdue", name="超期", shared="1"
    )
    assert saved.status_code == 303
    other = Visitor(app)
    other.sign_in(make_account(sight.installation, sight.city, "other", ["analyst"]))

    seen = other.get("/city/views").get_data(as_text=True)

    assert 'href="/city/districts?month=2026-03&amp;metric=overdue"' in seen
    assert other.post("/city/views/remove", number="1").status_code == 404
    assert sight.analyst.post("/city/views/remove", number="1").status_code == 303
    assert "还没有保存的视图" in sight.page("/city/views")
    assert sight.analyst.post("/city/views", page="nowhere", query="", name="x").status_code == 422


def test_a_rebuild_from_the_tickets_gives_the_same_cubes_and_tells_its_progress(sight: Sight) -> None:
    gather(sight.installation, sight.city)

    def everything() -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for slug, kept in ((sight.content, ("cube_cell", "cube_code")), (sight.city, ("city_cell", "city_code"))):
            with sight.installation.scope(slug) as scope:
                for name in kept:
                    table = Base.metadata.tables[name]
                    asked = select(*table.columns).order_by(*table.primary_key.columns)
                    found += [tuple(row) for row in scope.session.execute(asked)]
        return found

    before, told = everything(), list[tuple[int, int]]()
    days = recount(sight.installation, sight.content, on_progress=lambda done, total: told.append((done, total)))
    carried = recount(sight.installation, sight.city, on_progress=lambda done, total: None)

    assert everything() == before
    assert (told[0][0], told[-1]) == (0, (days, days))
    assert carried >= days > 0


def test_a_group_of_peers_is_pooled_and_compared_by_itself(sight: Sight) -> None:
    peers = [{"group": "中心城区", "district": sight.content}, {"group": "中心城区", "district": sight.discontent}]
    with sight.installation.scope(sight.city) as scope:
        revision = write_revision(
            scope, CITY.id, values={"peers": peers}, schema_version=1, reason="测试", author=FILES, now=NOW
        )
        make_active(scope, CITY.id, revision.number, actor=FILES, now=NOW)
    sight.installation.forget()

    told = sight.told("districts", {"group": "中心城区"})

    assert [row[2] for row in rows(told)] == ["中心城区", "中心城区", ""]
    assert rows(told)[-1][1:4] == ["合计", "", "79.37% (50/63)"]
