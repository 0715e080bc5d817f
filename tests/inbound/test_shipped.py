"""The districts' own systems push, and their features take it in: from the signature to the ticket."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from core.hooks.roster import Roster
from core.kit.db import Database
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import KEYS
from tests.inbound.making import items_of, make_wired_district, phone_of, push, tickets_of, work


@pytest.fixture(scope="module")
def shipped(database_url: str) -> Iterator[Installation]:
    installation = Installation(Database(database_url), KEYS, Roster.installed())
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def served(shipped: Installation) -> Flask:
    return create_app(shipped)


def written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def test_a_call_to_the_hotline_81812345_becomes_a_ticket(shipped: Installation, served: Flask) -> None:
    slug = make_wired_district(shipped, feature="nanhai.channels", name="hotline_secret")
    call = {"content": "桂城街道路灯坏了三天。", "nature": "投诉", "caller": {"name": "王女士", "phone": "13800000001"}}

    assert push(served, slug, written(call), message_id="call-20131012-1", channel="hotline").status_code == 202
    work(shipped)

    [ticket] = tickets_of(shipped, slug)
    assert (ticket.channel, ticket.medium, ticket.nature, ticket.text) == (
        "hotline",
        "phone",
        "complaint",
        "桂城街道路灯坏了三天。",
    )
    assert phone_of(shipped, slug, ticket) == "13800000001"


def test_the_forum_and_petitions_online_push_each_with_a_key_of_its_own(shipped: Installation, served: Flask) -> None:
    slug = make_wired_district(shipped, feature="nanhai.channels", name="forum_secret")
    post = {"content": "夜市油烟扰民。", "posted_at": "2013-10-12 21:30", "author": {"name": "网友乙"}}
    letter = {"content": "旧楼加装电梯受阻。", "nature": "求助", "petitioner": {"name": "赵某", "phone": "13800000003"}}

    assert push(served, slug, written(post), message_id="post-1", channel="forum").status_code == 202
    assert push(served, slug, written(letter), message_id="letter-1", channel="petition").status_code == 401
    other = make_wired_district(shipped, feature="nanhai.channels", name="petition_secret")
    assert push(served, other, written(letter), message_id="letter-1", channel="petition").status_code == 202
    work(shipped)

    [posted], [written_in] = tickets_of(shipped, slug), tickets_of(shipped, other)
    assert (posted.channel, posted.medium, posted.text) == ("forum", "web", "夜市油烟扰民。")
    assert (written_in.channel, written_in.medium, written_in.nature) == ("petition", "web", "help")
    assert phone_of(shipped, other, written_in) == "13800000003"


def test_a_source_that_no_registry_knows_comes_in_by_the_entrance_and_keeps_its_name(
    shipped: Installation, served: Flask
) -> None:
    slug = make_wired_district(shipped, feature="pingshan.entrance", name="platform_secret")
    batches = [
        {
            "source": "数字城管",
            "appeals": [
                {"content": "井盖缺失", "longitude": 114.35, "latitude": 22.69},
                {"content": "垃圾三天没有清运", "longitude": "东"},
            ],
        },
        {"source": "美丽坪山公众号", "appeals": [{"content": "路灯不亮"}, {"title": "没有内容"}]},
    ]
    for number, batch in enumerate(batches):
        pushed = push(served, slug, written(batch), message_id=f"batch-{number}", channel="entrance")
        assert pushed.status_code == 202
    work(shipped)

    assert [(ticket.channel, ticket.source, ticket.text) for ticket in tickets_of(shipped, slug)] == [
        ("entrance", "数字城管", "井盖缺失"),
        ("entrance", "数字城管", "垃圾三天没有清运"),
        ("entrance", "美丽坪山公众号", "路灯不亮"),
    ]
    assert [(ticket.longitude, ticket.latitude) for ticket in tickets_of(shipped, slug)][:2] == [
        (114.35, 22.69),
        (None, None),
    ]
    first, second = items_of(shipped, slug)
    assert (first.state, second.state, second.failure) == (
        "taken_in",
        "needs_person",
        "第 2 件没有登记：诉求没有内容。请填写要反映的事情。",
    )


def test_a_district_that_has_set_no_key_is_pushed_nothing(shipped: Installation, served: Flask) -> None:
    slug = make_wired_district(shipped, feature="nanhai.channels", name="another")

    assert push(served, slug, written({"content": "路灯不亮"}), channel="hotline").status_code == 401
