"""Weights and thresholds as a page: last month before and after a draft, who crosses the line; weights of 101 are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from core.hooks.roster import Roster
from core.hooks.settings import migrated
from core.statistics.counting import CELLS, COUNTED
from core.statistics.periods import Month
from core.tenancy.scope import Installation
from core.units.queries import directory
from core.web import create_app
from plugins.nanhai.performance import PerformanceSettings
from tests.builders import BEIJING, make_district, make_installation
from tests.web.admin.drawing import administrator, drafted, rows_of

FORM = "/admin/features/nanhai.performance/settings"
COUNTS: Mapping[str, Mapping[str, int]] = {
    "roads": {"due_adjudicated": 50, "on_time_adjudicated": 50, "rated": 50, "satisfied": 45, "rated_adjudicated": 50}
    | {"satisfied_adjudicated": 40},
    "parks": {"due_adjudicated": 50, "on_time_adjudicated": 40, "rated": 40, "satisfied": 32, "rated_adjudicated": 50}
    | {"satisfied_adjudicated": 50},
    "desk": {"rated": 4, "satisfied": 1},
}
"""What last month counted of each unit: roads are punctual, parks are liked, of the desk nobody can tell."""


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture(scope="module")
def slug(installation: Installation) -> str:
    slug = make_district(installation, features={"nanhai.performance": {}, "chengdu.bulletin": {}})
    month = Month.of(datetime.now(UTC).astimezone(BEIJING).date()).previous
    with installation.scope(slug) as scope:
        for unit in directory(scope).units:
            row: dict[str, Any] = {**dict.fromkeys(COUNTED, 0), **COUNTS[unit.code]}
            row |= dict.fromkeys(("channel", "medium", "nature", "matter"), "") | {"appellant": "person"}
            row |= {"tenant_id": scope.tenant.id, "aspect": "unit", "day": month.first, "unit_id": unit.id}
            scope.session.execute(insert(CELLS).values(row))
    return slug


def test_last_month_is_scored_by_what_holds_and_by_a_draft_and_the_order_turns(
    installation: Installation, app: Flask, slug: str
) -> None:
    visitor = administrator(installation, app, slug)
    query = drafted(installation, slug, "nanhai.performance", {"on_time_weight": 20, "satisfied_weight": 80})

    held = visitor.get("/admin/evaluation").text
    tried = visitor.get(f"/admin/evaluation?{query}").text

    assert rows_of(held, "<h2>考核权重")[:3] == [
        ["按时办结", "60", "—", "年度绩效 ： 按时办结的分值 60 分"],
        ["群众满意", "40", "—", "年度绩效 ： 群众满意的分值 40 分"],
        ["超时", "—", "1", "年度绩效 ： 每超时一件扣 1 分"],
    ]
    assert rows_of(held, "各单位的得分</h3>") == [
        ["受理中心", "100.00", "1", "60.00", "40.00", "0.00", "0.00", "0.00"],
        ["道路管理处", "92.00", "2", "60.00", "32.00", "0.00", "0.00", "0.00"],
        ["园林管理处", "88.00", "3", "48.00", "40.00", "0.00", "0.00", "0.00"],
    ]
    assert rows_of(tried, "各单位的得分</h3>") == [
        ["受理中心", "100.00", "1", "100.00", "1", "不变"],
        ["园林管理处", "88.00", "3", "96.00", "2", "上升 1"],
        ["道路管理处", "92.00", "2", "84.00", "3", "下降 1"],
    ]


def test_who_crosses_the_line_by_a_draft_is_named_and_small_samples_are_not(
    installation: Installation, app: Flask, slug: str
) -> None:
    query = drafted(installation, slug, "chengdu.bulletin", {"floor": 95})
    page = administrator(installation, app, slug).get(f"/admin/evaluation?{query}").text

    assert "底线：现行 85.00%，草稿 95.00%" in page
    assert rows_of(page, "<h2>底线") == [
        ["园林管理处", "80.00%", "32/40", "低于底线", "低于底线", "不变"],
        ["道路管理处", "90.00%", "45/50", "达到", "低于底线", "变为低于底线"],
    ]
    assert "另有 1 个单位不足 30 件，不评判" in page


def test_weights_of_a_hundred_and_one_are_refused_in_words_beside_both_fields(
    installation: Installation, app: Flask, slug: str
) -> None:
    visitor = administrator(installation, app, slug)
    visitor.get(FORM)
    carried = {name: visitor.hidden(name) for name in ("base", "newest", "continues")}
    typed: dict[str, Any] = carried | {"f-on_time_weight": "61", "f-satisfied_weight": "40", "reason": "重视按时"}
    refused = visitor.post(FORM, **typed)

    words = "各项分值合计 101 分，应当正好是 100 分，多 1 分"
    assert refused.status_code == 422
    assert refused.text.count(words) == 4  # of each field in the summary and beside it
    assert 'value="61"' in refused.text
    assert "没有起草" not in visitor.get("/admin/evaluation").text


def test_weights_of_before_that_were_no_hundred_become_one_in_proportion() -> None:
    before = {"on_time_weight": 70, "satisfied_weight": 40, "case_loss": 10}

    assert migrated(PerformanceSettings, before, from_version=1) == {
        "on_time_weight": 64,
        "satisfied_weight": 36,
        "case_loss": 10,
    }
    assert migrated(PerformanceSettings, {"case_loss": 3}, from_version=1) == {"case_loss": 3}
