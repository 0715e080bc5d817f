"""The channel is answered beside it: what nobody answers live comes in by it."""

from core.hooks import Channel, InterviewRules, hookimpl


@hookimpl
def channels():
    return [Channel("ask-the-mayor", "市长在线", "event")]


@hookimpl
def interview_rules():
    return [InterviewRules("ask-the-mayor", minutes=60, units=("roads", "parks"))]
