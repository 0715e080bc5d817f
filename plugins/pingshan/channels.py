"""多网合一: 151 online sources flow into one entrance in WeChat; community centres take in for people at the counter."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Channel, hookimpl


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in by the main entrance first, then by the sources that were merged into the platform."""
    return [
        Channel(id="entrance", label=settings["entrance"], medium="wechat", owner=settings["entrance"]),
        Channel(id="wechat", label=settings["account"], medium="wechat", owner=settings["account"]),
        Channel(id="hotline", label=f"{settings['hotline']} 热线", medium="phone"),
        Channel(id="urban-management", label="数字城管", medium="app"),
        Channel(id="grid", label="网格管理", medium="app"),
        Channel(id="mailbox-government", label="政府邮箱", medium="letter"),
        Channel(id="deputies", label="人大代表解民忧", medium="web"),
        Channel(id="weibo", label="微博", medium="weibo"),
        Channel(id="community-center", label="社区党群服务中心", medium="counter"),
    ]
