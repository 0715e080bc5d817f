"""The pothole of the article, from the WeChat message to the rating: the shipped Pingshan, the page that WeChat calls, the
worker, and a double of WeChat's API; the times are those of the published case.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.evaluation.models import Rating
from core.jobs.kinds import job_kinds
from core.journey import conclude, handle
from core.journey.accept import accept_registered
from core.tenancy.scope import Installation
from core.tickets.models import Message, Ticket, TicketEvent
from core.tickets.timeline import Actor, Order
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tenants.scenario import shipped_scenarios
from tenants.steps import Accept
from tests.builders import OPERATOR, REVIEWER, beijing
from tests.jobs.making import drain
from tests.journey.walking import Walk
from tests.wechat.client import Resident
from tests.wechat.double import WeChatApi
from tests.wechat.making import OPENID, set_wechat

[CASE] = [scenario for scenario in shipped_scenarios() if scenario.id == "7-pothole"]
THREE_MINUTES, HOUR = timedelta(minutes=3), timedelta(minutes=60)


@pytest.fixture
def pingshan(installation: Installation, api: WeChatApi) -> str:
    """Pingshan as it is shipped but for its name, with its account 坪山发布 connected, where a person files."""
    [profile] = [each for each in shipped_profiles() if each.slug == "pingshan"]
    mark = secrets.token_hex(3)
    slug = f"pingshan-{mark}"
    shipped = replace(profile, slug=slug, serial_prefix=f"X{mark.upper()}")
    apply_profile(installation, shipped, now=beijing("2020-11-01 10:00"))
    set_wechat(installation, slug, api, channel="wechat", name="坪山发布", acceptance="by_person")
    return slug


@pytest.fixture
def resident(session_app: Flask, installation: Installation, pingshan: str) -> Iterator[Resident]:
    clock = installation.database.clock
    yield Resident(session_app.test_client(), installation, pingshan)
    installation.database.clock = clock


def test_the_pothole_from_the_wechat_message_to_the_rating(resident: Resident, api: WeChatApi) -> None:
    filed = next(step for step in CASE.steps if isinstance(step, Accept))
    at = {type(step).__name__: step.at for step in CASE.steps}
    kinds = job_kinds({}, resident.installation)
    assert filed.submitted_at is not None

    def work(now: datetime) -> None:
        drain(resident.installation, kinds, now=now)

    answer = resident.writes(filed.text, filed.submitted_at)
    work(filed.submitted_at)
    walk = Walk(resident.installation, resident.slug)
    walk.serial_no = serial_no(resident)
    assert walk.serial_no in answer
    assert (walk.ticket().state, api.sent) == ("registered", [])

    do(walk, accept_registered, filed.at, OPERATOR, matter=filed.matter, nature=filed.nature)
    work(filed.at)
    told = api.told(OPENID)[0]
    assert told["character_string1"] == walk.serial_no
    assert told["character_string2"] in answer
    assert "立案" in told["thing6"]
    assert sent_at(walk)[0] - filed.submitted_at < THREE_MINUTES

    unit = walk.clerk("jtj-dl")
    assert walk.ticket().lead_unit_id == unit.unit_id
    do(walk, handle.sign, at["Sign"], unit)
    do(walk, handle.arrive, at["OnSite"], unit, what="抢修人员抵达现场施工")
    do(walk, handle.note, at["Note"], unit, what="坑洼填补压实，道路修复完成")
    do(walk, handle.reply, at["Reply"], unit, text="这条道路的路面坑洼已修复", disposition="resolved")
    do(walk, conclude.pass_reply, at["Review"], REVIEWER)
    do(walk, conclude.follow_up, at["FollowUp"], OPERATOR, outcome="reached")
    work(at["FollowUp"])
    assert resident.writes("1", at["Rate"]) == f"谢谢，您对诉求 {walk.serial_no} 的评价已记下。"

    entries = {entry.kind: entry.at for entry in walk.rows(TicketEvent, TicketEvent.seq)}
    assert entries["accept"] - entries["register"] < THREE_MINUTES
    assert entries["on_site"] - entries["dispatch"] < HOUR
    assert entries["note"] - entries["on_site"] <= 2 * HOUR
    assert (entries["register"], entries["accept"], entries["evaluate"]) == (filed.submitted_at, filed.at, at["Rate"])
    [rating] = walk.rows(Rating, Rating.id)
    assert (rating.resolved, rating.satisfaction) == ("yes", "satisfied")
    assert [each["phrase4"] for each in api.told(OPENID)][-1] == "回访中"
    assert all(each.state == "sent" for each in walk.rows(Message, Message.id) if each.transport == "wechat")

    set_wechat(resident.installation, resident.slug, api, channel="entrance", name="@坪山")
    resident.writes("新诉求 小区门口的路灯不亮了，晚上看不见路", at["Rate"] + THREE_MINUTES)
    assert channels(resident) == {("wechat", "坪山发布"), ("entrance", "@坪山")}


def do(walk: Walk, journey: Callable[..., Ticket], at: datetime, actor: Actor, **how: Any) -> None:
    """Give a command at the very second of the case."""
    walk.run(lambda scope: journey(scope, walk.serial_no, Order(actor, at), **how))


def sent_at(walk: Walk) -> list[datetime]:
    return [each.sent_at for each in walk.rows(Message, Message.id) if each.transport == "wechat" and each.sent_at]


def serial_no(resident: Resident) -> str:
    with resident.installation.scope(resident.slug) as scope:
        return scope.session.scalars(select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id)).one()


def channels(resident: Resident) -> set[tuple[str, str]]:
    with resident.installation.scope(resident.slug) as scope:
        found = select(Ticket.channel, Ticket.mailbox).where(Ticket.tenant_id == scope.tenant.id)
        return {(channel, mailbox) for channel, mailbox in scope.session.execute(found)}
