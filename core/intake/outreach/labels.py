"""What outreach is called on the pages."""

SORT_LABELS = {"meeting": "会议", "visit": "走访"}
OUTREACH_STATE_LABELS = {
    "entry": "录入中",
    "submitted": "已提交",
    "closed": "已反馈",
    "withdrawn": "已撤回",
}
LINE_LABELS = {"handle": "交办", "answered": "当场答复", "thanks": "感谢"}
"""What is to become of a line: a unit handles it, it was answered there and then, somebody said thanks."""
LINE_STATES = ("draft", "returned", "taken_in", "dropped")
