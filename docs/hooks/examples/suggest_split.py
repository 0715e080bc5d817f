"""Each part becomes a ticket of its own with a unit and a clock; two parts of one matter for one unit are better left together."""

import re

from core.hooks import SplitHint, hookimpl


@hookimpl
def suggest_split(ticket):
    parts = [part.strip() for part in re.split(r"[一二三四五六七八九]、", ticket.text) if part.strip()]
    if len(parts) < 2:
        return None
    return [SplitHint(tuple(parts), "elsewhere.parts/numbered", "来件分条写了几件事")]
