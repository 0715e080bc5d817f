"""What came of a command that was carried out under an id."""

from dataclasses import dataclass

from sqlalchemy import select

from core.tenancy.scope import Scope
from core.tickets.models import CommandLog


@dataclass(frozen=True, slots=True)
class Result:
    """Where the ticket stood right after a command, and at which version."""

    state: str
    version: int


def find_result(scope: Scope, command_id: str) -> Result | None:
    """Return what came of the command with this id, None when there was none."""
    row = scope.session.execute(
        select(CommandLog.state, CommandLog.version).where(
            CommandLog.tenant_id == scope.tenant.id, CommandLog.command_id == command_id
        )
    ).one_or_none()
    return Result(row.state, row.version) if row else None
