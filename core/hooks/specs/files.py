"""Files that people add to tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, FileVerdict, FileView


@hook(label="查毒", kind="effect", merge="all", on_error="retry", item=FileVerdict, budget_ms=20_000, since="1.1")
def judge_file(ctx: Context, settings: Mapping[str, Any], file: FileView) -> Sequence[FileVerdict] | None:
    """Whether a file that was added to a ticket is harmless 查毒.

    Asked in a job after the commit, once for each feature and file, after the file was cleaned. Until all features have
    answered nobody is given the file, which waits as 待查毒. One verdict that is not clean locks it away 已隔离, with an entry
    in the timeline and a note to the unit that leads. The network may be used through `core.hooks.outside` and
    `core.hooks.scanner`. A failure leaves it waiting, and is tried again after 1 and 5 minutes, half an hour, 2 and 12
    hours, then left to a person. Nobody answers, or all are without opinion: it is given out.
    """
