"""Putting another list of mailboxes in place of the one before: the only writer of the table."""

from collections.abc import Sequence
from datetime import datetime

from core.kit.lists import ListPut
from core.tenancy.revisions import bump_epoch
from core.tenancy.scope import Scope
from core.units.mailboxes.models import LeaderMailbox
from core.units.mailboxes.queries import kept_mailboxes
from core.units.mailboxes.reading import WrittenMailbox
from core.units.queries import directory


def put_mailboxes(scope: Scope, written: Sequence[WrittenMailbox], *, now: datetime) -> ListPut:
    """Let these be the tenant's mailboxes. What is not among them is closed and keeps its row; the same list changes nothing."""
    units = directory(scope)
    wanted = {
        each.name: {
            "level": each.level,
            "leader": each.leader,
            "owner_id": units.get_unit(each.owner).id,
            "handler_id": units.get_unit(each.handler).id if each.handler else None,
            "channel": each.channel,
            "matters": list(each.matters),
            "areas": list(each.areas),
            "is_public": each.is_public,
        }
        for each in written
    }
    kept = {row.name: row for row in kept_mailboxes(scope)}
    gone = [row for row in kept.values() if row.closed_at is None and row.name not in wanted]
    again = [row for row in kept.values() if row.closed_at is not None and row.name in wanted]
    changed = [
        row
        for row in kept.values()
        if row.closed_at is None
        and row.name in wanted
        and any(getattr(row, k) != v for k, v in wanted[row.name].items())
    ]
    for row in (*gone, *changed):
        row.closed_at = now
    scope.session.flush()  # leaders may have changed places: first nobody has a mailbox, then everybody their new one
    for row in (*again, *changed):
        for name, value in wanted[row.name].items():
            setattr(row, name, value)
        row.closed_at = None
    new = [name for name in wanted if name not in kept]
    scope.session.add_all(
        LeaderMailbox(tenant_id=scope.tenant.id, id=scope.new_id(), name=name, closed_at=None, **wanted[name])  # type: ignore[arg-type]
        for name in new
    )
    put = ListPut(
        opened=len(new) + len(again),
        changed=len(changed),
        closed=len(gone),
        same=len(wanted) - len(new) - len(again) - len(changed),
    )
    if put.is_change:
        bump_epoch(scope)
    return put
