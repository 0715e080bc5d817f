"""How long a deed can be taken back 撤销: seconds before it leaves the house, set by the tenant as any other setting."""

from datetime import timedelta

from core.hooks.core_features import UNDO
from core.hooks.settings import Settings, Whole
from core.hooks.table import HookTable

SECONDS = "undo_seconds"
"""Name of the setting."""
MOST = 30


class UndoSettings(Settings):
    """How long dispatch, answers and instructions are held before they are carried out."""

    undo_seconds = Whole(
        load_default=10,
        min=0,
        max=MOST,
        title="可撤销的时间",
        unit="秒",
        group="撤销",
        help="在页面上派单、直接答复、审核通过、批示和批量操作之后，这些秒之内可以撤销，到时才执行；0 为立即执行",
        risk="dispatch",
    )


def undo_time(table: HookTable) -> timedelta:
    """Return how long a deed is held, zero = not at all."""
    enabled = table.enabled.get(UNDO.id)
    return timedelta(seconds=enabled.settings[SECONDS] if enabled else 0)
