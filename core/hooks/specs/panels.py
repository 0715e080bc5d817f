"""Third-party panels: what calls for one, and how it is made up."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, PanelRules, ReviewFacts, ReviewProposal, TicketView


@hook(label="提请评议", kind="policy", merge="all", on_error="skip", item=ReviewProposal, budget_ms=50, since="1.1")
def review_triggers(
    ctx: Context, settings: Mapping[str, Any], ticket: TicketView, facts: ReviewFacts
) -> Sequence[ReviewProposal] | None:
    """Reasons to put an answered ticket before a third-party panel 第三方评价小组.

    Asked when somebody who supervises looks at a ticket that was answered and has no panel under way. The reasons stand
    beside the form; a person opens the panel, or does not. Nobody answers: nothing is proposed, and a panel can be opened
    all the same.
    """


@hook(label="评议规则", kind="policy", merge="first", on_error="default", item=PanelRules, budget_ms=50, since="1.1")
def panel_rules(ctx: Context, settings: Mapping[str, Any], ticket: TicketView) -> Sequence[PanelRules] | None:
    """How the panel on this ticket is made up, by when and by which majority it decides, and whether that binds.

    Asked when a panel is opened; what holds then holds for this panel to its end. Nobody answers: one seat for each of the
    seven groups, five votes as quorum, more than half of the votes, five working days, advice only.
    """
