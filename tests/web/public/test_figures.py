"""Figures for everybody: months against what was counted by hand, the same on page, in files and of a city, nothing small."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.builders import beijing, make_city, make_district
from tests.dry_run.trying import counted_statements
from tests.journey.walking import Walk
from tests.web.conftest import House
from tests.web.public.counted import Counted, Happened, counted_district

NOW = beijing("2026-03-20 10:00")
SETTLING = "刚发生的变动正在计入"
FEBRUARY: Happened = {
    "street-1": {"accepted": 132, "dispatched": 133, "concluded": 118, "on_time": 111, "overdue": 12}
    | {"satisfied": 71, "dissatisfied": 8},
    "street-2": {"accepted": 45, "dispatched": 46, "concluded": 40, "on_time": 38, "overdue": 2},
    "street-3": {"accepted": 3, "dispatched": 7, "concluded": 0, "on_time": 20, "overdue": 9},
    "roads": {"accepted": 231, "dispatched": 232, "concluded": 207, "on_time": 192, "overdue": 15}
    | {"satisfied": 120, "dissatisfied": 16},
    "crew": {"accepted": 20, "dispatched": 20, "concluded": 20, "on_time": 30, "overdue": 10},
    "odd": {"accepted": 6, "dispatched": 6, "concluded": 6},
    "": {"accepted": 8},
}
MARCH: Happened = {
    "street-1": {"accepted": 33, "dispatched": 34, "concluded": 12, "on_time": 61, "overdue": 7},
    "street-2": {"accepted": 2, "dispatched": 2},
}
PLAIN = ("受理", "已派单", "已办", "按期率", "满意率")


@pytest.fixture(autouse=True)
def on_a_friday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.public.site.clock", lambda: NOW)


@pytest.fixture(scope="module")
def counted(installation: Installation) -> Counted:
    """A district of which a quiet January, February and the first days of March were counted; one unit has been closed."""
    found = counted_district(
        installation,
        {
            date(2025, 12, 31): {"street-2": {"accepted": 40, "dispatched": 40}},
            date(2026, 2, 5): FEBRUARY,
            date(2026, 3, 19): MARCH,
            date(2026, 3, 20): {"street-1": {"accepted": 21}},
        },
    )
    with installation.scope(found.slug) as scope:
        closed = (Unit.tenant_id == scope.tenant.id) & (Unit.code == "crew")
        scope.session.execute(update(Unit).where(closed).values(active=False))
    installation.forget()
    return found


def read(app: Flask, slug: str, path: str, *, status: int = 200) -> str:
    answer = app.test_client().get(f"/public/{slug}/{path}")
    assert answer.status_code == status
    return unescape(answer.get_data(as_text=True))


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def rows_of(page: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the tables of a page say: the name of each row and its values, without what they are made of."""
    for row in re.findall(r"<tr>(<td data-column=\"名称\">.*?)</tr>", page, re.DOTALL):
        name, *cells = re.findall(r"data-column=\"[^\"]+\">(.*?)</td>", row, re.DOTALL)
        yield (
            re.sub(r"<small>.*?</small>|<span.*?</span>|<[^>]+>", "", name).strip(),
            tuple(re.sub(r"<br>.*", "", cell, flags=re.DOTALL).replace(",", "") for cell in cells),
        )


def test_a_month_is_told_as_it_was_counted_by_hand_and_nothing_small_with_it(app: Flask, counted: Counted) -> None:
    page = read(app, counted.slug, "figures/units?month=2026-02")

    assert list(rows_of(page)) == [
        (f"测试区 {counted.slug}", ("445", "444", "391", "89.1%", "88.8%")),
        ("街道", ("180", "186", "158", "88.0%", "89.9%")),
        ("部门", ("265", "258", "233", "89.9%", "88.2%")),
        ("第1街道", ("131–134", "133", "118", "88.8%–91.8%", "89.9%")),
        ("第2街道", ("45", "46", "40", "90.4% 以上", "样本太少")),
        ("第3街道", ("少于 5", "7", "0", "样本太少", "样本太少")),
        ("道路养护队", ("20", "20", "20", "75.0%", "样本太少")),
        ("=1+1 办公室", ("6", "6", "6", "样本太少", "样本太少")),
        ("道路管理处", ("231", "232", "207", "92.8%", "88.2%")),
        ("没有派到单位的", ("8", "0", "0", "样本太少", "样本太少")),
    ]
    assert "按时 111，超期 10–14" in page
    assert "已停用" in page.partition("道路养护队")[2].partition("</tr>")[0]
    assert "未结束" not in page.partition('id="rows"')[2].partition("</table>")[0]


def test_page_table_and_answer_to_programs_say_the_same(app: Flask, counted: Counted) -> None:
    for month in ("2025-12", "2026-02", "2026-03"):
        page = list(rows_of(read(app, counted.slug, f"figures/units?month={month}")))
        table = table_of(read(app, counted.slug, f"figures/units.csv?month={month}"))
        told: dict[str, Any] = json.loads(read(app, counted.slug, f"figures/units.json?month={month}"))

        in_table = [(row["名称"].lstrip("'"), tuple(row[column] for column in PLAIN)) for row in table]
        fields = ("accepted", "dispatched", "concluded", "on_time_rate", "satisfied_rate")
        rows = told["months"][0]["rows"]
        in_answer = [(row["name"], tuple(row[field]["shown"] for field in fields)) for row in rows]
        assert sorted(page) == sorted(in_table) == sorted(in_answer)
        assert rows[0]["part"] == "whole"
        counts = [row[field] for row in rows for field in ("accepted", "dispatched", "on_time", "overdue", "satisfied")]
        assert not [each for each in counts if each["low"] == each["high"] and 0 < each["low"] < 5]
    assert {each["id"]: each["versions"] for each in told["definitions"]}["on_time_rate"] == {"按时": 1, "超期": 1}
    assert any(
        row["名称"] == "'=1+1 办公室" for row in table_of(read(app, counted.slug, "figures/units.csv?month=2026-02"))
    )
    whole_year = table_of(read(app, counted.slug, "figures/units.csv?month=all"))
    assert [row["期间"] for row in whole_year if row["范围"] == "合计"] == ["2025-12", "2026-01", "2026-02", "2026-03"]


def test_the_present_month_is_told_in_steps_beside_the_same_days_of_the_month_before(
    app: Flask, counted: Counted
) -> None:
    page = read(app, counted.slug, "figures")
    table = {row["期间"]: row for row in table_of(read(app, counted.slug, "figures.csv"))}
    told = json.loads(read(app, counted.slug, "figures.json"))

    cards = {
        label: re.sub(r"<[^>]+>", "|", card)
        for label, card in re.findall(r'<h2 id="f-\w+">(.*?)</h2>(.*?)</section>', page, re.DOTALL)
    }
    assert {label: card.split("|")[1] for label, card in cards.items()} == {
        "受理": "55+",
        "已派单": "35+",
        "已办": "10+",
        "按期率": "86.9%–92.8%",
        "满意率": "样本太少",
    }
    assert "比上月同期少约 390 件" in cards["受理"]
    assert "今天：20+" in cards["受理"]
    assert "与上月同期差不多" in cards["按期率"]
    assert "到期前已答复的答复时限件数（按时） ÷ 到期、结果已定的答复时限件数（按时＋超期）" in cards["按期率"]
    assert "计在时限到期之日" in cards["按期率"]
    assert "数据截至" in page
    assert (table["month"]["受理"], table["today"]["受理"], table["today"]["已派单"]) == ("55+", "20+", "少于 10")
    assert {row["period"]: row["accepted"]["shown"] for row in told["rows"]} == {
        period: row["受理"] for period, row in table.items()
    }
    present = read(app, counted.slug, "figures/units")
    assert dict(rows_of(present))[f"测试区 {counted.slug}"][0] == "55+"
    assert "2026年3月（未结束）" in present


def test_rows_are_sorted_by_what_is_told_narrowed_by_kind_and_followed_by_month(app: Flask, counted: Counted) -> None:
    def names(query: str) -> list[str]:
        page = read(app, counted.slug, f"figures/units?month=2026-02&{query}")
        return [name for name, _ in rows_of(page.partition('id="rows"')[2])]

    assert names("kind=street&sort=accepted") == ["第1街道", "第2街道", "第3街道"]
    assert names("kind=street&sort=on_time&order=up") == ["第1街道", "第2街道", "第3街道"]
    assert names("kind=street&sort=satisfied") == ["第1街道", "第2街道", "第3街道"]
    page = read(app, counted.slug, "figures/units?month=2026-02&sort=accepted&row=unit:street-2")
    months = page.partition('id="months"')[2]
    assert "第2街道：近 4 个月" in months
    assert re.findall(r'data-column="受理">(.*?)</td>', months) == ["少于 5", "45", "40"]
    assert months.count("<svg") == 2
    assert 'aria-sort="descending"' in page
    assert "order=up" in page


def test_a_month_that_is_not_there_is_refused_in_words(app: Flask, counted: Counted) -> None:
    for month, words in {
        "2026-04": "2026-04 还没有到，没有数据。请从 2025-12 到 2026-03 里选一个月。",
        "2025-11": "2025-11 的数据这里没有，最早的是 2025-12。",
        "2026年3月": "月份“2026年3月”看不懂",
    }.items():
        for path in ("figures/units", "figures/units.csv", "figures/units.json"):
            assert words in read(app, counted.slug, f"{path}?month={month}", status=422)


def test_a_city_shows_its_districts_as_they_show_themselves(app: Flask, counted: Counted) -> None:
    city = make_city(counted.installation, [counted.slug, make_district(counted.installation)])

    for month in ("2026-02", "2026-03"):
        ours = dict(rows_of(read(app, counted.slug, f"figures/units?month={month}")))[f"测试区 {counted.slug}"]
        page = read(app, city, f"figures/units?month={month}")
        rows = dict(rows_of(page))
        assert rows[f"测试区 {counted.slug}"] == rows[f"测试区 {city}"] == ours
        assert "这个月没有数据" in page
        assert "各区（市）县" in page
    assert re.search(r'<h2 id="f-accepted">受理</h2>\s*<b>55\+</b>', read(app, city, "figures"))


def test_more_units_and_months_cost_no_more_statements(app: Flask, counted: Counted) -> None:
    small = counted_district(counted.installation, {date(2026, 3, 2): {"roads": {"accepted": 9}}})
    for path, most in {"figures": 12, "figures/units?month=2026-03": 10, "figures/units.json?month=all": 10}.items():
        costs = []
        for slug in (small.slug, counted.slug):
            read(app, slug, path)
            with counted_statements(counted.installation) as statements:
                read(app, slug, path)
            costs.append(len(statements))
        assert costs[0] == costs[1] <= most, statements


def test_a_district_of_which_nothing_was_counted_says_so(app: Flask, installation: Installation) -> None:
    slug = make_district(installation)

    assert "这里还没有办理数据" in read(app, slug, "figures")
    assert "这个月还没有单位的数据" in read(app, slug, "figures/units")


def test_what_just_happened_is_small_and_settles(house: House) -> None:
    walk = Walk(house.installation, house.slug)
    walk.take_in()
    walk.dispatch(lead="roads")
    walk.sign()
    walk.reply()
    walk.pass_reply()
    walk.rate(satisfaction="dissatisfied")
    assert SETTLING in read(house.app, house.slug, "figures")

    refresh_all(house.installation, house.slug)

    page = read(house.app, house.slug, "figures/units")
    assert SETTLING not in page
    assert dict(rows_of(page))["道路管理处"] == ("少于 5", "少于 5", "少于 5", "样本太少", "样本太少")
    assert "满意 少于 5，不满意 少于 5" in page
