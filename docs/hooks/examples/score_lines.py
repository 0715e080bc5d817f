"""Counts are those of the period, before and after adjudication; which there are, and what each counts, says
[Figures](../figures.md).
"""

from core.hooks import ScoreLine, hookimpl


@hookimpl
def score_lines(facts):
    late = facts.counts.get("overdue_adjudicated", 0)
    if not late:
        return None
    return [ScoreLine("超期", -0.5 * late, "elsewhere.score/late", f"超期 {late} 件，每件扣 0.5 分")]
