"""The public entry 网上提交: residents hand in appeals on a page without sign-in; set by the tenant as any other setting."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from core.hooks.core_features import PORTAL_INTAKE
from core.hooks.settings import OneOf, Settings, YesNo
from core.hooks.table import HookTable
from core.hooks.values import Channel

PORTAL = Channel("portal", "网上提交", "web")
"""The channel of what is handed in there to nobody in particular, or to a mailbox that names no channel of its own."""
Asks = Literal["optional", "required", "none"]
"""Whether a phone is asked for."""


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


@dataclass(frozen=True, slots=True)
class Portal:
    """The tenant's public entry."""

    phone: Asks


def find_portal(hooks: HookTable) -> Portal | None:
    """Return the tenant's public entry, None where it has none."""
    enabled = hooks.enabled.get(PORTAL_INTAKE.id)
    settings: Any = enabled.settings if enabled else {}
    return Portal(cast(Asks, settings["phone"])) if settings and settings["open"] else None
