"""The person in campaigns: what they took part in, and taking their phone away while the entry stays."""

from collections.abc import Sequence

from sqlalchemy import select

from core.engagement.models import CampaignEntry
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone


def entries_of_person(scope: Scope, phone: str) -> Sequence[CampaignEntry]:
    """Return the entries with this phone that still keep it, the oldest first."""
    phone_hash = scope.keys.lookup_hash(normal_phone(phone.strip()), tenant_id=scope.tenant.id, field="phone")
    return scope.session.scalars(
        select(CampaignEntry)
        .where(CampaignEntry.tenant_id == scope.tenant.id, CampaignEntry.phone_hash == phone_hash)
        .order_by(CampaignEntry.entered_at, CampaignEntry.id)
    ).all()


def erase_entries(scope: Scope, phone: str) -> int:
    """Take the phone from the entries of this person; return how many. They win nothing that is not drawn yet."""
    found = entries_of_person(scope, phone)
    for entry in found:
        entry.phone = entry.phone_hash = None
    return len(found)
