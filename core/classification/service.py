"""Classifying a ticket: what the resident or operator said holds, the rest is suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.areas.locating import Located
from core.classification.grading import signal_of
from core.classification.locating import area_words, get_area, locate_ticket
from core.classification.rules import matter_from, suggest_matter, suggest_nature
from core.hooks import specs
from core.hooks.contract import CORE
from core.hooks.values import Complexity, Nature, Urgency, UrgencySignal
from core.hooks.values.words import NATURE_LABELS
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import SYSTEM, Order
from core.tickets.views import view_of
from core.units.queries import directory
from core.units.references import report_strangers

URGENCY_LABELS: dict[str, str] = {"normal": "一般", "urgent": "紧急"}


@dataclass(frozen=True, slots=True)
class _Found:
    """What an appeal seems to be about, and why: the duty list's words in it, or a rule."""

    matter: str | None = None
    because: str = ""
    words: tuple[str, ...] = ()
    rules: tuple[Mapping[str, str], ...] = ()


def classify(
    scope: Scope, ticket: Ticket, *, nature: Nature | None, matter: str | None, urgency: Urgency | None, now: datetime
) -> None:
    """Set nature, matter and urgency. Given values hold; missing ones come from the words and the district's rules.

    Raises `NoSuchMatter` for a matter that is not on the duty list.
    """
    given = {"nature": nature, "matter": matter, "urgency": urgency}
    located = locate_ticket(scope, ticket) if ticket.area is None else None
    if located:
        ticket.area = located.area
    ticket.nature = nature or suggest_nature(ticket.title, ticket.text)
    if matter:
        found = _Found()
        ticket.matter = directory(scope).get_duty(matter).code
    else:
        found = _find_matter(scope, ticket, now=now)
        ticket.matter, ticket.matter_guessed = found.matter, found.matter is not None
    signals = _ask_urgency(scope, ticket, now=now) if urgency is None else []
    ticket.urgency = urgency or ("urgent" if signals else "normal")
    note(
        scope,
        ticket,
        "classify",
        Order(SYSTEM, now),
        summary=_in_words(scope, ticket, found.because, [signal.reason for _, signal in signals], located),
        detail={
            "nature": ticket.nature,
            "matter": ticket.matter,
            "urgency": ticket.urgency,
            "area": ticket.area,
            "words": list(found.words),
            "given": [name for name, value in given.items() if value],
            "rules": [
                *found.rules,
                *({"rule_id": signal.rule_id, "by": scope.hooks.stamp(feature)} for feature, signal in signals),
            ],
        },
    )


def reclassify(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    nature: Nature,
    matter: str | None,
    complexity: Complexity,
    area: str | None = None,
) -> None:
    """Let a person correct nature, matter, complexity and area; None leaves the area as it is, "" makes it unknown.

    A ticket that is now known to be about an urgent or major item is urgent from now on; what a person said of the
    urgency while the item was the same is kept. Raises `NoSuchMatter`, `NoSuchArea`.
    """
    before = _signal_of_item(scope, ticket)
    moved = area is not None and (area or None) != ticket.area
    if moved:
        ticket.area = get_area(scope, area) if area else None
    ticket.nature, ticket.complexity = nature, complexity
    ticket.matter = directory(scope).get_duty(matter).code if matter else None
    ticket.matter_guessed = False
    note(
        scope,
        ticket,
        "classify",
        order,
        summary=_in_words(scope, ticket, "", [])
        + (said("；区域改为{area}", area=area_words(scope, area) or word("未知")) if moved else ""),
        detail={"nature": nature, "matter": ticket.matter, "complexity": complexity, "area": ticket.area},
    )
    graded = _signal_of_item(scope, ticket)
    if graded and graded != before and ticket.urgency != "urgent":
        ticket.urgency = "urgent"
        note(
            scope,
            ticket,
            "classify",
            Order(SYSTEM, order.now),
            summary=said("改为{urgent}（{reason}）", urgent=word(URGENCY_LABELS["urgent"]), reason=graded.reason),
            detail={"urgency": "urgent", "rules": [{"rule_id": graded.rule_id, "by": scope.hooks.stamp(CORE)}]},
        )


def change_urgency(scope: Scope, ticket: Ticket, order: Order, *, urgency: Urgency, reason: str) -> None:
    """Let a person raise or lower the urgency, with a reason in the timeline."""
    ticket.urgency = urgency
    note(
        scope,
        ticket,
        "classify",
        order,
        summary=said("改为{urgency}：{reason}", urgency=word(URGENCY_LABELS[urgency]), reason=reason),
        detail={"urgency": urgency, "reason": reason},
    )


def _find_matter(scope: Scope, ticket: Ticket, *, now: datetime) -> _Found:
    units = directory(scope)
    hook, duties = specs.suggest_matters, tuple(units.duties.values())
    answers = scope.hooks.ask(hook, ticket=view_of(scope, ticket), duties=duties)
    failures = (*answers.failures, *report_strangers(scope, hook, answers))
    note_failures(scope, ticket, failures, instead="事项按职责清单的关键词推荐，由受理席判定", now=now)
    if best := matter_from(answers, known=units.duties):
        feature, hint = best
        rule = {"rule_id": hint.rule_id, "by": scope.hooks.stamp(feature)}
        return _Found(hint.matter, hint.reason, rules=(rule,))
    if suggestion := suggest_matter(ticket.title, ticket.text, units.keywords):
        return _Found(
            suggestion.matter, said("依据词：{words}", words=joined("、", suggestion.words)), suggestion.words
        )
    return _Found()


def _ask_urgency(scope: Scope, ticket: Ticket, *, now: datetime) -> Sequence[tuple[str, UrgencySignal]]:
    answers = scope.hooks.ask(specs.assess_urgency, ticket=view_of(scope, ticket))
    note_failures(scope, ticket, answers.failures, instead="没有核对是否紧急，请受理席自行判断", now=now)
    graded = _signal_of_item(scope, ticket)
    return [*([(CORE, graded)] if graded else ()), *answers.given]


def _signal_of_item(scope: Scope, ticket: Ticket) -> UrgencySignal | None:
    return signal_of(directory(scope).find_duty(ticket.matter, ticket.area), guessed=ticket.matter_guessed)


def _in_words(scope: Scope, ticket: Ticket, because: str, reasons: list[str], located: Located | None = None) -> str:
    duty = directory(scope).find_duty(ticket.matter, ticket.area)
    matter = f"{duty.category} / {duty.subcategory}" if duty else "事项待判定"
    why = said("（{because}）", because=because) if because else ""
    urgent = (
        said("，紧急（{reasons}）", reasons=joined("；", reasons))
        if reasons
        else "，紧急"
        if ticket.urgency == "urgent"
        else ""
    )
    where = said("；{why}", why=located.why) if located else ""
    return said(
        "{nature}，{matter}{why}{urgent}{where}",
        nature=word(NATURE_LABELS[ticket.nature]),
        matter=word(matter),
        why=why,
        urgent=word(urgent),
        where=where,
    )
