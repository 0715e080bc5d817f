"""The security log 安全日志 and who looked at contacts, for the administrator of audit: to read, and nothing else."""

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request

from core.journey.queries.security import LogWish, last_sealed, log_page
from core.kit.saying import joined, said, word
from core.people.roles import ROLES, Permission
from core.tenancy.models import SecurityEvent
from core.tenancy.security_log import KIND_LABELS, KINDS
from core.tickets.reveals import PURPOSE_LABELS, reveals
from core.web.input import InputUnusable
from core.web.visit import Answer, Visit, allows

pages = Blueprint("audit_pages", __name__)
DETAILS = {
    "role": "角色",
    "roles": "角色",
    "reason": "理由",
    "by": "方式",
    "name": "姓名",
    "unit_id": "单位编号",
    "from": "原单位编号",
    "to": "现单位编号",
    "sessions": "处数",
    "purpose": "用途",
    "shown": "显示的内容",
    "until": "有效至",
    "of": "对象",
    "code": "代码",
    "message": "说明",
    "tickets": "工单",
    "rows": "行数",
    "file_sha256": "文件 SHA-256",
    "sha256": "SHA-256",
    "unit": "单位",
    "decided": "决定",
    "closed_by": "注销人",
}
"""What the details of events are called on the page; others stand under their own names."""
WAYS_IN = {"password": "口令", "identity": "统一身份认证", "code": "动态口令", "recovery-code": "恢复码"}
"""What the ways are called by which somebody signed in."""
SHOWN = 200
"""Looks at contacts on the page; all of them are listed by `huiying privacy reveals`."""
DAYS = 30
"""How far back is looked where nothing is chosen."""


@pages.get("/audit")
@allows(Permission.AUDIT)
def show_log(visit: Visit) -> Answer:
    """Show the events of some days, the newest first, and whether each is as it was written."""
    zone, today = visit.scope.tenant.zone, visit.now.astimezone(visit.scope.tenant.zone).date()
    first, last = _day("since", today - timedelta(days=DAYS)), _day("until", today)
    kind, who = request.args.get("kind", ""), request.args.get("q", "").strip()[:60]
    before = request.args.get("before", "")
    wish = LogWish(
        since=datetime(first.year, first.month, first.day, tzinfo=zone),
        until=datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1),
        kind=kind if kind in KINDS else "",
        word=who if who.isprintable() else "",
        before=int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else None,
    )
    return render_template(
        "stewards/log.html",
        page=log_page(visit.scope, wish),
        wish=wish,
        first=first,
        last=last,
        kinds={str(name): label for name, label in KIND_LABELS.items()},
        sealed=last_sealed(visit.scope),
    )


@pages.get("/audit/reveals")
@allows(Permission.AUDIT)
def show_reveals(visit: Visit) -> Answer:
    """Show who looked at whose contact, the newest first, without the contact."""
    found = reveals(visit.scope, since=visit.now - timedelta(days=DAYS))
    return render_template(
        "stewards/reveals.html", lines=found[:SHOWN], total=len(found), days=DAYS, purposes=PURPOSE_LABELS
    )


@pages.app_template_filter("told")
def told(event: SecurityEvent) -> str:
    """Return the details of an event in words, those that say nothing left out."""
    labels = {role.name: role.label for role in ROLES.values()} | WAYS_IN
    parts = []
    for name, value in event.detail.items():
        if value in (None, "", []):
            continue
        values = value if isinstance(value, list) else [value]
        words = joined("、", (labels.get(each, each) if isinstance(each, str) else str(each) for each in values))
        parts.append(said("{details}：{words}", details=word(DETAILS.get(name, name)), words=words))
    return joined("，", parts)


def _day(name: str, otherwise: date) -> date:
    written = request.args.get(name, "")
    if not written:
        return otherwise
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise InputUnusable("日期请写成 2026-03-12 这样。") from None
    if not 2000 <= day.year <= 2100:
        raise InputUnusable("日期请写在 2000 年至 2100 年之间。")
    return day
