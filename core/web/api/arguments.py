"""What a command takes over the API: read from its own signature, so that the two can never differ."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields

from core.journey.command import Carried
from core.web.api.fields import Choice, Count, Listed, Moment, StrictSchema, Text, YesNo

TEXT_LONGEST = 20_000
LIST_LONGEST = 100
LARGEST = 2**63 - 1
LARGEST_VERSION = 2**31 - 1
VERSION = "version"
GIVEN_BY_THE_EDGE = ("scope", "ticket", "order")


class VersionSchema(StrictSchema):
    """What every command takes besides its own arguments."""

    version = Count(
        least=0,
        most=LARGEST_VERSION,
        metadata={"description": "据以决定的工单版本；此后有人办理过则不执行，答复 409 并说明变动"},
    )


@cache
def arguments_of(command: Carried[Any]) -> Schema:
    """Return the schema of a command's arguments."""
    parameters = _parameters(command)
    assert VERSION not in parameters, f"{command.name} has an argument called {VERSION}"
    made = {name: _field(parameter) for name, parameter in parameters.items()}
    schema = VersionSchema.from_dict(made, name=f"{''.join(map(str.title, command.name.split('_')))}Arguments")
    return schema()


def described(command: Carried[Any]) -> list[dict[str, Any]]:
    """Return a command's arguments for people: name, type, whether required, the choices where there are some."""
    return [
        {"name": name, "required": field.required, "nullable": field.allow_none, **_kind_of(field)}
        for name, field in arguments_of(command).fields.items()
        if name != VERSION
    ]


def _parameters(command: Carried[Any]) -> dict[str, Parameter]:
    """Return the arguments of the deed with their types made real."""
    types = get_type_hints(command.deed)
    return {
        name: parameter.replace(annotation=types[name])
        for name, parameter in signature(command.deed).parameters.items()
        if name not in GIVEN_BY_THE_EDGE
    }


def _field(parameter: Parameter) -> fields.Field[Any]:
    annotation, nullable = parameter.annotation, False
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        nullable, annotation = len(kinds) < len(get_args(annotation)), kinds[0]
        assert len(kinds) == 1, f"{parameter} is of several kinds"
    more: dict[str, Any] = {"required": parameter.default is Parameter.empty, "allow_none": nullable}
    if annotation is bool:
        return YesNo(**more)
    if annotation is int:
        return Count(least=0, most=LARGEST, **more)
    if annotation is str:
        return Text(longest=TEXT_LONGEST, **more)
    if annotation is datetime:
        return Moment(**more)
    if get_origin(annotation) is Literal:
        return Choice(get_args(annotation), **more)
    if get_origin(annotation) is Sequence and get_args(annotation) == (str,):
        return Listed(Text(longest=TEXT_LONGEST), longest=LIST_LONGEST, **more)
    raise TypeError(f"{parameter} is not of a kind that the API can take")


def _kind_of(field: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(field, Choice):
        return {"type": "string", "choices": list(field.choices)}
    return {"type": next(name for kind, name in KINDS.items() if isinstance(field, kind)), "choices": None}


KINDS: dict[type[fields.Field[Any]], str] = {
    YesNo: "boolean",
    Count: "integer",
    Text: "string",
    Moment: "datetime",
    Listed: "strings",
}
