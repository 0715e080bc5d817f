"""Where a feature's settings are edited: in the form made of its schema, or in an editor of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from core.hooks.core_features import ROUTING

ROUTING_EDITOR, DUTIES_EDITOR = "/admin/routing", "/admin/duties"


@dataclass(frozen=True, slots=True)
class FieldEditor:
    """An editor that one setting has to itself: where it is, and what is done there."""

    href: str
    label: str


OWN_EDITORS: Mapping[str, Mapping[str, FieldEditor]] = {
    ROUTING.id: {
        "duty_list": FieldEditor(DUTIES_EDITOR, "到职责清单页选用哪一版、修改事项"),
        "rules": FieldEditor(ROUTING_EDITOR, "到派单规则页逐条修改"),
    },
}
"""Settings that the form links to instead of asking for them, by feature and name."""


def editor_of(feature_id: str) -> str:
    """Return the address of the page on which a feature's settings are edited; `?draft=N` goes on with a draft."""
    return ROUTING_EDITOR if feature_id == ROUTING.id else form_of_feature(feature_id)


def form_of_feature(feature_id: str) -> str:
    """Return the address of the form made of the feature's schema, also where there is another editor."""
    return f"/admin/features/{quote(feature_id, safe='')}/settings"


def own_editors_of(feature_id: str) -> Mapping[str, FieldEditor]:
    """Return the settings of a feature that have an editor to themselves."""
    return OWN_EDITORS.get(feature_id, {})
