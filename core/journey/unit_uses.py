"""Where a unit is spoken of 使用情况: what stands in the way of closing it, and what somebody has to mend afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.hooks.core_features import ROUTING
from core.hooks.settings import references
from core.people.models import Account
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_in_force, gazetteer_in_force
from core.units.models import Unit


@dataclass(frozen=True, slots=True)
class UnitUses:
    """What speaks of a unit: tasks in hand, people, items that it leads or helps with, rules, areas, settings."""

    in_hand: int
    people: int
    leads: tuple[str, ...]
    helps: int
    rules: tuple[str, ...]
    areas: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    """Feature and its name."""

    @property
    def is_named(self) -> bool:
        """Whether a list, rule, area or setting in force names it."""
        return bool(self.leads or self.helps or self.rules or self.areas or self.settings)


def uses_of(scope: Scope, row: Unit) -> UnitUses:
    """Return what speaks of a unit."""
    catalogue = duty_list_in_force(scope).catalogue
    leading = [catalogue.matter_words(each.matter) for each in catalogue.rows if each.lead == row.code]
    routing = scope.hooks.enabled.get(ROUTING.id)
    rules = routing.settings.get("rules", ()) if routing else ()
    return UnitUses(
        in_hand=in_hand(scope).get(row.id, 0),
        people=scope.session.scalar(
            select(func.count())
            .select_from(Account)
            .where(Account.tenant_id == scope.tenant.id, Account.unit_id == row.id, Account.active)
        )
        or 0,
        leads=tuple(dict.fromkeys(leading)),
        helps=sum(row.code in (each.co or ()) for each in catalogue.rows),
        rules=tuple(str(rule.get("label", rule.get("id", ""))) for rule in rules if row.code in set(texts_in(rule))),
        areas=tuple(area.name for area in gazetteer_in_force(scope).areas.nodes if area.unit == row.code),
        settings=tuple(_settings(scope, row.code)),
    )


def in_hand(scope: Scope) -> dict[int, int]:
    """Return how many tasks each unit has in hand, by its id; units without any are left out."""
    counted = scope.session.execute(
        select(Assignment.unit_id, func.count())
        .where(Assignment.tenant_id == scope.tenant.id, Assignment.state.in_(ACTIVE))
        .group_by(Assignment.unit_id)
    )
    return dict(counted.all())


def _settings(scope: Scope, code: str) -> Iterator[tuple[str, str]]:
    for feature_id, enabled in scope.hooks.enabled.items():
        if feature_id == ROUTING.id:
            continue
        told = references(enabled.feature.schema(), enabled.settings)
        if any(each.source == "units" and each.value == code for each in told):
            yield feature_id, enabled.feature.label


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in values of a setting, however deep: codes are among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
