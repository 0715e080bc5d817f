"""Leaders' mailboxes 领导信箱 in an administrator's hands: put from a file as a whole, and looked through."""

from collections.abc import Sequence
from pathlib import Path

from core.intake.channels import open_channels_of
from core.journey.lists import Ordered, note_put, refuse_faults, rows_of
from core.kit.lists import ListPut
from core.tenancy.scope import Scope
from core.units.catalogue.queries import known_units
from core.units.mailboxes.queries import mailbox_book
from core.units.mailboxes.reading import COLUMNS, NEEDED, read_mailboxes
from core.units.mailboxes.rules import Mailbox, suggested
from core.units.mailboxes.service import put_mailboxes

WHAT = "领导信箱名册"
DEED = "更换领导信箱名册"
MOST = 10_000
"""Rows; the largest published city has 2,641 mailboxes."""


def import_mailboxes(scope: Scope, path: Path, order: Ordered) -> ListPut:
    """Let the mailboxes of a file be the tenant's, all or nothing; those that are missing are closed.

    Whose a mailbox is decides who sees its letters, so two administrators give the order. Raises `TableUnusable`,
    `ListUnusable` with every row that has a fault, doubled mailboxes and leaders among them.
    """
    rows = rows_of(path, COLUMNS, needed=NEEDED, most=MOST, what=WHAT)
    channels = open_channels_of(scope).values()
    written, faults = read_mailboxes(
        rows,
        units=known_units(scope),
        channels={word: channel.id for channel in channels for word in (channel.label, channel.id)},
    )
    refuse_faults(faults, WHAT)
    put = put_mailboxes(scope, written, now=order.now)
    note_put(scope, WHAT, put, order, rows=len(written))
    return put


def find_mailboxes(
    scope: Scope, *, matter: str = "", area: str = "", words: str = "", most: int, only_public: bool = True
) -> Sequence[Mailbox]:
    """Return the open mailboxes for this type and area, the most fitting first."""
    book = mailbox_book(scope)
    offered = book.public if only_public else book.mailboxes
    return suggested(offered, matter=matter, area=area, words=words, most=most)
