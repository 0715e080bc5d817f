"""What clocks and lights are called."""

CLOCK_LABELS: dict[str, str] = {"reply": "答复", "sign": "签收", "on_site": "到场", "handle": "办理"}
LIGHT_LABELS: dict[str, str] = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}
