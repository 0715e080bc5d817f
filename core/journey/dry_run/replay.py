"""Trying one past ticket again under a set of rules: what people did stays, what rules decide is decided anew.

Pure: nothing is read or written. The decisions are made by the functions that the core makes them with, in the order of
the ticket's life, each asked as the ticket stood then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from core.hooks.values import ClockName, ContactView, Trigger
from core.journey.dry_run.asking import Rules
from core.journey.dry_run.clocks import Clocks, Pending
from core.journey.dry_run.commands import command_of, label_of
from core.journey.dry_run.knowing import known_by
from core.journey.dry_run.outcome import Ground, Marked, Outcome, Refusal, Timed
from core.journey.dry_run.past import Entry, Held, Past, Place
from core.journey.dry_run.tables import Rulebook
from core.kit.saying import said
from core.routing.models import Assignment
from core.sla.allowances import days_held, extension_days_left, pause_days_left
from core.sla.limits import OVERDUE
from core.sla.models import Clock
from core.tickets.states import MOVES, UNIT_CLOCKS, WAITING_FOR_DISPATCH, Command, State

OF_HANDLING = Ground("handling_rules", "本区的办理规则", "")
UNTRIED = ("progress",)
"""Clocks that start again with each report; what a unit would have reported by other limits nobody knows."""
MOST_MARKS = 1000
"""A ticket that reaches more marks than that is not followed further."""


def replay(past: Past, rulebook: Rulebook, place: Place) -> Outcome:
    """Return everything that these rules decide about the ticket, until today where it is still open."""
    seen, known = known_by(past, rulebook)
    outcome = _Replay(seen, rulebook, place).run()
    outcome.known = known
    return outcome


class _Replay:
    """One ticket under way: `view` is how features see it at this point of its life, `lead` the work of its lead unit."""

    def __init__(self, past: Past, rulebook: Rulebook, place: Place) -> None:
        self.past, self.place = past, place
        self.outcome = Outcome()
        self.rules = Rules(rulebook, place, past, self.outcome)
        self.clocks = Clocks(
            past.view.id,
            place.calendar,
            limits=lambda: self.rules.limits(self.view),
            marks=lambda clock: self.rules.marks(self.view, clock),
            stamp=self.rules.stamp,
        )
        self.view = replace(
            past.view,
            state=str(State.REGISTERED),
            urgency=past.said_urgency or "normal",
            lead_unit=None,
            cycle_no=1,
            bounce_count=0,
        )
        self.lead: Assignment | None = None
        self.submitted_at: datetime | None = None
        self.attached_at: datetime | None = None
        self.tells_whoever_gets_it = False
        self.reached: defaultdict[int, list[Marked]] = defaultdict(list)
        self.extensions: defaultdict[int, list[int]] = defaultdict(list)
        self.pauses: defaultdict[int, list[int]] = defaultdict(list)
        self.calls: defaultdict[int, list[bool]] = defaultdict(list)
        self.instructed: dict[int, datetime] = {}

    def run(self) -> Outcome:
        before: datetime | None = None
        for at, what in self._happenings():
            if at != before:  # what is done at one instant is done together
                self._let_pass(at)
            before = at
            if isinstance(what, Held):
                self.clocks.resume(what.id, at=at)
            else:
                self._follow(what, at)
        self._let_pass(self.place.today)
        self.outcome.clocks = [self._timed(clock) for clock in self.clocks.all]
        return self.outcome

    # What happened, in its order

    def _happenings(self) -> Iterable[tuple[datetime, Entry | Held]]:
        """Return the entries of the timeline and the ends of pauses by their time, an end first."""
        happenings: list[tuple[datetime, int, Entry | Held]] = []
        latest = self.past.entries[0].at
        for entry in self.past.entries:
            latest = max(latest, entry.at)
            happenings.append((latest, entry.seq, entry))
        ends = [(held.until, 0, held) for held in self.past.held.values() if held.until is not None]
        return [(at, what) for at, _, what in sorted([*happenings, *ends], key=lambda each: each[:2])]

    def _let_pass(self, until: datetime) -> None:
        """Let time pass: marks are reached and pressed for, windows close."""
        in_review = self.view.state == State.SUBMITTED
        for _ in range(MOST_MARKS):
            reached = self.clocks.next_reached(until, in_review=in_review)
            if reached is None:
                break
            self._reach(reached)
        self.clocks.close_windows(until)

    def _reach(self, reached: Pending) -> None:
        clock = reached.clock
        ground = Ground(reached.rule_id, reached.reason, self.rules.stamp(reached.feature))
        self.reached[clock.id].append(Marked(reached.mark, reached.light, reached.at, ground))
        trigger = Trigger("mark", clock=cast(ClockName, clock.name), mark=reached.mark)
        since = clock.started_at.isoformat()
        self._press(trigger, f"{clock.name}/{clock.subject_id}/{since}/{reached.mark}/{reached.arm}", reached.at)
        if reached.mark == OVERDUE:
            for instruction in [each for each, deadline in self.instructed.items() if deadline <= reached.at]:
                del self.instructed[instruction]
                self._press(Trigger("instruction_overdue"), f"instruction/{instruction}", reached.at)

    def _follow(self, entry: Entry, at: datetime) -> None:
        """Follow what somebody did, after asking whether the rules allow it."""
        if self.rules.has_guards:
            self._guard(entry, at)
        if entry.kind == Command.REGISTER:
            self._register(at)
        elif entry.kind == Command.ACCEPT:
            self._accept(entry, at)
        elif entry.kind in MOVES:
            self._move(Command(entry.kind), entry, at)
        else:
            self._take_note(entry, at)

    # The beginning: what is decided when the ticket is taken in

    def _register(self, at: datetime) -> None:
        if self._was_registered:
            self._note_issues()
            self._turn(Command.REGISTER, (), at=at, now=at)
            self.outcome.receipt, self.outcome.receipt_ground = self.rules.receipt(self.view)

    def _accept(self, entry: Entry, at: datetime) -> None:
        self.view = replace(self.view, state=entry.to_state)
        if self.past.said_urgency is None:
            self.outcome.urgent = self.rules.urgency(self.view)
            self.view = replace(self.view, urgency="urgent" if self.outcome.urgent else "normal")
        said = self.rules.follow(self.view)
        if said is not None and self.past.said_urgency is None:
            self.outcome.decisive.add(said.ground.rule_id)
            self.outcome.urgent = [said.ground]
            self.view = replace(self.view, urgency=said.urgency)
        self.outcome.urgency = self.view.urgency
        self._note_issues()
        if not self.past.is_part:
            self.outcome.watchers = self.rules.watchers(self.view)
        self._turn(Command.ACCEPT, (), at=at, now=at)
        self.outcome.route = self.rules.route(self.view)
        if not self._was_registered:
            self.outcome.receipt, self.outcome.receipt_ground = self.rules.receipt(self.view)
        if self.view.urgency == "urgent":
            self.tells_whoever_gets_it = self._was_sent_at_once(entry.at)
            if not self.tells_whoever_gets_it:
                self._press(Trigger("urgent"), "urgent", at)

    def _note_issues(self) -> None:
        known = {ground.rule_id for ground in self.outcome.issues}
        self.outcome.issues += [ground for ground in self.rules.issues(self.view) if ground.rule_id not in known]

    @property
    def _was_registered(self) -> bool:
        """Whether the ticket waited for its acceptance."""
        return self.past.entries[0].at != self.past.accepted_at

    def _was_sent_at_once(self, accepted_at: datetime) -> bool:
        return any(
            each.kind == Command.DISPATCH and each.actor_kind == "system" and each.at == accepted_at
            for each in self.past.entries
        )

    # What people did with it

    def _move(self, command: Command, entry: Entry, at: datetime) -> None:
        """Follow a command that moved the ticket: how it stands now, what that does to the clocks, who is pressed."""
        view, assigned, ended_at = replace(self.view, state=entry.to_state), self._assigned(command, entry), at
        match command:
            case Command.DISPATCH | Command.REDIRECT:
                view = replace(view, lead_unit=self._code(assigned[0]) if assigned else entry.detail.get("lead"))
                self.lead = assigned[0] if assigned else None
            case Command.RETURN:
                view = replace(view, lead_unit=None, bounce_count=view.bounce_count + 1)
                self.lead = None
            case Command.REDO | Command.REOPEN:
                self._check_redo(command, at)
                self.lead = assigned[0] if assigned else None
                lead_unit = self._code(self.lead) if self.lead else None
                view = replace(view, lead_unit=lead_unit, cycle_no=view.cycle_no + 1)
            case Command.ATTACH:
                self.attached_at = at
            case Command.DETACH if self.attached_at is not None:
                self.clocks.go_on_with(
                    "dispatch", ended_at=self.attached_at, state=entry.to_state, cycle_no=view.cycle_no, now=at
                )
            case Command.SUBMIT_RESULT:
                self._check_contact(at)
                self.clocks.resume_all(at=at)
                self.submitted_at = at
            case Command.AUDIT_RETURN:
                self.clocks.allow_for_review(submitted_at=self.submitted_at or at, now=at)
            case Command.AUDIT_PASS | Command.ANSWER_DIRECTLY | Command.TRANSFER_OUT:
                ended_at = self.past.replied_at.get(view.cycle_no, at)
        self.view = view
        self._turn(command, assigned, at=ended_at, now=at)
        self._press_after(command, entry, at)

    def _press_after(self, command: Command, entry: Entry, at: datetime) -> None:
        match command:
            case Command.DISPATCH | Command.REDIRECT:
                if self.view.urgency == "urgent" and (entry.actor_kind != "system" or self.tells_whoever_gets_it):
                    self._press(Trigger("urgent"), f"urgent/{at.isoformat()}", at)
                self.tells_whoever_gets_it = False
            case Command.RETURN if self.view.bounce_count >= self.rules.handling.max_returns:
                self.outcome.consultations.append(self.view.bounce_count)
                self._press(Trigger("bounces"), f"bounces/{self.view.bounce_count}", at)
            case Command.REDO | Command.REOPEN if self.view.cycle_no > 2:
                self._press(Trigger("redo"), f"redo/{self.view.cycle_no}", at)

    def _take_note(self, entry: Entry, at: datetime) -> None:
        """Follow what was done without moving the ticket."""
        detail = entry.detail
        match entry.kind:
            case "brought_in":
                self._turn(Command.DISPATCH, self._named([detail.get("assignment")]), at=at, now=at)
            case "co_sign":
                self._end_for(("sign",), self._named([detail.get("assignment")]), at)
            case "contact":
                self.calls[detail["assignment"]].append(detail["reached"] == "yes")
                if detail["reached"] == "yes":
                    self._end_for(("first_contact",), self._named([detail["assignment"]]), at)
            case "on_site":
                # Entries of long ago do not name whose arrival it was; it is the lead that answers for the visit.
                named = self._named([detail["assignment"]]) if "assignment" in detail else [self.lead]
                arrived = [each for each in named if each]
                self._end_for(("on_site",), arrived, at)
                self.clocks.start_on_arrival(arrived, state=self.view.state, cycle_no=self.view.cycle_no, now=at)
            case "contribute":
                self._end_for(UNIT_CLOCKS, self._named([detail.get("assignment")]), at)
            case "waive":
                self._end_for(UNIT_CLOCKS, self._named(detail.get("assignments")), at)
            case "follow_up_attempt" if detail.get("final") == "yes":
                self.clocks.end([clock for clock in self.clocks.live if clock.name == "follow_up"], at=at, now=at)
            case "extension" if detail.get("state") == "approved":
                self._extend(detail["request"], at)
            case "pause" if detail.get("state") == "holding":
                self._hold(detail["request"], at)
            case "instruction" if detail.get("deadline"):
                self.instructed[detail["instruction"]] = datetime.fromisoformat(detail["deadline"])
                if self.view.state in WAITING_FOR_DISPATCH:
                    self.clocks.start(
                        ("reply",), (), state=self.view.state, cycle_no=self.view.cycle_no, now=at, since={"reply": at}
                    )
                self.clocks.tighten(self.instructed[detail["instruction"]], now=at)
            case "instruction" if "level" not in detail:  # reported on
                self.instructed.pop(detail["instruction"], None)

    def _extend(self, request_id: int, at: datetime) -> None:
        extended = self.past.extended[request_id]
        assignment = self.past.assignments[extended.assignment_id]
        leads = assignment.role == "lead" and assignment.parent_id is None
        before = self.extensions[self.view.cycle_no if leads else -assignment.id]
        left = extension_days_left(self.rules.handling, times=len(before), granted=sum(before))
        if extended.days > left:
            words = said("准予延期 {days} 个工作日，只可再延 {left} 个", days=extended.days, left=left)
            self._refuse(f"extension/{request_id}", "延期", at, words)
        before.append(extended.days)
        self.clocks.extend(assignment, days=extended.days, now=at)

    def _hold(self, request_id: int, at: datetime) -> None:
        held, handling = self.past.held[request_id], self.rules.handling
        before = self.pauses[held.assignment_id]
        left = pause_days_left(handling, before)
        if held.reason not in handling.pause_reasons:
            self._refuse(f"pause/{request_id}", "挂起", at, "挂起的理由不在本区可用之列")
        elif held.days > left:
            self._refuse(
                f"pause/{request_id}",
                "挂起",
                at,
                said("准予挂起 {days} 个工作日，只可再挂起 {left} 个", days=held.days, left=left),
            )
        if held.until is not None:
            hours = self.place.calendar.timetable
            before.append(days_held(hours, held.since, held.until, at_most=held.days))
        assignment = self.past.assignments[held.assignment_id]
        self.clocks.hold(request_id, assignment, with_reply=handling.pauses_reply, now=at)

    # What that does to the clocks

    def _turn(self, command: Command, assigned: Sequence[Assignment], *, at: datetime, now: datetime) -> None:
        """Do to the clocks what the table of moves says of the command."""
        turn = MOVES[command].clocks
        if "reply" in turn.stops:
            self.clocks.count_waiting(state=self.view.state, cycle_no=self.view.cycle_no, now=now)
        of = {self.lead.id} if command is Command.SIGN and self.lead else {each.id for each in assigned}
        stopped = [
            clock
            for clock in self.clocks.live
            if clock.name in turn.stops and (not of or clock.subject != "assignment" or clock.subject_id in of)
        ]
        cancelled = [clock for clock in self.clocks.live if clock.name in turn.cancels and clock not in stopped]
        self.clocks.end(stopped, at=at, now=now, cancelled=cancelled)
        starts = [name for name in turn.starts if name not in UNTRIED]
        if self.past.is_from_elsewhere:
            starts = [name for name in starts if name != "follow_up"]  # its resident is asked elsewhere
        if starts:
            self.clocks.start(
                starts,
                assigned,
                state=self.view.state,
                cycle_no=self.view.cycle_no,
                now=now,
                since=self._since(command),
                is_there=command in (Command.REDO, Command.REOPEN),
                is_from_elsewhere=self.past.is_from_elsewhere,
            )

    def _since(self, command: Command) -> Mapping[str, datetime]:
        """Return what starts at another time than now."""
        if command is Command.REGISTER:
            return {"accept": self.view.submitted_at}
        reply_since = self.past.reply_since if command is Command.ACCEPT else None
        return {"reply": reply_since} if reply_since else {}

    def _timed(self, clock: Clock) -> Timed:
        assignment = self.past.assignments.get(clock.subject_id) if clock.subject == "assignment" else None
        return Timed(
            name=clock.name,
            assignment_id=assignment.id if assignment else 0,
            unit=self._code(assignment) if assignment else "",
            cycle_no=clock.cycle_no,
            started_at=clock.started_at,
            due_at=clock.due_at,
            ground=Ground(clock.rule_id, clock.reason, clock.by),
            marks=tuple(self.reached[clock.id]),
        )

    def _end_for(self, names: Sequence[str], assignments: Sequence[Assignment], at: datetime) -> None:
        of = {each.id for each in assignments}
        ended = [clock for clock in self.clocks.live if clock.name in names and clock.subject_id in of]
        self.clocks.end(ended, at=at, now=at)

    # What is done about it, and what the rules do not allow

    def _press(self, trigger: Trigger, occasion: str, at: datetime) -> None:
        self.outcome.acts += self.rules.press(self.view, trigger, occasion=occasion, at=at)

    def _guard(self, entry: Entry, at: datetime) -> None:
        command = command_of(entry, was_registered=self._was_registered)
        if command is None:
            return
        calls = [outcome for id, outcomes in self.calls.items() if self._is_of_cycle(id) for outcome in outcomes]
        contact = ContactView(self.past.has_phone, len(calls), any(calls))
        self.outcome.refusals += [
            Refusal(f"{command}/{entry.seq}", label_of(entry), at, words, ground)
            for words, ground in self.rules.objections(self.view, command, contact)
        ]

    def _check_redo(self, command: Command, at: datetime) -> None:
        if command is Command.REDO and self.view.cycle_no > self.rules.handling.max_redos:
            words = said("已重办 {cycle_no} 次，达到上限", cycle_no=self.view.cycle_no - 1)
            self._refuse(f"redo/{self.view.cycle_no}", "重办", at, words)

    def _check_contact(self, at: datetime) -> None:
        """Note a reply that would have to wait until the resident was called."""
        lead, needed = self.lead.id if self.lead else 0, self.rules.handling.contact_attempts
        must = any(clock.name == "first_contact" and clock.subject_id == lead for clock in self.clocks.live)
        calls = self.calls[lead]
        if must and not any(calls) and len(calls) < needed:
            words = said("须先联系诉求人，已尝试 {number} 次，至少 {needed} 次", number=len(calls), needed=needed)
            self._refuse(f"contact/{at.isoformat()}", "提交办结", at, words)

    def _refuse(self, deed: str, label: str, at: datetime, words: str) -> None:
        self.outcome.refusals.append(Refusal(deed, label, at, words, OF_HANDLING))

    # Whose work it is

    def _assigned(self, command: Command, entry: Entry) -> list[Assignment]:
        """Return the work that a command gave to units, the lead's first; those that look on have none."""
        if command is Command.SUB_DISPATCH:
            return self._named(entry.detail.get("assignments"))
        if command not in (Command.DISPATCH, Command.REDIRECT, Command.REDO, Command.REOPEN):
            return []
        given = [
            each
            for each in self.past.assignments.values()
            if each.assigned_at == entry.at and each.parent_id is None and each.role != "info"
        ]
        return sorted(given, key=lambda each: (each.role != "lead", each.id))

    def _named(self, ids: object) -> list[Assignment]:
        wanted: Mapping[int, Assignment] = self.past.assignments
        return [wanted[each] for each in ids if each in wanted] if isinstance(ids, list) else []

    def _is_of_cycle(self, assignment_id: int) -> bool:
        assignment = self.past.assignments.get(assignment_id)
        return assignment is not None and assignment.cycle_no == self.view.cycle_no

    def _code(self, assignment: Assignment) -> str:
        unit = self.place.units.unit_of_id(assignment.unit_id)
        return unit.code if unit else ""
