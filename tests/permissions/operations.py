"""Everything that can be asked of the application from outside, and what each asks of who does it: read from the code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import click
from flask import Flask
from werkzeug.routing import Rule

from core.cli import huiying
from core.cli.entitled import ATTRIBUTE
from core.people.access import Needs
from core.web.api.calls import ANY_TOKEN

API = "/api/"
UNREAD = {"HEAD", "OPTIONS"}
"""Methods that Flask adds by itself: the one is GET without its body, the other tells of methods alone."""
STATIC = "static"
PLUGIN_PAGE = "/x/<plugin>/<path:path>"
Declared = Needs | Literal["anybody", "api-token", "its page"]
PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


class Undeclared(AssertionError):  # noqa: N818 -- a fact about the code
    """Something says nothing about who may do it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one kind of address: its parameters, and what it asks for."""

    method: str
    rule: str
    needs: Declared
    deed: str = ""
    """Which of the acts of the address it is, where each asks for something of its own."""

    @property
    def is_api(self) -> bool:
        return self.rule.startswith(API)

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def address(self) -> str:
        """The address as people read it, the deed filled in."""
        return PARAMETER.sub(lambda found: self.deed or "…" if found[1] == "deed" else f"<{found[1]}>", self.rule)

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for name in PARAMETER.findall(self.rule) if name != "deed")

    def at(self, **values: object) -> str:
        """Return the path with these values in it."""
        return PARAMETER.sub(lambda found: str({**values, "deed": self.deed}[found[1]]), self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def operations(app: Flask) -> list[Operation]:
    """Return all operations in order of address. Raises `Undeclared` where a route does not say what it asks for."""
    found = [
        operation
        for rule in app.url_map.iter_rules()
        if rule.endpoint != STATIC
        for method in sorted((rule.methods or set()) - UNREAD)
        for operation in _of(app, rule, method)
    ]
    return sorted(found, key=lambda each: (each.rule, each.deed, each.method))


def _of(app: Flask, rule: Rule, method: str) -> Iterator[Operation]:
    view = app.view_functions[rule.endpoint]
    if not hasattr(view, "permission"):
        raise Undeclared(
            f"{method} {rule.rule} names no permission. Put @allows(Permission.…), @for_systems(Permission.…) or, where "
            "nobody needs to sign in, @open_to_all above the view."
        )
    permission = view.permission
    if permission is None:
        yield Operation(method, rule.rule, "anybody")
    elif permission == ANY_TOKEN:
        yield Operation(method, rule.rule, "api-token")
    elif rule.rule == PLUGIN_PAGE:
        yield Operation(method, rule.rule, "its page")
    elif callable(permission):
        each = getattr(permission, "each", None)
        if each is None:
            raise Undeclared(
                f"{method} {rule.rule} finds its permission by the address, and does not list which it finds."
            )
        for deed, needs in each.items():
            yield Operation(method, rule.rule, needs, deed)
    else:
        yield Operation(method, rule.rule, permission)


def commands() -> list[tuple[str, click.Command]]:
    """Return the commands of the command line by their names, groups left out."""
    return list(_leaves(huiying, click.Context(huiying), ()))


def entitled_to(name: str, command: click.Command) -> tuple[str, ...]:
    """Return what a command says of who may run it. Raises `Undeclared`."""
    to: tuple[str, ...] | None = getattr(command.callback, ATTRIBUTE, None)
    if to is None:
        raise Undeclared(
            f"huiying {name} does not say who may run it. Put @for_the_machine below its @….command(…), or take BY of "
            "core.cli.administering where an account answers for it."
        )
    return tuple(str(each) for each in to)


def _leaves(
    command: click.Command, context: click.Context, path: tuple[str, ...]
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from _leaves(child, click.Context(child, parent=context), (*path, name))
