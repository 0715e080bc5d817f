"""The person in what was said at meetings and visits, as long as it is a draft: afterwards it is the ticket's."""

from collections.abc import Sequence

from sqlalchemy import select

from core.intake.outreach.models import OutreachLine
from core.intake.outreach.service import drop_line
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone


def drafts_of_person(scope: Scope, phone: str) -> Sequence[OutreachLine]:
    """Return the drafts of who left this phone, the oldest first."""
    phone_hash = scope.keys.lookup_hash(normal_phone(phone.strip()), tenant_id=scope.tenant.id, field="phone")
    return scope.session.scalars(
        select(OutreachLine)
        .where(OutreachLine.tenant_id == scope.tenant.id, OutreachLine.phone_hash == phone_hash)
        .order_by(OutreachLine.entered_at, OutreachLine.id)
    ).all()


def erase_drafts(scope: Scope, phone: str) -> int:
    """Take the drafts of this phone out; return how many."""
    drafts = drafts_of_person(scope, phone)
    for line in drafts:
        drop_line(line)
    return len(drafts)
