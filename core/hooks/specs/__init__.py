"""The questions the core asks a district, in the order of a ticket's walk.

A feature's implementation takes any of the arguments named in the specification, always including none it does not need.
`ctx` and `settings` (its own, validated) are given to each implementation; the asker passes the rest.
"""

from typing import Any

from core.hooks.contract import Hook
from core.hooks.specs.bulletins import bulletin_rules, bulletin_sections
from core.hooks.specs.classification import assess_urgency, suggest_matters
from core.hooks.specs.counting import (
    grade_bands,
    metrics,
    performance_rules,
    reminder_rules,
    score_lines,
    warning_rules,
)
from core.hooks.specs.desk import find_duplicates, suggest_split, ticket_blocks
from core.hooks.specs.disclosure import disclosure_decision, flow_decision, hide_in_public
from core.hooks.specs.engagement import engagement_rules
from core.hooks.specs.feature import check_settings, commands, jobs, on_event, pages
from core.hooks.specs.files import judge_file
from core.hooks.specs.intake import (
    authenticate_inbound,
    channels,
    interview_rules,
    normalise_draft,
    outreach_kinds,
    parse_inbound,
    receipt,
    scope_issues,
)
from core.hooks.specs.knowledge import instant_rules, knowledge_rules, reply_templates
from core.hooks.specs.panels import panel_rules, review_triggers
from core.hooks.specs.pressing import accountability_rules, escalation_steps, exemptions
from core.hooks.specs.progress import progress_news
from core.hooks.specs.routing import guard_command, propose_routes, propose_watchers, taking_in_only
from core.hooks.specs.time import clock_marks, handling_rules, time_limits

ALL_HOOKS: tuple[Hook[..., Any], ...] = (
    channels,
    outreach_kinds,
    interview_rules,
    authenticate_inbound,
    parse_inbound,
    normalise_draft,
    scope_issues,
    receipt,
    find_duplicates,
    suggest_split,
    ticket_blocks,
    judge_file,
    suggest_matters,
    assess_urgency,
    propose_routes,
    propose_watchers,
    taking_in_only,
    guard_command,
    time_limits,
    clock_marks,
    handling_rules,
    progress_news,
    escalation_steps,
    exemptions,
    accountability_rules,
    review_triggers,
    panel_rules,
    metrics,
    grade_bands,
    score_lines,
    performance_rules,
    warning_rules,
    reminder_rules,
    knowledge_rules,
    instant_rules,
    reply_templates,
    engagement_rules,
    bulletin_rules,
    bulletin_sections,
    disclosure_decision,
    flow_decision,
    hide_in_public,
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
    "accountability_rules",
    "assess_urgency",
    "authenticate_inbound",
    "bulletin_rules",
    "bulletin_sections",
    "channels",
    "check_settings",
    "clock_marks",
    "commands",
    "disclosure_decision",
    "engagement_rules",
    "escalation_steps",
    "exemptions",
    "find_duplicates",
    "flow_decision",
    "grade_bands",
    "guard_command",
    "handling_rules",
    "hide_in_public",
    "instant_rules",
    "interview_rules",
    "jobs",
    "judge_file",
    "knowledge_rules",
    "metrics",
    "normalise_draft",
    "on_event",
    "outreach_kinds",
    "pages",
    "panel_rules",
    "parse_inbound",
    "performance_rules",
    "progress_news",
    "propose_routes",
    "propose_watchers",
    "receipt",
    "reminder_rules",
    "reply_templates",
    "review_triggers",
    "scope_issues",
    "score_lines",
    "suggest_matters",
    "suggest_split",
    "taking_in_only",
    "ticket_blocks",
    "time_limits",
    "warning_rules",
]
