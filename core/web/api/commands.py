"""Commands on a ticket over the API: each one of the engine's, by its name, once per idempotency key."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from core import journey
from core.journey.command import COMMANDS, Carried
from core.journey.queries.results import Result, find_result
from core.kit.errors import Refused
from core.kit.saying import said
from core.tickets.states import STATE_LABELS, State
from core.tickets.timeline import Order
from core.web.api.arguments import VERSION, arguments_of, described
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.keys import KEY_HEADER, TOKEN, given_key
from core.web.api.schemas import CommandSchema, DoneSchema, ProblemSchema, StaleSchema

commands = Blueprint("operations", __name__, description="办理")


class NoSuchCommand(Refused):
    """There is no command of this name."""

    code = "no-such-command"


def load_commands() -> None:
    """See that every journey has declared its commands."""
    for module in iter_modules(journey.__path__):
        import_module(f"{journey.__name__}.{module.name}")


def add_command(command: Carried[Any]) -> None:
    """Add the endpoint of a command, with its own arguments in the description."""

    @commands.post(f"/tickets/<serial_no>/commands/{command.name}", endpoint=command.name)
    @for_systems(command.permission, what=command.label)
    @commands.doc(**TOKEN, parameters=[KEY_HEADER], summary=command.label, operationId=command.name)
    @commands.arguments(arguments_of(command))
    @commands.response(200, DoneSchema)
    @commands.alt_response(403, schema=ProblemSchema)
    @commands.alt_response(404, schema=ProblemSchema)
    @commands.alt_response(409, schema=StaleSchema)
    @commands.alt_response(422, schema=ProblemSchema)
    def carry_out(call: Call, arguments: dict[str, Any], serial_no: str) -> dict[str, Any]:
        key = given_key()
        order = Order(call.actor, call.now, arguments.pop(VERSION, None), key)
        ticket = command(call.scope, serial_no, order, **arguments)
        # Under a key, what was answered the first time, whatever happened to the ticket since.
        result = (key and find_result(call.scope, key)) or Result(ticket.state, ticket.version)
        return {
            "serial_no": ticket.serial_no,
            "state": result.state,
            "state_label": STATE_LABELS[State(result.state)],
            "version": result.version,
        }

    carry_out.__doc__ = command.__doc__


@commands.post("/tickets/<serial_no>/commands/<command>")
@for_systems(None)
@commands.doc(**TOKEN)
@commands.alt_response(404, schema=ProblemSchema)
def refuse_unknown(_call: Call, *, command: str, **_parts: str) -> None:
    """Refuse a command that does not exist."""
    raise NoSuchCommand(
        said("没有名为 {command} 的操作，没有执行。可用的操作见 GET /api/v1/commands。", command=command)
    )


@commands.get("/commands")
@for_systems(None)
@commands.doc(**TOKEN)
@commands.response(200, CommandSchema(many=True))
def list_commands(call: Call) -> list[dict[str, Any]]:
    """List the commands 操作: what each is called, who may give it, what it takes."""
    return [
        {
            "name": command.name,
            "label": command.label,
            "permission": str(command.permission),
            "permitted": command.permission in call.actor.permissions,
            "parameters": described(command),
        }
        for command in sorted(COMMANDS.values(), key=lambda command: command.name)
    ]


load_commands()
for known in sorted(COMMANDS.values(), key=lambda command: command.name):
    add_command(known)
