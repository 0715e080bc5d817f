"""Asking three features against a bare pluggy call, however many are installed: `python -m benchmarks.hooks [rounds]`.

A bare call asks every plugin registered with its manager, so a district's own three are asked through a manager of
their own, and 1 to 300 through one for all. The table asks the three that are on, each within its time, each answer
checked. What must not happen is that the table grows with what is installed and not on.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import pluggy

from core.conformance.appeals import PLAIN
from core.hooks import specs
from core.hooks.contract import PROJECT
from core.hooks.features import Feature, hookimpl
from core.hooks.roster import Roster, Wanted
from core.hooks.values import Context, TicketView, Watcher

INSTALLED = (1, 3, 30, 300)
ENABLED = 3
CALLS = 2000
ROUNDS = 9
GROWTH = 1.25
"""How much longer the table may take with 300 installed than with 3."""
CONTEXT = Context(tenant_id=1, tenant="bench", zone="Asia/Shanghai")
Call = Callable[[], Any]


def main(rounds: int = ROUNDS) -> int:
    """Print microseconds of each call and the table's growth; return 1 when it grows with what is installed."""
    print(
        f"{'installed':>9}  {'bare pluggy, all':>18}  {'bare pluggy, 3 on':>18}  {'table, 3 on':>12}  {'table / bare 3':>14}"
    )
    taken: dict[int, float] = {}
    for installed in INSTALLED:
        features = [_feature(number) for number in range(installed)]
        enabled = features[-ENABLED:]
        everyone, own, table = _bare(features), _bare(enabled), _table(features, enabled)
        all_us, own_us, table_us = _measured([everyone, own, table], rounds)
        taken[installed] = table_us
        print(
            f"{installed:>9}  {all_us:>15.2f} us  {own_us:>15.2f} us  {table_us:>9.2f} us  {table_us / own_us:>14.1f}"
        )
    growth = taken[INSTALLED[-1]] / taken[ENABLED]
    print(f"table with {INSTALLED[-1]} installed / with {ENABLED}: {growth:.2f} (at most {GROWTH})")
    return 0 if growth <= GROWTH else 1


def _feature(number: int) -> Feature:
    def propose_watchers(ticket: TicketView) -> Sequence[Watcher]:
        return [Watcher("desk", f"bench.f{number}/watch", "知晓")]

    module = ModuleType(f"bench_{number}")
    module.propose_watchers = hookimpl(propose_watchers)  # type: ignore[attr-defined]
    return Feature(f"bench.f{number}", "测量", "供测量", module)


def _bare(features: Sequence[Feature]) -> Call:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(type("Specs", (), {"propose_watchers": staticmethod(specs.propose_watchers.spec)}))
    for feature in features:
        manager.register(feature.module(), name=feature.id)
    hook = manager.hook.propose_watchers
    return lambda: hook(ctx=CONTEXT, settings={}, ticket=PLAIN)


def _table(installed: Sequence[Feature], enabled: Sequence[Feature]) -> Call:
    table = Roster(installed).table(CONTEXT, [Wanted(feature.id) for feature in enabled])
    return lambda: table.ask(specs.propose_watchers, ticket=PLAIN)


def _measured(calls: Sequence[Call], rounds: int) -> list[float]:
    """Return the median microseconds of each call; they take turns, so that all meet the same weather."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, times in zip(calls, taken, strict=True):
            begun = time.thread_time()
            for _ in range(CALLS):
                call()
            times.append((time.thread_time() - begun) / CALLS * 1e6)
    return [statistics.median(times) for times in taken]


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
