"""Pure choice among the units that rules, features and the duty list propose."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from core.hooks.core_features import ROUTING
from core.hooks.values import RouteProposal, TicketView, Watcher
from core.kit.saying import said
from core.routing.policy import RoutingPolicy
from core.routing.ruleset import DUTY_LIST, Assign, Facts, Offered, Rule, Verdict
from core.routing.ruleset.conditions import leaves_of

DUTY_LIST_RULE = f"{ROUTING.id}/{DUTY_LIST}"
NOBODY_RULE = f"{ROUTING.id}/nobody"
NOBODY = "没有规则命中，由受理席判定"


@dataclass(frozen=True, slots=True)
class Choice:
    """The unit to which the ticket goes by rules, features and duty list; `lead` None = a person must decide.

    `rule_id` and `reason` say by what, `by` whose it is: the stamp of a feature, or of the core's own settings.
    `is_direct`: at once, without the dispatcher; `asks_matter`: what decided hangs on what the ticket is about.
    """

    verdict: Verdict
    lead: str | None
    co: tuple[str, ...]
    rule_id: str
    reason: str
    by: str
    is_direct: bool = False
    asks_matter: bool = True


def choose(
    policy: RoutingPolicy,
    view: TicketView,
    facts: Facts,
    answers: Iterable[tuple[str, RouteProposal]],
    *,
    on: date,
    label_of: Callable[[str], str],
    stamp_of: Callable[[str], str],
) -> Choice:
    """Choose among known units that did not return this ticket: by rule, then the feature's with the highest score.

    Of equal scores the earlier one wins. Without any the duty list's lead unit is suggested; without that, a person
    decides at the dispatch desk. What a rule excludes gets it from nobody.
    """
    offered = tuple(
        Offered(
            each.rule_id, label_of(feature), each.reason, Assign(each.unit, each.co, each.direct), stamp_of(feature)
        )
        for feature, each in sorted(answers, key=lambda answer: -answer[1].score)
    )
    verdict = policy.judge(view, facts, on=on, offered=offered)
    assignee = verdict.assignee
    if assignee is None:
        return Choice(verdict, None, (), NOBODY_RULE, NOBODY, policy.stamp)
    if assignee.source == DUTY_LIST:
        names = " / ".join(policy.catalogue.matters.names(view.matter or ""))
        return Choice(
            verdict, assignee.lead, assignee.co, DUTY_LIST_RULE, said("职责清单：{names}", names=names), policy.stamp
        )
    rule = next((hit.rule for hit in verdict.hits if hit.rule.id == assignee.source), None)
    if rule is None:
        offer = next(each for each in offered if each.source == assignee.source and each.assign.lead == assignee.lead)
        return Choice(
            verdict, assignee.lead, assignee.co, offer.source, offer.why, offer.stamp, is_direct=assignee.direct
        )
    return Choice(
        verdict,
        assignee.lead,
        assignee.co,
        f"{ROUTING.id}/{rule.id}",
        rule.explain,
        policy.stamp,
        is_direct=assignee.direct,
        asks_matter=_asks_matter(rule),
    )


def goes_at_once(choice: Choice, *, matter_guessed: bool) -> bool:
    """Tell whether the chosen unit gets the ticket without a dispatcher.

    A matter that words alone point to is no ground to dispatch; a rule that does not ask for it does not rest on it.
    """
    return choice.is_direct and not (matter_guessed and choice.asks_matter)


def watchers_from(answers: Iterable[tuple[str, Watcher]], *, known: Collection[str]) -> list[tuple[str, Watcher]]:
    """Return the known units that look on, each once, with who named it."""
    watchers: dict[str, tuple[str, Watcher]] = {}
    for feature, watcher in answers:
        if watcher.unit in known:
            watchers.setdefault(watcher.unit, (feature, watcher))
    return list(watchers.values())


def _asks_matter(rule: Rule) -> bool:
    return any(leaf.field == "matter" for _, leaf in leaves_of(rule.when))
