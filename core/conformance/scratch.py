"""The database of an examination."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database of nobody's with the core's schema: as the application's role, and as its owner."""

    database_url: str
    owner_url: str
