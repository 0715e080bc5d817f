"""What of a try should make whoever approves or activates stop and look again: everything to one unit, errors."""

from core.journey.dry_run.result import Result
from core.kit.saying import said

NEARLY_ALL = 0.8
"""A share of the tickets that no change of rules is likely to be meant for."""
FEWEST = 5
"""Of fewer tickets a share says nothing."""


def warnings_of(result: Result) -> tuple[str, ...]:
    """Say what a try found that nobody is likely to want; empty where there is nothing of that kind, or no end yet."""
    if result.state != "done":
        return ()
    return (*_one_sided(result), *_errors(result))


def _one_sided(result: Result) -> list[str]:
    """Tell of a unit, or of nobody, to whom the draft would send nearly everything, where what holds does not."""
    tickets = result.totals.tickets
    if tickets < FEWEST:
        return []
    found = [each for each in result.load if each.before < NEARLY_ALL * tickets <= each.after]
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


def _errors(result: Result) -> list[str]:
    if not result.totals.errors_new:
        return []
    return [said("按这份草稿，有 {number:,} 件算不出结果（出错）。", number=result.totals.errors_new)]
