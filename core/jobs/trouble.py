"""Telling a database that is gone from one that refused a piece of work."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

GONE = ("08", "53", "57P")
"""Classes of SQLSTATE: no connection, no room, shut down. A time limit that ran out is not among them."""


def is_database_gone(error: DBAPIError) -> bool:
    """Return whether the database does not answer, as opposed to having refused this one piece of work."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return state.startswith(GONE)
