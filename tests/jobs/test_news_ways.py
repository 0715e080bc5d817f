"""Who chose a way is told by it, in the hours they chose, once; an e-mail address is told nothing before it is confirmed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.hooks import Channel
from core.hooks.core_features import PORTAL_INTAKE, TELLING
from core.hooks.roster import Roster
from core.intake.destinations import DESTINATIONS
from core.jobs.kinds import job_kinds
from core.jobs.transports.mail import MailServer
from core.jobs.transports.sms import SmsGateway
from core.journey.complete import ask_to_complete
from core.journey.desk import transfer_out
from core.journey.news_ways import NoEmail, WayUnusable, choose_news, confirm_email, disown_email, stopped_words
from core.journey.own_appeal import NewsAsWished, wish_news
from core.journey.resident_links import confirm_link, rating_link, stop_link
from core.tenancy.scope import Installation
from core.tickets.contact import Contact, EmailUnusable
from core.tickets.messages import transport_to
from core.tickets.models import Message, TicketContact
from core.tickets.sealing import opened
from core.tickets.timeline import RESIDENT
from tests.builders import OPERATOR, beijing, make_district, make_feature, make_installation
from tests.jobs.making import drain
from tests.jobs.outside import SECRET, MailReceiver, SmsReceiver
from tests.journey.walking import Walk

PHONE, OPENID, EMAIL = "13800000009", "o-a-resident-of-the-tests", "chen@example.com"
PAGE = "https://suqiu.example.gov.cn"
SERIAL = re.compile(r"T[0-9A-F]{8}\d{13}")
KNOWN = Contact("陈先生", PHONE, wechat=OPENID, email=EMAIL, email_confirmed=True)
BY_MAIL = Contact("陈先生", email=EMAIL, tell_by="mail")
STEPS, FREE = ["filed", "replied", "concluded"], ["filed", "dispatched", "signed", "replied", "concluded"]


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[Installation]:
    web = make_feature("web", channels=lambda: [Channel("web", "网页", "web"), Channel("texts", "短信", "sms")])
    made = make_installation(database_url, features=[Roster.installed().features["pingshan.progress"], web])
    yield made
    made.database.engine.dispose()


@pytest.fixture
def gateways(sms: SmsReceiver, mail: MailReceiver) -> Mapping[str, Any]:
    sms.expects_now = False
    server = MailServer.configured(f"smtp://{mail.address}?from=huiying@example.gov")
    return {"sms": SmsGateway.configured(sms.url, SECRET), "mail": server}


def district(house: Installation, *, steps: bool = True, core: Mapping[str, Mapping[str, Any]] | None = None) -> Walk:
    features = {"web": {}, PORTAL_INTAKE.id: {"address": PAGE}, **({"pingshan.progress": {}} if steps else {})}
    return Walk(house, make_district(house, features={**features, **(core or {})}))


def told(walk: Walk) -> list[tuple[str, str]]:
    """Return by which transport the resident was told of what, in its order."""
    mine = [each for each in walk.rows(Message, Message.id) if each.to_unit_id is None]
    return [(each.transport, (each.news or "other").partition("/")[0]) for each in mine]


def deliver(walk: Walk, gateways: Mapping[str, Any], at: str) -> None:
    drain(walk.installation, job_kinds(gateways, walk.installation), now=beijing(at))


def handled(walk: Walk, contact: Contact, **appeal: Any) -> None:
    walk.take_in("2026-03-12 10:00", contact=contact, channel="web", **appeal)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    walk.reply("2026-03-12 15:00")
    walk.pass_reply("2026-03-12 15:10")


@pytest.mark.parametrize(
    ("by", "steps", "answer"),
    [
        ("", [("wechat", step) for step in FREE], "wechat"),
        ("wechat", [("wechat", step) for step in FREE], "wechat"),
        ("sms", [("sms", step) for step in STEPS], "sms"),
        # The answer itself goes to a mailbox that is confirmed, so that it is there is not told besides.
        ("mail", [("mail", "filed"), *[("mail", step) for step in FREE[1:-1]], ("mail", "answered")], "mail"),
        ("none", [], ""),
    ],
)
def test_every_kind_of_message_goes_by_the_way_that_was_chosen_and_once(
    house: Installation, gateways: Any, sms: SmsReceiver, mail: MailReceiver, by: Any, steps: Any, answer: str
) -> None:
    contact = replace(KNOWN, tell_by=by)
    asked, walk, plain = district(house), district(house), district(house, steps=False)
    asked.take_in("2026-03-12 09:00", contact=contact, channel="web")
    asked.do(ask_to_complete, "2026-03-12 09:10", actor=OPERATOR, what="在哪条路")
    handled(walk, contact)
    plain.take_in("2026-03-12 10:00", contact=contact, channel="web")
    plain.answer("2026-03-12 10:10")

    assert told(asked) == ([(answer, "filed"), (answer, "other")] if answer else [])
    assert told(walk) == steps
    assert told(plain) == ([(answer, "answered")] if answer else [])
    for at in ("2026-03-12 15:11", "2026-03-12 15:12"):  # the second time there is nothing left to send
        deliver(walk, gateways, at)
    everybody = [each for one in (asked, walk, plain) for each in told(one)]
    ids = [f"{one.slug}-{each.id}" for one in (asked, walk, plain) for each in one.rows(Message)]
    sent = [each for each in sms.ids if each in ids], [each for each in mail.ids if each in ids]
    assert [len(each) for each in sent] == [len(set(each)) for each in sent]
    assert [len(each) for each in sent] == [[way for way, _ in everybody].count(way) for way in ("sms", "mail")]


def test_a_mail_carries_subject_link_and_the_mailbox_own_way_to_unsubscribe(
    house: Installation, gateways: Any, mail: MailReceiver
) -> None:
    walk = district(house)
    handled(walk, replace(KNOWN, tell_by="mail"))

    deliver(walk, gateways, "2026-03-12 15:11")

    filed, *_, answer = [each for each in mail.received if walk.serial_no in each["subject"]]
    stop = walk.run(lambda scope: stop_link(scope, walk.ticket(), now=beijing("2026-03-12 15:11")))
    rate = walk.run(lambda scope: rating_link(scope, walk.ticket(), now=beijing("2026-03-12 15:11")))
    assert (filed["to"], filed["subject"].partition("：")[2]) == (EMAIL, f"您的诉求 {walk.serial_no} 有新进展")
    assert (filed["list-unsubscribe"], filed["list-unsubscribe-post"]) == (f"<{stop}>", "List-Unsubscribe=One-Click")
    assert filed.get_content_type() == "text/plain"
    assert f"查询退订：{stop}" in filed.get_content()
    assert f"办理进展：{PAGE}/public/{walk.slug}/progress?number={walk.serial_no}" in filed.get_content()
    assert answer["list-unsubscribe"] is None
    assert answer["subject"].endswith(f"您的诉求 {walk.serial_no} 已答复")
    assert f"已答复：已修补 评价：{rate}" in answer.get_content()


def test_an_address_is_told_the_number_alone_before_its_reader_says_whose_it_is(
    house: Installation, gateways: Any, mail: MailReceiver
) -> None:
    walk = district(house)
    handled(walk, BY_MAIL, text="三单元王家半夜装修")
    deliver(walk, gateways, "2026-03-12 15:11")
    mine = [each for each in mail.received if walk.serial_no in each["subject"]]
    link = walk.run(lambda scope: confirm_link(scope, walk.ticket(), now=beijing("2026-03-12 15:11")))

    assert len(mine) == 5
    assert all(link in each.get_content() for each in mine)
    said = " ".join(each.get_content() for each in mine)
    assert [word in said for word in ("装修", "道路管理处", "已修补", "前答复", "/r/")] == [False] * 5
    # That mail came to a mailbox which may be somebody else's proves nothing.
    assert told(walk)[-1] == ("mail", "unconfirmed")
    assert "装修" not in "".join(each.text for each in walk.rows(Message))

    walk.do(confirm_email, "2026-03-12 16:00", actor=RESIDENT)
    with pytest.raises(NoEmail, match="没有待确认的邮箱"):
        walk.do(confirm_email, "2026-03-12 16:00", actor=RESIDENT)
    walk.redo("2026-03-12 16:10")
    deliver(walk, gateways, "2026-03-12 16:11")
    assert f"诉求 {walk.serial_no} 将重新办理" in mail.received[-1].get_content()


def test_who_reads_somebody_elses_mail_has_the_address_erased(house: Installation) -> None:
    walk = district(house)
    walk.take_in("2026-03-12 10:00", contact=replace(BY_MAIL, phone=PHONE), channel="web")
    walk.do(disown_email, "2026-03-12 10:05", actor=RESIDENT)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    walk.reply("2026-03-12 15:00")

    [row] = walk.rows(TicketContact)
    with walk.installation.scope(walk.slug) as scope:
        assert opened(scope.keys, row) == Contact("陈先生", PHONE)
    assert (row.email_hash, transport_to(row)) == (None, "sms")
    assert told(walk) == [("mail", "filed"), ("sms", "replied")]
    assert EMAIL not in "".join(entry.summary for entry in walk.entries())


def test_what_the_mail_server_refuses_for_good_is_told_by_sms_and_seen(
    house: Installation, gateways: Any, sms: SmsReceiver, mail: MailReceiver
) -> None:
    walk = district(house, steps=False)
    walk.take_in("2026-03-12 10:00", contact=replace(KNOWN, tell_by="mail"), channel="web")
    walk.answer("2026-03-12 10:10", text="请致电路政热线")
    mail.refusals = ["550 no such user"]

    deliver(walk, gateways, "2026-03-12 10:11")
    deliver(walk, gateways, "2026-03-12 10:12")

    rate = walk.run(lambda scope: rating_link(scope, walk.ticket(), now=beijing("2026-03-12 10:11")))
    [refused, instead] = [each for each in walk.rows(Message, Message.id) if each.to_unit_id is None]
    assert (refused.state, refused.failure) == (
        "failed",
        "邮件服务器拒绝了收件地址（SMTP 550），请核对邮箱。已改发短信。",
    )
    assert (instead.transport, instead.state) == ("sms", "sent")
    assert [each["text"] for each in sms.received if walk.serial_no in each["text"]] == [
        f"您的诉求 {walk.serial_no} 已答复。看答复、作评价：{rate}"
    ]


def test_an_sms_instead_of_wechat_asks_nobody_to_rate_by_writing_back(
    house: Installation, gateways: Any, sms: SmsReceiver
) -> None:
    walk = district(house)
    handled(walk, KNOWN)  # the district has no WeChat account, so every notice fails

    deliver(walk, gateways, "2026-03-12 15:11")
    deliver(walk, gateways, "2026-03-12 15:12")

    rate = walk.run(lambda scope: rating_link(scope, walk.ticket(), now=beijing("2026-03-12 15:11")))
    mine = [each["text"] for each in sms.received if walk.serial_no in each["text"]]
    assert mine[-1] == f"坪山区民生诉求中心：诉求 {walk.serial_no} 已办结。看答复、作评价：{rate}"
    assert "回复 1" not in "".join(mine)


def test_quiet_hours_are_the_districts_and_the_residents_own_where_they_chose(
    house: Installation, gateways: Any, sms: SmsReceiver
) -> None:
    early = district(house, core={TELLING.id: {"day_begins": 9, "day_ends": 18}})
    whenever, evening = Walk(house, early.slug), Walk(house, early.slug)
    for walk, hours in ((early, ""), (whenever, "0-24"), (evening, "18-21")):
        walk.take_in("2026-03-12 10:00", contact=replace(KNOWN, tell_by="sms", tell_hours=hours), channel="web")
        walk.dispatch("2026-03-12 10:10")
        walk.sign("2026-03-12 10:30")
        walk.reply("2026-03-12 18:30")

    def arrived(at: str) -> list[bool]:
        deliver(early, gateways, at)
        texts = [each["text"] for each in sms.received]
        return [
            any("已办完" in text and walk.serial_no in text for text in texts) for walk in (early, whenever, evening)
        ]

    assert arrived("2026-03-12 18:31") == [False, True, True]
    assert arrived("2026-03-13 08:59") == [False, True, True]
    assert arrived("2026-03-13 09:00") == [True, True, True]


def test_a_choice_is_kept_in_words_without_the_address_and_refused_in_words(house: Installation) -> None:
    walk = district(house)
    walk.take_in("2026-03-12 10:00", contact=Contact("陈先生", PHONE), channel="web")

    def choose(at: str, **chosen: Any) -> None:
        walk.do(choose_news, f"2026-03-12 {at}", actor=RESIDENT, **chosen)

    with pytest.raises(WayUnusable, match="请填写邮箱"):
        choose("10:01", by="mail")
    with pytest.raises(WayUnusable, match="不是从微信来的"):
        choose("10:01", by="wechat")
    with pytest.raises(WayUnusable, match="没有这种告知方式或时段"):
        choose("10:01", by="sms", hours="3-4")
    with pytest.raises(EmailUnusable, match="“chen@”不是完整的邮箱地址"):
        choose("10:01", by="mail", email="chen@")
    choose("10:02", by="mail", email=" Chen@EXAMPLE.com", hours="9-18", stopped=True)
    choose("10:03", by="none", hours="9-18", stopped=True)
    with pytest.raises(NewsAsWished, match="现在就是这样通知的"):
        choose("10:04", by="none", hours="9-18", stopped=True)

    assert [entry.summary for entry in walk.entries() if entry.kind == "news"] == [
        "诉求人选择用邮件通知，时段：9 点到 18 点，只通知答复",
        "诉求人选择不接收通知，自己查看",
    ]
    assert told(walk) == [("sms", "filed"), ("mail", "email")]
    [row] = walk.rows(TicketContact)
    with walk.installation.scope(walk.slug) as scope:
        assert opened(scope.keys, row).email == "Chen@example.com"


def test_what_the_core_says_fits_one_sms_and_two_with_the_pages_address(house: Installation) -> None:
    def texts(core: dict[str, Any]) -> list[str]:
        first = district(house, steps=False, core=core)
        walks = [first, *(Walk(house, first.slug) for _ in range(3))]
        for walk in walks:
            walk.take_in("2026-03-12 10:00", contact=Contact("陈先生", PHONE), channel="web")
        master, joined, moved, refused = walks
        joined.attach("2026-03-12 10:05", master=master.serial_no)
        master.do(ask_to_complete, "2026-03-12 10:06", actor=OPERATOR, what="在哪条路")
        master.answer("2026-03-12 10:10")
        moved.do(
            transfer_out, "2026-03-12 10:10", actor=OPERATOR, destination=next(iter(DESTINATIONS)), reason="省级事权"
        )
        refused.do(wish_news, "2026-03-12 10:11", actor=RESIDENT, stopped=True)
        words = stopped_words([refused.serial_no], stopped=True)
        told = [each for walk in walks for each in walk.rows(Message) if each.to_unit_id is None]
        numbers = [walk.serial_no for walk in walks]
        assert all(any(number in each.text for number in numbers) for each in told)
        assert len(told) == 6
        # A shipped district's number is seven characters shorter, and its name nine.
        shown = [each.text.replace(f"/public/{first.slug}", "/public/pingshan") for each in told]
        return [SERIAL.sub("PS2603124471835", text) for text in [*shown, words]]

    alone, with_link = texts({PORTAL_INTAKE.id: {}}), texts({})
    assert [text for text in alone if len(text) > 70] == []
    assert [text for text in with_link if len(text) > 2 * 67] == []
    assert sum(PAGE in text for text in with_link) == 6
