"""The ways of telling a resident, and why one was not told, in words."""

WAY_LABELS = {
    "phone": "电话",
    "letter": "书面（信函）",
    "counter": "窗口当面",
    "visit": "上门当面",
    "wechat": "微信",
    "weibo": "微博",
    "page": "进展页面",
}
"""How somebody tells, or in the last line how the resident reads by themselves."""
BY_PEOPLE = {way: label for way, label in WAY_LABELS.items() if way != "page"}
BECAUSE_LABELS = {
    "failed": "告知没有送达",
    "unreached": "没有联系上诉求人",
    "nothing": "没有告知的记录",
}
"""Why a ticket waits for its resident to be told."""
ANSWER_NEWS = ("answered", "concluded")
"""First part of the names of messages that carry the answer to a resident, or say that it is there."""
