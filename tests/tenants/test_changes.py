"""What applying a profile would change, told in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.areas.gazetteer import Gazetteer
from core.areas.tree import Area
from core.hooks.values import Budget
from core.routing.ruleset.reading import read_rules
from core.routing.ruleset.writing import dump_rules
from core.units.editing import UnitsUnusable
from core.workdays.declaration import DeclaredCalendar, parse_workdays
from core.workdays.specification import DatedDay, DayKind
from tenants.changes import Change, changes
from tenants.duties import catalogue_of
from tenants.merging import merged_calendar
from tenants.profile import Profile, read_profile
from tenants.routing import RoutingState, told_by
from tenants.stored import State, UnitState
from tenants.units import UnitFact
from tests.tenants.making import RULES, make_folder


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return read_profile(make_folder(tmp_path))


def stored_as(profile: Profile) -> State:
    """Return the state of a tenant to which the profile has been applied."""
    units = {unit.code: UnitState.of(unit) for unit in profile.units}
    return State(
        units=units,
        declared_units=units,
        routing=RoutingState(1, duty_list=catalogue_of(profile.duties), told=told_by(profile)),
        features=tuple((name, profile.settings.get(name, {})) for name in profile.features),
        calendar=parse_workdays(profile.calendar_toml),
        declared_calendar=parse_workdays(profile.calendar_toml),
    )


def sentences(state: State, profile: Profile) -> list[str]:
    return [change.sentence for change in changes(state, profile)]


def test_a_new_tenant_is_told_item_by_item(profile: Profile) -> None:
    assert sentences(State(), profile) == [
        "新增单位 派单台",
        "新增单位 东街街道办事处",
        "新增单位 城市管理科",
        "新增事项 01 市政",
        "新增事项 D01 市政 / 路面破损",
        "新增事项 D02 市政 / 路灯",
        "新增事项 02 政务",
        "新增事项 D03 政务 / 咨询",
        "新增一行 D01 市政 / 路面破损（全区）：主办单位 城市管理科，协办单位 派单台、东街街道办事处，"
        "关键词 路面坑洼、坑洞，时限 24小时，到场时限 1小时，法律依据 《城市道路管理条例》，处置标准 修补平整，"
        "受理指引 问清路名和坑洞大小",
        "新增一行 D02 市政 / 路灯（全区）：主办单位 城市管理科，关键词 路灯不亮，时限 5个工作日",
        "新增一行 D03 政务 / 咨询（全区）：主办单位 派单台",
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

    told = {code: unit for code, unit in units.items() if unit.active}

    assert sentences(replace(before, units=units, declared_units=told), profile) == [
        "单位 旧派单台 更名为 派单台",
        "改电话 派单台：无 → 138 0000 0001",
        "改邮箱 派单台：old@xinqu.example → desk@xinqu.example",
        "恢复单位 东街街道办事处",
        "改单位类别 城市管理科：district_department → section",
        "改上级 城市管理科：无 → 东街街道办事处",
        "停用单位 旧单位",
    ]


def test_what_administrators_changed_of_units_stays_where_the_file_says_no_more_than_before(profile: Profile) -> None:
    before = stored_as(profile)
    units = {
        "desk": replace(before.units["desk"], name="接诉即办中心"),
        "street": replace(before.units["street"], phone="0755 1"),
        "street-cg": replace(before.units["street-cg"], active=False),
        "own": UnitState("新设科室", "section", "street"),
    }
    changed = replace(before, units=units)
    street = replace(profile.units[1], mail="street@xinqu.example")

    assert sentences(changed, profile) == []
    assert sentences(changed, replace(profile, units=(profile.units[0], street, profile.units[2]))) == [
        "改邮箱 东街街道办事处：无 → street@xinqu.example"
    ]


def test_a_file_that_goes_against_what_administrators_changed_is_refused_in_words(profile: Profile) -> None:
    before = stored_as(profile)
    units = {**before.units, "desk": replace(before.units["desk"], parent="street-cg")}
    moved = (profile.units[0], replace(profile.units[1], parent="desk"), profile.units[2])

    with pytest.raises(UnitsUnusable, match="绕成了圈"):
        sentences(replace(before, units=units), replace(profile, units=moved))


def test_a_unit_with_tasks_in_hand_is_not_switched_off_yet(profile: Profile) -> None:
    before = stored_as(profile)
    units = {
        **before.units,
        "old": UnitState("旧单位", "street", None),
        "older": UnitState("更旧的单位", "street", None, active=False),
        "old-desk": UnitState("旧派单台", "dispatch_desk", None),
    }
    in_hand = {"street": 1, "old": 2, "older": 4, "old-desk": 8}

    told = {code: unit for code, unit in units.items() if unit.active}

    assert changes(replace(before, units=units, declared_units=told, in_hand=in_hand), profile) == [
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

    assert changes(replace(before, units=units, declared_units=units, in_hand={"street": 2}), profile) == [
        Change("改移交对象 城市管理科：dongqu → 无"),
        Change("暂不改移交对象 东街街道办事处：还有 2 件移交在办；请先办结或改派，再应用一次", waits=True),
    ]


def test_a_list_that_the_files_say_otherwise_than_before_is_told_against_the_one_in_force(profile: Profile) -> None:
    before = stored_as(profile)
    first, second, third = profile.duties
    by_other_means = catalogue_of([replace(first, lead="desk", limit=Budget("wd_eod", 2), co=()), second])
    routing = RoutingState(4, duty_list=by_other_means, told=told_by(profile))
    changed = replace(profile, duties=(first, replace(third, standard="当日答复")))

    assert sentences(replace(before, routing=routing), profile) == []
    assert sentences(replace(before, routing=routing), changed) == [
        "新增事项 02 政务",
        "新增事项 D03 政务 / 咨询",
        "删去事项 D02 市政 / 路灯",
        "改主办单位 D01 市政 / 路面破损（全区）：派单台 → 城市管理科",
        "改协办单位 D01 市政 / 路面破损（全区）：未写 → 派单台、东街街道办事处",
        "改时限 D01 市政 / 路面破损（全区）：2个工作日 → 24小时",
        "新增一行 D03 政务 / 咨询（全区）：主办单位 派单台，处置标准 当日答复",
    ]


def test_a_list_that_the_files_took_over_is_theirs_from_then_on(profile: Profile) -> None:
    shorter = replace(profile, duties=profile.duties[:1])
    routing = RoutingState(4, duty_list=catalogue_of(shorter.duties), told=told_by(profile))

    assert sentences(replace(stored_as(profile), routing=routing), shorter) == [
        "职责清单与现行的相同，记为出自区配置文件"
    ]


def test_rules_are_told_one_by_one_where_the_files_say_them_otherwise(profile: Profile) -> None:
    before = stored_as(profile)
    ruled = replace(profile, rules=read_rules(RULES))
    stored = replace(
        before.routing,
        settings=dump_rules(read_rules(RULES.replace('"priority": 10', '"priority": 20'))),
        told=told_by(ruled) | {"rules": "others"},
    )

    def told(state: State, wanted: Profile) -> list[str]:
        return [sentence.partition("：")[0] for sentence in sentences(state, wanted)]

    changed = replace(before, routing=stored)
    assert told(before, ruled) == told(changed, ruled) == told(changed, profile)
    assert told(before, ruled) == ["派单规则 规则“用电险情”（r-power）"]
    assert sentences(changed, profile)[0].endswith(" → 删去")
    assert sentences(replace(before, routing=replace(stored, told=told_by(ruled))), ruled) == []


def test_other_areas_are_told_and_the_rows_stay_those_in_force(profile: Profile) -> None:
    gazetteer = Gazetteer.of([Area("xq", "新区", None, "district"), Area("east", "东街街道", "xq", "street", "street")])
    before = stored_as(profile)
    routing = replace(before.routing, duty_list=catalogue_of(profile.duties[:1]))

    assert sentences(replace(before, routing=routing), replace(profile, gazetteer=gazetteer)) == [
        "地名库改为 2 个区域、0 个地名"
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


def test_days_and_hours_that_were_put_in_otherwise_stay_when_the_file_changes_its_hours(profile: Profile) -> None:
    before = stored_as(profile)
    assert before.calendar is not None
    typhoon = DatedDay(date(2026, 9, 24), DayKind.REST, "台风停工")
    changed = replace(before, calendar=DeclaredCalendar("夏历", replace(before.calendar.spec, days=(typhoon,))))
    longer = replace(profile, calendar_toml=profile.calendar_toml.replace("18:00", "19:00"))

    assert sentences(changed, profile) == []
    merged = merged_calendar(changed, longer)

    assert (merged.name, merged.spec.days) == ("夏历", (typhoon,))
    assert merged.spec.hours == parse_workdays(longer.calendar_toml).spec.hours


def test_a_unit_fact_says_where_it_belongs() -> None:
    assert UnitState.of(UnitFact("a", "甲", "street", None)) == UnitState("甲", "street", None)
