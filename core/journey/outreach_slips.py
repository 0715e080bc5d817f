"""The slips 收条 of a meeting: for each line the number and the access code, for whoever said it."""

from dataclasses import dataclass
from datetime import datetime

from core.intake.outreach.models import Outreach
from core.intake.outreach.service import OutreachSettled
from core.journey.queries.outreach import SLIPS_FOR, tickets_of_outreach
from core.kit.serials import access_code
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip: what was said in a line, and the resident's key to it."""

    serial_no: str
    access_code: str
    title: str


def slips_of(scope: Scope, outreach: Outreach, *, now: datetime) -> list[Slip]:
    """Return the slips of an occasion. Raises `OutreachSettled` when it was not submitted, or too long ago.

    An access code opens the resident's own page: it is for the people who were there, not to be looked up later.
    """
    if outreach.submitted_at is None:
        raise OutreachSettled(f"这次{outreach.label}还没有提交，没有收条。请先全部提交。")
    if now >= outreach.submitted_at + SLIPS_FOR:
        raise OutreachSettled(
            f"收条在提交后 {SLIPS_FOR.days} 天内打印，这次已过。诉求人忘了提取码的，请他拨打热线核对身份后重新告知。"
        )
    return [
        Slip(
            ticket.serial_no,
            access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version),
            ticket.title,
        )
        for ticket in tickets_of_outreach(scope, outreach)
        if ticket.state != "voided"
    ]
