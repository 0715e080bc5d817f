"""How long contacts are kept 保存期限: days after a ticket was concluded, set by the tenant as any other setting."""

from core.hooks.core_features import PRIVACY
from core.hooks.settings import Settings, Whole
from core.hooks.table import HookTable

DAYS = "days"
"""Name of the setting."""
MOST = 36_500


class RetentionSettings(Settings):
    """Until when the contact of who spoke is kept."""

    days = Whole(
        load_default=0,
        min=0,
        max=MOST,
        title="联系方式保存期限",
        unit="天",
        group="保存期限",
        help="办结并归档后满这些天，姓名、电话、住址自动删除；0 为不自动删除",
        risk="privacy",
    )


def days_kept(table: HookTable) -> int:
    """Return how many days after the conclusion a contact is kept, 0 = until somebody erases it."""
    enabled = table.enabled.get(PRIVACY.id)
    days: int = enabled.settings[DAYS] if enabled else 0
    return days
