"""Units that only take in 只受理不承办: they write down what people bring, and no ticket falls back on them."""

from collections.abc import Mapping

from core.hooks import specs
from core.hooks.table import HookTable
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope


class TakesInOnly(Refused):
    """The unit only takes in: nobody gives it a ticket to handle. Who tried it is kept for those who supervise."""

    code = "takes-in-only"
    is_trespass = True


def reasons_of(table: HookTable) -> Mapping[str, str]:
    """Return the kinds of units that only take in, each with why, in the words of the feature that says so."""
    found: dict[str, str] = {}
    for _, each in table.ask(specs.taking_in_only):
        found.setdefault(each.kind, each.reason)
    return found


def taking_in_only(scope: Scope) -> Mapping[str, str]:
    """Return the kinds of units that only take in with why, read once per process and epoch."""
    return scope.remember("taking_in_only", lambda: reasons_of(scope.hooks))


def refuse_taking_in_only(scope: Scope, name: str, kind: str, serial_no: str) -> None:
    """Raise `TakesInOnly` where a ticket would be given to a unit of this kind to handle."""
    if (why := taking_in_only(scope).get(kind)) is not None:
        raise TakesInOnly(
            said(
                "{name}只受理不承办（{why}），工单 {serial_no} 没有派给它。请派给职责清单上的责任单位；"
                "要让社区知道的，用知会或告知诉求人。",
                name=name,
                why=why,
                serial_no=serial_no,
            )
        )
