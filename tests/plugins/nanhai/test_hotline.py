"""81812345 热线平台: each call is pushed as it was taken down, signed, and becomes a ticket."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.hooks import Authenticated, InboundAppeal, InboundPayload, InboundRequest
from core.hooks.specs import authenticate_inbound, parse_inbound
from tests.plugins.making import answers
from tests.plugins.questions import CALL, KEY, RECEIVED, SIGNED

FEATURE = "nanhai.channels"


def vouched(body: bytes = CALL, *, channel: str = "hotline", **secrets: Any) -> list[Any]:
    request = InboundRequest(SIGNED, {}, body, RECEIVED)
    return answers(FEATURE, authenticate_inbound, secrets=secrets, channel=channel, request=request)


def read(call: Any, *, channel: str = "hotline") -> list[Any]:
    body = call if isinstance(call, bytes) else json.dumps(call, ensure_ascii=False).encode()
    payload = InboundPayload("call-1", "application/json", body, RECEIVED)
    return answers(FEATURE, parse_inbound, channel=channel, payload=payload)


def test_the_platform_is_known_by_the_key_it_shares_with_the_district() -> None:
    assert vouched(hotline_secret=KEY) == [
        Authenticated("call-1", "nanhai.channels/hotline-signature", "热线平台的签名核对无误")
    ]
    assert vouched(CALL + b" ", hotline_secret=KEY) == []
    assert vouched(channel="weibo", hotline_secret=KEY) == []


def test_without_a_key_nobody_is_known() -> None:
    assert vouched() == []


def test_a_call_tells_what_the_caller_said_and_who_called() -> None:
    call = {
        "title": "路灯",
        "content": " 桂城街道南海大道路灯坏了三天。 ",
        "place": "桂城街道南海大道",
        "nature": "投诉",
        "called_at": "2013-10-12T09:30:00",
        "caller": {"name": "王女士", "phone": "0757-81812345", "address": "桂城", "public": True},
    }

    assert read(call) == [
        InboundAppeal(
            text="桂城街道南海大道路灯坏了三天。",
            rule_id="nanhai.channels/hotline-call",
            reason="热线平台推送的通话记录",
            title="路灯",
            place="桂城街道南海大道",
            nature="complaint",
            contact_name="王女士",
            contact_phone="0757-81812345",
            contact_address="桂城",
            keep_private=False,
            submitted_at=datetime(2013, 10, 12, 1, 30, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    "call",
    [
        {"content": "路灯不亮"},
        {"content": "路灯不亮", "caller": None, "nature": "别的", "called_at": "昨天"},
        {"content": "路灯不亮", "caller": ["x"], "nature": 3, "title": None, "place": {}},
    ],
)
def test_what_was_not_taken_down_stays_open_and_nobody_s_identity_is_public(call: dict[str, Any]) -> None:
    [appeal] = read(call)

    assert (appeal.text, appeal.nature, appeal.submitted_at, appeal.keep_private) == ("路灯不亮", None, None, True)
    assert (appeal.title, appeal.place, appeal.contact_name, appeal.contact_phone) == ("", "", "", "")


@pytest.mark.parametrize(
    "call", [b"", b"\xff", b"null", b"[]", b"3", {}, {"content": ""}, {"content": 3}, {"text": "路灯"}]
)
def test_what_is_no_call_is_left_to_a_person(call: Any) -> None:
    assert read(call) == []
    assert read({"content": "路灯不亮"}, channel="weibo") == []
