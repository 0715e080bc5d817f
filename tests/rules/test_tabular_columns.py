"""Columns are recognised by the names that people give them, or by what we are told."""

import pytest

from core.intake.columns import MissingColumn, UnknownColumn, UnknownField, is_header, recognise


def fields_of(*names: str, **told: str) -> dict[str, str]:
    """Return which column each field is read from."""
    columns = recognise(names, told)
    return {field: columns.name(field) for field in columns.places}


def test_chinese_and_english_names_are_known() -> None:
    assert fields_of("编号", "标题", "提交时间", "诉求内容", "答复", "答复时间", "电话") == {
        "text": "诉求内容",
        "title": "标题",
        "submitted_at": "提交时间",
        "reply": "答复",
        "replied_at": "答复时间",
        "source_id": "编号",
        "phone": "电话",
    }
    assert fields_of("source_id", "title", "submitted_at", "content", "reply", "replied_at") == {
        "text": "content",
        "title": "title",
        "submitted_at": "submitted_at",
        "reply": "reply",
        "replied_at": "replied_at",
        "source_id": "source_id",
    }


def test_width_case_blanks_and_remarks_do_not_matter() -> None:
    assert fields_of("诉求内容（必填）", "* 提交时间：", "Source ID") == {
        "text": "诉求内容（必填）",
        "submitted_at": "* 提交时间：",
        "source_id": "Source ID",
    }


def test_the_surer_name_wins_and_the_other_is_named_as_unknown() -> None:
    columns = recognise(("内容", "诉求内容", "点赞数", ""), {})

    assert columns.cell(("甲", "乙", "3"), "text") == "乙"
    assert columns.unknown == ("内容", "点赞数")


def test_what_we_are_told_overrides_the_names() -> None:
    assert fields_of("内容", "正文列", "渠道", text="正文列", channel="") == {"text": "正文列"}
    assert fields_of("内容", "正文列", 诉求内容="正文列") == {"text": "正文列"}


def test_a_table_without_text_is_refused_with_its_columns_and_the_way_out() -> None:
    with pytest.raises(MissingColumn) as refused:
        recognise(("单号", "说了什么"), {})

    assert refused.value.message == ("没有认出哪一列是诉求内容。表中的列：单号、说了什么。请用 --map text=列名 指明。")


def test_history_needs_the_time_of_submission() -> None:
    with pytest.raises(MissingColumn) as refused:
        recognise(("内容",), {}, needed=("text", "submitted_at"))

    assert refused.value.message == ("没有认出哪一列是提交时间。表中的列：内容。请用 --map submitted_at=列名 指明。")


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownColumn) as refused:
        recognise(("内容", "时间"), {"text": "正文"})

    assert refused.value.message == "表中没有名为“正文”的列。表中的列：内容、时间。请改正 --map。"


def test_a_field_that_appeals_do_not_have_is_refused() -> None:
    with pytest.raises(UnknownField):
        recognise(("内容",), {"颜色": "内容"})


def test_a_header_is_recognised_by_the_text_or_by_a_column_we_are_told() -> None:
    assert is_header(("编号", "诉求内容"), {})
    assert not is_header(("编号", "正文列"), {})
    assert is_header(("编号", "正文列"), {"text": "正文列"})
