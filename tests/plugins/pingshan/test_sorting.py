"""通过去重、合并、拆分等方式，全面统一全区事件分级分类标准: what comes in is read, told from its like, taken apart."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from core.hooks import Draft, DraftPatch, DuplicateHint, SplitHint
from core.hooks.specs import find_duplicates, normalise_draft, suggest_split
from tests.patience import patience
from tests.plugins.making import answers, make_alike, make_ticket

POTHOLE = make_ticket(
    title="金牛路坑洼", text="金牛路公交站前面有个大坑，电动车颠得厉害。", place="金牛路", matter="P01001"
)


def draft(text: str) -> Draft:
    return Draft(
        channel="weibo", medium="weibo", title="", text=text, place="", mailbox="", nature=None, affected_count=1
    )


def test_the_topic_tells_the_nature_and_a_line_the_place() -> None:
    told = answers(
        "pingshan.sorting", normalise_draft, draft=draft("@坪山 #投诉# 夜间施工太吵\n地点：金牛路 20 号。\n急")
    )

    assert told == [
        DraftPatch("pingshan.sorting/tag", "话题 #投诉#", nature="complaint"),
        DraftPatch("pingshan.sorting/place", "来件写明“地点”", place="金牛路 20 号"),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("#路灯坏了# #求助# 快来", [("help", None)]),
        ("#咨询 入学怎么办", [("inquiry", None)]),
        ("我要#投诉", [("complaint", None)]),
        ("#今天天气# 真好", []),
        ("位置: 坑梓文化广场北门", [(None, "坑梓文化广场北门")]),
        ("地点：", []),
        ("施工地点：不清楚", []),
        ("", []),
    ],
)
def test_what_is_read_and_what_is_not(text: str, read: list[tuple[str | None, str | None]]) -> None:
    told = answers("pingshan.sorting", normalise_draft, draft=draft(text))

    assert [(patch.nature, patch.place) for patch in told] == read


def test_the_same_hole_in_other_words_is_pointed_out_with_the_reason() -> None:
    again = make_ticket(
        serial_no="SW-2", title="路上有坑", text="金牛路公交站前面有个大坑，差点摔倒。", place="金牛路", matter="P01001"
    )
    elsewhere = make_ticket(
        serial_no="SW-3", title="金牛路坑洼", text="电动车颠得厉害", place="兰竹路", matter="P01002"
    )
    other = make_ticket(
        serial_no="SW-4", title="夜间施工", text="打桩到凌晨，睡不着。", place="金牛路", matter="P05001"
    )

    told = answers(
        "pingshan.sorting",
        find_duplicates,
        appeal=make_alike(POTHOLE),
        candidates=tuple(map(make_alike, (again, elsewhere, other))),
    )

    assert told == [
        DuplicateHint(
            serial_no="SW-2",
            rule_id="pingshan.sorting/alike",
            reason="地点相同、事项相同，文字相似 57%",
            score=87,
        )
    ]


def test_what_lies_near_counts_like_the_same_place_and_what_came_long_ago_not_at_all() -> None:
    near = make_ticket(serial_no="SW-2", text=POTHOLE.text, place="公交站前", matter="P05001")
    week = make_alike(near, metres=250)
    beyond, older = make_alike(near, metres=251), replace(week, submitted_at=week.submitted_at - timedelta(days=8))

    told = answers("pingshan.sorting", find_duplicates, appeal=make_alike(POTHOLE), candidates=(beyond, older))
    near_told = answers("pingshan.sorting", find_duplicates, appeal=make_alike(POTHOLE), candidates=(week,))

    assert told == []
    assert [hint.reason.split("，")[0] for hint in near_told] == ["相距约 250 米"]


def test_texts_of_a_few_characters_are_like_nothing() -> None:
    short = make_ticket(title="坏了", text="坏了", place="金牛路")

    assert answers("pingshan.sorting", find_duplicates, appeal=make_alike(short), candidates=(make_alike(short),)) == []


def test_fifty_long_letters_are_compared_within_the_time_a_decision_has() -> None:
    long = "".join(chr(0x4E00 + number % 5000) for number in range(20_000))
    ticket = make_ticket(text=long, place="金牛路")
    begun = time.perf_counter()

    told = answers(
        "pingshan.sorting", find_duplicates, appeal=make_alike(ticket), candidates=(make_alike(ticket),) * 50
    )

    assert len(told) == 50
    assert time.perf_counter() - begun < patience(0.1)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("反映几件事：一、小区门口路灯不亮。二、人行道地砖松动；三、垃圾三天没有清运。", 3),
        ("1.路灯整段不亮\n2.井盖松动响声很大\n3、绿化带里有暴露垃圾", 3),
        ("（一）门口路灯一直不亮（二）健身器材坏了没人修", 2),
        ("第一，停车位被地锁占用；第二，消防通道堵塞。", 2),
        ("这一、二天路灯不亮", 0),
        ("水压只有 0.1 兆帕，1.5 米以上就没有水", 0),
        ("一、路灯。二、坑。", 0),
        ("二、先说第二件事：路灯不亮", 0),
        ("路灯不亮", 0),
    ],
)
def test_a_letter_that_numbers_its_matters_is_taken_apart(text: str, parts: int) -> None:
    told = answers("pingshan.sorting", suggest_split, ticket=make_ticket(text=text))

    assert [len(hint.parts) for hint in told] == ([parts] if parts else [])


def test_the_parts_are_the_resident_s_own_words() -> None:
    text = "您好，反映两件事：一、小区门口路灯不亮；二、人行道地砖松动，老人摔倒过。"

    assert answers("pingshan.sorting", suggest_split, ticket=make_ticket(text=text)) == [
        SplitHint(
            ("小区门口路灯不亮", "人行道地砖松动，老人摔倒过。"),
            "pingshan.sorting/numbered",
            "来件自己编号写了 2 件事",
        )
    ]
