"""Asking one set of rules about a ticket as it stands, and following their answers as the core does.

Who answered, who decided and what could not be had is noted on the outcome.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast

from core.classification.grading import signal_of
from core.escalation.service import steps_from
from core.hooks import specs
from core.hooks.contract import CORE, Hook
from core.hooks.core_features import ROUTING
from core.hooks.table import Answers
from core.hooks.values import ClockName, ClockView, ContactView, Mark, TicketView, Trigger, Urgency
from core.journey.dry_run.outcome import Act, Ground, Outcome, Route, Urged
from core.journey.dry_run.past import Past, Place
from core.journey.dry_run.tables import Rulebook
from core.kit.saying import joined
from core.routing.rules import Choice, choose, goes_at_once, watchers_from
from core.routing.rules_in_force import rules_from
from core.routing.ruleset import Facts
from core.sla.limits import Ruled, budget_of, given_by_rule, limits_from, marks_from, overruled, waited_for
from core.sla.models import Clock
from core.units.references import missing_in

T = TypeVar("T")


class Rules:
    """All that decides, asked about one ticket, of which is known what it is about and where it is from."""

    def __init__(self, rulebook: Rulebook, place: Place, past: Past, outcome: Outcome) -> None:
        self._table, self._policy = rulebook.table, rulebook.policy
        self._place, self._outcome = place, outcome
        self._known = {unit.code for unit in place.units.units}
        self._duty = rulebook.units.find_duty(past.view.matter, past.view.area or None)
        self._limit = ""
        self._day = past.accepted_at.astimezone(place.tenant.zone).date()
        self.handling = rules_from(self._noted(specs.handling_rules, rulebook.table.ask(specs.handling_rules)).values)
        self.has_guards = bool(rulebook.table.answerers_of(specs.guard_command))

    def stamp(self, feature: str) -> str:
        """Return who a feature is, as decisions keep it."""
        return self._table.stamp(feature)

    def follow(self, view: TicketView) -> Urged | None:
        """Follow the routing rules as far as they set a limit; return the urgency that they set, None = none."""
        if not self._policy.rules.rules:
            return None
        verdict = self._policy.judge(view, self._facts(view), on=self._day)
        rules = [hit.rule for hit in verdict.hits]
        self._limit = verdict.limit
        if limiting := next((rule for rule in rules if rule.then.limit), None):
            self._outcome.decisive.add(f"{ROUTING.id}/{limiting.id}")
        urging = next((rule for rule in rules if rule.then.urgency), None)
        if urging is None:
            return None
        ground = Ground(f"{ROUTING.id}/{urging.id}", urging.explain, self._policy.stamp)
        return Urged(cast(Urgency, urging.then.urgency), ground)

    def urgency(self, view: TicketView) -> list[Ground]:
        """Return the grounds to treat the ticket as urgent."""
        answers = self._noted(specs.assess_urgency, self._table.ask(specs.assess_urgency, ticket=view))
        graded = signal_of(self._duty, guessed=view.matter_guessed)
        signals = [*([(CORE, graded)] if graded else ()), *answers]
        return [self._followed(feature, signal) for feature, signal in signals]

    def issues(self, view: TicketView) -> list[Ground]:
        """Return the grounds on which it may be out of scope."""
        answers = self._noted(specs.scope_issues, self._table.ask(specs.scope_issues, ticket=view))
        return [self._followed(feature, issue) for feature, issue in answers]

    def receipt(self, view: TicketView) -> tuple[str, Ground | None]:
        """Return what the resident is told, and why; empty = the core's words."""
        answers = self._noted(specs.receipt, self._table.ask(specs.receipt, ticket=view))
        for feature, receipt in answers:
            return receipt.text, self._followed(feature, receipt)
        return "", None

    def watchers(self, view: TicketView) -> dict[str, Ground]:
        """Return the units that look on, and why."""
        answers = self._noted(specs.propose_watchers, self._table.ask(specs.propose_watchers, ticket=view))
        return {
            watcher.unit: self._followed(feature, watcher)
            for feature, watcher in watchers_from(answers, known=self._known)
        }

    def route(self, view: TicketView) -> Route:
        """Return to whom the ticket goes."""
        hook, units = specs.propose_routes, self._place.units.views
        answers = self._noted(hook, self._table.ask(hook, ticket=view, duty=self._duty, units=units))
        choice = choose(
            self._policy,
            view,
            self._facts(view),
            answers,
            on=self._day,
            label_of=lambda feature: self._table.enabled[feature].feature.label,
            stamp_of=self.stamp,
        )
        self._note_rules(choice)
        return Route(
            unit=choice.lead or "",
            co=choice.co,
            is_direct=goes_at_once(choice, matter_guessed=view.matter_guessed),
            ground=Ground(choice.rule_id, choice.reason, choice.by),
        )

    def _note_rules(self, choice: Choice) -> None:
        """Note which routing rules are true of the ticket, and which of them made a difference to who gets it."""
        verdict, rules = choice.verdict, self._policy.rules
        self._outcome.answered |= {
            f"{ROUTING.id}/{rule.id}" for rule in rules.true_ones(verdict.facts.values, self._day)
        }
        barred = {verdict.excluded[each.unit] for each in verdict.passed_over if each.unit in verdict.excluded}
        hinting = {hit.rule.id for hit in verdict.hits if hit.rule.then.split}
        self._outcome.decisive |= {choice.rule_id, *(f"{ROUTING.id}/{name}" for name in barred | hinting)}

    def limits(self, view: TicketView) -> Mapping[str, Ruled]:
        """Return the limit of each clock that has one."""
        answers = self._noted(specs.time_limits, self._table.ask(specs.time_limits, ticket=view, duty=self._duty))
        asked = limits_from(answers, self._duty, disposition=None)
        limits = waited_for(overruled(asked, given_by_rule(self._policy, self._limit)))
        self._outcome.decisive |= {ruled.limit.rule_id for ruled in limits.values()}
        return limits

    def marks(self, view: TicketView, clock: Clock) -> Sequence[tuple[str, Mark]]:
        """Return the marks of a clock, each with who set it."""
        assert clock.due_at is not None
        name = cast(ClockName, clock.name)
        seen = ClockView(name, budget_of(clock), clock.started_at, clock.due_at, clock.rule_id)
        answers = self._noted(specs.clock_marks, self._table.ask(specs.clock_marks, ticket=view, clock=seen))
        marks = marks_from(answers)
        self._outcome.decisive |= {mark.rule_id for _, mark in marks}
        return marks

    def press(self, view: TicketView, trigger: Trigger, *, occasion: str, at: datetime) -> list[Act]:
        """Return what is done on an occasion; a case only where somebody can be held to account and nobody has to judge first
        whether they are exempt.
        """
        hook, desk = specs.escalation_steps, self._place.units.desk.code
        answers = self._noted(hook, self._table.ask(hook, ticket=view, trigger=trigger, duty=self._duty))
        in_hand = view.lead_unit if view.lead_unit in self._known else None
        acts = []
        for feature, step in steps_from(answers, trigger):
            ground = self._followed(feature, step)
            if step.kind == "case" and not self._may_accuse(view, step.to):
                continue
            unit = (in_hand or desk) if step.to == "lead" else step.to if step.to in self._known else desk
            level = {"supervise": step.level, "letter": step.letter}.get(step.kind, "")
            acts.append(Act(step.kind, unit, occasion, at, level, ground))
        return acts

    def objections(self, view: TicketView, command: str, contact: ContactView) -> list[tuple[str, Ground]]:
        """Return what stands against a command, in words, and why."""
        hook = specs.guard_command
        answers = self._table.ask(hook, ticket=view, command=command, duty=self._duty, contact=contact)
        return [
            (objection.text, self._followed(feature, objection)) for feature, objection in self._noted(hook, answers)
        ]

    def _facts(self, view: TicketView) -> Facts:
        """Return what rules were told of it when it came in: nothing was attached, nobody had instructed or returned."""
        return self._policy.facts(
            view,
            zone=self._place.tenant.zone,
            timetable=self._place.calendar.timetable,
            repeat_count=0,
            has_instruction=False,
        )

    def _may_accuse(self, view: TicketView, authority: str) -> bool:
        if view.lead_unit not in self._known or authority not in self._known:
            return False
        answers = self._noted(specs.exemptions, self._table.ask(specs.exemptions, ticket=view))
        self._outcome.exempted += [self._followed(feature, ground) for feature, ground in answers]
        return not answers and not answers.failures

    def _noted(self, hook: Hook[..., T], answers: Answers[T]) -> Answers[T]:
        """Note who answered by which rule, what could not be had, and what was named that the tenant does not have."""
        for failure in answers.failures:
            self._outcome.failures[failure.feature, failure.hook] = failure.words
        for feature, answer in answers:
            if (rule_id := getattr(answer, "rule_id", None)) is not None:
                self._outcome.answered.add(rule_id)
            if missing := missing_in(self._place.units, answer):
                self._outcome.failures[feature, hook.name] = joined("，", missing)
        return answers

    def _followed(self, feature: str, answer: object) -> Ground:
        """Note that an answer was followed, and return its ground."""
        rule_id, reason = str(getattr(answer, "rule_id", "")), str(getattr(answer, "reason", ""))
        self._outcome.decisive.add(rule_id)
        return Ground(rule_id, reason, self.stamp(feature))
