"""Bodies that an operation would take, made from what it says of itself: the description of the API, and the forms' fields."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Flask

from core.web.desk.acts import Act
from core.web.desk.desk_acts import DESK_ACTS
from core.web.desk.fields import Field
from core.web.desk.unit_acts import UNIT_ACTS
from tests.files.samples import photo
from tests.permissions.operations import PARAMETER, Operation

JSON = "application/json"
PHOTO = photo()
ACTS = {"/t/": DESK_ACTS, "/unit/": UNIT_ACTS}
BY_FORMAT = {"date-time": "2030-03-12T10:00:00+08:00", "date": "2030-03-12", "binary": "x"}
EVERYWHERE = {
    "version": "1",
    "command_id": "",
    "text": "内容",
    "note": "说明",
    "reason": "理由",
    "why": "理由",
    "finding": "理由",
    "decision": "uphold",
    "unit": "roads",
    "verdict": "pass",
    "outcome": "missed",
    "disposition": "resolved",
    "nature": "complaint",
    "channel": "desk",
    "purpose": "verify",
    "words": "核实",
    "on": BY_FORMAT["date"],
}
"""What the forms ask for that are no acts."""
BAD_JSON = {"no-such-field": 1}


class Bodies:
    """What may be sent to each operation of an application."""

    def __init__(self, app: Flask) -> None:
        self._spec: Mapping[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()

    def good(self, operation: Operation, **more: str) -> dict[str, Any]:
        """Return the arguments of a request with a body that passes for what it asks for."""
        if not operation.is_write:
            return {}
        if operation.is_api:
            return self._described(operation)
        return {"data": EVERYWHERE | _typed(operation) | more}

    def bad(self, operation: Operation) -> dict[str, Any]:
        """Return those of a request whose body is none, or has what it must not have."""
        return (
            {"json": BAD_JSON}
            if operation.is_api and operation.is_write
            else {"data": {}}
            if operation.is_write
            else {}
        )

    def _described(self, operation: Operation) -> dict[str, Any]:
        path = PARAMETER.sub(lambda found: f"{{{found[1]}}}", operation.rule)
        content = self._spec["paths"][path][operation.method.lower()].get("requestBody", {}).get("content", {})
        if JSON in content:
            return {"json": self._example(content[JSON]["schema"])}
        if content:
            (form,) = content.values()
            if operation.rule.endswith("/files"):
                return {"data": {"files": [(BytesIO(PHOTO), "a.jpg")]}}
            fields = self._example(form["schema"], every=False)
            return {"data": {**fields, "file": (BytesIO("事项,主办\n".encode()), "list.csv")}}
        return {}

    def _example(self, schema: Mapping[str, Any], *, every: bool = False) -> Any:
        """Return the least that fits a schema."""
        if "$ref" in schema:
            return self._example(self._spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        match kind:
            case "object":
                wanted = schema.get("required", [])
                return {name: self._example(schema["properties"][name]) for name in wanted}
            case "array":
                return [self._example(schema.get("items", {}))] * max(1, schema.get("minItems", 0))
            case "integer" | "number":
                return max(1, schema.get("minimum", 1))
            case "boolean":
                return True
        return BY_FORMAT.get(schema.get("format", ""), "内容")


def act_of(operation: Operation) -> Act | None:
    """Return the act behind the address of a deed."""
    acts = next((acts for start, acts in ACTS.items() if operation.rule.startswith(start)), ())
    return next((act for act in acts for deed in act.deeds if deed.key == operation.deed), None)


def _typed(operation: Operation) -> dict[str, Any]:
    act = act_of(operation)
    if act is None:
        return {}
    typed = {field.name: _value(field) for field in act.fields}
    return typed | ({act.record: "1"} if act.record else {})


def _value(field: Field) -> Any:
    if field.within:
        return field.within[0]
    match field.kind:
        case "units" | "unit":
            return "roads"
        case "parts":
            return ["一", "二"]
        case "number" | "yuan":
            return "1"
        case "moment":
            return "2030-03-12T10:00"
        case "yes_no":
            return "yes"
        case "matter":
            return ""
    return "内容"
