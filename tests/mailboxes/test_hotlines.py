"""81 hotlines under one number: the list of them, the old number on the ticket, and the month by old number."""

import pytest

from core.journey.lists import ListUnusable
from core.journey.queries.ways import accepted_by_source
from core.kit.lists import ListPut
from tests.mailboxes.conftest import Lists

HOTLINES = [(f"96{number:03}", f"第 {number} 条热线", "", "2017-03-01") for number in range(81)]


def test_81_hotlines_are_merged_and_every_call_is_counted_by_its_old_number(lists: Lists) -> None:
    assert lists.put_hotlines(HOTLINES) == ListPut(81, 0, 0, 0)
    assert lists.put_hotlines(HOTLINES) == ListPut(0, 0, 0, 81)
    for source in ("96007", "96007", "96080", "12333", ""):
        lists.walk.take_in(channel="hotline", source=source, text=f"经{source}打来的一件事")

    told = accepted_by_source(lists.walk.installation, lists.walk.slug, "2026-03")

    assert len(told) == 83
    assert [(line.way, line.name, line.n) for line in (*told[:2], *told[-2:])] == [
        ("96007", "第 7 条热线", 2),
        ("96080", "第 80 条热线", 1),
        ("12333", "", 1),
        ("", "没有写明来源", 1),
    ]
    assert lists.put_hotlines(HOTLINES[:80]) == ListPut(0, 0, 1, 80)


def test_what_is_no_number_or_stands_there_twice_is_refused_by_row(lists: Lists) -> None:
    with pytest.raises(ListUnusable) as refused:
        lists.put_hotlines([("96001", "供水", "", ""), ("96001", "供气", "", ""), ("九六", "", "", "去年")])

    assert refused.value.message == (
        "来源名册有 2 行不能用，整张表都没有改动。第 3 行：“96001”与第 2 行重复，一个写法只能指一个来源。"
        "第 4 行：代码“九六”不能用，请写字母、数字、点和短横线，最多 40 个；热线写原号码，区号和分机用 - 隔开；"
        "来源名称没有填写；起始日期“去年”不是日期，请写成 2017-03-12 的样子。请改好后重新导入。"
    )
