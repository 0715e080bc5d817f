"""Trying one past ticket again under a set of rules: what people did stays, what rules decide is decided anew.

Pure: nothing is read or written. The decisions are made by the functions that the core makes them with, in the order of
the ticket's life, each asked as the ticket stood then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from core.escalation.service import steps_from
from core.hooks import specs
from core.hooks.contract import CORE, Hook
from core.hooks.table import Answers, HookTable
from core.hooks.values import ClockName, ClockView, ContactView, Mark, Trigger
from core.journey.dry_run.clocks import Clocks, Pending
from core.journey.dry_run.commands import command_of, label_of
from core.journey.dry_run.outcome import Act, Ground, Marked, Outcome, Refusal, Route, Timed
from core.journey.dry_run.past import Entry, Held, Past, Place
from core.routing.models import Assignment
from core.routing.rules import choose, goes_at_once, source_of, watchers_from
from core.routing.rules_in_force import rules_from
from core.sla.allowances import days_held, extension_days_left, pause_days_left
from core.sla.limits import OVERDUE, Ruled, budget_of, limits_from, marks_from
from core.sla.models import Clock
from core.tickets.states import MOVES, UNIT_CLOCKS, Command, State
from core.units.references import missing_in

T = TypeVar("T")
HANDLING_RULE = "handling_rules"
FROM_RULES = Ground(HANDLING_RULE, "本区的办理规则", "")
UNTRIED = ("progress",)
"""Clocks that start again with each report; what a unit would have reported by other limits nobody knows."""
MOST_MARKS = 1000
"""A ticket that reaches more marks than that is not followed further."""


def replay(past: Past, table: HookTable, place: Place) -> Outcome:
    """Return everything that these rules decide about the ticket, until today where it is still open."""
    return _Replay(past, table, place).run()


class _Replay:
    """One ticket under way: `view` is how features see it at this point of its life."""

    def __init__(self, past: Past, table: HookTable, place: Place) -> None:
        self.past, self.table, self.place = past, table, place
        self.known = {unit.code for unit in place.units.units}
        self.duty = place.units.find_duty(past.view.matter)
        self.outcome = Outcome()
        self.lead: Assignment | None = None
        self.view = replace(
            past.view,
            state=str(State.REGISTERED),
            urgency=past.said_urgency or "normal",
            lead_unit=None,
            cycle_no=1,
            bounce_count=0,
        )
        self.rules = rules_from(self._ask(specs.handling_rules, self.table.ask(specs.handling_rules)).values)
        self.clocks = Clocks(
            past.view.id, place.calendar, limits=self._limits, marks=self._marks, stamp=self.table.stamp
        )
        self.reached: dict[int, list[Marked]] = {}
        self.urgent_waits = False
        self.submitted_at: datetime | None = None
        self.extensions: dict[int, list[int]] = {}
        self.pauses: dict[int, list[int]] = {}
        self.calls: dict[int, list[bool]] = {}
        self.orders: dict[int, datetime] = {}
        self.passed: set[int] = set()

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
        ground = Ground(reached.rule_id, reached.reason, self.table.stamp(reached.feature))
        self.reached.setdefault(clock.id, []).append(Marked(reached.mark, reached.light, reached.at, ground))
        trigger = Trigger("mark", clock=cast(ClockName, clock.name), mark=reached.mark)
        key = f"{clock.name}/{clock.subject_id}/{clock.started_at.isoformat()}/{reached.mark}/{reached.arm}"
        self._press(trigger, key, reached.at)
        if reached.mark == OVERDUE:
            for order, deadline in self.orders.items():
                if deadline <= reached.at and order not in self.passed:
                    self.passed.add(order)
                    self._press(Trigger("instruction_overdue"), f"instruction/{order}", reached.at)

    def _follow(self, entry: Entry, at: datetime) -> None:
        """Follow what somebody did, after asking whether the rules allow it."""
        self._guard(entry, at)
        if entry.kind in MOVES:
            self._move(Command(entry.kind), entry, at)
        else:
            self._take_note(entry, at)

    def _move(self, command: Command, entry: Entry, at: datetime) -> None:
        assigned: Sequence[Assignment] = ()
        ended_at = at
        changes: dict[str, object] = {"state": entry.to_state}
        match command:
            case Command.REGISTER:
                self._register(at)
                return
            case Command.ACCEPT:
                self._accept(entry, at)
                return
            case Command.DISPATCH | Command.REDIRECT:
                assigned = self._assigned(entry.at)
                changes["lead_unit"] = self._code(assigned[0]) if assigned else entry.detail.get("lead")
            case Command.RETURN:
                changes |= {"lead_unit": None, "bounce_count": self.view.bounce_count + 1}
                self.lead = None
            case Command.REDO | Command.REOPEN:
                self._check_redo(command, at)
                assigned = self._assigned(entry.at)
                self.lead = assigned[0] if assigned else None
                lead_unit = self._code(assigned[0]) if assigned else None
                changes |= {"lead_unit": lead_unit, "cycle_no": self.view.cycle_no + 1}
            case Command.SUBMIT_RESULT:
                self._check_contact(at)
                self.clocks.resume_all(at=at)
                self.submitted_at = at
            case Command.AUDIT_RETURN:
                self.clocks.allow_for_review(submitted_at=self.submitted_at or at, now=at)
            case Command.AUDIT_PASS | Command.ANSWER_DIRECTLY | Command.TRANSFER_OUT:
                ended_at = self.past.replied_at.get(self.view.cycle_no, at)
            case Command.SUB_DISPATCH:
                assigned = self._named(entry.detail.get("assignments"))
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        self._turn(command, assigned, at=ended_at, now=at)
        self._press_after(command, entry, assigned, at)

    def _press_after(self, command: Command, entry: Entry, assigned: Sequence[Assignment], at: datetime) -> None:
        match command:
            case Command.DISPATCH | Command.REDIRECT:
                self.lead = assigned[0] if assigned else self.lead
                if self.view.urgency == "urgent" and (entry.actor_kind != "system" or self.urgent_waits):
                    self._press(Trigger("urgent"), f"urgent/{at.isoformat()}", at)
                self.urgent_waits = False
            case Command.RETURN if self.view.bounce_count >= self.rules.max_returns:
                self.outcome.consultations.append(self.view.bounce_count)
                self._press(Trigger("bounces"), f"bounces/{self.view.bounce_count}", at)
            case Command.REDO | Command.REOPEN if self.view.cycle_no > 2:
                self._press(Trigger("redo"), f"redo/{self.view.cycle_no}", at)

    def _take_note(self, entry: Entry, at: datetime) -> None:
        detail = entry.detail
        match entry.kind:
            case "co_sign":
                self._end_for(("sign",), self._named([detail.get("assignment")]), at)
            case "contact":
                self.calls.setdefault(detail["assignment"], []).append(detail["reached"] == "yes")
                if detail["reached"] == "yes":
                    self._end_for(("first_contact",), self._named([detail["assignment"]]), at)
            case "on_site":
                # Entries of long ago do not name whose arrival it was; it is the lead that answers for the visit.
                named = self._named([detail["assignment"]]) if "assignment" in detail else [self.lead]
                self._end_for(("on_site",), [each for each in named if each], at)
            case "contribute":
                self._end_for(UNIT_CLOCKS, self._named([detail.get("assignment")]), at)
            case "waive":
                self._end_for(UNIT_CLOCKS, self._named(detail.get("assignments")), at)
            case "follow_up_attempt" if detail.get("final") == "yes":
                self._end_named(("follow_up",), at)
            case "extension" if detail.get("state") == "approved":
                self._extend(detail["request"], at)
            case "pause" if detail.get("state") == "holding":
                self._hold(detail["request"], at)
            case "instruction":
                self._order(detail, at)

    # The beginning: what is decided when the ticket is taken in

    def _register(self, at: datetime) -> None:
        if self._was_registered:
            self._note_scope()
            self._turn(Command.REGISTER, (), at=at, now=at)
            self._say_receipt()

    def _accept(self, entry: Entry, at: datetime) -> None:
        self.view = replace(self.view, state=entry.to_state)
        self._assess_urgency()
        self._note_scope()
        if not self.past.is_part:
            self._watch()
        self._turn(Command.ACCEPT, (), at=at, now=at)
        self._route()
        if not self._was_registered:
            self._say_receipt()
        if self.view.urgency == "urgent":
            # Where a rule dispatched it at once, whoever got it is told.
            self.urgent_waits = any(
                each.kind == Command.DISPATCH and each.actor_kind == "system" and each.at == entry.at
                for each in self.past.entries
            )
            if not self.urgent_waits:
                self._press(Trigger("urgent"), "urgent", at)

    @property
    def _was_registered(self) -> bool:
        """Whether the ticket waited for its acceptance."""
        return self.past.entries[0].at != self.past.accepted_at

    def _assess_urgency(self) -> None:
        if self.past.said_urgency is None:
            signals = self._ask(specs.assess_urgency, self.table.ask(specs.assess_urgency, ticket=self.view))
            self.outcome.urgent = [self._decided(feature, signal) for feature, signal in signals]
            self.view = replace(self.view, urgency="urgent" if self.outcome.urgent else "normal")
        self.outcome.urgency = self.view.urgency

    def _note_scope(self) -> None:
        known = {ground.rule_id for ground in self.outcome.issues}
        for feature, issue in self._ask(specs.scope_issues, self.table.ask(specs.scope_issues, ticket=self.view)):
            ground = self._decided(feature, issue)
            if issue.rule_id not in known:
                self.outcome.issues.append(ground)

    def _watch(self) -> None:
        answers = self._ask(specs.propose_watchers, self.table.ask(specs.propose_watchers, ticket=self.view))
        for feature, watcher in watchers_from(answers, known=self.known):
            self.outcome.watchers[watcher.unit] = self._decided(feature, watcher)

    def _route(self) -> None:
        answers = self._ask(
            specs.propose_routes,
            self.table.ask(specs.propose_routes, ticket=self.view, duty=self.duty, units=self.place.units.views),
        )
        choice = choose(answers.values, self.duty, known=self.known, returned_by=())
        feature = source_of(answers, choice.proposal) if choice.proposal else CORE
        self.outcome.decisive.add(choice.rule_id)
        self.outcome.route = Route(
            unit=choice.proposal.unit if choice.proposal else "",
            co=choice.proposal.co if choice.proposal else (),
            is_direct=goes_at_once(choice, matter_guessed=self.past.view.matter_guessed),
            ground=Ground(choice.rule_id, choice.reason, self.table.stamp(feature)),
        )

    def _say_receipt(self) -> None:
        answers = self._ask(specs.receipt, self.table.ask(specs.receipt, ticket=self.view))
        for feature, receipt in answers:
            self.outcome.receipt, self.outcome.receipt_ground = receipt.text, self._decided(feature, receipt)

    # Time

    def _turn(self, command: Command, assigned: Sequence[Assignment], *, at: datetime, now: datetime) -> None:
        """Do to the clocks what the table of moves says of the command."""
        turn = MOVES[command].clocks
        of = {self.lead.id} if command is Command.SIGN and self.lead else {each.id for each in assigned}
        ended = [
            clock
            for clock in self.clocks.live
            if clock.name in turn.cancels
            or (clock.name in turn.stops and (not of or clock.subject != "assignment" or clock.subject_id in of))
        ]
        self.clocks.end(ended, at=at, now=now)
        starts = [name for name in turn.starts if name not in UNTRIED]
        if self.past.is_from_elsewhere and command is not Command.REGISTER:
            starts = [name for name in starts if name != "follow_up"]  # its resident is asked elsewhere
        if starts:
            self.clocks.start(
                starts,
                assigned,
                state=self.view.state,
                cycle_no=self.view.cycle_no,
                now=now,
                reply_since=self.past.reply_since if command is Command.ACCEPT else None,
            )

    def _limits(self) -> Mapping[str, Ruled]:
        answers = self._ask(specs.time_limits, self.table.ask(specs.time_limits, ticket=self.view, duty=self.duty))
        limits = limits_from(answers, self.duty, disposition=None)
        self.outcome.decisive |= {ruled.limit.rule_id for ruled in limits.values()}
        return limits

    def _marks(self, clock: Clock) -> Sequence[tuple[str, Mark]]:
        assert clock.due_at is not None
        view = ClockView(cast(ClockName, clock.name), budget_of(clock), clock.started_at, clock.due_at, clock.rule_id)
        marks = marks_from(
            self._ask(specs.clock_marks, self.table.ask(specs.clock_marks, ticket=self.view, clock=view))
        )
        self.outcome.decisive |= {mark.rule_id for _, mark in marks}
        return marks

    def _timed(self, clock: Clock) -> Timed:
        assignment = self.past.assignments.get(clock.subject_id) if clock.subject == "assignment" else None
        return Timed(
            name=clock.name,
            assignment_id=assignment.id if assignment else 0,
            unit=self._code(assignment) if assignment else "",
            started_at=clock.started_at,
            due_at=clock.due_at,
            ground=Ground(clock.rule_id, clock.reason, clock.by),
            marks=tuple(self.reached.get(clock.id, ())),
        )

    def _extend(self, request_id: int, at: datetime) -> None:
        extended = self.past.extended[request_id]
        assignment = self.past.assignments[extended.assignment_id]
        leads = assignment.role == "lead" and assignment.parent_id is None
        before = self.extensions.setdefault(self.view.cycle_no if leads else -assignment.id, [])
        left = extension_days_left(self.rules, times=len(before), granted=sum(before))
        if extended.days > left:
            self._refuse(
                f"extension/{request_id}", "延期", at, f"准予延期 {extended.days} 个工作日，只可再延 {left} 个"
            )
        before.append(extended.days)
        self.clocks.extend(assignment, days=extended.days, now=at)

    def _hold(self, request_id: int, at: datetime) -> None:
        held = self.past.held[request_id]
        before = self.pauses.setdefault(held.assignment_id, [])
        left = pause_days_left(self.rules, before)
        if held.reason not in self.rules.pause_reasons:
            self._refuse(f"pause/{request_id}", "挂起", at, "挂起的理由不在本区可用之列")
        elif held.days > left:
            self._refuse(f"pause/{request_id}", "挂起", at, f"准予挂起 {held.days} 个工作日，只可再挂起 {left} 个")
        if held.until is not None:
            hours = self.place.calendar.timetable
            before.append(days_held(hours, held.since, held.until, at_most=held.days))
        assignment = self.past.assignments[held.assignment_id]
        self.clocks.hold(request_id, assignment, with_reply=self.rules.pauses_reply, now=at)

    def _order(self, detail: Mapping[str, object], at: datetime) -> None:
        order = cast(int, detail["instruction"])
        if "level" not in detail:
            self.orders.pop(order, None)
        elif detail.get("deadline"):
            self.orders[order] = datetime.fromisoformat(str(detail["deadline"]))
            self.clocks.tighten(self.orders[order], now=at)

    # Pressing

    def _press(self, trigger: Trigger, occasion: str, at: datetime) -> None:
        hook = specs.escalation_steps
        answers = self._ask(hook, self.table.ask(hook, ticket=self.view, trigger=trigger))
        in_hand = self.view.lead_unit if self.view.lead_unit in self.known else self.place.units.desk.code
        for feature, step in steps_from(answers, trigger):
            ground = self._decided(feature, step)
            if step.kind == "case" and not self._may_accuse(step.to):
                continue
            unit = in_hand if step.to == "lead" else step.to if step.to in self.known else self.place.units.desk.code
            level = step.level if step.kind == "supervise" else step.letter if step.kind == "letter" else ""
            self.outcome.acts.append(Act(step.kind, unit or "", occasion, at, level, ground))

    def _may_accuse(self, authority: str) -> bool:
        """Tell whether a case is opened: there is a unit to hold to account, and no ground against it."""
        if self.view.lead_unit not in self.known or authority not in self.known:
            return False
        answers = self._ask(specs.exemptions, self.table.ask(specs.exemptions, ticket=self.view))
        self.outcome.exempted += [self._decided(feature, ground) for feature, ground in answers]
        return not answers and not answers.failures

    # What the rules do not allow

    def _guard(self, entry: Entry, at: datetime) -> None:
        if not self.table.answerers_of(specs.guard_command):
            return
        command = command_of(entry, was_registered=self._was_registered)
        if command is None:
            return
        calls = [outcome for id, outcomes in self.calls.items() if self._is_of_cycle(id) for outcome in outcomes]
        answers = self._ask(
            specs.guard_command,
            self.table.ask(
                specs.guard_command,
                ticket=self.view,
                command=command,
                duty=self.duty,
                contact=ContactView(self.past.has_phone, len(calls), any(calls)),
            ),
        )
        for feature, objection in answers:
            ground = self._decided(feature, objection)
            self.outcome.refusals.append(Refusal(f"{command}/{entry.seq}", label_of(entry), at, objection.text, ground))

    def _check_redo(self, command: Command, at: datetime) -> None:
        if command is Command.REDO and self.view.cycle_no > self.rules.max_redos:
            words = f"已重办 {self.view.cycle_no - 1} 次，达到上限"
            self._refuse(f"redo/{self.view.cycle_no}", "重办", at, words)

    def _check_contact(self, at: datetime) -> None:
        """Note a reply that would have to wait until the resident was called."""
        lead = self.lead.id if self.lead else 0
        must = any(clock.name == "first_contact" and clock.subject_id == lead for clock in self.clocks.live)
        calls = self.calls.get(lead, [])
        if must and not any(calls) and len(calls) < self.rules.contact_attempts:
            words = f"须先联系诉求人，已尝试 {len(calls)} 次，至少 {self.rules.contact_attempts} 次"
            self._refuse(f"contact/{at.isoformat()}", "提交办结", at, words)

    def _refuse(self, deed: str, label: str, at: datetime, words: str) -> None:
        self.outcome.refusals.append(Refusal(deed, label, at, words, FROM_RULES))

    # Small things

    def _ask(self, hook: Hook[..., T], answers: Answers[T]) -> Answers[T]:
        """Take note of who answered by which rule, of what could not be had, and of what the tenant does not have."""
        for failure in answers.failures:
            self.outcome.failures[failure.feature, failure.hook] = failure.words
        for feature, answer in answers:
            if (rule_id := getattr(answer, "rule_id", None)) is not None:
                self.outcome.answered.add(rule_id)
            if missing := missing_in(self.place.units, answer):
                self.outcome.failures[feature, hook.name] = "，".join(missing)
        return answers

    def _decided(self, feature: str, answer: object) -> Ground:
        """Return the ground of an answer that is followed."""
        rule_id, reason = str(getattr(answer, "rule_id", "")), str(getattr(answer, "reason", ""))
        self.outcome.decisive.add(rule_id)
        return Ground(rule_id, reason, self.table.stamp(feature))

    def _assigned(self, at: datetime) -> list[Assignment]:
        """Return the work that was given to units at an instant, the lead's first; those that look on have none."""
        given = [
            each
            for each in self.past.assignments.values()
            if each.assigned_at == at and each.parent_id is None and each.role != "info"
        ]
        return sorted(given, key=lambda each: (each.role != "lead", each.id))

    def _named(self, ids: object) -> list[Assignment]:
        wanted = ids if isinstance(ids, list) else []
        return [self.past.assignments[each] for each in wanted if each in self.past.assignments]

    def _end_for(self, names: Sequence[str], assignments: Sequence[Assignment], at: datetime) -> None:
        of = {each.id for each in assignments}
        ended = [clock for clock in self.clocks.live if clock.name in names and clock.subject_id in of]
        self.clocks.end(ended, at=at, now=at)

    def _end_named(self, names: Sequence[str], at: datetime) -> None:
        self.clocks.end([clock for clock in self.clocks.live if clock.name in names], at=at, now=at)

    def _is_of_cycle(self, assignment_id: int) -> bool:
        assignment = self.past.assignments.get(assignment_id)
        return assignment is not None and assignment.cycle_no == self.view.cycle_no

    def _code(self, assignment: Assignment) -> str:
        unit = self.place.units.unit_of_id(assignment.unit_id)
        return unit.code if unit else ""
