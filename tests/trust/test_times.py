"""Nobody dates anything back: what takes a time from outside is listed here, and no entry of a timeline is dated by it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from marshmallow import fields

from core.escalation.rules import DeadlineUnusable
from core.journey.command import COMMANDS
from core.journey.press import instruct
from core.tenancy.scope import Installation
from core.web.api.arguments import arguments_of
from core.web.desk.desk_acts import DESK_ACTS
from core.web.desk.unit_acts import UNIT_ACTS
from tests.architecture.permission_matrix import described_app
from tests.builders import LEADER, beijing, make_district
from tests.journey.walking import Walk

TIMES = (fields.DateTime, fields.Date, fields.Time)
COMMANDS_WITH_TIMES = {
    ("instruct", "deadline"): "until when; refused unless it is still to come",
    ("order_check", "due"): "until when; refused unless it is still to come",
    ("assign_errand", "due"): "until when; refused unless it is still to come",
    ("plan_stage", "due"): "until when; refused unless it is still to come",
    ("set_meeting", "meets_at"): "when a meeting is; the entry that calls it has the time of the command",
    ("call_meeting", "meets_at"): "when a meeting is; refused before today",
}
BODIES_WITH_TIMES = {
    ("post", "/api/v1/tickets", "submitted_at"): "when the resident spoke; what lies ahead is now",
    ("post", "/api/v1/calls", "began_at"): "when the call began; refused in the future",
    ("post", "/api/v1/interviews/{slug}/questions", "asked_at"): "when it was asked; what lies ahead is now",
    ("post", "/api/v1/features/{feature}/revisions/{number}/dry-run", "since"): "which past tickets are tried",
    ("post", "/api/v1/features/{feature}/revisions/{number}/dry-run", "until"): "which past tickets are tried",
    (
        "post",
        "/api/v1/features/{feature}/revisions/{number}/activate",
        "at",
    ): "from when settings hold; refused in the past",
    ("put", "/api/v1/units/{code}/roster", "first"): "who is on duty from when",
    ("put", "/api/v1/units/{code}/roster", "last"): "who is on duty until when",
}


def times_in(spec: Mapping[str, Any], schema: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """Yield the names of all fields of a schema, and of those in it, that take a time or a day."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("format") in ("date-time", "date"):
        yield name
    for each, inner in schema.get("properties", {}).items():
        yield from times_in(spec, inner, each)
    if "items" in schema:
        yield from times_in(spec, schema["items"], name)


def test_no_command_takes_a_time_but_those_that_are_told_here() -> None:
    taken = {
        (name, argument)
        for name, command in COMMANDS.items()
        for argument, field in arguments_of(command).fields.items()
        if isinstance(field, TIMES)
    }
    typed = {
        (deed.command.name, field.name)
        for act in (*DESK_ACTS, *UNIT_ACTS)
        for deed in act.deeds
        for field in act.fields
        if field.kind == "moment"
    }

    assert taken == set(COMMANDS_WITH_TIMES)
    assert typed <= taken


def test_no_operation_of_the_api_takes_a_time_but_those_that_are_told_here() -> None:
    _, app = described_app()
    spec = app.test_client().get("/api/v1/openapi.json").get_json()
    commands = {(method, path) for path in spec["paths"] for method in spec["paths"][path] if "/commands/" in path}
    taken = {
        (method, path, name)
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict) and (method, path) not in commands
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for name in times_in(spec, content["schema"])
    }

    assert taken == set(BODIES_WITH_TIMES)


def test_an_entry_has_the_time_of_the_command_whatever_the_command_was_given(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))
    walk.take_in()
    walk.dispatch()
    at = beijing("2026-03-12 11:00")

    for back in (timedelta(seconds=1), timedelta(days=400)):
        with pytest.raises(DeadlineUnusable):
            walk.do(
                instruct,
                "2026-03-12 11:00",
                actor=LEADER,
                leader="区领导",
                level="district",
                text="速办",
                deadline=at - back,
            )
    walk.do(
        instruct,
        "2026-03-12 11:00",
        actor=LEADER,
        leader="区领导",
        level="district",
        text="速办",
        deadline=at + timedelta(days=2),
    )

    assert [entry.at for entry in walk.entries() if "速办" in entry.summary] == [at]
    assert max(entry.at for entry in walk.entries()) == at
