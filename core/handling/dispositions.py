"""The results 办理结果 a reply can name."""

DISPOSITION_LABELS = {
    "resolved": "已解决",
    "partly": "部分解决",
    "planned": "列入计划",
    "explained": "政策解释",
    "not_competent": "非职权范围",
    "unreasonable": "不合理诉求",
    "transferred": "移交其他途径",
}
"""办理结果: what the unit says became of the matter."""
NEEDS_TWO_REVIEWERS = ("unreasonable",)
"""Findings against the resident that one reviewer alone may not pass."""
KEEPS_PROMISING = ("planned",)
"""Results that are a promise 挂账: the unit goes on reporting progress after the ticket is concluded."""
