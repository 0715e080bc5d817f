"""网络问政: the Weibo account, the hotline, WeChat, the forum, petitions online, and live sessions 微访谈.

The hotline's platform pushes each call as it was taken down.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import Authenticated, Channel, Context, InboundAppeal, InboundPayload, InboundRequest, hookimpl
from core.hooks.payloads import json_of, moment_at, nature_at, object_at, text_at
from core.hooks.settings import Line, Secret, Settings
from core.hooks.signing import signed_message_id

HOTLINE = "hotline"


class ChannelSettings(Settings):
    """Number and account under which residents find the district, and the key of the hotline's platform."""

    hotline = Line(
        load_default="81812345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="“南海民声”服务热线",
        group="号码与账号",
    )
    weibo_account = Line(
        load_default="南海微力",
        longest=30,
        title="政务微博",
        help="市民 @ 这个账号即可反映诉求",
        group="号码与账号",
    )
    hotline_secret = Secret(
        shortest=24,
        title="热线平台推送密钥",
        help="热线平台用它给推送签名（HMAC-SHA256）；没有设密钥，推送一律不收",
        group="推送接入",
        affects="new",
    )


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in wherever residents speak; what a live session leaves unanswered comes in through its own channel."""
    account = settings["weibo_account"]
    return [
        Channel(id="weibo", label=f"@{account}", medium="weibo", owner=account),
        Channel(id=HOTLINE, label=f"{settings['hotline']} 热线", medium="phone"),
        Channel(id="wechat", label="微信", medium="wechat"),
        Channel(id="forum", label="网络发言平台", medium="web"),
        Channel(id="petition", label="网上信访", medium="web"),
        Channel(id="live-session", label="微访谈", medium="web"),
    ]


@hookimpl
def authenticate_inbound(
    settings: Mapping[str, Any], channel: str, request: InboundRequest
) -> Sequence[Authenticated] | None:
    """Vouch for what the hotline's platform has signed with the key it shares with the district."""
    if channel != HOTLINE:
        return None
    message_id = signed_message_id(settings["hotline_secret"], request)
    if message_id is None:
        return None
    return [
        Authenticated(
            message_id=message_id, rule_id="nanhai.channels/hotline-signature", reason="热线平台的签名核对无误"
        )
    ]


@hookimpl
def parse_inbound(ctx: Context, channel: str, payload: InboundPayload) -> Sequence[InboundAppeal] | None:
    """Read one call: what the caller said, and who called.

    {"content", "title", "place", "nature": "投诉|求助|咨询|建议|表扬", "called_at", "caller": {"name", "phone", "address",
    "public": true|false}}; all but `content` may be left out.
    """
    call = json_of(payload)
    if channel != HOTLINE or not isinstance(call, dict) or not text_at(call, "content"):
        return None
    caller = object_at(call, "caller")
    return [
        InboundAppeal(
            text=text_at(call, "content"),
            title=text_at(call, "title"),
            place=text_at(call, "place"),
            nature=nature_at(call, "nature"),
            contact_name=text_at(caller, "name"),
            contact_phone=text_at(caller, "phone"),
            contact_address=text_at(caller, "address"),
            keep_private=caller.get("public") is not True,
            submitted_at=moment_at(call, "called_at", ZoneInfo(ctx.zone)),
            rule_id="nanhai.channels/hotline-call",
            reason="热线平台推送的通话记录",
        )
    ]
