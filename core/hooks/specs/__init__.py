"""The questions the core asks a district, in the order of a ticket's walk.

A feature's implementation takes any of the arguments named in the specification, always including none it does not need.
`ctx` and `settings` (its own, validated) are given to each implementation; the asker passes the rest.
"""

from typing import Any

from core.hooks.contract import Hook
from core.hooks.specs.classification import assess_urgency, suggest_matters
from core.hooks.specs.counting import grade_bands, metrics, score_lines
from core.hooks.specs.desk import find_duplicates, suggest_reply, suggest_split, ticket_blocks
from core.hooks.specs.feature import check_settings, commands, jobs, on_event, pages
from core.hooks.specs.files import judge_file
from core.hooks.specs.intake import (
    authenticate_inbound,
    channels,
    normalise_draft,
    parse_inbound,
    receipt,
    scope_issues,
)
from core.hooks.specs.pressing import escalation_steps, exemptions
from core.hooks.specs.routing import guard_command, propose_routes, propose_watchers
from core.hooks.specs.time import clock_marks, handling_rules, time_limits

ALL_HOOKS: tuple[Hook[..., Any], ...] = (
    channels,
    authenticate_inbound,
    parse_inbound,
    normalise_draft,
    scope_issues,
    receipt,
    find_duplicates,
    suggest_split,
    suggest_reply,
    ticket_blocks,
    judge_file,
    suggest_matters,
    assess_urgency,
    propose_routes,
    propose_watchers,
    guard_command,
    time_limits,
    clock_marks,
    handling_rules,
    escalation_steps,
    exemptions,
    metrics,
    grade_bands,
    score_lines,
    check_settings,
    pages,
    commands,
    jobs,
    on_event,
)
HOOKS: dict[str, Hook[..., Any]] = {hook.name: hook for hook in ALL_HOOKS}

__all__ = [
    "ALL_HOOKS",
    "HOOKS",
    "assess_urgency",
    "authenticate_inbound",
    "channels",
    "check_settings",
    "clock_marks",
    "commands",
    "escalation_steps",
    "exemptions",
    "find_duplicates",
    "grade_bands",
    "guard_command",
    "handling_rules",
    "jobs",
    "judge_file",
    "metrics",
    "normalise_draft",
    "on_event",
    "pages",
    "parse_inbound",
    "propose_routes",
    "propose_watchers",
    "receipt",
    "scope_issues",
    "score_lines",
    "suggest_matters",
    "suggest_reply",
    "suggest_split",
    "ticket_blocks",
    "time_limits",
]
