"""A sign 迹象 that something is not as it should be, and what a look at everything came to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.hooks.roster import Roster
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

Tone = Literal["over", "soon"]
NAMED = 8
"""Things of one kind that a sign names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: the tenant with what is installed, who looks, and when."""

    scope: Scope
    roster: Roster
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is not as it should be. `over`: something does not work now; `soon`: it will not, or may not.

    `named` are the things it is about, `more` how many besides these. `href` and `mend` are where it is mended and what
    is done there; without, `remedy` says who can.
    """

    tone: Tone
    words: str
    named: tuple[str, ...] = ()
    more: int = 0
    href: str = ""
    mend: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at: what it is called when all is well, and how it is done."""

    label: str
    look: Callable[[Asked], Iterable[Sign]]


@dataclass(frozen=True, slots=True)
class Health:
    """What a look at everything came to: signs, the bad ones first, and what is well."""

    signs: tuple[Sign, ...]
    well: tuple[str, ...]

    @property
    def broken(self) -> tuple[Sign, ...]:
        return tuple(sign for sign in self.signs if sign.tone == "over")

    @property
    def warnings(self) -> tuple[Sign, ...]:
        return tuple(sign for sign in self.signs if sign.tone == "soon")


def some(names: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Return the first of these names, and how many there are besides."""
    every = list(names)
    return tuple(every[:NAMED]), max(0, len(every) - NAMED)
