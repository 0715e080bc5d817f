"""What the codes of a ticket are called, in one place for forms, lists, rules and reports."""

from collections.abc import Mapping

NATURE_LABELS: Mapping[str, str] = {
    "complaint": "投诉",
    "help": "求助",
    "inquiry": "咨询",
    "suggestion": "建议",
    "praise": "表扬",
    "application": "办事申请",
}
APPELLANT_LABELS: Mapping[str, str] = {"person": "个人", "enterprise": "企业", "organisation": "其他单位"}
RELATION_LABELS: Mapping[str, str] = {
    "resident": "本地居民",
    "visitor": "外地游客",
    "investor": "投资者",
    "manager": "企业管理者",
    "worker": "务工、就学人员",
    "other": "其他",
}
"""What an appellant may say of their tie to the place; nobody has to, and it decides nothing."""
