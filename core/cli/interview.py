"""`huiying interview`: live interviews, their questions from a file, and handing over what nobody answered."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.intake.interviews.counts import Counts, Tally, tally
from core.intake.interviews.labels import INTERVIEW_STATES
from core.intake.interviews.models import Interview
from core.intake.interviews.reading import open_questions
from core.intake.interviews.service import extensions_of, get_interview, hosts_of, interviews, questions_of
from core.intake.tabular.rejects import Rejects
from core.journey.import_appeals import batches
from core.journey.interview_files import IMPORTER, import_rows, read_rows
from core.journey.interview_handover import HandedOver, hand_over
from core.journey.interview_reminders import press_units
from core.kit.clock import machine_time
from core.tenancy.scope import Installation, Scope
from core.units.queries import directory

TENANT = click.option("--tenant", required=True, metavar="区", help="租户短名，如 sandbox")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a file came to, in rows, and how long it took."""

    read: int
    created: int
    doubled: int
    answered: int
    existing: int
    returned: int
    seconds: float
    reasons: Mapping[str, int]


@click.group(name="interview")
def interview() -> None:
    """微访谈:列出场次,导入提问,把没有答复的提问转成工单,督促承办单位。"""


@interview.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出各场访谈:提问多少、当场答复多少、还有多少在办,最后是各场合计。"""
    with installed() as installation, installation.scope(tenant) as scope:
        held = interviews(scope)
        counted = [tally(scope, [each]).total for each in held]
        together = tally(scope, held).total
        rows = [_row(scope, each, counts) for each, counts in zip(held, counted, strict=True)]
    if as_json:
        said = [_plain(each, counts) for each, counts in zip(held, counted, strict=True)]
        say_json({"tenant": tenant, "interviews": said, "together": asdict(together)})
        return
    if not rows:
        click.echo("还没有微访谈。")
        return
    headings = ("短名", "主题", "时间", "状态", "提问", "当场答复", "转工单", "合并后", "办结", "在办", "待办")
    click.echo("\n".join(table(headings, rows)))
    if len(held) > 1:
        click.echo(f"{len(held)} 场合计：{in_words(together)}")


@interview.command(name="show")
@for_the_machine
@TENANT
@click.argument("slug", metavar="访谈")
@AS_JSON
def show(tenant: str, slug: str, *, as_json: bool) -> None:
    """一场访谈的情况:主持答复的领导、延长记录、各单位的提问和办理进度。"""
    with installed() as installation, installation.scope(tenant) as scope:
        held = get_interview(scope, slug)
        counted = tally(scope, [held])
        hosts = [f"{each.post}{each.name}" for each in hosts_of(scope, held)]
        longer = [f"{each.by}延长 {each.minutes} 分钟（{each.reason}）" for each in extensions_of(scope, held)]
        failed = [(each.number, each.failure) for each in questions_of(scope, held, "waiting") if each.failure]
        units = _by_unit(scope, counted)
        zone = scope.tenant.zone
    if as_json:
        by_unit = {name: asdict(counts) for name, counts in units}
        say_json({"tenant": tenant, **_plain(held, counted.total), "by_unit": by_unit})
        return
    click.echo(f"{held.topic}（{held.slug}，{INTERVIEW_STATES[held.state]}）")
    click.echo(
        f"{held.opens_at.astimezone(zone):%Y-%m-%d %H:%M} 至 {held.until.astimezone(zone):%H:%M}，{'、'.join(hosts)}"
    )
    for line in longer:
        click.echo(line)
    click.echo(in_words(counted.total))
    rows = [
        (name, *map(str, (each.asked, each.answered_live, each.filed, each.merged, each.finished, each.backlog)))
        for name, each in units
    ]
    click.echo("\n".join(table(("单位", "提问", "当场答复", "转工单", "合并后", "办结", "待办"), rows)))
    for number, why in failed[:REASONS_SHOWN]:
        click.echo(f"第 {number} 条没有转成工单：{why}")


@interview.command(name="import")
@for_the_machine
@TENANT
@click.argument("slug", metavar="访谈")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--hand-over", "then", is_flag=True, help="读入后随即转办：没有答复的提问各成一件工单")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边")
@AS_JSON
def import_(tenant: str, slug: str, file: Path, rejects: Path | None, *, then: bool, as_json: bool) -> None:
    """导入提问:Excel、CSV,或每行一条的文本文件。

    重复运行不会重复收入；中断后再运行一次，就接着导入。读不出来的行连同原因另存一个文件，改好后可直接导入那个文件，其余照收。
    """
    back = rejects or file.with_name(f"{file.name}.rejects.csv")
    with installed() as installation:
        done = import_questions(installation, tenant, slug, file, rejects=back)
        handed = handed_over(installation, tenant, slug) if then else None
    if as_json:
        say_json(
            {
                "tenant": tenant,
                **{name: value for name, value in asdict(done).items() if name != "reasons"},
                "rejects_file": str(back) if done.returned else None,
                "handed_over": handed and asdict(handed),
            }
        )
        return
    click.echo(f"{tenant}：{imported_in_words(done)}")
    for why, number in Counter(done.reasons).most_common(REASONS_SHOWN):
        click.echo(f"  {number:,} 行：{why}")
    if done.returned:
        click.echo(f"退回的行和原因在 {back}，改好后可直接导入这个文件。")
    if handed is not None:
        click.echo(handed_in_words(handed))


@interview.command(name="hand-over")
@for_the_machine
@TENANT
@click.argument("slug", metavar="访谈")
@AS_JSON
def hand_over_(tenant: str, slug: str, *, as_json: bool) -> None:
    """转办:没有当场答复的提问各成一件工单,同类的并单,派给所问的单位。

    重复运行不会重复转办；中断后再运行一次，就接着转办。
    """
    with installed() as installation:
        done = handed_over(installation, tenant, slug)
    if as_json:
        say_json({"tenant": tenant, **asdict(done)})
        return
    click.echo(handed_in_words(done))


@interview.command(name="press")
@for_the_machine
@TENANT
@click.argument("slug", metavar="访谈")
@click.option("--words", default="", metavar="话", help="附在函件末尾的话")
@AS_JSON
def press(tenant: str, slug: str, words: str, *, as_json: bool) -> None:
    """督促:给每个还有提问没答复的单位发一份提醒函;每个单位一天最多一份。"""
    now = datetime.now(UTC)
    with installed() as installation:
        pressed = installation.run(tenant, lambda scope: press_units(scope, slug, words=words, actor=IMPORTER, now=now))
    if as_json:
        say_json({"tenant": tenant, "letters": [asdict(each) for each in pressed]})
        return
    rows = [(each.unit, str(each.open), str(each.overdue), each.number or "今天已发过") for each in pressed]
    said = table(("单位", "没有答复", "其中超时", "函件"), rows)
    click.echo("\n".join(said) if rows else "没有等待单位答复的提问，没有发函。")


def import_questions(
    installation: Installation,
    tenant: str,
    slug: str,
    file: Path,
    *,
    rejects: Path | None = None,
    clock: Callable[[], datetime] = machine_time,
) -> Imported:
    """Import a file batch by batch, and show how far it has come; rows that are returned are written to `rejects`."""
    began, opened = perf_counter(), open_questions(file)
    back = Rejects(rejects or file.with_name(f"{file.name}.rejects.csv"), opened.table.columns)
    back.refuse_unwritable(file)
    zone, told, reasons = installation.tenant(tenant).zone, Counter[str](), Counter[str]()
    try:
        with tqdm(total=opened.table.count(), desc="读入", unit="行") as bar:
            for rows in batches(opened.table.rows()):
                work = partial(
                    import_rows,
                    slug=slug,
                    file=opened,
                    rows=read_rows(opened, rows, zone=zone),
                    begins=not told["read"],
                    actor=IMPORTER,
                    now=clock(),
                )
                done = installation.run(tenant, work)
                told.update(read=len(rows), created=done.created, doubled=done.doubled)
                told.update(answered=done.answered, existing=done.existing)
                for row, why in done.returned:
                    back.add(row, why)
                    reasons[why] += 1
                bar.update(len(rows))
    finally:
        back.close()
    names = ("read", "created", "doubled", "answered", "existing")
    seconds = round(perf_counter() - began, 1)
    return Imported(**{name: told[name] for name in names}, returned=back.count, seconds=seconds, reasons=dict(reasons))


def handed_over(
    installation: Installation, tenant: str, slug: str, *, clock: Callable[[], datetime] = machine_time
) -> HandedOver:
    """Hand over all that waits, batch by batch, and show how far it has come; return what it came to."""
    filed = attached = 0
    afresh = True
    with tqdm(desc="转办", unit="条") as bar:
        while True:
            work = partial(hand_over, slug=slug, afresh=afresh, actor=IMPORTER, now=clock())
            done = installation.run(tenant, work)
            if afresh:
                bar.total = done.filed + done.left
            filed, attached, afresh = filed + done.filed, attached + done.attached, False
            bar.update(done.filed)
            if not done.left:
                return HandedOver(filed, attached, done.failed, 0)


def imported_in_words(done: Imported) -> str:
    """Return what importing came to as a sentence."""
    return (
        f"读入 {done.read:,} 行，新收 {done.created:,} 条（其中重复提问 {done.doubled:,} 条、当场已答复 {done.answered:,} 条），"
        f"先前已有 {done.existing:,} 条，退回 {done.returned:,} 行，用时 {done.seconds:.0f} 秒。"
    )


def handed_in_words(done: HandedOver) -> str:
    """Return what handing over came to as a sentence."""
    if not done.filed and not done.failed:
        return "没有等待转办的提问，没有新增工单。"
    failed = f"，{done.failed:,} 条没有转成（原因见 huiying interview show）" if done.failed else ""
    return f"转办 {done.filed:,} 条，各成一件工单，其中 {done.attached:,} 件并入同类{failed}。"


def in_words(counts: Counts) -> str:
    """Return the counts as a sentence."""
    waiting = f"，{counts.waiting:,} 条待转办" if counts.waiting else ""
    return (
        f"收到提问 {counts.asked:,} 条，当场答复 {counts.answered_live:,} 条，重复提问 {counts.doubled:,} 条，"
        f"不转办 {counts.set_aside:,} 条{waiting}；转成工单 {counts.filed:,} 件，归纳合并为 {counts.merged:,} 件，"
        f"其中 {counts.finished:,} 件已办结，{counts.in_progress:,} 件在办。"
    )


def _by_unit(scope: Scope, counted: Tally) -> list[tuple[str, Counts]]:
    names = {unit_id: directory(scope).name_of(unit_id) if unit_id else "派单台" for unit_id in counted.by_unit}
    return sorted(
        ((names[unit_id], counts) for unit_id, counts in counted.by_unit.items()), key=lambda each: -each[1].asked
    )


def _row(scope: Scope, held: Interview, counts: Counts) -> tuple[str, ...]:
    numbers = (counts.asked, counts.answered_live, counts.filed, counts.merged, counts.finished)
    return (
        held.slug,
        held.topic,
        f"{held.opens_at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}",
        INTERVIEW_STATES[held.state],
        *map(str, (*numbers, counts.in_progress, counts.backlog)),
    )


def _plain(held: Interview, counts: Counts) -> dict[str, Any]:
    return {
        "slug": held.slug,
        "topic": held.topic,
        "state": held.state,
        "opens_at": held.opens_at.isoformat(),
        "until": held.until.isoformat(),
        "counts": asdict(counts) | {"backlog": counts.backlog},
    }
