"""Cases of accountability for whoever works them: the list, the file with its forms, the rules that held, the numbers."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, render_template, request

from core.documents.forms import FORMS
from core.escalation.accountability.queries import case_numbered
from core.files.queries import OPEN_FOR_FILES, files_of
from core.journey.accountability import add_case_file
from core.journey.accountability_file import print_case
from core.journey.files import add_files, give_file, judge_all
from core.journey.queries.accountability import (
    READS,
    TAB_LABELS,
    CaseFilters,
    causes,
    counts_by_tab,
    listed_cases,
    numbers_by_unit,
    shown_case,
)
from core.journey.queries.accountability_rules import rules_then
from core.journey.queries.case import get_case
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.journey.queries.lanes import lights_of_open
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.security_log import By
from core.tickets.timeline import Order
from core.web.desk.accountability_acts import CASE_ACTS
from core.web.desk.acts import DeedPermission, RefusedForm, carry_out, offered
from core.web.desk.lanes import Tab
from core.web.desk.standing import standing_at_desk
from core.web.input import day, required, text, usable_input
from core.web.refusals import status_of
from core.web.uploads import answer, takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("discipline", __name__)
COUNTS = READS | {Permission.INSTRUCT}
"""Leaders see the numbers."""
FILE = "<int(max=9223372036854775807):file>"
LONGEST_TITLE = 200


@pages.get("/discipline")
@allows(READS)
def show_cases(visit: Visit) -> Answer:
    """List the cases by where they stand."""
    filters = _filters()
    counts = counts_by_tab(visit.scope, filters)
    first = next((name for name, count in counts.items() if count), "new")
    tab = wanted if (wanted := request.args.get("tab", "")) in TAB_LABELS else first
    kept = _kept(filters)
    page = listed_cases(visit.scope, tab, filters, after=request.args.get("after", ""))
    return render_template(
        "discipline/list.html",
        tabs=[
            Tab(label, f"/discipline?{urlencode({'tab': name, **kept})}", name == tab, str(counts[name]))
            for name, label in TAB_LABELS.items()
        ],
        tab=tab,
        tab_label=TAB_LABELS[tab],
        cases=page.cases,
        more_href=f"/discipline?{urlencode({'tab': tab, **kept, 'after': page.after})}" if page.after else "",
        filters=filters,
        causes=causes(visit.scope),
        units=choices(visit.scope).units,
        lights=lights_of_open(visit.scope),
    )


@pages.get("/discipline/figures")
@allows(COUNTS)
def show_numbers(visit: Visit) -> Answer:
    """Show how many cases there are by unit, and what became of them; nothing of what is in them."""
    filters = _filters()
    return render_template(
        "discipline/figures.html",
        numbers=numbers_by_unit(visit.scope, filters),
        counts=[(TAB_LABELS[name], count) for name, count in counts_by_tab(visit.scope, filters).items()],
        filters=filters,
        reads=not READS.isdisjoint(visit.permissions),
    )


@pages.get("/discipline/rules")
@allows(READS)
def show_rules(visit: Visit) -> Answer:
    """Show what turns into a case, by the rules that held on a day, or when a case was opened."""
    at, case = visit.now, None
    if code := request.args.get("case", ""):
        case = case_numbered(visit.scope, code)
        at = case.opened_at
    elif words := request.args.get("on", ""):
        # What held at the end of that day: a day in which the rules changed shows the later ones.
        at = datetime.combine(day(words) + timedelta(days=1), datetime.min.time(), visit.scope.tenant.zone)
    return render_template(
        "discipline/rules.html",
        then=rules_then(visit.scope, installation().roster, at=at),
        case=case,
        on=request.args.get("on", ""),
    )


@pages.get("/discipline/<case_code>")
@allows(READS)
def show_case(visit: Visit, case_code: str, deed: str = "") -> Answer:
    """Show one case with its file and what can be done in it; after a refusal of `deed` with why and what was typed."""
    refusal = g.get("refusal")
    shown = shown_case(visit.scope, case_code, visit.actor)
    ticket = get_case(visit.scope, shown.line.serial_no, now=visit.now)
    standing = standing_at_desk(visit, ticket, case_file(visit.scope, ticket.id))
    acts = offered(CASE_ACTS, standing, refusal=refusal)
    page = render_template(
        "discipline/case.html",
        shown=shown,
        case=ticket,
        acts=acts,
        act_base=f"/discipline/{case_code}",
        choices=choices(visit.scope),
        files=files_of(visit.scope, ticket.id),
        takes_files=ticket.state in OPEN_FOR_FILES and shown.line.is_open,
        works=Permission.DISCIPLINE in visit.permissions and not shown.barred,
        refused=RefusedForm.of(acts, refusal),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/discipline/<case_code>/print/<form>")
@allows(READS)
def print_file(visit: Visit, case_code: str, form: str) -> Answer:
    """Answer with the case's file as a document; who took it out is put on record."""
    if form not in FORMS:
        abort(404)
    case = case_numbered(visit.scope, case_code)
    by = By(visit.actor.name, visit.staff.account_id, request.remote_addr or "")
    printed = print_case(visit.scope, case, form, by, now=visit.now)
    name = f"case-{case.code}.{form}"
    return Response(
        printed.content,
        mimetype=printed.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.get(f"/discipline/<case_code>/files/{FILE}")
@allows(READS)
def give_case_file(visit: Visit, case_code: str, file: int) -> Answer:
    """Give out a file that was put into the case."""
    shown = shown_case(visit.scope, case_code, visit.actor)
    if file not in {each.file_id for each in shown.evidence}:
        abort(404)
    return answer(give_file(visit.scope, shown.line.serial_no, file))


@pages.post("/discipline/<case_code>/upload")
@takes_files
@allows(Permission.DISCIPLINE, again=show_case)
def upload(visit: Visit, case_code: str) -> Answer:
    """Add files to the ticket and put them into the case."""
    title = required("title", ask="请写明材料名称。", longest=LONGEST_TITLE)
    files = judge_all(uploads())
    case, given = shown_case(visit.scope, case_code, visit.actor), text("command_id", longest=60)
    serial_no = case.line.serial_no
    for place, file in enumerate(
        add_files(visit.scope, serial_no, Order(visit.actor, visit.now, command_id=given or None), files)
    ):
        order = Order(visit.actor, visit.now, command_id=f"{given}/{place}" if given else None)
        name = title if len(files) == 1 else said("{title}（{place}）", title=title, place=place + 1)
        add_case_file(visit.scope, serial_no, order, case_id=case.case.id, file_id=file.id, title=name)
    return Done("材料已列入案件", f"/discipline/{case_code}#evidence")


@pages.post("/discipline/<case_code>/<deed>")
@allows(DeedPermission(CASE_ACTS), again=show_case)
def act_on_case(visit: Visit, case_code: str, deed: str) -> Answer:
    """Do one of the acts in a case."""
    serial_no = shown_case(visit.scope, case_code, visit.actor).line.serial_no
    done = carry_out(CASE_ACTS, visit, serial_no, deed)
    return Done(
        said("{serial_no} {told}", serial_no=serial_no, told=word(done.told)),
        f"/discipline/{case_code}",
    )


def _filters() -> CaseFilters:
    return CaseFilters(
        unit=usable_input(request.args.get("unit", ""), 64),
        cause=usable_input(request.args.get("cause", ""), 500),
        since=_day("since"),
        until=_day("until"),
    )


def _day(name: str) -> date | None:
    words = request.args.get(name, "")
    return day(words) if words else None


def _kept(filters: CaseFilters) -> dict[str, str]:
    kept = {"unit": filters.unit, "cause": filters.cause, "since": filters.since, "until": filters.until}
    return {name: str(value) for name, value in kept.items() if value}
