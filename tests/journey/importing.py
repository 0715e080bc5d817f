"""Tables of invented appeals, imported into a district, and what became of them there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.intake.columns import recognise
from core.intake.tabular.rows import Row
from core.journey.import_appeals import Import, Outcome, batches, import_batch
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from tests.builders import BEIJING, beijing

NOW = "2026-11-20 10:00"
COLUMNS = ("编号", "内容", "提交时间", "答复", "答复时间")


def table_of(*rows: Sequence[str]) -> list[Row]:
    """Return rows as a file would give them, below a header in row 1."""
    return [Row(number, tuple(cells)) for number, cells in enumerate(rows, start=2)]


def import_rows(
    installation: Installation,
    slug: str,
    rows: Sequence[Row],
    *,
    columns: Sequence[str] = COLUMNS,
    told: Mapping[str, str] | None = None,
    history: bool = False,
    now: str = NOW,
) -> Outcome:
    """Import all rows in batches and return what became of them together."""
    wanted = Import(recognise(columns, told or {}), "file", history)
    outcomes = [import_batch(installation, slug, batch, wanted, now=beijing(now)) for batch in batches(rows)]
    return Outcome(
        sum(outcome.created for outcome in outcomes),
        sum(outcome.existing for outcome in outcomes),
        tuple(rejected for outcome in outcomes for rejected in outcome.rejected),
        sum(outcome.left_out for outcome in outcomes),
    )


def reasons(outcome: Outcome) -> list[tuple[int, str]]:
    """Return number and reason of the rejected rows."""
    return [(rejected.row.number, rejected.reason) for rejected in outcome.rejected]


def tickets_of(installation: Installation, slug: str) -> list[Ticket]:
    """Return all tickets of the district in the order in which their residents spoke."""
    with installation.scope(slug) as scope:
        wanted = select(Ticket).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.submitted_at, Ticket.id)
        return list(scope.session.scalars(wanted))


def timeline_of(session: Session, ticket: Ticket) -> list[str]:
    """Return the ticket's timeline, a line for an entry."""
    entries = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == ticket.tenant_id, TicketEvent.ticket_id == ticket.id)
        .order_by(TicketEvent.seq)
    )
    return [f"{local(entry.at)} {entry.actor_name} {entry.kind} {entry.summary}" for entry in entries]


def local(instant: datetime | None) -> str:
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if instant else ""
