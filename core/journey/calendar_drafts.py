"""Drafting the working calendar 工作日历: a notice, days of one's own, hours; what is drafted holds only once it is published."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from core.journey.settings.administering import administering, reason_for
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.queries import accounts_with
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.workdays.editing import refuse_unmeant
from core.workdays.models import CalendarDraft, CalendarShift, WorkCalendar, WorkCalendarVersion
from core.workdays.queries import NoCalendar
from core.workdays.specification import CalendarSpec
from core.workdays.stored import fingerprint, from_document, to_document

DEED = "修改工作日历"
SHOWN = 50
"""Due times on one page of a draft."""
NEWEST = 30
"""Versions and drafts that the history shows."""


class CalendarChanged(Refused):
    """The calendar, or its draft, is no longer as it was when the form was shown."""

    code = "calendar-changed"


class NoSuchCalendarDraft(Refused):
    """The calendar has no draft of this number."""

    code = "no-such-calendar-draft"


class CalendarDraftClosed(Refused):
    """The draft was published, withdrawn or replaced by another."""

    code = "calendar-draft-closed"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form was shown with: the version in force, and the open draft, 0 = none."""

    base: int
    draft: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version as the history shows it; those that files brought in have no draft."""

    number: int
    published_at: datetime
    draft: CalendarDraft | None


@dataclass(frozen=True)
class Held:
    """The calendar as the database has it: name, version in force and what it says."""

    name: str
    number: int
    version_id: int
    spec: CalendarSpec


def calendar_held(scope: Scope, *, lock: bool = False) -> Held:
    """Return the calendar in force as the database has it, locked until the transaction ends where wished.

    Raises `NoCalendar`.
    """
    query = (
        select(WorkCalendar, WorkCalendarVersion)
        .join(
            WorkCalendarVersion,
            (WorkCalendarVersion.tenant_id == WorkCalendar.tenant_id)
            & (WorkCalendarVersion.calendar_id == WorkCalendar.id)
            & (WorkCalendarVersion.number == WorkCalendar.current_version),
        )
        .where(WorkCalendar.tenant_id == scope.tenant.id)
    )
    if lock:
        scope.session.execute(
            select(WorkCalendar.id).where(WorkCalendar.tenant_id == scope.tenant.id).with_for_update()
        )
    row = scope.session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NoCalendar(
            said("{name}还没有工作日历，没有可以修改的。请先运行 huiying tenant apply。", name=scope.tenant.name)
        )
    calendar, version = row
    return Held(calendar.name, version.number, version.id, from_document(version.specification))


def open_draft(scope: Scope) -> CalendarDraft | None:
    """Return the draft that waits to be published, None where there is none."""
    return scope.session.scalar(
        select(CalendarDraft)
        .where(CalendarDraft.tenant_id == scope.tenant.id, CalendarDraft.state == "open")
        .order_by(CalendarDraft.number.desc())
        .limit(1)
    )


def get_draft(scope: Scope, number: int) -> CalendarDraft:
    """Return a draft. Raises `NoSuchCalendarDraft`."""
    draft = scope.session.get(CalendarDraft, (scope.tenant.id, number)) if 0 < number < 2**31 else None
    if draft is None:
        raise NoSuchCalendarDraft(said("工作日历没有第 {number} 份草稿。请从工作日历页进入。", number=number))
    return draft


def spec_of(draft: CalendarDraft) -> CalendarSpec:
    """Return the calendar that is drafted."""
    return from_document(draft.specification)


def draft_calendar(
    scope: Scope,
    change: Callable[[CalendarSpec], CalendarSpec],
    *,
    what: str,
    seen: Seen,
    reason: str,
    actor: Actor,
    now: datetime,
) -> CalendarDraft:
    """Draft the calendar with a change, on the open draft where there is one, which it replaces.

    Raises `NotPermitted`, `ReasonMissing`, `ReasonUnusable`, `NoCalendar`, `CalendarUnusable` and its kinds, and
    `CalendarChanged` when somebody published or drafted another since the form was shown.
    """
    author = administering(actor, DEED)
    why = reason_for(reason, DEED)
    held = calendar_held(scope, lock=True)
    before = open_draft(scope)
    refuse_changed(scope, held, before, seen)
    base = spec_of(before) if before is not None else held.spec
    spec = change(base)
    refuse_unmeant(held.spec, spec, now=now)
    document = to_document(spec)
    if before is not None:
        before.state, before.decided_by, before.decided_at = "replaced", author.name, now
        scope.session.flush()
    newest = select(func.max(CalendarDraft.number)).where(CalendarDraft.tenant_id == scope.tenant.id)
    draft = CalendarDraft(
        tenant_id=scope.tenant.id,
        number=1 + (scope.session.scalar(newest) or 0),
        base=held.number,
        specification=document,
        sha256=fingerprint(document).hex(),
        what=str(what),
        reason=why,
        author_id=author.account_id,
        author=author.name,
        created_at=now,
    )
    scope.session.add(draft)
    scope.session.flush()
    return draft


def withdraw_draft(scope: Scope, number: int, *, actor: Actor, now: datetime) -> None:
    """Put a draft aside that was not published. Raises `NotPermitted`, `NoSuchCalendarDraft`, `CalendarDraftClosed`."""
    author = administering(actor, DEED)
    draft = lock_draft(scope, number)
    refuse_closed(draft)
    draft.state, draft.decided_by, draft.decided_at = "withdrawn", author.name, now
    scope.session.flush()


def lock_draft(scope: Scope, number: int) -> CalendarDraft:
    """Return a draft, locked until the transaction ends. Raises `NoSuchCalendarDraft`."""
    get_draft(scope, number)
    return scope.session.scalars(
        select(CalendarDraft)
        .where(CalendarDraft.tenant_id == scope.tenant.id, CalendarDraft.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def refuse_closed(draft: CalendarDraft) -> None:
    """Raise `CalendarDraftClosed` unless the draft still waits."""
    if draft.state != "open":
        raise CalendarDraftClosed(
            said(
                "第 {number} 份草稿{state}（{by}），不能再办。请回到工作日历页查看现在的。",
                number=draft.number,
                state=STATE_WORDS[draft.state],
                by=draft.decided_by,
            )
        )


STATE_WORDS = {"open": "待发布", "replaced": "已被后来的草稿取代", "withdrawn": "已撤回", "published": "已发布"}


def refuse_changed(scope: Scope, held: Held, draft: CalendarDraft | None, seen: Seen) -> None:
    """Raise `CalendarChanged`, with who did what, unless version and draft are those that were seen."""
    if held.number != seen.base:
        published = scope.session.scalar(
            select(CalendarDraft).where(
                CalendarDraft.tenant_id == scope.tenant.id, CalendarDraft.version == held.number
            )
        )
        raise CalendarChanged(
            said(
                "您打开这一页之后，{who}发布了工作日历第 {number} 版，没有照您的改动起草。填写的内容还在，请对照新的日历再提交。",
                who=published.decided_by if published else "区配置文件",
                number=held.number,
            )
        )
    if draft is not None and draft.base != held.number:
        raise CalendarChanged(
            said(
                "第 {number} 份草稿是照第 {base} 版改的，现在已是第 {held} 版。请先撤回这份草稿，再重新起草。",
                number=draft.number,
                base=draft.base,
                held=held.number,
            )
        )
    if (draft.number if draft else 0) != seen.draft:
        raise CalendarChanged(
            said(
                "您打开这一页之后，{who}起草了第 {number} 份草稿：{what}。填写的内容还在，请对照后再提交。",
                who=draft.author,
                number=draft.number,
                what=draft.what,
            )
            if draft
            else said(
                "您打开这一页之后，第 {number} 份草稿已被撤回或发布。填写的内容还在，请对照现在的日历再提交。",
                number=seen.draft,
            )
        )


def needs_second_person(scope: Scope, *, now: datetime) -> bool:
    """Tell whether whoever drafted may not publish: somebody else is there who may."""
    return len(accounts_with(scope, Permission.ADMINISTER, now=now)) > 1


def trial_mark(draft: CalendarDraft) -> str:
    """Return the fingerprint of what a trial told of a draft; "" before it is counted to the end."""
    if draft.trial is None:
        return ""
    told = json.dumps([draft.sha256, draft.base, draft.trial], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def shifts_of(scope: Scope, number: int, *, page: int = 1) -> tuple[Sequence[CalendarShift], int]:
    """Return the due times that a draft would move, those of a page, and how many there are."""
    mine = (CalendarShift.tenant_id == scope.tenant.id, CalendarShift.draft == number)
    count = scope.session.scalar(select(func.count()).select_from(CalendarShift).where(*mine)) or 0
    rows = scope.session.scalars(
        select(CalendarShift)
        .where(*mine)
        .order_by(CalendarShift.serial_no, CalendarShift.clock, CalendarShift.id)
        .offset((page - 1) * SHOWN)
        .limit(SHOWN)
    ).all()
    return rows, count


def versions_of(scope: Scope) -> list[VersionLine]:
    """Return the newest versions of the calendar with the drafts that they were published from, the newest first."""
    rows = scope.session.execute(
        select(WorkCalendarVersion.number, WorkCalendarVersion.published_at, CalendarDraft)
        .outerjoin(
            CalendarDraft,
            (CalendarDraft.tenant_id == WorkCalendarVersion.tenant_id)
            & (CalendarDraft.version == WorkCalendarVersion.number),
        )
        .where(WorkCalendarVersion.tenant_id == scope.tenant.id)
        .order_by(WorkCalendarVersion.number.desc())
        .limit(NEWEST)
    )
    return [VersionLine(*row) for row in rows]


def forget_trial(scope: Scope, draft: CalendarDraft, task_id: int) -> None:
    """Let a draft be counted anew by this task: what was counted before is gone."""
    draft.trial, draft.trial_task = None, task_id
    scope.session.execute(
        delete(CalendarShift).where(CalendarShift.tenant_id == scope.tenant.id, CalendarShift.draft == draft.number),
        execution_options={"synchronize_session": False},
    )
    scope.session.flush()
