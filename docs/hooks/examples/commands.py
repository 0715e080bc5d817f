"""`run(ctx, settings, visitor, store, values)` returns the lines to print; `form` names the settings schema whose fields become
options.
"""

from core.hooks import CommandSpec, hookimpl


@hookimpl
def commands():
    return [CommandSpec("roster", "打印今晚的值班安排", run="print_roster")]


def print_roster(ctx, settings, visitor, store, values):
    return [f"{visitor.now:%Y-%m-%d} 夜间：综合值班室"]
