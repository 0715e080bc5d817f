"""受理范围: what courts, arbitration, petition or police have in hand is theirs, and no unit answers for it alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Exemption, ScopeIssue, TicketView, hookimpl


@hookimpl
def scope_issues(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[ScopeIssue]:
    """Name each ground whose words the appeal uses, with the lawful way for it."""
    return [
        ScopeIssue(
            rejection=row["rejection"],
            advice=row["advice"],
            rule_id=f"chengdu.scope/{row['rejection']}",
            reason=f"诉求提到“{'、'.join(words)}”",
        )
        for row, words in _grounds(settings, ticket)
    ]


@hookimpl
def exemptions(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Exemption]:
    """Hold no unit to account where the matter waits for a court, an arbitrator or the police."""
    return [
        Exemption(
            rule_id="chengdu.scope/exempt",
            reason=f"诉求涉及“{'、'.join(words)}”，成因复杂，承办单位难以自行彻底解决",
        )
        for row, words in _grounds(settings, ticket)
        if row["exempts"]
    ]


def _grounds(settings: Mapping[str, Any], ticket: TicketView) -> list[tuple[Mapping[str, Any], list[str]]]:
    """Return the rows whose words are in the appeal, each with the words that are."""
    found = (
        (row, [word for word in row["words"] if word in ticket.title or word in ticket.text])
        for row in settings["grounds"]
    )
    return [(row, words) for row, words in found if words]
