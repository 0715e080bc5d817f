"""A conversation in WeChat: an appeal, more to it, how it stands, its rating, and another appeal."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from core.evaluation.models import Rating, RatingCause
from core.files.models import TicketFile
from core.intake.models import InboundItem, WechatMessage
from core.jobs.kinds import job_kinds
from core.journey.accept import accept_registered
from core.journey.conversation import converse
from core.journey.erase import erase_person
from core.tickets.models import Message, Ticket, TicketContact, TicketEvent
from core.tickets.sealing import opened
from tests.builders import OPERATOR, beijing, make_actor, make_district
from tests.jobs.making import drain
from tests.journey.walking import Walk
from tests.wechat.client import Resident
from tests.wechat.double import WeChatApi
from tests.wechat.making import OPENID, OTHER, set_wechat
from tests.wechat.test_callback import rows

NOON = beijing("2026-03-12 12:00")
POTHOLE = "幸福路口的路面有一个大坑，骑车很危险"
TOPIC = {"words": ["居住证怎么办理", "居住证在哪里申领"], "answer": "请在小程序申领。", "source": "公安分局审定"}


def later(**how: int) -> datetime:
    return NOON + timedelta(**how)


def tickets(resident: Resident) -> list[Ticket]:
    return sorted(rows(resident, Ticket), key=lambda each: each.submitted_at)


def entries(resident: Resident, kind: str) -> list[str]:
    return [each.summary for each in rows(resident, TicketEvent) if each.kind == kind]


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(made, "JPEG")
    return made.getvalue()


def concluded(resident: Resident) -> Walk:
    """Have the resident's ticket handled and answered."""
    walk = Walk(resident.installation, resident.slug, tickets(resident)[-1].serial_no)
    walk.dispatch("2026-03-12 12:20")
    walk.sign("2026-03-12 12:30")
    walk.reply("2026-03-12 14:00", text="幸福路口路面的大坑已修补")
    walk.pass_reply("2026-03-12 14:30")
    return walk


def test_a_text_is_an_appeal_and_is_told_its_number_at_once(resident: Resident, api: WeChatApi) -> None:
    answer = resident.writes(POTHOLE, NOON)

    [ticket] = tickets(resident)
    assert (ticket.text, ticket.channel, ticket.medium, ticket.submitted_at) == (
        POTHOLE,
        "wechat-account",
        "wechat",
        NOON,
    )
    assert ticket.accepted_at == NOON
    assert ticket.serial_no in answer
    assert "提取码" in answer
    [kept] = rows(resident, WechatMessage)
    assert "{access_code}" in kept.answer  # the code itself stands nowhere
    [contact] = rows(resident, TicketContact)
    with resident.installation.scope(resident.slug) as scope:
        assert opened(scope.keys, contact).wechat == OPENID

    drain(resident.installation, job_kinds({}, resident.installation), now=later(minutes=1))

    [told] = api.told(OPENID)
    assert told["character_string1"] == ticket.serial_no
    assert told["character_string2"] in answer
    assert [each.state for each in rows(resident, InboundItem)] == ["taken_in"]


def test_what_follows_soon_is_added_to_the_same_appeal(resident: Resident, api: WeChatApi) -> None:
    api.media["photo-1"] = ("image/jpeg", photo())
    resident.writes(POTHOLE, NOON)

    answers = [
        resident.writes("就在公交站旁边", later(minutes=2)),
        resident.sends(later(minutes=3), MsgType="image", PicUrl="http://mmbiz.qpic.cn/x", MediaId="photo-1"),
        resident.sends(
            later(minutes=4),
            MsgType="location",
            Location_X="22.708",
            Location_Y="114.3468",
            Scale="16",
            Label="幸福路口",
        ),
    ]
    drain(resident.installation, job_kinds({}, resident.installation), now=later(minutes=5))

    [ticket] = tickets(resident)
    assert answers == [f"已补充到诉求 {ticket.serial_no}。要另提一件，请发“新诉求”加内容。"] * 3
    assert entries(resident, "supplemented") == ["诉求人补充：就在公交站旁边", "诉求人补充：发来了位置、幸福路口"]
    assert ticket.longitude == pytest.approx(114.3418, abs=5e-4)
    assert ticket.latitude == pytest.approx(22.7107, abs=5e-4)
    assert [(each.kind, each.name) for each in rows(resident, TicketFile)] == [("jpg", "微信照片.jpg")]
    assert any("补充：就在公交站旁边" in each.text for each in rows(resident, Message) if each.transport == "inbox")


def test_a_photo_and_a_place_before_the_words_wait_for_them(resident: Resident, api: WeChatApi) -> None:
    api.media["photo-1"] = ("image/jpeg", photo())
    answer = resident.sends(NOON, MsgType="image", PicUrl="http://x", MediaId="photo-1")
    resident.sends(
        later(minutes=1), MsgType="location", Location_X="22.7", Location_Y="114.3", Scale="16", Label="路口"
    )
    assert "请再写几句" in answer
    assert tickets(resident) == []

    resident.writes(POTHOLE, later(minutes=2))
    drain(resident.installation, job_kinds({}, resident.installation), now=later(minutes=3))

    [ticket] = tickets(resident)
    assert ticket.point is not None
    assert len(rows(resident, TicketFile)) == 1


def test_a_voice_message_is_an_appeal_by_its_recognised_words(resident: Resident, api: WeChatApi) -> None:
    api.media["voice-1"] = ("audio/amr", b"#!AMR\n" + b"\x3c" + bytes(31))

    resident.sends(NOON, MsgType="voice", MediaId="voice-1", Format="amr", Recognition="楼下装修太吵了。")
    drain(resident.installation, job_kinds({}, resident.installation), now=later(minutes=1))

    [ticket] = tickets(resident)
    assert ticket.text == "楼下装修太吵了。"
    assert [each.kind for each in rows(resident, TicketFile)] == ["amr"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("image/jpeg", b"MZ\x90\x00 a program"), "不是能上传的种类"),
        (("image/jpeg", b"\xff\xd8\xff and nothing more"), "没有附上"),
        (None, "素材已过期或不存在"),
    ],
)
def test_media_that_is_not_what_it_says_is_told_of_on_the_ticket(
    resident: Resident, api: WeChatApi, given: tuple[str, bytes] | None, words: str
) -> None:
    if given:
        api.media["photo-1"] = given
    resident.writes(POTHOLE, NOON)
    resident.sends(later(minutes=1), MsgType="image", PicUrl="http://x", MediaId="photo-1")

    drain(resident.installation, job_kinds({}, resident.installation), now=later(minutes=2))

    assert rows(resident, TicketFile) == []
    [told] = entries(resident, "supplemented")
    assert words in told


def test_later_or_as_a_new_one_it_is_another_appeal(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    resident.writes("新诉求 小区门口的路灯不亮", later(minutes=2))
    resident.writes("垃圾桶满了三天没人清", later(minutes=13))

    assert [each.text for each in tickets(resident)] == [POTHOLE, "小区门口的路灯不亮", "垃圾桶满了三天没人清"]


def test_progress_is_told_of_one_s_own_appeals_only(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    [ticket] = tickets(resident)

    answer = resident.writes("进度", later(minutes=1))
    resident.openid = OTHER
    other = resident.writes("进度", later(minutes=1))

    assert answer == f"{ticket.serial_no}「{POTHOLE[:20]}」：您的诉求已受理，正在确定由哪个单位办理。"
    assert other == "您现在没有在办的诉求。要反映事情，请直接写下来。"
    assert len(tickets(resident)) == 1


def test_rating_with_one_digit(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    walk = concluded(resident)

    answer = resident.writes("1", later(hours=3))

    assert answer == f"谢谢，您对诉求 {walk.serial_no} 的评价已记下。"
    [rating] = rows(resident, Rating)
    assert (rating.resolved, rating.satisfaction) == ("yes", "satisfied")
    assert (
        resident.writes("满意", later(hours=4))
        == "您现在没有待评价的诉求。要反映事情，请直接写下来；发“进度”查办理进展。"
    )


def test_who_is_not_satisfied_is_asked_what_was_wrong(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    concluded(resident)

    asked = [resident.writes(text, later(hours=3, minutes=at)) for at, text in enumerate(("不满意", "3", "4"))]

    assert "问题解决了吗" in asked[0]
    assert "哪里没办好" in asked[1]
    [rating], [cause] = rows(resident, Rating), rows(resident, RatingCause)
    assert (rating.resolved, rating.satisfaction, cause.cause) == ("no", "dissatisfied", "late")


def test_what_was_wrong_in_one_s_own_words_is_kept_with_the_ticket(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    concluded(resident)

    for at, text in enumerate(("3", "2", "只补了一半，边上又裂了")):
        resident.writes(text, later(hours=3, minutes=at))

    [rating] = rows(resident, Rating)
    assert (rating.resolved, rating.satisfaction) == ("partly", "dissatisfied")
    assert entries(resident, "supplemented") == ["诉求人补充：只补了一半，边上又裂了"]
    assert len(tickets(resident)) == 1


def test_events_are_answered_and_make_no_appeal(resident: Resident) -> None:
    said = [
        resident.sends(later(seconds=at), MsgType="event", Event=event, EventKey=key)
        for at, (event, key) in enumerate(
            (("subscribe", ""), ("CLICK", "PROGRESS"), ("CLICK", "APPEAL"), ("unsubscribe", ""), ("VIEW", "http://x"))
        )
    ]

    assert said[0].startswith("您好，这里是测试区")
    assert [bool(each) for each in said] == [True, True, True, False, False]
    assert resident.writes("你好", later(minutes=1)).startswith("您好")
    assert tickets(resident) == []
    assert {each.state for each in rows(resident, InboundItem)} == {"refused"}


def test_the_words_for_no_more_news_stop_them_and_other_words_bring_them_back(resident: Resident) -> None:
    assert resident.writes("退订", NOON) == "您现在没有在办的诉求，没有进展要推送。"
    resident.writes(POTHOLE, later(minutes=1))
    [ticket] = tickets(resident)

    stopped = resident.writes("退订", later(minutes=2))
    assert stopped == f"已记下：{ticket.serial_no} 的进展不再推送，答复出来时仍会告诉您。发“恢复推送”可以恢复。"
    assert [each.news_stopped for each in tickets(resident)] == [True]
    assert resident.writes("恢复推送", later(minutes=3)) == f"已记下：{ticket.serial_no} 每办一步都会告诉您。"
    assert [each.news_stopped for each in tickets(resident)] == [False]
    assert entries(resident, "supplemented") == []


def test_emoji_and_odd_letters_come_in_whole(resident: Resident) -> None:
    text = "路灯坏了😡👨‍👩‍👧 请修🙏 <b>&amp;</b>"

    resident.writes(text, NOON)

    assert tickets(resident)[0].text == text


def test_where_a_person_accepts_the_notice_goes_out_when_they_do(resident: Resident, api: WeChatApi) -> None:
    kinds = job_kinds({}, resident.installation)
    set_wechat(resident.installation, resident.slug, api, acceptance="by_person")
    night = beijing("2026-03-12 23:30")
    resident.writes(POTHOLE, night)
    drain(resident.installation, kinds, now=night)
    assert ([each.state for each in tickets(resident)], api.sent) == (["registered"], [])

    walk = Walk(resident.installation, resident.slug, tickets(resident)[0].serial_no)
    walk.do(accept_registered, "2026-03-12 23:32", actor=OPERATOR)
    drain(resident.installation, kinds, now=night + timedelta(minutes=2))

    [told] = api.told(OPENID)
    assert (told["character_string1"], told["phrase4"]) == (walk.serial_no, "已受理")


def test_a_question_is_answered_at_once_and_is_an_appeal_when_that_did_not_help(
    resident: Resident, api: WeChatApi
) -> None:
    resident.slug = make_district(resident.installation, features={"pingshan.instant": {"topics": [TOPIC]}})
    set_wechat(resident.installation, resident.slug, api)

    answered = resident.writes("居住证怎么办理？", NOON)
    assert "请在小程序申领。" in answered
    assert tickets(resident) == []
    assert resident.writes("1", later(minutes=1)) == "很高兴帮到您。"
    resident.writes("居住证怎么办理？", later(minutes=2))
    resident.writes("2", later(minutes=3))

    [ticket] = tickets(resident)
    assert ticket.text == "居住证怎么办理？"
    assert len(entries(resident, "instant")) == 1


def test_who_writes_without_end_is_asked_to_stop(resident: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converse, "MOST_A_DAY", 2)

    said = [resident.writes(f"路灯不亮 {number}", later(minutes=number)) for number in range(3)]

    assert said[2].startswith("您 24 小时内发来的消息太多")
    assert len(tickets(resident)) == 1


def test_the_channel_is_called_as_the_account(resident: Resident, api: WeChatApi) -> None:
    set_wechat(resident.installation, resident.slug, api, name="测试区发布")

    resident.writes(POTHOLE, NOON)

    assert entries(resident, "register") == ["经测试区发布登记"]


def test_beyond_what_one_user_is_allowed_a_person_looks_first(resident: Resident, api: WeChatApi) -> None:
    set_wechat(resident.installation, resident.slug, api, appeals_per_day=1, joins_within=0)
    resident.writes(POTHOLE, NOON)
    resident.writes("路灯不亮", later(minutes=2))

    assert [each.state for each in tickets(resident)] == ["accepted", "registered"]


def test_who_is_erased_leaves_no_words_in_the_conversation(resident: Resident) -> None:
    resident.writes(POTHOLE, NOON)
    resident.writes("我叫欧阳某", later(minutes=1))
    walk = Walk(resident.installation, resident.slug, tickets(resident)[0].serial_no)
    walk.void("2026-03-12 12:30")

    with resident.installation.scope(resident.slug) as scope:
        erase_person(
            scope, OPENID, actor=make_actor("管理员庚", "administrator", id=7), reason="本人要求", now=later(hours=1)
        )
        bodies = [
            scope.keys.decrypt_bytes(each.body, tenant_id=scope.tenant.id, field="inbound.body", row_id=each.id)
            for each in scope.session.scalars(select(InboundItem).where(InboundItem.tenant_id == scope.tenant.id))
        ]

    assert bodies == [b"{}", b"{}"]


def test_a_notice_that_wechat_took_and_could_not_deliver_is_seen_as_failed(resident: Resident, api: WeChatApi) -> None:
    resident.writes(POTHOLE, NOON)
    drain(resident.installation, job_kinds({}, resident.installation), now=NOON)

    for event, receipt in (("success", 200228332), ("failed:user block", 200228332), ("failed:user block", 9)):
        resident.sends(NOON, MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID=receipt, Status=event)

    [(state, failure)] = [(each.state, each.failure) for each in rows(resident, Message) if each.transport == "wechat"]
    assert (state, failure) == ("sent", None)

    told: dict[str, Any] = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": 200228332}
    resident.sends(later(seconds=9), **told, Status="failed:user block")

    [message] = [each for each in rows(resident, Message) if each.transport == "wechat"]
    assert message.failure == "微信收下后没有送达（failed:user block）。请改用别的方式告知。"
