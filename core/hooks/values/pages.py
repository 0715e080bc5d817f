"""Pages, commands and jobs of a feature: declared as data, run by the core, shown by its own components.

A feature names functions of its own module; it never makes a route, a template or a process. What it returns is text
that the core escapes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Tone = Literal["plain", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page, shown by a component of the core."""


@dataclass(frozen=True, slots=True)
class TextBlock(Block):
    """A paragraph, under a heading where one is given."""

    text: str
    heading: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class FactsBlock(Block):
    """Names and values beside each other, for instance 法律依据 and 处置标准."""

    facts: tuple[tuple[str, str], ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock(Block):
    """A table: the heads of its columns, its rows, and what is said where there is none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    empty: str = "暂无内容"


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page of the feature at `/x/<plugin>/<path>`, for those who have the permission.

    `show` names the function of the feature's module that returns the page's blocks; `submit` the one that takes what
    was typed into the form `form`, a settings schema of the module, and returns what to tell the visitor. Both are
    given a `Visitor` and the plugin's `Store`. `in_menu` puts the page into the menu.
    """

    path: str
    label: str
    permission: str
    show: str
    submit: str = ""
    form: str = ""
    in_menu: bool = True


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command `huiying x <plugin> <name> --tenant T`: `run` names the function, `form` the schema of its options."""

    name: str
    help: str
    run: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Work that returns daily at `at` (HH:MM of the tenant's time), done by the function `run`; seconds at most `seconds`.

    A day on which nothing ran because the product was down is not made up for more than once.
    """

    name: str
    label: str
    at: str
    run: str
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at work and when: the account's name, or the command line, or the clock."""

    name: str
    now: datetime
