"""The monthly bulletin."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import BulletinMonth, BulletinRules, BulletinSection, Context


@hook(
    label="通报规则", kind="load", merge="first", on_error="quarantine", item=BulletinRules, budget_ms=1000, since="1.1"
)
def bulletin_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[BulletinRules] | None:
    """By which rules the tenant makes its monthly bulletin 公开通报.

    Asked when a bulletin is drafted, and by the clock, which drafts those of the month that is over. Nobody answers:
    nothing is drafted by itself, and what a person drafts goes by the core's own numbers.
    """


@hook(label="通报章节", kind="render", merge="all", on_error="omit", item=BulletinSection, budget_ms=200, since="1.1")
def bulletin_sections(
    ctx: Context, settings: Mapping[str, Any], month: BulletinMonth
) -> Sequence[BulletinSection] | None:
    """Sections of the bulletin, in their order: the core's by name, and the feature's own.

    Asked when a bulletin is drafted. Where an answer names any of the core's, those not named are left out; else all of
    the core's come first. Those of the core are: `overview`, `appellants`, `levels`, `units`, `top_accepted`,
    `top_dissatisfied`, `conduct`, `topics`, `cases`, `naming`, and each kind that is counted by code under its own name
    (`instructed`, `dissatisfied`, `overdue` …, see `docs/figures.md`); one that an edition does not have is passed over.
    If one fails the bulletin says so (本节未生成) and is made all the same.
    """
