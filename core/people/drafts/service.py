"""Keeping drafts, and letting go of them. Nobody but the holder of the account ever reads one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, delete, func, select

from core.kit import saying
from core.kit.errors import Refused
from core.people.drafts.models import LONGEST_NAME, Draft
from core.tenancy.scope import Scope

SEALED = "draft.typed"
"""The field under which what was typed is encrypted."""
KEPT = timedelta(days=14)
"""How long a draft is kept after it was last saved."""
MOST = 60
"""Drafts that one account may have."""
LONGEST = 400_000
"""Characters of one draft: four times what anybody pastes by mistake."""
Typed: TypeAlias = Sequence[tuple[str, str]]
"""What stands in the fields of a form, in their order; a field that takes several values comes several times."""


class DraftTooLong(Refused):
    """More was typed than a draft holds."""

    code = "draft-too-long"


class DraftsFull(Refused):
    """The account has as many drafts as it may have."""

    code = "drafts-full"


class DraftNameless(Refused):
    """The form does not say which draft it is."""

    code = "draft-nameless"


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is read: what was typed where, and since when. `page` is where the form stands, `title` what that is called."""

    id: int
    name: str
    version: int
    saved_at: datetime
    typed: Typed
    page: str
    title: str

    def value(self, name: str) -> str:
        """Return what was typed into a field, empty when nothing was."""
        return next((value for field, value in self.typed if field == name), "")


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving. `newer` is the text of another window that was not written over; then nothing was saved."""

    version: int
    saved_at: datetime
    newer: Kept | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A draft without what was typed."""

    id: int
    name: str
    version: int
    saved_at: datetime


def heads_of(scope: Scope, account_id: int, *, now: datetime) -> Sequence[Head]:
    """Return the account's drafts without their text, the newest first."""
    rows = scope.session.execute(
        select(Draft.id, Draft.name, Draft.version, Draft.saved_at)
        .where(*_of(scope, account_id), Draft.saved_at > now - KEPT)
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )
    return [Head(*row) for row in rows]


def drafts_of(scope: Scope, account_id: int, names: Sequence[str] | None = None, *, now: datetime) -> Sequence[Kept]:
    """Return the account's drafts, or those with these names, the newest first."""
    conditions = [*_of(scope, account_id), Draft.saved_at > now - KEPT]
    if names is not None:
        conditions.append(Draft.name.in_(names))
    rows = scope.session.scalars(select(Draft).where(*conditions).order_by(Draft.saved_at.desc(), Draft.id.desc()))
    return [kept(scope, row) for row in rows]


def save(
    scope: Scope,
    account_id: int,
    name: str,
    typed: Typed,
    *,
    page: str,
    title: str,
    ticket_id: int | None,
    base: int | None,
    window: str = "",
    now: datetime,
) -> Saved:
    """Keep what was typed under the name of its form. `base` is the version that the `window` knows, 0 = none.

    Where another window has saved since, nothing is written and its text is returned as `newer`; with `base` None this
    text counts whatever is there. Raises `DraftTooLong`, `DraftsFull`, `DraftNameless`.
    """
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise DraftNameless("这个表单没有说明是哪一份草稿，没有保存。请刷新后重试。")
    length = sum(len(value) for _, value in typed)
    if length > LONGEST:
        raise DraftTooLong(
            saying.said(
                "内容有 {length:,} 个字，超过草稿 {longest:,} 字的上限，没有存到服务器，仍在这一页上。请先精简。",
                length=length,
                longest=LONGEST,
            )
        )
    row = scope.session.scalar(
        select(Draft)
        .where(*_of(scope, account_id), Draft.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    is_news = row is not None and row.version != base and not (window and row.saved_by == window)
    if row is not None and base is not None and is_news and row.saved_at > now - KEPT:
        there = kept(scope, row)
        same = list(there.typed) == [tuple(each) for each in typed]
        return Saved(row.version, row.saved_at, None if same else there)
    if row is None:
        if scope.session.scalar(select(func.count()).where(*_of(scope, account_id))) >= MOST:  # type: ignore[operator]
            raise DraftsFull(saying.said("草稿已有 {most} 份，没有再存。请先在“我的草稿”里提交或清除几份。", most=MOST))
        row = Draft(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            account_id=account_id,
            name=name,
            ticket_id=ticket_id,
            sealed=b"",
            version=0,
            saved_at=now,
        )
        scope.session.add(row)
    row.version, row.saved_at, row.saved_by = row.version + 1, now, window
    said = json.dumps({"typed": [list(each) for each in typed], "page": page, "title": title}, ensure_ascii=False)
    row.sealed = scope.keys.encrypt(said, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id)
    scope.session.flush()
    return Saved(row.version, row.saved_at)


def discard(scope: Scope, account_id: int, name: str) -> bool:
    """Take a draft away: it was sent, or is not wanted any more; return whether there was one."""
    return _drop(scope, *_of(scope, account_id), Draft.name == name) > 0


def rename(scope: Scope, account_id: int, name: str, to: str) -> bool:
    """Let the draft be that of another form; return whether there was one."""
    row = scope.session.scalar(select(Draft).where(*_of(scope, account_id), Draft.name == name).with_for_update())
    if row is None:
        return False
    row.name = to
    scope.session.flush()
    return True


def erase_of_account(scope: Scope, account_id: int) -> int:
    """Take all drafts of an account away; return how many."""
    return _drop(scope, *_of(scope, account_id))


def erase_of_ticket(scope: Scope, ticket_id: int) -> int:
    """Take away all drafts about a ticket, whoever typed them; return how many."""
    return _drop(scope, Draft.tenant_id == scope.tenant.id, Draft.ticket_id == ticket_id)


def erase_naming(scope: Scope, words: str) -> int:
    """Take away the drafts, whoever typed them, in which these words stand; return how many."""
    rows = scope.session.scalars(select(Draft).where(Draft.tenant_id == scope.tenant.id)).all()
    naming = [row.id for row in rows if any(words in "".join(value.split()) for _, value in kept(scope, row).typed)]
    return _drop(scope, Draft.tenant_id == scope.tenant.id, Draft.id.in_(naming)) if naming else 0


def erase_before(scope: Scope, *, now: datetime) -> int:
    """Take away the drafts that have lain too long; return how many."""
    return _drop(scope, Draft.tenant_id == scope.tenant.id, Draft.saved_at <= now - KEPT)


def kept(scope: Scope, row: Draft) -> Kept:
    """Read a draft."""
    said = json.loads(scope.keys.decrypt(row.sealed, tenant_id=scope.tenant.id, field=SEALED, row_id=row.id))
    typed = tuple((str(name), str(value)) for name, value in said["typed"])
    return Kept(row.id, row.name, row.version, row.saved_at, typed, said["page"], said["title"])


def _of(scope: Scope, account_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Draft.tenant_id == scope.tenant.id, Draft.account_id == account_id


def _drop(scope: Scope, *which: ColumnElement[bool]) -> int:
    dropped = scope.session.scalars(
        delete(Draft).where(*which).returning(Draft.id), execution_options={"synchronize_session": False}
    ).all()
    return len(dropped)
