"""Reading second factors: who has one, and how many recovery codes are left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.people.second_factor.models import RecoveryCode, SecondFactor
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Bound:
    """A second factor in force: since when, and how many recovery codes are unused."""

    bound_at: datetime
    codes_left: int


def find_bound(scope: Scope, account_id: int) -> Bound | None:
    """Return the account's second factor, None when it has none in force."""
    bound_at = scope.session.scalar(
        select(SecondFactor.bound_at).where(
            SecondFactor.tenant_id == scope.tenant.id,
            SecondFactor.account_id == account_id,
            SecondFactor.secret.is_not(None),
        )
    )
    if bound_at is None:
        return None
    left = scope.session.scalar(
        select(func.count()).where(
            RecoveryCode.tenant_id == scope.tenant.id,
            RecoveryCode.account_id == account_id,
            RecoveryCode.used_at.is_(None),
        )
    )
    return Bound(bound_at, left or 0)


def has_offer(scope: Scope, account_id: int) -> bool:
    """Tell whether a second factor is offered to the account and waits for its first code."""
    return (
        scope.session.scalar(
            select(SecondFactor.account_id).where(
                SecondFactor.tenant_id == scope.tenant.id,
                SecondFactor.account_id == account_id,
                SecondFactor.offered.is_not(None),
            )
        )
        is not None
    )


def accounts_bound(scope: Scope) -> frozenset[int]:
    """Return the ids of all accounts with a second factor in force."""
    return frozenset(
        scope.session.scalars(
            select(SecondFactor.account_id).where(
                SecondFactor.tenant_id == scope.tenant.id, SecondFactor.secret.is_not(None)
            )
        )
    )
