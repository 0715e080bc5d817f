"""The first feature in the district's order decides. Where nobody answers, no letter is drafted."""

from core.hooks import ReminderRules, hookimpl


@hookimpl
def reminder_rules():
    return [ReminderRules(repeated_least=20, answer_days=3)]
