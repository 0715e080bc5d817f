"""Reading leaders' mailboxes: the open ones of a tenant, loaded once per epoch."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.tenancy.scope import Scope
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.models import LeaderMailbox
from core.units.mailboxes.rules import Mailbox
from core.units.queries import directory


@dataclass(frozen=True)
class MailboxBook:
    """The open mailboxes of a tenant, by level and name, and the types and areas that the public ones are for."""

    mailboxes: tuple[Mailbox, ...]
    public: tuple[Mailbox, ...]
    matters: tuple[str, ...]
    areas: tuple[str, ...]
    _by_name: Mapping[str, Mailbox]

    def find(self, name: str) -> Mailbox | None:
        """Return the open mailbox of this name."""
        return self._by_name.get(name)


def mailbox_book(scope: Scope) -> MailboxBook:
    """Return the tenant's open mailboxes, read once per epoch."""
    return scope.remember("mailboxes", lambda: _load(scope))


def kept_mailboxes(scope: Scope) -> list[LeaderMailbox]:
    """Return all mailboxes, closed ones too, by name."""
    kept = select(LeaderMailbox).where(LeaderMailbox.tenant_id == scope.tenant.id).order_by(LeaderMailbox.name)
    return list(scope.session.scalars(kept))


def _load(scope: Scope) -> MailboxBook:
    units = directory(scope)
    levels = list(MAILBOX_LEVELS)
    found = []
    for row in kept_mailboxes(scope):
        if row.closed_at is not None:
            continue
        owner = units.unit_of_id(row.owner_id)
        handler = units.unit_of_id(row.handler_id) if row.handler_id else None
        found.append(
            Mailbox(
                id=row.id,
                name=row.name,
                level=row.level,
                leader=row.leader,
                owner=owner.code if owner else "",
                owner_name=units.name_of(row.owner_id),
                handler=handler.code if handler else "",
                channel=row.channel,
                matters=tuple(row.matters),
                areas=tuple(row.areas),
                is_public=row.is_public,
            )
        )
    found.sort(key=lambda each: (levels.index(each.level), each.name))
    public = tuple(each for each in found if each.is_public)
    return MailboxBook(
        mailboxes=tuple(found),
        public=public,
        matters=tuple(dict.fromkeys(matter for each in public for matter in each.matters)),
        areas=tuple(dict.fromkeys(area for each in public for area in each.areas)),
        _by_name={each.name: each for each in found},
    )
