"""整合 151 个线上受理渠道: their platform pushes appeals by source, which the registry of sources knows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.hooks import Authenticated, InboundAppeal, InboundPayload, InboundRequest
from core.hooks.specs import authenticate_inbound, parse_inbound
from tests.plugins.making import answers
from tests.plugins.questions import CALL, KEY, RECEIVED, SIGNED

FEATURE = "pingshan.entrance"


def read(batch: Any, *, channel: str = "entrance") -> list[Any]:
    body = batch if isinstance(batch, bytes) else json.dumps(batch, ensure_ascii=False).encode()
    payload = InboundPayload("batch-1", "application/json", body, RECEIVED)
    return answers(FEATURE, parse_inbound, channel=channel, payload=payload)


def test_the_platform_is_known_by_its_key_at_the_main_entrance_alone() -> None:
    request = InboundRequest(SIGNED, {}, CALL, RECEIVED)
    asked: dict[str, Any] = {"request": request, "secrets": {"platform_secret": KEY}}

    assert answers(FEATURE, authenticate_inbound, channel="entrance", **asked) == [
        Authenticated("call-1", "pingshan.entrance/platform-signature", "整合平台的签名核对无误")
    ]
    assert answers(FEATURE, authenticate_inbound, channel="hotline", **asked) == []
    assert answers(FEATURE, authenticate_inbound, channel="entrance", request=request) == []


def test_the_appeals_of_a_source_name_it() -> None:
    batch = {
        "source": "数字城管",
        "appeals": [
            {
                "title": "井盖",
                "content": "坪山大道井盖缺失。",
                "place": "坪山大道 1 号",
                "nature": "求助",
                "people": 3,
                "reported_at": "2020-01-06T12:09:00+08:00",
                "reporter": {"name": "李先生", "phone": "13800000002", "address": "坪山街道", "public": True},
            },
            {"content": "垃圾三天没有清运。"},
        ],
    }
    rule, reason = "pingshan.entrance/platform-batch", "整合平台按来源推送的诉求"

    assert read(batch) == [
        InboundAppeal(
            text="坪山大道井盖缺失。",
            rule_id=rule,
            reason=reason,
            title="井盖",
            place="坪山大道 1 号",
            source="数字城管",
            nature="help",
            affected_count=3,
            contact_name="李先生",
            contact_phone="13800000002",
            contact_address="坪山街道",
            keep_private=False,
            submitted_at=datetime(2020, 1, 6, 4, 9, tzinfo=UTC),
        ),
        InboundAppeal(text="垃圾三天没有清运。", rule_id=rule, reason=reason, source="数字城管"),
    ]


@pytest.mark.parametrize("source", [{"source": 3}, {"source": " "}, {}])
def test_a_push_may_name_no_source(source: dict[str, Any]) -> None:
    [appeal] = read({**source, "appeals": [{"content": "路灯不亮"}]})

    assert (appeal.source, appeal.reason) == ("", "整合平台推送的诉求，没有写明来源")


def test_an_appeal_without_content_is_left_to_a_person_and_not_out() -> None:
    found = read({"appeals": [{"content": "路灯不亮"}, {"title": "只有标题"}, {"content": 3, "people": True}]})

    assert [appeal.text for appeal in found] == ["路灯不亮", "", ""]


@pytest.mark.parametrize("batch", [b"", b"\xff", [], {}, {"appeals": {}}, {"appeals": ["x"]}, {"appeals": []}])
def test_what_is_no_batch_is_left_to_a_person(batch: Any) -> None:
    assert read(batch) == []
    assert read({"appeals": [{"content": "路灯不亮"}]}, channel="hotline") == []
