"""Pages, commands and jobs of a feature: declared as data, run by the core, shown by its own components.

A feature names functions of its own module; it never makes a route, a template or a process. What it returns is text
that the core escapes. Such a function takes any of the arguments named, all by keyword; it may refuse with
`NotPossible`, in its own words, and then nothing of what it wrote stays.
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
    """A page of the feature at `/x/<plugin>/<path>`, for those who have the permission, one of the core's.

    `show` names the function `(ctx, settings, visitor, store) -> Sequence[Block]` of the feature's module; its store
    can be read only. `form` names a settings schema of the module, without secrets: the form under the blocks. `submit`
    names the function `(ctx, settings, visitor, store, values) -> str` that gets what was typed, checked, and returns
    what to tell; it is called once for one form, however often it is sent. `in_menu` puts the page into the menu.
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
    """A command `huiying x <plugin> <name> --tenant T`.

    `run` names the function `(ctx, settings, visitor, store, values) -> Sequence[str]`, which returns the lines to print;
    it may reach the network. `form` names the schema of its options, one `--name` for each field.
    """

    name: str
    help: str
    run: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Work that returns daily at `at` (HH:MM of the tenant's time).

    `run` names the function `(ctx, settings, visitor, store, day) -> str`, which takes `seconds` at most, may reach the
    network, and returns a note of what it did. `day` is the day whose work it is, the same at every try: a failure is
    tried again, in the end 5 times over 15 hours, and what leaves the house carries an id that is the same each time.
    What was missed while the product was down is made up for once, not once for each day.
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
