"""All of them are shown; ids begin with the plugin's name, so no two are alike.

A figure divides one of the core's [measures](../figures.md) by another. In the unit `days` the measure's seconds are divided by
its count. `where` narrows both to values of a dimension, e.g. `{"medium": ("phone",)}`. Raise `version` when the definition
changes, so that old and new figures are never mixed.
"""

from core.hooks import Metric, hookimpl


@hookimpl
def metrics():
    return [
        Metric(
            id="elsewhere.return-rate",
            version=1,
            label="退单率",
            numerator="returned",
            denominator="dispatched",
            unit="percent",
            better="down",
        )
    ]
