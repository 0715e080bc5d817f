"""Which mailboxes suit an appeal: by its type, its area, and words of the mailbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOWEST_FIRST = ("township", "public_utility", "central_body", "county", "city")
"""Of mailboxes that suit equally the one nearest to the resident comes first."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An open mailbox, with the units as codes; `handler` empty = whoever the rules find."""

    id: int
    name: str
    level: str
    leader: str
    owner: str
    owner_name: str
    handler: str
    channel: str
    matters: tuple[str, ...]
    areas: tuple[str, ...]
    is_public: bool


def suggested(
    mailboxes: Iterable[Mailbox], *, matter: str = "", area: str = "", words: str = "", most: int
) -> Sequence[Mailbox]:
    """Return at most so many mailboxes for this type and area, whose name, leader or owner has all of the words.

    One that is for this very type and area comes before one that is for everything; then the nearest level.
    """
    wanted = words.split()
    found = [
        each
        for each in mailboxes
        if (not matter or not each.matters or matter in each.matters)
        and (not area or not each.areas or any(area in name for name in each.areas))
        and all(word in f"{each.name} {each.leader} {each.owner_name}" for word in wanted)
    ]
    found.sort(key=lambda each: (-_closeness(each, matter, area), LOWEST_FIRST.index(each.level), each.name))
    return found[:most]


def _closeness(mailbox: Mailbox, matter: str, area: str) -> int:
    return (bool(matter) and matter in mailbox.matters) + (bool(area) and any(area in name for name in mailbox.areas))
