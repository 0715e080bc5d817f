"""Reading what was pushed: whatever the bytes are, something comes of it, and nothing that cannot be stored."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.hooks import InboundPayload
from core.hooks.payloads import json_of, moment_at, nature_at, object_at, text_at, text_of
from core.intake.readable import readable
from tests.inbound.test_signing import NOW

WORDS = "路灯不亮，请修"


def payload(body: bytes, content_type: str = "application/json") -> InboundPayload:
    return InboundPayload("m-1", content_type, body, NOW)


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "text/plain"),
        ("utf-8-sig", "text/plain"),
        ("utf-8", "text/plain; charset=gbk"),
        ("gbk", "text/plain; charset=GBK"),
        ("gbk", 'text/plain; charset="gb2312"'),
        ("gb18030", "text/plain"),
        ("big5hkscs", "text/plain; charset=Big5"),
        ("utf-16", "text/plain; charset=utf-16"),
        ("utf-16-le", "text/plain; charset=UTF-16LE"),
    ],
)
def test_text_is_read_in_the_charset_it_is_in(charset: str, content_type: str) -> None:
    words = "路燈不亮" if charset.startswith("big5") else WORDS

    assert text_of(payload(words.encode(charset), content_type)) == words


@pytest.mark.parametrize("charset", ["zlib", "rot13", "idna", "punycode", "unicode_escape", "no-such", "x" * 500])
def test_what_is_no_charset_is_passed_over(charset: str) -> None:
    assert text_of(payload(WORDS.encode(), f"text/plain; charset={charset}")) == WORDS


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"a": ["路", 1, true, null]}', {"a": ["路", 1, True, None]}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "\\ud83d"}', {"a": "\ufffd"}),
        ('{"a\\u0000": ["\\u0000"]}', {"a\ufffd": ["\ufffd"]}),
        ("{", None),
        ("", None),
        ('{"a": 1, "a": 2}', None),
        ('{"a": NaN}', None),
        ('{"a": ' + "9" * 5000 + "}", None),
        ("[" * 100_000, None),
        ("[" * 500 + "]" * 500, ...),
    ],
)
def test_json_is_read_or_is_none(written: str, read: Any) -> None:
    found = json_of(payload(written.encode()))

    assert read is ... or found == read


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (json.dumps({"content": WORDS}).encode(), "application/json", '{\n  "content": "路灯不亮，请修"\n}'),
        (b"content=%E8%B7%AF%E7%81%AF&phone=1", "application/x-www-form-urlencoded", "content：路灯\nphone：1"),
        (WORDS.encode("gbk"), "text/xml; charset=gbk", WORDS),
        (b"3", "application/json", "3"),
        (b"\xff\xfe\xff", "application/json", "\ufffd" * 3),
    ],
)
def test_a_person_reads_the_words_and_not_their_escapes(body: bytes, content_type: str, shown: str) -> None:
    assert readable(payload(body, content_type)) == shown


@given(body=st.binary(max_size=300), content_type=st.text(max_size=60))
def test_no_bytes_and_no_content_type_raise(body: bytes, content_type: str) -> None:
    for text in (text_of(payload(body, content_type)), readable(payload(body, content_type))):
        text.encode()
        assert "\x00" not in text
    json_of(payload(body, content_type))


def test_what_was_pushed_says_nothing_of_itself_when_it_is_shown() -> None:
    assert WORDS not in repr(payload(WORDS.encode()))


def test_what_stands_under_a_name_is_read_or_is_nothing() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    document = {"text": " 路灯不亮 ", "number": 7, "nature": "求助", "at": "2026-03-12T10:00", "by": {"name": "网友"}}

    assert [text_at(document, name) for name in ("text", "number", "nothing")] == ["路灯不亮", "", ""]
    assert [object_at(document, name) for name in ("by", "text", "nothing")] == [{"name": "网友"}, {}, {}]
    assert [nature_at(document, name) for name in ("nature", "text")] == ["help", None]
    assert [moment_at(document, name, zone) for name in ("at", "text")] == [
        datetime(2026, 3, 12, 10, tzinfo=zone),
        None,
    ]
