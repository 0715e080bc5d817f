"""One question for every hook, with values to which most features have an answer."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from core.hooks import (
    Budget,
    BulletinMonth,
    ContactView,
    DomainEvent,
    Draft,
    FileView,
    InboundPayload,
    InboundRequest,
    ProgressStep,
    ReviewFacts,
    Trigger,
    UnitFacts,
)
from core.hooks.settings import SecretText
from tests.plugins.making import UNITS, make_alike, make_clock, make_duty, make_ticket

TICKET = make_ticket(
    title="沙井盖缺失", text="板房倾斜，旁边有人触电。", mailbox="市长信箱", urgency="urgent", lead_unit="roads"
)
DUTY = make_duty(
    category="城市管理",
    limit=Budget("wd_eod", 3),
    on_site=Budget("wall", 3600),
    legal_basis="《城市道路管理条例》",
    standard="修复平整",
)
DRAFT = Draft(
    channel="wechat",
    medium="wechat",
    title="",
    text="尊敬的市长：#投诉# 路灯坏了三天。\n地点：幸福路 1 号",
    place="",
    mailbox="",
    nature=None,
    affected_count=1,
)
POTHOLE = make_ticket(text="幸福路路面坑洼，已有人摔倒。", place="幸福路 1 号", matter="0101")
AGAIN = make_ticket(
    id=2, serial_no="SW2026-0002", text="幸福路路面坑洼，有人摔倒了。", place="幸福路 1 号", matter="0101"
)
MONTH = UnitFacts(
    unit="roads",
    first=date(2026, 3, 1),
    last=date(2026, 3, 31),
    counts={"due_adjudicated": 50, "on_time_adjudicated": 46, "overdue_adjudicated": 4, "rated_adjudicated": 40}
    | {"satisfied_adjudicated": 36, "due": 50, "on_time": 45, "overdue": 5, "rated": 40, "satisfied": 35},
)
BULLETIN = BulletinMonth(
    edition="general",
    first=date(2026, 3, 1),
    last=date(2026, 3, 31),
    counts={"accepted": 812, "replied": 790},
    counts_before={"accepted": 777, "replied": 760},
    counts_year_before={"accepted": 640, "replied": 655},
)
HAPPENED = DomainEvent(
    id="somewhere/1/3", kind="accept", at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC), summary="受理", ticket=TICKET
)
KEY = SecretText("推送密钥，只有手册和测试知道")
SECRETS: Mapping[str, Mapping[str, SecretText]] = {
    "nanhai.channels": {"hotline_secret": KEY, "forum_secret": KEY, "petition_secret": KEY},
    "pingshan.entrance": {"platform_secret": KEY},
}
"""Secrets of the shipped features, so that they know who pushes."""
RECEIVED = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
CALL = '{"content": "路灯坏了三天。", "caller": {"name": "王女士", "phone": "13800000001"}}'.encode()
SIGNED = {
    "webhook-id": "call-1",
    "webhook-timestamp": "1773108000",
    "webhook-signature": "v1,WFPYelDI6Rn+nJxkE+gYdRahHewlI02bpvQUJp8p0Ec=",
}

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "channels": {},
    "outreach_kinds": {},
    "interview_rules": {},
    "authenticate_inbound": {"channel": "hotline", "request": InboundRequest(SIGNED, {}, CALL, RECEIVED)},
    "parse_inbound": {
        "channel": "hotline",
        "payload": InboundPayload("call-1", "application/json", CALL, RECEIVED),
    },
    "normalise_draft": {"draft": DRAFT},
    "scope_issues": {"ticket": make_ticket(text="这件事已起诉，法院尚在审理。")},
    "receipt": {"ticket": TICKET},
    "find_duplicates": {"appeal": make_alike(POTHOLE), "candidates": (make_alike(AGAIN),)},
    "suggest_split": {"ticket": make_ticket(text="一、小区门口路灯不亮。二、幸福路路面坑洼。")},
    "ticket_blocks": {"ticket": TICKET, "duty": DUTY},
    "suggest_matters": {"ticket": POTHOLE, "duties": (make_duty(),)},
    "assess_urgency": {"ticket": TICKET},
    "propose_routes": {"ticket": TICKET, "duty": DUTY, "units": UNITS},
    "propose_watchers": {"ticket": TICKET},
    "guard_command": {
        "ticket": TICKET,
        "command": "reply",
        "duty": DUTY,
        "contact": ContactView(is_possible=True, attempts=0, was_reached=False),
    },
    "time_limits": {"ticket": TICKET, "duty": DUTY},
    "clock_marks": {"ticket": TICKET, "clock": make_clock()},
    "handling_rules": {},
    "taking_in_only": {},
    "escalation_steps": {"ticket": TICKET, "trigger": Trigger("mark", "reply", "overdue"), "duty": DUTY},
    "review_triggers": {
        "ticket": TICKET,
        "facts": ReviewFacts(("rating",), "resolved", "no", "dissatisfied"),
    },
    "panel_rules": {"ticket": TICKET},
    "exemptions": {"ticket": make_ticket(text="台风期间树倒了，双方已在法院诉讼。", lead_unit="roads")},
    "metrics": {},
    "grade_bands": {},
    "warning_rules": {},
    "reminder_rules": {},
    "accountability_rules": {},
    "engagement_rules": {},
    "knowledge_rules": {},
    "instant_rules": {},
    "progress_news": {"ticket": TICKET, "step": ProgressStep("dispatched", "道路管理处", "3 月 17 日 18:00")},
    "reply_templates": {},
    "score_lines": {"facts": MONTH},
    "performance_rules": {},
    "bulletin_rules": {},
    "bulletin_sections": {"month": BULLETIN},
    "disclosure_decision": {"ticket": make_ticket(text="路灯不亮，法院已受理。"), "wish": "none"},
    "flow_decision": {"ticket": make_ticket(text="路灯不亮。"), "wish": "none"},
    "hide_in_public": {"text": "望江橱柜厂门口的路灯不亮。"},
    "check_settings": {"units": UNITS},
    "pages": {},
    "commands": {},
    "jobs": {},
    "on_event": {"event": HAPPENED, "store": None},
    "judge_file": {"file": FileView("somewhere-1", "pdf", "0" * 64, b"%PDF-1.7")},
}
