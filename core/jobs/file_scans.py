"""Having files judged: after the commit, one job for each file, tried again like all jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, TryLater
from core.jobs.feature_events import put_off
from core.journey.feature_work.visits import FeatureFailed
from core.journey.judge_files import judge_file, tell_not_judged
from core.kit.file_store import FileGone, FilesAway
from core.tenancy.scope import Scope


def scanning() -> JobKind:
    """Return how jobs of kind `scan-file` are done."""
    return JobKind(do=judge, tell=tell_failure, acts_as=ActsAs.FEATURE)


def judge(scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    """Have the file judged. Raises `TryLater` when it was not judged now, `NotYet` when nobody was even asked."""
    try:
        judge_file(scope, payload["file_id"], now=now)
    except FeatureFailed as failed:
        raise put_off(failed, now) from failed
    except (FilesAway, FileGone) as away:
        raise TryLater(away.message) from away


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Say beside the file that it still waits."""
    tell_not_judged(scope, payload["file_id"], is_last=failure.is_last)
