"""A change is told in words: what it is called, what it was, what it becomes, and why a second person looks."""

from typing import Any

from core.hooks.settings import Difference, differences, read
from tests.hooks.schemas import CHOICES, EverySettings


def told(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    return differences(EverySettings, before, after, choices=CHOICES)


def test_nothing_changed_is_told_in_no_words() -> None:
    assert told({"days": 5, "words": ["倒塌"]}, {"days": 5, "words": ["倒塌"]}) == []
    settings = read(EverySettings, {"hotline": "12345"}, secrets={"token": "a"})
    assert differences(EverySettings, settings, settings) == []


def test_numbers_have_units_codes_have_names_and_switches_are_yes_or_no() -> None:
    before = {"days": 5, "share": 80, "ceiling": None, "remark": "", "direct": True, "mark_by": "share"}
    after = {"days": 7, "share": 85, "ceiling": 9, "remark": "见附件", "direct": False, "mark_by": "hours"}

    assert told({**before, "watcher": "jw"}, {**after, "watcher": "abolished"}) == [
        Difference("days", "答复时限", "5 个工作日", "7 个工作日"),
        Difference("share", "提醒比例", "80%", "85%"),
        Difference("ceiling", "每日上限", "空", "9 件"),
        Difference("remark", "备注", "空", "见附件"),
        Difference("direct", "直接分拨", "是", "否"),
        Difference("mark_by", "方式", "按比例", "按小时"),
        Difference("watcher", "监督单位", "纪委监委", "abolished", "accountability"),
    ]


def test_a_value_on_one_side_only_was_or_becomes_inherited() -> None:
    assert told({"days": 7}, {"direct": False}) == [
        Difference("days", "答复时限", "7 个工作日", "沿用"),
        Difference("direct", "直接分拨", "沿用", "否"),
    ]


def test_of_a_list_only_what_came_and_went_is_told() -> None:
    assert told({"words": ["倒塌", "漏电", "触电"]}, {"words": ["倒塌", "触电", "着火"]}) == [
        Difference("words", "关键词", "漏电（其余 2 项不变）", "着火（其余 2 项不变）")
    ]
    assert told({"words": ["倒塌"]}, {"words": ["倒塌", "着火"]}) == [
        Difference("words", "关键词", "其余 1 项不变", "着火（其余 1 项不变）")
    ]
    assert told({"words": ["倒塌", "漏电"]}, {"words": ["漏电", "倒塌"]}) == [
        Difference("words", "关键词", "倒塌、漏电", "漏电、倒塌")
    ]
    assert told({"words": ["倒塌"]}, {"words": []}) == [Difference("words", "关键词", "倒塌", "空")]
    assert told({"units": ["jw", "office"]}, {"units": ["jw", "street"]}) == [
        Difference("units", "参加单位", "区政府办公室（其余 1 项不变）", "石羊街道（其余 1 项不变）")
    ]


def test_a_row_put_in_between_changes_no_other() -> None:
    before = [{"at": 1}, {"at": 9}]
    after = [{"at": 1}, {"at": 4, "text": "请抓紧"}, {"at": 9}]

    assert told({"steps": before}, {"steps": after}) == [
        Difference("steps.1", "升级步骤 第 2 行", "没有", "提醒时间：4 个工作小时；文字：请抓紧")
    ]
    assert told({"steps": after}, {"steps": before}) == [
        Difference("steps.1", "升级步骤 第 2 行", "提醒时间：4 个工作小时；文字：请抓紧", "删去")
    ]


def test_a_changed_row_is_told_field_by_field_with_the_risk_of_what_it_holds() -> None:
    before = [{"at": 1, "recipients": [{"unit": "jw", "by": "sms"}]}]
    after = [{"at": 2, "recipients": [{"unit": "office", "by": "sms"}, {"unit": "jw", "by": "call"}]}]

    assert told({"steps": before}, {"steps": after}) == [
        Difference("steps.0.at", "升级步骤 第 1 行 提醒时间", "1 个工作小时", "2 个工作小时"),
        Difference(
            "steps.0.recipients.0.unit", "升级步骤 第 1 行 知会 第 1 行 单位", "纪委监委", "区政府办公室", "privacy"
        ),
        Difference(
            "steps.0.recipients.1", "升级步骤 第 1 行 知会 第 2 行", "没有", "单位：纪委监委；方式：电话", "privacy"
        ),
    ]


def test_rows_that_were_inherited_become_the_tenant_s_own() -> None:
    assert told({}, {"steps": [{"at": 1}, {"at": 2}]}) == [Difference("steps", "升级步骤", "沿用", "2 行")]
