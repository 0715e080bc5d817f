"""Trying a drafted calendar on the clocks that run, and publishing it: both are long work, shown with their progress."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.journey.calendar_drafts import (
    DEED,
    CalendarChanged,
    calendar_held,
    forget_trial,
    get_draft,
    lock_draft,
    needs_second_person,
    refuse_closed,
    spec_of,
    trial_mark,
)
from core.journey.settings.administering import administering
from core.journey.tasks import TaskKind
from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.kit.saying import said
from core.sla.recalculation import Recalculation, forecast, recalculate, tickets_affected
from core.tasks.models import Task, TaskLine
from core.tasks.service import Asked, add_lines, ask_for, given_of
from core.tenancy.models import Tenant
from core.tenancy.scope import EPOCH_TRUSTED_SECONDS, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.workdays.models import CalendarDraft, CalendarShift
from core.workdays.queries import current_calendar
from core.workdays.rules import Timetable
from core.workdays.service import publish

BATCH = 100
"""Tickets of one transaction: their rows are locked that long."""
HOLDS = timedelta(days=7)
"""So long a trial is good for: then other tickets run."""
SETTLED = timedelta(seconds=EPOCH_TRUSTED_SECONDS + 3)
"""So long another process may still start clocks by the version before."""
AT = "/admin/calendar/drafts/{number}"


class CalendarNotTried(Refused):
    """It was not looked at what the draft moves, or not lately, or it is another draft that was looked at."""

    code = "calendar-not-tried"


class OwnCalendarDraft(Refused):
    """Whoever drafted a calendar does not publish it, where somebody else is there."""

    code = "own-calendar-draft"


def try_draft(scope: Scope, number: int, *, actor: Actor, request: str, now: datetime) -> Task:
    """Count anew what a draft would move, as a task; nothing is changed.

    Raises `NotPermitted`, `NoSuchCalendarDraft`, `CalendarDraftClosed`, `TooManyTasks`.
    """
    administering(actor, DEED)
    draft = lock_draft(scope, number)
    refuse_closed(draft)
    asked = Asked(
        TRIAL.name,
        said("试算工作日历第 {number} 份草稿", number=number),
        "件",
        {"draft": number},
        href=AT.format(number=number),
    )
    task, is_new = ask_for(scope, asked, by=actor, request=request, now=now)
    if is_new:
        forget_trial(scope, draft, task.id)
    return task


def publish_draft(
    scope: Scope, number: int, *, mark: str, actor: Actor, address: str, request: str, now: datetime
) -> CalendarDraft:
    """Let a drafted calendar hold; a task lets the clocks go by it. Again, with what was published, it changes nothing.

    `mark` is the fingerprint of the trial that was looked at. Raises `NotPermitted`, `NoSuchCalendarDraft`,
    `CalendarDraftClosed`, `CalendarChanged`, `CalendarNotTried`, `OwnCalendarDraft`, `TooManyTasks`.
    """
    author = administering(actor, "发布工作日历")
    held = calendar_held(scope, lock=True)
    draft = lock_draft(scope, number)
    if draft.state == "published" and mark == trial_mark(draft):
        return draft
    refuse_closed(draft)
    if draft.base != held.number:
        raise CalendarChanged(
            said(
                "草稿是照第 {base} 版改的，现在已是第 {held} 版，没有发布。请撤回后重新起草。",
                base=draft.base,
                held=held.number,
            )
        )
    _refuse_untried(draft, mark, now=now)
    if needs_second_person(scope, now=now) and draft.author_id == author.account_id:
        raise OwnCalendarDraft("这份草稿是您起草的，要由另一位管理员核对后发布，没有发布。请告诉其他管理员。")
    publication = publish(scope, held.name, spec_of(draft), now=now)
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant.id).values(epoch=Tenant.epoch + 1))
    draft.state, draft.version = "published", publication.number
    draft.decided_by, draft.decided_at = author.name, now
    detail = {"draft": number, "version": publication.number, "what": draft.what, "author": draft.author}
    by = By(author.name, author.account_id, address, draft.reason)
    note_done(scope, "calendar_published", by, subject=held.name, detail=detail, now=now)
    scope.session.flush()
    move_on_clocks(scope, number, actor=actor, request=request, now=now)
    return draft


def move_on_clocks(scope: Scope, number: int, *, actor: Actor, request: str, now: datetime) -> Task:
    """Let every clock that goes by an older version go by the one in force, as a task; what is done is not done again.

    Raises `NotPermitted`, `NoSuchCalendarDraft`, `TooManyTasks`.
    """
    administering(actor, "发布工作日历")
    draft = get_draft(scope, number)
    asked = Asked(
        MOVING.name,
        said("按工作日历第 {version} 版变动时限", version=draft.version),
        "件",
        {"draft": number},
        href=AT.format(number=number),
        starts_at=now + SETTLED,
    )
    task, is_new = ask_for(scope, asked, by=actor, request=f"{request}/move", now=now)
    if is_new:
        draft.moving_task = task.id
        scope.session.flush()
    return task


def _refuse_untried(draft: CalendarDraft, mark: str, *, now: datetime) -> None:
    if draft.trial is None:
        raise CalendarNotTried("还没有试算完会变动哪些时限，没有发布。请等试算结束，看过再发布。")
    if now - datetime.fromisoformat(draft.trial["at"]) > HOLDS:
        raise CalendarNotTried(said("试算已过 {days} 天，在办的工单早已不同，没有发布。请重新试算。", days=HOLDS.days))
    if mark != trial_mark(draft):
        raise CalendarNotTried("您看过之后又试算了一次，结果可能不同，没有发布。请看过现在的结果再发布。")


def _list_tickets(scope: Scope, task: Task, timetable: Timetable, version_id: int | None, now: datetime) -> bool:
    ids = tickets_affected(scope, timetable, version_id=version_id, now=now)
    serials = dict(
        scope.session.execute(
            select(Ticket.id, Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.id.in_(ids))
        ).all()
    )
    lines = [
        {"number": number, "ticket_id": ticket_id, "serial_no": serials[ticket_id]}
        for number, ticket_id in enumerate(ids, 1)
    ]
    add_lines(scope, task, lines)
    task.total = len(lines)
    return False


def _list_to_try(scope: Scope, task: Task, _actor: Actor, now: datetime) -> bool:
    draft = _tried(scope, task)
    return _list_tickets(scope, task, Timetable(spec_of(draft)), None, now) if draft else False


def _try_lines(scope: Scope, task: Task, lines: Sequence[TaskLine], _actor: Actor, now: datetime) -> None:
    if (draft := _tried(scope, task)) is None:
        return
    came = forecast(scope, _ids(lines), Timetable(spec_of(draft)), now=now)
    rows = [
        CalendarShift(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            draft=draft.number,
            serial_no=shift.serial_no,
            clock=shift.clock,
            unit=shift.unit,
            before=shift.before,
            after=shift.after,
        )
        for shift in came.shifts
    ]
    if rows:
        insert_rows(scope.session, rows)
    _count(task, came)


def _end_trial(scope: Scope, task: Task, now: datetime) -> str:
    draft = _tried(scope, task)
    if draft is None:
        return str(said("草稿已经改过或撤回，这次试算不作数。"))
    if task.left or task.failed or not task.place.get("parts_done"):
        return str(said("试算没有完成，请重新试算。"))
    draft.trial = {"at": now.isoformat(), "tickets": task.total, **_counts(task)}
    scope.session.flush()
    return _told(task, "会变动")


def _list_to_move(scope: Scope, task: Task, _actor: Actor, now: datetime) -> bool:
    calendar = current_calendar(scope)
    return _list_tickets(scope, task, calendar.timetable, calendar.version_id, now)


def _move_lines(scope: Scope, task: Task, lines: Sequence[TaskLine], _actor: Actor, now: datetime) -> None:
    _count(task, recalculate(scope, _ids(lines), now=now))


def _end_moving(_scope: Scope, task: Task, _now: datetime) -> str:
    left = said("；还有 {left:,} 件没有轮到", left=task.left) if task.left else ""
    return f"{_told(task, '已变动')}{left}"


def _tried(scope: Scope, task: Task) -> CalendarDraft | None:
    """Return the draft that the task counts, None when it was replaced, withdrawn, or is counted by another task."""
    draft = get_draft(scope, given_of(scope, task)["draft"])
    return draft if draft.state == "open" and draft.trial_task == task.id else None


def _ids(lines: Sequence[TaskLine]) -> list[int]:
    return [line.ticket_id for line in lines if line.ticket_id is not None]


def _count(task: Task, came: Recalculation) -> None:
    counts = _counts(task)
    added = {"moved": len(came.shifts), "confirmed": came.confirmed, "kept": came.kept}
    task.place = {**task.place, **{name: counts[name] + more for name, more in added.items()}}


def _counts(task: Task) -> dict[str, int]:
    return {name: int(task.place.get(name, 0)) for name in ("moved", "confirmed", "kept")}


def _told(task: Task, what: str) -> str:
    counts = _counts(task)
    told = said("{moved:,} 个时限{what}", moved=counts["moved"], what=what)
    confirmed = said("，{count:,} 个由暂定转为确定", count=counts["confirmed"]) if counts["confirmed"] else ""
    kept = said("，{count:,} 个因新截止已成过去而不变", count=counts["kept"]) if counts["kept"] else ""
    return f"{told}{confirmed}{kept}"


TRIAL = TaskKind(
    name="calendar-trial",
    label="试算工作日历",
    do_part=_list_to_try,
    do_lines=_try_lines,
    most=BATCH,
    finish=_end_trial,
)
MOVING = TaskKind(
    name="calendar-moving",
    label="变动时限",
    do_part=_list_to_move,
    do_lines=_move_lines,
    most=BATCH,
    finish=_end_moving,
)
