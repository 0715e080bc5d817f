"""Speaking of errors where the words of an exception might name a resident."""

import traceback
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

GONE = ("08", "53", "57P")
"""Classes of SQLSTATE: no connection, no room, shut down. A time limit that ran out is not among them."""
ROOT = Path(__file__).parents[2]


def where(error: BaseException) -> str:
    """Return the kind of an unexpected error and the line of ours it came from, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)] or list(frames)
    if not ours:
        return type(error).__name__
    path = Path(ours[-1].filename)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return f"{type(error).__name__}({shown}:{ours[-1].lineno})"


def is_database_gone(error: DBAPIError) -> bool:
    """Return whether the database does not answer, as opposed to having refused this one piece of work."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return state.startswith(GONE)
