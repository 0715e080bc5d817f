"""Reading the registry of sources: by any of the names by which a source is written."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select

from core.intake.sources.models import Source
from core.intake.sources.words import CLOSED
from core.tenancy.scope import Scope
from core.units.queries import directory


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source as the registry has it; `owner` in words, also where a unit of the tenant runs it."""

    code: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    owner: str
    channel: str
    state: str
    since: date | None
    silent_days: int
    note: str


@dataclass(frozen=True)
class SourceBook:
    """The whole registry, closed sources too: an old message is still theirs."""

    sources: Sequence[KnownSource]

    @cached_property
    def _by_word(self) -> Mapping[str, KnownSource]:
        named = {fold(word): each for each in self.sources for word in (*each.aliases, each.name)}
        return named | {fold(each.code): each for each in self.sources}

    def find(self, word: str) -> KnownSource | None:
        """Return the source that is written so: its code, its name or an alias, however wide or spaced."""
        return self._by_word.get(fold(word))

    def code_of(self, word: str) -> str:
        """Return the code of the source that is written so; a name that nobody knows stays as it is."""
        known = self.find(word)
        return known.code if known else word.strip()

    def name_of(self, code: str) -> str:
        """Return what people call the source on a ticket; a name that nobody knows stays as it is."""
        known = self.find(code)
        return known.name if known else code

    def words_of(self, code: str) -> tuple[str, ...]:
        """Return all that stands on tickets of the source: its code, and names from before they were known as its own."""
        known = self.find(code)
        return (known.code, known.name, *known.aliases) if known else (code,)

    @property
    def in_use(self) -> Sequence[KnownSource]:
        return [each for each in self.sources if each.state != CLOSED]


def fold(word: str) -> str:
    """Return a name as it is compared: in one width and case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def source_book(scope: Scope) -> SourceBook:
    """Return the registry, read once per epoch."""
    return scope.remember("sources", lambda: _read(scope))


def kept_sources(scope: Scope) -> Sequence[Source]:
    """Return the rows of the registry, closed ones too, by code."""
    return scope.session.scalars(select(Source).where(Source.tenant_id == scope.tenant.id).order_by(Source.code)).all()


def _read(scope: Scope) -> SourceBook:
    units = directory(scope)
    return SourceBook(
        [
            KnownSource(
                code=row.code,
                name=row.name,
                aliases=tuple(row.aliases),
                kind=row.kind,
                owner=units.name_of(row.owner_id) if row.owner_id else row.owner,
                channel=row.channel,
                state=row.state,
                since=row.since,
                silent_days=row.silent_days,
                note=row.note,
            )
            for row in kept_sources(scope)
        ]
    )
