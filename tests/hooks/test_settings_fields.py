"""Every field takes what it should and refuses the rest in words an administrator reads."""

from typing import Any

import pytest
from marshmallow import fields

from core.hooks.settings import (
    ChannelChoice,
    Line,
    MatterChoice,
    Minutes,
    OneOf,
    Paragraph,
    Percent,
    RoleChoice,
    Rows,
    Secret,
    SettingField,
    Settings,
    SettingsInvalid,
    UnitChoice,
    Whole,
    Words,
    WorkDays,
    WorkHours,
    YesNo,
    read,
)

DAYS = WorkDays(min=1, max=20, load_default=5, title="答复时限")
PHONE = Line(
    longest=12, pattern="[0-9]{5,12}", pattern_says="号码须为 5 到 12 位数字", load_default="12345", title="号码"
)


class Pair(Settings):
    """Two columns."""

    name = Line(longest=5, required=True, title="名称")
    hours = WorkHours(min=1, max=9, load_default=3, title="小时")


def schema_of(field: SettingField) -> type[Settings]:
    return type("OneSettings", (Settings,), {"field": field})


def loaded(field: SettingField, value: Any) -> Any:
    return read(schema_of(field), {"field": value})["field"]


def complaints(field: SettingField, value: Any) -> Any:
    with pytest.raises(SettingsInvalid) as refused:
        read(schema_of(field), {"field": value})
    return refused.value.messages["field"]


@pytest.mark.parametrize("value", [7, "7", " 7 ", "７", "+7", "007"])
def test_a_number_may_come_from_a_form(value: Any) -> None:
    assert loaded(DAYS, value) == 7


@pytest.mark.parametrize("value", ["七", "7.0", 7.0, 7.5, True, "", "1e1", "7 天", [7], {}, "1_0", "2²", "9" * 5000])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    assert complaints(DAYS, value) == ["请填写整数"]


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        (DAYS, 0, "答复时限须在 1 到 20 个工作日之间"),
        (DAYS, "-1", "答复时限须在 1 到 20 个工作日之间"),
        (WorkHours(min=1, max=7, load_default=3, title="提前量"), 8, "提前量须在 1 到 7 个工作小时之间"),
        (Minutes(min=10, max=60, load_default=30, title="到场"), 9, "到场须在 10 到 60 分钟之间"),
        (Percent(load_default=85, title="底线"), 101, "底线须在 0 到 100% 之间"),
        (Whole(min=1, max=5, load_default=1, title="次数"), 6, "次数须在 1 到 5 之间"),
        (Whole(min=2, max=99, unit="人（户）", load_default=30, title="人数"), 1, "人数须在 2 到 99 人（户）之间"),
    ],
)
def test_a_number_out_of_range_is_told_the_range_with_its_unit(field: Whole, value: Any, complaint: str) -> None:
    assert complaints(field, value) == [complaint]


def test_nothing_is_not_a_value_unless_the_field_says_so() -> None:
    assert complaints(DAYS, None) == ["不能为空"]
    assert complaints(YesNo(load_default=True, title="直派"), None) == ["不能为空"]
    assert loaded(Whole(min=1, max=9, load_default=None, title="上限"), None) is None


def test_a_line_is_cut_of_the_spaces_around_it() -> None:
    assert loaded(Line(longest=5, load_default="a", title="名称"), " 　南河 \n") == "南河"


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("", "名称须为 1 到 5 个字"),
        ("   ", "名称须为 1 到 5 个字"),
        ("一二三四五六", "名称须为 1 到 5 个字"),
        ("字" * 1_000_000, "名称须为 1 到 5 个字"),
        (7, "请填写文字"),
        (b"12", "请填写文字"),
        (["南"], "请填写文字"),
        ("南\x00", "不能含有换行、控制字符或残缺的字符"),
        ("南\ud800", "不能含有换行、控制字符或残缺的字符"),
        ("南\n河", "不能含有换行、控制字符或残缺的字符"),
        ("南\u2028河", "不能含有换行、控制字符或残缺的字符"),
        ("南\u202e河", "不能含有换行、控制字符或残缺的字符"),
        ("<b>", "不能含有 HTML 标记"),
        ("</b>", "不能含有 HTML 标记"),
        ("<a/>南", "不能含有 HTML 标记"),
    ],
)
def test_a_line_takes_text_and_nothing_a_page_or_a_database_stumbles_over(value: Any, complaint: str) -> None:
    assert complaints(Line(longest=5, load_default="a", title="名称"), value) == [complaint]


@pytest.mark.parametrize("value", ["<3 天", "a<b", "1 > 0", "&amp;", "《条例》", "a@b.cn"])
def test_signs_that_are_no_tags_are_text(value: str) -> None:
    assert loaded(Line(longest=9, load_default="a", title="名称"), value) == value


@pytest.mark.parametrize("value", ["一二三", "1234", "1234567890123", "", "１２３４５", "12345<b>"])
def test_a_pattern_says_in_words_how_the_line_is_written(value: str) -> None:
    assert complaints(PHONE, value) == ["号码须为 5 到 12 位数字"]


def test_a_line_that_may_be_empty_is_told_only_its_length() -> None:
    field = Line(longest=5, shortest=0, load_default="", title="备注")

    assert loaded(field, " ") == ""
    assert complaints(field, "一二三四五六") == ["备注最多 5 个字"]


def test_a_paragraph_keeps_its_lines_as_one_kind_of_line() -> None:
    field = Paragraph(longest=20, load_default="a", title="函件")

    assert loaded(field, "\n一\r\n二\r\t三\n\n") == "一\n二\n\t三"
    assert complaints(field, "一\x0b二") == ["不能含有控制字符或残缺的字符"]
    assert complaints(field, "<script>x</script>") == ["不能含有 HTML 标记"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("yes", True), ("no", False), ("是", True), ("否", False), ("TRUE", True)],
)
def test_a_switch_is_yes_or_no(value: Any, expected: bool) -> None:
    assert loaded(YesNo(load_default=True, title="直派"), value) is expected


@pytest.mark.parametrize("value", ["也许", "", 1, 0, 2, [], ["yes"], {}])
def test_what_is_neither_yes_nor_no_is_refused(value: Any) -> None:
    assert complaints(YesNo(load_default=True, title="直派"), value) == ["请选择是或否"]


@pytest.mark.parametrize("value", ["mood", "", 1, ["share"], {}, "按比例"])
def test_one_of_a_few_is_one_of_them(value: Any) -> None:
    field = OneOf(choices={"share": "按比例", "hours": "按小时"}, load_default="share", title="提醒方式")

    assert loaded(field, "hours") == "hours"
    assert complaints(field, value) == ["请选择提醒方式"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("倒塌", ["请填写列表，每项一个词"]),
        ({"倒塌": 1}, ["请填写列表，每项一个词"]),
        (["倒塌", "塌", 7, "<i>x</i>"], {1: ["每个词须为 2 到 8 个字"], 2: ["请填写文字"], 3: ["不能含有 HTML 标记"]}),
        (["一二"] * 5, ["关键词最多 4 个词"]),
        ([], ["关键词至少 1 个词"]),
    ],
)
def test_words_are_a_list_and_each_is_judged(value: Any, expected: Any) -> None:
    field = Words(shortest=2, longest=8, least=1, most=4, load_default=["倒塌"], title="关键词")

    assert loaded(field, [" 漏电 ", "触电"]) == ("漏电", "触电")
    assert complaints(field, value) == expected


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (UnitChoice(load_default="a", title="单位"), "不是单位代码，请从单位名录中选择"),
        (MatterChoice(load_default="a", title="事项"), "不是事项代码，请从职责清单中选择"),
        (RoleChoice(load_default="a", title="角色"), "不是角色代码，请从角色表中选择"),
        (ChannelChoice(load_default="a", title="渠道"), "不是渠道代码，请从渠道表中选择"),
    ],
)
def test_what_the_tenant_has_is_named_by_its_code(field: SettingField, complaint: str) -> None:
    assert loaded(field, "hgc-sz.2") == "hgc-sz.2"
    for value in ("", "市政府 办公厅", 7, None.__class__, ["office"], "x" * 65, "a\x00"):
        assert complaints(field, value) == [complaint]


def test_a_choice_may_be_left_empty_where_the_field_says_so() -> None:
    assert loaded(UnitChoice(load_default="a", may_be_empty=True, title="单位"), "") == ""


def test_several_are_chosen_in_whatever_order_but_none_twice() -> None:
    field = UnitChoice(load_default=["a"], many=True, most=3, title="参加单位")

    assert loaded(field, ["b", "a"]) == ("a", "b")
    assert complaints(field, "a") == ["请填写列表，每项一个单位代码"]
    assert complaints(field, ["a", "b", "a"]) == {2: ["同一个单位选了两次"]}
    assert complaints(field, ["a", "b c"]) == {1: ["不是单位代码，请从单位名录中选择"]}
    assert complaints(field, ["a", "b", "c", "d"]) == ["参加单位最多选 3 个"]
    assert complaints(field, []) == ["参加单位至少选一个"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("南", ["请填写列表，每行一组设置"]),
        ({"南": 3}, ["请填写列表，每行一组设置"]),
        (["南"], {0: {"_schema": ["设置应是一组名称和值"]}}),
        ([{"name": "南"}, {}], {1: {"name": ["必须填写"]}}),
        (
            [{"name": "南", "hours": 10, "day": 1}],
            {0: {"hours": ["小时须在 1 到 9 个工作小时之间"], "day": ["没有这一项设置"]}},
        ),
        ([{"name": "南"}] * 3, ["步骤最多 2 行"]),
        ([], ["步骤至少 1 行"]),
    ],
)
def test_rows_are_judged_row_by_row(value: Any, expected: Any) -> None:
    field = Rows(Pair, least=1, most=2, load_default=[{"name": "北"}], title="步骤")

    assert loaded(field, [{"name": "南"}]) == ({"name": "南", "hours": 3},)
    assert complaints(field, value) == expected


def test_a_setting_always_has_a_value_or_must_be_given_one() -> None:
    with pytest.raises(TypeError, match="needs a load_default"):
        WorkDays(min=1, max=2, title="时限")
    with pytest.raises(ValueError, match="load_default"):
        WorkDays(min=1, max=2, title="时限", load_default=1, required=True)
    with pytest.raises(TypeError, match="no value that means nothing"):
        Line(longest=5, load_default=None, title="名称")
    with pytest.raises(TypeError, match="title"):
        Line(longest=5, load_default="a")  # type: ignore[call-arg]


def test_a_default_that_does_not_fit_is_noticed_when_it_is_read() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read(schema_of(WorkDays(min=1, max=2, load_default=5, title="时限")), {})

    assert refused.value.messages == {"field": ["时限须在 1 到 2 个工作日之间"]}


def test_a_form_can_be_made_of_every_field_or_it_is_none() -> None:
    with pytest.raises(TypeError, match=r"OneSettings\.field is no field of core\.hooks\.settings"):
        read(type("OneSettings", (Settings,), {"field": fields.Integer(load_default=1)}), {})
    with pytest.raises(TypeError, match="cannot be called remove"):
        Rows(type("Row", (Settings,), {"remove": DAYS}), most=2, load_default=[], title="步骤")
    with pytest.raises(TypeError, match="holds no secret"):
        Rows(type("Row", (Settings,), {"token": Secret(title="密钥")}), most=2, load_default=[], title="步骤")
    with pytest.raises(TypeError, match="needs a value"):
        OneOf(choices={"": "不发"}, load_default="", title="何时")
    with pytest.raises(TypeError, match="how the line is written"):
        Line(longest=5, pattern="[0-9]+", load_default="1", title="号码")
