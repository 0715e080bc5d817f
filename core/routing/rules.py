"""Pure choice among proposed units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core.hooks.contract import CORE
from core.hooks.values import DutyView, RouteProposal, Watcher

DUTY_LIST_RULE = "core.routing/duty-list"
NOBODY_RULE = "core.routing/nobody"


@dataclass(frozen=True, slots=True)
class Choice:
    """The proposal to follow, or None when a person must decide, with the reason and all that was proposed."""

    proposal: RouteProposal | None
    reason: str
    rule_id: str
    candidates: tuple[tuple[RouteProposal, str], ...]
    """Every proposal with the ground on which it was passed over, empty for the chosen one."""
    feature: str = CORE
    """Whose the proposal is."""


def choose(
    proposals: Sequence[RouteProposal],
    duty: DutyView | None,
    *,
    known: Collection[str],
    returned_by: Collection[str],
) -> Choice:
    """Choose the highest score among known units that did not return this ticket; the earlier one wins a tie.

    Without any proposal the duty list's lead unit is suggested; without that, a person decides at the dispatch desk.
    """
    offered = list(proposals)
    if not offered and duty and duty.lead:
        reason = f"职责清单：{duty.category} / {duty.subcategory}"
        offered = [RouteProposal(duty.lead, DUTY_LIST_RULE, reason, co=duty.co)]
    chosen: RouteProposal | None = None
    for proposal in sorted(offered, key=lambda offer: -offer.score):
        if not _objection(proposal, known, returned_by):
            chosen = proposal
            break
    candidates = tuple((offer, _objection(offer, known, returned_by) or _outdone(offer, chosen)) for offer in offered)
    if chosen is None:
        return Choice(None, "没有规则命中，由受理席判定", NOBODY_RULE, candidates)
    return Choice(chosen, chosen.reason, chosen.rule_id, candidates)


def source_of(answers: Iterable[tuple[str, RouteProposal]], proposal: RouteProposal) -> str:
    """Return the feature that made a proposal; one that none of them made is the core's."""
    return next((feature for feature, offer in answers if offer is proposal), CORE)


def goes_at_once(choice: Choice, *, matter_guessed: bool) -> bool:
    """Tell whether the chosen unit gets the ticket without a dispatcher: words alone are no ground to dispatch."""
    return choice.proposal is not None and choice.proposal.direct and not matter_guessed


def watchers_from(answers: Iterable[tuple[str, Watcher]], *, known: Collection[str]) -> list[tuple[str, Watcher]]:
    """Return the known units that look on, each once, with who named it."""
    watchers: dict[str, tuple[str, Watcher]] = {}
    for feature, watcher in answers:
        if watcher.unit in known:
            watchers.setdefault(watcher.unit, (feature, watcher))
    return list(watchers.values())


def _objection(proposal: RouteProposal, known: Collection[str], returned_by: Collection[str]) -> str:
    if proposal.unit not in known:
        return "单位不存在或已停用"
    if proposal.unit in returned_by:
        return "该单位已退回过本工单"
    return ""


def _outdone(proposal: RouteProposal, chosen: RouteProposal | None) -> str:
    return "" if proposal is chosen else "有得分更高的单位"
