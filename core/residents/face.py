"""What the public pages of a tenant show of itself 公开页面的门面: facts of the tenant, set as any other setting."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.hooks.core_features import FACE
from core.hooks.settings import Line, OneOf, Paragraph, Rows, Settings, cross_check
from core.hooks.table import HookTable
from core.kit.saying import said
from core.residents.colours import LEAST, Shades, contrast_in_light, shades_of
from core.tenancy.scope import Scope

COLOUR = "#0b57a8"
HOTLINE = "12345"
NUMBER = r"[0-9](?:[0-9-]{1,18}[0-9])"
"""A telephone number as it is dialled: digits, with hyphens between them."""
ENTRIES = {
    "report?as=enterprise": "企业反映诉求",
    "mailboxes": "领导信箱",
    "interviews": "微访谈",
    "answers": "回应解读",
    "bulletins": "公开通报",
    "panels": "第三方评议",
    "cases": "办结公开",
    "flow": "办理过程",
    "exposures": "曝光台",
    "activities": "线上互动",
    "own": "本人信息",
}
"""What the start page can list beside its three doors: where each leads below the tenant's address, and what it is called."""


class PhoneRow(Settings):
    """One more telephone number."""

    number = Line(
        required=True,
        longest=20,
        pattern=NUMBER,
        pattern_says="只写数字和连字符，如 110 或 0755-12345",
        title="电话号码",
        help="居民点一下就拨打",
    )
    label = Line(required=True, longest=30, title="打这个电话做什么", help="如 火警、供水抢修")


class EntryRow(Settings):
    """One entry of the start page."""

    entry = OneOf(required=True, choices=ENTRIES, title="入口")


class FaceSettings(Settings):
    """How the tenant calls itself on its public pages, in which colour, what it says there, and where else one may turn."""

    name = Line(
        load_default="",
        shortest=0,
        longest=16,
        title="公开页面上的名称",
        group="门面",
        help="每一页左上角的短名；不写则用租户的名称",
    )
    colour = Line(
        load_default=COLOUR,
        longest=7,
        pattern="#[0-9a-fA-F]{6}",
        pattern_says="写成 # 加六位十六进制，如 #0b57a8",
        title="主色",
        group="门面",
        help="按钮、链接和标题栏的颜色；须与白底、浅灰底有 4.5 以上的对比度，深色页面自动调亮",
    )
    welcome = Paragraph(
        load_default="", shortest=0, longest=300, title="首页欢迎语", group="门面", help="写在首页最上面；不写则没有"
    )
    entries = Rows(
        EntryRow,
        load_default=[],
        most=len(ENTRIES),
        title="首页入口",
        group="门面",
        help="首页列出哪些入口、按什么次序；不写则有什么列什么。没有开通的不列，三个大按钮总在最前",
    )
    hotline = Line(
        load_default=HOTLINE,
        longest=20,
        pattern=NUMBER,
        pattern_says="只写数字和连字符，如 12345",
        title="热线电话",
        group="电话和地址",
        help="每一个公开页面上都有，点一下就拨打",
    )
    phones = Rows(
        PhoneRow,
        load_default=[
            {"number": "110", "label": "报警"},
            {"number": "119", "label": "火警、抢险救援"},
            {"number": "120", "label": "急救"},
        ],
        most=12,
        title="其他电话",
        group="电话和地址",
        help="首页上列出，写明做什么用；不要写个人的手机号",
    )
    address = Line(
        load_default="",
        shortest=0,
        longest=120,
        title="来信地址",
        group="电话和地址",
        help="写信或到场反映的地址；不写则不列",
    )
    hours = Line(
        load_default="",
        shortest=0,
        longest=60,
        title="办公时间",
        group="电话和地址",
        help="到场反映的时间，如 工作日 9:00 至 12:00、13:00 至 17:00；不写则不列",
    )
    notice = Paragraph(
        load_default="",
        shortest=0,
        longest=300,
        title="停机公告",
        group="停机公告",
        help="写在每一个公开页面最上面，如什么时候停机检修；不写则没有",
    )
    notice_until = Line(
        load_default="",
        longest=16,
        pattern="([0-9]{4}-[0-9]{2}-[0-9]{2}( [0-2][0-9]:[0-5][0-9])?)?",
        pattern_says="写成 2026-03-12 06:00，或只写日期",
        title="公告显示到什么时候",
        group="停机公告",
        help="过了这个时间不再显示，只写日期的到那一天结束；不写则一直显示，直到清空",
    )

    @cross_check
    def is_readable(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse a colour in which text could not be read."""
        found = contrast_in_light(values["colour"])
        if found >= LEAST:
            return {}
        words = said(
            "这个颜色与白底、浅灰底的对比度是 {found}，低于 {least}，视力不好的人看不清。请换深一些的颜色，如 {otherwise}",
            found=f"{int(found * 10) / 10}",
            least=str(LEAST),
            otherwise=COLOUR,
        )
        return {"colour": words}

    @cross_check
    def ends_on_a_day(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse a day that no calendar has."""
        try:
            _end_of(values["notice_until"])
        except ValueError:
            return {"notice_until": "日历上没有这一天或这个时刻，请核对"}
        return {}

    @cross_check
    def lists_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse an entry that is listed twice."""
        listed = [row["entry"] for row in values["entries"]]
        return {"entries": "同一个入口写了两次"} if len(set(listed)) < len(listed) else {}


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call, and what for."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Face:
    """What the public pages of a tenant show of itself.

    `entries` are where the entries of the start page lead, in their order; empty = all that are there, as the product has
    them. `notice` is good before `notice_until`, a local time; None = until somebody empties it.
    """

    name: str
    colour: str
    welcome: str
    entries: tuple[str, ...]
    hotline: str
    phones: tuple[Phone, ...]
    address: str
    hours: str
    notice: str
    notice_until: datetime | None

    @property
    def shades(self) -> Shades:
        """What a page derives from the colour."""
        return shades_of(self.colour)

    @property
    def is_as_made(self) -> bool:
        """Whether the colour is the product's own, of which the product's stylesheet knows."""
        return self.colour == COLOUR

    def notice_at(self, local: datetime) -> str:
        """Return the notice that stands on top of every page at this local time, "" when there is none."""
        is_over = self.notice_until is not None and local.replace(tzinfo=None) >= self.notice_until
        return "" if is_over else self.notice


def face_of(scope: Scope) -> Face:
    """Return what the tenant's public pages show of itself; read once for each state of its settings."""
    return scope.remember("face", lambda: _face(scope.hooks, scope.tenant.name))


def dialled(number: str) -> str:
    """Return a number as a link dials it."""
    return re.sub(r"[^0-9]", "", number)


def _face(hooks: HookTable, name: str) -> Face:
    enabled = hooks.enabled.get(FACE.id)
    values: Mapping[str, Any] = enabled.settings if enabled else FACE.read({})
    return Face(
        name=values["name"] or name,
        colour=values["colour"].lower(),
        welcome=values["welcome"],
        entries=tuple(row["entry"] for row in values["entries"]),
        hotline=values["hotline"],
        phones=tuple(Phone(row["number"], row["label"]) for row in values["phones"]),
        address=values["address"],
        hours=values["hours"],
        notice=values["notice"],
        notice_until=_end_of(values["notice_until"]),
    )


def _end_of(written: str) -> datetime | None:
    """Return when a notice ends that is good until then, a whole day included; None = it has no end. Raises ValueError."""
    if not written:
        return None
    return datetime.fromisoformat(written) + (timedelta(days=1) if len(written) == len("2026-03-12") else timedelta())
