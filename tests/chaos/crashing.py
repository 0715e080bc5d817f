"""A process that dies before a statement, before a commit, or after one and before anybody is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest


class Died(SystemExit):
    """The process is gone."""


@dataclass
class Death:
    """Comes at the `number`-th place where it can: before a statement, before a commit, after a commit."""

    number: int
    places: int = 0

    def pass_by(self) -> None:
        """Let a place be passed, or die there."""
        self.places += 1
        if self.places == self.number:
            raise Died


@contextmanager
def dying(death: Death) -> Iterator[Death]:
    """Let this process die where it is said; what it passes until then is counted."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute", "executemany"):
            _count(patch, psycopg.Cursor, name, death)
        commit = psycopg.Connection.commit

        def committing(connection: psycopg.Connection[Any]) -> None:
            death.pass_by()
            commit(connection)
            death.pass_by()

        patch.setattr(psycopg.Connection, "commit", committing)
        yield death


def _count(patch: pytest.MonkeyPatch, owner: type, name: str, death: Death) -> None:
    original = getattr(owner, name)

    def counting(*args: Any, **kwargs: Any) -> Any:
        death.pass_by()
        return original(*args, **kwargs)

    patch.setattr(owner, name, counting)
