"""A district's rules as somebody asks them to see what they say: as they hold, or with a draft; nothing is reported.

Whoever draws limits, ladders and scores asks the hooks themselves, so that what is drawn is true of any feature. Which
setting gives an answer is found by asking again with that one setting changed.
"""

from bisect import bisect
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from core.hooks.breaker import Breaker
from core.hooks.roster import Roster
from core.hooks.settings import OneOf, SettingField, Whole, YesNo, fields_of
from core.hooks.table import Enabled, HookTable
from core.journey.dry_run.tables import Rulebook, rulebook_of
from core.tenancy.active import context_of, stored_of, wanted
from core.tenancy.queries import find_feature_row
from core.tenancy.revisions import get_revision
from core.tenancy.scope import Scope

Answer = Mapping[str, Hashable]
"""What was answered, part by part under a name, in values that can be compared."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision that does not hold yet: of which feature, and its number."""

    feature: str
    number: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a feature that is on: how it is called, and what it says."""

    feature: str
    name: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One set of rules: the features in their order, each with its settings, and all that decides with them."""

    book: Rulebook
    enabled: tuple[Enabled, ...]
    roster: Roster

    @property
    def table(self) -> HookTable:
        return self.book.table

    def label_of(self, feature_id: str) -> str:
        """Return what a feature is called; the core's own rules have no name."""
        found = self.table.enabled.get(feature_id)
        return found.feature.label if found else ""

    def revision_of(self, feature_id: str) -> int:
        """Return the number of the revision by which a feature is asked, 0 = its defaults."""
        found = self.table.enabled.get(feature_id)
        return found.revision if found else 0

    def with_setting(self, feature_id: str, name: str, value: Any) -> HookTable:
        """Return the table with one setting changed; it is not checked against the others."""
        return self._compiled(
            [
                replace(each, settings=MappingProxyType({**each.settings, name: value}))
                if each.feature.id == feature_id
                else each
                for each in self.enabled
            ]
        )

    def _compiled(self, enabled: Sequence[Enabled]) -> HookTable:
        return self.roster.compiled(self.table.ctx, enabled, breaker=Breaker())


def as_held(scope: Scope, roster: Roster) -> Asked:
    """Return the rules as they hold."""
    return _asked(scope, roster, tuple(scope.hooks.enabled.values()))


def as_drafted(scope: Scope, roster: Roster, draft: Draft) -> Asked:
    """Return the rules as they would hold with a draft in the place of what holds of its feature.

    Raises `UnknownFeature`, `FeatureUnusable`, `NoSuchRevision`, `SettingsInvalid`, `MigrationFailed`, `NoSuchDutyList`.
    """
    feature = roster.get(draft.feature)
    get_revision(scope, draft.feature, draft.number)
    stored = stored_of(scope.session, scope.tenant, draft.feature, draft.number)
    drafted = roster.enabled(wanted(scope.session, scope.tenant, feature, stored, scope.keys))
    held = list(scope.hooks.enabled.values())
    if draft.feature in scope.hooks.enabled:
        enabled = [drafted if each.feature.id == draft.feature else each for each in held]
    else:
        rows = [find_feature_row(scope, each.feature.id) for each in held]
        places = [(row.position, row.feature) if row else (-1, "") for row in rows]
        own = find_feature_row(scope, draft.feature)
        place = bisect(places, (own.position, own.feature)) if own else len(held)
        enabled = [*held[:place], drafted, *held[place:]]
    return _asked(scope, roster, tuple(enabled))


def settings_that_decide(
    asked: Asked, features: Sequence[str], ask: Callable[[HookTable], Answer]
) -> dict[str, list[Setting]]:
    """Return for each part of an answer the settings of these features that give it, in the order of the schemas.

    Each number, choice and yes-or-no is changed by itself and the question asked again; what then differs, or is gone,
    depends on it.
    """
    before = ask(asked.table)
    found: dict[str, list[Setting]] = {}
    for feature_id in dict.fromkeys(features):
        enabled = asked.table.enabled.get(feature_id)
        for name, field in fields_of(enabled.feature.schema()).items() if enabled else ():
            assert enabled is not None
            value = enabled.settings.get(name)
            decided: set[str] = set()
            for other in _others(field, value):
                after = ask(asked.with_setting(feature_id, name, other))
                decided |= {part for part in before if after.get(part) != before[part]}
            for part in decided:
                found.setdefault(part, []).append(Setting(feature_id, name, field.title, field.words(value, {})))
    return found


def field_of(asked: Asked, setting: Setting) -> SettingField:
    """Return the field of a setting."""
    return fields_of(asked.table.enabled[setting.feature].feature.schema())[setting.name]


def _others(field: SettingField, value: Any) -> Iterator[Any]:
    """Yield other values that a setting may have, few enough to try each."""
    match field:
        case Whole() if isinstance(value, int):
            yield from (each for each in (value + 1, value - 1) if field.accepts(each))
        case YesNo() if isinstance(value, bool):
            yield not value
        case OneOf():
            yield from (other for other in field.choices if other != value)


def _asked(scope: Scope, roster: Roster, enabled: tuple[Enabled, ...]) -> Asked:
    table = roster.compiled(context_of(scope.tenant, dry_run=True), enabled, breaker=Breaker())
    return Asked(rulebook_of(scope, table), enabled, roster)
