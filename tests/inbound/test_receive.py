"""The entrance for what is pushed: who is let in, what is kept, what is answered, and that nothing is lost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.hooks import Authenticated
from core.intake.inbound import payload_of
from core.journey.inbound import receive
from core.journey.inbound.by_hand import enter
from core.journey.sign_in import SignedIn, sign_in
from core.tenancy.models import Tally
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, make_appeal, make_district
from tests.inbound.making import (
    CHANNEL,
    FEATURE,
    Wire,
    body_of,
    items_of,
    make_wired_district,
    push,
    signature,
    signed,
    tickets_of,
    work,
)
from tests.patience import patience
from tests.web.making import PASSWORD, make_account

BODY = body_of("路灯不亮")


def failures_of(installation: Installation, slug: str) -> int:
    """Return how many pushes were counted that nobody vouched for."""
    with installation.scope(slug) as scope:
        counted = select(func.sum(Tally.count)).where(Tally.kind == "unknown-pushes")
        return scope.session.scalar(counted.where(Tally.tenant_id == scope.tenant.id)) or 0


def told(answer: Any) -> dict[str, Any]:
    """Return a problem without the number that differs each time."""
    return {name: value for name, value in answer.get_json().items() if name != "number"}


def test_what_is_pushed_becomes_a_ticket(app: Flask, installation: Installation, slug: str) -> None:
    answer = push(app, slug, BODY)
    work(installation)

    [item], [ticket] = items_of(installation, slug), tickets_of(installation, slug)
    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})
    assert (item.state, item.tickets, item.vouched_by) == ("taken_in", {"1": ticket.id}, f"{FEATURE}@0/1")
    assert (ticket.text, ticket.channel, ticket.submitted_at) == ("路灯不亮", CHANNEL, item.received_at)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed("m-1", BODY, key="另一个足够长的密钥，对方没有"),
        {name: value for name, value in signed("m-1", BODY).items() if name != "webhook-id"},
        {name: value for name, value in signed("m-1", BODY).items() if name != "webhook-timestamp"},
        {name: value for name, value in signed("m-1", BODY).items() if name != "webhook-signature"},
        signed("m-1", BODY) | {"webhook-id": "m-2"},
        signed("m-1", BODY + b" "),
        signed("m-1", BODY.decode().encode("gb18030")),
    ],
)
def test_what_nobody_vouches_for_is_refused_counted_and_not_kept(
    app: Flask, installation: Installation, slug: str, headers: dict[str, str]
) -> None:
    answer = push(app, slug, BODY, headers=headers)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert (answer.get_json()["code"], answer.get_json()["detail"]) == (
        "push-not-authenticated",
        "没有核实推送的来源：签名、时间或编号缺失或不对。没有接收。",
    )
    assert (items_of(installation, slug), failures_of(installation, slug)) == ([], 1)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_signature_of_long_ago_or_of_the_future_is_refused(
    app: Flask, installation: Installation, slug: str, late: timedelta
) -> None:
    assert push(app, slug, BODY, headers=signed("m-1", BODY, late=late)).status_code == 401
    assert items_of(installation, slug) == []


def test_a_push_is_taken_while_its_sender_changes_keys_and_whatever_it_calls_its_content(
    app: Flask, installation: Installation, slug: str
) -> None:
    headers = signed("m-1", BODY)
    old = signature("m-1", headers["webhook-timestamp"], BODY, key="对方系统正在换掉的旧密钥，还会签一阵")
    headers |= {
        "webhook-signature": f"{old} {headers['webhook-signature']}",
        "content-type": "application/json; charset=gbk",
        "sec-fetch-site": "none",
    }

    assert push(app, slug, BODY, headers=headers).status_code == 202
    work(installation)
    assert [ticket.text for ticket in tickets_of(installation, slug)] == ["路灯不亮"]


def test_the_same_message_counts_once_and_gets_the_same_answer(
    app: Flask, installation: Installation, slug: str
) -> None:
    answers = [push(app, slug, BODY) for _ in range(2)]
    work(installation)
    answers.append(push(app, slug, BODY))
    work(installation)

    assert [(answer.status_code, answer.get_json()) for answer in answers] == [(202, answers[0].get_json())] * 3
    assert (len(items_of(installation, slug)), len(tickets_of(installation, slug))) == (1, 1)


def test_an_id_that_comes_again_with_other_content_is_refused_in_words(
    app: Flask, installation: Installation, slug: str
) -> None:
    push(app, slug, BODY)

    answer = push(app, slug, body_of("井盖缺失"))

    assert (answer.status_code, answer.get_json()["code"]) == (409, "message-reused")
    assert "m-1 已收到过，但内容不同" in answer.get_json()["detail"]
    assert len(items_of(installation, slug)) == 1


def test_the_same_id_on_another_channel_or_in_another_district_is_another_message(
    app: Flask, installation: Installation, slug: str
) -> None:
    neighbour = make_wired_district(installation)

    numbers = {
        push(app, slug, BODY).get_json()["number"],
        push(app, slug, BODY, channel="other").get_json()["number"],
        push(app, neighbour, BODY).get_json()["number"],
    }
    work(installation)

    assert len(numbers) == 3
    assert [ticket.channel for ticket in tickets_of(installation, slug)] == [CHANNEL, "other"]
    assert len(tickets_of(installation, neighbour)) == 1


def test_two_senders_at_the_same_moment_with_one_id_give_one_message(
    app: Flask, installation: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = receive.find_message
    raced: list[int] = []

    def found_too_early(*asked: Any, **how: Any) -> Any:
        """Look, and be overtaken before anything is written."""
        seen = found(*asked, **how)
        if not raced:
            raced.append(1)
            assert push(app, slug, BODY).status_code == 202
        return seen

    monkeypatch.setattr(receive, "find_message", found_too_early)
    answer = push(app, slug, BODY)

    [item] = items_of(installation, slug)
    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})


def _raises(*_: Any) -> Any:
    raise RuntimeError("broken")


def _hangs(*_: Any) -> Any:
    while True:
        pass


def _exits(*_: Any) -> Any:
    raise SystemExit


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (_raises, "出错"),
        (_exits, "试图结束进程"),
        (_hangs, "超过规定时间"),
        (lambda *_: ["yes"], "返回的内容不能使用"),
        (lambda *_: [Authenticated("m" * 121, f"{FEATURE}/key", "可以")], "返回的内容不能使用"),
        (lambda *_: [Authenticated("", f"{FEATURE}/key", "可以")], "返回的内容不能使用"),
    ],
)
def test_when_the_voucher_is_broken_the_bytes_are_kept_and_the_sender_tries_again(
    app: Flask, installation: Installation, wire: Wire, broken: Callable[..., Any], words: str
) -> None:
    slug = make_wired_district(installation)
    wire.vouch = broken

    answers = [push(app, slug, BODY) for _ in range(2)]

    [item] = items_of(installation, slug)
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "60")] * 2
    assert answers[0].get_json()["detail"] == "暂时无法核实推送的来源。内容已留存待人工查看，请稍后重新推送。"
    assert (item.state, item.vouched_by, item.tickets) == ("needs_person", "", {})
    assert item.failure.startswith(f"功能“电报”（{FEATURE}）{words}")
    with installation.scope(slug) as scope:
        assert payload_of(scope, item).body == BODY


def test_what_was_kept_is_taken_in_when_the_sender_tries_again_after_the_mending(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    wire.vouch = _raises
    push(app, slug, BODY)
    wire.mend()

    answer = push(app, slug, BODY)
    work(installation)

    [item], [ticket] = items_of(installation, slug), tickets_of(installation, slug)
    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})
    assert (item.state, item.message_id, item.failure, item.tickets) == ("taken_in", "m-1", "", {"1": ticket.id})


def test_what_a_person_has_entered_meanwhile_does_not_come_in_twice(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    wire.vouch = _raises
    push(app, slug, BODY)
    [item] = items_of(installation, slug)
    appeal, now = make_appeal(text="路灯不亮"), datetime.now(UTC)
    installation.run(slug, lambda scope: enter(scope, item.id, appeal, actor=OPERATOR, now=now))
    wire.mend()

    answer = push(app, slug, BODY)
    work(installation)

    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})
    assert len(tickets_of(installation, slug)) == 1


def test_a_stranger_cannot_fill_the_house_while_the_voucher_is_broken(
    app: Flask, installation: Installation, slug: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "MOST_HELD", 2)
    wire.vouch = _raises

    answers = [push(app, slug, body_of(str(number))) for number in range(3)]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [
        (503, "push-held"),
        (503, "push-held"),
        (503, "push-put-off"),
    ]
    assert len(items_of(installation, slug)) == 2


def test_without_a_key_nothing_is_vouched_for(app: Flask, installation: Installation) -> None:
    slug = make_district(installation, features={FEATURE: {}})

    assert push(app, slug, BODY).status_code == 401
    assert push(app, slug, BODY, headers=signed("m-1", BODY, key="")).status_code == 401
    assert items_of(installation, slug) == []


def test_an_address_that_is_none_looks_the_same_whatever_is_wrong_with_it(
    app: Flask, installation: Installation, slug: str
) -> None:
    without = make_district(installation)
    places = [
        ("no-such-tenant", CHANNEL),
        (slug, "no-such-channel"),
        (slug, "desk"),
        (slug, "referral"),
        (without, CHANNEL),
    ]

    answers = [push(app, place, BODY, channel=channel) for place, channel in places]
    answers.append(app.test_client().post("/in/nowhere/at/all"))

    assert {answer.status_code for answer in answers} == {404}
    assert [told(answer) for answer in answers] == [told(answers[0])] * len(answers)


def test_who_pushes_wrongly_too_often_has_to_wait_and_nobody_else(
    app: Flask, installation: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "FAILURES_PER_ADDRESS", 3)
    login = make_account(installation, slug, "operator", ["operator"])
    for _ in range(3):
        push(app, slug, BODY, headers={})

    answer = push(app, slug, BODY)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert (items_of(installation, slug), failures_of(installation, slug)) == ([], 3)
    assert push(app, slug, BODY, address="203.0.113.8").status_code == 202
    assert push(app, slug, BODY, channel="other").status_code == 202
    who = {"login": login.partition("@")[0], "password": PASSWORD, "address": "203.0.113.7", "now": datetime.now(UTC)}
    assert isinstance(installation.run(slug, lambda scope: sign_in(scope, **who)), SignedIn)


def test_ten_megabytes_are_refused_in_words_and_quickly(app: Flask, installation: Installation, slug: str) -> None:
    body = b"x" * (10 * 1024 * 1024)
    headers = signed("m-1", body)
    begun = time.monotonic()

    answer = push(app, slug, body, headers=headers)

    assert time.monotonic() - begun < patience(5)
    assert (answer.status_code, answer.get_json()["detail"]) == (
        413,
        "提交的内容超过 1 MB，没有收下。请精简文字、缩小或减少附件后再提交。",
    )
    assert items_of(installation, slug) == []


def test_a_megabyte_is_kept_as_it_came(app: Flask, installation: Installation, slug: str) -> None:
    body = bytes(range(256)) * 4095

    assert push(app, slug, body).status_code == 202
    work(installation)

    [item] = items_of(installation, slug)
    with installation.scope(slug) as scope:
        assert payload_of(scope, item).body == body
    assert (item.state, item.failure) == ("needs_person", "没有功能认得这份来件的内容。")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_the_entrance_is_only_pushed_to(app: Flask, slug: str, method: str) -> None:
    answer = getattr(app.test_client(), method)(f"/in/{slug}/{CHANNEL}")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")


def test_a_feature_sees_headers_query_and_bytes_and_no_cookie(app: Flask, slug: str, wire: Wire) -> None:
    seen: list[Any] = []
    wire.vouch = lambda _settings, request: seen.append(request)
    client = app.test_client()
    client.set_cookie("huiying_staff", "somebody")

    client.post(
        f"/in/{slug}/{CHANNEL}?nonce=1&nonce=2&echo=%E8%B7%AF",
        data=b"a=1&b=\xff",
        headers={"X-Sign": "s", "Content-Type": "application/x-www-form-urlencoded"},
    )

    [request] = seen
    assert (request.body, dict(request.query)) == (b"a=1&b=\xff", {"nonce": "1", "echo": "路"})
    assert (request.headers["x-sign"], "cookie" in request.headers) == ("s", False)
    with pytest.raises(TypeError):
        request.headers["x"] = "y"
