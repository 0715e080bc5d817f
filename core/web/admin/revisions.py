"""A revision's page 修订: what it changes, what is still needed, and the steps to let it hold, take it back, go back to it."""

from datetime import datetime

from flask import Blueprint, g, render_template, request

from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.checking import check
from core.journey.settings.deciding import Decided, activate, approve, roll_back, withdraw
from core.journey.settings.effects import HOLDS_FROM_NOW
from core.journey.settings.showing import diff, history, show_revision
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.rules import NEED_LABELS
from core.web.admin.drafting import REVISION_NUMBER, revision_path
from core.web.admin.trials import WORDS, panel_of
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_revisions", __name__)
OF_FEATURE = "/admin/features/<feature>/revisions"
ONE = f"{OF_FEATURE}/{REVISION_NUMBER}"
OPEN = ("draft", "checked", "refused", "approved", "planned")
TONES = {
    "active": "ok",
    "approved": "ok",
    "refused": "urgent",
    "planned": "waits",
    "checked": "waits",
    "draft": "waits",
}


@pages.get(ONE)
@allows(READS_CHANGES)
def show_one(visit: Visit, feature: str, number: int) -> Answer:
    """Show one revision: its changes in words, the check, the try, what is still needed, what happened."""
    roster = installation().roster
    shown = show_revision(visit.scope, roster, feature, number, actor=visit.actor)
    refusal = g.get("refusal")
    page = render_template(
        "admin/revision.html",
        feature=feature,
        label=roster.get(feature).label,
        shown=shown,
        line=shown.line,
        is_open=shown.line.state in OPEN,
        administers=Permission.ADMINISTER in visit.permissions,
        panel=panel_of(visit, feature, number),
        editor=f"/admin/routing?draft={number}"
        if feature == "core.routing"
        else f"/admin/features/{feature}/settings?draft={number}",
        needs=NEED_LABELS,
        tones=TONES,
        at=revision_path(feature, number),
        holds=HOLDS_FROM_NOW,
        refusal=words_of(refusal) if refusal else "",
        typed=request.form if refusal else {},
        **WORDS,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{ONE}/check")
@allows(Permission.ADMINISTER, again=show_one)
def check_one(visit: Visit, feature: str, number: int) -> Answer:
    """Check a revision against the tenant as it is now."""
    checked = check(visit.scope, installation().roster, feature, number, actor=visit.actor, now=visit.now)
    words = said("检查通过。") if checked.passed else said("检查没有通过，请看下面的意见。")
    return Done(words, revision_path(feature, number), "ok" if checked.passed else "soon")


@pages.post(f"{ONE}/approve")
@allows(Permission.ADMINISTER, again=show_one)
def approve_one(visit: Visit, feature: str, number: int) -> Answer:
    """Agree to a revision that another drafted."""
    roster = installation().roster
    approve(visit.scope, roster, feature, number, note=text("note"), actor=visit.actor, now=visit.now)
    return Done(said("已批准第 {number} 次修订，可以启用了。", number=number), revision_path(feature, number))


@pages.post(f"{ONE}/activate")
@allows(Permission.ADMINISTER, again=show_one)
def activate_one(visit: Visit, feature: str, number: int) -> Answer:
    """Let a revision hold, at once or from a time on."""
    at = _moment(visit, text("at", longest=20)) if text("when", longest=10) == "later" else None
    roster = installation().roster
    decided = activate(visit.scope, roster, feature, number, at=at, actor=visit.actor, now=visit.now)
    return Done(_decided_words(visit, decided), revision_path(feature, number))


@pages.post(f"{ONE}/withdraw")
@allows(Permission.ADMINISTER, again=show_one)
def withdraw_one(visit: Visit, feature: str, number: int) -> Answer:
    """Take back a revision that does not hold yet."""
    withdraw(visit.scope, feature, number, reason=text("reason"), actor=visit.actor, now=visit.now)
    return Done(said("第 {number} 次修订已撤回，没有改动现行的设置。", number=number), revision_path(feature, number))


@pages.post(f"{ONE}/roll-back")
@allows(Permission.ADMINISTER, again=show_one)
def roll_back_one(visit: Visit, feature: str, number: int) -> Answer:
    """Go back to this revision, or, from the one that holds, to the one that held before."""
    roster = installation().roster
    shown = show_revision(visit.scope, roster, feature, number, actor=visit.actor)
    decided = roll_back(
        visit.scope,
        roster,
        feature,
        to=None if shown.line.state == "active" else number,
        reason=text("reason"),
        actor=visit.actor,
        now=visit.now,
        command_id=text("command_id", longest=64) or None,
    )
    return Done(
        said("已回退，作为第 {number} 次修订生效。", number=decided.number), revision_path(feature, decided.number)
    )


@pages.get(OF_FEATURE)
@allows(READS_CHANGES)
def show_history(visit: Visit, feature: str) -> Answer:
    """List all revisions of one feature, and what differs between two of them."""
    roster = installation().roster
    lines = history(visit.scope, roster, feature, actor=visit.actor)
    one, other = (_number(request.args.get(name, "")) for name in ("from", "to"))
    changes = None
    if one and other:
        changes = diff(visit.scope, roster, feature, other, against=one, actor=visit.actor)
    return render_template(
        "admin/history.html",
        feature=feature,
        label=roster.get(feature).label,
        lines=lines,
        one=one,
        other=other,
        changes=changes,
        tones=TONES,
    )


def _decided_words(visit: Visit, decided: Decided) -> str:
    if decided.is_planned:
        at = decided.at.astimezone(visit.scope.tenant.zone)
        return said("第 {number} 次修订定于 {at:%Y-%m-%d %H:%M} 生效。", number=decided.number, at=at)
    words = said("第 {number} 次修订已生效。", number=decided.number)
    if decided.districts:
        words += said("正在下发到 {number} 个区（市）县。", number=len(decided.districts))
    return words + decided.waits


def _moment(visit: Visit, words: str) -> datetime:
    """Read a local time such as `2026-03-12T08:30`. Raises `InputUnusable`."""
    try:
        return datetime.fromisoformat(words).replace(tzinfo=visit.scope.tenant.zone)
    except ValueError:
        raise InputUnusable("生效时间看不懂。请选好日期和时刻，或选“立即生效”。") from None


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 9 else 0
