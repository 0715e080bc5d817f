"""A unit's work: its list, one ticket to handle, and what is done with it."""

import hashlib
from collections.abc import Sequence
from typing import get_args

from flask import Blueprint, Response, g, make_response, render_template, request

from core.files.queries import OPEN_FOR_FILES, files_of
from core.handling.checking.points import Matched
from core.hooks.values import ReplyTemplate
from core.journey import handle
from core.journey.files import add_files, judge_all
from core.journey.findings import Finding
from core.journey.queries.accountability import cases_due_from
from core.journey.queries.case import Case, get_case_for_unit
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.journey.queries.coordination import open_errands_of_unit
from core.journey.queries.earlier_here import earlier_here, norms_of
from core.journey.queries.feature_blocks import blocks_about
from core.journey.queries.reply_checks import Look, look_at
from core.journey.queries.timeline import timeline_of
from core.journey.queries.unit_list import TAB_LABELS, UnitTab, part_of, unit_counts, unit_rows
from core.kit.saying import said, word
from core.knowledge.queries import Answer as KnownAnswer
from core.knowledge.queries import answers_to
from core.knowledge.settings import templates_for
from core.people.roles import NotPermitted, Permission
from core.people.roster.queries import units_with_persons
from core.statistics.reminders.queries import reminder_lines
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit, directory
from core.web.blocks import shown_blocks
from core.web.desk.acts import DeedPermission, RefusedForm, carry_out, offered
from core.web.desk.lanes import Tab
from core.web.desk.standing import standing_of_unit
from core.web.desk.unit_acts import UNIT_ACTS
from core.web.held import is_being_decided
from core.web.input import required, sent, text
from core.web.refusals import status_of
from core.web.uploads import id_beside, takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows, is_poll

pages = Blueprint("unit", __name__)
EMPTY_TITLE = "这里没有工单"
EMPTY_MINE = "这一栏没有由您承办的工单。全单位的工单仍可由您办理。"
EMPTY_WORDS = {
    "to_sign": "今天没有等着签收的工单。新派来的会出现在这里。",
    "in_hand": "没有正在办理的工单。签收后的工单会出现在这里。",
    "pressing": "今天没有到期的工单。临期和超期的会出现在这里。",
    "handed_in": "没有已提交、等待审核或汇总的工单。",
    "consulting": "没有请本单位会商的工单。",
    "watching": "没有知会本单位的工单。",
    "done": "还没有办结的工单。",
}


@pages.get("/unit")
@allows(Permission.HANDLE)
def show_list(visit: Visit) -> Answer:
    """Show what the visitor's unit has to do, or with `mine` what of it the visitor has."""
    unit, is_mine = unit_of(visit), request.args.get("mine") == "1"
    person = visit.staff.account_id if is_mine else None
    counts = unit_counts(visit.scope, unit.id, person=person)
    tab: UnitTab = next((tab for tab in TAB_LABELS if tab == request.args.get("tab")), _first_tab(counts))
    rows = unit_rows(visit.scope, unit.id, tab, now=visit.now, person=person)
    mine = "&mine=1" if is_mine else ""
    read = [(row.serial_no, row.title, row.state, row.person, row.light.words, row.light.tone) for row in rows]
    version = hashlib.sha256(repr((read, counts)).encode()).hexdigest()[:16]
    if is_poll() and request.if_none_match.contains_weak(version):
        return Response(status=304)
    page = render_template(
        "desk/unit.html",
        unit=unit,
        rows=rows,
        tab=tab,
        is_mine=is_mine,
        whole=counts.get(tab),
        errands=open_errands_of_unit(visit.scope, unit.id),
        letters=reminder_lines(visit.scope, unit_id=unit.id),
        accused=cases_due_from(visit.scope, unit.id),
        tabs=[
            Tab(label, f"/unit?tab={name}{mine}", name == tab, str(counts[name]) if name in counts else None)
            for name, label in TAB_LABELS.items()
        ],
        whose=[
            Tab("全单位", f"/unit?tab={tab}", not is_mine, None),
            Tab("只看我的", f"/unit?tab={tab}&mine=1", is_mine, None),
        ],
        has_persons=is_mine or unit.id in units_with_persons(visit.scope) or any(row.person for row in rows),
        empty_title=EMPTY_TITLE,
        empty_words=EMPTY_MINE if is_mine else EMPTY_WORDS[tab],
    )
    response = make_response(page)
    response.set_etag(version, weak=True)
    return response


@pages.get("/unit/<serial_no>")
@allows(Permission.HANDLE)
def handle_ticket(visit: Visit, serial_no: str, deed: str = "") -> Answer:
    """Show one ticket of the unit with the forms for what can be done now; after a refusal, with what was typed."""
    return _handling(visit, serial_no, deed)


def _handling(visit: Visit, serial_no: str, deed: str = "") -> Answer:
    unit, refusal = unit_of(visit), g.get("refusal")
    part = part_of(visit.scope, unit, serial_no)
    case = get_case_for_unit(visit.scope, serial_no, now=visit.now)
    file = case_file(visit.scope, case.id).seen_by(unit.id)
    acts = offered(
        () if is_being_decided(visit, case.id) else UNIT_ACTS,
        standing_of_unit(visit, case, file, part),
        refusal=refusal,
    )
    page = render_template(
        "desk/handle.html",
        unit=unit,
        case=case,
        file=file,
        light=case.light_for(part.assignment_ids),
        acts=acts,
        act_base=f"/unit/{serial_no}",
        timeline=timeline_of(visit.scope, case.id),
        files=files_of(visit.scope, case.id),
        takes_files=case.state in OPEN_FOR_FILES,
        said=[(each.label, shown_blocks(each.blocks)) for each in blocks_about(visit.scope, case.id)],
        choices=choices(visit.scope),
        part=part,
        awaited=file.awaited_by(part.assignment_id) if part.is_root else (),
        hides_contact=case.contact.keep_private,
        reveal_at=f"/unit/{serial_no}/reveal" if case.lead_id == unit.id else "",
        form={} if deed else request.form,
        refused=RefusedForm.of(acts, refusal),
        templates=templates_for(visit.scope, case.nature_id),
        begun=_begun(templates_for(visit.scope, case.nature_id)),
        known=known_to_unit(visit, case) if part.may_reply else (),
        points=points_in(visit, case, unit),
        look=None if deed else _look(visit, case, unit),
        norms=norms_of(visit.scope, case.id),
        earlier=earlier_here(visit.scope, case.id, unit.id),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post("/unit/<serial_no>/reply")
@takes_files
@allows(Permission.HANDLE, again=handle_ticket)
def reply(visit: Visit, serial_no: str) -> Answer:
    """The unit hands in its reply for review, with files where it has some."""
    given, files = sent(serial_no), judge_all(uploads())
    handle.reply(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, given.version, given.command_id),
        text=text("text"),
        disposition=required("disposition", ask="请选择办理结果。"),
        verified=next((each for each in get_args(Finding) if each == text("verified")), None),
        found=text("found", longest=2000),
        basis=text("basis", longest=500),
        confirmed=text("confirmed", longest=2000),
    )
    if files:
        beside = Order(visit.actor, visit.now, command_id=id_beside(given.command_id))
        add_files(visit.scope, serial_no, beside, files, for_resident="for_resident" in request.form)
    return Done(said("{serial_no} 的答复已提交，等待审核", serial_no=serial_no), "/unit")


@pages.post("/unit/<serial_no>/<deed>")
@allows(DeedPermission(UNIT_ACTS), again=handle_ticket)
def act_for_unit(visit: Visit, serial_no: str, deed: str) -> Answer:
    """Do one of a unit's acts on a ticket in which it has, or had, a share."""
    done = carry_out(UNIT_ACTS, visit, serial_no, deed)
    return Done(said("{serial_no} {told}", serial_no=serial_no, told=word(done.told)), f"/unit/{serial_no}")


@pages.post("/unit/<serial_no>/check")
@takes_files
@allows(Permission.HANDLE)
def check_reply(visit: Visit, serial_no: str) -> Answer:
    """Show what the checks find of a reply as far as it is written: to htmx alone, else on the whole page. Nothing is stored."""
    if not request.headers.get("HX-Request"):
        return _handling(visit, serial_no)
    unit = unit_of(visit)
    part_of(visit.scope, unit, serial_no)
    case = get_case_for_unit(visit.scope, serial_no, now=visit.now)
    return render_template(
        "desk/checked_reply.html",
        look=_look(visit, case, unit),
        points=points_in(visit, case, unit),
        form=request.form,
    )


def points_in(visit: Visit, case: Case, unit: DirectoryUnit) -> Matched:
    """Return the points of the appeal, none of them taken up."""
    return look_at(visit.scope, case, "", unit_id=unit.id, now=visit.now).checked.matched


def known_to_unit(visit: Visit, case: Case) -> Sequence[KnownAnswer]:
    """Return what the knowledge base answers to the appeal today: what has expired cannot be put into a reply."""
    today = visit.now.astimezone(visit.scope.tenant.zone).date()
    return answers_to(visit.scope, case.title, case.text, matter=case.matter_code, today=today)


def _look(visit: Visit, case: Case, unit: DirectoryUnit) -> Look | None:
    """Return what the checks find of what was typed, None when nothing was."""
    typed = request.form.get("text", "").strip()
    return look_at(visit.scope, case, typed, unit_id=unit.id, now=visit.now) if typed else None


def unit_of(visit: Visit) -> DirectoryUnit:
    """Return the unit that the visitor works for. Raises `NotPermitted`."""
    unit = directory(visit.scope).unit_of_id(visit.staff.unit_id) if visit.staff.unit_id else None
    if unit is None:
        raise NotPermitted("您的账号没有归属的承办单位，或单位已停用。请联系安全管理员设置。")
    return unit


def _begun(templates: Sequence[ReplyTemplate]) -> str:
    """Return the template that `?template=` chooses by its place, empty where none is chosen."""
    wanted = request.args.get("template", "")
    return next((each.text for place, each in enumerate(templates) if str(place) == wanted), "")


def _first_tab(counts: dict[UnitTab, int]) -> UnitTab:
    """Return the first tab with something to do."""
    return next((tab for tab in ("to_sign", "in_hand") if counts.get(tab)), "to_sign")
