"""Reading the hotlines that were merged into one number."""

from dataclasses import dataclass

from sqlalchemy import select

from core.intake.hotlines.models import MergedHotline
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class OldNumber:
    """A merged hotline as forms and reports name it."""

    number: str
    name: str


def old_numbers(scope: Scope) -> tuple[OldNumber, ...]:
    """Return the merged hotlines by number, read once per epoch; those that were taken off the list are left out."""
    return scope.remember(
        "merged-hotlines",
        lambda: tuple(OldNumber(row.number, row.name) for row in kept_hotlines(scope) if row.closed_at is None),
    )


def kept_hotlines(scope: Scope) -> list[MergedHotline]:
    """Return all merged hotlines, closed ones too, by number."""
    kept = select(MergedHotline).where(MergedHotline.tenant_id == scope.tenant.id).order_by(MergedHotline.number)
    return list(scope.session.scalars(kept))
