"""What the house calls how something was written down for a resident 代录."""

KIND_LABELS = {"counter": "窗口代录", "door": "上门代录"}
PRESENT_LABELS = {"self": "诉求人本人在场", "other": "他人代为反映"}
VISIT_LABELS = {"met": "见到诉求人", "nobody": "无人在家", "refused": "诉求人不愿谈"}
"""What came of going to the resident's home 上门回访."""
CONSENT = (
    "您的姓名和电话只用于办理这件诉求和告诉您进展，不公开给承办单位（除非您同意公开身份），"
    "办结后按规定的期限删除；您可以不留电话，凭回执查询。"
)
"""What the resident is told before name and phone are written down."""
