"""三公开: matter, process and result of every appeal are public by rule, and closed by exception on a lawful ground."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import DisclosureDecision, HiddenSpan, Opening, TicketView, Wish, hookimpl

OPENINGS: tuple[Opening, ...] = ("matter", "process", "result")
NAMES: Mapping[Opening, str] = {"matter": "事项", "process": "过程", "result": "结果"}


@hookimpl
def disclosure_decision(settings: Mapping[str, Any], ticket: TicketView, wish: Wish) -> Sequence[DisclosureDecision]:
    """Close what one of the exceptions names, or what the resident has not agreed to where that is asked; open the rest."""
    for row in settings["exceptions"]:
        words = [word for word in row["words"] if word in ticket.title or word in ticket.text]
        if words:
            return [
                DisclosureDecision(
                    opens=(),
                    rule_id="chengdu.disclosure/exception",
                    reason=f"诉求提到“{'、'.join(words)}”",
                    closed=row["ground"],
                    closed_days=row["days"],
                )
            ]
    opens = tuple(opening for opening in OPENINGS if settings[f"open_{opening}"])
    by_person = settings["read_first"] or (settings["ask_consent"] and wish != "open")
    return [
        DisclosureDecision(
            opens=opens,
            rule_id="chengdu.disclosure/open",
            reason=f"办理{'、'.join(NAMES[opening] for opening in opens)}公开为常态" if opens else "本区未开放公开",
            after_days=settings["after_days"],
            by_person=by_person,
        )
    ]


@hookimpl
def hide_in_public(settings: Mapping[str, Any], text: str) -> Sequence[HiddenSpan]:
    """Hide the district's own words, wherever they stand."""
    return [
        HiddenSpan(at, at + len(word), "chengdu.disclosure/word", f"“{word}”不公开")
        for word in settings["hidden_words"]
        for at in _places(text, word)
    ]


def _places(text: str, word: str) -> list[int]:
    found, at = [], text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + len(word))
    return found
