"""Meetings and visits 主动联系: lines entered one after the other, submitted together, and told back what became of them."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, g, render_template, request

from core.intake.outreach.kinds import kinds_of
from core.intake.outreach.labels import LINE_LABELS
from core.intake.outreach.rules import Occasion, Said
from core.journey import outreach as journey
from core.journey.outreach import ENTERS, outreach_seen_by
from core.journey.outreach_feedback import feedback_document
from core.journey.outreach_minutes import read_file, returned_file, template_file
from core.journey.queries.outreach import OutreachCase, outreach_case, outreach_figures, outreach_rows
from core.journey.slips import SLIPS_FOR, slips_of_outreach
from core.kit import saying
from core.people.roles import Permission
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import directory
from core.web.bulletins import file_of
from core.web.desk.inbound import number_of
from core.web.desk.slips import slip_sheet
from core.web.input import InputUnusable, required, text
from core.web.refusals import status_of, words_of
from core.web.uploads import takes_files, uploads
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("meetings", __name__)
LIST = "/center/meeting"
FIGURES = "/center/meeting-figures"
MONTHS_SHOWN = 3


@pages.get(LIST)
@allows(ENTERS)
def show_meetings(visit: Visit) -> Answer:
    """Show the meetings and visits, the newest first, and the form for a new one."""
    refusal = g.get("refusal")
    before = request.args.get("before", "")
    rows = outreach_rows(visit.scope, actor=visit.actor, before=number_of(before) if before else None)
    page = render_template(
        "center/meetings.html",
        rows=rows[:50],
        after=rows[49].id if len(rows) > 50 else None,
        kinds=list(kinds_of(visit.scope).values()),
        units=_units(visit),
        areas=[(area.code, area.name) for area in gazetteer_in_force(visit.scope).areas.nodes],
        typed=request.form,
        today=visit.now.astimezone(visit.scope.tenant.zone),
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(LIST)
@allows(ENTERS, again=show_meetings)
def open_meeting(visit: Visit) -> Answer:
    """Open a meeting or a visit for entry."""
    occasion = Occasion(
        kind=text("kind", longest=64),
        held_at=_moment(visit),
        unit=text("unit", longest=64),
        subject=required("subject", ask="请写明主题。", longest=200),
        area=text("area", longest=64),
        place=text("place", longest=200),
        host=text("host", longest=100),
        attendants=text("attendants", longest=1000),
    )
    opened = journey.open_outreach(visit.scope, occasion, actor=visit.actor, now=visit.now)
    return Done(
        saying.said("已建好，可以逐条录入{label}上的诉求", label=saying.word(opened.label)), f"{LIST}/{opened.id}"
    )


@pages.get(f"{LIST}/<number>")
@allows(ENTERS)
def show_meeting(visit: Visit, number: str) -> Answer:
    """Show a meeting: the form for the next line, what is entered, and what became of what was submitted."""
    refusal = g.get("refusal")
    case = outreach_case(visit.scope, number_of(number), actor=visit.actor, now=visit.now)
    asked = request.form.get("line") or request.args.get("line", "")
    changing = next((line for line in case.drafts if str(line.id) == asked), None)
    page = render_template(
        "center/meeting.html",
        case=case,
        kinds=_line_kinds(case),
        changing=changing,
        typed=_typed() if refusal else changing.said if changing else Said(""),
        may_print=case.submitted_at is not None and visit.now < case.submitted_at + SLIPS_FOR,
        goes_on="go" in request.args and case.waiting > 0,
        may_withdraw=not case.taken or Permission.DISPATCH in visit.permissions,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{LIST}/<number>/line")
@allows(ENTERS, again=show_meeting)
def keep_line(visit: Visit, number: str) -> Answer:
    """Keep the line that was typed, as the next one or in place of the draft that is being changed."""
    outreach_id, said, line = number_of(number), _typed(), text("line", longest=20)
    if line:
        journey.change_line(visit.scope, outreach_id, _line_of(line), said, actor=visit.actor)
        return Done("已改好这一条", f"{LIST}/{number}")
    key = f"form/{required('command_id', ask='页面不完整。请刷新后重填。', longest=64)}"
    kept = journey.add_line(visit.scope, outreach_id, said, key=key, actor=visit.actor, now=visit.now)
    return Done(saying.said("第 {number} 条已保存，接着录下一条", number=kept.number), f"{LIST}/{number}")


@pages.post(f"{LIST}/<number>/remove")
@allows(ENTERS, again=show_meeting)
def remove_line(visit: Visit, number: str) -> Answer:
    """Take a draft out."""
    journey.remove_line(visit.scope, number_of(number), _line_of(text("line", longest=20)), actor=visit.actor)
    return Done("已删去这一条", f"{LIST}/{number}")


@pages.post(f"{LIST}/<number>/file")
@takes_files
@allows(ENTERS, again=show_meeting)
def read_minutes(visit: Visit, number: str) -> Answer:
    """Read a file of minutes: what can be read is kept as drafts, the rest is returned with the reason."""
    given = uploads()
    if len(given) != 1:
        raise InputUnusable("请选一个 Excel 或 CSV 文件，一次一个。")
    read = read_file(visit.scope, number_of(number), given[0].name, given[0].content, actor=visit.actor, now=visit.now)
    words = saying.said(
        "读入 {created} 条，先前已有 {existing} 条，退回 {number} 行",
        created=read.created,
        existing=read.existing,
        number=len(read.returned),
    )
    return Done(words, f"{LIST}/{number}", tone="soon" if read.returned else "ok")


@pages.get(f"{LIST}/<number>/returned")
@allows(ENTERS)
def download_returned(visit: Visit, number: str) -> Answer:
    """Answer with the rows that were returned, and why, as a table to be mended and read again."""
    content = returned_file(visit.scope, number_of(number), actor=visit.actor)
    return _saved(content, f"returned-{number}.csv")


@pages.get("/center/meeting-template")
@allows(ENTERS)
def download_template(_visit: Visit) -> Answer:
    """Answer with an empty table of minutes."""
    return _saved(template_file(), "minutes.csv")


@pages.post(f"{LIST}/<number>/submit")
@allows(ENTERS, again=show_meeting)
def submit(visit: Visit, number: str) -> Answer:
    """Make tickets of the drafts, so many at a time; the page goes on by itself while there are more."""
    afresh = request.form.get("go") != "on"
    done = journey.submit_outreach(visit.scope, number_of(number), afresh=afresh, actor=visit.actor, now=visit.now)
    if done.left:
        return Done(
            saying.said("已提交 {taken_in} 条，还有 {left} 条，正在继续", taken_in=done.taken_in, left=done.left),
            f"{LIST}/{number}?go=1",
        )
    if done.failed:
        return Done(
            saying.said("有 {failed} 条没有收进来，原因写在各条下面，其余已提交", failed=done.failed),
            f"{LIST}/{number}",
            tone="soon",
        )
    return Done("已全部提交", f"{LIST}/{number}")


@pages.get(f"{LIST}/<number>/slips")
@allows(ENTERS)
def print_slips(visit: Visit, number: str) -> Answer:
    """Show the slips of all lines on one sheet: each with number and access code, to be cut apart and handed out."""
    case = outreach_case(visit.scope, number_of(number), actor=visit.actor, now=visit.now)
    slips = slips_of_outreach(visit.scope, outreach_seen_by(visit.scope, case.id, visit.actor), now=visit.now)
    return slip_sheet(
        visit,
        slips,
        kind=saying.said("{label}收条", label=saying.word(case.label)),
        about=case.subject,
        at=case.held_at,
        back=f"{LIST}/{case.id}",
    )


@pages.post(f"{LIST}/<number>/close")
@allows(ENTERS, again=show_meeting)
def tell_back(visit: Visit, number: str) -> Answer:
    """Say how people were told back."""
    words = text("words", longest=2000)
    journey.close_outreach(visit.scope, number_of(number), words=words, actor=visit.actor, now=visit.now)
    return Done("已登记反馈", f"{LIST}/{number}")


@pages.post(f"{LIST}/<number>/withdraw")
@allows(ENTERS, again=show_meeting)
def withdraw(visit: Visit, number: str) -> Answer:
    """Take the whole meeting back while nothing of it was dispatched or answered."""
    reason = text("reason", longest=500)
    voided = journey.withdraw_outreach(visit.scope, number_of(number), reason=reason, actor=visit.actor, now=visit.now)
    return Done(saying.said("已撤回，{voided} 件工单作废", voided=voided) if voided else "已撤回", f"{LIST}/{number}")


@pages.get(f"{LIST}/<number>/feedback/<form>")
@allows(ENTERS)
def download_feedback(visit: Visit, number: str, form: str) -> Answer:
    """Answer with what became of each line, as a document for the next meeting."""
    case = outreach_case(visit.scope, number_of(number), actor=visit.actor, now=visit.now)
    document = feedback_document(visit.scope, case, made_at=visit.now)
    return file_of(document, f"{visit.scope.tenant.slug}-{case.id}", form, kind="feedback")


@pages.get(FIGURES)
@allows(ENTERS)
def show_figures(visit: Visit) -> Answer:
    """Show how often each unit, or area, met residents, and what came of it, by month."""
    last = visit.now.astimezone(visit.scope.tenant.zone).date()
    first = _months_before(last, MONTHS_SHOWN - 1)
    by_area = request.args.get("by") == "area"
    rows = outreach_figures(visit.scope, first, last, by_area=by_area, actor=visit.actor)
    return render_template(
        "center/meeting_figures.html",
        rows=rows,
        by_area=by_area,
        first=first,
        last=last,
        asks=any(r.wanted for r in rows),
    )


def _line_of(given: str) -> int:
    if not (given.isascii() and given.isdecimal()):
        raise InputUnusable("页面不完整，缺少是哪一条。请刷新后重试。")
    return int(given)


def _line_kinds(case: OutreachCase) -> list[tuple[str, str]]:
    return [(id_, label) for id_, label in LINE_LABELS.items() if id_ != "answered" or case.on_the_spot]


def _typed() -> Said:
    """Read the line that was typed; with an answer it was answered there and then, if nobody said otherwise."""
    answer, kind = text("answer", longest=5000), text("kind", longest=20) or "handle"
    return Said(
        text=text("text"),
        kind="answered" if answer and kind == "handle" else kind,
        name=text("name", longest=50),
        phone=text("phone", longest=30),
        place=text("place", longest=200),
        answer=answer,
    )


def _units(visit: Visit) -> list[tuple[str, str]]:
    """Return the units that the visitor may say held a meeting: any for the desk, for all others their own."""
    units = directory(visit.scope).units
    if Permission.ACCEPT not in visit.permissions:
        units = tuple(unit for unit in units if unit.id == visit.staff.unit_id)
    return [(unit.code, unit.name) for unit in units]


def _moment(visit: Visit) -> datetime:
    try:
        written = datetime.fromisoformat(text("held_at", longest=40))
    except ValueError as error:
        raise InputUnusable("请选择会议或走访的日期和时间。") from error
    return written if written.tzinfo else written.replace(tzinfo=visit.scope.tenant.zone)


def _months_before(day: date, months: int) -> date:
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _saved(content: bytes, name: str) -> Response:
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
