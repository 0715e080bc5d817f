"""Acts: what can be done with a ticket now and then, each as a form with its words, its fields, and when it is offered.

The tables are in `desk_acts` and `unit_acts`; one template shows the forms, one route of each carries them out.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request

from core.journey.command import Carried
from core.journey.queries.choices import Choice
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.states import MOVES, Command, State
from core.tickets.timeline import Order
from core.web.desk.fields import LONGEST_ID, Field, FieldUnusable, read
from core.web.desk.standing import Standing
from core.web.input import InputUnusable, sent, text
from core.web.refusals import words_of
from core.web.trespasses import remember_ticket
from core.web.visit import Visit

ANY = tuple(State)
Test = Callable[[Standing], bool]
Records = Callable[[Standing], Iterable[tuple[int, int | str]]]
"""The records beside which a form stands: the id of each, and what the command calls it."""


def no_remarks(_standing: Standing) -> tuple[str, ...]:
    """Say nothing."""
    return ()


def always(_standing: Standing) -> bool:
    """Offer it whenever state and permission allow it."""
    return True


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: the command behind it, and what is told when it is done, after the ticket's number.

    `fixed` are arguments that the button itself gives, `needs` fields that it alone requires, `takes` those that it
    reads (empty = all).
    """

    command: Carried[Any]
    button: str
    told: str
    name: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The deed's name in addresses."""
        return self.name or self.command.name


@dataclass(frozen=True, slots=True)
class Act:
    """A form: one or more buttons over the same fields, offered in certain states `when` the records allow it.

    `beside` is the place on the page, empty = among all others. With `records` there is a form for each record, beside
    it, and `record` is the command's argument that names it. `remarks` are said above the fields; where there are any
    the form stands open, unless it is `folded` all the same. `shortcut` is the single key that opens it.
    """

    title: str
    deeds: tuple[Deed, ...]
    fields: tuple[Field, ...] = ()
    states: Collection[State] = ANY
    when: Test = always
    beside: str = ""
    record: str = ""
    records: Records | None = None
    hint: str = ""
    remarks: Callable[[Standing], Sequence[str]] = no_remarks
    folded: bool = False
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as a page shows it: with an id of its own, what can be chosen, what was typed, and what is wrong with it."""

    field: Field
    id: str
    options: Sequence[Choice]
    value: str
    values: Sequence[str]
    fault: str


@dataclass(frozen=True, slots=True)
class ShownAct:
    """A form as a page shows it, open when it was just refused, or when there is something to say about it."""

    id: str
    title: str
    hint: str
    remarks: Sequence[str]
    deeds: tuple[Deed, ...]
    fields: tuple[ShownField, ...]
    record: str
    record_value: str
    refusal: str
    folded: bool
    shortcut: str

    @property
    def is_open(self) -> bool:
        return bool(self.refusal or (self.remarks and not self.folded))


Offered = Mapping[str, Sequence[ShownAct]]
"""Forms by their place on the page; those beside a record under `place/id`, all others under nothing."""


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """What a page says at its top when a form was refused: the words, and where the form is, if it is still offered."""

    words: str
    id: str
    title: str

    @classmethod
    def of(cls, acts: Offered, refusal: Refused | None) -> "RefusedForm | None":
        """Return it for the form that was refused, None when none was."""
        if refusal is None:
            return None
        shown = next((act for place in acts.values() for act in place if act.refusal), None)
        return cls(words_of(refusal), shown.id if shown else "", shown.title if shown else "")


def sources(command: Command) -> tuple[State, ...]:
    """Return the states from which the table of moves allows a command."""
    return MOVES[command].sources


def listed(labels: Mapping[str, str]) -> Callable[[Standing], tuple[Choice, ...]]:
    """Offer these choices."""
    return lambda _standing: tuple(labels.items())


def offered(acts: Iterable[Act], standing: Standing, *, refusal: Refused | None) -> Offered:
    """Return the forms that state, permissions and records allow, by place; a refused one with what was typed."""
    places: dict[str, list[ShownAct]] = {}
    for act in acts:
        deeds = tuple(deed for deed in act.deeds if standing.may(deed.command.permission))
        if not deeds or standing.state not in act.states or not act.when(standing):
            continue
        for record_id, value in act.records(standing) if act.records else ((0, ""),):
            place = f"{act.beside}/{record_id}" if act.records else act.beside
            places.setdefault(place, []).append(_shown(act, deeds, standing, value=str(value), refusal=refusal))
    return places


def carry_out(acts: Iterable[Act], visit: Visit, serial_no: str, key: str) -> Deed:
    """Do what a form asks for, and return the deed. Raises `InputUnusable` and whatever the command raises."""
    act, deed = next(((act, deed) for act in acts for deed in act.deeds if deed.key == key), (None, None))
    if act is None or deed is None:
        abort(404)
    given, zone = sent(serial_no), visit.scope.tenant.zone
    order = Order(visit.actor, visit.now, given.version, given.command_id)
    remember_ticket(serial_no)
    deed.command(visit.scope, serial_no, order, **_arguments(act, deed, zone))
    return deed


NO_TICKET: Any = None
"""How it stands, for a form about many tickets: none of its fields asks about one."""


def offered_for_many(
    acts: Iterable[Act], permissions: Collection[Permission], *, refusal: Refused | None
) -> Sequence[ShownAct]:
    """Return the forms about many tickets that permissions allow; a refused one with what was typed."""
    return [
        _shown(act, act.deeds, NO_TICKET, value="", refusal=refusal)
        for act in acts
        if all(deed.command.permission in permissions for deed in act.deeds)
    ]


def arguments_for_many(act: Act, deed: Deed, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return what a form about many tickets gives the command. Raises `InputUnusable`."""
    return _arguments(act, deed, zone)


@dataclass(frozen=True)
class DeedPermission:
    """Finds what a form's address asks for by the deed in it; 404 where there is no such deed."""

    acts: Sequence[Act]

    @property
    def each(self) -> dict[str, Permission]:
        """What each deed asks for, by its name in addresses."""
        return {deed.key: deed.command.permission for act in self.acts for deed in act.deeds}

    def __call__(self, _scope: Scope, parts: Mapping[str, Any]) -> Permission:
        permission = self.each.get(parts["deed"])
        if permission is None:
            abort(404)
        return permission


def _arguments(act: Act, deed: Deed, zone: ZoneInfo) -> dict[str, Any]:
    arguments = dict(deed.fixed)
    for each in act.fields:
        if not deed.takes or each.name in deed.takes:
            arguments |= read(each, zone=zone, required=each.required or each.name in deed.needs)
    if act.record:
        arguments[act.record] = _record(act)
    return arguments


def _record(act: Act) -> int | str:
    given = text(act.record, longest=100)
    if not act.record.endswith("_id"):
        return given
    if not given.isascii() or not given.isdecimal() or len(given) > LONGEST_ID:
        raise InputUnusable("页面不完整，缺少所办事项的编号。请刷新后重试。")
    return int(given)


def _shown(act: Act, deeds: tuple[Deed, ...], standing: Standing, *, value: str, refusal: Refused | None) -> ShownAct:
    key = (request.view_args or {}).get("deed")
    is_refused = (
        refusal is not None
        and any(deed.key == key for deed in deeds)
        and (not act.record or request.form.get(act.record) == value)
    )
    form_id = f"do-{deeds[0].key}{f'-{value}' if value else ''}"
    faulty = refusal.field if is_refused and isinstance(refusal, FieldUnusable) else ""
    return ShownAct(
        id=form_id,
        title=act.title,
        hint=act.hint,
        remarks=act.remarks(standing),
        deeds=deeds,
        fields=tuple(
            _shown_field(
                each,
                f"{form_id}-{each.name}",
                standing,
                was_typed=is_refused,
                fault=words_of(refusal) if refusal and faulty == each.name else "",
            )
            for each in act.fields
        ),
        record=act.record,
        record_value=value,
        refusal=words_of(refusal) if refusal and is_refused else "",
        folded=act.folded,
        shortcut=act.shortcut,
    )


def _shown_field(shown: Field, field_id: str, standing: Standing, *, was_typed: bool, fault: str) -> ShownField:
    return ShownField(
        field=shown,
        id=field_id,
        options=shown.options(standing),
        value=request.form.get(shown.name, "") if was_typed else shown.preset(standing),
        values=request.form.getlist(shown.name) if was_typed else shown.presets(standing),
        fault=fault,
    )
