"""Which tickets wait for clearance 审定 before dispatch: set by the tenant as any other setting."""

from core.hooks.core_features import CLEARANCE
from core.hooks.settings import OneOf, Settings
from core.hooks.table import HookTable

CALLS = "calls"
"""Name of the setting."""


class ClearanceSettings(Settings):
    """Whether every call is cleared by somebody else."""

    calls = OneOf(
        load_default="wish",
        choices={"wish": "受理席要求时", "always": "一律审定"},
        title="电话工单派单前的审定",
        help="受理席记下的电话工单，是否都要由审核席审定后才派单；见习受理席记下的始终要审定，紧急工单从不等待",
        group="审定",
        risk="dispatch",
    )


def clears_every_call(table: HookTable) -> bool:
    """Tell whether every call that an operator takes in waits for clearance."""
    enabled = table.enabled.get(CLEARANCE.id)
    return enabled is not None and enabled.settings[CALLS] == "always"
