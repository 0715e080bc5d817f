"""What can be chosen in a form: channels, natures, units, matters and answers."""

from dataclasses import dataclass

from core.classification.locating import area_words
from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import DISSATISFACTION_GROUPS
from core.hooks.values.words import APPELLANT_LABELS, NATURE_LABELS, RELATION_LABELS
from core.intake.channels import open_channels_of
from core.intake.screening.settings import reasons_of
from core.intake.sources.queries import source_book
from core.tenancy.scope import Scope
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import DirectoryUnit, directory
from core.units.taking_in import taking_in_only

Choice = tuple[str, str]
"""A value and the words for it."""

NOT_DISPATCHED_TO = ("dispatch_desk",)


@dataclass(frozen=True, slots=True)
class Choices:
    """All choices of a tenant's forms. `units` are those a ticket can be given to; `matters` by category.

    There are no `areas` where the tenant has no gazetteer. `sources` are those of the registry that are in use, by code.
    """

    channels: tuple[Choice, ...]
    natures: tuple[Choice, ...]
    appellants: tuple[Choice, ...]
    relations: tuple[Choice, ...]
    units: tuple[DirectoryUnit, ...]
    matters: tuple[tuple[str, tuple[Choice, ...]], ...]
    areas: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    resolved: tuple[Choice, ...]
    satisfaction: tuple[Choice, ...]
    dissatisfaction: tuple[tuple[str, tuple[Choice, ...]], ...]
    """Causes of dissatisfaction, by what it is about."""
    invalid: tuple[Choice, ...]
    """Reasons why something is no valid appeal."""


def choices(scope: Scope) -> Choices:
    """Return the choices of this tenant, put together once per epoch."""
    return scope.remember("choices", lambda: _gather(scope))


def _gather(scope: Scope) -> Choices:
    units = directory(scope)
    matters: dict[str, list[Choice]] = {}
    for duty in units.duties.values():
        matters.setdefault(duty.category, []).append((duty.code, duty.subcategory))
    return Choices(
        channels=tuple((channel.id, channel.label) for channel in open_channels_of(scope).values()),
        natures=tuple(NATURE_LABELS.items()),
        appellants=tuple(APPELLANT_LABELS.items()),
        relations=tuple(RELATION_LABELS.items()),
        units=tuple(unit for unit in units.units if unit.kind not in {*NOT_DISPATCHED_TO, *taking_in_only(scope)}),
        areas=tuple((area.code, area_words(scope, area.code)) for area in gazetteer_in_force(scope).areas.nodes),
        sources=tuple((each.code, each.name) for each in source_book(scope).in_use),
        matters=tuple((category, tuple(items)) for category, items in matters.items()),
        resolved=tuple(RESOLVED_LABELS.items()),
        satisfaction=tuple(SATISFACTION_LABELS.items()),
        dissatisfaction=tuple((group.label, tuple(group.causes.items())) for group in DISSATISFACTION_GROUPS.values()),
        invalid=tuple((reason.code, reason.label) for reason in reasons_of(scope.hooks).values()),
    )
