"""What meetings, those who come to them from outside, and errands are called."""

MEETING_LABELS = {"on_site": "现场会", "special": "专题会议", "facing": "公开协调会"}
"""Kinds of meetings: on the spot 现场会, on a class of problems 专题会议, with media and public looking on 公开协调会."""
GUEST_LABELS = {
    "expert": "专家",
    "media": "新闻媒体",
    "society": "社会团体",
    "deputy": "人大代表",
    "cppcc": "政协委员",
    "lawyer": "律师",
    "netizen": "网民代表",
    "resident": "群众代表",
    "enterprise": "企业",
}
"""Who comes to a meeting from outside the units."""
ERRAND_LABELS = {"meeting": "会议分工", "check": "举一反三", "stage": "后续安排"}
"""Where an errand comes from: a meeting's division of work, a class-wide check, a result that is reached by stages."""
