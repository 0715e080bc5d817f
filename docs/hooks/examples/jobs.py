"""`run(ctx, settings, visitor, store)` returns a note for the log. `at` is the tenant's own time."""

from core.hooks import JobSpec, hookimpl


@hookimpl
def jobs():
    return [JobSpec("morning", "每日值班提示", at="08:30", run="remind")]


def remind(ctx, settings, visitor, store):
    return "已核对当日值班安排"
