"""What a resident can answer, and how an attempt to ask can end."""

RESOLVED_LABELS = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFACTION_LABELS = {"satisfied": "满意", "basically": "基本满意", "dissatisfied": "不满意"}
OUTCOME_LABELS = {"reached": "已接通", "unreachable": "未接通", "refused": "拒绝回访"}
