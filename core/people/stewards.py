"""The last of those who administer: none of the three 三员 is ever without somebody who can sign in."""

from collections.abc import Collection

from sqlalchemy import exists, func, or_, select

from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.models import Account, AccountRole, Identity
from core.people.roles import ROLES, STEWARDS
from core.tenancy.scope import Scope


class LastSteward(Refused):
    """Nobody else in the tenant could do what the account does as one of the three."""

    code = "last-steward"


def refuse_last(scope: Scope, account: Account, losing: Collection[str]) -> None:
    """Raise `LastSteward` when the account is the last that can sign in with one of these roles, as far as they are stewards'.

    Emergency accounts do not count, nor those whose holder has set no password yet. Two at once are asked one by one.
    """
    at_stake = [role for role in STEWARDS if role in losing]
    if not at_stake:
        return
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("stewards", scope.tenant.id))))
    holders = _holders(scope, at_stake)
    for role in at_stake:
        if holders[role] == {account.id}:
            label = ROLES[role].label
            raise LastSteward(
                said(
                    "{name}是最后一位能登录的{label}，没有改动。请先让另一位{label}设好密码、能够登录，再办。",
                    name=account.name,
                    label=word(label),
                )
            )


def _holders(scope: Scope, roles: Collection[str]) -> dict[str, set[int]]:
    """Return who can sign in with each of these roles."""
    has_identity = exists().where(Identity.tenant_id == Account.tenant_id, Identity.account_id == Account.id)
    rows = scope.session.execute(
        select(AccountRole.role, Account.id)
        .join(Account, (Account.tenant_id == AccountRole.tenant_id) & (Account.id == AccountRole.account_id))
        .where(
            AccountRole.tenant_id == scope.tenant.id,
            AccountRole.role.in_(roles),
            Account.active,
            Account.valid_until.is_(None),
            or_(Account.password_hash != "", has_identity),
        )
    )
    holders: dict[str, set[int]] = {role: set() for role in roles}
    for role, account_id in rows:
        holders[role].add(account_id)
    return holders
