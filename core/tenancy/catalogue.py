"""What the database's own catalogue says against the separation of tenants, by the rules of `catalogue_rules`.

Asked of the whole database by the tests and the doctor, and of one plugin's schema when its migrations have run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core.hooks.tables import EVIDENCE, STABLE_CORE_TABLES
from core.kit.policies import APP_ROLE, STATS_ROLE
from core.tenancy.catalogue_rules import CONDITION, COUNTS, LIMITS, PLUGINS, RULES, TABLES
from core.tenancy.models import SHARED_TABLES

APPEND_ONLY = (
    "accountability_evidence",
    "accountability_step",
    "adjudication",
    "area",
    "area_alias",
    "article_step",
    "article_use",
    "article_version",
    "call_step",
    "command_log",
    "consultation_step",
    "contact_attempt",
    "contact_reveal",
    "contribution",
    "counter_entry",
    "distinct_pair",
    "dry_run_change",
    "duty_limit_change",
    "duty_list_matter",
    "duty_list_row",
    "duty_list_version",
    "enforcement",
    "feature_act",
    "feature_event",
    "follow_up",
    "gazetteer_version",
    "home_visit",
    "intake_event",
    "letter",
    "letter_receipt",
    "matter_mapping",
    "meeting_ticket",
    "opinion",
    "outside_figure",
    "panel_draw",
    "panel_vote",
    "performance_item",
    "performance_line",
    "performance_unit",
    "policy",
    "rating",
    "rating_cause",
    "reading",
    "reply_check",
    "return_attempt",
    "route_decision",
    "seal",
    "sealed_head",
    "sealed_record",
    "security_event",
    "settings_event",
    "settings_revision",
    "sla_adjustment",
    "sla_event",
    "telling",
    "ticket_event",
    "trespass",
    "verification",
    "work_calendar_version",
)
"""What is written here is evidence: the application's role can add to it and read it, nothing else. A plugin's table of
evidence says so in its comment."""
ERASABLE = ("intake_event.payload",)
"""Columns of evidence with personal data, encrypted: rewritten when keys rotate, and emptied when a person is erased."""
PARAMETERS = {
    "shared": sorted(SHARED_TABLES),
    "append_only": list(APPEND_ONLY),
    "erasable": list(ERASABLE),
    "counts": COUNTS,
    "condition": CONDITION,
    "app": APP_ROLE,
    "stats": STATS_ROLE,
    "plugins": PLUGINS,
    "limits": list(LIMITS),
    "evidence": EVIDENCE,
    "stable": [*STABLE_CORE_TABLES, "tenant"],
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the schema by which a tenant could reach another's rows, or evidence could be rewritten."""

    what: str
    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.what} {self.rule}"


def faults_of(connection: Connection[Any], *, schema: str | None = None) -> Iterator[Fault]:
    """Yield every fault that the connection sees: of the whole database, or within one schema."""
    for name, rule in RULES.items():
        for found_in, what in connection.execute(f"WITH {TABLES} {rule.query}".encode(), PARAMETERS):
            if schema in (None, found_in):
                yield Fault(what, name, rule.words)
