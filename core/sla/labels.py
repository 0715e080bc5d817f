"""What clocks and lights are called."""

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
}
LIGHT_LABELS: dict[str, str] = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}
