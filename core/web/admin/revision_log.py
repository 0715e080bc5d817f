"""The log of changes 修订与回滚: every revision of every feature, for administrators and for those who watch over them."""

from datetime import date

from flask import Blueprint, render_template, request

from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.log import Kind, Sought, revision_log
from core.journey.settings.showing import diff, history
from core.tenancy.rules import STATE_LABELS
from core.web.admin.drafting import LARGEST_NUMBER
from core.web.admin.revisions import TONES
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("admin_revision_log", __name__)
PER_PAGE = 50
LONGEST = 60
KINDS: dict[str, tuple[str, Kind]] = {
    "open": ("还没有定下来的", ("draft", "checked", "refused", "approved", "planned")),
    "active": ("生效中的", ("active",)),
    "held": ("生效过的", ("active", "superseded")),
    "withdrawn": ("撤回的", ("withdrawn",)),
}


@pages.get("/admin/revisions")
@allows(READS_CHANGES)
def show_log(visit: Visit) -> Answer:
    """List the revisions that are looked for: those that wait first, the newest first."""
    asked = {name: _words(request.args.get(name, "")) for name in ("feature", "kind", "q", "since", "until")}
    page = _number(request.args.get("page", "")) or 1
    sought = Sought(
        feature=asked["feature"],
        states=KINDS.get(asked["kind"], ("", ()))[1],
        words=asked["q"],
        since=_day(asked["since"]),
        until=_day(asked["until"]),
    )
    log = revision_log(
        visit.scope,
        installation().roster,
        sought,
        offset=(page - 1) * PER_PAGE,
        most=PER_PAGE,
        actor=visit.actor,
    )
    return render_template(
        "admin/revisions.html",
        log=log,
        asked=asked,
        kinds={name: label for name, (label, _) in KINDS.items()},
        tones=TONES,
        page=page,
        pages=max(1, -(-log.found // PER_PAGE)),
        narrows=any(asked.values()),
    )


@pages.get("/admin/features/<feature>/revisions")
@allows(READS_CHANGES)
def show_history(visit: Visit, feature: str) -> Answer:
    """List all revisions of one feature, and what differs between two of them that were chosen."""
    roster = installation().roster
    lines = history(visit.scope, roster, feature, actor=visit.actor)
    one, other = (_number(request.args.get(name, "")) for name in ("from", "to"))
    changes = diff(visit.scope, roster, feature, other, against=one, actor=visit.actor) if one and other else None
    numbers = [line.number for line in lines]
    return render_template(
        "admin/history.html",
        feature=feature,
        label=found.label if (found := roster.find(feature)) else feature,
        lines=lines,
        one=one or (numbers[1] if len(numbers) > 1 else 0),
        other=other or (numbers[0] if numbers else 0),
        changes=changes,
        states=STATE_LABELS,
        tones=TONES,
    )


def _words(typed: str) -> str:
    """Return what was typed as one line that can be looked for."""
    return " ".join("".join(each for each in typed if each.isprintable())[:LONGEST].split())


def _day(typed: str) -> date | None:
    """Return a day such as `2026-03-12`; what is none does not narrow."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _number(typed: str) -> int:
    """Return a number of a revision or a page, 0 where it is none."""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LARGEST_NUMBER))
    return min(int(typed), LARGEST_NUMBER) if is_number else 0
