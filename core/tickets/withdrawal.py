"""Why residents withdraw their own appeals 撤回: a closed list, and what is said of such an appeal."""

WITHDRAWAL_REASONS = {
    "solved": "问题已经解决",
    "mistaken": "写错了，或者重复提交",
    "not_needed": "不想再反映了",
    "other": "其他原因",
}
WITHDRAWN_LABEL = "诉求人已撤回"
"""What the house calls the state of a ticket that its resident withdrew: it is void, and by nobody of the house."""
