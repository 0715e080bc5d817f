"""Files on the page of one's own appeal: those the resident sent, and those that a unit added to its reply for them.

What a unit keeps for itself, such as its records of a visit, is not shown: only what it marked for the resident as it handed
in the reply, once that reply was passed. A page that was opened with number and code names each file by an address that is
signed for this file and ends half an hour later; it opens that file and nothing else, and nothing is stored.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from core.files.judging import CleanFile
from core.files.kinds import BY_NAME, Kind
from core.files.models import TicketFile
from core.files.refusals import NoSuchFile
from core.journey.files import Given, add_files, give_file, give_preview
from core.journey.supplement import supplement
from core.kit.keys import CROCKFORD
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order

GOOD_FOR = timedelta(minutes=30)
SIGNATURE_LENGTH = 16
"""Characters of the signature: 80 bits."""
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file as its resident's page names it; `token` is the end of its address."""

    name: str
    kind: Kind
    size: int
    has_preview: bool
    is_own: bool
    """The resident sent it, and no unit added it to its reply."""
    is_ready: bool
    token: str


def own_files(
    scope: Scope, ticket: Ticket, *, lead_id: int | None, answered_at: datetime | None, now: datetime
) -> tuple[OwnFile, ...]:
    """Return the files for this resident: their own, and from the answer that was passed, handed in then, those for them.

    `lead_id` is the ticket with which it is handled: its unit's files come with the answer to all, its resident's do not.
    """
    rows = scope.session.scalars(
        select(TicketFile)
        .where(
            TicketFile.tenant_id == scope.tenant.id,
            TicketFile.ticket_id.in_([ticket.id, *([lead_id] if lead_id else [])]),
            TicketFile.state != "erased",
        )
        .order_by(TicketFile.id)
    )
    return tuple(
        OwnFile(
            row.name,
            BY_NAME[row.kind],
            row.size,
            row.has_preview,
            is_own=row.actor_kind == "resident",
            is_ready=row.state == "ready",
            token=_token(scope, row.ticket_id, row.id, until=now + GOOD_FOR),
        )
        for row in rows
        if (row.actor_kind == "resident" and row.ticket_id == ticket.id)
        or (row.for_resident and answered_at is not None and row.added_at <= answered_at)
    )


def give_own_file(scope: Scope, token: str, *, small: bool, now: datetime) -> Given:
    """Return the file that a page named with this token, or its small copy.

    Raises `NoSuchFile` for what we did not make, or made longer ago than half an hour, and as `core.journey.files.give_file`.
    """
    parts = token.split("-")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts[:3]):
        raise NoSuchFile(ENDED)
    ticket_id, file_id, minute = (int(part) for part in parts[:3])
    if not hmac.compare_digest(_sign(scope, ticket_id, file_id, minute), parts[3]) or not parts[3].isascii():
        raise NoSuchFile(ENDED)
    ticket = scope.session.get(Ticket, (scope.tenant.id, ticket_id))
    if ticket is None or now > _BEGIN + timedelta(minutes=minute):
        raise NoSuchFile(ENDED)
    return (give_preview if small else give_file)(scope, ticket.serial_no, file_id)


ENDED = "这个附件的链接已经过期。请凭受理流水号和提取码重新打开查询页再看。"


def supplement_with_files(
    scope: Scope, serial_no: str, order: Order, *, words: str, files: Sequence[CleanFile]
) -> None:
    """The resident adds words, and photos or other files that were cleaned before. Raises as `supplement` and `add_files`.

    Where they only chose files, that is what is said.
    """
    supplement(scope, serial_no, order, words=words.strip() or ("补充了照片或文件" if files else ""))
    if files:
        beside = Order(order.actor, order.now, command_id=f"{order.command_id}/files" if order.command_id else None)
        add_files(scope, serial_no, beside, files)


def _token(scope: Scope, ticket_id: int, file_id: int, *, until: datetime) -> str:
    minute = int((until - _BEGIN).total_seconds() // 60)
    return f"{ticket_id}-{file_id}-{minute}-{_sign(scope, ticket_id, file_id, minute)}"


def _sign(scope: Scope, ticket_id: int, file_id: int, minute: int) -> str:
    key = scope.keys.derive("resident-file", scope.tenant.id)
    number = int.from_bytes(hmac.digest(key, f"{ticket_id}/{file_id}/{minute}".encode(), sha256)[:10], "big")
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(SIGNATURE_LENGTH))
