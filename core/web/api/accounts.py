"""Accounts over the API, for systems with a token of role administrator: who may sign in, who is, and ending that."""

from typing import Any

from marshmallow import fields

from core.journey.entrusting import list_sessions, sign_out_everywhere
from core.journey.people import AccountLine, list_accounts
from core.people.queries import SessionLine
from core.people.roles import Permission
from core.web.api.administering import described
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import StrictSchema

accounts = Blueprint("accounts", __name__, description="账号")


class AccountSchema(StrictSchema):
    """An account. `standing` says in words what is out of the ordinary about it; empty = nothing."""

    login = fields.String()
    name = fields.String()
    roles = fields.List(fields.String())
    unit = fields.String()
    active = fields.Boolean()
    second_factor = fields.Boolean(attribute="has_second_factor")
    standing = fields.String()


class SessionSchema(StrictSchema):
    """A session that is alive."""

    since = fields.AwareDateTime(attribute="started_at")
    seen = fields.AwareDateTime(attribute="seen_at")
    address = fields.String()


class EndedSchema(StrictSchema):
    """How many sessions were ended."""

    ended = fields.Integer()


@accounts.get("/accounts")
@for_systems(Permission.ADMINISTER)
@described(accounts)
@accounts.response(200, AccountSchema(many=True))
def list_all(call: Call) -> list[AccountLine]:
    """List the accounts 账号, closed ones too."""
    return list_accounts(call.scope)


@accounts.get("/accounts/<login>/sessions")
@for_systems(Permission.ADMINISTER)
@described(accounts)
@accounts.response(200, SessionSchema(many=True))
def list_sessions_of(call: Call, login: str) -> list[SessionLine]:
    """Tell where somebody is signed in."""
    return list_sessions(call.scope, login, now=call.now)


@accounts.delete("/accounts/<login>/sessions")
@for_systems(Permission.ADMINISTER)
@described(accounts)
@accounts.response(200, EndedSchema)
def end_sessions_of(call: Call, login: str) -> dict[str, Any]:
    """End all sessions of somebody, at once."""
    by, by_id = call.actor.name, call.actor.id
    return {"ended": sign_out_everywhere(call.scope, login, now=call.now, by=by, by_id=by_id)}
