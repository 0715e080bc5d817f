"""`huiying job`: what was put away after too many tries, and doing it again."""

from datetime import UTC, datetime

import click
from sqlalchemy import Select, select

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.kit.outbox import WOKEN, Job
from core.tenancy.scope import Scope


@click.group(name="job")
def job() -> None:
    """后台任务:查看多次失败后搁置的任务,重新执行。"""


@job.command(name="dead")
@for_the_machine
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def dead(tenant: str, *, as_json: bool) -> None:
    """列出搁置的任务和原因。"""
    with installed() as installation, installation.scope(tenant) as scope:
        rows = [_described(scope, each) for each in scope.session.scalars(_dead(scope))]
    if as_json:
        say_json({"tenant": tenant, "dead": rows})
        return
    for row in rows:
        click.echo(f"{row['number']}  {row['at']}  {row['kind']}  {row['reason']}")
    click.echo(f"共 {len(rows)} 项任务搁置。" if rows else "没有搁置的任务。")


@job.command(name="resume")
@for_the_machine
@click.argument("number", metavar="编号", type=int, required=False)
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--all", "everything", is_flag=True, help="全部搁置的任务")
def resume(tenant: str, number: int | None, *, everything: bool) -> None:
    """重新执行一项搁置的任务(编号见 job dead),或用 --all 执行全部。"""
    if (number is None) != everything:
        raise click.UsageError("请给出一个编号，或者用 --all")
    with installed() as installation:
        count = installation.run(tenant, lambda scope: _resume(scope, number, now=datetime.now(UTC)))
    if not count:
        raise click.ClickException(f"租户 {tenant} 没有这项搁置的任务。huiying job dead --tenant {tenant} 可查看。")
    click.echo(f"{count} 项任务将重新执行。")


def _resume(scope: Scope, number: int | None, *, now: datetime) -> int:
    """Let dead jobs be done again, as if they had never been tried; return how many."""
    wanted = _dead(scope) if number is None else _dead(scope).where(Job.id == number)
    found = scope.session.scalars(wanted.with_for_update()).all()
    for each in found:
        each.state, each.attempts, each.crashes = "pending", 0, 0
        each.run_after, each.finished_at = now, None
    scope.session.info[WOKEN] = True
    return len(found)


def _dead(scope: Scope) -> Select[Job]:
    return select(Job).where(Job.tenant_id == scope.tenant.id, Job.state == "dead").order_by(Job.id)


def _described(scope: Scope, job: Job) -> dict[str, str]:
    at = job.finished_at or job.run_after
    return {
        "number": str(job.id),
        "at": f"{at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}",
        "kind": job.kind,
        "reason": job.last_error or "",
    }
