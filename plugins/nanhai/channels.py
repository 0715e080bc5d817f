"""网络问政: the Weibo account, the hotline, WeChat, the forum, petitions online, and live sessions 微访谈.

The hotline's platform pushes each call as it was taken down, the forum each post, the petition system each letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import (
    Authenticated,
    Channel,
    Context,
    InboundAppeal,
    InboundPayload,
    InboundRequest,
    hookimpl,
    said,
    word,
)
from core.hooks.payloads import json_of, moment_at, nature_at, object_at, text_at
from core.hooks.settings import Line, Secret, Settings
from core.hooks.signing import vouched_for

HOTLINE, FORUM, PETITION = "hotline", "forum", "petition"


@dataclass(frozen=True, slots=True)
class Sender:
    """A platform that pushes to a channel: its name, the setting with its key, and how it writes who spoke and when."""

    label: str
    secret: str
    who: str
    when: str
    rule: str
    reason: str


SENDERS: Mapping[str, Sender] = {
    HOTLINE: Sender("热线平台", "hotline_secret", "caller", "called_at", "hotline-call", "热线平台推送的通话记录"),
    FORUM: Sender("网络发言平台", "forum_secret", "author", "posted_at", "forum-post", "网络发言平台推送的帖子"),
    PETITION: Sender(
        "网上信访系统",
        "petition_secret",
        "petitioner",
        "submitted_at",
        "petition-letter",
        "网上信访系统推送的信访事项",
    ),
}
"""Whoever pushes to Nanhai. Weibo and WeChat are spoken with by the core itself."""


class ChannelSettings(Settings):
    """Number and account under which residents find the district, and the keys of the platforms that push."""

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
    forum_secret = Secret(
        shortest=24,
        title="网络发言平台推送密钥",
        help="网络发言平台用它给推送签名；没有设密钥，推送一律不收，可以改用文件导入",
        group="推送接入",
        affects="new",
    )
    petition_secret = Secret(
        shortest=24,
        title="网上信访推送密钥",
        help="网上信访系统用它给推送签名；没有设密钥，推送一律不收，可以改用文件导入",
        group="推送接入",
        affects="new",
    )


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in wherever residents speak; what a live session leaves unanswered comes in through its own channel."""
    account = settings["weibo_account"]
    return [
        Channel(id="weibo", label=f"@{account}", medium="weibo", owner=account),
        Channel(id=HOTLINE, label=said("{hotline} 热线", hotline=settings["hotline"]), medium="phone"),
        Channel(id="wechat", label="微信", medium="wechat"),
        Channel(id=FORUM, label="网络发言平台", medium="web"),
        Channel(id=PETITION, label="网上信访", medium="web"),
        Channel(id="live-session", label="微访谈", medium="web"),
    ]


@hookimpl
def authenticate_inbound(
    settings: Mapping[str, Any], channel: str, request: InboundRequest
) -> Sequence[Authenticated] | None:
    """Vouch for what a platform has signed with the key that it shares with the district; each pushes to its own channel."""
    sender = SENDERS.get(channel)
    if sender is None:
        return None
    rule, reason = f"nanhai.channels/{channel}-signature", said("{label}的签名核对无误", label=word(sender.label))
    return vouched_for(settings[sender.secret], request, rule_id=rule, reason=reason)


@hookimpl
def parse_inbound(ctx: Context, channel: str, payload: InboundPayload) -> Sequence[InboundAppeal] | None:
    """Read one appeal: what somebody said, and who it was.

    {"content", "title", "place", "nature": "投诉|求助|咨询|建议|表扬", `when`, `who`: {"name", "phone", "address", "public": true|false}}; all
    but `content` may be left out. The hotline writes `called_at` and `caller`, the forum `posted_at` and `author`, petitions online
    `submitted_at` and `petitioner`.
    """
    written, sender = json_of(payload), SENDERS.get(channel)
    if sender is None or not isinstance(written, dict) or not text_at(written, "content"):
        return None
    person = object_at(written, sender.who)
    return [
        InboundAppeal(
            text=text_at(written, "content"),
            title=text_at(written, "title"),
            place=text_at(written, "place"),
            nature=nature_at(written, "nature"),
            contact_name=text_at(person, "name"),
            contact_phone=text_at(person, "phone"),
            contact_address=text_at(person, "address"),
            keep_private=person.get("public") is not True,
            submitted_at=moment_at(written, sender.when, ZoneInfo(ctx.zone)),
            rule_id=f"nanhai.channels/{sender.rule}",
            reason=sender.reason,
        )
    ]
