"""Mentions of the account: each an appeal, once, whole, and with what its writer adds below it."""

import io
import threading
from datetime import datetime, timedelta

import pytest
from PIL import Image

from core.files.models import TicketFile
from core.intake.models import InboundItem, WeiboPost, WeiboReading
from core.jobs.weibo import look as looking
from core.jobs.weibo.clock import WeiboIntake
from core.jobs.weibo.look import Looked, WeiboTrouble
from core.journey.erase import erase_person
from core.journey.inbound.weibo import TROUBLE, keep_post
from core.journey.person import export_person
from core.tenancy.models import FeatureIncident
from core.tickets.models import TicketContact
from core.tickets.sealing import opened
from tests.builders import beijing, make_actor
from tests.jobs.making import soon
from tests.journey.walking import Walk
from tests.weibo.double import UID, WeiboApi
from tests.weibo.making import District

NIGHT = beijing("2026-03-12 03:00")
WRITER, STRANGER = "1404376560", "1621936061"
COVER = "@南海微力 桂城南海大道路口的沙井盖不见了，很危险[怒]😡👨‍👩‍👧"


def later(**how: int) -> datetime:
    return NIGHT + timedelta(**how)


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(made, "JPEG")
    return made.getvalue()


def states(district: District) -> list[tuple[str, str]]:
    found = sorted(district.rows(InboundItem), key=lambda each: each.id)
    return [(each.state, each.reason or each.failure) for each in found]


def test_a_mention_at_three_in_the_night_is_a_ticket_and_is_answered_below_it(
    district: District, api: WeiboApi
) -> None:
    status = api.writes(COVER, NIGHT)

    assert district.turns(later(minutes=1)) == Looked(mentions=1)

    [ticket] = district.tickets()
    assert ticket.text == "桂城南海大道路口的沙井盖不见了，很危险[怒]😡👨‍👩‍👧"
    assert (ticket.channel, ticket.medium, ticket.submitted_at) == ("weibo-account", "weibo", NIGHT)
    assert ticket.accepted_at == later(minutes=1)
    [contact] = district.rows(TicketContact)
    with district.installation.scope(district.slug) as scope:
        assert opened(scope.keys, contact).weibo == WRITER
    [said] = api.ours(status)
    assert said == (
        "已收到您的诉求，办到哪一步会回复在这里。要补充的请在本条下评论，不要写电话、住址等个人信息。"
        f"【编号 {ticket.serial_no}·1】"
    )


def test_each_mention_comes_in_once_however_often_it_is_read(district: District, api: WeiboApi) -> None:
    api.writes(COVER, NIGHT)
    district.turns(later(minutes=1))
    api.writes("@南海微力 路灯不亮", later(minutes=2))

    found = [district.turns(later(minutes=minute)) for minute in (3, 5)]
    with district.installation.scope(district.slug) as scope:  # the place is lost: everything is read again
        scope.session.get_one(WeiboReading, (scope.tenant.id, UID)).since_id = 0
    district.turns(later(minutes=7))

    assert found == [Looked(mentions=1), Looked()]
    assert [each.text for each in district.tickets()] == [COVER.removeprefix("@南海微力 "), "路灯不亮"]


def test_a_look_that_dies_between_two_pages_loses_none_and_doubles_none(
    district: District, api: WeiboApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    district.looks(NIGHT)
    for number in range(7):
        api.writes(f"@南海微力 第 {number} 盏路灯不亮", later(seconds=number))
    monkeypatch.setattr(looking, "A_PAGE", 3)
    kept = iter(range(5))

    def dying(*args: object, **how: object) -> bool:
        if next(kept, None) is None:
            raise KeyboardInterrupt
        return keep_post(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "keep_post", dying)
    with pytest.raises(KeyboardInterrupt):
        district.looks(later(minutes=1))
    monkeypatch.setattr(looking, "keep_post", keep_post)
    api.writes("@南海微力 又一盏", later(minutes=2))
    monkeypatch.setattr(looking, "MOST_PAGES", 2)

    found = [district.looks(later(minutes=minute)) for minute in (3, 4, 5)]
    district.works(later(minutes=6))

    assert [each.has_more for each in found] == [True, False, False]
    assert len(district.tickets()) == 8
    assert len({each.text for each in district.tickets()}) == 8


def test_what_was_written_long_before_the_account_was_connected_stays_outside(
    district: District, api: WeiboApi
) -> None:
    api.writes("@南海微力 上个月的事", later(days=-30))
    api.writes(COVER, later(hours=-2))

    district.turns(NIGHT)

    assert len(district.tickets()) == 1


def test_a_repost_is_an_appeal_where_who_reposts_says_so(district: District, api: WeiboApi) -> None:
    passed_on = {"id": 1, "text": "大沥这条河又发臭了", "user": {"id": 7}}
    api.writes("@南海微力 请看看这条河", NIGHT, retweeted_status=passed_on)
    api.writes("转发微博//@网友: @南海微力 请看看", NIGHT, retweeted_status=passed_on)
    api.writes("@南海微力 请处理", NIGHT, retweeted_status={"id": 2, "deleted": "1", "text": "已删除"})
    api.writes("@南海微力 我们自己的话", NIGHT, uid=UID)
    api.writes("@南海微力", NIGHT)
    api.writes("@南海微力之友 不是说给我们的", NIGHT)
    api.deleted.add(api.writes(COVER, NIGHT))

    district.turns(later(minutes=1))

    assert sorted(each.text for each in district.tickets()) == [
        "请处理\n（转发的原微博已看不到）",
        "请看看这条河\n（转发的微博：大沥这条河又发臭了）",
    ]
    assert sorted(each for each in states(district) if each[0] != "taken_in") == [
        ("needs_person", "只 @ 了本账号，没有写要反映什么。请到微博上查看后录入，或认定不是诉求。"),
        ("refused", "只是转发，转发的人自己没有 @ 本账号"),
        ("refused", "只是转发，转发的人自己没有 @ 本账号"),
        ("refused", "微博在读到之前已被删除"),
    ]


def test_a_long_text_comes_whole_and_its_pictures_by_the_ordinary_way(district: District, api: WeiboApi) -> None:
    long = "@南海微力 " + "村口的路塌了一半，" * 60
    api.pictures["/large/a.jpg"] = photo()
    api.pictures["/large/b.jpg"] = b"MZ\x90\x00 a program"
    pictures = [{"thumbnail_pic": f"{api.url}/thumbnail/{name}.jpg"} for name in ("a", "b")]
    status = api.writes(long[:140] + "...全文", NIGHT, isLongText=True, pic_urls=pictures)
    api.long_texts[status] = long

    district.turns(later(minutes=1))

    [ticket] = district.tickets()
    assert ticket.text == long.removeprefix("@南海微力 ")
    assert [(each.kind, each.name) for each in district.rows(TicketFile)] == [("jpg", "微博照片1.jpg")]
    [missing] = district.entries("supplemented")
    assert missing.startswith("诉求人在微博发的照片没有附上：")


def test_what_the_writer_comments_joins_the_ticket_and_what_others_say_does_not(
    district: District, api: WeiboApi
) -> None:
    status = api.writes(COVER, NIGHT)
    district.turns(later(minutes=1))
    api.comments_on(status, "就在地铁口旁边", later(minutes=2), uid=WRITER)
    api.comments_on(status, "我也看见了", later(minutes=2), uid=STRANGER)
    api.comments_on(status, "回复@南海微力:天亮前能修吗？", later(minutes=3), uid=WRITER)

    found = [district.turns(later(minutes=minute)) for minute in (4, 6)]

    assert found == [Looked(comments=2), Looked()]
    assert sorted(district.entries("supplemented")) == ["诉求人补充：天亮前能修吗？", "诉求人补充：就在地铁口旁边"]
    assert len(district.tickets()) == 1
    api.comments_on(status, "进度", later(minutes=7), uid=WRITER)
    district.turns(later(minutes=8))
    assert api.ours(status)[-1].startswith("您的诉求已受理，正在确定由哪个单位办理。")


def test_an_expired_token_and_a_limit_are_told_to_the_administrator(district: District, api: WeiboApi) -> None:
    api.writes(COVER, NIGHT)
    said = []
    for refusal in (21327, 10023, 10001):
        api.refusals.append(refusal)
        with pytest.raises(WeiboTrouble) as refused:
            district.looks(NIGHT)
        said.append(refused.value.message)
        [card] = [each for each in district.rows(FeatureIncident) if each.hook == TROUBLE]
        assert card.words == refused.value.message
    api.is_down = True
    with pytest.raises(WeiboTrouble, match="微博没有应答"):
        district.looks(NIGHT)
    api.is_down = False

    assert said[0].startswith("微博授权已失效（21327）")
    assert "重新授权" in said[0]
    assert said[1] == "微博接口没有接受（10023）：这个账号的调用超过微博的频次限制。"
    assert district.turns(later(minutes=9)) == Looked(mentions=1)


def test_a_status_that_was_deleted_afterwards_leaves_its_ticket(district: District, api: WeiboApi) -> None:
    status = api.writes(COVER, NIGHT)
    district.turns(later(minutes=1))
    api.deleted.add(status)

    district.turns(later(minutes=3))
    calls = len(api.calls)
    district.turns(later(minutes=5))

    assert district.entries("supplemented") == [
        "微博接口没有接受（20101）：原微博已被删除。不能再回复在微博下，诉求照常办理"
    ]
    assert len(api.calls) == calls + 1  # the mentions; nobody looks below what is gone


def test_who_is_erased_leaves_no_words_and_no_number(district: District, api: WeiboApi) -> None:
    status = api.writes(COVER, NIGHT)
    district.turns(later(minutes=1))
    api.comments_on(status, "我住在地铁口旁边", later(minutes=2), uid=WRITER)
    district.turns(later(minutes=3))
    Walk(district.installation, district.slug, district.tickets()[0].serial_no).void("2026-03-12 12:30")
    administrator = make_actor("管理员庚", "administrator", id=7)

    with district.installation.scope(district.slug) as scope:
        found = export_person(scope, f"weibo:{WRITER}", actor=administrator, reason="本人要求", now=later(hours=10))
        erase_person(scope, f"weibo:{WRITER}", actor=administrator, reason="本人要求", now=later(hours=10))

    [exported] = found["tickets"]
    assert exported["contact"]["weibo"] == WRITER
    assert [each["said"] for each in exported["conversation"]] == [COVER, "我住在地铁口旁边"]
    assert {each.person for each in district.rows(WeiboPost)} == {b""}
    with district.installation.scope(district.slug) as scope:
        bodies = [
            scope.keys.decrypt_bytes(each.body, tenant_id=scope.tenant.id, field="inbound.body", row_id=each.id)
            for each in district.rows(InboundItem)
        ]
    assert bodies == [b"{}", b"{}"]
    assert not any(str(status) in each.message_id for each in district.rows(InboundItem))
    assert district.turns(later(hours=11)) == Looked()


def test_the_clock_looks_when_the_time_has_come_and_longer_afterwards_where_weibo_is_away(
    district: District, api: WeiboApi
) -> None:
    hours = [NIGHT]
    intake = WeiboIntake(district.installation, is_ending=lambda: False)
    seen = []
    for minutes, is_down in ((0, False), (1, False), (1, True), (2, False), (2, False)):
        hours.append(hours[-1] + timedelta(minutes=minutes))
        api.is_down = is_down
        api.writes("@南海微力 路灯不亮", hours[-1])
        intake.fetch(now=lambda: hours[-1])
        assert soon(lambda: all(each.name != f"weibo-{district.slug}" for each in threading.enumerate()))
        seen.append(len(district.rows(InboundItem)))

    assert seen == [1, 1, 1, 1, 5]
