"""网络问政: the Weibo account, the hotline, WeChat, the forum, petitions online, and live sessions 微访谈."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Channel, hookimpl


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in wherever residents speak; what a live session leaves unanswered comes in through its own channel."""
    account = settings["weibo_account"]
    return [
        Channel(id="weibo", label=f"@{account}", medium="weibo", owner=account),
        Channel(id="hotline", label=f"{settings['hotline']} 热线", medium="phone"),
        Channel(id="wechat", label="微信", medium="wechat"),
        Channel(id="forum", label="网络发言平台", medium="web"),
        Channel(id="petition", label="网上信访", medium="web"),
        Channel(id="live-session", label="微访谈", medium="event"),
    ]
