"""The monthly bulletin 公开通报: by which rules it is made, what is counted in its month, and sections of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

BulletinEdition = Literal["general", "enterprise"]


@dataclass(frozen=True, slots=True)
class BulletinRules:
    """How a tenant makes its bulletin.

    `top` is how many matters are listed; `sample` the least number of ratings over which satisfaction is compared, and a
    unit below the gravest band of `satisfied` (`grade_bands`) proposed to be named 点名; `audience` who gets it, in words.
    With `monthly` it is drafted by itself when a month is over.
    """

    rule_id: str
    reason: str
    editions: tuple[BulletinEdition, ...] = ("general",)
    top: int = 10
    sample: int = 30
    audience: str = ""
    monthly: bool = True


@dataclass(frozen=True, slots=True)
class BulletinMonth:
    """What a bulletin is about: its edition and days, and how often each measure happened in them, in the month before
    and in the same month a year before (see `docs/figures.md`); of the enterprise edition with enterprises alone.
    """

    edition: BulletinEdition
    first: date
    last: date
    counts: Mapping[str, int]
    counts_before: Mapping[str, int]
    counts_year_before: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BulletinSection:
    """A section of the bulletin: one of the core's, named in `core`, or one of the feature's own.

    One of its own has a heading, lines of text, and under `columns` rows, whose numbers stand to the right.
    """

    core: str = ""
    heading: str = ""
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | int, ...], ...] = ()
