"""Keeping what somebody has answered so far, and letting go of it: whoever has the key has the draft, and nobody else."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from core.files.judging import CleanFile
from core.files.kinds import BY_NAME
from core.files.limits import MEGABYTE
from core.files.models import file_key
from core.files.refusals import FilesTooMany, NoSuchFile
from core.files.service import Stored, put_file
from core.kit.errors import Refused
from core.kit.saying import said
from core.residents.drafts.models import ReportDraft, ReportFile
from core.tenancy.scope import Scope

SEALED, FILE = "report.answers", "report.file"
"""The fields under which answers, and the names of files, are encrypted."""
KEY = re.compile(r"[0-9a-f]{32}")
KEPT = timedelta(days=3)
"""How long a draft is kept after it was last saved."""
MOST_FILES, MOST_BYTES = 20, 100 * MEGABYTE
"""Files of one draft, as they are kept."""
LONGEST = 60_000
"""Characters of all answers together: more than any of the fields takes."""


class DraftTooLong(Refused):
    """More was typed than a draft holds."""

    code = "draft-too-long"


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft as it is read: the answers by the names of their fields, which version they are, and which page saved them."""

    id: int
    answers: Mapping[str, str]
    version: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True)
class BegunFile:
    """A file of a draft: under which number it is looked at, and as it lies in the store."""

    id: int
    stored: Stored


def find_begun(scope: Scope, key: str, *, now: datetime, lock: bool = False) -> Begun | None:
    """Return the draft of this key, None when there is none, or it has lain too long."""
    row = _find(scope, key, lock=lock)
    if row is None or row.saved_at <= now - KEPT:
        return None
    answers = json.loads(scope.keys.decrypt(row.sealed, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id))
    return Begun(row.id, answers, row.version, row.saved_at, row.saved_by)


def save_begun(scope: Scope, key: str, answers: Mapping[str, str], *, window: str, now: datetime) -> Begun:
    """Keep the answers under the key, in place of those that were there. Raises `DraftTooLong`."""
    length = sum(map(len, answers.values()))
    if length > LONGEST:
        raise DraftTooLong(
            said(
                "您写的共有 {length:,} 个字，超过 {longest:,} 字的上限，没有保存，仍在这一页上。请先精简，或把材料作为附件。",
                length=length,
                longest=LONGEST,
            )
        )
    row = _find(scope, key, lock=True)
    if row is None:
        row = ReportDraft(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            key_hash=hash_of(scope, key),
            sealed=b"",
            version=0,
            saved_at=now,
            saved_by=window,
        )
        scope.session.add(row)
    words = json.dumps(dict(answers), ensure_ascii=False)
    row.sealed = scope.keys.encrypt(words, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id)
    row.version, row.saved_at, row.saved_by = row.version + 1, now, window
    scope.session.flush()
    return Begun(row.id, answers, row.version, row.saved_at, row.saved_by)


def drop_begun(scope: Scope, key: str) -> bool:
    """Take a draft away with its files; return whether there was one. What lies in the store goes within a day."""
    return _drop(scope, ReportDraft.key_hash == hash_of(scope, key)) > 0


def drop_old(scope: Scope, *, now: datetime) -> int:
    """Take away the drafts that have lain too long, with their files; return how many."""
    return _drop(scope, ReportDraft.saved_at <= now - KEPT)


def drop_naming(scope: Scope, words: str) -> int:
    """Take away the drafts in which these words stand, a phone for instance; return how many."""
    rows = scope.session.scalars(select(ReportDraft).where(ReportDraft.tenant_id == scope.tenant.id)).all()
    naming = [
        row.id
        for row in rows
        if words
        in "".join(scope.keys.decrypt(row.sealed, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id).split())
    ]
    return _drop(scope, ReportDraft.id.in_(naming)) if naming else 0


def begun_files(scope: Scope, begun: Begun | None) -> Sequence[BegunFile]:
    """Return the files of a draft in the order in which they came."""
    if begun is None:
        return ()
    rows = scope.session.scalars(
        select(ReportFile)
        .where(ReportFile.tenant_id == scope.tenant.id, ReportFile.draft_id == begun.id)
        .order_by(ReportFile.id)
    )
    return [_read(scope, row) for row in rows]


def get_begun_file(scope: Scope, begun: Begun | None, number: int) -> BegunFile:
    """Return one file of this draft. Raises `NoSuchFile`: the same for another's and nobody's."""
    found = next((file for file in begun_files(scope, begun) if file.id == number), None)
    if found is None:
        raise NoSuchFile("没有这个附件。它可能已被删除，请刷新后再看。")
    return found


def add_begun_files(scope: Scope, begun: Begun, files: Sequence[CleanFile], *, now: datetime) -> None:
    """Keep cleaned files with a draft that is locked; one that is there already is there once.

    Raises `FilesTooMany` before anything is put into the store, `FilesAway`.
    """
    there = begun_files(scope, begun)
    known = {file.stored.sha256 for file in there}
    new = list({file.sha256: file for file in files if file.sha256 not in known}.values())
    if len(there) + len(new) > MOST_FILES:
        raise FilesTooMany(
            said(
                "照片和录音最多 {most} 个，已有 {there} 个，这次的 {number} 个没有存。请只传要紧的，或先删去几个。",
                most=MOST_FILES,
                there=len(there),
                number=len(new),
            )
        )
    size = sum(file.stored.size for file in there)
    if size + sum(len(file.content) for file in new) > MOST_BYTES:
        raise FilesTooMany(
            said(
                "照片和录音一共最多 {most} MB，已有 {size:.0f} MB，这次的没有存。请只传要紧的，或先删去几个。",
                most=MOST_BYTES // MEGABYTE,
                size=size / MEGABYTE,
            )
        )
    for file in new:
        stored, number = put_file(scope, file), scope.new_id()
        scope.session.add(
            ReportFile(
                tenant_id=scope.tenant.id,
                id=number,
                draft_id=begun.id,
                sealed=scope.keys.encrypt(stored.name, tenant_id=scope.tenant.id, field=FILE, row_id=number),
                kind=stored.kind.name,
                size=stored.size,
                sha256=stored.sha256,
                key=stored.key,
                has_preview=stored.has_preview,
                added_at=now,
            )
        )
    scope.session.flush()


def remove_begun_file(scope: Scope, begun: Begun, number: int) -> bool:
    """Take one file of a draft away; return whether it was there. What lies in the store goes within a day."""
    gone = scope.session.scalars(
        delete(ReportFile)
        .where(ReportFile.tenant_id == scope.tenant.id, ReportFile.draft_id == begun.id, ReportFile.id == number)
        .returning(ReportFile.id),
        execution_options={"synchronize_session": False},
    ).all()
    _forget_rows(scope)
    return bool(gone)


def unclaimed(scope: Scope, keys: Sequence[str]) -> list[str]:
    """Return those of the keys under which no draft has a file or its small copy."""
    named = {file_key(key) for key in keys}
    query = select(ReportFile.key).where(ReportFile.tenant_id == scope.tenant.id, ReportFile.key.in_(named))
    used = frozenset(scope.session.scalars(query))
    return [key for key in keys if file_key(key) not in used]


def hash_of(scope: Scope, key: str) -> bytes:
    """Return the keyed hash under which a draft is found."""
    return scope.keys.lookup_hash(key, tenant_id=scope.tenant.id, field="report-draft")


def message_of(scope: Scope, key: str) -> str:
    """Return by what the report of this key is known as a message, once it is sent: nobody comes from there to the key."""
    return scope.keys.lookup_hash(key, tenant_id=scope.tenant.id, field="report-message").hex()[:32]


def _find(scope: Scope, key: str, *, lock: bool) -> ReportDraft | None:
    if not KEY.fullmatch(key):
        return None
    query = select(ReportDraft).where(
        ReportDraft.tenant_id == scope.tenant.id, ReportDraft.key_hash == hash_of(scope, key)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return scope.session.scalar(query)


def _read(scope: Scope, row: ReportFile) -> BegunFile:
    name = scope.keys.decrypt(row.sealed, tenant_id=scope.tenant.id, field=FILE, row_id=row.id)
    return BegunFile(row.id, Stored(name, BY_NAME[row.kind], row.size, row.sha256, row.key, row.has_preview))


def _drop(scope: Scope, which: ColumnElement[bool]) -> int:
    dropped = scope.session.scalars(
        delete(ReportDraft).where(ReportDraft.tenant_id == scope.tenant.id, which).returning(ReportDraft.id),
        execution_options={"synchronize_session": False},
    ).all()
    _forget_rows(scope)
    return len(dropped)


def _forget_rows(scope: Scope) -> None:
    """Let the session know no draft any more: rows went without its knowledge."""
    for row in [each for each in scope.session.identity_map.values() if isinstance(each, ReportDraft | ReportFile)]:
        scope.session.expunge(row)
