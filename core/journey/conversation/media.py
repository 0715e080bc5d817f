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
from core.kit.saying import said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import in_order, lock_ticket_of_id, note
from core.tickets.timeline import SYSTEM, Actor, Order


@dataclass(frozen=True, slots=True)
class Coming:
    """A file that is fetched for a ticket: the name it gets, what people call it, and by whom it is added, once under an id."""

    ticket_id: int
    name: str
    said_of: str
    command_id: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Media:
    """What is still at WeChat: its id there, and what people call it."""

    media_id: str
    label: str

    def coming(self, ticket_id: int, item_id: int) -> Coming:
        """Return it as the file that it will be of a ticket."""
        said_of = said("诉求人在微信发来的{label}", label=word(self.label))
        return Coming(ticket_id, said("微信{label}", label=word(self.label)), said_of, f"wechat/{item_id}", AT_WECHAT)


def find_media(scope: Scope, item_id: int) -> Media | None:
    """Return what is to be fetched for a message; None when its writer was erased meanwhile."""
    message = find_message_of(scope, item_id)
    return Media(message.media_id, KIND_LABELS[message.kind]) if message and message.media_id else None


def add_fetched(scope: Scope, coming: Coming, content: bytes, *, now: datetime) -> None:
    """Clean what was fetched and add it to the ticket, once; what cannot be kept is told of on the ticket.

    Raises `core.kit.file_store.FilesAway`.
    """
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, coming.ticket_id))
    kind = find_kind(content)
    upload = Upload(f"{coming.name}{kind.extension if kind else ''}", content)
    try:
        files = judge_all([upload])
        with scope.session.begin_nested():
            add_files(scope, ticket.serial_no, Order(coming.actor, now, None, coming.command_id), files)
    except FilesAway:
        raise
    except Refused as refusal:
        tell_missing(scope, coming, refusal.message, now=now)


def tell_missing(scope: Scope, coming: Coming, why: str, *, now: datetime) -> None:
    """Note on the ticket that something the resident sent is not there, and why."""
    ticket = lock_ticket_of_id(scope, coming.ticket_id)
    order = in_order(scope, ticket, Order(SYSTEM, now))
    note(
        scope,
        ticket,
        SUPPLEMENTED,
        order,
        summary=said("{said_of}没有附上：{why}", said_of=coming.said_of, why=word(why)),
    )
