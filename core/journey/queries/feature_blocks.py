"""What the district's features show on a ticket's page besides the core's."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.hooks import specs
from core.hooks.values import Block
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.views import view_of
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class FeatureBlocks:
    """What one feature shows, under the name of the feature."""

    feature: str
    label: str
    blocks: Sequence[Block]


def blocks_about(scope: Scope, ticket_id: int) -> list[FeatureBlocks]:
    """Return what features show about a ticket, in the tenant's order. One that fails is left out."""
    if not scope.hooks.answerers_of(specs.ticket_blocks):
        return []
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    duty = directory(scope).find_duty(ticket.matter, ticket.area)
    shown: dict[str, list[Block]] = {}
    for feature, block in scope.hooks.ask(specs.ticket_blocks, ticket=view_of(scope, ticket), duty=duty):
        shown.setdefault(feature, []).append(block)
    return [
        FeatureBlocks(feature, scope.hooks.enabled[feature].feature.label, blocks) for feature, blocks in shown.items()
    ]
