"""All rules of the kit, in the order in which they are looked at."""

from core.conformance import (
    on_contract,
    on_data,
    on_isolation,
    on_manifest,
    on_manual,
    on_pages,
    on_purity,
    on_settings,
)
from core.conformance.rule import Rule

MODULES = (on_manifest, on_contract, on_purity, on_isolation, on_settings, on_data, on_pages, on_manual)
RULES: tuple[Rule, ...] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)
)
"""Each module's rules stand in the order of their numbers."""
