"""What comes out of cleaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo says that it was taken, by WGS84."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file without anything about its maker: of which kind it is now, and for images a small copy to look at.

    `place` is what a photo said and does no longer; nobody keeps it unless asked to.
    """

    kind: str
    content: bytes
    preview: bytes = b""
    place: Place | None = None
