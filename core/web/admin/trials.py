"""The panel of the dry run 试算, the same beside every editor: how far it is, what would change, and what really happened."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request

from core.journey.dry_run import Result, Sample, change_words, exported, rule_name, summary
from core.journey.settings.administering import READS_CHANGES
from core.journey.settings.trying import Standing, ask_trial, newest_trial, show_trial, trial_standing
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.drafting import REVISION_NUMBER, revision_path
from core.web.input import InputUnusable, day, text
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_trials", __name__)
AT = f"/admin/features/<feature>/revisions/{REVISION_NUMBER}/trial"
FIRST = 10
"""Changed tickets that the panel shows; the others stand on pages of their own."""
PER_PAGE = 50
STOP_ASKING = 286
"""Status at which htmx takes the answer and asks no more."""
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows of a revision's try; `result` None = it was never tried. `asks`: the visitor may begin one."""

    feature: str
    number: int
    at: str
    standing: Standing
    result: Result | None
    asks: bool
    lines: tuple[str, ...] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on by itself: the panel asks again."""
        return self.result is not None and self.result.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 * self.result.done // self.result.total if self.result and self.result.total else 0

    @property
    def unmatched(self) -> int:
        """How many tickets no rule gives to anybody, by what is tried."""
        return sum(load.after for load in self.result.load if not load.code) if self.result else 0


def panel_of(visit: Visit, feature_id: str, number: int) -> Panel:
    """Return the panel of a revision; `admin/trial_panel.html` shows it.

    Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `NoSuchRevision`.
    """
    roster = installation().roster
    standing = trial_standing(visit.scope, roster, feature_id, number, actor=visit.actor)
    run = newest_trial(visit.scope, feature_id, number)
    result = show_trial(visit.scope, run.id, most=FIRST, actor=visit.actor) if run else None
    return Panel(
        feature=feature_id,
        number=number,
        at=f"{revision_path(feature_id, number)}/trial",
        standing=standing,
        result=result,
        asks=standing.is_open and Permission.ADMINISTER in visit.permissions,
        lines=tuple(summary(result)) if result else (),
    )


@pages.get(AT)
@allows(READS_CHANGES)
def show_panel(visit: Visit, feature: str, number: int) -> Answer:
    """Show the panel alone: what the page asks for again while the try goes on."""
    panel = panel_of(visit, feature, number)
    if "HX-Request" not in request.headers:
        return render_template("admin/trial.html", panel=panel, **WORDS)
    answer = make_response(render_template("admin/trial_panel.html", panel=panel, **WORDS))
    if not panel.is_under_way:
        answer.status_code = STOP_ASKING
        answer.headers["HX-Refresh"] = "true"  # what the page offers changes when the try has ended
    return answer


@pages.post(AT)
@allows(Permission.ADMINISTER)
def ask(visit: Visit, feature: str, number: int) -> Answer:
    """Begin a try with the tickets that were chosen; a job does it."""
    run = ask_trial(
        visit.scope, installation().roster, feature, number, sample=_sample(), actor=visit.actor, now=visit.now
    )
    return Done(said("试算已开始，共 {total:,} 件。", total=run.total), f"{revision_path(feature, number)}#trial")


@pages.get(f"{AT}/changed")
@allows(READS_CHANGES)
def show_changed(visit: Visit, feature: str, number: int) -> Answer:
    """List all tickets that would be decided otherwise, page by page."""
    run = newest_trial(visit.scope, feature, number)
    panel = panel_of(visit, feature, number)
    page = _page()
    result = (
        show_trial(visit.scope, run.id, offset=(page - 1) * PER_PAGE, most=PER_PAGE, actor=visit.actor) if run else None
    )
    total = result.totals.changed if result else 0
    return render_template(
        "admin/trial_changed.html",
        panel=panel,
        result=result,
        page=page,
        pages=max(1, -(-total // PER_PAGE)),
        **WORDS,
    )


@pages.get(f"{AT}/file.<form>")
@allows(READS_CHANGES)
def give_file(visit: Visit, feature: str, number: int, form: str) -> Answer:
    """Answer with all that the try found, as a workbook or as text."""
    run = newest_trial(visit.scope, feature, number)
    if form not in FORMS or run is None:
        abort(404)
    result = show_trial(visit.scope, run.id, most=None, actor=visit.actor)
    at = visit.now.astimezone(visit.scope.tenant.zone)
    mark = said(
        "{name}@{slug} 于 {at:%Y-%m-%d %H:%M} 导出", name=visit.staff.login, slug=visit.scope.tenant.slug, at=at
    )
    response = Response(exported(result, form, mark=mark), mimetype=FORMS[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"试算-{feature}-第{number}次修订.{form}")
    response.headers["Cache-Control"] = "no-store"
    return response


def _sample() -> Sample:
    """Read which tickets are tried: those of a period, else the last ones. Raises `InputUnusable`."""
    since, until, last = (text(name, longest=20) for name in ("since", "until", "last"))
    if text("which", longest=10) == "period":
        return Sample(since=day(since), until=day(until))
    if not last:
        return Sample()
    if not (last.isascii() and last.isdecimal()) or len(last) > 9:
        raise InputUnusable(said("试算件数“{last}”不是数字。请写成如 500。", last=last))
    return Sample(newest=int(last))


def _page() -> int:
    wanted = request.args.get("page", "1")
    return max(1, int(wanted)) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 6 else 1


WORDS = {"change_words": change_words, "rule_name": rule_name}
