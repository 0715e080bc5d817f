"""A schema says what it asks for, and is known again by its shape."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.hooks.settings import (
    Line,
    OneOf,
    Reference,
    Rows,
    Secret,
    SettingField,
    Settings,
    UnitChoice,
    Whole,
    WorkDays,
    describe,
    fingerprint,
    references,
    risks_of,
)
from tests.hooks.schemas import EverySettings


def schema_of(**fields: SettingField) -> type[Settings]:
    return type("SomeSettings", (Settings,), fields)


def days(**changed: Any) -> type[Settings]:
    return schema_of(days=WorkDays(**{"min": 1, "max": 9, "load_default": 1, "title": "天数", **changed}))


def test_a_description_can_be_written_as_json() -> None:
    described = describe(EverySettings)

    assert json.loads(json.dumps(described)) == described
    assert described["version"] == 1
    assert described["fields"][0] == {
        "name": "days",
        "title": "答复时限",
        "help": "次日起算",
        "group": "时限",
        "unit": "个工作日",
        "affects": "new",
        "kind": "whole",
        "required": False,
        "risk": "",
        "min": 1,
        "max": 30,
        "empty": False,
        "default": 5,
    }


def test_a_description_has_choices_with_labels_and_the_fields_of_rows() -> None:
    fields = {each["name"]: each for each in describe(EverySettings)["fields"]}

    assert fields["mark_by"]["choices"] == [
        {"value": "share", "label": "按比例"},
        {"value": "hours", "label": "按小时"},
    ]
    assert [(each["name"], each["kind"]) for each in fields["steps"]["row"]] == [
        ("at", "whole"),
        ("text", "paragraph"),
        ("recipients", "rows"),
    ]
    assert (fields["watcher"]["source"], fields["watcher"]["of_kind"]) == ("units", "discipline")


@pytest.mark.parametrize(
    "changed",
    [
        {"max": 10},
        {"min": 2},
        {"risk": "privacy"},
        {"unit": "天"},
        {"load_default": None},
    ],
)
def test_another_shape_has_another_fingerprint(changed: dict[str, Any]) -> None:
    assert fingerprint(days(**changed)) != fingerprint(days())


def test_other_names_kinds_choices_and_rows_have_another_fingerprint() -> None:
    row = schema_of(unit=UnitChoice(required=True, title="单位"))
    other_row = schema_of(unit=UnitChoice(kind="discipline", required=True, title="单位"))
    schemas = [
        days(),
        schema_of(hours=WorkDays(min=1, max=9, load_default=1, title="天数")),
        schema_of(days=WorkDays(min=1, max=9, required=True, title="天数")),
        schema_of(days=Line(longest=9, load_default="1", title="天数")),
        schema_of(days=Line(longest=9, load_default="1", title="天数", pattern="[0-9]+", pattern_says="数字")),
        schema_of(days=OneOf(choices={"1": "一"}, load_default="1", title="天数")),
        schema_of(days=OneOf(choices={"1": "一", "2": "二"}, load_default="1", title="天数")),
        schema_of(days=Secret(title="天数")),
        schema_of(days=Rows(row, most=3, load_default=[], title="天数")),
        schema_of(days=Rows(row, most=4, load_default=[], title="天数")),
        schema_of(days=Rows(other_row, most=3, load_default=[], title="天数")),
    ]

    assert len({fingerprint(schema) for schema in schemas}) == len(schemas)


def test_words_for_people_and_the_order_of_fields_leave_the_fingerprint() -> None:
    one, two = Whole(min=1, max=2, load_default=1, title="一"), Whole(min=1, max=3, load_default=1, title="二")

    assert fingerprint(days(title="时限", help="改", group="改", load_default=3)) == fingerprint(days())
    assert fingerprint(schema_of(one=one, two=two)) == fingerprint(schema_of(two=two, one=one))


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    program = "from tests.hooks.schemas import EverySettings; from core.hooks.settings import fingerprint; "
    told = subprocess.run(
        [sys.executable, "-c", f"{program}print(fingerprint(EverySettings))"],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == fingerprint(EverySettings)


def test_every_code_of_the_tenant_s_is_found_with_its_path() -> None:
    values = {
        "watcher": "jw",
        "told": "",
        "units": ("office", "street"),
        "matters": ["N0101"],
        "steps": ({"at": 1, "recipients": ({"unit": "jw"}, {"unit": "office"})},),
    }

    assert references(EverySettings, values) == [
        Reference("watcher", "units", "jw", "discipline"),
        Reference("units.0", "units", "office", ""),
        Reference("units.1", "units", "street", ""),
        Reference("matters.0", "matters", "N0101", ""),
        Reference("steps.0.recipients.0.unit", "units", "jw", ""),
        Reference("steps.0.recipients.1.unit", "units", "office", ""),
    ]


def test_values_that_are_no_codes_name_nothing() -> None:
    assert references(EverySettings, {"watcher": 7, "units": {"a": 1}, "steps": ["x"], "role": None}) == []


def test_risks_are_told_with_those_of_rows() -> None:
    assert risks_of(EverySettings) == {"watcher": "accountability", "steps.recipients": "privacy"}
