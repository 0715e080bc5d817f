"""The channel of the same id is answered beside it: what is said at the meeting comes in by it."""

from core.hooks import Channel, OutreachKind, hookimpl


@hookimpl
def channels():
    return [Channel("village-evening", "村民夜话", "event")]


@hookimpl
def outreach_kinds():
    return [OutreachKind("village-evening", "村民夜话", "meeting", monthly=1)]
