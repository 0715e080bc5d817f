"""What a feature's pages, commands and jobs are handed to read and write the plugin's own tables. No policy hook is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.kit.errors import Refused


class StoreRefusal(Refused):
    """The store did not do what it was asked; the core's own work goes on untouched."""

    code = "plugin-store"


class StatementNotAllowed(StoreRefusal):
    """The statement is not a plain one on the plugin's own tables."""

    code = "plugin-statement-refused"


class ReadOnly(StoreRefusal):
    """A page that only shows tried to write."""

    code = "plugin-read-only"


class TooSlow(StoreRefusal):
    """A statement took longer than it may."""

    code = "plugin-statement-too-slow"


class TooManyRows(StoreRefusal):
    """A question has more rows for an answer than can be shown or worked on."""

    code = "plugin-too-many-rows"


class NotOne(StoreRefusal):
    """There are several rows where one was asked for."""

    code = "plugin-not-one-row"


class RowsNotAccepted(StoreRefusal):
    """A row breaks a rule of its table, or refers to a row that does not exist. `constraint` names the rule."""

    code = "plugin-rows-refused"

    def __init__(self, message: str, constraint: str) -> None:
        super().__init__(message)
        self.constraint = constraint


class StatementFailed(StoreRefusal):
    """The database could not carry out the statement, for instance because a table is not there yet."""

    code = "plugin-statement-failed"


class Statement(Protocol):
    """A `select`, `insert`, `update` or `delete` of `core.hooks.tables`."""

    @property
    def is_select(self) -> bool: ...

    @property
    def is_dml(self) -> bool: ...


class OwnTable(Protocol):
    """A table made by `core.hooks.tables.tenant_table`."""

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> str | None: ...


class Store(Protocol):
    """The plugin's own rows of one district. Whatever is asked, no other district's row is there.

    After a refusal everything that this visit wrote is taken back, and nothing more can be asked in it.
    """

    def rows(self, question: Statement) -> Sequence[Mapping[str, Any]]:
        """Return the rows that a `select` finds, each by the names of its columns.

        Raises `StatementNotAllowed`, `TooSlow`, `TooManyRows`, `StatementFailed`.
        """
        ...

    def one_or_none(self, question: Statement) -> Mapping[str, Any] | None:
        """Return the only row that a `select` finds, or None. Raises `NotOne` and what `rows` raises."""
        ...

    def add(self, table: OwnTable, **values: Any) -> int:
        """Write one row and return the id that it was given.

        Raises `RowsNotAccepted`, `ReadOnly` and what `rows` raises.
        """
        ...

    def run(self, statement: Statement) -> int:
        """Carry out an `insert`, `update` or `delete` and return how many rows it reached.

        Raises `RowsNotAccepted`, `ReadOnly` and what `rows` raises.
        """
        ...
