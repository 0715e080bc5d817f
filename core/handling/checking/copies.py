"""Near copies 雷同: how much of one reply stands in another, and marks by which those few are found that could be near.

A reply is compared by its phrases alone: what every reply says makes none alike.
"""

from itertools import chain
from zlib import crc32

from core.handling.checking.words import phrases_of

LENGTH = 4
"""Neighbouring characters that are compared as one."""
FEWEST = 8
"""Of these a reply must have: a shorter one says too little to be anybody's copy."""
BUCKETS, ROWS = 16, 2
"""The least of each bucket is kept, and two beside each other make a mark: at 80 percent in common 1 in 3,000 is missed."""


def shingles_of(text: str) -> frozenset[str]:
    """Return the neighbours of a reply by which it is compared; none of one that is too short."""
    units = list(chain.from_iterable(each.units for each in phrases_of(text)))
    found = frozenset("".join(units[at : at + LENGTH]) for at in range(len(units) - LENGTH + 1))
    return found if len(found) >= FEWEST else frozenset()


def likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """Return how much two replies have in common, in percent of the longer one; 100 only when all of it is."""
    longer = max(len(one), len(other))
    return 100 * len(one & other) // longer if longer else 0


def marks_of(shingles: frozenset[str]) -> list[int]:
    """Return the marks of a reply: near copies have one in common nearly always, others seldom. None of none."""
    if not shingles:
        return []
    least: list[int | None] = [None] * BUCKETS
    for each in shingles:
        hashed = crc32(each.encode())
        bucket, rest = hashed % BUCKETS, hashed // BUCKETS
        held = least[bucket]
        if held is None or rest < held:
            least[bucket] = rest
    filled = [_of_bucket(least, place) for place in range(BUCKETS)]
    return [(place << 32) | crc32(repr(filled[place : place + ROWS]).encode()) for place in range(0, BUCKETS, ROWS)]


def _of_bucket(least: list[int | None], place: int) -> int:
    """Return the least of a bucket, of an empty one that of the next which has any."""
    for step in range(BUCKETS):
        found = least[(place + step) % BUCKETS]
        if found is not None:
            return found
    raise AssertionError("a reply without any shingle has no marks")
