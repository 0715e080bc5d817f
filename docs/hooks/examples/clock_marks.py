"""All marks of different names stand on the clock. The due time itself always is a mark, named `overdue`, red; the
name is taken.

Exactly one place is given: `working_seconds_left` or `wall_seconds_left` before the due time, `share_used` of the time between
start and due, or `working_days_over`, the close of that working day after the due time. A place before the start is the start: leave
clocks alone that are too short for your mark. The window for returns (`return_window`) has no marks: nobody is late when it closes.
"""

from core.hooks import Mark, hookimpl


@hookimpl
def clock_marks(clock):
    if clock.name != "reply":
        return None
    return [
        Mark(
            name="half-time",
            light="yellow",
            rule_id="elsewhere.half_time/reply",
            reason="时限已过半",
            share_used=0.5,
        )
    ]
