"""From which mailbox mails are fetched 邮件收取: set by the tenant as any other setting; off until a host is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.hooks.core_features import MAIL_INTAKE
from core.hooks.settings import (
    ChannelChoice,
    Line,
    Minutes,
    OneOf,
    Secret,
    SecretText,
    Settings,
    Whole,
    Words,
    cross_check,
)
from core.hooks.table import HookTable
from core.hooks.values import Channel

MAIL = Channel("mail", "电子邮件", "letter")
"""The channel by which mails come in where the tenant names no other; it is there only while mails are fetched."""
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 50
LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox 政务邮箱 from which mails are fetched.

    `folder` is read; a mail that was kept is moved to `done_folder`, or marked as read where that is empty: then only
    unread mails are fetched. `largest` is in bytes.
    """

    host: str
    port: int
    is_encrypted: bool
    login: str
    password: SecretText | None
    folder: str
    done_folder: str
    channel: str
    every: timedelta
    largest: int
    own_addresses: frozenset[str]


class MailIntakeSettings(Settings):
    """From where, how often and into which channel mails are fetched."""

    host = Line(
        load_default="",
        longest=253,
        pattern=r"[A-Za-z0-9.:-]*",
        pattern_says="写服务器的主机名，如 imap.example.gov.cn；留空为不收取",
        title="收信服务器",
        group="邮箱",
        help="IMAP 服务器的主机名，留空为不收取；在内部网络里的，须由系统维护人员放行",
        risk="privacy",
    )
    port = Whole(load_default=993, min=1, max=65535, title="端口", group="邮箱", risk="privacy")
    encryption = OneOf(
        load_default="tls",
        choices={"tls": "TLS", "none": "不加密"},
        title="加密",
        group="邮箱",
        help="不加密只用于系统维护人员放行的内部主机",
        risk="privacy",
    )
    login = Line(
        load_default="", shortest=0, longest=200, title="登录名", group="邮箱", help="多为邮箱地址", risk="privacy"
    )
    password = Secret(title="密码", group="邮箱", help="很多服务器要求用专门的授权码，不用登录网页的密码")
    folder = Line(load_default="INBOX", longest=200, title="收取哪个文件夹", group="收取")
    done_folder = Line(
        load_default="",
        shortest=0,
        longest=200,
        title="收取后移到",
        group="收取",
        help="文件夹须已建好；留空则收取后标为已读，这时只收取未读邮件，别人在邮箱里先读过的不会收取",
    )
    channel = ChannelChoice(
        load_default="", may_be_empty=True, title="登记到渠道", group="收取", help="留空为“电子邮件”渠道"
    )
    every = Minutes(load_default=5, min=1, max=1440, title="多久收取一次", group="收取")
    largest = Whole(
        load_default=30,
        min=1,
        max=MOST_MEGABYTES,
        unit="MB",
        title="邮件大小上限",
        group="收取",
        help="更大的留在邮箱里，待人工处理",
    )
    own_addresses = Words(
        load_default=(),
        longest=LONGEST_ADDRESS,
        most=50,
        title="本区自己的邮箱地址",
        group="收取",
        help="从这些地址发来的不登记，免得自己的通知又成了诉求",
    )

    @cross_check
    def can_sign_in(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse a server without a login, and the same folder for what comes and what was fetched."""
        wrong = {}
        if values["host"] and not values["login"]:
            wrong["login"] = "写了收信服务器，就要写登录名"
        if values["done_folder"] and values["done_folder"] == values["folder"]:
            wrong["done_folder"] = "收取后移到的文件夹不能就是收取的文件夹"
        return wrong


def find_mailbox(table: HookTable) -> Mailbox | None:
    """Return the mailbox that is fetched from by these settings, if any is."""
    enabled = table.enabled.get(MAIL_INTAKE.id)
    if enabled is None or not enabled.settings["host"]:
        return None
    values = enabled.settings
    return Mailbox(
        host=values["host"].lower(),
        port=values["port"],
        is_encrypted=values["encryption"] == "tls",
        login=values["login"],
        password=values["password"],
        folder=values["folder"],
        done_folder=values["done_folder"],
        channel=values["channel"] or MAIL.id,
        every=timedelta(minutes=values["every"]),
        largest=values["largest"] * MEGABYTE,
        own_addresses=frozenset(address.lower() for address in values["own_addresses"]),
    )
