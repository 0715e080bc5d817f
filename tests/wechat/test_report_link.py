"""Whom the district's account knows: a link to the report page that says so, for who was given it, for some hours."""

import re
from datetime import timedelta

from core.hooks.core_features import PORTAL_INTAKE
from core.intake.models import WechatMessage
from core.journey.phone_proof import WECHAT_GOOD, needs_code, wechat_identity
from core.tickets.contact import Contact
from tests.builders import beijing, make_district, switch_on
from tests.wechat.client import Resident
from tests.wechat.double import WeChatApi
from tests.wechat.making import OPENID, PAGE, set_wechat
from tests.wechat.test_callback import rows

NOON = beijing("2026-03-12 12:00")


def open_page(resident: Resident) -> None:
    with resident.installation.scope(resident.slug) as scope:
        switch_on(scope, PORTAL_INTAKE.id, {"open": True, "address": PAGE, "phone_check": "code"})
    resident.installation.forget()


def test_who_wants_to_report_gets_a_link_that_shows_who_they_are_and_nobody_elsewhere(
    resident: Resident, api: WeChatApi
) -> None:
    open_page(resident)
    other = make_district(resident.installation)
    set_wechat(resident.installation, other, api)

    answers = [
        resident.writes("反映", NOON),
        resident.sends(NOON + timedelta(minutes=1), MsgType="event", Event="CLICK", EventKey="APPEAL"),
    ]

    links = [re.search(rf"{PAGE}/public/{resident.slug}/report\?wechat=(\S+)$", answer) for answer in answers]
    [token, _] = [found[1] for found in links if found]
    assert "6 小时内有效" in answers[0]
    assert OPENID not in answers[0]
    assert all(token not in kept.answer for kept in rows(resident, WechatMessage))
    with resident.installation.scope(resident.slug) as scope, resident.installation.scope(other) as elsewhere:
        assert wechat_identity(scope, token, now=NOON + WECHAT_GOOD - timedelta(seconds=1)) == OPENID
        assert wechat_identity(scope, token, now=NOON + WECHAT_GOOD) is None
        assert wechat_identity(scope, token[:-3] + "AAA", now=NOON) is None
        assert wechat_identity(elsewhere, token, now=NOON) is None
        # Who is known by WeChat needs no code.
        assert not needs_code(scope, Contact("王小明", "13800000001", wechat=OPENID), now=NOON)


def test_where_nothing_is_handed_in_on_a_page_only_the_words_are_asked_for(resident: Resident) -> None:
    answer = resident.writes("我要反映", NOON)

    assert "请写下要反映的事情" in answer
    assert "http" not in answer
