"""What holds about routing, read once per process and epoch; rules are compiled once per process."""

import json
from functools import lru_cache
from typing import Any

from core.hooks.core_features import ROUTING
from core.hooks.settings.frozen import plain
from core.hooks.table import HookTable
from core.intake.channels import open_channels_of
from core.routing.policy import RoutingPolicy
from core.routing.ruleset import CompiledRules, compile_rules, parse_rules
from core.routing.settings import limits_given, rules_of
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_of, known_units, number_in

KEPT = 64
"""Sets of rules that a process keeps compiled."""


def policy_of(scope: Scope) -> RoutingPolicy:
    """Return what holds about routing, made once per process and epoch."""
    return scope.remember("routing_policy", lambda: policy_from(scope, scope.hooks))


def policy_from(scope: Scope, table: HookTable) -> RoutingPolicy:
    """Return what would hold about routing with the settings of this table. Raises `NoSuchDutyList`."""
    number = number_in(table)
    return RoutingPolicy(
        duty_list=number,
        catalogue=duty_list_of(scope, number),
        rules=_compiled(json.dumps(plain(rules_of(table)), ensure_ascii=False, sort_keys=True)),
        limits=limits_given(table),
        units=known_units(scope, table),
        channels={channel.id: channel.label for channel in open_channels_of(scope).values()},
        stamp=table.stamp(ROUTING.id),
    )


@lru_cache(maxsize=KEPT)
def _compiled(written: str) -> CompiledRules:
    rules: Any = json.loads(written)
    return compile_rules(parse_rules({"rules": rules}))
