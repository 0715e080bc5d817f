"""一网通: leaders' mailboxes of three levels, one hotline number, the new media and grass-roots counters on one platform."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Channel, hookimpl, said
from core.hooks.settings import Line, Settings


class ChannelSettings(Settings):
    """Number and account under which residents find the district."""

    hotline = Line(
        load_default="12345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="“一号通”：原有各条热线并入后的统一号码",
        group="号码与账号",
    )
    wechat_account = Line(
        load_default="成都网络理政",
        longest=30,
        title="微信公众号",
        help="受理诉求的公众号名称",
        group="号码与账号",
    )


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
        Channel(id="hotline", label=said("{hotline} 热线", hotline=settings["hotline"]), medium="phone"),
        Channel(id="forum", label="网络论坛", medium="web"),
        Channel(id="weibo", label="微博", medium="weibo"),
        Channel(id="wechat", label="微信", medium="wechat", owner=settings["wechat_account"]),
        Channel(id="sms", label="短信", medium="sms"),
        Channel(id="app", label="APP", medium="app"),
        Channel(id="counter", label="基层服务窗口", medium="counter"),
    ]
