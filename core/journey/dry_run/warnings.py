"""What of a try should make whoever approves or activates stop and look again: everything to one unit, errors."""

from collections.abc import Sequence

from core.journey.dry_run.result import Totals, UnitLoad
from core.kit.saying import said

NEARLY_ALL = 0.8
"""A share of the tickets that no change of rules is likely to be meant for."""
FEWEST = 5
"""Of fewer tickets a share says nothing."""


def warnings_of(totals: Totals, load: Sequence[UnitLoad]) -> tuple[str, ...]:
    """Say what a try that is done found that nobody is likely to want; empty where there is nothing of that kind."""
    return (*_one_sided(totals.tickets, load), *_errors(totals))


def _one_sided(tickets: int, loads: Sequence[UnitLoad]) -> list[str]:
    """Tell of a unit, or of nobody, to whom the draft would send nearly everything, where what holds does not."""
    if tickets < FEWEST:
        return []
    found = [each for each in loads if each.before < NEARLY_ALL * tickets <= each.after]
    return [
        said(
            "按这份草稿，{tickets:,} 件中有 {after:,} 件（{share}%）都派给{name}，现行只有 {before:,} 件。",
            tickets=tickets,
            after=load.after,
            share=100 * load.after // tickets,
            name=load.name,
            before=load.before,
        )
        if load.code
        else said(
            "按这份草稿，{tickets:,} 件中有 {after:,} 件（{share}%）没有承办单位，都由受理席判定，现行只有 {before:,} 件。",
            tickets=tickets,
            after=load.after,
            share=100 * load.after // tickets,
            before=load.before,
        )
        for load in found
    ]


def _errors(totals: Totals) -> list[str]:
    if not totals.errors_new:
        return []
    return [said("按这份草稿，有 {number:,} 件算不出结果（出错）。", number=totals.errors_new)]
