"""Refusals on the way to the visitor: the status each one has, and its words."""

from dataclasses import asdict
from typing import Any

from flask import g

from core.hooks.settings import SettingsInvalid
from core.journey.queries.timeline import happened_since, refusal_in_words
from core.kit.errors import Refused
from core.units.catalogue.checking import CatalogueUnusable

WRONG_INPUT = 422
STATUS = {
    "token-unusable": 401,
    "not-permitted": 403,
    "not-vouched-for": 403,
    "not-your-ticket": 403,
    "not-your-article": 403,
    "identity-kept": 403,
    "own-revision": 403,
    "own-rights": 403,
    "not-grantable": 403,
    "own-supervision": 403,
    "same-hands": 403,
    "second-person-missing": 403,
    "link-unusable": 404,
    "no-duty-list": 404,
    "no-preset": 404,
    "no-such-account": 404,
    "no-such-article": 404,
    "no-such-question": 404,
    "no-such-warning": 404,
    "no-such-call": 404,
    "no-such-bulletin": 404,
    "no-such-performance-sheet": 404,
    "no-such-campaign": 404,
    "no-such-command": 404,
    "no-such-naming": 404,
    "no-such-dispute": 404,
    "no-such-dry-run": 404,
    "duty-item-not-listed": 404,
    "no-such-duty-list": 404,
    "no-such-gazetteer": 404,
    "no-such-inbound-item": 404,
    "no-interviews": 404,
    "no-such-interview": 404,
    "no-such-interview-question": 404,
    "no-such-handover": 404,
    "no-such-identity": 404,
    "no-such-instruction": 404,
    "no-such-letter": 404,
    "no-such-outreach": 404,
    "no-such-panel": 404,
    "no-such-panel-member": 404,
    "no-such-portal": 404,
    "no-such-provider": 404,
    "no-such-reminder": 404,
    "no-such-revision": 404,
    "no-such-roster": 404,
    "no-such-secret": 404,
    "no-such-session": 404,
    "no-such-supervision": 404,
    "no-such-ticket": 404,
    "no-such-topic": 404,
    "no-such-file": 404,
    "file-gone": 404,
    "not-a-city": 404,
    "unknown-feature": 404,
    "unknown-tenant": 404,
    "cannot-withdraw": 409,
    "effect-not-known": 409,
    "reminder-settled": 409,
    "outreach-settled": 409,
    "interview-settled": 409,
    "account-closed": 409,
    "account-open": 409,
    "already-so": 409,
    "duties-not-separate": 409,
    "last-steward": 409,
    "already-acknowledged": 409,
    "already-approved": 409,
    "already-disputed": 409,
    "already-involved": 409,
    "already-rated": 409,
    "already-voted": 409,
    "cause-found": 409,
    "cause-not-asked": 409,
    "panel-closed": 409,
    "panel-under-way": 409,
    "seat-accepted": 409,
    "seat-not-accepted": 409,
    "finding-binds": 409,
    "already-reported": 409,
    "already-running": 409,
    "already-theirs": 409,
    "approval-missing": 409,
    "article-changed": 409,
    "warning-settled": 409,
    "before-its-time": 409,
    "bulletin-case-unusable": 409,
    "bulletin-not-ready": 409,
    "bulletin-stands": 409,
    "cannot-attach": 409,
    "cannot-object": 409,
    "cannot-send-back": 409,
    "cannot-split": 409,
    "cannot-summon": 409,
    "cannot-void": 409,
    "call-reused": 409,
    "call-settled": 409,
    "case-open": 409,
    "clearance-open": 409,
    "clock-paused": 409,
    "co-units-open": 409,
    "colleague-away": 409,
    "command-reused": 409,
    "consultation-open": 409,
    "deadline-passed": 409,
    "dispute-too-late": 409,
    "feature-conflict": 409,
    "feature-in-use": 409,
    "feature-of-city": 409,
    "feature-stands": 409,
    "follow-up-over": 409,
    "handover-taken": 409,
    "highest-authority": 409,
    "inbound-item-settled": 409,
    "leads-only": 409,
    "level-not-higher": 409,
    "limit-over": 409,
    "message-reused": 409,
    "file-not-ready": 409,
    "files-too-many": 409,
    "month-not-over": 409,
    "move-not-allowed": 409,
    "nothing-scored": 409,
    "performance-not-ready": 409,
    "performance-stands": 409,
    "year-not-over": 409,
    "never-held": 409,
    "no-clearance": 409,
    "no-consultation": 409,
    "no-granted-review": 409,
    "no-meeting": 409,
    "no-phone-of-call": 409,
    "no-progress-due": 409,
    "no-request": 409,
    "no-return-request": 409,
    "no-room": 409,
    "nobody-to-account": 409,
    "not-a-preset": 409,
    "not-away": 409,
    "not-contacted": 409,
    "not-for-a-city": 409,
    "not-returnable": 409,
    "nothing-changed": 409,
    "nothing-runs": 409,
    "limit-not-missed": 409,
    "nothing-to-dispute": 409,
    "nothing-to-review": 409,
    "nothing-to-waive": 409,
    "objected": 409,
    "redone-enough": 409,
    "referral-loop": 409,
    "request-pending": 409,
    "return-pending": 409,
    "revealed-already": 409,
    "return-window-over": 409,
    "revision-closed": 409,
    "same-unit": 409,
    "second-factor-needed": 409,
    "setting-locked": 409,
    "settings-base-changed": 409,
    "settings-check-failed": 409,
    "settings-not-checked": 409,
    "settings-not-tried": 409,
    "stale-version": 409,
    "still-attached": 409,
    "still-disputable": 409,
    "supervision-ended": 409,
    "content-type-unusable": 415,
    "json-unusable": 400,
    "too-many-requests": 429,
    "too-many-reveals": 429,
    "urged-already": 429,
    "provider-unusable": 424,
    "database-down": 503,
    "tenant-suspended": 503,
    "files-away": 503,
    "feature-failed": 503,
    "keys-unusable": 503,
    "no-calendar": 503,
}
"""HTTP status by the code of a refusal; every other refusal is about what was handed in."""


def status_of(refusal: Refused) -> int:
    """Return the HTTP status under which a refusal is answered."""
    return STATUS.get(refusal.code, WRONG_INPUT)


def remember_words(refusal: Refused) -> None:
    """Put the refusal into words while its transaction is still open."""
    g.refusal_words = refusal_in_words(refusal)


def words_of(refusal: Refused) -> str:
    """Return the refusal in words, with what happened since when that is the reason."""
    remembered: str = g.get("refusal_words") or refusal.message
    return remembered


def more_of(refusal: Refused) -> dict[str, Any]:
    """Return what a program is told besides the words: what is wrong one by one, every entry since its version."""
    if isinstance(refusal, SettingsInvalid):
        errors: dict[str, list[str]] = {}
        for problem in refusal.problems:
            errors.setdefault(problem.field, []).append(problem.message)
        return {"errors": errors}
    if isinstance(refusal, CatalogueUnusable):
        return {"faults": list(refusal.faults)}
    since = happened_since(refusal)
    return {"since": [asdict(entry) | {"at": entry.at.isoformat()} for entry in since]} if since else {}
