"""Whether the network may be reached now: by what acts outside in a job or a command, and by nothing that decides or shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_may_reach = ContextVar("may_reach_outside", default=False)


@contextmanager
def reaching_outside() -> Iterator[None]:
    """Let `core.hooks.outside` be used for the length of the block."""
    token = _may_reach.set(True)
    try:
        yield
    finally:
        _may_reach.reset(token)


def may_reach_outside() -> bool:
    """Tell whether the network may be reached now."""
    return _may_reach.get()
