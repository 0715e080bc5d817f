"""多网合一: 151 online sources flow into one entrance in WeChat; community centres take in for people at the counter.

The platform that merged the sources pushes what they took in, several appeals at a time. Which sources there are, by which
names and channels, is the district's registry of sources.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from core.hooks import Authenticated, Channel, Context, InboundAppeal, InboundPayload, InboundRequest, hookimpl, said
from core.hooks.payloads import json_of, moment_at, nature_at, object_at, text_at
from core.hooks.settings import Line, Secret, Settings
from core.hooks.signing import vouched_for

ENTRANCE = "entrance"
MOST_DEGREES = 1_000_000
"""Beyond this a number was not even meant to be degrees."""


class EntranceSettings(Settings):
    """Names under which residents find the district, and what the platform of the merged sources pushes."""

    entrance = Line(
        load_default="@坪山",
        longest=30,
        title="主入口",
        help="原有各线上渠道整合后主推的微信入口",
        group="号码与账号",
    )
    account = Line(
        load_default="坪山发布",
        longest=30,
        title="微信公众号",
        help="同样受理诉求的政务公众号",
        group="号码与账号",
    )
    hotline = Line(
        load_default="12345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="并入统一平台的政务服务热线",
        group="号码与账号",
    )
    platform_secret = Secret(
        shortest=24,
        title="整合平台推送密钥",
        help="整合平台用它给推送签名（HMAC-SHA256）；没有设密钥，推送一律不收",
        group="推送接入",
        affects="new",
    )


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in by the main entrance first, then by the sources that were merged into the platform."""
    return [
        Channel(id=ENTRANCE, label=settings["entrance"], medium="wechat", owner=settings["entrance"]),
        Channel(id="wechat", label=settings["account"], medium="wechat", owner=settings["account"]),
        Channel(id="hotline", label=said("{hotline} 热线", hotline=settings["hotline"]), medium="phone"),
        Channel(id="urban-management", label="数字城管", medium="app"),
        Channel(id="grid", label="网格管理", medium="app"),
        Channel(id="mailbox-government", label="政府邮箱", medium="letter"),
        Channel(id="deputies", label="人大代表解民忧", medium="web"),
        Channel(id="weibo", label="微博", medium="weibo"),
        Channel(id="community-center", label="社区党群服务中心", medium="counter"),
    ]


@hookimpl
def authenticate_inbound(
    settings: Mapping[str, Any], channel: str, request: InboundRequest
) -> Sequence[Authenticated] | None:
    """Vouch for what the platform of the merged sources has signed; it pushes to the main entrance alone."""
    if channel != ENTRANCE:
        return None
    rule = "pingshan.entrance/platform-signature"
    return vouched_for(settings["platform_secret"], request, rule_id=rule, reason="整合平台的签名核对无误")


@hookimpl
def parse_inbound(
    ctx: Context, settings: Mapping[str, Any], channel: str, payload: InboundPayload
) -> Sequence[InboundAppeal] | None:
    """Read the appeals of one source, as the platform writes it; the registry of sources knows which one that is.

    {"source", "appeals": [{"source", "content", "title", "place", "longitude", "latitude", "nature": "投诉|求助|咨询|建议|表扬", "people",
    "reported_at", "reporter": {"name", "phone", "address", "public": true|false}}]}; of an appeal all but `content` may be left out.
    One without content is returned too, so that a person looks at it.
    """
    batch = json_of(payload)
    if channel != ENTRANCE or not isinstance(batch, dict):
        return None
    listed = batch.get("appeals")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return None
    source = text_at(batch, "source")
    return [_appeal(each, text_at(each, "source") or source, ZoneInfo(ctx.zone)) for each in listed]


def _appeal(written: Mapping[str, Any], source: str, zone: ZoneInfo) -> InboundAppeal:
    reporter = object_at(written, "reporter")
    people = written.get("people")
    return InboundAppeal(
        text=text_at(written, "content"),
        title=text_at(written, "title"),
        place=text_at(written, "place"),
        longitude=_degrees(written, "longitude"),
        latitude=_degrees(written, "latitude"),
        source=source,
        nature=nature_at(written, "nature"),
        affected_count=people if isinstance(people, int) and not isinstance(people, bool) else 1,
        contact_name=text_at(reporter, "name"),
        contact_phone=text_at(reporter, "phone"),
        contact_address=text_at(reporter, "address"),
        keep_private=reporter.get("public") is not True,
        submitted_at=moment_at(written, "reported_at", zone),
        rule_id="pingshan.entrance/platform-batch",
        reason="整合平台按来源推送的诉求" if source else "整合平台推送的诉求，没有写明来源",
    )


def _degrees(document: Mapping[str, Any], name: str) -> float | None:
    """Return degrees as they are written, also impossible ones, which are told; None for what is no number at all."""
    value = document.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST_DEGREES
    return value if is_number else None
