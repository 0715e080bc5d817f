"""Settings are read as one unchangeable whole, or every problem is named with its field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from marshmallow import ValidationError

from core.hooks.settings import (
    Inherited,
    Line,
    MigrationFailed,
    Problem,
    Rows,
    Settings,
    SettingsInvalid,
    WorkDays,
    WorkHours,
    cross_check,
    inheritance,
    migrated,
    own_values,
    read,
)
from tests.hooks.schemas import EverySettings


class StepSettings(Settings):
    """A step."""

    at = WorkHours(min=1, max=9, required=True, title="时间")
    to = WorkHours(min=1, max=9, load_default=9, title="截止")

    @cross_check
    def forwards(self, values: Mapping[str, Any]) -> str | None:
        """Say that a step ends after it begins."""
        return "截止须晚于时间" if values["to"] < values["at"] else None


class LimitSettings(Settings):
    """Two limits and steps, checked against each other."""

    VERSION = 3

    simple = WorkDays(min=1, max=20, load_default=5, title="简单")
    complex = WorkDays(min=1, max=60, load_default=20, title="复杂")
    name = Line(longest=5, load_default="南", title="名称")
    steps = Rows(StepSettings, most=5, load_default=[], title="步骤")

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Version 1 said `days`; version 2 counted them as words."""
        if from_version < 2:
            values["simple"] = values.pop("days", 5)
        return {**values, "simple": int(values["simple"])}

    @cross_check
    def simple_first(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say that simple appeals take no longer than complex ones."""
        return {"simple": "不能长于复杂诉求"} if values["simple"] > values["complex"] else {}

    @cross_check
    def not_both(self, values: Mapping[str, Any]) -> str | None:
        """Say something of no single field."""
        if values.get("name") == "无":
            raise ValidationError("总要有个名称", "name")
        return "时限合计不能是 13" if values["simple"] + values["complex"] == 13 else None


def problems(values: Mapping[str, Any], schema: type[Settings] = LimitSettings) -> list[tuple[str, str]]:
    with pytest.raises(SettingsInvalid) as refused:
        read(schema, values, feature="test.limits")
    return [(problem.field, problem.message) for problem in refused.value.problems]


def test_settings_cannot_be_changed_by_who_gets_them() -> None:
    settings = read(EverySettings, {"hotline": "12345", "steps": [{"at": 2, "recipients": [{"unit": "jw"}]}]})

    assert settings["words"] == ("倒塌", "漏电")
    assert settings["steps"] == ({"at": 2, "text": "", "recipients": ({"unit": "jw", "by": "sms"},)},)
    assert isinstance(settings, MappingProxyType)
    assert isinstance(settings["steps"][0], MappingProxyType)
    assert isinstance(settings["steps"][0]["recipients"][0], MappingProxyType)


def test_what_was_read_can_be_read_again() -> None:
    settings = read(LimitSettings, {"steps": [{"at": 2}]})

    assert read(LimitSettings, settings) == settings


def test_every_problem_is_named_with_the_path_of_its_field() -> None:
    values = {
        "zip": 1,
        "steps": [{"at": 1}, {"at": 99, "then": 2}, {}],
        "simple": "五",
        "area": 1,
    }

    assert problems(values) == [
        ("simple", "请填写整数"),
        ("steps.1.at", "时间须在 1 到 9 个工作小时之间"),
        ("steps.1.then", "没有这一项设置"),
        ("steps.2.at", "必须填写"),
        ("area", "没有这一项设置"),
        ("zip", "没有这一项设置"),
    ]


def test_the_refusal_says_it_in_one_sentence() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read(LimitSettings, {"simple": 99, "nmae": "北"}, feature="test.limits")

    assert refused.value.code == "settings-invalid"
    assert refused.value.messages == {"simple": ["简单须在 1 到 20 个工作日之间"], "nmae": ["没有这一项设置"]}
    assert refused.value.problems[0] == Problem("simple", "简单须在 1 到 20 个工作日之间")
    assert refused.value.message == (
        "功能 test.limits 的设置有误。simple：简单须在 1 到 20 个工作日之间；nmae：没有这一项设置。请改正后再启用。"
    )


@pytest.mark.parametrize("values", [["simple"], "simple", 5, None])
def test_settings_that_are_no_names_with_values_are_refused(values: Any) -> None:
    assert problems(values) == [("", "设置应是一组名称和值")]


def test_names_that_are_no_words_are_unknown_too() -> None:
    assert problems({1: 2, None: 3}) == [("1", "没有这一项设置"), ("None", "没有这一项设置")]  # type: ignore[dict-item]


def test_a_check_across_fields_names_a_field_or_none() -> None:
    assert problems({"simple": 20, "complex": 10}) == [("simple", "不能长于复杂诉求")]
    assert problems({"simple": 3, "complex": 10}) == [("", "时限合计不能是 13")]
    assert problems({"name": "无"}) == [("name", "总要有个名称")]


def test_a_check_across_fields_is_made_although_another_field_is_wrong() -> None:
    assert problems({"simple": 20, "complex": 10, "name": "一二三四五六"}) == [
        ("simple", "不能长于复杂诉求"),
        ("name", "名称须为 1 到 5 个字"),
    ]


def test_a_check_that_needs_a_wrong_field_leaves_it_to_that_field() -> None:
    assert problems({"complex": "多"}) == [("complex", "请填写整数")]


def test_a_row_s_own_check_is_told_of_the_row() -> None:
    assert problems({"steps": [{"at": 1}, {"at": 5, "to": 2}]}) == [("steps.1", "截止须晚于时间")]


def test_a_check_across_fields_may_name_a_field_of_a_row() -> None:
    values = {"hotline": "12345", "steps": [{"at": 3}, {"at": 8}, {"at": 8}], "days": 99}

    assert problems(values, EverySettings) == [
        ("days", "答复时限须在 1 到 30 个工作日之间"),
        ("steps.2.at", "须晚于上一步"),
    ]


def test_a_check_may_say_several_things_of_a_field_and_of_what_it_holds() -> None:
    class TalkingSettings(Settings):
        """A check with much to say."""

        days = WorkDays(min=1, max=9, load_default=1, title="天数")
        steps = Rows(StepSettings, most=5, load_default=[{"at": 1}], title="步骤")

        @cross_check
        def of_all(self, values: Mapping[str, Any]) -> list[str]:
            return ["太多", "太少"]

        @cross_check
        def of_each(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
            return {"steps.0.at": "太早", "steps.0": ["不对"], "steps": "不全", "days": ["太短", "太长"]}

    said = problems({}, TalkingSettings)

    assert sorted(said) == [
        ("", "太多"),
        ("", "太少"),
        ("days", "太短"),
        ("days", "太长"),
        ("steps", "不全"),
        ("steps.0", "不对"),
        ("steps.0.at", "太早"),
    ]


def test_a_check_that_asks_for_what_is_not_declared_is_a_mistake_of_its_author() -> None:
    class WrongSettings(Settings):
        """A check with a typing mistake."""

        days = WorkDays(min=1, max=9, load_default=1, title="天数")

        @cross_check
        def mistaken(self, values: Mapping[str, Any]) -> str | None:
            return values["dyas"]

    with pytest.raises(KeyError, match="dyas"):
        read(WrongSettings, {})


def test_a_check_cannot_change_what_it_checks() -> None:
    class MeddlingSettings(Settings):
        """A check that writes."""

        days = WorkDays(min=1, max=9, load_default=1, title="天数")

        @cross_check
        def meddling(self, values: Any) -> str | None:
            values["days"] = 9
            return None

    with pytest.raises(TypeError):
        read(MeddlingSettings, {})


def test_a_tenant_inherits_the_city_s_preset_and_below_it_the_defaults() -> None:
    assert inheritance(LimitSettings, {"simple": "3", "steps": ({"at": 1},)}) == {
        "simple": Inherited(3, "city"),
        "complex": Inherited(20, "default"),
        "name": Inherited("南", "default"),
        "steps": Inherited([{"at": 1, "to": 9}], "city"),
    }
    assert "hotline" not in inheritance(EverySettings, {})
    assert "token" not in inheritance(EverySettings, {})


def test_a_preset_that_no_longer_fits_is_shown_as_it_is() -> None:
    assert inheritance(LimitSettings, {"simple": 99})["simple"] == Inherited(99, "city")


def test_a_revision_holds_only_what_differs_and_holds_it_plain() -> None:
    inherited = inheritance(LimitSettings, {"simple": 3})

    own = own_values(
        LimitSettings, {"simple": "3", "complex": "21", "name": " 南 ", "steps": ({"at": "2"},)}, inherited=inherited
    )

    assert own == {"complex": 21, "steps": [{"at": 2, "to": 9}]}


def test_own_values_are_checked_together_with_what_is_inherited() -> None:
    inherited = inheritance(LimitSettings, {"complex": 8})

    with pytest.raises(SettingsInvalid) as refused:
        own_values(LimitSettings, {"simple": 9}, inherited=inherited, feature="test.limits")

    assert refused.value.problems == [Problem("simple", "不能长于复杂诉求")]


def test_older_values_are_read_as_this_version_has_them() -> None:
    old = {"days": "4", "steps": [{"at": 1}]}

    assert migrated(LimitSettings, old, from_version=1) == {"simple": 4, "steps": [{"at": 1}]}
    assert old == {"days": "4", "steps": [{"at": 1}]}
    assert migrated(LimitSettings, {"simple": "6"}, from_version=2) == {"simple": 6}
    assert migrated(LimitSettings, MappingProxyType({"simple": 6}), from_version=3) == {"simple": 6}


def test_values_that_cannot_be_read_by_this_version_are_refused_in_words() -> None:
    with pytest.raises(MigrationFailed, match="第 4 版") as newer:
        migrated(LimitSettings, {}, from_version=4)
    with pytest.raises(MigrationFailed, match="未能转成第 3 版（ValueError）"):
        migrated(LimitSettings, {"simple": "六"}, from_version=2)

    assert newer.value.code == "settings-migration-failed"
