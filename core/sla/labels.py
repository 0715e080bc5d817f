"""What clocks, their states, lights and the reasons of a pause are called."""

CLOCK_LABELS: dict[str, str] = {
    "accept": "受理",
    "dispatch": "派单",
    "reply": "答复",
    "follow_up": "回访",
    "progress": "进展反馈",
    "sign": "签收",
    "return_window": "退单",
    "first_contact": "联系诉求人",
    "on_site": "到场",
    "handle": "办理",
    "respond": "督办答复",
    "statement": "情况说明",
}
LIGHT_LABELS: dict[str, str] = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}
CLOCK_STATE_LABELS: dict[str, str] = {
    "running": "计时中",
    "paused": "挂起",
    "met": "按时",
    "breached": "超期",
    "cancelled": "已取消",
    "superseded": "已由新时限取代",
}
PAUSE_LABELS: dict[str, str] = {
    "awaiting_resident": "待诉求人补充",
    "judicial": "司法程序",
    "force_majeure": "不可抗力",
}
