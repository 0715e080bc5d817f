"""在用户微信上实时反馈办理进度: every step is told once, in plain words, by the way the resident has, through real journeys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks import Channel
from core.hooks.roster import Roster
from core.intake.portal import NO_PAGE
from core.jobs.kinds import job_kinds
from core.jobs.transports.sms import SmsGateway
from core.journey import handle, join
from core.journey.own_appeal import NewsAsWished, wish_news
from core.journey.time import decide_extension, request_extension
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import Message, Ticket
from core.tickets.timeline import RESIDENT
from tests.builders import BEIJING, REVIEWER, beijing, make_actor, make_district, make_feature, make_installation
from tests.jobs.making import drain
from tests.jobs.outside import SECRET, SmsReceiver
from tests.journey.asking import raises
from tests.journey.walking import Walk

PHONE, OPENID = "13800000009", "o-a-resident-of-the-tests"
BY_PHONE, BY_WECHAT = Contact("陈先生", PHONE), Contact("陈先生", PHONE, wechat=OPENID)
FROM = "坪山区民生诉求中心："


@pytest.fixture(scope="module")
def house(database_url: str) -> Any:
    progress = Roster.installed().features["pingshan.progress"]
    web = make_feature("web", channels=lambda: [Channel("web", "网页", "web")])
    features = [progress, web, make_feature("broken", progress_news=raises)]
    installation = make_installation(database_url, features=features)
    yield installation
    installation.database.engine.dispose()


def district(house: Installation, feature: str = "pingshan.progress", **settings: Any) -> Walk:
    return Walk(house, make_district(house, features={"web": {}} | ({feature: settings} if feature else {})))


def news(walk: Walk) -> list[tuple[str, str, str]]:
    """Return what the resident was told: local time, by which transport, in which words."""
    told = [each for each in walk.rows(Message, Message.id) if each.to_unit_id is None]
    return [
        (f"{each.created_at.astimezone(BEIJING):%m-%d %H:%M}", each.transport, each.text.removeprefix(FROM))
        for each in told
    ]


def steps(walk: Walk) -> list[str]:
    return [each.news.partition("/")[0] if each.news else "" for each in walk.rows(Message, Message.id)
            if each.to_unit_id is None]  # fmt: skip


def walk_through(walk: Walk, contact: Contact) -> None:
    walk.take_in("2026-03-12 10:00", contact=contact, channel="web", submitted_at=beijing("2026-03-12 09:58"))
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    walk.do(handle.arrive, "2026-03-12 11:00", actor=walk.lead_clerk())
    walk.do(handle.arrive, "2026-03-12 11:20", actor=walk.lead_clerk())
    walk.reply("2026-03-12 15:00")
    walk.pass_reply("2026-03-12 15:10")


def test_each_step_is_told_in_wechat_in_its_time_with_number_unit_and_due_time_and_only_once(
    house: Installation,
) -> None:
    walk = district(house)
    walk_through(walk, BY_WECHAT)
    no = walk.serial_no

    told = news(walk)

    due = told[0][2].partition("已立案，")[2].partition("前答复")[0]
    assert told[:5] == [
        ("03-12 10:00", "wechat", f"诉求 {no} 已立案，{due}前答复。查询退订：{NO_PAGE}"),
        ("03-12 10:10", "wechat", f"诉求 {no} 已交道路管理处办理，{due}前答复。查询退订：{NO_PAGE}"),
        ("03-12 10:30", "wechat", f"诉求 {no} 已由道路管理处接手。查询退订：{NO_PAGE}"),
        ("03-12 11:00", "wechat", f"道路管理处已到现场处理诉求 {no}。查询退订：{NO_PAGE}"),
        ("03-12 15:00", "wechat", f"诉求 {no} 已办完，答复核对后送给您。查询退订：{NO_PAGE}"),
    ]
    assert told[5][:2] == ("03-12 15:10", "wechat")
    assert told[5][2].startswith(f"诉求 {no} 已办结。看答复、作评价：{NO_PAGE} 回复 1 满意")
    assert len(told) == 6
    assert due == f"{_due(walk).month} 月 {_due(walk).day} 日 {_due(walk):%H:%M}"


def test_without_wechat_an_sms_tells_of_the_filing_the_reply_and_the_end_alone(
    house: Installation, sms: SmsReceiver
) -> None:
    walk = district(house)
    walk_through(walk, BY_PHONE)
    sms.expects_now = False

    deliver(house, sms, beijing("2026-03-12 15:11"))

    mine = [each for each in sms.received if walk.serial_no in each["text"]]
    assert [each["to"] for each in mine] == [PHONE] * 3
    assert [each["text"][len(FROM) :] for each in mine] == [words for _, _, words in news(walk)]
    assert steps(walk) == ["filed", "replied", "concluded"]


def test_at_night_an_sms_waits_for_the_day_unless_it_answers_who_spoke_just_now(
    house: Installation, sms: SmsReceiver
) -> None:
    walk = district(house, dispatched="both", signed="both")
    sms.expects_now = False
    walk.take_in("2026-03-12 23:00", contact=BY_PHONE, submitted_at=beijing("2026-03-12 22:58"))
    walk.dispatch("2026-03-12 23:10")

    def arrived() -> list[str]:
        return [each["text"] for each in sms.received if walk.serial_no in each["text"]]

    deliver(house, sms, beijing("2026-03-12 23:11"))
    assert ["已立案" in text for text in arrived()] == [True]
    deliver(house, sms, beijing("2026-03-13 08:00"))
    assert ["已立案" in text for text in arrived()] == [True, False]


def test_who_stops_the_news_is_told_the_answer_alone_and_may_have_them_again(house: Installation) -> None:
    walk = district(house)
    walk.take_in("2026-03-12 10:00", contact=BY_WECHAT)
    walk.do(wish_news, "2026-03-12 10:01", actor=RESIDENT, stopped=True)
    with pytest.raises(NewsAsWished, match="现在就是只通知答复，没有改动"):
        walk.do(wish_news, "2026-03-12 10:01", actor=RESIDENT, stopped=True)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    walk.reply("2026-03-12 15:00")
    walk.pass_reply("2026-03-12 15:10")
    walk.do(wish_news, "2026-03-12 15:20", actor=RESIDENT, stopped=False)
    walk.redo("2026-03-12 16:00")

    assert steps(walk) == ["filed", "concluded", "redone"]
    assert [entry.summary for entry in walk.entries() if entry.kind == "news"] == [
        "诉求人不再接收进展推送，只通知答复",
        "诉求人恢复接收进展推送",
    ]


def test_more_time_is_told_when_it_is_granted_with_the_new_time_and_a_denied_request_is_not(
    house: Installation,
) -> None:
    walk = district(house)
    walk.take_in("2026-03-12 10:00", contact=BY_WECHAT)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    before = _due(walk)
    for approved, at in ((False, "11:00"), (True, "12:00")):
        walk.do(request_extension, f"2026-03-12 {at}", actor=walk.lead_clerk(), days=2, reason="等材料")
        walk.do(decide_extension, f"2026-03-12 {at}", actor=REVIEWER, approved=approved, note="核实")

    *_, (at, _, words) = news(walk)
    after = _due(walk)

    assert after > before
    assert steps(walk) == ["filed", "dispatched", "signed", "extended"]
    assert (at, f"{after.month} 月 {after.day} 日 {after:%H:%M}前答复" in words) == ("03-12 12:00", True)


def test_who_is_attached_hears_of_the_masters_steps_under_their_own_number(house: Installation) -> None:
    walk = district(house)
    walk.take_in("2026-03-12 09:00", contact=BY_WECHAT)
    other = Walk(house, walk.slug)
    other.take_in("2026-03-12 09:30", contact=Contact("王女士", wechat="o-another"))
    other.attach("2026-03-12 09:40", master=walk.serial_no)
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 10:30")
    walk.reply("2026-03-12 15:00")
    walk.pass_reply("2026-03-12 15:10")

    assert steps(other) == ["filed", "attached", "dispatched", "signed", "replied", "concluded"]
    assert all(other.serial_no in words and walk.serial_no not in words for _, _, words in news(other))


def test_the_writer_of_a_split_letter_hears_which_units_have_the_parts(house: Installation) -> None:
    whole = district(house)
    whole.take_in("2026-03-12 10:00", contact=BY_WECHAT, text="一、路面坑洼。二、路灯不亮。")
    whole.do(join.split, "2026-03-12 10:05", actor=_desk(), texts=["路面坑洼", "路灯不亮"])
    parts = whole.run(
        lambda scope: scope.session.scalars(
            select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id.is_not(None))
        ).all()
    )
    for number, lead in zip(sorted(parts), ("roads", "parks"), strict=True):
        Walk(house, whole.slug, number).dispatch("2026-03-12 10:10", lead=lead)

    assert [(words.partition("已交")[2].partition("办理")[0], whole.serial_no in words) for _, _, words in news(whole)[1:]] == [
        ("道路管理处", True),
        ("园林管理处", True),
    ]  # fmt: skip


@pytest.mark.parametrize("feature", ["", "broken"])
def test_where_no_feature_tells_or_one_fails_only_the_answer_is_told_as_ever(house: Installation, feature: str) -> None:
    walk = district(house, feature)
    walk_through(walk, BY_PHONE)

    assert [(at, transport, words.partition("，")[0]) for at, transport, words in news(walk)] == [
        ("03-12 15:10", "sms", f"您的诉求 {walk.serial_no} 已答复")
    ]


def deliver(house: Installation, sms: SmsReceiver, now: datetime) -> None:
    gateways: Mapping[str, Any] = {"sms": SmsGateway.configured(sms.url, SECRET)}
    drain(house, job_kinds(gateways, house), now=now)


def _due(walk: Walk) -> datetime:
    """Return until when the resident is to be answered, in local time."""
    due = walk.clocks("reply")[-1].due_at
    assert due is not None
    return due.astimezone(BEIJING)


def _desk() -> Any:
    return make_actor("坐席甲", "operator", id=1)
