"""Answering below a mention: in public nothing personal, and never lost, never twice, whatever happens on the way."""

from datetime import datetime, timedelta

import pytest

from core.evaluation.models import Rating
from core.hooks.core_features import WEIBO
from core.hooks.reach import reaching_outside
from core.intake.models import InboundItem
from core.intake.rules import Appeal
from core.intake.weibo.settings import check_settings
from core.jobs.drain import BACKOFF
from core.jobs.transports.weibo import LONGEST, post_comment, weight
from core.journey.disclose import note_disclosure_wish
from core.journey.inbound.by_hand import enter
from core.kit.serials import access_code
from core.tenancy.scope import Installation
from core.tickets.models import Message
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district
from tests.journey.walking import Walk
from tests.weibo.double import TOKEN, WeiboApi
from tests.weibo.making import PAGE, District, set_weibo

NOON = beijing("2026-03-12 12:00")
WRITER, STRANGER = "1404376560", "1621936061"
COVER = "@南海微力 桂城南海大道路口的沙井盖不见了，很危险"


def later(**how: int) -> datetime:
    return NOON + timedelta(**how)


@pytest.fixture
def status(district: District, api: WeiboApi) -> int:
    """A mention that has become a ticket, and was told so."""
    number = api.writes(COVER, NOON)
    district.turns(later(minutes=1))
    return number


def answered(district: District, text: str = "新井盖已装好。") -> Walk:
    """Have the ticket handled and answered."""
    walk = Walk(district.installation, district.slug, district.tickets()[-1].serial_no)
    walk.dispatch("2026-03-12 12:20")
    walk.sign("2026-03-12 12:30")
    walk.reply("2026-03-12 14:00", text=text, confirmed="核对过")
    walk.pass_reply("2026-03-12 14:30", confirmed="核对过")
    return walk


ANSWERED = beijing("2026-03-12 14:31")


def last(district: District) -> Message:
    return district.messages("weibo")[-1]


def test_the_answer_stands_below_with_the_number_and_a_digit_rates_it(
    district: District, api: WeiboApi, status: int
) -> None:
    walk = answered(district)
    district.works(ANSWERED)

    assert api.ours(status)[-1] == (
        f"您的诉求 {walk.serial_no} 已答复（在本条下回复 1 满意、已解决，2 基本满意、部分解决，3 不满意、未解决，就是评价）："
        f"新井盖已装好。【编号 {walk.serial_no}·2】"
    )
    assert (last(district).state, last(district).text) == ("sent", api.ours(status)[-1])
    api.comments_on(status, "3", later(hours=3), uid=STRANGER)
    api.comments_on(status, "2", later(hours=3), uid=WRITER)
    district.turns(later(hours=4))
    [rating] = district.rows(Rating)
    assert (rating.resolved, rating.satisfaction) == ("partly", "basically")


def test_what_a_person_enters_of_a_mention_is_answered_below_it_once(district: District, api: WeiboApi) -> None:
    status = api.writes("@南海微力", NOON)
    district.turns(later(minutes=1))
    [item] = district.rows(InboundItem)
    assert item.state == "needs_person"

    def enters(text: str, at: datetime, *, has_more: bool = False) -> None:
        appeal = Appeal(channel="weibo-account", text=text, external_id=f"by-hand/{text}")
        with district.installation.scope(district.slug) as scope:
            enter(scope, item.id, appeal, has_more=has_more, actor=OPERATOR, now=at)

    enters("图片上写着：桂城南海大道路口的沙井盖不见了", later(minutes=10), has_more=True)
    walk = Walk(district.installation, district.slug, district.tickets()[-1].serial_no)
    enters("图片上还写着：路灯不亮", later(minutes=12))
    district.works(later(minutes=13))
    assert [each.partition("。")[0] for each in api.ours(status)] == ["已收到您的诉求，办到哪一步会回复在这里"]
    walk.dispatch("2026-03-12 12:20")
    walk.sign("2026-03-12 12:30")
    walk.reply("2026-03-12 14:00", text="新井盖已装好。")
    walk.pass_reply("2026-03-12 14:30")
    district.works(ANSWERED)
    assert "新井盖已装好。" in api.ours(status)[-1]
    api.comments_on(status, "1", later(hours=3), uid=WRITER)
    district.turns(later(hours=4))
    assert [each.satisfaction for each in district.rows(Rating)] == ["satisfied"]


def test_nothing_personal_is_said_where_everybody_reads_it(district: District, api: WeiboApi, status: int) -> None:
    with district.installation.scope(district.slug) as scope:
        [ticket] = district.tickets()
        code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    answered(district, f"已联系王小明先生（13800138000），3栋502室门前已补好，提取码 {code}。")
    district.works(ANSWERED)

    said = api.ours(status)[-1]
    assert "门前已补好" in said
    for secret in ("小明", "13800138000", "502", code):
        assert secret not in said


def test_who_does_not_want_it_public_is_told_only_that_it_is_done(
    district: District, api: WeiboApi, status: int
) -> None:
    [ticket] = district.tickets()
    with district.installation.scope(district.slug) as scope:
        note_disclosure_wish(scope, ticket.serial_no, Order(OPERATOR, later(minutes=5)), wish="closed")
    answered(district)
    district.works(ANSWERED)

    assert api.ours(status)[-1] == f"已办结，请凭编号查询【编号 {ticket.serial_no}·2】"


def test_a_long_answer_is_cut_at_the_limit_with_number_and_link(district: District, api: WeiboApi, status: int) -> None:
    walk = answered(district, "经核实，" + "该处井盖属市政管理处，已更换。" * 30)
    district.works(ANSWERED)

    said = api.ours(status)[-1]
    link = f"{PAGE}/public/{district.slug}/progress?number={walk.serial_no}"
    assert said.endswith(f"…{link} 【编号 {walk.serial_no}·2】")
    assert LONGEST - 1 <= weight(said) <= LONGEST


@pytest.mark.parametrize("attempt", ["taken and lost", "refused and down", "said to be the same"])
def test_a_reply_that_fails_half_way_is_neither_lost_nor_doubled(
    district: District, api: WeiboApi, status: int, attempt: str
) -> None:
    answered(district)
    if attempt == "taken and lost":
        api.loses_replies = 1
    elif attempt == "refused and down":
        api.is_down = True
    else:
        api.refusals += [10001, 20019]
    district.works(ANSWERED)
    assert last(district).state == "waiting"
    assert "稍后自动重试" in str(last(district).failure)
    assert api.ours(status)[1:] == ([api.ours(status)[-1]] if attempt == "taken and lost" else [])
    api.is_down = False

    district.works(ANSWERED + BACKOFF[0])
    district.works(ANSWERED + BACKOFF[0] + BACKOFF[1])

    assert len(api.ours(status)) == 2
    assert (last(district).state, last(district).failure) == ("sent", None)
    assert last(district).receipt == str(api.comments[status][-1]["id"])


def test_a_worker_that_dies_after_weibo_took_it_does_not_say_it_twice(
    district: District, api: WeiboApi, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(district)

    def killed(*args: object, **how: object) -> str:
        post_comment(*args, **how)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("core.jobs.delivery.post_comment", killed)
    with pytest.raises(KeyboardInterrupt):
        district.works(ANSWERED)
    monkeypatch.setattr("core.jobs.delivery.post_comment", post_comment)
    for number in range(70):  # others say something meanwhile: ours is on another page
        api.comments_on(status, f"顶 {number}", ANSWERED, uid=STRANGER)

    district.works(ANSWERED + timedelta(minutes=5))

    assert len(api.ours(status)) == 2
    assert last(district).state == "sent"


def test_without_a_token_the_answer_waits_until_somebody_authorises_anew(
    district: District, api: WeiboApi, status: int
) -> None:
    answered(district)
    api.token = "2.00another"
    for hours in (0, 1, 4, 9, 18, 24):  # longer than any failed try would be repeated
        district.works(ANSWERED + timedelta(hours=hours))
    assert "重新授权" in str(last(district).failure)
    assert (last(district).state, len(api.ours(status))) == ("waiting", 1)

    set_weibo(district.installation, district.slug, api, token="2.00another")
    district.works(ANSWERED + timedelta(hours=42))

    assert (last(district).state, len(api.ours(status))) == ("sent", 2)
    assert api.token != TOKEN


def test_where_the_status_is_gone_the_answer_is_seen_as_not_delivered(
    district: District, api: WeiboApi, status: int
) -> None:
    api.deleted.add(status)
    answered(district)
    district.works(ANSWERED)

    assert last(district).state == "failed"
    assert last(district).failure == "微博接口没有接受（20101）：原微博已被删除。没有在微博上回复。"


def test_settings_are_checked_against_weibo(district: District, api: WeiboApi) -> None:
    def findings(installation: Installation) -> list[str]:
        with installation.scope(district.slug) as scope, reaching_outside():
            return [each.text for each in check_settings(scope.hooks.enabled[WEIBO.id].settings) or ()]

    assert findings(district.installation) == []
    api.expires_in = 3 * 86_400
    assert findings(district.installation) == ["access_token 还有 3 天到期，请在微博开放平台重新授权并换上新的。"]
    set_weibo(district.installation, district.slug, api, uid="1621936061")
    assert findings(district.installation) == ["access_token 是另一个微博账号的，不是这里写的 UID。"]
    set_weibo(district.installation, district.slug, api, token="2.00wrong")
    assert findings(district.installation)[0].startswith("微博授权已失效（21327）")


def test_steps_on_the_way_are_told_below_where_no_phone_was_left(
    installation: Installation, district: District, api: WeiboApi
) -> None:
    district.slug = make_district(installation, features={"pingshan.progress": {}})
    set_weibo(installation, district.slug, api)
    status = api.writes(COVER, NOON)
    district.turns(later(minutes=1))
    walk = Walk(installation, district.slug, district.tickets()[-1].serial_no)
    walk.dispatch("2026-03-12 12:20")
    district.works(later(minutes=21))

    assert ["立案" in api.ours(status)[0], walk.serial_no in api.ours(status)[1]] == [True, True]
    assert district.messages("weibo")[0].news == "filed/1"
    assert all(each.to_unit_id is not None for each in district.messages("sms"))
