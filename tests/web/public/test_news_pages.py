"""How one is told 告知方式, on pages: chosen with number and code, stopped by a link, and an e-mail address confirmed by its reader."""

import re
from html import unescape

import pytest

from core.kit.serials import access_code
from core.tickets.contact import Contact
from core.tickets.links import Purpose, link_token
from core.tickets.models import Message, TicketContact
from core.tickets.sealing import opened
from tests.builders import KEYS, beijing
from tests.journey.walking import Walk
from tests.web.conftest import House

EMAIL, PHONE = "chen@example.com", "13800000009"
NOW = beijing("2026-03-12 12:00")


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.public.site.clock", lambda: NOW)


def token(walk: Walk, purpose: Purpose) -> str:
    return walk.run(lambda scope: link_token(scope, walk.ticket(), purpose, now=NOW))


def left(walk: Walk) -> Contact:
    [row] = [each for each in walk.rows(TicketContact) if each.ticket_id == walk.ticket().id]
    with walk.installation.scope(walk.slug) as scope:
        return opened(scope.keys, row)


def test_a_mailbox_is_confirmed_by_its_reader_and_not_by_what_opens_links(house: House) -> None:
    walk, client = Walk(house.installation, house.slug), house.app.test_client()
    walk.take_in(text="三单元半夜装修", contact=Contact("陈先生", email=EMAIL, tell_by="mail"))
    page = f"/public/{house.slug}/mailbox/{token(walk, 'email')}"

    asked = client.get(page)

    assert (asked.status_code, asked.headers["Cache-Control"], left(walk).email_confirmed) == (200, "no-store", False)
    words = unescape(asked.get_data(as_text=True))
    assert all(word in words for word in ("c***@example.com", "是我的，确认", "不是我的，删除邮箱"))
    assert [word in words for word in (EMAIL, "装修", "陈")] == [False] * 3
    assert client.post(page, data={"whose": "nobody's"}).status_code == 400
    for _ in range(2):  # sent twice, it is as they said
        assert "邮箱已确认" in client.post(page, data={"whose": "mine"}).get_data(as_text=True)
    assert left(walk).email_confirmed
    assert "已删除这个邮箱" in client.post(page, data={"whose": "not-mine"}).get_data(as_text=True)
    assert left(walk).email == ""
    assert "链接已失效" in client.get(page).get_data(as_text=True)


def test_a_link_opens_what_it_was_made_for_alone(house: House) -> None:
    walk, client = Walk(house.installation, house.slug), house.app.test_client()
    walk.take_in(text="三单元半夜装修", contact=Contact("陈先生", email=EMAIL, tell_by="mail"))
    base = f"/public/{house.slug}"

    assert client.get(f"{base}/r/{token(walk, 'email')}").status_code == 404
    for purpose in ("rate", "stop-news", "follow"):
        assert "链接已失效" in client.get(f"{base}/mailbox/{token(walk, purpose)}").get_data(as_text=True)
    old = token(walk, "email")
    choose(house, walk, by="mail", email="other@example.com")
    # The link that went to the first address says nothing of the second one.
    late = client.post(f"{base}/mailbox/{old}", data={"whose": "mine"})
    assert (late.status_code, "链接已失效" in late.get_data(as_text=True)) == (404, True)
    assert (left(walk).email, left(walk).email_confirmed) == ("other@example.com", False)


def test_the_mailbox_own_button_stops_the_news_by_one_post(house: House) -> None:
    walk, client = Walk(house.installation, house.slug), house.app.test_client()
    walk.take_in(contact=Contact("陈先生", PHONE))
    page = f"/public/{house.slug}/r/{token(walk, 'stop-news')}"

    opened_only = client.get(page)
    assert (opened_only.status_code, walk.ticket().news_stopped) == (200, False)
    assert f"/public/{house.slug}/progress?number={walk.serial_no}" in opened_only.get_data(as_text=True)
    # As RFC 8058 has the provider's program send it: no cookie, no page, no origin.
    sent = client.post(page, data={"List-Unsubscribe": "One-Click"})
    assert (sent.status_code, walk.ticket().news_stopped) == (200, True)
    assert "Set-Cookie" not in sent.headers


def test_the_choice_is_made_with_number_and_code_and_what_is_refused_is_kept_typed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:25?from=huiying@example.gov")
    walk = Walk(house.installation, house.slug)
    walk.take_in(contact=Contact("陈先生", PHONE))

    refused = choose(house, walk, by="mail", email="chen@")
    assert all(words in refused for words in ("不是完整的邮箱地址", 'value="chen@"', 'value="mail" required checked'))
    chosen = choose(house, walk, by="mail", email=EMAIL, hours="9-18")
    assert all(words in chosen for words in ("今后这样通知您", "c***@example.com", "还没有确认"))
    assert re.search(r'<option value="9-18" selected>', chosen)
    assert (left(walk).tell_by, left(walk).tell_hours, left(walk).email) == ("mail", "9-18", EMAIL)
    [asked] = [each for each in walk.rows(Message) if each.transport == "mail"]
    assert asked.text == f"您选择用邮件接收诉求 {walk.serial_no} 的消息。"


def choose(house: House, walk: Walk, **fields: str) -> str:
    ticket = walk.ticket()
    code = access_code(KEYS, tenant_id=ticket.tenant_id, ticket_id=ticket.id, version=ticket.code_version)
    own = {"number": walk.serial_no, "code": code, "stopped": "no", "hours": "", "version": str(ticket.version)}
    answer = house.app.test_client().post(f"/public/{house.slug}/progress/news", data=own | fields)
    return unescape(answer.get_data(as_text=True))
