"""Per clock, the first feature in the district's order decides. A unit's clock never ends after the resident's, whatever
its limit.

A `Budget` is an amount in a mode: `wall` seconds run day and night, `ws` seconds only in working time; `wd_eod` days end at the
close of the last working day, the first day not counted; `wd_same` days end at the same time of day; `natural` days count rest
days too.

Clocks of the ticket are `accept`, `dispatch`, `reply`,
`follow_up` and `progress` (the last only after a promise 列入计划); those of each unit `sign` and `handle`, of the one that leads
besides `return_window`, `first_contact` and `on_site`; that of a supervision `respond`.
"""

from core.hooks import Budget, TimeLimit, hookimpl


@hookimpl
def time_limits(ticket):
    days = 1 if ticket.nature == "inquiry" else 5
    return [TimeLimit("reply", Budget("wd_eod", days), "elsewhere.limits/reply", f"{days} 个工作日内答复")]
