"""Reading what came in."""

from collections.abc import Iterable

from sqlalchemy import select

from core.intake.models import IntakeEvent
from core.tenancy.scope import Scope


def came_in_before(scope: Scope, messages: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the messages, each a channel and its id there, that the tenant took in before."""
    ids_of: dict[str, list[str]] = {}
    for channel, external_id in messages:
        ids_of.setdefault(channel, []).append(external_id)
    return {
        (channel, external_id)
        for channel, ids in ids_of.items()
        for external_id in scope.session.scalars(
            select(IntakeEvent.external_id).where(
                IntakeEvent.tenant_id == scope.tenant.id,
                IntakeEvent.channel == channel,
                IntakeEvent.external_id.in_(ids),
            )
        )
    }
