"""Trying drafts: writing one, running its try to the end, and looking at what it found."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event

from core.journey.dry_run import Result, Sample, ask_for, ask_for_off, result_of, run_whole
from core.tenancy.revisions import Author, write_revision
from core.tenancy.scope import Installation, Scope
from tests.builders import beijing

ADMINISTRATOR = Author("区管理员", 9)
TODAY = beijing("2026-04-01 10:00")
LAST = Sample(newest=500)


def make_draft(installation: Installation, slug: str, feature: str, values: Mapping[str, Any]) -> int:
    """Write a draft of a feature's settings and return its number."""

    def write(scope: Scope) -> int:
        version = installation.roster.get(feature).schema().VERSION
        revision = write_revision(
            scope, feature, values=values, schema_version=version, reason="试算", author=ADMINISTRATOR, now=TODAY
        )
        return revision.number

    return installation.run(slug, write)


def asked(
    installation: Installation,
    slug: str,
    feature: str,
    number: int | None,
    *,
    sample: Sample = LAST,
    now: datetime = TODAY,
) -> int:
    """Ask for a try of a draft, of switching off where no number is given; return its id."""

    def ask(scope: Scope) -> int:
        if number is None:
            return ask_for_off(scope, feature, sample=sample, asked_by="区管理员", now=now).id
        return ask_for(scope, feature, number, sample=sample, asked_by="区管理员", now=now).id

    return installation.run(slug, ask)


def tried(
    installation: Installation,
    slug: str,
    feature: str,
    values: Mapping[str, Any] | None,
    *,
    sample: Sample = LAST,
    now: datetime = TODAY,
) -> Result:
    """Try these settings, or None = switching the feature off, and return what it came to."""
    number = None if values is None else make_draft(installation, slug, feature, values)
    dry_run_id = asked(installation, slug, feature, number, sample=sample, now=now)
    run_whole(installation, slug, dry_run_id, now=now)
    return result(installation, slug, dry_run_id)


def result(installation: Installation, slug: str, dry_run_id: int) -> Result:
    with installation.scope(slug) as scope:
        return result_of(scope, dry_run_id)


def told(found: Result, what: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return by ticket what the try says of this: how it changes, from what, to what."""
    return {
        ticket.serial_no: [
            (change.effect, change.before.words, change.after.words) for change in ticket.changes if change.what == what
        ]
        for ticket in found.changed
        if any(change.what == what for change in ticket.changes)
    }


@contextmanager
def counted_statements(installation: Installation) -> Iterator[list[str]]:
    """Gather the statements sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
