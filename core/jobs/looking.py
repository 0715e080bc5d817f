"""Asking whether a tenant has anything to do, without loading what the tenant is: most looks find nothing."""

from typing import Any

from sqlalchemy import Select

from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation


def finds(installation: Installation, tenant: TenantFacts, query: Select[Any]) -> bool:
    """Return whether the query, which names this tenant, has a row."""
    with installation.database.transaction(tenant.id) as session:
        return session.execute(query.limit(1)).first() is not None
