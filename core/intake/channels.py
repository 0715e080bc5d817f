"""The channels by which a tenant takes in appeals: the district's own, and those that every district has."""

from collections.abc import Mapping

from core.hooks import specs
from core.hooks.values import Channel
from core.intake.mail.settings import MAIL, find_mailbox
from core.intake.portal import PORTAL, find_portal
from core.intake.wechat.settings import find_wechat
from core.intake.weibo.settings import find_weibo
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.models import FROM_ELSEWHERE

DESK = Channel("desk", "受理席", "phone")
FILE = Channel("file", "批量导入", "file")
API = Channel("api", "接口", "web")
REFERRAL = Channel(FROM_ELSEWHERE, "跨区移交", "web")
"""What another tenant refers here. Nobody takes in an appeal by it: it would be another tenant's word."""
EVERYWHERE = (DESK, FILE, API, REFERRAL)


class UnknownChannel(Refused):
    """The tenant has no such channel."""

    code = "unknown-channel"


def channels_of(scope: Scope) -> Mapping[str, Channel]:
    """Return the tenant's channels by id, the core's first; the first to name an id defines it."""
    return scope.remember("channels", lambda: _ask(scope))


def open_channels_of(scope: Scope) -> Mapping[str, Channel]:
    """Return the channels by which people and other systems may bring in appeals, by id."""
    return {channel.id: channel for channel in channels_of(scope).values() if channel is not REFERRAL}


def get_channel(scope: Scope, channel_id: str) -> Channel:
    """Return the channel. Raises `UnknownChannel`, naming those that exist."""
    return _pick(channels_of(scope), channel_id)


def get_open_channel(scope: Scope, channel_id: str) -> Channel:
    """Return the channel if appeals may be brought in by it. Raises `UnknownChannel`, naming those that may."""
    return _pick(open_channels_of(scope), channel_id)


def _pick(channels: Mapping[str, Channel], channel_id: str) -> Channel:
    if (channel := channels.get(channel_id)) is None:
        known = joined(
            "、", (said("{id}（{label}）", id=channel.id, label=word(channel.label)) for channel in channels.values())
        )
        raise UnknownChannel(said("本区没有渠道 {channel_id}。现有渠道：{known}。", channel_id=channel_id, known=known))
    return channel


def _ask(scope: Scope) -> dict[str, Channel]:
    known = {channel.id: channel for channel in EVERYWHERE}
    if find_mailbox(scope.hooks):
        known[MAIL.id] = MAIL
    if find_portal(scope.hooks):
        known[PORTAL.id] = PORTAL
    if (wechat := find_wechat(scope.hooks)) and (own := wechat.own_channel):
        known[own.id] = own
    if (weibo := find_weibo(scope.hooks)) and (own := weibo.own_channel):
        known[own.id] = own
    for _, channel in scope.hooks.ask(specs.channels):
        known.setdefault(channel.id, channel)
    return known
