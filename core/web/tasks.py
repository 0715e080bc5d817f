"""The task centre 任务中心: long work with its progress, its files and its end; one can leave it and come back."""

import hashlib
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request

from core.journey.task_kinds import TASK_KINDS
from core.journey.tasks import cancel_task, give_file, list_tasks, look_at
from core.kit.saying import said
from core.people.roles import Permission
from core.tasks.models import Task
from core.tasks.progress import Course
from core.web.downloads import offer_as
from core.web.menu import own_untold
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("tasks", __name__)
STATE_LABELS = {
    "waiting": "排队中",
    "running": "进行中",
    "cancelling": "正在取消",
    "cancelled": "已取消",
    "done": "已完成",
    "failed": "没有完成",
}
TONES = {"waiting": "", "running": "waits", "cancelling": "waits", "cancelled": "", "done": "ok", "failed": "urgent"}
STOP_ASKING = 286
"""Status at which htmx takes the answer and asks no more."""
FILE_LABELS = {"result": "下载结果", "errors": "下载没有办成的清单"}


@pages.app_context_processor
def ended() -> dict[str, Any]:
    """Let every page tell of one's own tasks that have ended."""
    visit: Visit | None = g.get("visit")
    return {"ended_tasks": lambda: [task for task in own_untold(visit) if task.has_ended] if visit else []}


@pages.get("/tasks")
@allows(Permission.OWN_ACCOUNT)
def show_tasks(visit: Visit) -> Answer:
    """Show one's own tasks, and to administrators those of the tenant without their contents."""
    own, others = list_tasks(visit.scope, actor=visit.actor, now=visit.now)
    facts = {"own": [_shown(visit, each) for each in own], "others": [_shown(visit, each) for each in others]}
    return _polled("tasks/list.html", "tasks/rows.html", [*own, *others], **facts)


@pages.get("/tasks/<int:task>")
@allows(Permission.OWN_ACCOUNT)
def show_task(visit: Visit, task: int) -> Answer:
    """Show one task: how far it is, what came of it, why parts failed, and its files."""
    sight = look_at(visit.scope, task, actor=visit.actor, now=visit.now)
    return _polled("tasks/one.html", "tasks/sight.html", [sight.task], sight=sight, task=_shown(visit, sight.task))


@pages.post("/tasks/<int:task>/cancel")
@allows(Permission.OWN_ACCOUNT)
def cancel(visit: Visit, task: int) -> Answer:
    """Have a task stop after what is being done just now."""
    stopped = cancel_task(visit.scope, task, actor=visit.actor, now=visit.now)
    if stopped.has_ended:
        return Done(said("已取消：{what}，什么也没有改动", what=stopped.what), f"/tasks/{task}")
    return Done(said("正在取消：{what}，办完手上的就停", what=stopped.what), f"/tasks/{task}", "soon")


@pages.get("/tasks/<int:task>/files/<role>")
@allows(Permission.OWN_ACCOUNT)
def download(visit: Visit, task: int, role: str) -> Answer:
    """Answer with a file that one's own task made; who took it is put on record."""
    given = give_file(visit.scope, task, role, actor=visit.actor, address=request.remote_addr or "", now=visit.now)
    response = Response(given.content, mimetype=given.media_type)
    offer_as(response, given.name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(visit: Visit, task: Task) -> dict[str, Any]:
    course = Course(
        task.state, task.total, task.done, task.failed, task.starts_at, task.begun_at, task.progress_at, visit.now
    )
    return {
        "id": task.id,
        "kind": TASK_KINDS[task.kind].label if task.kind in TASK_KINDS else task.kind,
        "what": task.what,
        "asked_by": task.asked_by,
        "asked_at": task.asked_at,
        "finished_at": task.finished_at,
        "cancelled_by": task.cancelled_by,
        "state": task.state,
        "label": STATE_LABELS[task.state],
        "tone": TONES[task.state],
        "has_ended": task.has_ended,
        "unit": task.unit_word,
        "total": task.total,
        "done": task.done,
        "failed": task.failed,
        "left": task.left,
        "percent": course.percent,
        "rate": course.rate_words(task.unit_word) if not task.has_ended else "",
        "left_words": course.left_words,
        "outcome": task.outcome,
        "href": task.href,
        "expires_at": task.expires_at,
        "is_kept": task.sealed is not None,
    }


def _polled(page: str, part: str, tasks: list[Task], **facts: Any) -> Answer:
    """Answer with the page, or for htmx with the part that changes, or 304 where nothing did."""
    is_part = bool(request.headers.get("HX-Request"))
    facts["open"] = any(not each.has_ended for each in tasks)
    facts["file_labels"] = FILE_LABELS
    response = make_response(render_template(part if is_part else page, **facts))
    told = [(each.id, each.state, each.done, each.failed, each.total) for each in tasks]
    if is_part and not facts["open"]:
        response.status_code = STOP_ASKING
        return response
    response.set_etag(hashlib.sha256(repr((told, is_part)).encode()).hexdigest()[:16], weak=True)
    return response.make_conditional(request) if is_part else response
