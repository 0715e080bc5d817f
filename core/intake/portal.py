"""The public entry 网上提交: residents hand in appeals on a page without sign-in; set by the tenant as any other setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from core.hooks.core_features import PORTAL_INTAKE
from core.hooks.features import hookimpl
from core.hooks.settings import Line, OneOf, Settings, YesNo
from core.hooks.table import HookTable
from core.hooks.values import Channel, Finding
from core.kit.gateways import has_sms
from core.tenancy.scope import Scope

PORTAL = Channel("portal", "网上提交", "web")
"""The channel of what is handed in there to nobody in particular, or to a mailbox that names no channel of its own."""
NO_PAGE = "凭流水号和提取码在公开页面查"
Asks = Literal["optional", "required", "none"]
"""Whether a phone is asked for."""
PhoneCheck = Literal["none", "code"]
"""Whether a phone that was left must be shown to be at hand."""


class PortalSettings(Settings):
    """Whether there is a public entry, and what it asks for."""

    open = YesNo(
        load_default=False,
        title="开通网上提交",
        group="网上提交",
        help="诉求人在公开页面上写下诉求即可提交，不用注册；关闭时没有这个页面",
    )
    phone = OneOf(
        load_default="optional",
        choices={"optional": "可不填", "required": "必须填写", "none": "不问电话"},
        title="联系电话",
        group="网上提交",
        help="不留电话的，凭受理流水号和提取码查询答复",
    )
    phone_check = OneOf(
        load_default="none",
        choices={"none": "不验证", "code": "短信验证码"},
        title="验证手机号",
        group="网上提交",
        help="留了手机号的，发一条短信验证码确认是本人的；从本区微信公众号进来的不用验证。需要短信网关",
    )
    address = Line(
        load_default="",
        longest=100,
        pattern="(https?://[^ /]+)?",
        pattern_says="写到域名为止，如 https://suqiu.example.gov.cn",
        title="公开页面的网址",
        group="网上提交",
        help="短信和微信里给诉求人的链接以它开头；不写则只说在公开页面查询",
    )


@dataclass(frozen=True, slots=True)
class Portal:
    """The tenant's public entry."""

    phone: Asks
    phone_check: PhoneCheck = "none"


def find_portal(hooks: HookTable) -> Portal | None:
    """Return the tenant's public entry, None where it has none."""
    enabled = hooks.enabled.get(PORTAL_INTAKE.id)
    settings: Any = enabled.settings if enabled else {}
    if not settings or not settings["open"]:
        return None
    return Portal(cast(Asks, settings["phone"]), cast(PhoneCheck, settings["phone_check"]))


@hookimpl
def check_settings(settings: Mapping[str, Any]) -> Sequence[Finding] | None:
    """Say where codes are to be sent and there is nothing that sends them."""
    if settings["phone_check"] == "code" and not has_sms():
        return [
            Finding(
                "warning",
                "没有配置短信网关（SMS_URL），验证码发不出去，手机号都按未验证登记。",
                "phone_check",
            )
        ]
    return None


def page_of(scope: Scope, serial_no: str) -> str:
    """Return where a resident follows their appeal: the address, or in words where nobody has said it."""
    return link_to(scope, serial_no) or NO_PAGE


def link_to(scope: Scope, serial_no: str) -> str:
    """Return the address of the page where a resident follows their appeal, empty where nobody has said it."""
    return address_of(scope, f"/progress?number={serial_no}")


def address_of(scope: Scope, path: str) -> str:
    """Return the absolute address of a public page of the tenant, `path` below its start page; "" where nobody has said it.

    It begins with the tenant's own host name where it has one, else with the address that is set. An address of that very
    name says how it is reached.
    """
    enabled = scope.hooks.enabled.get(PORTAL_INTAKE.id)
    address: str = enabled.settings["address"] if enabled else ""
    hosts = scope.tenant.hosts
    if hosts:
        named = urlsplit(address).hostname
        return f"{address if named in hosts else f'https://{hosts[0]}'}{path}"
    return f"{address}/public/{scope.tenant.slug}{path}" if address else ""
