"""docs/permissions.md: who may do what, read from what pages, operations, commands and jobs declare where they are defined.

`python -m tests.architecture.permission_matrix` writes the generated part anew; a test says when that is needed.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask

from core.hooks.roster import Roster
from core.jobs import clock
from core.jobs.acting import ActsAs
from core.jobs.kinds import job_kinds
from core.kit.db import Database
from core.people.access import REACHES, Reach, any_of, reach
from core.people.roles import ROLES, Permission
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import KEYS
from tests.permissions.operations import Operation, commands, entitled_to, operations

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
GENERATED = re.compile(r"(?<=<!-- generated: begin -->\n).*(?=<!-- generated: end -->)", re.DOTALL)
NOWHERE = "postgresql://nobody@localhost/nothing"
"""No database is asked: what may be done is declared in code."""
MARKS = {Reach.TENANT: "all", Reach.SHARE: "share", Reach.ENTERED: "entered", Reach.OWN: "own"}
OPENED = {"anybody": "everybody", "api-token": "every token of the tenant", "its page": "what the page declares"}


def rendered() -> str:
    """Return the page with its generated part renewed."""
    return GENERATED.sub(lambda _: f"\n{_generated()}\n\n", PAGE.read_text(encoding="utf-8"))


def described_app() -> tuple[Installation, Flask]:
    """Return the application over no database, to be read and not to be called."""
    installation = Installation(Database(NOWHERE), KEYS, Roster(()))
    return installation, create_app(installation)


def clock_work() -> dict[str, ActsAs]:
    """Return what the clock does by itself, by the class that does it, and in whose name."""
    return {
        name: each.acts_as
        for name, each in vars(clock).items()
        if isinstance(each, type) and each.__module__.startswith("core.jobs.") and hasattr(each, "acts_as")
    }


def _generated() -> str:
    installation, app = described_app()
    found = operations(app)
    kinds = job_kinds({}, installation)
    parts = (
        "## Roles and what they bring",
        _table(
            ("permission", "reaches", *ROLES),
            (
                (f"`{permission}`", MARKS[REACHES.get(permission, Reach.TENANT)], *_marks(permission, known=True))
                for permission in Permission
            ),
        ),
        "## Pages",
        _operations(each for each in found if not each.is_api),
        "## Operations of the API",
        "A token has at most one role; one without a role is asked for nothing but `every token of the tenant`.",
        _operations(each for each in found if each.is_api),
        "## Commands",
        _table(
            ("command", "who may run it"),
            ((f"`huiying {name}`", "、".join(_entitled(entitled_to(name, each)))) for name, each in commands()),
        ),
        "## Jobs",
        _table(
            ("job", "works in the name of"),
            (
                *((f"`{name}`", str(kind.acts_as)) for name, kind in sorted(kinds.items())),
                *((f"clock: `{name}`", str(acts_as)) for name, acts_as in sorted(clock_work().items())),
            ),
        ),
    )
    return "\n\n".join(parts)


def _operations(found: Iterable[Operation]) -> str:
    rows = ((f"`{each}`", *_needs(each)) for each in found)
    return _table(("operation", "asks for", *ROLES), rows)


def _needs(operation: Operation) -> Iterator[str]:
    needs = operation.needs
    if isinstance(needs, str) and not isinstance(needs, Permission):
        yield OPENED[needs]
        yield from ("all" if needs != "its page" else "page" for _ in ROLES)
        return
    every = sorted(any_of(needs))
    yield (
        f"`{every[0]}`"
        if len(every) == 1
        else "any role"
        if len(every) > 2
        else "、".join(f"`{each}`" for each in every)
    )
    yield from _marks(needs)


def _marks(needs: Permission | frozenset[Permission], *, known: bool = False) -> Iterator[str]:
    """Say for each role how far it reaches with what it has of this."""
    for role in ROLES.values():
        reaches = reach(role.permissions, needs)
        yield "" if reaches is None else "✓" if known else MARKS[reaches]


def _entitled(to: Iterable[str]) -> Iterator[str]:
    words = {"machine": "the machine's operator", "head-of-unit": "`--by` the head of the unit"}
    for each in to:
        yield words.get(each, f"`--by` an account with `{each}`")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |"]
    return "\n".join((*lines, *(f"| {' | '.join(row)} |" for row in rows)))


def write() -> None:
    """Write the generated part of the page anew."""
    PAGE.write_text(rendered(), encoding="utf-8")


if __name__ == "__main__":
    write()
