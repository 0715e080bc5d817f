"""Appeals as residents write them, and texts that nobody would write but somebody will send."""

from datetime import UTC, datetime

from core.hooks.values import TicketView

PLAIN = TicketView(
    id=1,
    serial_no="SW2026-0001",
    state="accepted",
    channel="hotline",
    medium="phone",
    mailbox="",
    title="路灯不亮",
    text="小区门口的路灯坏了三天。",
    place="幸福路 1 号",
    nature="complaint",
    urgency="normal",
    complexity="simple",
    matter=None,
    affected_count=1,
    submitted_at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC),
    lead_unit=None,
    cycle_no=1,
    bounce_count=0,
)
"""The plainest ticket; others are told by how they differ from it."""

APPEALS = (
    ("路灯不亮", "小区门口的路灯坏了三天，晚上出行很不安全。"),
    ("井盖缺失", "人行道上的井盖不见了，已经有老人摔倒，请马上处理！"),
    ("道路坑洼", "幸福路与和平路交叉口路面塌陷，车辆颠簸，下雨积水。"),
    ("噪音扰民", "工地夜里两点还在施工，孩子无法入睡，多次投诉没有结果。"),
    ("咨询入学", "请问外地户籍的孩子今年入学需要哪些材料？什么时候报名？"),
    ("乱收费", "停车场不按公示标准收费，要求开发票被拒绝。"),
    ("停水", "整栋楼停水已经超过 24 小时，涉及 200 多户居民，没有任何通知。"),
    ("燃气味道", "楼道里闻到燃气泄漏的味道，担心会爆炸，已经有人头晕。"),
    ("欠薪", "工地拖欠三十名工人四个月工资，再不解决我们就去市政府门口讨说法。"),
    ("建议增设公交", "建议 102 路增加早高峰班次，缩短等候时间。"),
    ("表扬", "感谢街道办的同志冒雨帮忙排水，特此表扬。"),
    ("几件事", "第一，树木倾斜压到电线；第二，垃圾三天没有清运；第三，健身器材损坏。"),
    ("不服判决", "法院已经判决，我不服，请政府重新处理我的案子。"),
    ("大叶榕倾斜", "台风过后一棵大叶榕倾斜，压住了一楼的雨棚，可能倒塌。"),
)
HOSTILE = (
    "",
    " ",
    "？",
    "A",
    "<script>alert(1)</script>",
    "{serial_no} {0} {} %s %(x)s {title!r}",
    "\\d+(.*)[[\\",
    "我" * 4000,
    "1" * 600,
    "第一行\n第二行\r\n\t第三行",
    "ＡＢＣ１２３　全角",
    "😀👨‍👩‍👧 表情",
    "' OR 1=1; DROP TABLE ticket; --",
    "a" * 30 + "!",
)
