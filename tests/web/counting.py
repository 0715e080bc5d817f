"""What a page costs: the statements that it sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from core.kit.db import Database

LOOKS_AT_THE_TENANT = ("SET LOCAL app.tenant = ''", "SELECT tenant.id", "SELECT tenant_host.")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database, but for the look at the tenant that is due now and then."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(LOOKS_AT_THE_TENANT):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
