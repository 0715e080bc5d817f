"""The rules that are answered when a panel is opened hold for it to its end, whatever is set afterwards. Where the
seats are more than the pool can fill, opening is refused and says which group lacks how many.
"""

from core.hooks import GroupSeats, PanelRules, hookimpl


@hookimpl
def panel_rules():
    seats = (GroupSeats("deputy", 2), GroupSeats("cppcc", 2), GroupSeats("netizen", 1))
    return [PanelRules(seats=seats, quorum=4, days=3, criteria=("是否解决",), is_binding=True)]
