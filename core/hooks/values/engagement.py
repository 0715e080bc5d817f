"""Taking part online: within which bounds campaigns are held."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngagementRules:
    """Within which bounds a district holds prize collections and quizzes 有奖征集、答题.

    A campaign is worth `most_budget_yuan` at most and one prize `most_prize_yuan`, and it runs for `most_days` days. A quiz
    is answered in no less than `seconds_per_question` a question, and from one address `entries_per_address` people take
    part in 24 hours.
    """

    most_budget_yuan: int
    most_prize_yuan: int
    most_days: int = 30
    seconds_per_question: int = 3
    entries_per_address: int = 5
