"""Photos and recordings of a conversation: what a job is to fetch, and adding it to the ticket that it belongs to."""

from dataclasses import dataclass
from datetime import datetime

from core.files.judging import Upload
from core.files.kinds import find_kind
from core.intake.wechat.reading import KIND_LABELS
from core.journey.conversation.converse import AT_WECHAT, find_message_of
from core.journey.files import add_files, judge_all
from core.journey.supplement import SUPPLEMENTED
from core.kit.errors import Refused
from core.kit.file_store import FilesAway
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket_of_id, note
from core.tickets.timeline import SYSTEM, Order


@dataclass(frozen=True, slots=True)
class Media:
    """What is still at WeChat: its id there, and what people call it."""

    media_id: str
    label: str


def find_media(scope: Scope, item_id: int) -> Media | None:
    """Return what is to be fetched for a message; None when its writer was erased meanwhile."""
    message = find_message_of(scope, item_id)
    return Media(message.media_id, KIND_LABELS[message.kind]) if message and message.media_id else None


def add_media(scope: Scope, ticket_id: int, item_id: int, media: Media, content: bytes, *, now: datetime) -> None:
    """Clean what was fetched and add it to the ticket, once; what cannot be kept is told of on the ticket.

    Raises `core.kit.file_store.FilesAway`.
    """
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    kind = find_kind(content)
    upload = Upload(f"微信{media.label}{kind.extension if kind else ''}", content)
    try:
        files = judge_all([upload])
        with scope.session.begin_nested():
            add_files(scope, ticket.serial_no, Order(AT_WECHAT, now, None, f"wechat/{item_id}"), files)
    except FilesAway:
        raise
    except Refused as refusal:
        tell_not_added(scope, ticket_id, media, refusal.message, now=now)


def tell_not_added(scope: Scope, ticket_id: int, media: Media, why: str, *, now: datetime) -> None:
    """Note on the ticket that something the resident sent is not there, and why."""
    ticket = lock_ticket_of_id(scope, ticket_id)
    words = f"诉求人在微信发来的{media.label}没有附上：{why}"
    note(scope, ticket, SUPPLEMENTED, in_order(scope, ticket, Order(SYSTEM, now)), summary=words)
