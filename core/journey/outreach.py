"""Going to residents 主动联系: a meeting or a visit with many lines, entered one after the other and submitted together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from core.classification.locating import get_area
from core.intake.outreach.kinds import get_kind, kinds_of
from core.intake.outreach.models import Outreach, OutreachLine
from core.intake.outreach.rules import Occasion, Said, appeal_of, usable_line, usable_occasion
from core.intake.outreach.service import (
    OutreachSettled,
    draft_of,
    drop_line,
    get_outreach,
    hand_over,
    keep_line,
    keep_occasion,
    known_keys,
    lines_of,
    lock_outreach,
    next_number,
    no_such,
    refuse_state,
    said_in,
    write_line,
)
from core.intake.rules import Appeal
from core.journey.accept import send_on, take_in, taken_in
from core.journey.desk import conclude_with_answer
from core.journey.void import BY_ONE, void
from core.kit import saying
from core.kit.errors import Refused
from core.people.access import asked_of, may
from core.people.roles import NotPermitted, Permission
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note, reason_of
from core.tickets.timeline import Actor, Order
from core.units.queries import directory

ENTERS = frozenset({Permission.ACCEPT, Permission.TAKE_IN})
BATCH = 50
"""Lines that are submitted in one request: however long the minutes are, each request is short."""
MOST_LINES = 2000
ANSWERED = "explained"
"""The result of what was answered there and then: people got an explanation, and nothing more is claimed."""


class CannotWithdraw(Refused):
    """Units have got what was said there, or it was answered."""

    code = "cannot-withdraw"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of submitting: tickets made just now, lines that could not be taken in, lines that still wait."""

    taken_in: int
    failed: int
    left: int


def open_outreach(scope: Scope, occasion: Occasion, *, actor: Actor, now: datetime) -> Outreach:
    """Open a meeting or a visit for entry. Raises `NotPermitted`, `NoSuchOutreachKind`, `NoSuchUnit`, `NoSuchArea`,
    `OutreachUnusable`.
    """
    refuse_entering(actor)
    kind, kept = get_kind(scope, occasion.kind), usable_occasion(occasion, now=now)
    unit = directory(scope).get_unit(kept.unit)
    if not _sees_all(actor) and unit.id != actor.unit_id:
        raise NotPermitted("只能登记本单位举行的会议和走访。其他单位的请由受理席登记。")
    if kept.area:
        get_area(scope, kept.area)
    return keep_occasion(scope, kept, kind, unit, actor=actor, now=now)


def outreach_for(scope: Scope, outreach_id: int, actor: Actor) -> Outreach:
    """Return an occasion, locked, for who may enter it: the desk, and the unit that held it. Raises `NotPermitted`, `NoSuchOutreach`."""
    return _of_theirs(lock_outreach(scope, outreach_id), actor)


def outreach_seen_by(scope: Scope, outreach_id: int, actor: Actor) -> Outreach:
    """Return an occasion to be looked at, for who may enter it. Raises `NotPermitted`, `NoSuchOutreach`."""
    return _of_theirs(get_outreach(scope, outreach_id), actor)


def add_line(scope: Scope, outreach_id: int, said: Said, *, key: str, actor: Actor, now: datetime) -> OutreachLine:
    """Add a line, kept at once as a draft; the same `key` again is the same line. What was submitted is open again.

    Raises `NoSuchOutreach`, `OutreachSettled`, `LineUnusable`, `AppealUnusable`.
    """
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", "submitted", deed="添加")
    add_lines(scope, outreach, [(key, said)], actor=actor, now=now)
    return known_keys(scope, outreach, [key])[key]


def add_lines(
    scope: Scope, outreach: Outreach, given: Sequence[tuple[str, Said]], *, actor: Actor, now: datetime
) -> list[OutreachLine]:
    """Add lines by their keys to an occasion that is locked, and return those that are new."""
    kind = get_kind(scope, outreach.kind)
    usable = [(key, usable_line(said, kind)) for key, said in given]
    known = known_keys(scope, outreach, [key for key, _ in usable])
    number, lines = next_number(scope, outreach), []
    if number + len(usable) > MOST_LINES + 1:
        raise OutreachSettled(
            saying.said(
                "一次{label}最多 {most_lines:,} 条，没有添加。请另建一次。",
                label=saying.word(outreach.label),
                most_lines=MOST_LINES,
            )
        )
    for key, said in usable:
        before = known.get(key)
        if before is None:
            before = keep_line(scope, outreach, said, number=number, key=key, actor=actor, now=now)
            known[key], number = before, number + 1
        elif before.state in ("dropped", "returned"):
            before.state, before.number, number = "draft", number, number + 1
            write_line(scope, before, said)
        else:
            continue
        lines.append(before)
    if lines:
        outreach.state = "entry"
    scope.session.flush()
    return lines


def change_line(scope: Scope, outreach_id: int, line_id: int, said: Said, *, actor: Actor) -> None:
    """Write a draft anew. Raises `NoSuchLine` and as `add_line`."""
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", deed="修改")
    write_line(scope, draft_of(scope, outreach, line_id), usable_line(said, get_kind(scope, outreach.kind)))


def remove_line(scope: Scope, outreach_id: int, line_id: int, *, actor: Actor) -> None:
    """Take a draft out. Raises `NoSuchOutreach`, `OutreachSettled`, `NoSuchLine`."""
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", deed="删去")
    drop_line(draft_of(scope, outreach, line_id))


def submit_outreach(
    scope: Scope, outreach_id: int, *, afresh: bool, actor: Actor, now: datetime, most: int = BATCH
) -> Submitted:
    """Make a ticket of each draft, up to so many of them: one that cannot be taken in says why, and the rest goes on.

    Each line becomes one ticket however often this is called. `afresh` tries those again that failed before. When no
    draft is left, the occasion is submitted; a visit may be one on which nothing was said.
    Raises `NoSuchOutreach`, `OutreachSettled`.
    """
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", "submitted", deed="提交")
    drafts = lines_of(scope, outreach, "draft")
    if afresh:
        for line in drafts:
            line.failure = ""
    waiting = [line for line in drafts if not line.failure]
    made = sum(_take_in(scope, outreach, line, actor=actor, now=now) for line in waiting[:most])
    scope.session.flush()
    if outreach.state == "entry" and all(line.state != "draft" for line in drafts):
        _submitted(scope, outreach, actor, now)
    failed = sum(1 for line in drafts if line.failure)
    return Submitted(made, failed, max(0, len(waiting) - most))


def close_outreach(scope: Scope, outreach_id: int, *, words: str, actor: Actor, now: datetime) -> None:
    """Say how people were told back what became of each line 反馈. Raises `ReasonMissing`, `OutreachSettled`."""
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "submitted", deed="登记反馈")
    outreach.closing = reason_of(words, "登记反馈")
    outreach.state, outreach.closed_by, outreach.closed_at = "closed", actor.name, now


def withdraw_outreach(scope: Scope, outreach_id: int, *, reason: str, actor: Actor, now: datetime) -> int:
    """Take the whole occasion back while no unit has anything of it and nothing was answered: its tickets are voided.

    Returns how many. Nothing is deleted. Raises `ReasonMissing`, `CannotWithdraw`, `OutreachSettled`, and `NotPermitted`
    where there are tickets and the actor may not void.
    """
    outreach = outreach_for(scope, outreach_id, actor)
    refuse_state(outreach, "entry", "submitted", deed="撤回")
    because = reason_of(reason, "撤回")
    ids = [line.ticket_id for line in lines_of(scope, outreach, "taken_in")]
    tickets = [scope.session.get_one(Ticket, (scope.tenant.id, each)) for each in ids if each is not None]
    open_ones = [ticket for ticket in tickets if ticket.state != "voided"]
    past = [ticket.serial_no for ticket in open_ones if ticket.state not in BY_ONE or ticket.part_count]
    if past:
        raise CannotWithdraw(
            saying.said(
                "这次{label}已有 {number} 件派给单位或已答复（{past}{past_2}），不能整批撤回。请逐件处理。",
                label=saying.word(outreach.label),
                number=len(past),
                past=saying.joined("、", past[:3]),
                past_2=saying.word(" 等") if past[3:] else "",
            )
        )
    for ticket in open_ones:
        void(
            scope,
            ticket.serial_no,
            Order(actor, now),
            reason=saying.said("撤回{label}：{because}", label=saying.word(outreach.label), because=because),
        )
    for line in lines_of(scope, outreach, "draft", "returned"):
        drop_line(line)
    outreach.state, outreach.reason = "withdrawn", because
    outreach.withdrawn_by, outreach.withdrawn_at = actor.name, now
    return len(open_ones)


def refuse_entering(actor: Actor) -> None:
    """Raise `NotPermitted` unless the actor takes in appeals, at the desk or at a community centre."""
    if not may(actor.permissions, ENTERS):
        raise NotPermitted(
            saying.said(
                "登记会议和走访由{asked}办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                asked=saying.word(asked_of(ENTERS)),
                name=actor.name,
            )
        )


def holds_outreach(scope: Scope) -> bool:
    """Tell whether the tenant goes to residents at all."""
    return bool(kinds_of(scope))


def _of_theirs(outreach: Outreach, actor: Actor) -> Outreach:
    refuse_entering(actor)
    if not _sees_all(actor) and outreach.unit_id != actor.unit_id:
        raise no_such(outreach.id)
    return outreach


def _sees_all(actor: Actor) -> bool:
    return Permission.ACCEPT in actor.permissions


def _submitted(scope: Scope, outreach: Outreach, actor: Actor, now: datetime) -> None:
    if outreach.sort == "meeting" and not lines_of(scope, outreach, "taken_in"):
        raise OutreachSettled(
            saying.said("这次{label}还没有录入诉求，没有提交。请先添加。", label=saying.word(outreach.label))
        )
    outreach.state, outreach.submitted_by, outreach.submitted_at = "submitted", actor.name, now


def _take_in(scope: Scope, outreach: Outreach, line: OutreachLine, *, actor: Actor, now: datetime) -> bool:
    """Make a ticket of a draft, or keep why not."""
    said = said_in(scope, line)
    appeal = appeal_of(
        said,
        channel=outreach.kind,
        place=outreach.place,
        held_at=outreach.held_at,
        external_id=f"outreach/{outreach.id}/{line.id}",
    )
    work = partial(_accept_line, outreach=outreach, number=line.number, answer=said.answer)
    try:
        with scope.session.begin_nested():
            accepted = taken_in(scope, appeal, actor=_entitled(actor), now=now, work=work)
    except Refused as refusal:
        line.failure = refusal.message
        return False
    hand_over(line, accepted.ticket_id)
    return True


def _accept_line(
    scope: Scope, appeal: Appeal, actor: Actor, now: datetime, *, outreach: Outreach, number: int, answer: str
) -> Ticket:
    """Accept a line and let it find its unit, or conclude it with the words in which it was answered there and then."""
    ticket, order = take_in(scope, appeal, actor=actor, now=now), Order(actor, now)
    words = saying.said(
        "{label}“{subject}”第 {number} 条", label=saying.word(outreach.label), subject=outreach.subject, number=number
    )
    note(scope, ticket, "outreach", order, summary=words, detail={"outreach": outreach.id, "line": number})
    if answer:
        conclude_with_answer(scope, ticket, order, text=answer, disposition=ANSWERED)
    else:
        send_on(scope, ticket, order, for_clearance=False)
    return ticket


def _entitled(actor: Actor) -> Actor:
    """Return a worker of a community centre as one who may accept a line, and conclude what was answered before everybody.

    What was said at a meeting was heard by those who held it: nobody has to clear it again. Operators keep what they have.
    """
    if _sees_all(actor):
        return actor
    return replace(actor, permissions=actor.permissions | {Permission.ACCEPT, Permission.DISPATCH})
