"""Features as the page of administrators shows them 功能卡片: what each does and answers, what goes with it, what stands against it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.hooks.contract import Hook
from core.hooks.core_features import CORE_FEATURES
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.specs import HOOKS
from core.journey.features.listing import STATE_LABELS, FeatureLine, list_features
from core.journey.features.switching import Switching, how_far
from core.journey.features.trouble import INSTEAD, Card, list_cards
from core.journey.settings.held import is_preset
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.queries import feature_rows
from core.tenancy.rules import NEED_LABELS
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

IN_ORDER = ("on", "suspended", "enabling", "incompatible")
"""States in which a feature has a place in the order that matters."""
ORDERED = ("first", "each")
"""How answers are merged where the first feature that has one decides."""


class NoCard(Refused):
    """The feature has no card: it is the product's own, or a city's in a district."""

    code = "no-such-feature-card"


@dataclass(frozen=True, slots=True)
class Other:
    """Another feature that goes with one, or that stands against it; `state` is how it stands here, in words."""

    id: str
    label: str
    state: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the product that a feature answers: what the house calls it, and what is done where the answer fails."""

    name: str
    label: str
    instead: str


@dataclass(frozen=True, slots=True)
class FeatureCard:
    """One feature with all that an administrator weighs before switching it.

    `needs` is what is still missing of one that is being switched on, and `awaited` the revision that waits for it.
    `is_preset`: the tenant is a city, which only presets its districts' settings.
    """

    line: FeatureLine
    plugin: str
    questions: tuple[Question, ...]
    conflicts: tuple[Other, ...]
    suggests: tuple[Other, ...]
    suggested_by: tuple[Other, ...]
    needs: tuple[str, ...]
    awaited: int
    is_preset: bool

    @property
    def state_words(self) -> str:
        return STATE_LABELS[self.line.state]

    @property
    def blocks(self) -> tuple[Other, ...]:
        """What must be off before this one can be on."""
        return tuple(other for other in self.conflicts if other.is_on)


@dataclass(frozen=True, slots=True)
class Decides:
    """A question that several features answer which are on, in the order in which they are asked: the first that knows decides."""

    label: str
    features: tuple[FeatureLine, ...]


@dataclass(frozen=True, slots=True)
class CoreCard:
    """A part of the product itself: always on, with settings of its own."""

    id: str
    label: str
    summary: str
    revision: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All features: those with a place in the order, those that are off, the product's own, what fails, what is put aside."""

    ordered: tuple[FeatureCard, ...]
    off: tuple[FeatureCard, ...]
    core: tuple[CoreCard, ...]
    repairs: Sequence[Card]
    decided: tuple[Decides, ...]
    quarantined: tuple[tuple[str, str], ...]
    safe_mode: bool
    on: int = field(default=0)
    suspended: int = field(default=0)


def overview(scope: Scope, roster: Roster, *, actor: Actor) -> Overview:
    """Return all features as the page shows them. Raises `NotPermitted`."""
    listed = list_features(scope, roster, actor=actor)
    lines = {line.id: line for line in listed.features}
    cards = [_card(scope, roster, line, lines) for line in listed.features]
    ordered = tuple(card for card in cards if card.line.state in IN_ORDER)
    return Overview(
        ordered=ordered,
        off=tuple(card for card in cards if card.line.state == "off"),
        core=_core(scope),
        repairs=list_cards(scope, roster, actor=actor),
        decided=_decided(roster, [card.line for card in ordered if card.line.state == "on"]),
        quarantined=tuple((each.plugin, each.reason) for each in listed.quarantined),
        safe_mode=listed.safe_mode,
        on=sum(card.line.state == "on" for card in ordered),
        suspended=sum(card.line.state == "suspended" for card in ordered),
    )


def card_of(scope: Scope, roster: Roster, feature_id: str, *, actor: Actor) -> FeatureCard:
    """Return one feature as its page shows it. Raises `NotPermitted`, `UnknownFeature`, `NoCard`."""
    lines = {line.id: line for line in list_features(scope, roster, actor=actor).features}
    if feature_id not in lines:
        feature = roster.get(feature_id)
        raise _no_card(feature)
    return _card(scope, roster, lines[feature_id], lines)


def order_beside(cards: Sequence[FeatureCard], feature_id: str, *, up: bool) -> tuple[bool, str | None]:
    """Return whether a feature can be moved one place up or down among these, and before which one it then stands."""
    ids = [card.line.id for card in cards]
    if feature_id not in ids:
        return False, None
    place = ids.index(feature_id)
    if up:
        return (True, ids[place - 1]) if place > 0 else (False, None)
    if place + 1 >= len(ids):
        return False, None
    return True, ids[place + 2] if place + 2 < len(ids) else None


def questions_of(roster: Roster, feature: Feature) -> tuple[Hook[..., object], ...]:
    """Return the hooks that a feature answers, in the order of a ticket's walk; none of one that cannot be loaded."""
    names: Iterable[str] = feature.hooks or ()
    if feature.hooks is None:
        try:
            names = roster.answers_of(feature)
        except Refused:
            return ()
    return tuple(hook for name, hook in HOOKS.items() if name in set(names))


def _card(scope: Scope, roster: Roster, line: FeatureLine, lines: Mapping[str, FeatureLine]) -> FeatureCard:
    feature = roster.features.get(line.id)
    if feature is None:
        return FeatureCard(line, line.id.partition(".")[0], (), (), (), (), (), 0, False)
    against = {*feature.conflicts, *(each.id for each in roster.features.values() if line.id in each.conflicts)}
    beside = [each.id for each in roster.features.values() if line.id in each.suggests]
    waits = _how_far(scope, roster, line)
    return FeatureCard(
        line=line,
        plugin=feature.plugin_id,
        questions=tuple(
            Question(hook.name, hook.label, INSTEAD[hook.on_error]) for hook in questions_of(roster, feature)
        ),
        conflicts=_others(against, lines),
        suggests=_others(feature.suggests, lines),
        suggested_by=_others(beside, lines),
        needs=tuple(NEED_LABELS[need] for need in waits.needs) if waits else (),
        awaited=waits.number if waits else 0,
        is_preset=is_preset(scope, feature),
    )


def _how_far(scope: Scope, roster: Roster, line: FeatureLine) -> Switching | None:
    if line.state != "enabling":
        return None
    try:
        return how_far(scope, roster, line.id)
    except Refused:
        return None


def _others(ids: Iterable[str], lines: Mapping[str, FeatureLine]) -> tuple[Other, ...]:
    found = [lines[name] for name in sorted(ids) if name in lines]
    return tuple(Other(each.id, each.label, STATE_LABELS[each.state], each.state == "on") for each in found)


def _decided(roster: Roster, on: Sequence[FeatureLine]) -> tuple[Decides, ...]:
    """Return the questions on which the order of the features that are on has a say."""
    answering: dict[str, list[FeatureLine]] = defaultdict(list)
    for line in on:
        feature = roster.features.get(line.id)
        for hook in questions_of(roster, feature) if feature else ():
            if hook.merge in ORDERED:
                answering[hook.name].append(line)
    return tuple(
        Decides(hook.label, tuple(answering[name]))
        for name, hook in HOOKS.items()
        if len(answering.get(name, ())) > 1 and hook.kind == "policy"
    )


def _core(scope: Scope) -> tuple[CoreCard, ...]:
    rows = {row.feature: row.revision for row in feature_rows(scope)}
    return tuple(
        CoreCard(feature.id, feature.label, feature.summary, rows.get(feature.id, 0)) for feature in CORE_FEATURES
    )


def _no_card(feature: Feature) -> NoCard:
    return NoCard(
        said(
            "“{label}”没有开关：它是产品自己的，或只供市中心使用。它的设置在“功能”页的列表里打开。",
            label=word(feature.label),
        )
    )
