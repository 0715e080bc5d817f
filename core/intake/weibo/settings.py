"""The tenant's account on Weibo 政务微博: set as any other setting; off until its number is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, cast

from core.hooks.core_features import WEIBO
from core.hooks.features import hookimpl
from core.hooks.outside import AddressNotAllowed, NotReached
from core.hooks.settings import ChannelChoice, Line, Minutes, OneOf, Paragraph, Secret, Settings, Whole, cross_check
from core.hooks.table import HookTable
from core.hooks.values import Channel, Finding
from core.intake.account_fields import acceptance_field, api_field, appeals_per_day_field
from core.intake.weibo.account import API, Account, ApiRefused, refusal_words, token_of
from core.kit.saying import said

OWN_CHANNEL = Channel("weibo-account", "政务微博", "weibo")
"""The channel of what residents write where the tenant names no other; it is there only while an account is set."""
Acceptance = Literal["at_once", "by_person"]
Answers = Literal["whole", "done"]
SOON = timedelta(days=7)
"""A token that ends within this is told of when the settings are checked."""


class WeiboSettings(Settings):
    """Which account, how often it is looked at, and what it says."""

    uid = Line(
        load_default="",
        longest=20,
        pattern="([1-9][0-9]{4,18})?",
        pattern_says="UID 是一串数字，在账号主页的网址里；留空为不接入",
        title="账号 UID",
        group="账号",
        help="政务微博的用户编号，留空为不接入",
        risk="privacy",
    )
    name = Line(
        load_default="",
        shortest=0,
        longest=30,
        title="账号昵称",
        group="账号",
        help="居民 @ 的名字，不带 @；没有另选渠道时，渠道叫这个名称",
    )
    access_token = Secret(
        title="access_token", group="账号", help="这个账号授权给应用后得到；到期后重新授权，再换上新的"
    )
    api = api_field(API, group="账号")
    every = Minutes(load_default=2, min=1, max=60, title="多久查看一次 @", group="查看")
    calls_per_hour = Whole(
        load_default=150,
        min=30,
        max=100_000,
        unit="次",
        title="每小时最多调用接口",
        group="查看",
        help="照微博给这个应用的频次填写；余下的用来查看各件诉求下的评论",
    )
    channel = ChannelChoice(
        load_default="", may_be_empty=True, title="登记到渠道", group="受理", help="留空为“政务微博”渠道"
    )
    acceptance = acceptance_field()
    appeals_per_day = appeals_per_day_field()
    answers = OneOf(
        load_default="whole",
        choices={"whole": "遮盖个人信息后全文公开回复", "done": "只说已办结，凭编号查询"},
        title="办结答复",
        group="回复",
        help="评论人人可见；依法不公开和诉求人不愿公开的，总是只说已办结",
        risk="privacy",
    )
    received = Paragraph(
        load_default="已收到您的诉求，办到哪一步会回复在这里。要补充的请在本条下评论，不要写电话、住址等个人信息。",
        longest=100,
        title="收到诉求",
        group="回复",
        help="后面自动加上编号",
    )

    @cross_check
    def has_name(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse an account without the name by which it is mentioned."""
        return {"name": "写了账号 UID，就要写账号昵称"} if values["uid"] and not values["name"] else {}


@dataclass(frozen=True, slots=True)
class Weibo:
    """The tenant's account with how it is looked at. `threads_at_once`: so many tickets' comments are read in one look."""

    account: Account
    channel: str
    acceptance: Acceptance
    answers: Answers
    appeals_per_day: int
    every: timedelta
    threads_at_once: int
    received: str

    @property
    def own_channel(self) -> Channel | None:
        """The channel that is there because the account is, called as the account; None where it has another."""
        return replace(OWN_CHANNEL, label=f"@{self.account.name}") if self.channel == OWN_CHANNEL.id else None


def find_weibo(table: HookTable) -> Weibo | None:
    """Return the tenant's account on Weibo by these settings, if there is one."""
    enabled = table.enabled.get(WEIBO.id)
    if enabled is None or not enabled.settings["uid"]:
        return None
    values = enabled.settings
    a_look = int(values["calls_per_hour"] * values["every"] / 60)
    return Weibo(
        account=_account(values),
        channel=values["channel"] or OWN_CHANNEL.id,
        acceptance=cast(Acceptance, values["acceptance"]),
        answers=cast(Answers, values["answers"]),
        appeals_per_day=values["appeals_per_day"],
        every=timedelta(minutes=values["every"]),
        # Half is left to the mentions themselves, to long texts and to replies.
        threads_at_once=max(1, a_look // 2),
        received=values["received"],
    )


@hookimpl
def check_settings(settings: Mapping[str, Any]) -> Sequence[Finding] | None:
    """Ask Weibo whose the token is and when it ends."""
    if not settings["uid"]:
        return None
    account = _account(settings)
    if account.token is None:
        return [Finding("error", "没有设置 access_token，收不到 @，也发不出回复。", "access_token")]
    try:
        told = token_of(account)
    except AddressNotAllowed as refused:
        return [Finding("error", refused.message, "api")]
    except NotReached as unreached:
        return [Finding("error", said("微博接口没有应答：{unreached}。", unreached=unreached), "api")]
    except ApiRefused as refused:
        return [Finding("error", refusal_words(refused.code), "access_token")]
    if str(told.get("uid", "")) != account.uid:
        return [Finding("error", "access_token 是另一个微博账号的，不是这里写的 UID。", "access_token")]
    left = told.get("expire_in")
    if isinstance(left, int) and left < SOON.total_seconds():
        words = said(
            "access_token 还有 {left} 天到期，请在微博开放平台重新授权并换上新的。", left=max(0, left) // 86400
        )
        return [Finding("warning", words, "access_token")]
    return None


def _account(values: Mapping[str, Any]) -> Account:
    return Account(uid=values["uid"], name=values["name"], token=values["access_token"], api=values["api"])
