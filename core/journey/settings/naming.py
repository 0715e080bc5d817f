"""What settings can name at a tenant, by its names: units, matters, roles, channels; and what of it is not there."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from core.hooks.settings import Choice, Choices, Reference, Settings, references
from core.intake.channels import open_channels_of
from core.kit.saying import said, word
from core.people.roles import ROLES
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.queries import duty_list_in_force
from core.units.queries import directory

THINGS = {
    "units": ("单位", "单位名录"),
    "matters": ("事项", "职责清单"),
    "roles": ("角色", "角色表"),
    "channels": ("渠道", "渠道表"),
}


def settings_choices(scope: Scope) -> Choices:
    """Return everything of the tenant that a setting can be chosen from, by source; and how routing rules call matters and
    areas, which they name by paths.
    """
    units = directory(scope)
    listed = duty_list_in_force(scope)
    paths = scope.remember(f"rule_paths/{listed.number}", lambda: _paths(listed.catalogue))
    return {
        **paths,
        "units": [Choice(unit.code, unit.name, unit.kind) for unit in units.units],
        "matters": [Choice(duty.code, f"{duty.category} {duty.subcategory}") for duty in units.duties.values()],
        "roles": [Choice(role.name, role.label) for role in ROLES.values()],
        "channels": [Choice(channel.id, channel.label) for channel in open_channels_of(scope).values()],
    }


def _paths(listed: Catalogue) -> Choices:
    """Return what the matters and areas of a duty list are called, by their paths."""
    matters, areas = listed.matters, listed.areas
    return {
        "matter paths": [Choice(matters.path(node.code), matters.words(node.code)) for node in matters.nodes],
        "area paths": [Choice(areas.path(node.code), listed.area_words(node.code)) for node in areas.nodes],
    }


def not_there(scope: Scope, schema: type[Settings], values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with codes among the values that name nothing of this tenant, by the path of the field."""
    choices = settings_choices(scope)
    wrong: dict[str, list[str]] = defaultdict(list)
    for reference in references(schema, values):
        if sentence := _wrong_with(reference, choices):
            wrong[reference.field].append(sentence)
    return dict(wrong)


def _wrong_with(reference: Reference, choices: Choices) -> str:
    thing, book = THINGS[reference.source]
    found = next((each for each in choices[reference.source] if each.value == reference.value), None)
    if found is None:
        return said(
            "本区没有代码为 {value} 的{thing}（可能已停用，或属于别的区），请从{book}中选择",
            value=reference.value,
            thing=thing,
            book=book,
        )
    if reference.kind and found.kind != reference.kind:
        return said("{label}不是这里可选的{thing}，请从{book}中另选", label=word(found.label), thing=thing, book=book)
    return ""
