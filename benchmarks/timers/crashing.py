"""Processes that die in the middle of things: no goodbye, no rollback of their own, like `kill -9`."""

import os
from typing import Any

from sqlalchemy import Engine, event

DEAD = 137
"""Exit code of a process that died so."""


def die_after(engine: Engine, statements: int) -> None:
    """Have this process die at its next but so many statements, or at the commit that would follow them."""
    left = statements

    def burn(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os._exit(DEAD)

    event.listen(engine, "before_cursor_execute", burn)
    event.listen(engine, "commit", burn)
