"""Classifying a ticket: what the resident or operator said holds, the rest is suggested."""

from datetime import datetime

from core.classification.rules import suggest_matter, suggest_nature
from core.hooks import specs
from core.hooks.values import Complexity, Nature, Urgency
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.tickets.views import view_of
from core.units.queries import directory

NATURE_LABELS: dict[str, str] = {
    "complaint": "投诉",
    "help": "求助",
    "inquiry": "咨询",
    "suggestion": "建议",
    "praise": "表扬",
}
URGENCY_LABELS: dict[str, str] = {"normal": "一般", "urgent": "紧急"}


def classify(
    scope: Scope, ticket: Ticket, *, nature: Nature | None, matter: str | None, urgency: Urgency | None, now: datetime
) -> None:
    """Set nature, matter and urgency. Given values hold; missing ones come from the words and the district's rules.

    Raises `NoSuchMatter` for a matter that is not on the duty list.
    """
    given = {"nature": nature, "matter": matter, "urgency": urgency}
    units = directory(scope)
    ticket.nature = nature or suggest_nature(ticket.title, ticket.text)
    words: tuple[str, ...] = ()
    if matter:
        ticket.matter = units.get_duty(matter).code
    elif suggestion := suggest_matter(ticket.title, ticket.text, units.keywords):
        ticket.matter, ticket.matter_guessed, words = suggestion.matter, True, suggestion.words
    reasons: list[str] = []
    if urgency is None:
        signals = scope.hooks.ask(specs.assess_urgency, ticket=view_of(scope, ticket))
        reasons = [signal.reason for _, signal in signals]
    ticket.urgency = urgency or ("urgent" if reasons else "normal")
    note(
        scope,
        ticket,
        "classify",
        Order(SYSTEM, now),
        summary=_in_words(scope, ticket, words, reasons),
        detail={
            "nature": ticket.nature,
            "matter": ticket.matter,
            "urgency": ticket.urgency,
            "words": list(words),
            "given": [name for name, value in given.items() if value],
        },
    )


def reclassify(
    scope: Scope, ticket: Ticket, order: Order, *, nature: Nature, matter: str | None, complexity: Complexity
) -> None:
    """Let a person correct nature, matter and complexity. Raises `NoSuchMatter`."""
    ticket.nature, ticket.complexity = nature, complexity
    ticket.matter = directory(scope).get_duty(matter).code if matter else None
    ticket.matter_guessed = False
    note(
        scope,
        ticket,
        "classify",
        order,
        summary=_in_words(scope, ticket, (), []),
        detail={"nature": nature, "matter": ticket.matter, "complexity": complexity},
    )


def change_urgency(scope: Scope, ticket: Ticket, order: Order, *, urgency: Urgency, reason: str) -> None:
    """Let a person raise or lower the urgency, with a reason in the timeline."""
    ticket.urgency = urgency
    note(
        scope,
        ticket,
        "classify",
        order,
        summary=f"改为{URGENCY_LABELS[urgency]}：{reason}",
        detail={"urgency": urgency, "reason": reason},
    )


def _in_words(scope: Scope, ticket: Ticket, words: tuple[str, ...], reasons: list[str]) -> str:
    duty = directory(scope).find_duty(ticket.matter)
    matter = f"{duty.category} / {duty.subcategory}" if duty else "事项待判定"
    because = f"（依据词：{'、'.join(words)}）" if words else ""
    urgent = f"，紧急（{'；'.join(reasons)}）" if reasons else "，紧急" if ticket.urgency == "urgent" else ""
    return f"{NATURE_LABELS[ticket.nature]}，{matter}{because}{urgent}"
