"""Limits are tightened time after time, each time with date and reason; a longer one has to be said."""

from datetime import date

import pytest

from core.hooks.values import Budget
from core.kit.trees import Node
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.limit_history import (
    LimitChange,
    LimitsLoosened,
    NoReasonForLimits,
    change_words,
    history_of,
    limit_changes,
    refuse_loosening,
)
from core.units.catalogue.rows import Row
from tests.duties.made_up import AREAS, MATTERS, make_catalogue

DAY = date(2026, 3, 1)
BEFORE = make_catalogue(
    Row(matter="1", lead="roads", limit=Budget("wd_eod", 5)),
    Row(matter="1.1", limit=Budget("wall", 86_400), on_site=Budget("wall", 3600)),
    Row(matter="2", lead="parks", limit=Budget("wd_eod", 2)),
)


def test_each_limit_that_comes_out_otherwise_is_an_entry() -> None:
    after = make_catalogue(
        Row(matter="1", lead="roads", limit=Budget("wd_eod", 3)),
        Row(matter="1.1", area="north", limit=Budget("wall", 7200)),
        Row(matter="2", lead="parks", limit=Budget("wd_eod", 2)),
    )

    changes = limit_changes(BEFORE, after, on=DAY, reason="第二轮压缩")

    assert changes == (
        LimitChange("1", None, "limit", Budget("wd_eod", 5), Budget("wd_eod", 3), DAY, "第二轮压缩"),
        LimitChange("1.1", "north", "limit", Budget("wall", 86_400), Budget("wall", 7200), DAY, "第二轮压缩"),
        LimitChange("1.1", "north", "on_site", Budget("wall", 3600), None, DAY, "第二轮压缩"),
        LimitChange("1.1", None, "limit", Budget("wall", 86_400), Budget("wd_eod", 3), DAY, "第二轮压缩"),
        LimitChange("1.1", None, "on_site", Budget("wall", 3600), None, DAY, "第二轮压缩"),
    )
    assert [change_words(change, after) for change in changes] == [
        "1 城市管理（全区）时限压缩 5个工作日 → 3个工作日",
        "1.1 城市管理 / 道路（北桥街道）时限压缩 24小时 → 2小时",
        "1.1 城市管理 / 道路（北桥街道）到场时限放宽 1小时 → 无",
        "1.1 城市管理 / 道路（全区）时限放宽 24小时 → 3个工作日",
        "1.1 城市管理 / 道路（全区）到场时限放宽 1小时 → 无",
    ]


def test_a_longer_limit_is_refused_unless_it_is_said() -> None:
    after = make_catalogue(*BEFORE.rows[:2], Row(matter="2", lead="parks", limit=Budget("wd_eod", 4)))
    changes = limit_changes(BEFORE, after, on=DAY, reason="人手不足")

    with pytest.raises(LimitsLoosened) as refused:
        refuse_loosening(changes, after)
    refuse_loosening(changes, after, allowed={("2", None)})

    assert refused.value.message == (
        "新版本放宽了时限：2 环境卫生（全区）时限放宽 2个工作日 → 4个工作日。"
        "时限只压缩不放宽；确需放宽的，请逐项注明后再发布。"
    )


def test_another_way_of_counting_is_no_tightening_unless_it_never_ends_later() -> None:
    after = make_catalogue(*BEFORE.rows[:2], Row(matter="2", lead="parks", limit=Budget("natural", 2)))
    changes = limit_changes(BEFORE, after, on=DAY, reason="统一计法")

    with pytest.raises(LimitsLoosened) as refused:
        refuse_loosening(changes, after)

    assert "时限改了计法，有时更长 2个工作日 → 2天" in refused.value.message


def test_a_matter_that_moves_has_another_limit_though_no_row_changed() -> None:
    moved = [Node("2.1", "垃圾", "1") if node.code == "2.1" else node for node in MATTERS]

    changes = limit_changes(BEFORE, Catalogue.of(moved, AREAS, BEFORE.rows), on=DAY, reason="调整归口")

    assert changes == (LimitChange("2.1", None, "limit", Budget("wd_eod", 2), Budget("wd_eod", 5), DAY, "调整归口"),)


def test_limits_do_not_change_without_a_reason_and_new_matters_have_no_history() -> None:
    after = make_catalogue(*BEFORE.rows[:2], Row(matter="2", lead="parks", limit=Budget("wd_eod", 1)))
    grown = Catalogue.of(
        (*MATTERS, Node("2.2", "公厕", "2")), AREAS, (*BEFORE.rows, Row(matter="2.2", limit=Budget("wall", 3600)))
    )

    with pytest.raises(NoReasonForLimits):
        limit_changes(BEFORE, after, on=DAY, reason=" ")
    assert limit_changes(BEFORE, grown, on=DAY, reason="") == ()


def test_the_history_of_a_matter_holds_that_of_the_matters_above_in_the_order_of_time() -> None:
    first = LimitChange("1", None, "limit", Budget("wd_eod", 10), Budget("wd_eod", 5), date(2025, 3, 1), "第一轮")
    second = LimitChange("1.1", None, "limit", Budget("wd_eod", 5), Budget("wall", 86_400), date(2025, 9, 1), "第二轮")
    other = LimitChange("2", None, "limit", Budget("wd_eod", 5), Budget("wd_eod", 2), date(2025, 6, 1), "第一轮")

    assert history_of([second, other, first], "1.1.1", BEFORE) == (first, second)
