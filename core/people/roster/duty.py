"""Who sits at the desk: the shifts of a time, without those of people whose accounts are closed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, select

from core.people.models import Account
from core.people.roster.models import DeskShift
from core.people.roster.settings import is_round_the_clock
from core.tenancy.scope import Scope

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who sits at the desk: until when, and the phone of the house that they carry, empty = the desk's own."""

    person: int
    name: str
    label: str
    begins_at: datetime
    ends_at: datetime
    phone: str = field(default="", repr=False)


def duties_between(scope: Scope, since: datetime, until: datetime) -> list[OnDuty]:
    """Return who sits at the desk at any moment from one instant until before another, in order of time."""
    rows = scope.session.execute(
        select(DeskShift, Account.name)
        .join(Account, and_(Account.tenant_id == DeskShift.tenant_id, Account.id == DeskShift.account_id))
        .where(
            DeskShift.tenant_id == scope.tenant.id,
            DeskShift.ends_at > since,
            DeskShift.begins_at < until,
            Account.active,
        )
        .order_by(DeskShift.begins_at, DeskShift.id)
    )
    return [OnDuty(row.account_id, name, row.label, row.begins_at, row.ends_at, row.phone) for row, name in rows]


def on_duty_at(scope: Scope, instant: datetime) -> list[OnDuty]:
    """Return who sits at the desk at an instant."""
    return [each for each in duties_between(scope, instant, instant + INSTANT) if each.begins_at <= instant]


def duty_phone(scope: Scope, instant: datetime) -> str:
    """Return the phone by which who sits at the desk is reached at an instant, empty where no shift names one.

    A tenant whose desk is not watched at every hour is reached by the desk's own phone.
    """
    if not is_round_the_clock(scope.hooks):
        return ""
    return next((each.phone for each in on_duty_at(scope, instant) if each.phone), "")
