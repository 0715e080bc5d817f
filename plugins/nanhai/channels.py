"""网络问政: the Weibo account, the hotline, WeChat, the forum, petitions online, and live sessions 微访谈.

The hotline's platform pushes each call as it was taken down.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import Authenticated, Channel, Context, InboundAppeal, InboundPayload, InboundRequest, Nature, hookimpl
from core.hooks.payloads import json_of
from core.hooks.settings import Line, Secret, Settings
from core.hooks.signing import signed_message_id

NATURES: Mapping[str, Nature] = {
    "投诉": "complaint",
    "求助": "help",
    "咨询": "inquiry",
    "建议": "suggestion",
    "表扬": "praise",
}
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
        Channel(id="live-session", label="微访谈", medium="event"),
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
    if channel != HOTLINE or not isinstance(call, dict) or not _text(call, "content"):
        return None
    caller = call.get("caller")
    caller = caller if isinstance(caller, dict) else {}
    return [
        InboundAppeal(
            text=_text(call, "content"),
            title=_text(call, "title"),
            place=_text(call, "place"),
            nature=NATURES.get(_text(call, "nature")),
            contact_name=_text(caller, "name"),
            contact_phone=_text(caller, "phone"),
            contact_address=_text(caller, "address"),
            keep_private=caller.get("public") is not True,
            submitted_at=_moment(_text(call, "called_at"), ZoneInfo(ctx.zone)),
            rule_id="nanhai.channels/hotline-call",
            reason="热线平台推送的通话记录",
        )
    ]


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value.strip() if isinstance(value, str) else ""


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Return when it was; None for what is no time, then the push counts. Without an offset it is the district's time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
