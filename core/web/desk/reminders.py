"""Reminder letters 提醒函 from figures: for whoever signs and follows them, and for the units that they go to."""

from flask import Blueprint, Response, g, render_template, request

from core.escalation.labels import SUPERVISION_LABELS
from core.journey import reminders as journey
from core.journey.press import open_supervision
from core.kit import saying
from core.people.roles import Permission
from core.statistics.reminders.counting import rules_of
from core.statistics.reminders.document import letter_document
from core.statistics.reminders.queries import (
    ReminderShown,
    has_reminders,
    record_of,
    reminder_lines,
    show_reminder,
)
from core.statistics.reminders.wording import VERDICT_LABELS
from core.tickets.timeline import Order
from core.web.bulletins import file_of
from core.web.desk.lanes import Tab
from core.web.desk.unit import unit_of
from core.web.input import required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("reminders", __name__)
TABS = {"draft": "待签发", "issued": "已发出", "answered": "已答复", "closed": "已评定", "discarded": "不发"}
LONGEST_REASON = 500


@pages.get("/letters")
@allows(journey.READS)
def show_letters(visit: Visit) -> Answer:
    """List the letters by what became of them, and how they do."""
    wanted = request.args.get("tab", "")
    tab = wanted if wanted in TABS else "draft"
    return render_template(
        "reminders/list.html",
        tabs=[Tab(label, f"/letters?tab={name}", name == tab, None) for name, label in TABS.items()],
        tab=tab,
        lines=reminder_lines(visit.scope, states=[tab]),
        record=record_of(visit.scope, now=visit.now),
        in_force=rules_of(visit.scope),
        has_any=has_reminders(visit.scope),
    )


@pages.get("/letters/<int(max=9223372036854775807):reminder>")
@allows(journey.READS)
def show_letter(visit: Visit, reminder: int) -> Answer:
    """Show one letter with its figures and what can be done with it; after a refusal with why."""
    refusal = g.get("refusal")
    page = render_template(
        "reminders/one.html",
        shown=show_reminder(visit.scope, reminder),
        signs=journey.SIGNS in visit.permissions,
        verdicts=VERDICT_LABELS,
        levels=SUPERVISION_LABELS,
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get("/letters/<int(max=9223372036854775807):reminder>/pdf")
@allows(journey.READS)
def letter_as_pdf(visit: Visit, reminder: int) -> Answer:
    """Answer with the letter, or its draft, as a PDF."""
    return _pdf(visit, show_reminder(visit.scope, reminder))


@pages.post("/letters/<int(max=9223372036854775807):reminder>/sign")
@allows(journey.SIGNS, again=show_letter)
def sign(visit: Visit, reminder: int) -> Answer:
    """Issue a draft with the words as they stand in the form."""
    number = journey.sign_reminder(
        visit.scope,
        reminder,
        text=required("text", ask="请写明提醒函的内容。", longest=journey.LONGEST_LETTER),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(saying.said("已发出{number}", number=number), f"/letters/{reminder}")


@pages.post("/letters/<int(max=9223372036854775807):reminder>/discard")
@allows(journey.SIGNS, again=show_letter)
def discard(visit: Visit, reminder: int) -> Answer:
    """Do not issue a draft, and say why."""
    reason = required("reason", ask="请写明为什么不发。", longest=LONGEST_REASON)
    address = request.remote_addr or ""
    journey.discard_reminder(visit.scope, reminder, reason=reason, actor=visit.actor, address=address, now=visit.now)
    return Done("这一份不发", "/letters")


@pages.post("/letters/<int(max=9223372036854775807):reminder>/judge")
@allows(journey.SIGNS, again=show_letter)
def judge(visit: Visit, reminder: int) -> Answer:
    """Say what came of a letter."""
    number = journey.judge_reminder(
        visit.scope,
        reminder,
        verdict=required("verdict", ask="请选择成效。", longest=20),
        finding=required("finding", ask="请写明依据：数据怎么变的，措施落实了没有。", longest=LONGEST_REASON),
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(saying.said("已评定{number}的成效", number=number), f"/letters/{reminder}")


@pages.post("/letters/<int(max=9223372036854775807):reminder>/supervise")
@allows(Permission.SUPERVISE, again=show_letter)
def supervise(visit: Visit, reminder: int) -> Answer:
    """Put the unit under supervision for one of the tickets behind a letter that it has not answered."""
    shown = show_reminder(visit.scope, reminder)
    if not shown.line.is_unanswered(visit.now):
        raise journey.ReminderSettled("这一份提醒函没有超过答复期限，不能据此督办。")
    serial_no = required("serial_no", ask="请选择一件涉及的工单。", longest=40)
    if serial_no not in shown.reminder.tickets:
        raise journey.LetterUnusable("这件工单不在提醒函涉及的工单里。请从列表中选择。")
    open_supervision(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, command_id=text("command_id", longest=64) or None),
        level=required("level", ask="请选择督办级别。", longest=20),
        demand=required("demand", ask="请写明督办要求。", longest=2000),
        source="reminder",
    )
    return Done(saying.said("已对 {serial_no} 发出督办", serial_no=serial_no), f"/letters/{reminder}")


@pages.get("/unit/letters/<int(max=9223372036854775807):reminder>")
@allows(Permission.HANDLE)
def show_to_unit(visit: Visit, reminder: int) -> Answer:
    """Show the unit a letter of its own, with the form that is due; after a refusal with why."""
    refusal = g.get("refusal")
    page = render_template(
        "reminders/unit.html",
        shown=show_reminder(visit.scope, reminder, unit_id=unit_of(visit).id),
        typed=request.form,
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get("/unit/letters/<int(max=9223372036854775807):reminder>/pdf")
@allows(Permission.HANDLE)
def unit_letter_as_pdf(visit: Visit, reminder: int) -> Answer:
    """Answer with a letter of the unit's own as a PDF."""
    return _pdf(visit, show_reminder(visit.scope, reminder, unit_id=unit_of(visit).id))


@pages.post("/unit/letters/<int(max=9223372036854775807):reminder>/acknowledge")
@allows(Permission.HANDLE, again=show_to_unit)
def acknowledge(visit: Visit, reminder: int) -> Answer:
    """Acknowledge a letter."""
    number = journey.acknowledge_reminder(visit.scope, reminder, actor=visit.actor, now=visit.now)
    return Done(saying.said("已签收{number}", number=number), f"/unit/letters/{reminder}")


@pages.post("/unit/letters/<int(max=9223372036854775807):reminder>/answer")
@allows(Permission.HANDLE, again=show_to_unit)
def answer(visit: Visit, reminder: int) -> Answer:
    """Answer a letter with the measures taken."""
    said = required("text", ask="请写明采取什么措施、由谁负责、何时完成。", longest=5_000)
    number = journey.answer_reminder(visit.scope, reminder, text=said, actor=visit.actor, now=visit.now)
    return Done(saying.said("已答复{number}", number=number), f"/unit/letters/{reminder}")


def _pdf(visit: Visit, shown: ReminderShown) -> Response:
    """Return the letter as a file that bears the time of the letter, so that it is the same whenever it is asked for."""
    made_at = shown.line.issued_at or shown.line.drafted_at
    document = letter_document(shown, visit.scope.tenant.name, made_at=made_at)
    return file_of(document, f"{visit.scope.tenant.slug}-{shown.line.id}", "pdf", kind="letter")
