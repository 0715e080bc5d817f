"""How the district is 运行状况: the first page of the administration, which says in one minute what is wrong and where to mend it."""

from flask import Blueprint, g, render_template

from core.journey.health.looking import look
from core.journey.undelivered import dead_jobs, do_again, send_again, undelivered
from core.kit.saying import said
from core.people.roles import Permission
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_health", __name__)
UNDELIVERED = "/admin/undelivered"
LONGEST_ID = 18
JOB_LABELS = {
    "deliver": "发送消息",
    "bulletin": "生成通报",
    "dry-run": "试算",
    "errand-due": "交办到期",
    "feature-event": "功能的后续动作",
    "feature-job": "功能的每日任务",
    "held-deed": "执行操作",
    "inbound": "登记来件",
    "phone-code": "发送验证码",
    "refer": "跨区移交",
    "referral-news": "移交进展",
    "rights-answer": "答复本人信息申请",
    "routing-rule-draft": "起草派单规则",
    "scan-file": "查毒",
    "task": "任务",
    "wechat-media": "取微信附件",
    "weibo-picture": "取微博图片",
    "settings-planned": "到时启用修订",
    "settings-preset": "下发全市预设",
    "feature-enabling": "启用功能",
}
"""What jobs are called on the page; others stand under their own names."""


@pages.get("/admin")
@allows(Permission.ADMINISTER)
def show_health(visit: Visit) -> Answer:
    """Show what is not as it should be, the bad things first, each with where it is mended."""
    health = look(visit.scope, installation().roster, actor=visit.actor, now=visit.now)
    return render_template("admin/health.html", health=health)


@pages.get(UNDELIVERED)
@allows(Permission.ADMINISTER)
def show_undelivered(visit: Visit) -> Answer:
    """Show what did not get through and why; after a refusal with that."""
    refusal = g.get("refusal")
    page = render_template(
        "admin/undelivered.html",
        found=undelivered(visit.scope, now=visit.now),
        jobs=dead_jobs(visit.scope),
        job_labels=JOB_LABELS,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{UNDELIVERED}/messages")
@allows(Permission.ADMINISTER, again=show_undelivered)
def try_messages(visit: Visit) -> Answer:
    """Send again what failed: a group of messages, or all."""
    sent = send_again(
        visit.scope,
        transport=text("transport", longest=20),
        unit_id=_number("unit"),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("{sent:,} 条消息正在重新发送，过一会儿再看结果", sent=sent), UNDELIVERED)


@pages.post(f"{UNDELIVERED}/jobs")
@allows(Permission.ADMINISTER, again=show_undelivered)
def try_jobs(visit: Visit) -> Answer:
    """Let a job that was put away, or all of them, be done again."""
    begun = do_again(visit.scope, _number("job"), actor=visit.actor, now=visit.now)
    return Done(said("{begun:,} 项任务将重新执行", begun=begun), f"{UNDELIVERED}#jobs")


def _number(name: str) -> int | None:
    written = text(name, longest=LONGEST_ID)
    if not written:
        return None
    if not (written.isascii() and written.isdecimal()):
        raise InputUnusable("页面不完整，没有认出是哪一项。请刷新后重试。")
    return int(written)
