"""Cases of accountability against the visitor's unit: it reads, states the facts, hands in files and appeals."""

from flask import Blueprint, Response, abort, g, render_template, request

from core.documents.forms import FORMS
from core.escalation.accountability.queries import case_numbered
from core.files.queries import OPEN_FOR_FILES, files_of
from core.journey.accountability import hand_in_file
from core.journey.accountability_file import print_case
from core.journey.files import add_files, give_file, judge_all
from core.journey.queries.accountability import ShownCase, cases_against, shown_to_unit
from core.journey.queries.case import get_case
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.security_log import By
from core.tickets.timeline import Order
from core.web.desk.accountability_acts import ACCUSED_ACTS
from core.web.desk.acts import DeedPermission, RefusedForm, carry_out, offered
from core.web.desk.standing import standing_of_accused
from core.web.desk.unit import unit_of
from core.web.discipline.officer import FILE, LONGEST_TITLE
from core.web.input import required, text
from core.web.refusals import status_of
from core.web.uploads import answer, takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("unit_cases", __name__)


@pages.get("/unit/cases")
@allows(Permission.HANDLE)
def show_own_cases(visit: Visit) -> Answer:
    """List the cases against the visitor's unit."""
    unit = unit_of(visit)
    page = cases_against(visit.scope, unit.id, after=request.args.get("after", ""))
    return render_template("discipline/own.html", unit=unit, cases=page.cases, after=page.after)


@pages.get("/unit/cases/<case_code>")
@allows(Permission.HANDLE)
def show_own_case(visit: Visit, case_code: str, deed: str = "") -> Answer:
    """Show a case against the unit with the form that is due; after a refusal of `deed` with why and what was typed."""
    unit, refusal, shown = unit_of(visit), g.get("refusal"), _shown(visit, case_code)
    ticket = get_case(visit.scope, shown.line.serial_no, now=visit.now)
    standing = standing_of_accused(visit, ticket, case_file(visit.scope, ticket.id).seen_by(unit.id))
    acts = offered(ACCUSED_ACTS, standing, refusal=refusal)
    page = render_template(
        "discipline/own_case.html",
        unit=unit,
        shown=shown,
        case=ticket,
        acts=acts,
        act_base=f"/unit/cases/{case_code}",
        choices=choices(visit.scope),
        files=files_of(visit.scope, ticket.id),
        takes_files=ticket.state in OPEN_FOR_FILES and shown.line.is_open,
        refused=RefusedForm.of(acts, refusal),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/unit/cases/<case_code>/print/<form>")
@allows(Permission.HANDLE)
def print_own_file(visit: Visit, case_code: str, form: str) -> Answer:
    """Answer with the file of a case against the unit as a document; who took it out is put on record."""
    if form not in FORMS:
        abort(404)
    _shown(visit, case_code)
    case = case_numbered(visit.scope, case_code)
    by = By(visit.actor.name, visit.staff.account_id, request.remote_addr or "")
    printed = print_case(visit.scope, case, form, by, now=visit.now)
    return Response(
        printed.content,
        mimetype=printed.media_type,
        headers={"Content-Disposition": f'attachment; filename="case-{case.code}.{form}"'},
    )


@pages.get(f"/unit/cases/<case_code>/files/{FILE}")
@allows(Permission.HANDLE)
def give_own_case_file(visit: Visit, case_code: str, file: int) -> Answer:
    """Give out a file that was put into a case against the unit."""
    shown = _shown(visit, case_code)
    if file not in {each.file_id for each in shown.evidence}:
        abort(404)
    return answer(give_file(visit.scope, shown.line.serial_no, file))


@pages.post("/unit/cases/<case_code>/upload")
@takes_files
@allows(Permission.HANDLE, again=show_own_case)
def upload_for_unit(visit: Visit, case_code: str) -> Answer:
    """Add files to the ticket and hand them in."""
    title = required("title", ask="请写明材料名称。", longest=LONGEST_TITLE)
    shown, files, given = _shown(visit, case_code), judge_all(uploads()), text("command_id", longest=60)
    serial_no = shown.line.serial_no
    order = Order(visit.actor, visit.now, command_id=given or None)
    for place, file in enumerate(add_files(visit.scope, serial_no, order, files)):
        name = title if len(files) == 1 else said("{title}（{place}）", title=title, place=place + 1)
        once = Order(visit.actor, visit.now, command_id=f"{given}/{place}" if given else None)
        hand_in_file(visit.scope, serial_no, once, case_id=shown.case.id, file_id=file.id, title=name)
    return Done("材料已列入案件", f"/unit/cases/{case_code}#evidence")


@pages.post("/unit/cases/<case_code>/<deed>")
@allows(DeedPermission(ACCUSED_ACTS), again=show_own_case)
def act_on_own_case(visit: Visit, case_code: str, deed: str) -> Answer:
    """Do one of the accused unit's acts."""
    shown = _shown(visit, case_code)
    done = carry_out(ACCUSED_ACTS, visit, shown.line.serial_no, deed)
    return Done(
        said("{label}{told}", label=word(shown.line.label), told=word(done.told)),
        f"/unit/cases/{case_code}",
    )


def _shown(visit: Visit, case_code: str) -> ShownCase:
    return shown_to_unit(visit.scope, case_code, unit_of(visit).id)
