"""A revision's page 修订: what it changes, what is still needed, and the steps to let it hold, take it back, go back to it."""

from datetime import datetime

from flask import Blueprint, g, render_template

from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.checking import check
from core.journey.settings.deciding import Decided, activate, approve, roll_back, withdraw
from core.journey.settings.showing import show_revision
from core.journey.settings.steps import changes_made
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.drafting import REVISION_NUMBER, number_in, revision_path
from core.web.admin.editors import editor_of
from core.web.admin.pictures import pictures_of
from core.web.admin.steps import steps_shown
from core.web.admin.trial_panel import panel_of
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_revisions", __name__)
ONE = f"/admin/features/<feature>/revisions/{REVISION_NUMBER}"
TONES = {
    "active": "is-on",
    "approved": "waits",
    "refused": "urgent",
    "planned": "waits",
    "checked": "waits",
    "draft": "waits",
}
"""How the state of a revision is marked; what is over is not."""


@pages.get(ONE)
@allows(READS_CHANGES)
def show_one(visit: Visit, feature: str, number: int) -> Answer:
    """Show one revision: its changes in words, the check, the try, what is still needed, what happened."""
    roster = installation().roster
    shown = show_revision(visit.scope, roster, feature, number, actor=visit.actor)
    refusal = g.get("refusal")
    page = render_template(
        "admin/revision.html",
        shown=shown,
        made=changes_made(visit.scope, roster, feature, number, actor=visit.actor),
        panel=panel_of(visit, feature, number, on_revision=True),
        editor=f"{editor_of(feature)}?draft={number}",
        pictures=pictures_of(roster, feature, number),
        tones=TONES,
        refusal=words_of(refusal) if refusal else "",
        **steps_shown(visit, feature, number),
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
    roster, note, aware = installation().roster, text("note"), bool(text("aware", longest=5))
    approve(visit.scope, roster, feature, number, note=note, aware=aware, actor=visit.actor, now=visit.now)
    return Done(said("已批准第 {number} 次修订，可以启用了。", number=number), revision_path(feature, number))


@pages.post(f"{ONE}/activate")
@allows(Permission.ADMINISTER, again=show_one)
def activate_one(visit: Visit, feature: str, number: int) -> Answer:
    """Let a revision hold, at once or from a time on."""
    at = _moment(visit, text("at", longest=20)) if text("when", longest=10) == "later" else None
    roster, aware = installation().roster, bool(text("aware", longest=5))
    decided = activate(visit.scope, roster, feature, number, at=at, aware=aware, actor=visit.actor, now=visit.now)
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
    """Go back to the revision that the form names: this one, or from the one that holds to the one before it."""
    decided = roll_back(
        visit.scope,
        installation().roster,
        feature,
        to=number_in("to") or number,
        reason=text("reason"),
        actor=visit.actor,
        now=visit.now,
        command_id=text("command_id", longest=64) or None,
    )
    words = said("已回退，作为第 {number} 次修订生效。", number=decided.number)
    return Done(words + decided.waits, revision_path(feature, decided.number))


def _decided_words(visit: Visit, decided: Decided) -> str:
    if decided.is_planned:
        at = decided.at.astimezone(visit.scope.tenant.zone)
        words = said("第 {number} 次修订定于 {at:%Y-%m-%d %H:%M} 生效。", number=decided.number, at=at)
    else:
        words = said("第 {number} 次修订已生效。", number=decided.number)
    if decided.districts:
        words += said("正在下发到 {number} 个区（市）县。", number=len(decided.districts))
    return words + decided.waits


def _moment(visit: Visit, words: str) -> datetime:
    """Read a local time such as `2026-03-12T08:30`. Raises `InputUnusable`."""
    try:
        return datetime.fromisoformat(words).replace(tzinfo=visit.scope.tenant.zone)
    except ValueError:
        raise InputUnusable("生效时间看不懂。请选好日期和时刻，或选“立即”。") from None
