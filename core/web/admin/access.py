"""The review of access 权限复核: every account with its rights and what is unusual, marked as looked through; who looked at contacts."""

import csv
import io

from flask import Blueprint, Response, g, render_template, request

from core.journey.access_review import REVIEW_EVERY, REVIEWS, AccessLine, access_lines, mark_reviewed
from core.journey.contact_looks import contact_looks
from core.kit.saying import joined, said, word
from core.people.roles import ROLES
from core.web.downloads import offer_as
from core.web.input import texts
from core.web.refusals import status_of, words_of
from core.web.stewards.accounts import by
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("admin_access", __name__)
LIST = "/admin/access"
PER_PAGE = 100
KINDS = {
    "unusual": "有异常的",
    "due": "待复核的",
    "open": "全部在用的",
    "contacts": "能看联系方式的",
    "closed": "已停用的",
}
"""What the list of accounts can be narrowed to."""
BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pages.get(LIST)
@allows(REVIEWS)
def show_access(visit: Visit) -> Answer:
    """Show the accounts with their rights, those out of the ordinary first; after a refusal with why it was refused."""
    refusal = g.get("refusal")
    lines = access_lines(visit.scope, actor=visit.actor, now=visit.now)
    of_kind = {name: [line for line in lines if _is(line, name)] for name in KINDS}
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ("unusual" if of_kind["unusual"] else "due" if of_kind["due"] else "open")
    wanted, role = " ".join(request.args.get("q", "")[:60].split()).lower(), request.args.get("role", "")
    found = [
        line
        for line in of_kind[kind]
        if (not wanted or any(wanted in part.lower() for part in (line.login, line.name, line.unit)))
        and (role not in ROLES or role in [held.name for held in line.roles])
    ]
    page = _page_asked()
    shown = render_template(
        "admin/access.html",
        lines=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // PER_PAGE)),
        counts={name: len(each) for name, each in of_kind.items()},
        kinds=KINDS,
        kind=kind,
        wanted=wanted,
        role=role,
        roles=list(ROLES.values()),
        asked={name: value for name, value in (("kind", kind), ("q", wanted), ("role", role)) if value},
        months=REVIEW_EVERY.days // 30,
        refusal=words_of(refusal) if refusal else "",
        ticked=set(request.form.getlist("login")) if refusal else set(),
        typed=request.form if refusal else {},
    )
    return (shown, status_of(refusal)) if refusal else shown


@pages.post(LIST)
@allows(REVIEWS, again=show_access)
def note_reviewed(visit: Visit) -> Answer:
    """Keep that the ticked accounts were looked through, with the conclusion, in the security log."""
    count = mark_reviewed(visit.scope, texts("login", longest=100), by=by(visit), actor=visit.actor, now=visit.now)
    return Done(said("已复核 {count} 个账号，结论记入安全日志", count=count), request.full_path.rstrip("?"))


@pages.get(f"{LIST}.csv")
@allows(REVIEWS)
def give_table(visit: Visit) -> Answer:
    """Answer with all accounts as a table, as they stand in the review."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        (
            "登录名",
            "姓名",
            "单位",
            "状态",
            "角色",
            "开设于",
            "最近使用",
            "动态口令",
            "统一身份",
            "异常",
            "上次复核",
            "复核人",
            "结论",
        )
    )
    for line in access_lines(visit.scope, actor=visit.actor, now=visit.now):
        table.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in _cells(visit, line)])
    response = Response(BOM + out.getvalue(), mimetype="text/csv")
    offer_as(response, f"权限复核-{visit.scope.tenant.slug}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get(f"{LIST}/contacts")
@allows(REVIEWS)
def show_looks(visit: Visit) -> Answer:
    """Show who looked at residents' contacts, counted by person and purpose; single records stay with the auditor."""
    return render_template(
        "admin/access_contacts.html", looks=contact_looks(visit.scope, actor=visit.actor, now=visit.now)
    )


def _is(line: AccessLine, kind: str) -> bool:
    match kind:
        case "unusual":
            return bool(line.unusual)
        case "due":
            return line.is_due
        case "contacts":
            return line.active and line.sees_contacts
        case "closed":
            return not line.active
    return line.active


def _page_asked() -> int:
    page = request.args.get("page", "1")
    return max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) <= 5 else 1


def _cells(visit: Visit, line: AccessLine) -> list[str]:
    zone = visit.scope.tenant.zone
    opened, seen = line.opened_at.astimezone(zone), line.last_seen.astimezone(zone) if line.last_seen else None
    roles = [
        said(
            "{label}（{since:%Y-%m-%d} 起，{by}）",
            label=word(held.label),
            since=held.since.astimezone(zone),
            by=held.by,
        )
        if held.since
        else held.label
        for held in line.roles
    ]
    return [
        line.login,
        line.name,
        line.unit,
        "在用" if line.active else "已停用",
        joined("；", roles),
        f"{opened:%Y-%m-%d}",
        f"{seen:%Y-%m-%d %H:%M}" if seen else "从未",
        "已绑定" if line.has_second_factor else "没有",
        "已关联" if line.identities else "没有",
        joined("；", line.unusual),
        f"{line.reviewed.at.astimezone(zone):%Y-%m-%d}" if line.reviewed else "",
        line.reviewed.by if line.reviewed else "",
        line.reviewed.reason if line.reviewed else "",
    ]
