"""Sentences that remember what they were made of: equal to plain text everywhere, and said anew in another language."""

import json
import pickle
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import create_engine, text

from core.kit.errors import Refused
from core.kit.saying import Said, carried, joined, recalled, said, unstopped, word

ENGLISH = {
    "工单 {serial_no} 已超期 {days} 天，{whose}请抓紧。": "{whose}: hurry, {days} days late is ticket {serial_no}.",
    "派单台": "the dispatch desk",
    "请核对。": "Check it.",
    "{what}有误。": "{what} is wrong.",
    "写成 {{name}}": "write {{name}}",
}

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(anything, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.datetimes())
def test_a_sentence_is_what_it_says_and_in_english_its_places_may_come_in_another_order(
    name: str, count: int, share: float, at: datetime
) -> None:
    plain = f"“{name}”有 {count:,} 件（{share:.1f}%），{at:%Y-%m-%d} 起，{name!r}"
    sentence = said(
        "“{name}”有 {count:,} 件（{share:.1f}%），{at:%Y-%m-%d} 起，{name!r}",
        name=name,
        count=count,
        share=share,
        at=at,
    )
    assert (sentence, hash(sentence), len(sentence)) == (plain, hash(plain), len(plain))
    turned = {sentence.pattern: "{share:.1f}% since {at:%Y-%m-%d}: {count:,} of {name!r} “{name}”"}
    assert sentence.translated(turned.get) == f"{share:.1f}% since {at:%Y-%m-%d}: {count:,} of {name!r} “{name}”"
    assert sentence.translated(lambda _: None) == plain
    again = recalled(json.loads(json.dumps(carried(sentence))))
    assert (again, again.translated(turned.get)) == (plain, sentence.translated(turned.get))  # type: ignore[attr-defined]


def test_words_of_the_house_are_said_with_their_sentence_and_what_people_wrote_stays() -> None:
    sentence = said("工单 {serial_no} 已超期 {days} 天，{whose}请抓紧。", serial_no="T1", days=3, whose=word("派单台"))
    assert sentence.translated(ENGLISH.get) == "the dispatch desk: hurry, 3 days late is ticket T1."
    assert said("{what}有误。", what="王小明的信").translated(ENGLISH.get) == "王小明的信 is wrong."
    assert word(sentence) is sentence
    braces = word("写成 {{name}}")
    assert (braces, braces.translated(ENGLISH.get)) == ("写成 {{name}}", "write {{name}}")


def test_what_is_put_together_is_said_part_by_part() -> None:
    several = joined("、", (word("派单台"), "王小明"))
    assert (several, several.translated(ENGLISH.get)) == ("派单台、王小明", "the dispatch desk, 王小明")
    both = said("{what}有误。", what=several) + "请核对。"
    assert (both, both.translated(ENGLISH.get)) == (
        "派单台、王小明有误。请核对。",
        "the dispatch desk, 王小明 is wrong. Check it.",
    )
    before = "请核对。" + said("{what}有误。", what=several)
    assert isinstance(before, Said)
    assert before.translated(ENGLISH.get) == "Check it. the dispatch desk, 王小明 is wrong."
    bare = said("{what}（{why}）：{who}", what="甲", why=unstopped(word("请核对。")), who=word("派单台"))
    assert (bare, bare.translated(ENGLISH.get)) == ("甲（请核对）：派单台", "甲 (Check it): the dispatch desk")
    for sentence in (several, both, bare):
        again = recalled(json.loads(json.dumps(carried(sentence))))
        assert isinstance(again, type(sentence))
        assert (again, again.translated(ENGLISH.get)) == (sentence, sentence.translated(ENGLISH.get))


@pytest.mark.parametrize("value", [Decimal("1.25"), date(2026, 3, 12), time(9, 30), True, None, 7])
def test_values_keep_their_kind_on_the_way_to_the_next_page(value: object) -> None:
    again = recalled(json.loads(json.dumps(carried(said("{value}", value=value)))))
    assert isinstance(again, Said)
    assert again.values["value"] == value
    assert type(again.values["value"]) is type(value)


def test_a_refusal_keeps_its_sentence() -> None:
    refusal = Refused(said("{what}有误。", what=word("派单台")))
    for words in (refusal.message, str(refusal), str(str(refusal)), deepcopy(refusal.message)):
        assert isinstance(words, Said)
        assert words.translated(ENGLISH.get) == "the dispatch desk is wrong."


def test_values_side_by_side_are_set_apart_but_not_from_the_punctuation_after_them() -> None:
    sentence = said("{unit}{beside}。", unit="甲处", beside=said("；{what}有误", what="乙"))
    assert sentence.translated({"；{what}有误": "; {what} is wrong"}.get) == "甲处; 乙 is wrong."


@dataclass(frozen=True, slots=True)
class Line:
    words: str


def test_what_leaves_the_process_is_plain_text(database_url: str, valkey_url: str) -> None:
    sentence = said("{what}有误。", what=word("派单台")) + "请核对。"
    assert type(pickle.loads(pickle.dumps(sentence))) is str
    assert json.loads(json.dumps(asdict(Line(sentence)))) == {"words": "派单台有误。请核对。"}
    engine = create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT CAST(:words AS text), CAST(:document AS jsonb)"),
            {"words": sentence, "document": json.dumps({"words": sentence})},
        ).one()
    engine.dispose()
    assert tuple(row) == ("派单台有误。请核对。", {"words": "派单台有误。请核对。"})
    queue = Redis.from_url(valkey_url)
    queue.rpush("rq:said", sentence)
    assert queue.lpop("rq:said") == "派单台有误。请核对。".encode()
    queue.close()
