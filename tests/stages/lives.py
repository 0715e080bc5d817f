"""Lives of tickets for counting: each step through the journeys in a transaction of its own, and a naive count of it all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.escalation.models import Instruction
from core.evaluation.models import Adjudication, FollowUp, OverdueCause, Rating, RatingCause
from core.evaluation.panels.models import ReviewPanel
from core.handling.models import Enforcement, Reply, Verification
from core.journey.accept import accept, register
from core.journey.supervise import supervise
from core.kit.errors import Refused
from core.routing.models import Assignment, ReturnAttempt, ReturnRequest
from core.sla.models import Clock, ExtensionRequest
from core.statistics.counting import CELLS, CODES, COUNTED, HOURS, PLACES
from core.statistics.kinds import KINDS
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Attachment, Ticket, TicketEvent
from tests.builders import OPERATOR, beijing, make_appeal
from tests.stages.steps import STEPS

Cell = tuple[str, date, str, str, str, str, int, str]
"""Aspect, day, channel, medium, nature, who appeals, unit, matter: the key of a cell."""
KEYS = ("aspect", "day", "channel", "medium", "nature", "appellant", "unit_id", "matter")

DUTIES = (
    {"code": "road", "keywords": ["坑洼"]},
    {"code": "lamp", "category": "公共设施", "subcategory": "路灯", "keywords": ["路灯"]},
)


@dataclass
class Life:
    """A district whose time passes step by step."""

    installation: Installation
    slug: str
    now: datetime = field(default_factory=lambda: beijing("2026-02-26 21:00"))
    tickets: list[str] = field(default_factory=list)

    def take_in(self, text: str = "道路坑洼，出行不便", **appeal: Any) -> str:
        """Accept an appeal and return its serial number."""
        wanted = make_appeal(text=text, **appeal)
        accepted = self.installation.run(self.slug, lambda scope: accept(scope, wanted, actor=OPERATOR, now=self.now))
        self.tickets.append(accepted.serial_no)
        return accepted.serial_no

    def register(self, text: str = "道路坑洼，出行不便") -> str:
        """Register an appeal, not accepted yet, and return its serial number."""
        wanted = make_appeal(text=text)
        registered = self.installation.run(
            self.slug, lambda scope: register(scope, wanted, actor=OPERATOR, now=self.now)
        )
        self.tickets.append(registered.serial_no)
        return registered.serial_no

    def step(self, what: str, serial_no: str | None = None) -> bool:
        """Take a step with a ticket (the newest, if none is named) and tell whether it was allowed."""
        serial_no = serial_no or self.tickets[-1]

        def work(scope: Scope) -> list[str]:
            STEPS[what](scope, serial_no, self.now)
            scope.session.flush()
            return list(scope.session.scalars(select(Ticket.serial_no).order_by(Ticket.id)))

        try:
            everyone = self.installation.run(self.slug, work)
        except Refused:
            return False
        self.tickets += [each for each in everyone if each not in self.tickets]
        return True

    def walk(self, *steps: str, hours: float = 1) -> None:
        """Take allowed steps with the newest ticket, each some hours after the one before."""
        for step in steps:
            self.wait(hours)
            assert self.step(step), step

    def wait(self, hours: float) -> None:
        """Let time pass, and have what falls due meanwhile acted on."""
        self.now += timedelta(hours=hours)
        while self.installation.run(self.slug, lambda scope: supervise(scope, now=self.now)):
            pass


def cells(scope: Scope) -> dict[Cell, dict[str, int]]:
    """Return what the cube says: by key, the counts that are not nothing."""
    keys = [CELLS.c[name] for name in KEYS]
    rows = scope.session.execute(select(*keys, *(CELLS.c[name] for name in COUNTED)))
    return {tuple(row[:8]): {name: n for name, n in zip(COUNTED, row[8:], strict=True) if n} for row in rows}


def hours(scope: Scope) -> dict[tuple[str, date, int], int]:
    """Return what the cube says of durations."""
    rows = scope.session.execute(select(HOURS.c.measure, HOURS.c.day, HOURS.c.hours, HOURS.c.n))
    return {(measure, day, hour): n for measure, day, hour, n in rows}


def codes(scope: Scope) -> dict[tuple[str, date, int, str, str], int]:
    """Return what the cube says by code: kind, day, unit, matter and code, with the count."""
    rows = scope.session.execute(select(*(CODES.c[name] for name in ("kind", "day", "unit_id", "matter", "code", "n"))))
    return {(kind, day, unit, matter, code): n for kind, day, unit, matter, code, n in rows}


def naive_cells(scope: Scope) -> dict[Cell, dict[str, int]]:
    """Count every ticket by hand, one after the other."""
    sums: dict[Cell, Counter[str]] = {}
    for day, measure, ticket, unit, seconds in happenings(scope):
        for key in (
            ("all", day, "", "", "", "", 0, ""),
            ("way", day, ticket.channel, ticket.medium, ticket.nature, ticket.appellant, 0, ""),
            ("unit", day, "", "", "", ticket.appellant, unit or 0, ""),
            ("matter", day, "", "", "", ticket.appellant, 0, ticket.matter or ""),
        ):
            counted = sums.setdefault(key, Counter())
            counted[measure] += 1
            if seconds is not None:
                counted[f"{measure}_seconds"] += seconds
    return {key: dict(+counted) for key, counted in sums.items()}


def naive_hours(scope: Scope) -> dict[tuple[str, date, int], int]:
    """Count every duration by hand."""
    sums: Counter[tuple[str, date, int]] = Counter()
    for day, measure, _, _, seconds in happenings(scope):
        if seconds is not None:
            sums[measure, day, seconds // 3600] += 1
    return dict(sums)


def naive_codes(scope: Scope) -> dict[tuple[str, date, int, str, str], int]:
    """Count everything that has a code by hand."""
    sums: Counter[tuple[str, date, int, str, str]] = Counter()
    tickets = {ticket.id: ticket for ticket in scope.session.scalars(select(Ticket))}

    def add(kind: str, at: datetime, ticket: Ticket, unit: int | None, code: str) -> None:
        whose = unit or 0 if KINDS[kind].by_unit else 0
        matter = ticket.matter or "" if KINDS[kind].by_matter else ""
        sums[kind, at.astimezone(scope.tenant.zone).date(), whose, matter, code] += 1

    for instruction in scope.session.scalars(select(Instruction)):
        ticket = tickets[instruction.ticket_id]
        add("instructed", instruction.given_at, ticket, ticket.lead_unit_id, instruction.level)
        if instruction.feedback_at is not None:
            add("instructed_reported", instruction.given_at, ticket, ticket.lead_unit_id, instruction.level)
    replies = passed_replies(scope)
    asked = {each.rating_id: each.cause for each in scope.session.scalars(select(RatingCause))}
    for rating in scope.session.scalars(select(Rating)):
        ticket = tickets[rating.ticket_id]
        if ticket.part_of_id is None and rating.satisfaction == "dissatisfied":
            unit = unit_of_cycle(replies, ticket, rating.cycle_no)
            add("dissatisfied", rating.at, ticket, unit, asked.get(rating.id, ""))
    explained = {each.clock_id: each for each in scope.session.scalars(select(OverdueCause))}
    for clock in judged_clocks(scope, tickets):
        assert clock.due_at is not None
        if clock.stopped_at is None or clock.stopped_at > clock.due_at:
            ticket, why = tickets[clock.ticket_id], explained.get(clock.id)
            code = "" if why is None else why.found or "unconfirmed"
            add("overdue", clock.due_at, ticket, unit_of_cycle(replies, ticket, clock.cycle_no), code)
    for ticket in tickets.values():
        if ticket.screened == "invalid" and ticket.part_of_id is None:
            add("invalid", ticket.submitted_at, ticket, None, ticket.invalid_reason)
        if ticket.accepted_at is not None and ticket.part_of_id is None:
            add("accepted_by_source", ticket.accepted_at, ticket, ticket.lead_unit_id, ticket.source)
            add("accepted_by_mailbox", ticket.accepted_at, ticket, ticket.lead_unit_id, ticket.mailbox)
            add("accepted_by_relation", ticket.accepted_at, ticket, ticket.lead_unit_id, ticket.relation)
        if ticket.nature == "application" and ticket.concluded_at is not None and ticket.part_of_id is None:
            add("applications", ticket.concluded_at, ticket, ticket.lead_unit_id, ticket.disposition or "")
    units = {each.id: each.unit_id for each in scope.session.scalars(select(Assignment))}
    newest = {
        (each.assignment_id, each.cycle_no): each
        for each in scope.session.scalars(select(Verification).order_by(Verification.id))
    }
    for found in newest.values():
        add("verified", found.at, tickets[found.ticket_id], units[found.assignment_id], found.result)
    for panel in scope.session.scalars(select(ReviewPanel)):
        ticket = tickets[panel.ticket_id]
        add("panels", panel.opened_at, ticket, ticket.lead_unit_id, panel.verdict)
    for entry in scope.session.scalars(select(TicketEvent).where(TicketEvent.kind == "reject")):
        ticket = tickets[entry.ticket_id]
        if ticket.part_of_id is None:
            add("rejected", entry.at, ticket, ticket.lead_unit_id, entry.detail["reason"])
    for entry in scope.session.scalars(select(TicketEvent).where(TicketEvent.kind == "withdraw")):
        ticket = tickets[entry.ticket_id]
        if ticket.part_of_id is None:
            add("withdrawn", entry.at, ticket, ticket.lead_unit_id, entry.detail["reason"])
    for done in scope.session.scalars(select(Enforcement)):
        add("enforced", done.at, tickets[done.ticket_id], units[done.assignment_id], done.measure)
    return dict(sums)


def places(scope: Scope) -> dict[tuple[date, str, str, int, str, str], int]:
    """Return what the cube says of where appeals come from: day, matter, area, unit, channel and nature, with the count."""
    names = ("day", "matter", "area", "unit_id", "channel", "nature", "n")
    rows = scope.session.execute(select(*(PLACES.c[name] for name in names)))
    return {(day, matter, area, unit, channel, nature): n for day, matter, area, unit, channel, nature, n in rows}


def naive_places(scope: Scope) -> dict[tuple[date, str, str, int, str, str], int]:
    """Count where every appeal comes from by hand."""
    return dict(
        Counter(
            (
                each.accepted_at.astimezone(scope.tenant.zone).date(),
                each.matter or "",
                each.area or "",
                each.lead_unit_id or 0,
                each.channel,
                each.nature,
            )
            for each in scope.session.scalars(select(Ticket))
            if each.accepted_at is not None and each.part_of_id is None
        )
    )


def passed_replies(scope: Scope) -> list[Reply]:
    """Return the replies that were passed, in the order in which they were handed in."""
    passed = (each for each in scope.session.scalars(select(Reply)) if each.state == "approved")
    return sorted(passed, key=lambda each: (each.submitted_at, each.id))


def unit_of_cycle(replies: Sequence[Reply], ticket: Ticket, cycle_no: int) -> int | None:
    """Return whose a cycle is."""
    if cycle_no == ticket.cycle_no:
        return ticket.lead_unit_id
    given = [each.unit_id for each in replies if (each.ticket_id, each.cycle_no) == (ticket.id, cycle_no)]
    return given[-1] if given else None


def judged_clocks(scope: Scope, tickets: Mapping[int, Ticket]) -> Iterator[Clock]:
    """Yield the reply clocks whose verdict is known."""
    for clock in scope.session.scalars(select(Clock).where(Clock.name == "reply")):
        if clock.state in ("cancelled", "superseded") or tickets[clock.ticket_id].part_count or clock.due_at is None:
            continue
        if clock.stopped_at is not None or clock.overdue_at is not None:
            yield clock


def happenings(scope: Scope) -> list[tuple[date, str, Ticket, int | None, int | None]]:
    """Return everything that counts: its day, measure, ticket, unit, and the seconds it took."""
    found: list[tuple[date, str, Ticket, int | None, int | None]] = []
    tickets = {ticket.id: ticket for ticket in scope.session.scalars(select(Ticket))}
    leads = [
        each for each in scope.session.scalars(select(Assignment)) if each.role == "lead" and each.parent_id is None
    ]
    units = {each.id: each.unit_id for each in scope.session.scalars(select(Assignment))}
    replies = passed_replies(scope)
    overlays = {(each.subject, each.subject_id): each for each in scope.session.scalars(select(Adjudication))}

    def add(at: datetime | None, measure: str, ticket: Ticket, unit: int | None, seconds: int | None = None) -> None:
        if at is not None:
            found.append((at.astimezone(scope.tenant.zone).date(), measure, ticket, unit, seconds))

    def add_judged(
        at: datetime | None, measures: list[str], ticket: Ticket, unit: int | None, overlay: Adjudication | None
    ) -> None:
        for measure in measures:
            add(at, measure, ticket, unit)
            if overlay is None:
                add(at, f"{measure}_adjudicated", ticket, unit)
            elif overlay.effect == "shift":
                add(at, f"{measure}_adjudicated", ticket, overlay.unit_id)

    for ticket in tickets.values():
        unit = ticket.lead_unit_id
        if ticket.part_of_id is not None:
            continue
        add(ticket.submitted_at, "received", ticket, unit)
        if ticket.screened == "invalid":
            add(ticket.submitted_at, "invalid", ticket, unit)
        elif ticket.accepted_at is not None:
            add(ticket.submitted_at, "valid", ticket, unit)
        add(ticket.accepted_at, "accepted", ticket, unit)
        if ticket.asked_unit_id is not None:
            add(ticket.accepted_at, "asked_first", ticket, ticket.asked_unit_id)
            if unit != ticket.asked_unit_id and any(each.ticket_id == ticket.id for each in leads):
                add(ticket.accepted_at, "asked_passed_on", ticket, ticket.asked_unit_id)
        if ticket.first_unit_id is not None:
            add(ticket.accepted_at, "first_handled", ticket, ticket.first_unit_id)
            if unit != ticket.first_unit_id and any(each.ticket_id == ticket.id for each in leads):
                add(ticket.accepted_at, "first_passed_on", ticket, ticket.first_unit_id)
        if ticket.state != "voided":
            add(ticket.accepted_at, "to_conclude", ticket, unit)
        if ticket.replied_at is not None:
            seconds = round((ticket.replied_at - ticket.submitted_at).total_seconds())
            add(ticket.replied_at, "replied", ticket, unit, seconds)
            add(ticket.accepted_at, "replied_of_accepted", ticket, unit, seconds)
        if ticket.concluded_at is not None:
            add(ticket.concluded_at, "concluded", ticket, unit)
            add(ticket.accepted_at, "concluded_of_accepted", ticket, unit)
            if ticket.accepted_at is not None and ticket.concluded_at - ticket.accepted_at <= timedelta(days=1):
                add(ticket.concluded_at, "concluded_within_a_day", ticket, unit)
    for assignment in leads:
        ticket = tickets[assignment.ticket_id]
        add(assignment.assigned_at, "dispatched", ticket, assignment.unit_id)
        earlier = [each for each in leads if each.ticket_id == ticket.id and each.id < assignment.id]
        if not earlier and ticket.part_of_id is None and ticket.accepted_at is not None:
            seconds = round((assignment.assigned_at - ticket.accepted_at).total_seconds())
            add(assignment.assigned_at, "first_dispatched", ticket, assignment.unit_id, seconds)
            again = [each for each in leads if each.ticket_id == ticket.id and each.id > assignment.id]
            if assignment.state != "returned" and all(each.cycle_no != assignment.cycle_no for each in again):
                add(assignment.assigned_at, "first_hit", ticket, assignment.unit_id)
        if assignment.state == "returned":
            add(assignment.ended_at, "returned", ticket, assignment.unit_id)
    for clock in judged_clocks(scope, tickets):
        assert clock.due_at is not None
        ticket = tickets[clock.ticket_id]
        met = clock.stopped_at is not None and clock.stopped_at <= clock.due_at
        verdicts = ["due", "on_time" if met else "overdue"]
        overlay = overlays.get(("clock", clock.id))
        add_judged(clock.due_at, verdicts, ticket, unit_of_cycle(replies, ticket, clock.cycle_no), overlay)
    for clock in scope.session.scalars(select(Clock).where(Clock.name == "accept")):
        if clock.state in ("met", "breached"):
            assert clock.stopped_at is not None
            assert clock.due_at is not None
            ticket, seconds = tickets[clock.ticket_id], round((clock.stopped_at - clock.started_at).total_seconds())
            add(clock.due_at, "filing_due", ticket, ticket.asked_unit_id)
            add(clock.due_at, "filed", ticket, ticket.asked_unit_id, seconds)
            if clock.state == "met":
                add(clock.due_at, "filed_in_time", ticket, ticket.asked_unit_id)
        elif clock.overdue_at is not None and clock.state in ("running", "paused"):
            add(clock.due_at, "filing_due", tickets[clock.ticket_id], tickets[clock.ticket_id].asked_unit_id)
    for attempt in scope.session.scalars(select(ReturnAttempt)):
        add(attempt.at, "return_refused", tickets[attempt.ticket_id], attempt.unit_id)
    for rating in scope.session.scalars(select(Rating)):
        ticket = tickets[rating.ticket_id]
        if ticket.part_of_id is not None:
            continue
        answers = ["rated", "answered_resolved"]
        answers += ["resolved"] if rating.resolved == "yes" else []
        answers += ["dissatisfied" if rating.satisfaction == "dissatisfied" else "satisfied"]
        overlay = overlays.get(("rating", rating.id))
        add_judged(rating.at, answers, ticket, unit_of_cycle(replies, ticket, rating.cycle_no), overlay)
    for asked_back in scope.session.scalars(select(FollowUp)):
        ticket = tickets[asked_back.ticket_id]
        if asked_back.outcome != "unreachable" and ticket.part_of_id is None:
            add(asked_back.at, "reached", ticket, ticket.lead_unit_id)
    for entry in scope.session.scalars(select(TicketEvent)):
        ticket = tickets[entry.ticket_id]
        if ticket.part_of_id is not None:
            continue
        if entry.kind == "reject":
            add(entry.at, "rejected", ticket, ticket.lead_unit_id)
        elif entry.kind == "void":
            add(entry.at, "voided", ticket, ticket.lead_unit_id)
        elif entry.kind in ("redo", "reopen"):
            before = [each.unit_id for each in replies if each.ticket_id == ticket.id and each.submitted_at <= entry.at]
            add(entry.at, "redone", ticket, before[-1] if before else None)
    for attachment in scope.session.scalars(select(Attachment)):
        ticket = tickets[attachment.ticket_id]
        add(attachment.attached_at, "attached", ticket, ticket.lead_unit_id)
    for asked in scope.session.scalars(select(ReturnRequest)):
        given = next(each for each in leads if each.id == asked.assignment_id)
        came_back = any(
            (each.ticket_id, each.unit_id, each.cycle_no) == (given.ticket_id, given.unit_id, given.cycle_no)
            and each.id != given.id
            and asked.decided_at is not None
            and each.assigned_at >= asked.decided_at
            for each in leads
        )
        add(asked.requested_at, "return_requested", tickets[asked.ticket_id], given.unit_id)
        if asked.state == "denied" or (asked.state == "approved" and came_back):
            add(asked.decided_at, "returned_in_vain", tickets[asked.ticket_id], given.unit_id)
    for request in scope.session.scalars(select(ExtensionRequest)):
        if request.state == "approved":
            add(request.decided_at, "extended", tickets[request.ticket_id], units[request.assignment_id])
    return found
