"""The draw 抽签: who sits on a panel follows from the seed and the pool, so that anybody can draw again and get the same.

Within each group the members stand in the order of `core.kit.lots`. The first ones have the seats, those after them are
substitutes.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.kit.lots import in_order
from core.kit.saying import joined, said, word


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as the draw sees them. Phones are keyed hashes, `sat_before` tells of the same ticket."""

    number: str
    name: str
    group: str
    organisation: str
    ties: tuple[str, ...] = ()
    has_account: bool = True
    phone: bytes | None = None
    active_until: date | None = None
    away_first: date | None = None
    away_last: date | None = None
    sat_before: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be judged, as far as it excludes members: the parties by code and name, the appellant, and when."""

    parties: Mapping[str, str]
    appellant_name: str
    appellant_phone: bytes | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Excluded:
    """A member who could not be drawn: one of `words.EXCLUSION_LABELS`, and with what, in words."""

    number: str
    group: str
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A member drawn, and their place within the group, from 1."""

    group: str
    number: str
    place: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn. `lacking` names the groups with too few eligible members, each with how many are missing."""

    seats: tuple[Place, ...]
    substitutes: tuple[Place, ...]
    excluded: tuple[Excluded, ...]
    eligible: tuple[tuple[str, str], ...]
    lacking: Mapping[str, int]


def draw(
    seed: str, pool: Iterable[Candidate], matter: Matter, *, seats: Sequence[tuple[str, int]], substitutes: int
) -> Draw:
    """Draw so many members for the seats of each group, and up to `substitutes` further ones of it to move up."""
    members = sorted(pool, key=lambda member: (member.group, member.number))
    excluded = [found for member in members if (found := exclusion_of(member, matter))]
    out = {each.number for each in excluded}
    eligible = [(member.group, member.number) for member in members if member.number not in out]
    drawn = {group: in_order(seed, group, _of(group, eligible)) for group, _ in seats}
    return Draw(
        seats=tuple(place for group, count in seats for place in _places(group, drawn[group], 0, count)),
        substitutes=tuple(
            place for group, count in seats if count for place in _places(group, drawn[group], count, substitutes)
        ),
        excluded=tuple(excluded),
        eligible=tuple(eligible),
        lacking={group: count - len(drawn[group]) for group, count in seats if len(drawn[group]) < count},
    )


def seed_from(head: str, public: str, number: int) -> str:
    """Return the seed of the draw with this number that follows from the ticket's head and the public value."""
    return hashlib.sha256(f"{head}:{public}:{number}".encode()).hexdigest()[:16]


def exclusion_of(member: Candidate, matter: Matter) -> Excluded | None:
    """Return why a member cannot be drawn for this matter, the weightiest reason; None when they can."""
    for reason, words in _grounds(member, matter):
        if words is not None:
            return Excluded(member.number, member.group, reason, words)
    return None


def _grounds(member: Candidate, matter: Matter) -> Iterable[tuple[str, str | None]]:
    """Yield each reason with what it is about, None where it does not hold."""
    tied = [name for code, name in matter.parties.items() if code in member.ties]
    yield "ties", joined("、", tied) or None
    own = [name for name in matter.parties.values() if _is_of(member.organisation, name)]
    yield "organisation", joined("、", own) or None
    yield "interest", "" if _is_appellant(member, matter) else None
    yield "sat_before", "" if member.sat_before else None
    yield "ended", _ended(member, matter)
    yield "away", _away(member, matter)
    yield "no_account", None if member.has_account else ""


def _is_of(organisation: str, unit: str) -> bool:
    """Tell whether an organisation is the unit, or a part of it that bears its name."""
    return bool(unit) and organisation.replace(" ", "").startswith(unit.replace(" ", ""))


def _is_appellant(member: Candidate, matter: Matter) -> bool:
    same_phone = member.phone is not None and member.phone == matter.appellant_phone
    return same_phone or (bool(member.name) and member.name == matter.appellant_name)


def _ended(member: Candidate, matter: Matter) -> str | None:
    until = member.active_until
    return said("至 {until}", until=until) if until and until < matter.last else None


def _away(member: Candidate, matter: Matter) -> str | None:
    if member.away_first is None or member.away_first > matter.last:
        return None
    if member.away_last is not None and member.away_last < matter.first:
        return None
    return said(
        "{away_first} 至 {away_last}", away_first=member.away_first, away_last=member.away_last or word("另行通知")
    )


def _of(group: str, eligible: Collection[tuple[str, str]]) -> list[str]:
    return [number for of, number in eligible if of == group]


def _places(group: str, numbers: Sequence[str], first: int, count: int) -> list[Place]:
    return [Place(group, number, place) for place, number in enumerate(numbers[first : first + count], start=first + 1)]
