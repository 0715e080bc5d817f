"""Who may run a command, declared where the command is defined and told in docs/permissions.md.

Whoever may run programs on this machine as its operator can read the database anyhow, so commands ask for no password.
What is decided about a tenant all the same has an author: such commands take `--by` and ask that account's permission.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from core.people.roles import Permission

MACHINE = "machine"
"""What a command says of itself that the machine's operator may run without naming an account."""
Entitled = tuple[str | Permission, ...]
"""Each of these is enough."""
ATTRIBUTE = "entitled"
HEAD_OF_UNIT = "head-of-unit"
"""The head of the unit that the command is about, whatever the role."""
Run = TypeVar("Run", bound=Callable[..., Any])


def entitled(*to: str | Permission) -> Callable[[Run], Run]:
    """Declare what the account given with `--by` must have, any one of these."""

    def declare(run: Run) -> Run:
        setattr(run, ATTRIBUTE, to)
        return run

    return declare


def for_the_machine(run: Run) -> Run:
    """Declare that the machine's operator may run the command, in nobody's name."""
    return entitled(MACHINE)(run)
