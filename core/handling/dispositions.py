"""The results 办理结果 a reply can name."""

DISPOSITION_LABELS = {
    "resolved": "已解决",
    "partly": "部分解决",
    "planned": "列入计划",
    "explained": "政策解释",
    "not_competent": "非职权范围",
    "unreasonable": "不合理诉求",
    "transferred": "移交其他途径",
    "granted": "准予办理",
    "refused": "不予办理",
}
"""办理结果: what the unit says became of the matter."""
OF_APPLICATIONS = ("granted", "refused", "transferred")
"""What an application 办事申请 ends with; the first two are results of nothing else."""
NEEDS_BASIS = ("refused",)
"""Results that stand on a law or rule, which is named 法律依据."""
NEEDS_TWO_REVIEWERS = ("unreasonable",)
"""Findings against the resident that one reviewer alone may not pass."""
KEEPS_PROMISING = ("planned",)
"""Results that are a promise 挂账: the unit goes on reporting progress after the ticket is concluded."""


def results_for(nature: str) -> dict[str, str]:
    """Return the results that an appeal of this nature can end with, with their labels."""
    if nature == "application":
        return {code: DISPOSITION_LABELS[code] for code in OF_APPLICATIONS}
    return {code: label for code, label in DISPOSITION_LABELS.items() if code not in OF_APPLICATIONS[:2]}
