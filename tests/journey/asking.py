"""Districts whose features answer the questions of a test, and what a ticket of theirs tells of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from core.hooks import Feature
from core.tenancy.models import FeatureIncident
from core.tickets.models import TicketEvent
from tests.builders import make_district, make_feature, make_installation
from tests.journey.walking import Walk

DUTIES = (
    {"code": "road", "keywords": ["坑洼"]},
    {"code": "park", "lead": "parks", "subcategory": "园林", "keywords": ["枯树"]},
)


@contextmanager
def walking(
    database_url: str, features: Mapping[str, Mapping[str, Callable[..., Any]]], *, version: str = "1.2.0"
) -> Iterator[Walk]:
    """Open a district with these features on, in this order, each with its answers by the hook's name."""
    made = [_versioned(make_feature(name, **answers), version) for name, answers in features.items()]
    installation = make_installation(database_url, features=made)
    try:
        yield Walk(installation, make_district(installation, features={name: {} for name in features}, duties=DUTIES))
    finally:
        installation.database.engine.dispose()


def told(walk: Walk, *kinds: str) -> list[str]:
    """Return what the ticket's entries of these kinds say."""
    return [entry.summary for entry in walk.entries() if entry.kind in kinds]


def entry(walk: Walk, kind: str) -> TicketEvent:
    """Return the ticket's one entry of this kind."""
    [found] = [each for each in walk.entries() if each.kind == kind]
    return found


def incidents(walk: Walk) -> list[tuple[str, str]]:
    """Return the failures that were kept for the administrator: which question, in which words."""
    with walk.installation.scope(walk.slug) as scope:
        rows = scope.session.scalars(
            select(FeatureIncident)
            .where(FeatureIncident.tenant_id == scope.tenant.id)
            .order_by(FeatureIncident.feature, FeatureIncident.hook)
        )
        return [(row.hook, row.words) for row in rows]


def nothing() -> list[Any]:
    """Have no opinion."""
    return []


def raises() -> Any:
    """Answer nothing: it fails."""
    raise RuntimeError("broken")


def _versioned(feature: Feature, version: str) -> Feature:
    object.__setattr__(feature, "version", version)
    return feature
