"""The channels 渠道 as an administrator sees them: what brings each, how much comes in, what failed, and what came last, masked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import defer

from core.hooks import specs
from core.hooks.core_features import MAIL_INTAKE, PORTAL_INTAKE, WECHAT, WEIBO
from core.hooks.roster import Roster
from core.hooks.settings import fields_of, secrets_of
from core.hooks.values import Channel
from core.intake.channels import REFERRAL, channels_of
from core.intake.inbound import STATE_LABELS
from core.intake.mail.settings import MAIL, find_mailbox
from core.intake.models import InboundItem
from core.intake.portal import PORTAL
from core.intake.wechat.settings import find_wechat
from core.intake.weibo.settings import find_weibo
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.saying import said
from core.routing.ruleset.fields import MEDIA
from core.tenancy.scope import Scope
from core.tenancy.secret_rows import secret_lines
from core.tickets.models import Ticket
from core.tickets.states import STATE_LABELS as TICKET_STATES
from core.tickets.states import State
from core.tickets.timeline import Actor

LATELY = timedelta(days=7)
LOOKED_BACK = timedelta(days=90)
MOST_SHOWN = 20
LONGEST_TITLE = 40
NUMBERS = re.compile(r"\s?\d[\d\s-]{5,}\d\s?")
LINKS = re.compile(r"https?://\S+")
Tone = Literal["ok", "waits", "bad"]
ITEM_TONES: Mapping[str, Tone] = {
    "waiting": "waits",
    "taken_in": "ok",
    "needs_person": "bad",
    "aside": "waits",
    "refused": "waits",
}


class NoSuchChannel(Refused):
    """The tenant has no channel of this id."""

    code = "no-such-channel"


@dataclass(frozen=True, slots=True)
class Bringer:
    """The feature that brings a channel; `is_on_always` for the core's own, which nobody switches. `secrets` are told by title."""

    id: str
    label: str
    is_core: bool
    set_secrets: tuple[str, ...]
    unset_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What came in lately: appeals, what could not be read by itself, and when anything last came in well."""

    came: int = 0
    failed: int = 0
    last_at: datetime | None = None

    @property
    def failed_percent(self) -> int | None:
        """How much of what came could not be taken in by itself, in whole percent; None where nothing came."""
        whole = self.came + self.failed
        return round(100 * self.failed / whole) if whole else None


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """One channel: what it is called, what brings it, whether other systems push to it, and what came in lately."""

    id: str
    label: str
    medium: str
    owner: str
    bringer: Bringer | None
    is_pushed: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that came in: when, what it is or why it failed, how it stands, and the ticket it became."""

    at: datetime
    words: str
    state: str
    tone: Tone
    serial_no: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where something of what comes in goes: what it is called there, what it becomes here, in how many of the last it was filled."""

    there: str
    here: str
    filled: int | None = None


def channel_cards(scope: Scope, roster: Roster, *, actor: Actor, now: datetime) -> Sequence[ChannelCard]:
    """Return the channels by which anything may come in, in their order. Raises `NotPermitted`."""
    administering(actor, "查看渠道")
    bringers, counts = _bringers(scope, roster), _counts(scope, now)
    pushed = set(scope.hooks.answerers_of(specs.authenticate_inbound))
    return [
        _card(channel, bringers.get(channel.id), pushed, counts.get(channel.id, Counts()))
        for channel in channels_of(scope).values()
    ]


def find_card(scope: Scope, roster: Roster, channel_id: str, *, actor: Actor, now: datetime) -> ChannelCard:
    """Return one channel. Raises `NotPermitted`, `NoSuchChannel`."""
    for card in channel_cards(scope, roster, actor=actor, now=now):
        if card.id == channel_id:
            return card
    raise NoSuchChannel("没有这个渠道，或者带来它的功能没有启用。请从渠道列表里选。")


def last_incoming(scope: Scope, channel_id: str, *, now: datetime) -> Sequence[Incoming]:
    """Return what came in last by a channel, the newest first: tickets, and what became none."""
    zone = scope.tenant.zone
    tickets = scope.session.execute(
        select(Ticket.serial_no, Ticket.title, Ticket.state, Ticket.submitted_at)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.channel == channel_id,
            Ticket.submitted_at >= now - LOOKED_BACK,
        )
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(MOST_SHOWN)
    )
    items = scope.session.scalars(
        select(InboundItem)
        .options(defer(InboundItem.body, raiseload=True))
        .where(
            InboundItem.tenant_id == scope.tenant.id,
            InboundItem.channel == channel_id,
            InboundItem.state != "taken_in",
            InboundItem.received_at >= now - LOOKED_BACK,
        )
        .order_by(InboundItem.received_at.desc(), InboundItem.id.desc())
        .limit(MOST_SHOWN)
    )
    lines = [
        Incoming(at.astimezone(zone), hidden(title)[:LONGEST_TITLE], TICKET_STATES[State(state)], "ok", serial)
        for serial, title, state, at in tickets
    ]
    lines += [
        Incoming(
            item.received_at.astimezone(zone),
            item.failure or item.reason or STATE_LABELS[item.state],
            STATE_LABELS[item.state],
            ITEM_TONES[item.state],
            "",
        )
        for item in items
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_SHOWN]


def mapped(scope: Scope, card: ChannelCard, *, now: datetime) -> Sequence[Mapped]:
    """Return what becomes of what comes in by a channel, and in how many of the last appeals each field was filled."""
    newest = (
        select(Ticket)
        .where(Ticket.tenant_id == scope.tenant.id, Ticket.channel == card.id, Ticket.submitted_at >= now - LOOKED_BACK)
        .order_by(Ticket.submitted_at.desc(), Ticket.id.desc())
        .limit(MOST_SHOWN)
        .subquery()
    )
    columns = newest.c
    filled = {
        "title": columns.title != "",
        "text": columns.text != "",
        "place": columns.place != "",
        "point": columns.longitude.is_not(None),
        "nature": columns.nature != "",
        "source": columns.source != "",
    }
    row = scope.session.execute(
        select(*(func.count(case((condition, 1))).label(name) for name, condition in filled.items()))
    ).one()
    return [Mapped(there, here, getattr(row, field, None)) for there, here, field in _fields_of(card)]


def hidden(words: str) -> str:
    """Return words without numbers by which somebody could be called, and without links that open somebody's page."""
    return NUMBERS.sub("（号码略）", LINKS.sub("（链接略）", words))


def _fields_of(card: ChannelCard) -> Iterator[tuple[str, str, str]]:
    """Yield what something is called where it comes from, what it becomes, and the name of the field."""
    match card:
        case ChannelCard(bringer=Bringer(id=MAIL_INTAKE.id)):
            yield from (("邮件主题", "标题", "title"), ("邮件正文", "诉求内容", "text"))
            yield from (("发件人", "联系邮箱", ""), ("附件", "附件", ""))
        case ChannelCard(bringer=Bringer(id=WECHAT.id)):
            yield from (("发来的文字", "诉求内容", "text"), ("发来的位置", "地图位置", "point"))
            yield from (("发来的图片、语音、视频", "附件", ""), ("微信用户", "联系方式（微信）", ""))
        case ChannelCard(bringer=Bringer(id=WEIBO.id)):
            yield from (("微博正文", "诉求内容", "text"), ("配图", "附件", ""), ("微博用户", "联系方式（微博）", ""))
        case ChannelCard(medium="phone" | "counter") if not card.is_pushed:
            yield from (("受理席填写的标题", "标题", "title"), ("记录的诉求", "诉求内容", "text"))
            yield from (("问到的地点", "地点", "place"), ("诉求性质", "诉求性质", "nature"))
        case _:
            yield from (("标题", "标题", "title"), ("内容", "诉求内容", "text"), ("地点", "地点", "place"))
            yield from (("经度、纬度", "地图位置", "point"), ("性质", "诉求性质", "nature"))
            yield from (("来源", "来源名册里的来源", "source"), ("姓名、电话、住址", "联系方式（加密保存）", ""))


def _card(channel: Channel, bringer: Bringer | None, pushed: set[str], counts: Counts) -> ChannelCard:
    is_pushed = bringer is not None and bringer.id in pushed
    medium = str(MEDIA.get(channel.medium, channel.medium))
    return ChannelCard(channel.id, channel.label, medium, channel.owner, bringer, is_pushed, counts)


def _bringers(scope: Scope, roster: Roster) -> Mapping[str, Bringer]:
    """Return the feature that brings each channel; the first to name one brings it, and the core's desk is brought by none."""
    found: dict[str, str] = {}
    if find_mailbox(scope.hooks):
        found[MAIL.id] = MAIL_INTAKE.id
    found[PORTAL.id] = PORTAL_INTAKE.id
    if (wechat := find_wechat(scope.hooks)) and (own := wechat.own_channel):
        found[own.id] = WECHAT.id
    if (weibo := find_weibo(scope.hooks)) and (own := weibo.own_channel):
        found[own.id] = WEIBO.id
    for feature_id, channel in scope.hooks.ask(specs.channels):
        found.setdefault(channel.id, feature_id)
    told = {feature_id: _bringer(scope, roster, feature_id) for feature_id in set(found.values())}
    return {channel: told[feature_id] for channel, feature_id in found.items()}


def _bringer(scope: Scope, roster: Roster, feature_id: str) -> Bringer:
    feature = roster.get(feature_id)
    schema = feature.schema()
    fields = fields_of(schema)
    there = {line.name for line in secret_lines(scope, feature_id)}
    names = secrets_of(schema)
    return Bringer(
        id=feature_id,
        label=feature.label,
        is_core=feature.plugin == "core",
        set_secrets=tuple(fields[name].title for name in names if name in there),
        unset_secrets=tuple(fields[name].title for name in names if name not in there),
    )


def _counts(scope: Scope, now: datetime) -> Mapping[str, Counts]:
    """Return by channel what came in within seven days, what failed, and when anything last came in within ninety."""
    tenant, since = scope.tenant.id, now - LATELY
    came = scope.session.execute(
        select(Ticket.channel, func.count(case((Ticket.submitted_at >= since, 1))), func.max(Ticket.submitted_at))
        .where(Ticket.tenant_id == tenant, Ticket.submitted_at >= now - LOOKED_BACK)
        .group_by(Ticket.channel)
    )
    counts = {channel: (number, last) for channel, number, last in came}
    waiting = scope.session.execute(
        select(InboundItem.channel, func.count())
        .where(InboundItem.tenant_id == tenant, InboundItem.state == "needs_person", InboundItem.received_at >= since)
        .group_by(InboundItem.channel)
    )
    failed = {channel: number for channel, number in waiting}  # noqa: C416 -- rows are no pairs to the type checker
    zone = scope.tenant.zone
    return {
        channel: Counts(number, failed.get(channel, 0), last.astimezone(zone) if last else None)
        for channel in {*counts, *failed}
        for number, last in [counts.get(channel, (0, None))]
    }


def address_of_pushes(scope: Scope, card: ChannelCard) -> str:
    """Return the path to which other systems push what comes in by a channel, empty where they do not."""
    return f"/in/{scope.tenant.slug}/{card.id}" if card.is_pushed else ""


def told_of(card: ChannelCard) -> str:
    """Say in one line how a channel comes in."""
    if card.id == REFERRAL.id:
        return said("别的区移交过来，不能在这里关闭")
    if card.bringer is None:
        return said("系统自带，一直可用")
    return ""
