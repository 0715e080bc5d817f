"""The results 办理结果 a reply can name."""

DISPOSITION_LABELS = {
    "resolved": "已解决",
    "partly": "部分解决",
    "planned": "列入计划",
    "explained": "政策解释",
    "transferred": "移交其他途径",
}
"""办理结果: what the unit says became of the matter."""
