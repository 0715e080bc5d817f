"""Versions of facts 版本: each holds from its moment on until the moment of the next, and is never changed."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from core.kit.errors import Refused


class EffectiveInThePast(Refused):
    """A version would hold from a moment that has passed: what was decided since then was decided otherwise."""

    code = "effective-in-the-past"


class NoReasonGiven(Refused):
    """A version is to be published and nobody says why."""

    code = "no-reason-given"


def number_at(versions: Sequence[tuple[datetime, int]], at: datetime) -> int:
    """Return the number of the version that holds at a time, 0 = none yet.

    `versions` are their moments and numbers, sorted. Of two with one moment the later number holds.
    """
    place = bisect_right(versions, at, key=lambda version: version[0])
    return versions[place - 1][1] if place else 0


def refuse_unfounded(reason: str, *, effective_from: datetime, now: datetime) -> None:
    """Raise `NoReasonGiven` or `EffectiveInThePast` when a version cannot be published like this."""
    if not reason.strip():
        raise NoReasonGiven("没有写明发布新版本的原因，日后无从查考。请写一句话说明为什么要改。")
    if effective_from < now:
        raise EffectiveInThePast("生效时间已经过去，其间的工单已按原来的版本办理。请改为现在或以后的时间。")
