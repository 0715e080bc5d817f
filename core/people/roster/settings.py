"""Whether somebody sits at the desk at every hour 7×24 值守: set by the tenant as any other setting."""

from core.hooks.core_features import ROTA
from core.hooks.settings import Settings, YesNo
from core.hooks.table import HookTable

ROUND_THE_CLOCK = "round_the_clock"
"""Name of the setting."""


class RotaSettings(Settings):
    """Whether the shifts of the desk have to cover every hour."""

    round_the_clock = YesNo(
        load_default=False,
        title="坐席 7×24 小时值守",
        help="开启后，今起七天里没有人值守的时段会提醒系统管理员；紧急诉求用短信告知当班的人，发到班次上写的值班电话，没有写的发到派单台的电话",
        group="值守",
    )


def is_round_the_clock(table: HookTable) -> bool:
    """Tell whether somebody has to sit at the desk at every hour."""
    enabled = table.enabled.get(ROTA.id)
    return enabled is not None and enabled.settings[ROUND_THE_CLOCK] is True
