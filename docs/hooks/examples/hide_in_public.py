"""The name of a workshop is not what the appeal is about."""

from core.hooks import HiddenSpan, hookimpl

NAME = "望江橱柜厂"


@hookimpl
def hide_in_public(text):
    at = text.find(NAME)
    return [HiddenSpan(at, at + len(NAME), "elsewhere.open/name", "字号不公开")] if at >= 0 else None
