"""整合 151 个线上受理渠道，主推微信端的“@坪山”入口；社区党群服务中心 + 民生诉求系统 (2020)."""

from core.hooks import Channel
from core.hooks.specs import channels
from tests.plugins.making import answers


def test_one_entrance_the_merged_sources_and_the_community_centre_s_counter() -> None:
    assert answers("pingshan.entrance", channels) == [
        Channel("entrance", "@坪山", "wechat", "@坪山"),
        Channel("wechat", "坪山发布", "wechat", "坪山发布"),
        Channel("hotline", "12345 热线", "phone"),
        Channel("urban-management", "数字城管", "app"),
        Channel("grid", "网格管理", "app"),
        Channel("mailbox-government", "政府邮箱", "letter"),
        Channel("deputies", "人大代表解民忧", "web"),
        Channel("weibo", "微博", "weibo"),
        Channel("community-center", "社区党群服务中心", "counter"),
    ]
