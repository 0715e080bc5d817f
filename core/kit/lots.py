"""Drawing lots 抽签 so that anybody can draw again: who stands where follows from a seed and the list, and from nothing else.

Within a group the numbers stand in the order of SHA-256 of `seed:group:number`, written in hexadecimal. The order in which
the list is given does not matter. A seed that is committed to beforehand is published as its SHA-256, and shown afterwards.
"""

import hashlib
from collections.abc import Collection


def in_order(seed: str, group: str, numbers: Collection[str]) -> list[str]:
    """Return the numbers of a group in the order in which the seed draws them."""
    return sorted(numbers, key=lambda number: (rank(seed, group, number), number))


def rank(seed: str, group: str, number: str) -> str:
    """Return the SHA-256 by which a number stands in line, in hexadecimal."""
    return hashlib.sha256(f"{seed}:{group}:{number}".encode()).hexdigest()


def commitment(seed: str) -> str:
    """Return what is published of a seed before anything is drawn by it."""
    return hashlib.sha256(seed.encode()).hexdigest()
