"""Number and code by SMS 发到手机: again, to the phone that was left and to no other, at the wish of who has the code or has lost it.

The code stands in no message that is kept: it is put in as the message is sent (`core.jobs.delivery`). Who has lost it names
number and phone; what they are answered never tells whether these belong together, and tries are counted as wrong codes are.
"""

import hmac
from datetime import datetime

from core.intake.portal import link_to
from core.journey.command import command
from core.journey.own_appeal import NotFound, find_by_number, note_failure, refused_look
from core.kit.errors import Refused
from core.kit.gateways import has_sms
from core.kit.saying import said
from core.kit.serials import spoken_number
from core.people.roles import Permission
from core.tenancy.rates import count, counted, key_of
from core.tenancy.scope import Scope
from core.tickets.contact import masked_phone, normal_phone
from core.tickets.messages import CODE_HERE, RECEIPT, contact_of, say
from core.tickets.models import Ticket
from core.tickets.sealing import opened
from core.tickets.service import note
from core.tickets.timeline import RESIDENT, Order

MOST = 3
"""So often within a day the same appeal's number and code go out, and so often to the same phone."""


class ReceiptNotSent(Refused):
    """No SMS can go out: no phone was left, nothing sends any here, or it was sent as often as it is in a day."""

    code = "receipt-not-sent"


def phone_for_receipt(scope: Scope, ticket: Ticket) -> str:
    """Return the phone, masked, to which number and code can be sent; empty = there is none, or nothing sends SMS here."""
    return masked_phone(_phone_of(scope, ticket)) if has_sms() else ""


@command(Permission.SPEAK, "把号码发到手机")
def send_receipt(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Send number and code to the phone that was left, now. Kept in the timeline, without them. Raises `ReceiptNotSent`."""
    phone = _phone_of(scope, ticket)
    if not phone or not has_sms() or ticket.is_from_elsewhere:
        raise ReceiptNotSent(
            said("{serial_no} 没有留手机号，或这里发不出短信，没有发送。请截图或打印保存。", serial_no=ticket.serial_no)
        )
    keys = [key_of(scope, "receipts-by-sms", whose) for whose in (ticket.serial_no, phone)]
    if max(counted(scope, "receipts-by-sms", key, now=order.now) for key in keys) >= MOST:
        raise ReceiptNotSent(said("24 小时内已发过 {most} 次，这一次没有再发。请查看手机短信，或稍后再发。", most=MOST))
    for key in keys:
        count(scope, "receipts-by-sms", key, now=order.now)
    note(scope, ticket, "receipt_sent", order, summary="诉求人把受理流水号和提取码发到留下的手机")
    link = link_to(scope, ticket.serial_no)
    say(
        scope,
        ticket_id=ticket.id,
        transport="sms",
        text=said(
            "{tenant}：受理流水号 {number}，提取码 {code}。{link}",
            tenant=scope.tenant.name,
            number=spoken_number(ticket.serial_no),
            code=CODE_HERE,
            link=said("查进度：{link}", link=link) if link else said("凭这两样查办理进度。"),
        ),
        to_unit_id=None,
        now=order.now,
        at_night=True,
        or_sms="never",
        news=f"{RECEIPT}/{ticket.version}",
    )


def send_lost_code(
    scope: Scope, number: str, phone: str, *, address: str, is_proved: bool, now: datetime
) -> NotFound | None:
    """Send number and code to the phone that was left if it is this one; None whether it is or not.

    Returns `NotFound` only where nobody looks now: a proof is needed, or the address waits. The caller must commit.
    """
    if (refused := refused_look(scope, number, address=address, is_proved=is_proved, now=now)) is not None:
        return refused
    ticket = find_by_number(scope, number)
    left = _phone_of(scope, ticket) if ticket is not None else ""
    if ticket is None or not left or not hmac.compare_digest(left.encode(), normal_phone(phone).encode()):
        note_failure(scope, number, address=address, now=now)
        return None
    try:
        with scope.session.begin_nested():
            send_receipt(scope, ticket.serial_no, Order(RESIDENT, now))
    except ReceiptNotSent:
        note_failure(scope, number, address=address, now=now)
    return None


def _phone_of(scope: Scope, ticket: Ticket) -> str:
    row = contact_of(scope, ticket)
    return normal_phone(opened(scope.keys, row).phone) if row is not None and row.phone is not None else ""
