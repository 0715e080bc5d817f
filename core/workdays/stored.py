"""A calendar as the database keeps it: a plain document that says everything, holidays included, and its fingerprint.

A version thus counts the same in ten years, whatever library or notice has come since.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.workdays.specification import CalendarSpec, DatedDay, DayKind, Hours, Notice, Segment


def to_document(spec: CalendarSpec) -> dict[str, Any]:
    """Return the calendar as JSON values; `from_document` undoes it."""
    return {
        "zone": spec.zone,
        "follows_national": spec.follows_national,
        "hours": [
            {
                "days": sorted(hours.days),
                "segments": _spans(hours.segments),
                "from": hours.valid_from and hours.valid_from.isoformat(),
                "until": hours.valid_until and hours.valid_until.isoformat(),
            }
            for hours in spec.hours
        ],
        "notices": _noticed(spec.notices),
        "days": [
            {
                "date": day.day.isoformat(),
                "kind": day.kind.value,
                "reason": day.reason,
                "segments": _spans(day.segments),
                "source": day.source,
            }
            for day in spec.days
        ],
        **({"imported": _noticed(spec.imported)} if spec.imported else {}),
    }


def from_document(document: Mapping[str, Any]) -> CalendarSpec:
    """Return the calendar of a document that `to_document` made."""
    return CalendarSpec(
        zone=document["zone"],
        follows_national=document["follows_national"],
        hours=tuple(
            Hours(
                frozenset(hours["days"]),
                _segments(hours["segments"]),
                hours["from"] and date.fromisoformat(hours["from"]),
                hours["until"] and date.fromisoformat(hours["until"]),
            )
            for hours in document["hours"]
        ),
        notices=_notices(document["notices"]),
        imported=_notices(document.get("imported", [])),
        days=tuple(
            DatedDay(
                date.fromisoformat(day["date"]),
                DayKind(day["kind"]),
                day["reason"],
                _segments(day["segments"]),
                day["source"],
            )
            for day in document["days"]
        ),
    )


def fingerprint(document: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of a document's content, however its keys are ordered."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _noticed(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    return [
        {
            "year": notice.year,
            "source": notice.source,
            "rest": {day.isoformat(): festival for day, festival in notice.rest},
            "work": {day.isoformat(): festival for day, festival in notice.work},
        }
        for notice in notices
    ]


def _notices(documents: Sequence[Mapping[str, Any]]) -> tuple[Notice, ...]:
    return tuple(
        Notice(notice["year"], notice["source"], _dated(notice["rest"]), _dated(notice["work"])) for notice in documents
    )


def _spans(segments: tuple[Segment, ...]) -> list[list[int]]:
    return [[segment.start, segment.end] for segment in segments]


def _segments(spans: list[list[int]]) -> tuple[Segment, ...]:
    return tuple(Segment(start, end) for start, end in spans)


def _dated(festivals: Mapping[str, str]) -> tuple[tuple[date, str], ...]:
    return tuple(sorted((date.fromisoformat(day), festival) for day, festival in festivals.items()))
