"""Taking in what was pushed: each appeal once, whatever breaks in between, and the rest for a person."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.hooks import InboundAppeal
from core.intake.inbound import ItemSettled, NoSuchItem
from core.intake.models import InboundItem
from core.jobs import inbound as job
from core.jobs.drain import BACKOFF
from core.journey.inbound import take_in as taking
from core.journey.inbound.take_in import NotVouchedFor, read_again, take_in
from core.tenancy.scope import Installation
from core.tickets.models import Message, TicketEvent
from tests.builders import make_installation
from tests.inbound.making import (
    CHANNEL,
    FEATURE,
    SMS,
    Wire,
    body_of,
    items_of,
    make_wired_district,
    phone_of,
    push,
    tickets_of,
    work,
)


def again(installation: Installation, slug: str, item_id: int) -> InboundItem:
    return installation.run(slug, lambda scope: read_again(scope, item_id, now=datetime.now(UTC)))


def appeal(text: str, **more: Any) -> InboundAppeal:
    return InboundAppeal(text, f"{FEATURE}/appeal", "电报里的诉求", **more)


def _raises(*_: Any) -> Any:
    raise RuntimeError("broken")


def _hangs(*_: Any) -> Any:
    while True:
        pass


def _exits(*_: Any) -> Any:
    raise SystemExit


def test_each_appeal_of_a_message_becomes_a_ticket_whose_resident_can_be_reached(
    app: Flask, installation: Installation, slug: str
) -> None:
    push(app, slug, body_of("路灯不亮", "井盖缺失", phone="13800000001"))
    work(installation)

    tickets = tickets_of(installation, slug)
    assert [ticket.text for ticket in tickets] == ["路灯不亮", "井盖缺失"]
    assert [phone_of(installation, slug, ticket) for ticket in tickets] == ["13800000001"] * 2
    assert items_of(installation, slug)[0].tickets == {"1": tickets[0].id, "2": tickets[1].id}


def test_td_by_sms_stops_the_news_of_what_its_sender_has_in_hand_and_is_no_appeal(
    app: Flask, installation: Installation, slug: str
) -> None:
    for text, phone in (("路灯不亮", "13800000001"), ("井盖缺失", "13800000002")):
        push(app, slug, body_of(text, phone=phone, channel=SMS.id), message_id=phone)
    work(installation)
    for text, stopped in ((" td。", [True, False]), ("ＴＤ", [True, False]), ("恢复推送", [False, False])):
        push(
            app,
            slug,
            body_of(text, phone="13800000001", channel=SMS.id),
            message_id=f"m-{len(items_of(installation, slug))}",
        )
        work(installation)
        assert [ticket.news_stopped for ticket in tickets_of(installation, slug)] == stopped

    assert [item.reason for item in items_of(installation, slug)][2:] == ["短信里的指令"] * 3
    push(app, slug, body_of("退订", phone="13800000009", channel=SMS.id), message_id="last")
    work(installation)
    assert items_of(installation, slug)[-1].state == "refused"
    with installation.scope(slug) as scope:
        told = scope.session.scalars(
            select(Message.text).where(Message.tenant_id == scope.tenant.id, Message.to_unit_id.is_(None))
        ).all()
    number = tickets_of(installation, slug)[0].serial_no
    assert [text for text in told if "已记下" in text] == [
        f"已记下：{number} 的进展不再推送，答复出来时仍会告诉您。发“恢复推送”可以恢复。",
        f"已记下：{number} 的进展不再推送，答复出来时仍会告诉您。发“恢复推送”可以恢复。",
        f"已记下：{number} 每办一步都会告诉您。",
    ]
    assert all(len(text) <= 70 for text in told)


def test_the_ticket_tells_by_which_way_it_came_and_who_read_it(
    app: Flask, installation: Installation, slug: str
) -> None:
    push(app, slug, body_of("路灯不亮"))
    work(installation)

    [item] = items_of(installation, slug)
    with installation.scope(slug) as scope:
        entries = scope.session.scalars(
            select(TicketEvent).where(TicketEvent.tenant_id == scope.tenant.id).order_by(TicketEvent.seq)
        ).all()
    assert (entries[0].summary, entries[0].actor_kind, entries[0].actor_name) == ("经电报登记", "agent", "电报（推送）")
    [read] = [entry for entry in entries if entry.kind == "draft"]
    assert read.summary == "从推送来件读出（电报里的诉求）"
    assert read.detail == {"rule_id": f"{FEATURE}/appeal", "by": f"{FEATURE}@0/1", "item": item.id, "number": 1}


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (_raises, f"功能“电报”（{FEATURE}）出错（错误编号 "),
        (_exits, f"功能“电报”（{FEATURE}）试图结束进程（错误编号 "),
        (_hangs, f"功能“电报”（{FEATURE}）超过规定时间（错误编号 "),
        (lambda _: "路灯不亮", f"功能“电报”（{FEATURE}）返回的内容不能使用（错误编号 "),
        (
            lambda _: [appeal("路灯不亮", submitted_at=datetime(2026, 3, 12))],  # noqa: DTZ001
            f"功能“电报”（{FEATURE}）返回的内容不能使用",
        ),
        (lambda _: [appeal("字" * 300_000)], f"功能“电报”（{FEATURE}）返回的内容不能使用"),
        (lambda _: None, "没有功能认得这份来件的内容。"),
        (lambda _: [], "没有功能认得这份来件的内容。"),
        (lambda _: [appeal("  ")], "第 1 件没有登记：诉求没有内容。"),
        (lambda _: [appeal("字" * 20_001)], "第 1 件没有登记：诉求内容有 20,001 个字"),
        (lambda _: [appeal("路", place="字" * 501)], "第 1 件没有登记：地点有 501 个字"),
        (lambda _: [appeal("路", affected_count=10**30)], "第 1 件没有登记：涉及人数 "),
        (lambda _: [appeal("路", channel="no-such")], "第 1 件没有登记：读出的渠道不是本区的渠道。"),
        (lambda _: [appeal("路", channel="referral")], "第 1 件没有登记：读出的渠道不是本区的渠道。"),
        (
            lambda _: [appeal("路", submitted_at=datetime(1, 1, 1, tzinfo=UTC))],
            "第 1 件没有登记：读出的提出时间不是可能的时间。",
        ),
    ],
)
def test_what_cannot_be_read_waits_for_a_person_and_becomes_a_ticket_after_the_mending(
    app: Flask, installation: Installation, wire: Wire, broken: Callable[..., Any], words: str
) -> None:
    slug = make_wired_district(installation)
    wire.read = broken
    push(app, slug, body_of("路灯不亮"))
    work(installation)

    [item] = items_of(installation, slug)
    assert (item.state, item.tickets, tickets_of(installation, slug)) == ("needs_person", {}, [])
    assert item.failure.startswith(words)

    wire.mend()
    mended = again(installation, slug, item.id)

    [ticket] = tickets_of(installation, slug)
    assert (mended.state, mended.failure, mended.tickets, ticket.text) == ("taken_in", "", {"1": ticket.id}, "路灯不亮")


@pytest.mark.parametrize(
    ("given", "kept", "words"),
    [
        ({"longitude": 114.3, "latitude": 22.7}, (114.3, 22.7), ""),
        ({"longitude": 114, "latitude": -22}, (114.0, -22.0), ""),
        ({"longitude": 114.3}, (None, None), "；来件只有经度（114.3），没有纬度，未采用"),
        (
            {"longitude": 22.7, "latitude": 114.3},
            (None, None),
            "；来件的经度 22.7、纬度 114.3 不在范围内，可能经纬颠倒，未采用",
        ),
        ({"longitude": 1e300, "latitude": 1.0}, (None, None), "；来件的经度 1e+300、纬度 1 不在范围内，未采用"),
    ],
)
def test_a_point_that_is_of_no_use_is_left_out_and_told(
    app: Flask,
    installation: Installation,
    slug: str,
    wire: Wire,
    given: dict[str, float],
    kept: tuple[float | None, float | None],
    words: str,
) -> None:
    wire.read = lambda _: [appeal("路灯不亮", **given)]
    push(app, slug, body_of("路灯不亮"))
    work(installation)

    [ticket], [item] = tickets_of(installation, slug), items_of(installation, slug)
    assert (item.state, ticket.longitude, ticket.latitude) == ("taken_in", *kept)
    with installation.scope(slug) as scope:
        told = scope.session.scalars(
            select(TicketEvent.summary).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "draft")
        ).all()
    assert told == [f"从推送来件读出（电报里的诉求）{words}"]


def test_one_appeal_that_cannot_be_taken_in_keeps_none_of_the_others_waiting(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    wire.read = lambda _: [appeal("路灯不亮"), appeal(""), appeal("井盖缺失")]
    push(app, slug, body_of("路灯不亮", "树倒了", "井盖缺失"))
    work(installation)

    [item] = items_of(installation, slug)
    first, third = tickets_of(installation, slug)
    assert (item.state, item.tickets) == ("needs_person", {"1": first.id, "3": third.id})
    assert item.failure == "第 2 件没有登记：诉求没有内容。请填写要反映的事情。"

    wire.mend()
    again(installation, slug, item.id)

    assert [ticket.text for ticket in tickets_of(installation, slug)] == ["路灯不亮", "井盖缺失", "树倒了"]
    assert items_of(installation, slug)[0].state == "taken_in"


def test_read_again_under_another_channel_it_stays_the_same_ticket(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    wire.read = lambda _: [appeal("路灯不亮"), appeal("")]
    push(app, slug, body_of("路灯不亮"))
    work(installation)
    wire.read = lambda _: [appeal("路灯不亮", channel="other")]

    again(installation, slug, items_of(installation, slug)[0].id)

    assert [ticket.channel for ticket in tickets_of(installation, slug)] == [CHANNEL]


def test_read_again_in_another_order_nothing_is_lost(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    wire.read = lambda _: [appeal("路灯不亮"), appeal("")]
    push(app, slug, body_of("路灯不亮"))
    work(installation)
    wire.read = lambda _: [appeal("井盖缺失"), appeal("路灯不亮")]

    item = again(installation, slug, items_of(installation, slug)[0].id)

    assert item.state == "needs_person"
    assert "第 1 件没有登记：来件编号 " in item.failure
    assert "内容不同" in item.failure


def test_read_again_is_only_what_waits_for_a_person_and_was_vouched_for(
    app: Flask, installation: Installation, slug: str, wire: Wire
) -> None:
    push(app, slug, body_of("路灯不亮"))
    work(installation)
    wire.vouch = _raises
    push(app, slug, body_of("井盖缺失"))
    taken, held = items_of(installation, slug)

    with pytest.raises(ItemSettled, match="已是「已登记」"):
        again(installation, slug, taken.id)
    with pytest.raises(NotVouchedFor, match="来源没有核实"):
        again(installation, slug, held.id)
    with pytest.raises(NoSuchItem):
        again(installation, slug, 1)


def test_killed_after_accepting_and_before_the_job_was_done_there_is_one_ticket(
    app: Flask, installation: Installation, slug: str, database_url: str, wire: Wire
) -> None:
    push(app, slug, body_of("路灯不亮", "井盖缺失"))

    child = os.fork()
    if not child:
        try:
            own = make_installation(database_url, features=[wire.feature()])
            do = job.take_in

            def taken_in_and_killed(*given: Any, **how: Any) -> None:
                do(*given, **how)
                os.kill(os.getpid(), signal.SIGKILL)

            job.take_in = taken_in_and_killed
            work(own)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert tickets_of(installation, slug) == []

    work(installation)

    assert [ticket.text for ticket in tickets_of(installation, slug)] == ["路灯不亮", "井盖缺失"]
    assert items_of(installation, slug)[0].state == "taken_in"


def test_an_item_that_forgot_its_tickets_finds_them_again(app: Flask, installation: Installation, slug: str) -> None:
    push(app, slug, body_of("路灯不亮", "井盖缺失"))
    work(installation)
    [item], tickets = items_of(installation, slug), tickets_of(installation, slug)
    with installation.scope(slug) as scope:
        scope.session.execute(
            update(InboundItem).where(InboundItem.tenant_id == scope.tenant.id).values(state="waiting", tickets={})
        )

    installation.run(slug, lambda scope: take_in(scope, item.id, now=datetime.now(UTC)))

    assert [ticket.id for ticket in tickets_of(installation, slug)] == [ticket.id for ticket in tickets]
    assert items_of(installation, slug)[0].tickets == item.tickets


def test_two_workers_at_once_make_one_ticket(app: Flask, installation: Installation, slug: str) -> None:
    push(app, slug, body_of("路灯不亮"))
    [item] = items_of(installation, slug)

    def take(_: int) -> None:
        installation.run(slug, lambda scope: take_in(scope, item.id, now=datetime.now(UTC)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take, range(4)))

    assert len(tickets_of(installation, slug)) == 1


def test_what_fails_for_a_reason_of_ours_is_tried_again_and_then_waits_for_a_person(
    app: Flask, installation: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(app, slug, body_of("路灯不亮"))
    monkeypatch.setattr(taking, "accept", _raises)
    now = datetime.now(UTC)

    states = []
    for rest in (timedelta(), *BACKOFF):
        now += rest
        work(installation, now=now)
        [item] = items_of(installation, slug)
        states.append((item.state, item.failure.partition("：")[0]))

    assert states == [("waiting", "没有登记成功，稍后自动重试")] * 5 + [("needs_person", "多次自动登记没有成功")]
    monkeypatch.undo()
    again(installation, slug, item.id)
    assert len(tickets_of(installation, slug)) == 1


def test_a_recording_of_messages_pushed_twice_in_any_order_gives_the_same_tickets(
    app: Flask, installation: Installation, slug: str
) -> None:
    recording = [(f"m-{number}", body_of(f"第 {number} 件诉求")) for number in range(20)]
    for message_id, body in [*recording, *reversed(recording[3:]), *recording[:7]]:
        headers = {"message_id": message_id}
        assert push(app, slug, body, **headers).status_code == 202
        if message_id in ("m-5", "m-12"):
            work(installation)
    work(installation)

    assert sorted(ticket.text for ticket in tickets_of(installation, slug)) == sorted(
        f"第 {number} 件诉求" for number in range(20)
    )
