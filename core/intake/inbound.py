"""What other systems push 推送来件 and residents mail 来信: kept as it came under an id of its own, and what becomes of it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from core.hooks.table import FAILURE_LABELS, Failure
from core.hooks.values import InboundPayload
from core.intake.mail.reading import is_mail
from core.intake.models import InboundItem
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.tenancy.scope import Scope

BODY = "inbound.body"
"""The field under which a body is encrypted."""
HELD = "held/"
"""How the message id begins of what was kept although nobody could vouch for it; the rest is made of its content."""
STATE_LABELS: Mapping[str, str] = {
    "waiting": "等待登记",
    "taken_in": "已登记",
    "needs_person": "待人工录入",
    "aside": "自动邮件",
    "refused": "不是诉求",
}
UNDECIDED = ("needs_person", "aside")
"""States in which a person may still enter an item, or say that it is no appeal."""


class NoSuchItem(Refused):
    """The tenant was pushed nothing under this number."""

    code = "no-such-inbound-item"


class ItemSettled(Refused):
    """It is known already what became of the item."""

    code = "inbound-item-settled"


def noun_of(item: InboundItem) -> str:
    """Return what people call the item."""
    return "来信" if is_mail(item.content_type) else "推送来件"


def new_item(
    scope: Scope,
    *,
    channel: str,
    message_id: str,
    content_type: str,
    body: bytes,
    state: str,
    vouched_by: str = "",
    failure: str = "",
    now: datetime,
) -> InboundItem:
    """Add what was pushed, encrypted."""
    item_id = scope.new_id()
    item = InboundItem(
        tenant_id=scope.tenant.id,
        id=item_id,
        channel=channel,
        message_id=message_id,
        received_at=now,
        content_type=content_type,
        body=scope.keys.encrypt_bytes(body, tenant_id=scope.tenant.id, field=BODY, row_id=item_id),
        body_hash=body_hash(scope, body),
        state=state,
        vouched_by=vouched_by,
        failure=failure,
    )
    scope.session.add(item)
    return item


def body_hash(scope: Scope, body: bytes) -> bytes:
    """Return the keyed hash by which the same body is known when it comes again."""
    return scope.keys.lookup_hash(hashlib.sha256(body).hexdigest(), tenant_id=scope.tenant.id, field=BODY)


def held_id(scope: Scope, body: bytes) -> str:
    """Return the id under which a body is kept that nobody could vouch for."""
    return HELD + body_hash(scope, body).hex()


def replace_body(scope: Scope, item: InboundItem, body: bytes, *, content_type: str) -> None:
    """Keep the whole of what could be kept in part only before."""
    item.content_type = content_type
    item.body = scope.keys.encrypt_bytes(body, tenant_id=scope.tenant.id, field=BODY, row_id=item.id)
    item.body_hash = body_hash(scope, body)


def payload_of(scope: Scope, item: InboundItem) -> InboundPayload:
    """Return what was pushed, opened."""
    return InboundPayload(
        message_id=item.message_id,
        content_type=item.content_type,
        body=scope.keys.decrypt_bytes(item.body, tenant_id=scope.tenant.id, field=BODY, row_id=item.id),
        received_at=item.received_at,
    )


def find_message(scope: Scope, channel: str, message_id: str, *, locked: bool = False) -> InboundItem | None:
    """Return what came in under this id before."""
    found = _items(scope, InboundItem.channel == channel, InboundItem.message_id == message_id)
    item: InboundItem | None = scope.session.scalar(found.with_for_update() if locked else found)
    return item


def get_item(scope: Scope, item_id: int, *, locked: bool = False) -> InboundItem:
    """Return what was pushed under this number of ours. Raises `NoSuchItem`."""
    found = _items(scope, InboundItem.id == item_id)
    item = scope.session.scalar(found.with_for_update() if locked else found)
    if item is None:
        raise NoSuchItem(said("没有编号为 {item_id} 的来件。请回到待人工录入的列表重新选择。", item_id=item_id))
    return item


def open_item(scope: Scope, item_id: int) -> InboundItem:
    """Return, locked, an item that a person may decide about. Raises `NoSuchItem`, `ItemSettled`."""
    item = get_item(scope, item_id, locked=True)
    refuse_settled(item)
    return item


def refuse_settled(item: InboundItem) -> None:
    """Raise `ItemSettled` unless a person may decide about the item."""
    if item.state not in UNDECIDED:
        who = said("，由{decided_by}处理", decided_by=item.decided_by) if item.decided_by else ""
        raise ItemSettled(
            said(
                "{noun} {id} 已是「{state}」{who}，不用再处理。请回到列表看下一件。",
                noun=word(noun_of(item)),
                id=item.id,
                state=word(STATE_LABELS[item.state]),
                who=who,
            )
        )


def count_held(scope: Scope, channel: str) -> int:
    """Return how many bodies are kept on a channel that nobody could vouch for and nobody has looked at."""
    held = select(func.count()).where(
        InboundItem.tenant_id == scope.tenant.id,
        InboundItem.state == "needs_person",
        InboundItem.channel == channel,
        InboundItem.vouched_by == "",
    )
    return scope.session.scalar(held) or 0


def failure_words(scope: Scope, failure: Failure) -> str:
    """Say which feature failed with an item, and how, for those who take in."""
    feature = scope.hooks.enabled[failure.feature].feature
    number = said("（错误编号 {error_id}）", error_id=failure.error_id) if failure.error_id else ""
    return said(
        "功能“{label}”（{id}）{failure}{number}。",
        label=word(feature.label),
        id=feature.id,
        failure=word(FAILURE_LABELS[failure.kind]),
        number=number,
    )


def _items(scope: Scope, *which: ColumnElement[bool]) -> Select[InboundItem]:
    return select(InboundItem).where(InboundItem.tenant_id == scope.tenant.id, *which)
