"""Erasing what somebody wrote on Weibo: the words as they came, and as whom they wrote; that something came stays."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.intake.inbound import BODY
from core.intake.models import InboundItem, WeiboPost
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.sealing import weibo_hash

NOTHING = b"{}"
"""What is left of a status or comment."""
NOBODY = b""
"""As whom somebody is known who was erased."""


def erase_posts_of(scope: Scope, ticket: Ticket) -> int:
    """Erase what was written on Weibo about a ticket; return how many statuses and comments."""
    return _erase(scope, WeiboPost.ticket_id == ticket.id)


def erase_posts_of_person(scope: Scope, uid: str) -> int:
    """Erase what a Weibo user wrote that belongs to no ticket; return how many; none for an empty number."""
    if not uid:
        return 0
    person = weibo_hash(scope.keys, uid, tenant_id=scope.tenant.id)
    return _erase(scope, WeiboPost.person == person, WeiboPost.ticket_id.is_(None))


def erase_posts_before(scope: Scope, instant: datetime, *, limit: int) -> int:
    """Erase up to so many statuses and comments of before that belong to no ticket; return how many."""
    return _erase(scope, WeiboPost.at < instant, WeiboPost.ticket_id.is_(None), limit=limit)


def _erase(scope: Scope, *which: ColumnElement[bool], limit: int | None = None) -> int:
    found = scope.session.execute(
        select(WeiboPost, InboundItem)
        .join(InboundItem, (InboundItem.tenant_id == WeiboPost.tenant_id) & (InboundItem.id == WeiboPost.item_id))
        .where(WeiboPost.tenant_id == scope.tenant.id, WeiboPost.person != NOBODY, *which)
        .order_by(WeiboPost.id)
        .limit(limit)
        .with_for_update()
    ).all()
    for post, item in found:
        post.person, post.comments_since = NOBODY, 0
        item.body = scope.keys.encrypt_bytes(NOTHING, tenant_id=scope.tenant.id, field=BODY, row_id=item.id)
    scope.session.flush()
    return len(found)
