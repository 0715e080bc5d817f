"""Erasing what somebody wrote in WeChat: the words as they came, and as whom they wrote; that something came stays."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.intake.inbound import BODY
from core.intake.models import InboundItem, WechatMessage
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.sealing import wechat_hash

NOTHING = b"{}"
"""What is left of a message."""
NOBODY = b""
"""As whom somebody is known who was erased."""


def erase_talk_of(scope: Scope, ticket: Ticket) -> int:
    """Erase what was written in WeChat about a ticket; return how many messages."""
    return _erase(scope, WechatMessage.ticket_id == ticket.id)


def erase_talk_of_person(scope: Scope, openid: str) -> int:
    """Erase what a WeChat user wrote that belongs to no ticket, such as questions; return how many messages."""
    person = wechat_hash(scope.keys, openid, tenant_id=scope.tenant.id)
    return _erase(scope, WechatMessage.person == person, WechatMessage.ticket_id.is_(None))


def erase_talk_before(scope: Scope, instant: datetime, *, limit: int) -> int:
    """Erase up to so many messages of before that belong to no ticket; return how many."""
    return _erase(scope, WechatMessage.at < instant, WechatMessage.ticket_id.is_(None), limit=limit)


def _erase(scope: Scope, *which: ColumnElement[bool], limit: int | None = None) -> int:
    found = scope.session.execute(
        select(WechatMessage, InboundItem)
        .join(
            InboundItem,
            (InboundItem.tenant_id == WechatMessage.tenant_id) & (InboundItem.id == WechatMessage.item_id),
        )
        .where(WechatMessage.tenant_id == scope.tenant.id, WechatMessage.person != NOBODY, *which)
        .order_by(WechatMessage.id)
        .limit(limit)
        .with_for_update()
    ).all()
    for message, item in found:
        message.person = NOBODY
        item.body = scope.keys.encrypt_bytes(NOTHING, tenant_id=scope.tenant.id, field=BODY, row_id=item.id)
        if message.kind == "event":  # its id names who did it
            item.message_id = f"erased/{item.id}"
    scope.session.flush()
    return len(found)
