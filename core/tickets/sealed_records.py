"""Records beside the timelines 留证记录 in the daily seal: settings, rights, versions, the security log.

No timeline vouches for them, so each is sealed by itself: its key, its time and the hash of its row stand in the list of a
seal. So one that was changed or removed afterwards is named, and so is one that was put in among those of before.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal, null, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from core.kit.db import Base
from core.kit.keys import Keyring
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.legible import document, legible_column
from core.tickets.models import Seal, SealedRecord
from core.tickets.tampering import Fault, Finding

GRACE = timedelta(hours=1)
"""A record that says it was written longer than this before a seal in which it is missing was put in later."""
STREAMED = {"yield_per": 1_000}
BY_HASH = text("SET LOCAL enable_nestloop = off")
"""Under row-level security no index is asked for a computed key: row by row, each table would be read once for each row."""
Covers = Mapping[str, Sequence[str]]
"""Table → the columns that are sealed of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sealable:
    """A table whose records are sealed, and what its records are called."""

    model: type[Base]
    label: str
    at: str = ""
    """The column of the record's own time; empty = it has none."""
    is_dated: bool = True
    """Whether that time is the clock's when it was written, not one of the past that was told of afterwards."""
    left_out: frozenset[str] = frozenset()
    """Columns that may be emptied later, because a law asks for it."""
    when: ColumnElement[bool] | None = None
    """Only records for which this holds are sealed: those that nothing changes any more."""
    part_of: tuple[type[Base], tuple[str, ...]] | None = None
    """The record that it was written with, or before: table, and the columns here that are its key."""
    is_genuine: Callable[[Any, Keyring], bool] | None = None
    """Tells, without any seal, whether the record is as the product wrote it."""

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def columns(self) -> list[str]:
        """The columns that are sealed."""
        return sorted(
            column.key for column in self.model.__table__.columns if column.key not in {"tenant_id", *self.left_out}
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a seal's list."""

    of: str
    key: str
    at: datetime | None
    hash: bytes


@dataclass(slots=True)
class Summed:
    """The records of one seal, summed up: how many, and the SHA-256 of all of them in the order of table and key."""

    count: int = 0
    content: Any = field(default_factory=hashlib.sha256)

    def add(self, listed: Listed) -> None:
        self.count += 1
        at = listed.at and listed.at.astimezone(UTC).isoformat(timespec="microseconds")
        self.content.update(_canonical([listed.of, listed.key, at, listed.hash.hex()]) + b"\n")


def covers_of(kinds: Sequence[Sealable]) -> dict[str, list[str]]:
    """Return what a seal over these kinds covers."""
    return {kind.table: kind.columns for kind in kinds}


def unsealed_records(scope: Scope, kinds: Sequence[Sealable]) -> Iterator[Listed]:
    """Yield what is to be listed of every record that is in no seal yet, in the order of table and key."""
    scope.session.execute(BY_HASH)
    for kind in sorted(kinds, key=lambda kind: kind.table):
        key, columns = _key_of(kind.model), kind.columns
        sealed = exists().where(
            SealedRecord.tenant_id == scope.tenant.id, SealedRecord.of == kind.table, SealedRecord.key == key
        )
        query = _rows(scope, kind, columns, key).where(~sealed)
        if kind.when is not None:
            query = query.where(kind.when)
        for row in scope.session.execute(query.order_by(key.collate("C")), execution_options=STREAMED):
            yield Listed(kind.table, row.record_key, row.record_at, _hash(kind, row, columns))


def summed_by_seal(scope: Scope, numbers: frozenset[int] | None) -> dict[int, Summed]:
    """Return the sum of each seal's list of records; with `numbers` of these seals alone."""
    query = select(
        SealedRecord.seal_number,
        SealedRecord.of,
        SealedRecord.key,
        legible_column(SealedRecord.__table__.c.at).label("at"),
        SealedRecord.hash,
    ).where(SealedRecord.tenant_id == scope.tenant.id)
    if numbers is not None:
        query = query.where(SealedRecord.seal_number.in_(numbers))
    ordered = query.order_by(SealedRecord.seal_number, SealedRecord.of.collate("C"), SealedRecord.key.collate("C"))
    summed: dict[int, Summed] = {}
    rows = scope.session.execute(ordered, execution_options=STREAMED)
    for number, group in groupby(rows, key=lambda row: int(row.seal_number)):
        summed[number] = Summed()
        for row in group:
            summed[number].add(Listed(row.of, row.key, row.at, row.hash))
    return summed


@dataclass(slots=True)
class RecordsChecked:
    """What became of a tenant's records: how many were looked at, and all that is wrong with them."""

    count: int
    findings: list[Finding]


def check_records(scope: Scope, kinds: Sequence[Sealable], seals: Sequence[Seal]) -> RecordsChecked:
    """Check every record against the seal it is in, and every list against the records. `seals` in order of their numbers."""
    scope.session.execute(BY_HASH)
    checked = RecordsChecked(0, [])
    for kind in kinds:
        checked.findings += _Check(scope, kind, seals, checked).findings()
    return checked


class _Check:
    """One table under examination."""

    def __init__(self, scope: Scope, kind: Sealable, seals: Sequence[Seal], checked: RecordsChecked) -> None:
        self._scope = scope
        self._kind = kind
        self._checked = checked
        self._seals = {seal.number: seal for seal in seals}
        self._covering = [seal for seal in seals if kind.table in seal.covers]

    def findings(self) -> Iterator[Finding]:
        if self._covering or self._kind.is_genuine:
            yield from self._of_records()
            yield from self._removed()

    def _of_records(self) -> Iterator[Finding]:
        by_columns: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for seal in self._covering:
            by_columns[tuple(seal.covers[self._kind.table])].append(seal.number)
        # Records that are in no seal are looked at with those of the newest one.
        newest = self._covering[-1] if self._covering else None
        for columns, numbers in (by_columns or {tuple(self._kind.columns): []}).items():
            with_unsealed = newest is None or newest.number in numbers
            yield from self._sealed_with(columns, numbers, with_unsealed=with_unsealed)

    def _sealed_with(self, columns: Sequence[str], numbers: Sequence[int], *, with_unsealed: bool) -> Iterator[Finding]:
        kind, key = self._kind, _key_of(self._kind.model)
        gone = sorted(set(columns) - set(self._kind.model.__table__.columns.keys()))
        here = [column for column in columns if column not in gone]
        query = _rows(self._scope, kind, sorted({*here, *kind.columns}), key)
        of_record = (SealedRecord.of == kind.table) & (SealedRecord.key == key)
        query = query.outerjoin(
            SealedRecord, (SealedRecord.tenant_id == self._scope.tenant.id) & of_record
        ).add_columns(
            SealedRecord.seal_number,
            SealedRecord.hash.label("sealed_hash"),
            legible_column(SealedRecord.__table__.c.at).label("sealed_at"),
        )
        unsealed = SealedRecord.seal_number.is_(None) if with_unsealed else literal(False)
        query = self._with_parent(query).where(SealedRecord.seal_number.in_(numbers) | unsealed)
        for row in self._scope.session.execute(query.order_by(key.collate("C")), execution_options=STREAMED):
            self._checked.count += 1
            if gone:
                words = said(
                    "第 {seal_number} 次封存的列 {gone} 已不在表中，无法核对",
                    seal_number=row.seal_number,
                    gone=joined("、", gone),
                )
                yield self._finding(Fault.RECORD_CHANGED, words, row.record_key, row.record_at, row.seal_number)
            else:
                yield from self._of_record(row, here)

    def _with_parent(self, query: Select[Any]) -> Select[Any]:
        if self._kind.part_of is None:
            return query.add_columns(null().label("parent_seal"))
        parent, columns = self._kind.part_of
        listed = aliased(SealedRecord)
        key = _key([self._kind.model.__table__.c[column] for column in columns])
        is_parents = (listed.of == parent.__tablename__) & (listed.key == key)
        return query.outerjoin(listed, (listed.tenant_id == self._scope.tenant.id) & is_parents).add_columns(
            listed.seal_number.label("parent_seal")
        )

    def _of_record(self, row: Any, columns: Sequence[str]) -> Iterator[Finding]:
        number, key, at = row.seal_number, row.record_key, row.record_at
        if number is not None and _hash(self._kind, row, columns) != row.sealed_hash:
            words = "内容被改动"
            if at != row.sealed_at:
                told = row.sealed_at.astimezone(self._scope.tenant.zone) if row.sealed_at else None
                words = said("时间被改动，封存时为 {told:%Y-%m-%d %H:%M:%S}", told=told) if told else "时间被改动"
            yield self._finding(
                Fault.RECORD_CHANGED,
                said("{words}，与第 {number} 次封存不符", words=word(words), number=number),
                key,
                at,
                number,
            )
        elif self._kind.is_genuine and not self._kind.is_genuine(self._record(row), self._scope.keys):
            yield self._finding(Fault.RECORD_ADDED, "不是系统写下的：被添加或被改动", key, at, number)
        elif self._covering and (missing := self._missing_in(number, at, row.parent_seal)) is not None:
            words = said("被添加，第 {missing} 次封存时还没有", missing=missing)
            yield self._finding(Fault.RECORD_ADDED, words, key, at, missing)

    def _missing_in(self, number: int | None, at: datetime | None, parent_seal: int | None) -> int | None:
        """Return the seal in which the record would stand if it had been there then."""
        before = [seal for seal in self._covering if number is None or seal.number < number]
        if not before:
            return None
        if parent_seal is not None and (number is None or parent_seal < number) and parent_seal >= before[0].number:
            return parent_seal
        if self._kind.at and self._kind.is_dated and at is not None and at < before[-1].sealed_at - GRACE:
            return before[-1].number
        return None

    def _record(self, row: Any) -> Base:
        kind, values = self._kind, {"tenant_id": self._scope.tenant.id}
        return kind.model(**values, **{column: _read(kind, row, column) for column in kind.columns})

    def _removed(self) -> Iterator[Finding]:
        kind = self._kind
        there = (
            select(literal(1))
            .select_from(kind.model.__table__)
            .where(kind.model.__table__.c.tenant_id == self._scope.tenant.id, _key_of(kind.model) == SealedRecord.key)
            .exists()
        )
        query = (
            select(SealedRecord.key, legible_column(SealedRecord.__table__.c.at).label("at"), SealedRecord.seal_number)
            .where(SealedRecord.tenant_id == self._scope.tenant.id, SealedRecord.of == kind.table, ~there)
            .order_by(SealedRecord.seal_number, SealedRecord.key.collate("C"))
        )
        for row in self._scope.session.execute(query):
            words = said("被删除，第 {seal_number} 次封存时还在", seal_number=row.seal_number)
            yield self._finding(Fault.RECORD_REMOVED, words, row.key, row.at, row.seal_number)

    def _finding(self, fault: Fault, words: str, key: str, at: datetime | None, seal: int | None) -> Finding:
        parts = document(key)
        named = "/".join(map(str, parts)) if isinstance(parts, list) else key
        return Finding(
            fault, words, record=said("{label} {named}", label=word(self._kind.label), named=named), at=at, seal=seal
        )


def _rows(scope: Scope, kind: Sealable, columns: Sequence[str], key: ColumnElement[str]) -> Select[Any]:
    """Return the query for a table's rows: key, time, and these columns so that whatever stands in them can be read."""
    table = kind.model.__table__
    at = legible_column(table.c[kind.at]) if kind.at else null()
    return select(
        key.label("record_key"),
        at.label("record_at"),
        *(legible_column(table.c[column]).label(f"of_{column}") for column in columns),
    ).where(table.c.tenant_id == scope.tenant.id)


def _key_of(model: type[Base]) -> ColumnElement[str]:
    return _key(column for column in model.__table__.columns if column.primary_key and column.key != "tenant_id")


def _key(columns: Iterable[ColumnElement[Any]]) -> ColumnElement[str]:
    """Return the columns as one text, in which no value can be taken for two."""
    return cast(func.jsonb_build_array(*columns), Text)


def _hash(kind: Sealable, row: Any, columns: Sequence[str]) -> bytes:
    values = {column: _plain(_read(kind, row, column)) for column in columns}
    return hashlib.sha256(_canonical({"of": kind.table, "columns": values})).digest()


def _read(kind: Sealable, row: Any, column: str) -> Any:
    value = getattr(row, f"of_{column}")
    is_document = isinstance(value, str) and isinstance(kind.model.__table__.c[column].type, JSONB)
    return document(value) if is_document else value


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
