"""81 hotlines under one number, and the mailboxes of all levels on one platform (2017, 2019, 2020)."""

from core.hooks import Channel
from core.hooks.specs import channels
from tests.plugins.making import answers


def test_mailboxes_of_all_levels_one_number_and_new_media_on_one_platform() -> None:
    assert answers("chengdu.channels", channels) == [
        Channel("mailbox-secretary", "书记信箱", "letter", "市委书记"),
        Channel("mailbox-mayor", "市长信箱", "letter", "市长"),
        Channel("mailbox-government", "市政府信箱", "letter", "市政府"),
        Channel("mailbox-district", "区（市）县信箱", "letter"),
        Channel("mailbox-town", "乡镇（街道）信箱", "letter"),
        Channel("mailbox-enterprise", "服务企业信箱", "letter", appellant="enterprise"),
        Channel("hotline", "12345 热线", "phone"),
        Channel("forum", "网络论坛", "web"),
        Channel("weibo", "微博", "weibo"),
        Channel("wechat", "微信", "wechat", "成都网络理政"),
        Channel("sms", "短信", "sms"),
        Channel("app", "APP", "app"),
        Channel("counter", "基层服务窗口", "counter"),
    ]


def test_another_district_gives_its_own_number_and_account() -> None:
    own = {"hotline": "96110", "wechat_account": "锦江网络理政"}

    told = answers("chengdu.channels", channels, own)

    assert [channel for channel in told if channel.id in ("hotline", "wechat")] == [
        Channel("hotline", "96110 热线", "phone"),
        Channel("wechat", "微信", "wechat", "锦江网络理政"),
    ]
