"""The tenant's WeChat official account 服务号: set as any other setting; off until an AppID is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, cast

from core.hooks.core_features import WECHAT
from core.hooks.features import hookimpl
from core.hooks.outside import AddressNotAllowed, NotReached
from core.hooks.settings import (
    ChannelChoice,
    Line,
    Minutes,
    OneOf,
    Paragraph,
    Rows,
    Secret,
    Settings,
    cross_check,
)
from core.hooks.table import HookTable
from core.hooks.values import Channel, Finding
from core.intake.account_fields import acceptance_field, api_field, appeals_per_day_field
from core.intake.wechat.account import API, Account, ApiRefused, Credentials, Field, ask_token, refusal_words
from core.kit.saying import said, word

OWN_CHANNEL = Channel("wechat-account", "微信公众号", "wechat")
"""The channel of what residents write where the tenant names no other; it is there only while an account is set."""
Acceptance = Literal["at_once", "by_person"]
WHAT = {
    "number": "受理流水号",
    "code": "提取码",
    "title": "诉求标题",
    "state": "办理状态",
    "time": "时间",
    "words": "消息内容",
    "tenant": "区名",
}
"""What a field of the template can hold."""
FIELDS = (
    ("character_string1", "number"),
    ("character_string2", "code"),
    ("thing3", "title"),
    ("phrase4", "state"),
    ("time5", "time"),
    ("thing6", "words"),
)
WELCOME = (
    "您好，这里是{tenant}。直接写下要反映的事情就是提交诉求，可以接着发照片和位置；"
    "发“进度”查办理进展，发“新诉求”加内容另提一件。"
)


class TemplateField(Settings):
    """One field of the template message."""

    name = Line(
        required=True,
        longest=40,
        pattern="[a-z][a-z_]*[0-9]{0,3}",
        pattern_says="写模板里花括号中的名称，不带 .DATA，如 thing3",
        title="字段名",
        help="与公众平台上模板详情里的一致",
    )
    holds = OneOf(required=True, choices=WHAT, title="内容")


class WeChatSettings(Settings):
    """Which account, how it is spoken with, and what it says."""

    app_id = Line(
        load_default="",
        longest=40,
        pattern="(wx[0-9a-zA-Z]{8,30})?",
        pattern_says="AppID 以 wx 开头，在公众平台“基本配置”里；留空为不接入",
        title="AppID",
        group="公众号",
        help="服务号的开发者 ID，留空为不接入",
        risk="privacy",
    )
    name = Line(
        load_default="",
        shortest=0,
        longest=30,
        title="公众号名称",
        group="公众号",
        help="没有另选渠道时，渠道叫这个名称",
    )
    original_id = Line(
        load_default="",
        longest=40,
        pattern="(gh_[0-9a-zA-Z]{6,30})?",
        pattern_says="原始 ID 以 gh_ 开头，在公众平台“账号详情”里",
        title="原始 ID",
        group="公众号",
        help="填写后，发给别的账号的消息一律不收",
    )
    app_secret = Secret(title="AppSecret", group="公众号", help="用来换取接口凭证，发通知和取图片都要它")
    token = Secret(title="令牌（Token）", group="公众号", help="与公众平台“服务器配置”里填的一致，用来核对签名")
    aes_key = Secret(
        title="消息加解密密钥（EncodingAESKey）", group="公众号", help="43 个字符；设了就只收安全模式的消息"
    )
    api = api_field(API, group="公众号")
    channel = ChannelChoice(
        load_default="", may_be_empty=True, title="登记到渠道", group="受理", help="留空为“微信公众号”渠道"
    )
    acceptance = acceptance_field()
    joins_within = Minutes(
        load_default=10,
        min=0,
        max=1440,
        title="多久之内补充到同一件",
        group="受理",
        help="同一个人接着发来的文字、照片和位置，在这段时间里归入他刚提的那一件；0 为每条文字都是新的一件",
    )
    appeals_per_day = appeals_per_day_field()
    template_id = Line(
        load_default="",
        shortest=0,
        longest=60,
        title="模板 ID",
        group="通知",
        help="办理进展的通知用这个模板；留空则微信通知改发短信",
    )
    template_fields = Rows(
        TemplateField,
        load_default=[{"name": name, "holds": holds} for name, holds in FIELDS],
        most=12,
        title="模板字段",
        group="通知",
        help="模板里的每个字段放什么；超过微信字数限制的截短",
    )
    welcome = Paragraph(
        load_default=WELCOME, longest=500, title="欢迎语", group="答话", help="关注时说的话；{tenant} 是区名"
    )
    received = Paragraph(
        load_default=(
            "已收到您的诉求，受理流水号 {serial_no}，提取码 {access_code}。"
            "可以接着发照片、位置或补充说明；发“进度”查办理进展。"
        ),
        longest=500,
        title="收到诉求",
        group="答话",
        help="{serial_no} 是受理流水号，{access_code} 是提取码",
    )
    added = Paragraph(
        load_default="已补充到诉求 {serial_no}。要另提一件，请发“新诉求”加内容。",
        longest=500,
        title="收到补充",
        group="答话",
    )
    thanks = Paragraph(
        load_default="谢谢，您对诉求 {serial_no} 的评价已记下。", longest=500, title="收到评价", group="答话"
    )

    @cross_check
    def names_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse the same template field twice."""
        names = [row["name"] for row in values["template_fields"]]
        return {"template_fields": "同一个字段名写了两次"} if len(set(names)) < len(names) else {}


@dataclass(frozen=True, slots=True)
class WeChat:
    """The tenant's account with how its conversations go."""

    account: Account
    name: str
    channel: str
    acceptance: Acceptance
    joins_within: timedelta
    appeals_per_day: int
    welcome: str
    received: str
    added: str
    thanks: str

    @property
    def own_channel(self) -> Channel | None:
        """The channel that is there because the account is, called as the account; None where it has another."""
        return replace(OWN_CHANNEL, label=self.name or OWN_CHANNEL.label) if self.channel == OWN_CHANNEL.id else None


def find_wechat(table: HookTable) -> WeChat | None:
    """Return the tenant's WeChat account by these settings, if there is one."""
    enabled = table.enabled.get(WECHAT.id)
    if enabled is None or not enabled.settings["app_id"]:
        return None
    values = enabled.settings
    return WeChat(
        account=_account(values),
        name=values["name"],
        channel=values["channel"] or OWN_CHANNEL.id,
        acceptance=cast(Acceptance, values["acceptance"]),
        joins_within=timedelta(minutes=values["joins_within"]),
        appeals_per_day=values["appeals_per_day"],
        welcome=values["welcome"],
        received=values["received"],
        added=values["added"],
        thanks=values["thanks"],
    )


@hookimpl
def check_settings(settings: Mapping[str, Any]) -> Sequence[Finding] | None:
    """Ask WeChat for a token with AppID and AppSecret, and say what is missing for messages to come in or go out."""
    if not settings["app_id"]:
        return None
    found = [
        Finding("error", said("没有设置{label}，{what}。", label=word(label), what=word(what)), name)
        for name, label, what in (("token", "令牌", "收不到消息"), ("app_secret", "AppSecret", "发不出通知"))
        if settings[name] is None
    ]
    if settings["aes_key"] is None:
        found.append(Finding("warning", "没有设置消息加解密密钥，消息以明文传来。请在公众平台选安全模式。", "aes_key"))
    if not settings["template_id"]:
        found.append(Finding("warning", "没有填写模板 ID，办理进展不会发到微信。", "template_id"))
    account = _account(settings)
    if account.credentials.key_flaw:
        found.append(Finding("error", account.credentials.key_flaw, "aes_key"))
    if account.app_secret is not None:
        found.extend(_token_findings(account))
    return found or None


def _token_findings(account: Account) -> list[Finding]:
    try:
        ask_token(account)
    except AddressNotAllowed as refused:
        return [Finding("error", refused.message, "api")]
    except NotReached as unreached:
        return [Finding("error", said("微信接口没有应答：{unreached}。", unreached=unreached), "api")]
    except ApiRefused as refused:
        return [Finding("error", refusal_words(refused.errcode), "app_secret")]
    return []


def _account(values: Mapping[str, Any]) -> Account:
    return Account(
        app_id=values["app_id"],
        app_secret=values["app_secret"],
        credentials=Credentials(
            app_id=values["app_id"],
            token=values["token"],
            aes_key=values["aes_key"],
            original_id=values["original_id"],
        ),
        api=values["api"],
        template_id=values["template_id"],
        fields=tuple(Field(row["name"], row["holds"]) for row in values["template_fields"]),
    )
