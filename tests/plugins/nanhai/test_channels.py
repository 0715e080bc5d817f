"""政务微博、微信、政务热线、网络发言平台、网上信访 and the live sessions 微访谈 (2013)."""

from core.hooks import Channel
from core.hooks.specs import channels
from tests.plugins.making import answers


def test_weibo_hotline_and_the_live_session() -> None:
    assert answers("nanhai.channels", channels) == [
        Channel("weibo", "@南海微力", "weibo", "南海微力"),
        Channel("hotline", "81812345 热线", "phone"),
        Channel("wechat", "微信", "wechat"),
        Channel("forum", "网络发言平台", "web"),
        Channel("petition", "网上信访", "web"),
        Channel("live-session", "微访谈", "web"),
    ]
