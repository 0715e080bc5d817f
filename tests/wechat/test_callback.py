"""The address that WeChat calls: who is let in, what counts once, and that a kept message is never lost."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.roster import Roster
from core.intake.models import InboundItem, WechatMessage
from core.jobs.kinds import job_kinds
from core.journey.inbound.take_in import read_again
from core.journey.settings.checking import findings_of
from core.journey.settings.held import held
from core.people.rules import FAILURES_PER_ADDRESS
from core.tenancy.revisions import get_revision
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.web import wechat as page
from tests.builders import beijing, make_district
from tests.jobs.making import drain
from tests.wechat.client import NONCE, Resident, sign
from tests.wechat.double import WeChatApi
from tests.wechat.making import OTHER, TOKEN, set_wechat

NOON = beijing("2026-03-12 12:00")
POTHOLE = "幸福路口的路面有一个大坑，骑车很危险"


def rows(resident: Resident, model: Any) -> list[Any]:
    with resident.installation.scope(resident.slug) as scope:
        own = select(model).where(model.tenant_id == scope.tenant.id)
        return list(scope.session.scalars(own.order_by(*model.__table__.primary_key)))


def text(resident: Resident, words: str = POTHOLE, at: datetime = NOON, **how: Any) -> bytes:
    return resident.xml(at, MsgType="text", Content=words, **how)


def test_the_server_is_verified_by_saying_back_what_wechat_says(resident: Resident) -> None:
    resident.push(NOON, text(resident))
    timestamp = str(int(NOON.timestamp()))
    query = {"timestamp": timestamp, "nonce": NONCE, "echostr": "7313021563271871"}

    right = resident.client.get(
        f"/wechat/{resident.slug}", query_string=query | {"signature": sign(TOKEN, timestamp, NONCE)}
    )
    wrong = resident.client.get(
        f"/wechat/{resident.slug}", query_string=query | {"signature": sign("guessed", timestamp, NONCE)}
    )

    assert (right.status_code, right.text) == (200, "7313021563271871")
    assert wrong.status_code == 401
    assert "7313021563271871" not in wrong.text


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"signature": "0" * 40}, 401, "push-not-authenticated"),
        ({"msg_signature": "0" * 40}, 401, "push-not-authenticated"),
        ({"nonce": "another"}, 401, "push-not-authenticated"),
        ({"signed_at": NOON - timedelta(minutes=6)}, 401, "push-stale"),
        ({"signed_at": NOON + timedelta(minutes=6)}, 401, "push-stale"),
        ({"app_id": "wxffffffffffffffff"}, 401, "push-not-authenticated"),
        ({"body": b"garbage"}, 400, "push-unreadable"),
        ({"body": b'<!DOCTYPE x [<!ENTITY a "ha">]><xml><Encrypt>&a;</Encrypt></xml>'}, 400, "push-unreadable"),
        ({"body": b"<xml><Encrypt>" + b"x" * 70_000 + b"</Encrypt></xml>"}, 400, "push-unreadable"),
        ({"body": b"<xml>" + b"x" * 1_100_000 + b"</xml>"}, 413, "request-too-large"),
        ({"slug": "nowhere"}, 404, "not-found"),
    ],
)
def test_what_is_not_wechat_s_is_refused_and_nothing_is_kept(
    resident: Resident, changed: dict[str, Any], status: int, code: str
) -> None:
    response = resident.push(NOON, text(resident), **changed)

    assert response.status_code == status
    assert rows(resident, InboundItem) == []


def test_a_message_for_another_account_or_in_the_clear_is_refused(resident: Resident) -> None:
    other = text(resident).replace(b"gh_7f083739789a", b"gh_000000000000")
    plain = text(resident)

    assert resident.push(NOON, other).status_code == 401
    assert resident.push(NOON, plain, body=plain).status_code == 401
    assert resident.push(NOON, b"<!DOCTYPE x><xml/>").status_code == 400
    assert rows(resident, InboundItem) == []


def test_a_district_without_an_account_has_no_such_address(resident: Resident, installation: Installation) -> None:
    assert resident.push(NOON, text(resident), slug=make_district(installation)).status_code == 404


def test_an_address_that_guesses_is_asked_to_wait(resident: Resident) -> None:
    for _ in range(FAILURES_PER_ADDRESS):
        assert resident.push(NOON, text(resident), signature="0" * 40).status_code == 401

    throttled = resident.push(NOON, text(resident))

    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "900")
    assert resident.push(NOON + timedelta(minutes=20), text(resident, at=NOON)).status_code == 200


def test_the_same_message_again_counts_once_and_gets_the_same_answer(resident: Resident) -> None:
    """WeChat sends a message up to three times when it got no answer; a stranger who caught one may send it again."""
    message = text(resident)

    answers = [resident.opened(resident.push(NOON + timedelta(seconds=5 * n), message).data) for n in range(3)]

    assert len(set(answers)) == 1
    assert len(rows(resident, Ticket)) == len(rows(resident, InboundItem)) == 1


def test_the_same_event_again_counts_once(resident: Resident) -> None:
    for second in (0, 5, 10):
        event = resident.xml(NOON, MsgType="event", Event="subscribe")
        resident.push(NOON + timedelta(seconds=second), event)

    assert len(rows(resident, WechatMessage)) == 1


def test_what_cannot_be_read_at_once_is_kept_and_read_by_a_worker(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(page, "take_in", broken)
        answer = resident.writes(POTHOLE, NOON)
    assert answer == "已收到，我们会尽快处理。"
    assert [each.state for each in rows(resident, InboundItem)] == ["waiting"]

    drain(resident.installation, job_kinds({}, resident.installation), now=NOON + timedelta(minutes=1))

    assert [each.text for each in rows(resident, Ticket)] == [POTHOLE]
    assert [each.state for each in rows(resident, InboundItem)] == ["taken_in"]


def test_what_cannot_be_taken_in_waits_for_a_person(resident: Resident, api: WeChatApi) -> None:
    set_wechat(resident.installation, resident.slug, api, channel="gone")

    resident.writes(POTHOLE, NOON)

    [item] = rows(resident, InboundItem)
    assert item.state == "needs_person"
    assert "gone" in item.failure

    set_wechat(resident.installation, resident.slug, api)
    with resident.installation.scope(resident.slug) as scope:
        read_again(scope, item.id, now=NOON + timedelta(hours=1))
    assert [(each.state, each.failure) for each in rows(resident, InboundItem)] == [("taken_in", "")]
    assert [each.text for each in rows(resident, Ticket)] == [POTHOLE]


def test_two_messages_at_once_are_one_appeal_and_its_supplement(resident: Resident) -> None:
    """Two threads of the server, each with one of two messages of the same person."""
    started = threading.Barrier(2)
    messages = [text(resident, POTHOLE), text(resident, "就在公交站旁边")]
    client = resident.client.application.test_client

    def send(message: bytes) -> None:
        each = Resident(client(), resident.installation, resident.slug)
        started.wait(5)
        assert each.push(NOON, message).status_code == 200

    threads = [threading.Thread(target=send, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(rows(resident, Ticket)) == 1
    assert len(rows(resident, WechatMessage)) == 2


def test_two_residents_do_not_see_each_other(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    resident.openid = OTHER
    resident.writes("路灯不亮", NOON + timedelta(minutes=1))

    assert len(rows(resident, Ticket)) == 2


@pytest.mark.parametrize(
    ("secret", "words"),
    [("", None), ("wrong", "AppSecret 不对")],
)
def test_the_check_of_the_settings_tries_the_credentials(
    resident: Resident, api: WeChatApi, secret: str, words: str | None
) -> None:
    if secret:
        api.is_down = False
        set_wechat(resident.installation, resident.slug, api, secret=secret)
    roster = Roster.installed()
    with resident.installation.scope(resident.slug) as scope:
        now_held = held(scope, roster, "core.wechat")
        assert now_held.in_force is not None
        found = findings_of(scope, roster, now_held, get_revision(scope, "core.wechat", now_held.in_force), now=NOON)

    errors = [each.text for each in found if each.level == "error"]
    assert errors == [] if words is None else any(words in each for each in errors)
