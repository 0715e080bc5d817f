"""What live interviews are called on the pages."""

INTERVIEW_STATES = {
    "announced": "已预告",
    "open": "进行中",
    "closed": "已结束，待转办",
    "handed_over": "已转办",
}
QUESTION_STATES = {
    "waiting": "待答复",
    "answered": "当场答复",
    "filed": "已转工单",
    "set_aside": "不转办",
    "doubled": "重复提问",
}
PLACES = {"page": "网页", "weibo": "微博", "wechat": "微信", "phone": "电话", "file": "文件"}
"""Where a question came from."""
