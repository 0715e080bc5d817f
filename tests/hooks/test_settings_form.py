"""An administrator sees what holds, where it comes from and what is wrong, and goes back to what is inherited."""

from typing import Any

import pytest

from core.conformance.drawn import html_of, sent_back
from core.hooks.settings import (
    FormError,
    FormField,
    FormModel,
    FormRows,
    Inherited,
    Option,
    Problem,
    SettingsInvalid,
    form_of,
    inheritance,
    read,
    row_button_pressed,
    values_from,
)
from tests.hooks.schemas import CHOICES, EverySettings

STEPS = [{"at": 2, "text": "", "recipients": [{"unit": "jw", "by": "sms"}]}, {"at": 8}]


def drawn(own: dict[str, Any], preset: dict[str, Any] | None = None, **more: Any) -> FormModel:
    return form_of(EverySettings, own, inherited=inheritance(EverySettings, preset or {}), choices=CHOICES, **more)


def fields_in(form: FormModel) -> dict[str, Any]:
    return {each.name: each for group in form.groups for each in group.fields}


def field(name: str, own: dict[str, Any], preset: dict[str, Any] | None = None, **more: Any) -> FormField:
    found = fields_in(drawn(own, preset, **more))[name]
    assert isinstance(found, FormField)
    return found


def rows(own: dict[str, Any], preset: dict[str, Any] | None = None, **more: Any) -> FormRows:
    found = fields_in(drawn(own, preset, **more))["steps"]
    assert isinstance(found, FormRows)
    return found


def posted(own: dict[str, Any], preset: dict[str, Any] | None = None, **typed: list[str]) -> dict[str, Any]:
    """Send the form back with these controls changed; an empty list unticks a box or takes a control away."""
    names = {name.replace("_", "-"): texts for name, texts in typed.items()}
    submitted = {**sent_back(html_of(drawn(own, preset))), **names}
    return values_from(EverySettings, {name: texts for name, texts in submitted.items() if texts})


def test_fields_stand_in_their_groups_in_the_order_of_the_schema() -> None:
    groups = {group.title: [each.name for each in group.fields] for group in drawn({}).groups}

    assert groups == {
        "时限": ["days", "minutes", "share", "ceiling"],
        "文字": ["name", "remark", "hotline", "letter", "words"],
        "选择": ["direct", "mark_by", "watcher", "told", "units", "matters", "role", "channel"],
        "步骤": ["steps"],
        "密钥": ["token"],
    }


def test_a_field_that_inherits_its_default_is_empty_and_says_what_holds() -> None:
    days = field("days", {})

    assert days == FormField(
        name="days",
        path="days",
        kind="whole",
        label="答复时限",
        help="次日起算",
        unit="个工作日",
        values=(),
        options=(),
        min=1,
        max=30,
        longest=None,
        required=False,
        is_inherited=True,
        inherited="默认 5 个工作日",
        words="5 个工作日",
        shown="",
        emptied=None,
        locked=False,
        risk="",
        affects="new",
        secret=None,
        errors=(),
    )


def test_a_field_of_its_own_still_says_what_it_would_inherit() -> None:
    days = field("days", {"days": 7}, {"days": 9})

    assert (days.values, days.is_inherited, days.words) == (("7",), False, "7 个工作日")
    assert days.inherited == "9 个工作日，继承自全市"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("share", "默认 80%"),
        ("ceiling", "默认 空"),
        ("remark", "默认 空"),
        ("direct", "默认 是"),
        ("mark_by", "默认 按比例"),
        ("watcher", "默认 纪委监委"),
        ("told", "默认 不设"),
        ("units", "默认 石羊街道"),
        ("words", "默认 倒塌、漏电"),
        ("steps", "默认 1 行"),
        ("hotline", ""),
        ("token", ""),
    ],
)
def test_what_is_inherited_is_said_with_names_and_units(name: str, words: str) -> None:
    assert fields_in(drawn({}))[name].inherited == words


def test_a_long_list_is_not_read_out_to_its_end() -> None:
    preset = {"words": [f"险情{number}号" for number in range(20)]}

    assert field("words", {}, preset).inherited == (
        "、".join(f"险情{number}号" for number in range(12)) + " 等 20 项，继承自全市"
    )


def test_what_must_be_given_is_required_until_the_city_gives_it() -> None:
    assert (field("hotline", {}).required, field("hotline", {}).is_inherited) == (True, False)
    assert field("hotline", {}, {"hotline": "81812345"}).required is False


def test_a_choice_begins_with_what_is_inherited_and_offers_what_the_tenant_has_of_that_kind() -> None:
    assert field("watcher", {}).options == (
        Option("", "沿用（默认 纪委监委）", True),
        Option("jw", "纪委监委", False),
    )
    assert field("told", {"told": "office"}, {"told": "jw"}).options == (
        Option("", "沿用（纪委监委，继承自全市）", False),
        Option("!none", "不设", False),
        Option("street", "石羊街道", False),
        Option("jw", "纪委监委", False),
        Option("office", "区政府办公室", True),
    )
    assert field("direct", {"direct": False}).options == (
        Option("", "沿用（默认 是）", False),
        Option("yes", "是", False),
        Option("no", "否", True),
    )
    unit = rows({"steps": STEPS}).rows[0].fields[2].rows[0].fields[0]  # type: ignore[union-attr]
    assert unit.options[0] == Option("", "请选择", False)  # type: ignore[union-attr]


def test_a_code_that_is_no_longer_there_stays_chosen_and_is_marked() -> None:
    assert field("watcher", {"watcher": "abolished"}).options[-1] == Option(
        "abolished", "abolished（已不在可选之列）", True
    )


def test_several_are_ticked_as_they_are_inherited() -> None:
    assert [option.value for option in field("units", {}, {"units": ["jw", "office"]}).options if option.selected] == [
        "jw",
        "office",
    ]


def test_an_empty_field_is_inherited_again() -> None:
    assert posted({"days": 7}, days=[""]) == {}
    assert posted({"name": "北河"}, name=[" "]) == {}
    assert posted({"words": ["触电"]}, words=["\r\n \r\n"]) == {}
    assert posted({"letter": "改"}, letter=[""]) == {}
    assert posted({"direct": False}, direct=[""]) == {}
    assert posted({"watcher": "office"}, watcher=[""]) == {}


def test_what_is_shown_for_editing_stays_inherited_until_it_is_edited() -> None:
    preset = {"words": ["触电"], "letter": "一\n二", "units": ["jw"], "steps": STEPS}

    assert posted({}, preset) == {}
    assert posted({}, preset, words=["触电\r\n漏电\r\n"]) == {"words": ["触电", "漏电"]}
    assert posted({}, preset, letter=["一\r\n三"]) == {"letter": "一\n三"}
    assert posted({}, preset, units=["jw", "street"]) == {"units": ["jw", "street"]}
    assert posted({}, preset, **{"steps-1-at": ["9"]})["steps"][1]["at"] == 9


def test_empty_on_purpose_is_not_inherited() -> None:
    preset = {"remark": "见附件", "ceiling": 50, "told": "jw", "units": ["jw"]}

    assert posted({}, preset, remark_none=["1"]) == {"remark": ""}
    assert posted({}, preset, ceiling_none=["1"]) == {"ceiling": None}
    assert posted({}, preset, words_none=["1"]) == {"words": []}
    assert posted({}, preset, units_none=["1"]) == {"units": []}
    assert posted({}, preset, told=["!none"]) == {"told": ""}
    assert posted({"words": ["触电"]}, words_none=["1"]) == {"words": []}


def test_what_is_typed_beside_the_box_for_empty_counts() -> None:
    preset = {"remark": "见附件"}

    assert posted({"remark": ""}, preset) == {"remark": ""}
    assert posted({"remark": ""}, preset, remark=["另函"]) == {"remark": "另函"}
    assert posted({"remark": ""}, preset, remark_none=[]) == {}


def test_the_box_for_empty_is_there_only_where_it_says_something() -> None:
    assert field("remark", {}).emptied is None
    assert field("remark", {}, {"remark": "见附件"}).emptied is not None
    assert field("name", {}, {"name": "北河"}).emptied is None
    assert field("matters", {}).emptied is None


def test_what_is_no_value_is_shown_again_as_it_was_typed() -> None:
    values = posted({}, days=["五"], hotline=["一二三"], **{"steps-0-at": ["晚"]})

    with pytest.raises(SettingsInvalid) as refused:
        read(EverySettings, values)
    form = drawn(values, errors=refused.value.problems)

    assert values == {"days": "五", "hotline": "一二三", "steps": [{"at": "晚", "text": "", "recipients": []}]}
    assert fields_in(form)["days"].values == ("五",)
    assert fields_in(form)["days"].errors == ("请填写整数",)
    assert fields_in(form)["steps"].rows[0].fields[0].values == ("晚",)
    assert form.errors == (
        FormError("days", "答复时限", "请填写整数"),
        FormError("hotline", "热线号码", "热线号码须为 5 到 12 位数字"),
        FormError("steps-0-at", "升级步骤 第 1 行 提醒时间", "请填写整数"),
    )


def test_errors_stand_on_top_in_the_order_of_the_fields_and_name_their_control() -> None:
    problems = [
        Problem("", "合计不对"),
        Problem("steps.1.recipients.0.unit", "必须填写"),
        Problem("steps.1", "20 个工作小时以后请打电话"),
        Problem("steps", "太少"),
        Problem("words.1", "每个词须为 2 到 8 个字"),
        Problem("words.0", "不能含有 HTML 标记"),
        Problem("area", "没有这一项设置"),
    ]
    steps = [{"at": 3}, {"at": 21, "recipients": [{}]}]

    form = drawn({"steps": steps, "words": ["<b>", "塌"]}, errors=problems)

    assert form.errors == (
        FormError("words", "关键词", "第 1 项：不能含有 HTML 标记"),
        FormError("words", "关键词", "第 2 项：每个词须为 2 到 8 个字"),
        FormError("steps", "升级步骤", "太少"),
        FormError("steps-1", "升级步骤 第 2 行", "20 个工作小时以后请打电话"),
        FormError("steps-1-recipients-0-unit", "升级步骤 第 2 行 知会 第 1 行 单位", "必须填写"),
        FormError("", "", "合计不对"),
        FormError("", "area", "没有这一项设置"),
    )


def test_a_locked_field_shows_what_the_city_set_and_cannot_be_typed_into() -> None:
    own, preset = {"days": 7, "steps": STEPS}, {"days": 9}

    days, steps = (fields_in(drawn(own, preset, locked={"days", "steps"}))[name] for name in ("days", "steps"))

    assert (days.locked, days.values, days.words) == (True, (), "9 个工作日")
    assert (steps.locked, steps.add, steps.inherit, steps.rows[0].remove) == (True, "", "", "")
    assert steps.rows[0].fields[0].words == "3 个工作小时"
    assert sent_back(html_of(drawn(own, preset, locked={"days", "steps"}))).keys().isdisjoint({"days", "steps-row"})


def test_rows_are_added_removed_and_moved_by_plain_buttons() -> None:
    three = {"steps": [{"at": 1}, {"at": 2}, {"at": 3}]}

    def hours(button: str) -> list[Any]:
        return [row.get("at") for row in posted(three, **{button: [""]})["steps"]]

    assert hours("steps-add") == [1, 2, 3, None]
    assert hours("steps-1-remove") == [1, 3]
    assert hours("steps-2-up") == [1, 3, 2]
    assert hours("steps-0-down") == [2, 1, 3]
    assert hours("steps-0-up") == [1, 2, 3]
    assert posted(three, **{"steps-inherit": [""]}) == {}


def test_rows_within_rows_have_their_own_buttons() -> None:
    changed = posted({"steps": STEPS}, **{"steps-0-recipients-add": [""]})

    assert changed["steps"][0]["recipients"] == [{"unit": "jw", "by": "sms"}, {}]
    assert changed["steps"][1] == {"at": 8}


def test_the_last_row_of_its_own_may_go() -> None:
    assert posted({"steps": [{"at": 1}]}, **{"steps-0-remove": [""]}) == {"steps": []}
    assert posted({"steps": []}) == {"steps": []}


def test_the_buttons_are_there_where_they_do_something() -> None:
    steps = rows({"steps": [{"at": number} for number in range(4)]})

    assert (steps.add, steps.inherit) == ("", "steps-inherit")
    assert [(row.up, row.down, row.remove) for row in steps.rows] == [
        ("", "steps-0-down", "steps-0-remove"),
        ("steps-1-up", "steps-1-down", "steps-1-remove"),
        ("steps-2-up", "steps-2-down", "steps-2-remove"),
        ("steps-3-up", "", "steps-3-remove"),
    ]
    assert (rows({}).add, rows({}).inherit) == ("steps-add", "")


@pytest.mark.parametrize(
    ("name", "pressed"),
    [
        ("steps-add", True),
        ("steps-inherit", True),
        ("steps-1-remove", True),
        ("steps-1-up", True),
        ("steps-1-recipients-0-down", True),
        ("steps-1-recipients-add", True),
        ("steps-1-at", False),
        ("days-add", False),
        ("token-remove", False),
        ("add", False),
    ],
)
def test_a_row_button_is_told_from_saving(name: str, pressed: bool) -> None:
    assert row_button_pressed(EverySettings, {name: [""], "csrf_token": ["x"]}) is pressed


@pytest.mark.parametrize(
    "submitted",
    [
        {"steps-row": ["", "0", "x", "-1", "9" * 50, "0", "²"], "steps-0-at": ["3"]},
        {"steps-row": ["0"], "steps-0-at": ["3", "4"], "steps-7-at": ["9"]},
        {"steps-row": ["", "0"], "steps-0-at": ["3"], "steps-shown": ["inherited:forged"], "steps-5-remove": [""]},
    ],
)
def test_a_form_that_was_tampered_with_gives_no_more_than_its_rows(submitted: dict[str, list[str]]) -> None:
    assert values_from(EverySettings, submitted) == {"steps": [{"at": 3}]}


def test_more_rows_than_there_may_be_are_cut_and_still_refused() -> None:
    values = values_from(EverySettings, {"steps-row": [str(number) for number in range(9999)]})

    assert len(values["steps"]) == 5
    with pytest.raises(SettingsInvalid, match="升级步骤最多 4 行"):
        read(EverySettings, {"hotline": "12345", **values})


def test_values_of_wrong_types_can_be_drawn_too() -> None:
    junk = {name: {"a": [1]} for name in ("days", "name", "letter", "words", "direct", "mark_by", "units", "steps")}

    assert drawn({**junk, "told": 7, "matters": "N0101", "words": [1, None]}).errors == ()
    assert form_of(EverySettings, {"steps": ["x", None]}, inherited={"days": Inherited(None, "city")}).errors == ()
