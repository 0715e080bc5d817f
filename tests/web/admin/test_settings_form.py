"""The form made of a feature's schema: whatever is set comes back from the page as it was, and errors stand at their fields."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader

from core.conformance.drawn import sent_back
from core.hooks.roster import Roster
from core.hooks.settings import Settings, form_of, inheritance, values_from
from core.web.admin.settings_form import INHERITED, PREFIX
from tests.hooks.schemas import CHOICES, EverySettings
from tests.hooks.valid import own_values_of

SHIPPED = {feature.id: feature.schema() for feature in Roster.installed().features.values()}
PAGE = """{% import "admin/settings_fields.html" as f with context %}
{% for group in form.groups %}{% for each in group.fields if each.kind not in ("secret", "rules") %}{{ f.control(each, s) }}{% endfor %}{% endfor %}"""


TEMPLATES = Environment(loader=PackageLoader("core.web"), autoescape=True)
TEMPLATES.filters["moment"] = str
NOBODY = {"set_by": {}, "is_preset": False}


def came_back(schema: type[Settings], own: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    """Return what is read of what a browser sends of the page on which nobody has touched anything."""
    form = form_of(schema, own, inherited=inheritance(schema, preset), choices=CHOICES)
    said = {
        "prefix": PREFIX,
        "inherited_value": INHERITED,
        "beginning": NOBODY,
        "here": "/",
        "history": "/",
        "focus": "",
    }
    html = TEMPLATES.from_string(PAGE).render(
        form=form, s={**said, "locks": (), "initials": {}, "preset": {}, "sources": {}}
    )
    submitted = {
        name.removeprefix(PREFIX): ["" if text == INHERITED else text for text in texts]
        for name, texts in sent_back(html).items()
    }
    return values_from(schema, submitted)


@given(own=own_values_of(EverySettings), preset=own_values_of(EverySettings))
@settings(max_examples=60, deadline=None)
def test_every_kind_of_setting_comes_back_from_the_page_as_it_was(own: dict[str, Any], preset: dict[str, Any]) -> None:
    assert came_back(EverySettings, own, preset) == own


@pytest.mark.parametrize("schema", SHIPPED.values(), ids=SHIPPED)
@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_every_valid_value_of_the_shipped_features_comes_back_from_the_page(
    schema: type[Settings], data: st.DataObject
) -> None:
    own, preset = data.draw(own_values_of(schema)), data.draw(own_values_of(schema))

    assert came_back(schema, own, preset) == own
