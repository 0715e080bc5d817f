"""Duty rosters over the API, for systems with a token of role administrator: who of a unit is on duty, and who heads it."""

from typing import Any

from marshmallow import fields

from core.journey.rosters import Duty, RosterShown, put_head, put_roster, show_roster
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.units.queries import directory
from core.web.api.administering import described
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import Count, Day, Listed, StrictSchema, Text


class NoSuchRoster(Refused):
    """The address names no unit of the tenant."""

    code = "no-such-roster"


rosters = Blueprint("rosters", __name__, description="值班表")
MOST_DUTIES = 500
LONGEST_LOGIN = 100


class DutySchema(StrictSchema):
    """Somebody is on duty, from one day to another, both included, on these weekdays (1 = Monday)."""

    login = Text(longest=LONGEST_LOGIN, required=True)
    first = Day(load_default=None, allow_none=True)
    last = Day(load_default=None, allow_none=True)
    weekdays = Listed(Count(least=1, most=7), longest=7, load_default=[1, 2, 3, 4, 5, 6, 7])


class RosterInSchema(StrictSchema):
    """The whole roster as it is to be, and with `head` also the head, null = nobody."""

    duties = Listed(fields.Nested(DutySchema), longest=MOST_DUTIES, required=True)
    head = Text(longest=LONGEST_LOGIN, allow_none=True)


class PersonSchema(StrictSchema):
    login = fields.String()
    name = fields.String()


class DutyShownSchema(PersonSchema):
    first = fields.Date(allow_none=True)
    last = fields.Date(allow_none=True)
    weekdays = fields.List(fields.Integer())


class AwaySchema(PersonSchema):
    first = fields.Date()
    last = fields.Date(allow_none=True)
    reason = fields.String()


class StaffSchema(PersonSchema):
    on_duty = fields.Boolean()
    away = fields.Boolean()
    tickets = fields.Integer()


class RosterSchema(StrictSchema):
    """The roster as it stands: without duties and head, tickets go to the unit as a whole."""

    unit = fields.String()
    code = fields.String()
    head = fields.Nested(PersonSchema, allow_none=True)
    duties = fields.List(fields.Nested(DutyShownSchema))
    absences = fields.List(fields.Nested(AwaySchema))
    staff = fields.List(fields.Nested(StaffSchema))


@rosters.get("/units/<code>/roster")
@for_systems(Permission.ADMINISTER)
@described(rosters)
@rosters.response(200, RosterSchema)
def show_unit_roster(call: Call, code: str) -> RosterShown:
    """Tell a unit's duty roster 值班表, its head, who is away, and how many tickets each of its people has."""
    _refuse_unknown(call, code)
    return show_roster(call.scope, code, actor=call.actor, now=call.now)


@rosters.put("/units/<code>/roster")
@for_systems(Permission.ADMINISTER)
@described(rosters)
@rosters.arguments(RosterInSchema())
@rosters.response(200, RosterSchema)
def put_unit_roster(call: Call, given: dict[str, Any], code: str) -> RosterShown:
    """Make this the unit's roster, and no other; tickets that somebody has already stay with them."""
    _refuse_unknown(call, code)
    duties = [Duty(each["login"], each["first"], each["last"], frozenset(each["weekdays"])) for each in given["duties"]]
    put_roster(call.scope, code, duties, actor=call.actor)
    if "head" in given:
        put_head(call.scope, code, given["head"], actor=call.actor)
    return show_roster(call.scope, code, actor=call.actor, now=call.now)


def _refuse_unknown(call: Call, code: str) -> None:
    """Raise `NoSuchRoster` where there is no such unit."""
    if directory(call.scope).find_unit(code) is None:
        raise NoSuchRoster(said("没有代码为 {code} 的承办单位，也就没有它的值班表。请核对地址。", code=code))
