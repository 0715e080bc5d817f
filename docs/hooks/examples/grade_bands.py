"""For a `percent`, the threshold is a share: 0.85 is 85 %. Figures of fewer than thirty are shown without a grade."""

from core.hooks import GradeBand, hookimpl


@hookimpl
def grade_bands():
    return [GradeBand("satisfied", 0.85, "不达标", "点名通报", "elsewhere.grades/floor", "满意率低于 85%")]
