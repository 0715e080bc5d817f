"""`show` and `submit` name functions of the same module. `show(ctx, settings, visitor, store)` returns blocks; `submit(ctx,
settings, visitor, store, values)` takes what the form, a settings schema, made of what was typed, and returns what to tell the
visitor. A refusal in words is `NotPossible`. `permission` is one of the core's.
"""

from core.hooks import PageSpec, TextBlock, hookimpl


@hookimpl
def pages():
    return [PageSpec("roster", "值班表", permission="see-tickets", show="show_roster")]


def show_roster(ctx, settings, visitor, store):
    return [TextBlock(f"{visitor.now:%Y-%m-%d} 夜间由综合值班室值守。")]
