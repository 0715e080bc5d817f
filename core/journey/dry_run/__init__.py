"""The dry run 试算: an administrator sees on real past tickets what settings would have changed, before they hold.

What people did with a ticket, and when, stays as it was; what rules decide is decided twice, by those that hold and by
those that are tried, and compared. Nothing is sent, and nothing is written but what the try found.
"""

from core.journey.dry_run.changes import EFFECT_LABELS, WHAT_LABELS, Change, Side
from core.journey.dry_run.export import export, exported
from core.journey.dry_run.result import (
    ChangedTicket,
    FailureSeen,
    Result,
    Totals,
    UnitLoad,
    change_words,
    count_changed,
    counts_of,
    notes,
    result_of,
    rule_name,
    runs_of,
    summary,
    total_lines,
)
from core.journey.dry_run.running import (
    DRY_RUN,
    DistrictChanged,
    NoSuchDryRun,
    Progress,
    ask_for,
    ask_for_off,
    fail,
    find_run,
    go_on,
    run_whole,
)
from core.journey.dry_run.sample import MOST, USUAL, BadSample, Sample
from core.journey.dry_run.warnings import warnings_of
from core.tenancy.queries import valid_run_of

__all__ = [
    "DRY_RUN",
    "EFFECT_LABELS",
    "MOST",
    "USUAL",
    "WHAT_LABELS",
    "BadSample",
    "Change",
    "ChangedTicket",
    "DistrictChanged",
    "FailureSeen",
    "NoSuchDryRun",
    "Progress",
    "Result",
    "Sample",
    "Side",
    "Totals",
    "UnitLoad",
    "ask_for",
    "ask_for_off",
    "change_words",
    "count_changed",
    "counts_of",
    "export",
    "exported",
    "fail",
    "find_run",
    "go_on",
    "notes",
    "result_of",
    "rule_name",
    "run_whole",
    "runs_of",
    "summary",
    "total_lines",
    "valid_run_of",
    "warnings_of",
]
