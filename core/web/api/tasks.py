"""Long work 任务 over the API: how far each is, for systems that watch over the tenant, and stopping one."""

from typing import Any

from marshmallow import fields

from core.journey.tasks import cancel_task, list_tasks, look_at
from core.people.roles import Permission
from core.tasks.models import Task
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.fields import StrictSchema
from core.web.api.keys import TOKEN
from core.web.api.schemas import ProblemSchema

tasks = Blueprint("tasks_api", __name__, description="任务")


class TaskSchema(StrictSchema):
    """A task, without its contents: those are for whoever asked for it."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    what = fields.String(required=True, metadata={"description": "办什么"})
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    state = fields.String(
        required=True, metadata={"description": "waiting、running、cancelling、cancelled、done、failed"}
    )
    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    begun_at = fields.AwareDateTime(required=True, allow_none=True)
    progress_at = fields.AwareDateTime(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    outcome = fields.String(required=True)


@tasks.get("/tasks")
@for_systems(Permission.ADMINISTER)
@tasks.doc(**TOKEN, summary="查看任务")
@tasks.response(200, TaskSchema(many=True))
def list_all(call: Call) -> list[Task]:
    """List the tasks of the tenant 任务, the newest first, a hundred at most."""
    own, others = list_tasks(call.scope, actor=call.actor, now=call.now)
    return [*own, *others]


@tasks.get("/tasks/<int:task>")
@for_systems(Permission.ADMINISTER)
@tasks.doc(**TOKEN, summary="查看一个任务")
@tasks.response(200, TaskSchema)
@tasks.alt_response(404, schema=ProblemSchema)
def show_one(call: Call, task: int) -> Task:
    """Tell how far a task is."""
    return look_at(call.scope, task, actor=call.actor, now=call.now).task


@tasks.post("/tasks/<int:task>/cancel")
@for_systems(Permission.ADMINISTER)
@tasks.doc(**TOKEN, summary="取消任务")
@tasks.response(200, TaskSchema)
@tasks.alt_response(404, schema=ProblemSchema)
@tasks.alt_response(422, schema=ProblemSchema)
def stop(call: Call, task: int) -> Any:
    """Have a task stop after what is being done just now 取消; what is done stays done."""
    return cancel_task(call.scope, task, actor=call.actor, now=call.now)
