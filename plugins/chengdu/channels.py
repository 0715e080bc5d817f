"""一网通: leaders' mailboxes of three levels, one hotline number, the new media and grass-roots counters on one platform."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Channel, hookimpl


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in letters, calls and messages; a ticket's own `mailbox` names which of the many mailboxes it was."""
    return [
        Channel(id="mailbox-secretary", label="书记信箱", medium="letter", owner="市委书记"),
        Channel(id="mailbox-mayor", label="市长信箱", medium="letter", owner="市长"),
        Channel(id="mailbox-government", label="市政府信箱", medium="letter", owner="市政府"),
        Channel(id="mailbox-district", label="区（市）县信箱", medium="letter"),
        Channel(id="mailbox-town", label="乡镇（街道）信箱", medium="letter"),
        Channel(id="mailbox-enterprise", label="服务企业信箱", medium="letter", appellant="enterprise"),
        Channel(id="hotline", label=f"{settings['hotline']} 热线", medium="phone"),
        Channel(id="forum", label="网络论坛", medium="web"),
        Channel(id="weibo", label="微博", medium="weibo"),
        Channel(id="wechat", label="微信", medium="wechat", owner=settings["wechat_account"]),
        Channel(id="sms", label="短信", medium="sms"),
        Channel(id="app", label="APP", medium="app"),
        Channel(id="counter", label="基层服务窗口", medium="counter"),
    ]
