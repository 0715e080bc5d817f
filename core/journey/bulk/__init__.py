"""One deed on many tickets 批量办理: those that were ticked, or all that a list shows, each by its own command."""

from core.journey.bulk.deeds import DEEDS, BulkDeed
from core.journey.bulk.doing import BULK, MOST, Preview, ask_for_deed, preview
from core.journey.bulk.selecting import NothingSelected, Selection, count_selected

__all__ = [
    "BULK",
    "DEEDS",
    "MOST",
    "BulkDeed",
    "NothingSelected",
    "Preview",
    "Selection",
    "ask_for_deed",
    "count_selected",
    "preview",
]
