"""What came again after it was concluded 办结后反复: the same matter, from the same resident or the same place, within days."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from core.statistics.days import ONE_DAY, Span
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact

MEANING = (
    "当期受理的诉求中，同一事项此前已有办结的诉求、距办结不超过所设天数，且诉求人的电话相同或填写的地点相同的；"
    "重办不另计，拆单的分项不计，未分类的不计"
)


@dataclass(frozen=True, slots=True)
class CameAgain:
    """An appeal that came again, and whose the one was that had been concluded before it."""

    serial_no: str
    accepted_at: datetime
    matter: str
    area: str
    unit_id: int | None
    """The unit that has it now."""
    concluded_by: int | None
    channel: str
    nature: str


def came_again(scope: Scope, span: Span, *, within_days: int, concluded_by: int | None = None) -> list[CameAgain]:
    """Return the appeals of a period that came again within so many days after one was concluded, the newest first.

    Each is held against the one concluded last before it. With `concluded_by` only those that had been this unit's.
    """
    zone = scope.tenant.zone
    begins = datetime.combine(span.first, time(), zone)
    ends = datetime.combine(span.last + ONE_DAY, time(), zone)
    later, earlier = aliased(Ticket), aliased(Ticket)
    spoke, spoke_before = aliased(TicketContact), aliased(TicketContact)
    asked = (
        select(
            later.id,
            later.serial_no,
            later.accepted_at,
            later.matter,
            func.coalesce(later.area, "").label("area"),
            later.lead_unit_id,
            earlier.lead_unit_id.label("concluded_by"),
            later.channel,
            later.nature,
        )
        .join(
            earlier,
            and_(
                earlier.tenant_id == later.tenant_id,
                earlier.matter == later.matter,
                earlier.id != later.id,
                earlier.concluded_at <= later.accepted_at,
                earlier.concluded_at > later.accepted_at - timedelta(days=within_days),
                earlier.concluded_at > begins - timedelta(days=within_days),
            ),
        )
        .outerjoin(spoke, and_(spoke.tenant_id == later.tenant_id, spoke.ticket_id == later.id))
        .outerjoin(
            spoke_before, and_(spoke_before.tenant_id == earlier.tenant_id, spoke_before.ticket_id == earlier.id)
        )
        .where(
            later.tenant_id == scope.tenant.id,
            later.accepted_at >= begins,
            later.accepted_at < ends,
            later.part_of_id.is_(None),
            earlier.part_of_id.is_(None),
            or_(
                spoke.phone_hash == spoke_before.phone_hash,
                and_(later.place != "", later.place == earlier.place),
            ),
        )
        .ext(distinct_on(later.id))
        .order_by(later.id, earlier.concluded_at.desc(), earlier.id.desc())
    )
    found = [
        CameAgain(
            serial_no=row.serial_no,
            accepted_at=row.accepted_at,
            matter=row.matter,
            area=row.area,
            unit_id=row.lead_unit_id,
            concluded_by=row.concluded_by,
            channel=row.channel,
            nature=row.nature,
        )
        for row in scope.session.execute(asked)
    ]
    mine = [each for each in found if concluded_by is None or each.concluded_by == concluded_by]
    return sorted(mine, key=lambda each: (each.accepted_at, each.serial_no), reverse=True)
