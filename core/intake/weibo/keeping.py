"""Under which id a status or comment is kept: made with a key of its number, so that nobody finds its writer by it."""

from sqlalchemy import select

from core.intake.models import InboundItem, WeiboPost
from core.intake.weibo.reading import Kind
from core.tenancy.scope import Scope


def kept_id(scope: Scope, kind: Kind, number: int) -> str:
    """Return the message id of the item that a status or comment is kept as."""
    digest = scope.keys.lookup_hash(f"{kind}/{number}", tenant_id=scope.tenant.id, field="weibo.number")
    return f"{kind}/{digest.hex()}"


def find_mention(scope: Scope, number: int) -> WeiboPost | None:
    """Return the mention of this number that was read, None where there is none."""
    return scope.session.scalar(
        select(WeiboPost)
        .join(InboundItem, (InboundItem.tenant_id == WeiboPost.tenant_id) & (InboundItem.id == WeiboPost.item_id))
        .where(
            WeiboPost.tenant_id == scope.tenant.id,
            InboundItem.message_id == kept_id(scope, "mention", number),
            WeiboPost.kind == "mention",
        )
        .order_by(WeiboPost.id)
        .limit(1)
    )
