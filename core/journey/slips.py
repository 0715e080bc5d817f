"""Slips 收条 for several tickets at once: the lines of a meeting, or the parts of a letter that was split; number and code of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.intake.joining import parts_of
from core.intake.outreach.models import Outreach
from core.intake.outreach.service import OutreachSettled
from core.journey.queries.outreach import tickets_of_outreach
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.kit.serials import access_code
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket
from core.units.queries import directory

SLIPS_FOR = timedelta(days=2)
"""So long afterwards slips can be printed: the access codes on them are for the people who were there."""


class NoSlips(Refused):
    """The ticket was not split, or too long ago."""

    code = "no-slips"


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip: what a ticket is about, whose it is by now, and the resident's key to it."""

    serial_no: str
    access_code: str
    title: str
    unit: str


def slips_of_outreach(scope: Scope, outreach: Outreach, *, now: datetime) -> list[Slip]:
    """Return the slips of an occasion. Raises `OutreachSettled` when it was not submitted, or too long ago."""
    if outreach.submitted_at is None:
        raise OutreachSettled(said("这次{label}还没有提交，没有收条。请先全部提交。", label=word(outreach.label)))
    if now >= outreach.submitted_at + SLIPS_FOR:
        raise OutreachSettled(
            said(
                "收条在提交后 {days} 天内打印，这次已过。诉求人忘了提取码的，请他拨打热线核对身份后重新告知。",
                days=SLIPS_FOR.days,
            )
        )
    return _slips(scope, tickets_of_outreach(scope, outreach))


def slips_of_parts(scope: Scope, serial_no: str, *, now: datetime) -> list[Slip]:
    """Return the slips of the parts of a split ticket. Raises `NoSuchTicket`, `NoSlips`."""
    parts = parts_of(scope, lock_ticket(scope, serial_no))
    if not parts:
        raise NoSlips(said("工单 {serial_no} 没有拆单，没有分项的收条。", serial_no=serial_no))
    if any(part.accepted_at is None or now >= part.accepted_at + SLIPS_FOR for part in parts):
        raise NoSlips(
            said(
                "分项的收条在拆单后 {days} 天内打印，工单 {serial_no} 已过。", days=SLIPS_FOR.days, serial_no=serial_no
            )
        )
    return _slips(scope, parts)


def _slips(scope: Scope, tickets: Iterable[Ticket]) -> list[Slip]:
    units = directory(scope)
    return [
        Slip(
            ticket.serial_no,
            access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version),
            ticket.title,
            units.name_of(ticket.lead_unit_id) if ticket.lead_unit_id else "",
        )
        for ticket in tickets
        if ticket.state != "voided"
    ]
