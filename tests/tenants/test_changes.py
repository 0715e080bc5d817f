"""What applying a profile would change, told in words."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.hooks.values import Budget
from core.workdays.declaration import parse_workdays
from tenants.changes import Change, budget_words, changes
from tenants.profile import Profile, read_profile
from tenants.stored import DutyState, State, UnitState
from tenants.units import UnitFact
from tests.tenants.making import make_folder


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return read_profile(make_folder(tmp_path))


def stored_as(profile: Profile) -> State:
    """Return the state of a tenant to which the profile has been applied."""
    return State(
        units={unit.code: UnitState.of(unit) for unit in profile.units},
        duties={duty.code: DutyState.of(duty) for duty in profile.duties},
        features=tuple((name, profile.settings.get(name, {})) for name in profile.features),
        calendar=parse_workdays(profile.calendar_toml),
    )


def sentences(state: State, profile: Profile) -> list[str]:
    return [change.sentence for change in changes(state, profile)]


def test_a_new_tenant_is_told_item_by_item(profile: Profile) -> None:
    assert sentences(State(), profile) == [
        "新增单位 派单台",
        "新增单位 东街街道办事处",
        "新增单位 城市管理科",
        "新增事项 D01 市政/路面破损",
        "新增事项 D02 市政/路灯",
        "新增事项 D03 政务/咨询",
        "启用功能 city.light",
        "启用工作日历 工作日历",
    ]


def test_nothing_changes_when_all_is_as_declared(profile: Profile) -> None:
    assert sentences(stored_as(profile), profile) == []


def test_units_are_renamed_moved_switched_off_and_back_on(profile: Profile) -> None:
    before = stored_as(profile)
    units = {
        "desk": replace(before.units["desk"], name="旧派单台", phone="", mail="old@xinqu.example"),
        "street": replace(before.units["street"], active=False),
        "street-cg": replace(before.units["street-cg"], parent=None, kind="district_department"),
        "old": UnitState("旧单位", "street", None),
        "older": UnitState("更旧的单位", "street", None, active=False),
    }

    assert sentences(replace(before, units=units), profile) == [
        "单位 旧派单台 更名为 派单台",
        "改电话 派单台：无 → 138 0000 0001",
        "改邮箱 派单台：old@xinqu.example → desk@xinqu.example",
        "恢复单位 东街街道办事处",
        "改单位类别 城市管理科：district_department → section",
        "改上级 城市管理科：无 → 东街街道办事处",
        "停用单位 旧单位",
    ]


def test_a_unit_with_tasks_in_hand_is_not_switched_off_yet(profile: Profile) -> None:
    before = stored_as(profile)
    units = {
        **before.units,
        "old": UnitState("旧单位", "street", None),
        "older": UnitState("更旧的单位", "street", None, active=False),
        "old-desk": UnitState("旧派单台", "dispatch_desk", None),
    }
    in_hand = {"street": 1, "old": 2, "older": 4, "old-desk": 8}

    assert changes(replace(before, units=units, in_hand=in_hand), profile) == [
        Change("改单位类别 旧派单台：dispatch_desk → section，派单台只能有一个"),
        Change("暂不停用单位 旧单位：手上还有 2 件承办任务；请先办结或改派，再应用一次", waits=True),
        Change("暂不停用单位 旧派单台：手上还有 8 件承办任务；请先办结或改派，再应用一次", waits=True),
    ]


def test_a_unit_with_referrals_under_way_goes_on_standing_for_its_tenant(profile: Profile) -> None:
    before = stored_as(profile)
    units = {
        **before.units,
        "street": replace(before.units["street"], tenant="dongqu"),
        "street-cg": replace(before.units["street-cg"], tenant="dongqu"),
    }

    assert changes(replace(before, units=units, in_hand={"street": 2}), profile) == [
        Change("改移交对象 城市管理科：dongqu → 无"),
        Change("暂不改移交对象 东街街道办事处：还有 2 件移交在办；请先办结或改派，再应用一次", waits=True),
    ]


def test_items_of_the_duty_list_change_field_by_field(profile: Profile) -> None:
    before = stored_as(profile)
    duties = {
        "D01": replace(
            before.duties["D01"],
            limit=Budget("wd_eod", 2),
            on_site=None,
            lead="desk",
            co=("old",),
            keywords=("坑",),
            legal_basis="",
            guide="",
        ),
        "D02": replace(before.duties["D02"], active=False, standard="亮灯"),
        "D03": before.duties["D03"],
        "D04": DutyState("市政", "井盖", (), "desk", (), None, None, "", ""),
    }
    units = {**before.units, "old": UnitState("旧单位", "street", None, active=False)}

    assert sentences(replace(before, units=units, duties=duties), profile) == [
        "改关键词 D01 市政/路面破损：坑 → 路面坑洼、坑洞",
        "改主办 D01 市政/路面破损：派单台 → 城市管理科",
        "改协办 D01 市政/路面破损：旧单位 → 派单台、东街街道办事处",
        "改时限 D01 市政/路面破损：2 个工作日 → 24 小时",
        "改到场时限 D01 市政/路面破损：无 → 1 小时",
        "改法律依据 D01 市政/路面破损：无 → 《城市道路管理条例》",
        "改受理指引 D01 市政/路面破损：无 → 问清路名和坑洞大小",
        "恢复事项 D02 市政/路灯",
        "改处置标准 D02 市政/路灯：亮灯 → 无",
        "停用事项 D04 市政/井盖",
    ]


def test_features_are_switched_on_off_set_and_ordered(profile: Profile) -> None:
    before = stored_as(profile)
    wanted = replace(profile, features=("b", "a", "city.light"), settings={"city.light": {"yellow_hours": 2}})
    stored: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("a", {}),
        ("city.light", {"yellow_hours": 3}),
        ("b", {}),
        ("c", {}),
    )

    assert sentences(replace(before, features=stored), wanted) == [
        "改设置 city.light：{'yellow_hours': 3} → {'yellow_hours': 2}",
        "关闭功能 c",
        "改功能次序：b、a、city.light",
    ]


def test_a_changed_calendar_is_a_new_version(profile: Profile) -> None:
    summer = profile.calendar_toml.replace("09:00-12:00", "08:30-12:00").replace("工作日历", "夏季日历")

    assert sentences(stored_as(profile), replace(profile, calendar_toml=summer)) == [
        "工作日历 夏季日历 发布新版本，受影响的时限随之变动",
        "工作日历 工作日历 更名为 夏季日历",
    ]


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget("wall", 24 * 3600), "24 小时"),
        (Budget("wall", 90 * 60), "90 分钟"),
        (Budget("ws", 14 * 3600), "14 个工作小时"),
        (Budget("ws", 30 * 60), "30 工作分钟"),
        (Budget("wd_eod", 5), "5 个工作日"),
        (Budget("wd_same", 5), "5 个工作日（到同一钟点）"),
        (Budget("natural", 7), "7 天"),
    ],
)
def test_budgets_are_said_as_people_say_them(budget: Budget, words: str) -> None:
    assert budget_words(budget) == words


def test_a_unit_fact_says_where_it_belongs() -> None:
    assert UnitState.of(UnitFact("a", "甲", "street", None)) == UnitState("甲", "street", None)
