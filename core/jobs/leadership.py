"""Leadership: of all clock processes of an installation, one at a time holds the database's advisory lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

LOCK = 0x4875_6979_696E_67
"""Key of the lock: the product's name. The database scopes it, so installations do not meet."""


class Leadership:
    """The lock, for as long as its connection lives. When that breaks, another clock may already lead."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def confirm(self) -> None:
        """Raise sqlalchemy's OperationalError when the connection, and with it the lock, is gone."""
        self._connection.execute(text("SELECT 1"))


@contextmanager
def leadership(engine: Engine) -> Iterator[Leadership | None]:
    """Take the lead for the length of the block, or give None when another process has it.

    The lock lives in a connection of its own, without tenant and outside any transaction: an open one would be ended
    by the server for being idle. A pooler between us and the server must keep sessions whole (no transaction pooling).
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar_one()
        try:
            yield Leadership(connection) if taken else None
        finally:
            # Closed for good and not given back to the pool: with the connection the lock surely ends.
            connection.invalidate()
