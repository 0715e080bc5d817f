"""Accounts over the API, for systems with a token of an administrator of the system or of security: as on the pages."""

from typing import Any

from flask import request
from marshmallow import fields

from core.journey import stewardship
from core.journey.entrusting import list_sessions
from core.journey.people import AccountLine, list_accounts
from core.people.links import MadeLink
from core.people.queries import SessionLine
from core.people.roles import Permission
from core.tenancy.security_log import By
from core.web.api.administering import described
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import Listed, StrictSchema, Text, YesNo

accounts = Blueprint("accounts", __name__, description="账号")
EITHER = frozenset({Permission.ADMINISTER, Permission.ENTRUST})
LONGEST_REASON = 200


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


class InvitationSchema(StrictSchema):
    """Whom to open an account for; it has no role until somebody else gives it one."""

    login = Text(longest=32, required=True)
    name = Text(longest=50, required=True)
    unit = Text(longest=64, load_default=None, allow_none=True)


class LinkSchema(StrictSchema):
    """A link that sets a password once; it cannot be shown again."""

    path = fields.String()
    expires = fields.AwareDateTime()


class AccountReasonSchema(StrictSchema):
    """Why; it stands in the security log."""

    reason = Text(longest=LONGEST_REASON, required=True)


class RolesSchema(AccountReasonSchema):
    """All the roles that the account is to have."""

    roles = Listed(Text(longest=40), longest=20, required=True)


class UnitSchema(AccountReasonSchema):
    """The unit to work for, null = none."""

    unit = Text(longest=64, required=True, allow_none=True)


class ActiveSchema(AccountReasonSchema):
    """Whether the account may sign in."""

    active = YesNo(required=True)


class EndedSchema(StrictSchema):
    """How many sessions were ended."""

    ended = fields.Integer()


@accounts.get("/accounts")
@for_systems(EITHER)
@described(accounts)
@accounts.response(200, AccountSchema(many=True))
def list_all(call: Call) -> list[AccountLine]:
    """List the accounts 账号, closed ones too."""
    return list_accounts(call.scope)


@accounts.post("/accounts")
@for_systems(Permission.ADMINISTER)
@described(accounts)
@accounts.arguments(InvitationSchema())
@accounts.response(201, LinkSchema)
def invite(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Open an account without roles, and return the link by which its holder sets the password."""
    link = stewardship.invite(call.scope, **given, by=_by(call), now=call.now)
    return _link(call, link)


@accounts.post("/accounts/<login>/reset-link")
@for_systems(Permission.ADMINISTER)
@described(accounts)
@accounts.response(201, LinkSchema)
def send_reset(call: Call, login: str) -> dict[str, Any]:
    """Return a link by which the holder sets another password."""
    return _link(call, stewardship.send_reset(call.scope, login, by=_by(call), now=call.now))


@accounts.put("/accounts/<login>/roles")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.arguments(RolesSchema())
@accounts.response(200, AccountSchema)
def put_roles(call: Call, given: dict[str, Any], login: str) -> AccountLine:
    """Make these the account's roles; those of the three 三员 stay as the machine's operator gave them."""
    stewardship.grant(call.scope, login, given["roles"], by=_by(call, given), now=call.now)
    return _line(call, login)


@accounts.put("/accounts/<login>/unit")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.arguments(UnitSchema())
@accounts.response(200, AccountSchema)
def move(call: Call, given: dict[str, Any], login: str) -> AccountLine:
    """Let the account work for another unit; what it had in hand stays with the unit before."""
    stewardship.move(call.scope, login, given["unit"], by=_by(call, given), now=call.now)
    return _line(call, login)


@accounts.put("/accounts/<login>/active")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.arguments(ActiveSchema())
@accounts.response(200, AccountSchema)
def put_active(call: Call, given: dict[str, Any], login: str) -> AccountLine:
    """Close the account, or open it again; a closed one is signed out at once."""
    act = stewardship.reopen if given["active"] else stewardship.close
    act(call.scope, login, by=_by(call, given), now=call.now)
    return _line(call, login)


@accounts.post("/accounts/<login>/second-factor-off")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.arguments(AccountReasonSchema())
@accounts.response(200, AccountSchema)
def take_second_factor(call: Call, given: dict[str, Any], login: str) -> AccountLine:
    """Take away a second factor 动态口令 that was lost."""
    stewardship.take_second_factor(call.scope, login, by=_by(call, given), now=call.now)
    return _line(call, login)


@accounts.post("/accounts/<login>/unlock")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.response(200, AccountSchema)
def unlock(call: Call, login: str) -> AccountLine:
    """Let the holder try to sign in again at once."""
    stewardship.unlock(call.scope, login, by=_by(call), now=call.now)
    return _line(call, login)


@accounts.get("/accounts/<login>/sessions")
@for_systems(EITHER)
@described(accounts)
@accounts.response(200, SessionSchema(many=True))
def list_sessions_of(call: Call, login: str) -> list[SessionLine]:
    """Tell where somebody is signed in."""
    return list_sessions(call.scope, login, now=call.now)


@accounts.delete("/accounts/<login>/sessions")
@for_systems(Permission.ENTRUST)
@described(accounts)
@accounts.response(200, EndedSchema)
def end_sessions_of(call: Call, login: str) -> dict[str, Any]:
    """End all sessions of somebody, at once."""
    return {"ended": stewardship.sign_out(call.scope, login, by=_by(call), now=call.now)}


def _by(call: Call, given: dict[str, Any] | None = None) -> By:
    return By(call.actor.name, call.actor.id, request.remote_addr or "", str((given or {}).get("reason", "")))


def _link(call: Call, link: MadeLink) -> dict[str, Any]:
    return {"path": f"/set-password/{call.scope.tenant.slug}/{link.token}", "expires": link.expires_at}


def _line(call: Call, login: str) -> AccountLine:
    return next(each for each in list_accounts(call.scope) if each.login == login.strip().lower())
