"""A process that dies before a statement, before a commit, or after one and before anybody is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest


class Died(SystemExit):
    """The process is gone."""


WRITING = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Death:
    """Comes before the `number`-th statement or commit; and where that many do not come, after the commit that wrote."""

    number: int
    passed: int = 0
    has_committed: bool = False
    """Whether it came after the commit."""
    _has_written: bool = False

    def before_statement(self, words: str) -> None:
        """Let a statement pass, or die before it."""
        self._pass()
        self._has_written |= words.lstrip().upper().startswith(WRITING)

    def before_commit(self) -> None:
        """Let a commit pass, or die before it."""
        self._pass()

    def after_commit(self) -> None:
        """Die after a commit that wrote something."""
        if self._has_written:
            self.has_committed = True
            raise Died

    def _pass(self) -> None:
        self.passed += 1
        if self.passed == self.number:
            raise Died


@contextmanager
def dying(death: Death) -> Iterator[Death]:
    """Let this process die where it is said."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute", "executemany"):
            _watch(patch, name, death)
        commit = psycopg.Connection.commit

        def committing(connection: psycopg.Connection[Any]) -> None:
            death.before_commit()
            commit(connection)
            death.after_commit()

        patch.setattr(psycopg.Connection, "commit", committing)
        yield death


def _watch(patch: pytest.MonkeyPatch, name: str, death: Death) -> None:
    original = getattr(psycopg.Cursor, name)

    def watched(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        death.before_statement(str(query))
        return original(cursor, query, *args, **kwargs)

    patch.setattr(psycopg.Cursor, name, watched)
