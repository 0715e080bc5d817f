"""What is known of a ticket when rules are asked: checked values, and nothing about what is not known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from core.hooks.values import TicketView
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.routing.ruleset.fields import FIELDS, Field, Fields, normalised

NOWHERE: Mapping[str, str] = MappingProxyType({})


class FactsUnusable(Refused):
    """A fact is of another type than its field, or there is no such field."""

    code = "rule-facts-unusable"


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules are asked about. A value that is not there is unknown.

    `returned_by` are the units that gave this ticket back; `local_units` those of the ticket's area, by kind.
    """

    values: Mapping[str, Any]
    returned_by: frozenset[str] = frozenset()
    local_units: Mapping[str, str] = field(default_factory=lambda: NOWHERE)

    def snapshot(self) -> dict[str, Any]:
        """Return the facts as JSON, to be kept with the decision and asked again: `facts_from_snapshot`."""
        return {
            "values": dict(self.values),
            "returned_by": sorted(self.returned_by),
            "local_units": dict(self.local_units),
        }


def facts_from(
    values: Mapping[str, Any],
    *,
    returned_by: Collection[str] = (),
    local_units: Mapping[str, str] = NOWHERE,
    fields: Fields = FIELDS,
) -> Facts:
    """Return facts of values by field; None and empty texts stand for what nobody has said.

    A moment is a mapping of calendars, such as `{"working_time": True}`. Raises `FactsUnusable`.
    """
    known: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            raise FactsUnusable(
                said(
                    "没有字段 {name}，派单规则用不到它。可用的字段：{fields}。", name=name, fields=joined("、", fields)
                )
            )
        if value is None or value == "":
            continue
        asked = fields[name]
        known |= _calendars(asked, value) if asked.kind == "moment" else {name: _checked(asked, value)}
    return Facts(MappingProxyType(known), frozenset(returned_by), MappingProxyType(dict(local_units)))


def facts_from_snapshot(
    snapshot: Mapping[str, Any], *, texts: Mapping[str, str] = NOWHERE, fields: Fields = FIELDS
) -> Facts:
    """Return the facts of a snapshot, with the ticket's texts by field, which a record does not repeat.

    Raises `FactsUnusable`, e.g. when a field is no longer there.
    """
    values: dict[str, Any] = dict(texts)
    for name, value in snapshot["values"].items():
        moment, _, calendar = name.partition("/")
        if calendar:
            values.setdefault(moment, {})[calendar] = value
        else:
            values[name] = value
    return facts_from(values, returned_by=snapshot["returned_by"], local_units=snapshot["local_units"], fields=fields)


def facts_of(
    ticket: TicketView,
    *,
    zone: tzinfo,
    matter: str | None = None,
    area: str | None = None,
    is_working_time: bool | None = None,
    is_working_day: bool | None = None,
    repeat_count: int | None = None,
    has_instruction: bool | None = None,
    custom: Mapping[str, Any] = NOWHERE,
    returned_by: Collection[str] = (),
    local_units: Mapping[str, str] = NOWHERE,
    fields: Fields = FIELDS,
) -> Facts:
    """Return what rules are told of a ticket. `matter` and `area` are paths, None = not known.

    Raises `FactsUnusable`.
    """
    submitted = ticket.submitted_at.astimezone(zone)
    named = (
        "channel",
        "source",
        "medium",
        "mailbox",
        "nature",
        "appellant",
        "urgency",
        "complexity",
        "title",
        "text",
        "place",
    )
    counted = ("affected_count", "cycle_no", "bounce_count", "matter_guessed")
    calendars = {"working_time": is_working_time, "working_day": is_working_day}
    values: dict[str, Any] = {name: getattr(ticket, name) for name in (*named, *counted)}
    values |= {
        "matter": matter,
        "area": area,
        "repeat_count": repeat_count,
        "has_instruction": has_instruction,
        "submitted_weekday": submitted.isoweekday(),
        "submitted_hour": submitted.hour,
        "submitted": {name: known for name, known in calendars.items() if known is not None},
        **custom,
    }
    return facts_from(values, returned_by=returned_by, local_units=local_units, fields=fields)


def _checked(of: Field, value: Any) -> Any:
    match of.kind:
        case "path" | "code" if isinstance(value, str) and not (of.is_closed and value not in of.names):
            return value
        case "text" if isinstance(value, str):
            return normalised(value)
        case "number" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "flag" if isinstance(value, bool):
            return value
    raise FactsUnusable(
        said(
            "字段“{label}”（{name}）不能是这样的值：{value!r:.60}。请按字段的类型提供。",
            label=word(of.label),
            name=of.name,
            value=value,
        )
    )


def _calendars(of: Field, value: Any) -> dict[str, bool]:
    if not isinstance(value, Mapping) or not all(
        name in of.names and isinstance(lies_in, bool) for name, lies_in in value.items()
    ):
        raise FactsUnusable(
            said(
                "字段“{label}”（{name}）要写明在不在各个日历内：{names}。",
                label=word(of.label),
                name=of.name,
                names=joined("、", map(str, of.names)),
            )
        )
    return {f"{of.name}/{name}": lies_in for name, lies_in in value.items()}
