"""Whose an appeal would be now, by rules, features and duty list, without keeping anything of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from core.classification.grading import signal_of
from core.classification.locating import area_words, locate_ticket
from core.classification.rules import matter_from, suggest_matter, suggest_nature
from core.hooks import specs
from core.hooks.breaker import Breaker
from core.hooks.roster import Roster
from core.hooks.table import Failure, HookTable
from core.hooks.values import TicketView
from core.intake.channels import get_open_channel
from core.intake.drafting import completed
from core.intake.rules import Appeal, usable
from core.intake.sources.queries import source_book
from core.journey.queries.stamps import stamp_words
from core.kit.saying import joined, said, word
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_of
from core.routing.rules import Choice, choose, goes_at_once
from core.routing.ruleset import Facts, evaluate, explain
from core.tenancy.active import context_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import State
from core.tickets.views import view_of
from core.units.queries import directory
from core.workdays.queries import timetable

NO_NUMBER = "（试问）"
"""What a feature sees in place of a serial number."""


@dataclass(frozen=True, slots=True)
class Supposition:
    """What would be said of an appeal: what and where it is, and why that; whose it would be, by what, in words.

    `unit` None = a person at the dispatch desk decides. `is_direct`: at once, without the desk. `failed` tells which
    features could not answer.
    """

    matter: str | None
    matter_words: str
    matter_because: str
    area: str | None
    area_words: str
    area_because: str
    urgent: bool
    urgent_because: tuple[str, ...]
    unit: str | None
    unit_name: str
    co: tuple[str, ...]
    is_direct: bool
    rule_id: str
    reason: str
    by: str
    by_words: str
    duty_list: int
    explanation: tuple[str, ...]
    failed: tuple[str, ...]


def suppose(scope: Scope, roster: Roster, appeal: Appeal, *, now: datetime) -> Supposition:
    """Return what would be said of an appeal that came in now. Nothing is written, no failure is reported.

    Raises `AppealUnusable`, `UnknownChannel`, `NoSuchMatter`.
    """
    quiet = replace(scope, hooks=_unreported(scope, roster))
    done = completed(quiet, appeal)
    failures = [*done.failures]
    ticket = _unkept(quiet, done.appeal, now=now)
    located = locate_ticket(quiet, ticket)
    ticket.area = located.area if located else None
    because = _classify(quiet, ticket, done.appeal, failures)
    policy, urgent_because = policy_of(scope), []
    if appeal.urgency is None:
        urgent_because = _signals(quiet, ticket, failures)
        ticket.urgency = "urgent" if urgent_because else "normal"
        urgent_because += _follow_rules(quiet, policy, ticket, now=now)
    choice = _choice(quiet, policy, ticket, failures, now=now)
    matters = policy.catalogue.matters
    return Supposition(
        matter=ticket.matter,
        matter_words=" / ".join(matters.names(ticket.matter)) if ticket.matter else "",
        matter_because=because,
        area=ticket.area,
        area_words=area_words(scope, ticket.area),
        area_because=located.why if located else "本区没有地名库",
        urgent=ticket.urgency == "urgent",
        urgent_because=tuple(urgent_because),
        unit=choice.lead,
        unit_name=policy.directory.unit_name(choice.lead) if choice.lead else "",
        co=tuple(policy.directory.unit_name(code) for code in choice.co),
        is_direct=goes_at_once(choice, matter_guessed=ticket.matter_guessed),
        rule_id=choice.rule_id,
        reason=choice.reason,
        by=choice.by,
        by_words=stamp_words(scope, choice.by),
        duty_list=policy.duty_list,
        explanation=tuple(explain(choice.verdict, policy.directory)),
        failed=tuple(
            said(
                "功能 {feature} 没有回答 {hook}：{words}", feature=each.feature, hook=each.hook, words=word(each.words)
            )
            for each in failures
        ),
    )


def _unreported(scope: Scope, roster: Roster) -> HookTable:
    """Return the features that are on, as they are asked where nobody is told what failed."""
    return roster.compiled(
        context_of(scope.tenant, dry_run=True), list(scope.hooks.enabled.values()), breaker=Breaker()
    )


def _unkept(scope: Scope, appeal: Appeal, *, now: datetime) -> Ticket:
    """Return the ticket that would be opened, which no transaction knows of."""
    channel, kept = get_open_channel(scope, appeal.channel), usable(appeal)
    return Ticket(
        tenant_id=scope.tenant.id,
        id=0,
        serial_no=NO_NUMBER,
        state=State.ACCEPTED,
        channel=channel.id,
        medium=channel.medium,
        mailbox=appeal.mailbox or channel.owner,
        title=kept.title,
        text=kept.text,
        place=kept.place,
        longitude=kept.point.x if kept.point else None,
        latitude=kept.point.y if kept.point else None,
        nature=appeal.nature or suggest_nature(kept.title, kept.text),
        urgency=appeal.urgency or "normal",
        complexity=appeal.complexity,
        cycle_no=1,
        bounce_count=0,
        matter_guessed=False,
        affected_count=appeal.affected_count,
        appellant=appeal.appellant or channel.appellant,
        source=source_book(scope).code_of(appeal.source),
        submitted_at=min(appeal.submitted_at or now, now),
    )


def _classify(scope: Scope, ticket: Ticket, appeal: Appeal, failures: list[Failure]) -> str:
    """Give the ticket its matter, and return why that one."""
    units = directory(scope)
    if appeal.matter:
        ticket.matter = units.get_duty(appeal.matter).code
        return "已写明"
    answers = scope.hooks.ask(specs.suggest_matters, ticket=view_of(scope, ticket), duties=tuple(units.duties.values()))
    failures += answers.failures
    if best := matter_from(answers, known=units.duties):
        ticket.matter, ticket.matter_guessed = best[1].matter, True
        return best[1].reason
    if suggestion := suggest_matter(ticket.title, ticket.text, units.keywords):
        ticket.matter, ticket.matter_guessed = suggestion.matter, True
        return said("依据词：{words}", words=joined("、", suggestion.words))
    return "没有认出"


def _signals(scope: Scope, ticket: Ticket, failures: list[Failure]) -> list[str]:
    answers = scope.hooks.ask(specs.assess_urgency, ticket=view_of(scope, ticket))
    failures += answers.failures
    graded = signal_of(directory(scope).find_duty(ticket.matter, ticket.area), guessed=ticket.matter_guessed)
    return [*([graded.reason] if graded else ()), *(signal.reason for _, signal in answers)]


def _follow_rules(scope: Scope, policy: RoutingPolicy, ticket: Ticket, *, now: datetime) -> list[str]:
    """Give the ticket the urgency that rules set, and return the rules that make it urgent."""
    verdict = evaluate(policy.rules, _facts(scope, policy, view_of(scope, ticket)), on=_day(scope, now))
    ticket.urgency = verdict.urgency or ticket.urgency
    return [
        said("规则“{label}”", label=word(hit.rule.label)) for hit in verdict.hits if hit.rule.then.urgency == "urgent"
    ]


def _choice(scope: Scope, policy: RoutingPolicy, ticket: Ticket, failures: list[Failure], *, now: datetime) -> Choice:
    units, view = directory(scope), view_of(scope, ticket)
    duty = units.find_duty(view.matter, view.area or None)
    answers = scope.hooks.ask(specs.propose_routes, ticket=view, duty=duty, units=units.views)
    failures += answers.failures
    return choose(
        policy,
        view,
        _facts(scope, policy, view),
        answers,
        on=_day(scope, now),
        label_of=lambda feature: scope.hooks.enabled[feature].feature.label,
        stamp_of=scope.hooks.stamp,
    )


def _facts(scope: Scope, policy: RoutingPolicy, view: TicketView) -> Facts:
    """Return what rules are told of what has just come in: nothing is attached to it, nobody has instructed."""
    return policy.facts(view, zone=scope.tenant.zone, timetable=timetable(scope), repeat_count=0, has_instruction=False)


def _day(scope: Scope, now: datetime) -> date:
    return now.astimezone(scope.tenant.zone).date()
