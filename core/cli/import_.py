"""`huiying import`: appeals from a file become tickets."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.intake.channels import FILE
from core.intake.columns import Columns, field_named, is_header, recognise
from core.intake.tabular.opening import Table, open_table
from core.intake.tabular.rejects import Rejects
from core.intake.tabular.rows import Row
from core.journey.import_appeals import (
    NEEDED,
    NEEDED_FOR_HISTORY,
    Import,
    Outcome,
    Rejected,
    batches,
    import_batch,
    refuse_receiver,
)
from core.journey.outreach import submit_outreach
from core.journey.outreach_minutes import FROM_A_FILE, Minutes, open_minutes, read_minutes
from core.kit.errors import Refused
from core.tenancy.scope import Installation, Scope

REASONS_SHOWN = 5


class MapUnclear(Refused):
    """A `--map` is not of the form field=column, or says two things about one field."""

    code = "map-unclear"


@dataclass
class Tally:
    """What the import has come to so far."""

    read: int = 0
    created: int = 0
    existing: int = 0
    left_out: int = 0
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rejected(self) -> int:
        return self.reasons.total()

    @property
    def per_second(self) -> float:
        return self.read / self.seconds if self.seconds else 0.0

    def count(self, rows: int, outcome: Outcome) -> None:
        self.read += rows
        self.created += outcome.created
        self.existing += outcome.existing
        self.left_out += outcome.left_out
        self.reasons.update(rejected.reason for rejected in outcome.rejected)


@click.group(name="import")
def import_() -> None:
    """导入:把文件里的诉求收进来。"""


@import_.command(name="appeals")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", required=True, metavar="租户", help="收进哪个区")
@click.option("--history", is_flag=True, help="历史数据：按提交时间受理，按答复时间办结，不督促也不通知任何人")
@click.option(
    "--map", "told", multiple=True, metavar="项目=列名", help="指明一列，可重复：text=正文列；channel= 则不读渠道"
)
@click.option("--channel", default=FILE.id, show_default=True, metavar="渠道", help="没有写明渠道的诉求算作哪个渠道")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def appeals(
    file: Path, tenant: str, told: tuple[str, ...], channel: str, rejects: Path | None, *, history: bool, as_json: bool
) -> None:
    """导入诉求:CSV 或 Excel 文件,每行一件。

    重复运行不会重复收入;中断后再运行一次,就接着导入。收不进来的行连同原因另存一个文件,其余照收。
    """
    named = _told(told)
    table = open_table(file, is_header=lambda cells: is_header(cells, named))
    columns = recognise(table.columns, named, needed=NEEDED_FOR_HISTORY if history else NEEDED)
    back = Rejects(rejects or file.with_name(f"{file.name}.rejects.csv"), table.columns)
    back.refuse_unwritable(file)
    with installed() as installation:
        tally = _import(installation, tenant, table, Import(columns, channel, history), back)
    if as_json:
        say_json(
            {
                "read": tally.read,
                "created": tally.created,
                "existing": tally.existing,
                "rejected": tally.rejected,
                "points_left_out": tally.left_out,
                "rejects_file": str(back.path) if tally.rejected else None,
                "seconds": round(tally.seconds, 2),
                "per_second": round(tally.per_second, 1),
                "unread_columns": columns.unknown,
                "tenant": tenant,
                "file": str(file),
            }
        )
    else:
        _say(tally, columns, back, tenant, history=history)


@import_.command(name="minutes")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tenant", required=True, metavar="租户", help="哪个区")
@click.option("--meeting", required=True, type=int, metavar="编号", help="哪次会议或走访，编号见其网址")
@click.option("--submit", is_flag=True, help="读入后随即提交，每条成为一件工单")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="文件", help="退回的行写到哪里，默认在来源文件旁边")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def minutes(file: Path, tenant: str, meeting: int, rejects: Path | None, *, submit: bool, as_json: bool) -> None:
    """导入会议记录:CSV 或 Excel 文件,每行一条,记到一次会议或走访里。

    重复运行不会重复收入。读不出来的行连同原因另存一个文件,改好后可直接导入那个文件;其余照收。
    """
    opened = open_minutes(file)
    back = Rejects(rejects or file.with_name(f"{file.name}.rejects.csv"), opened.table.columns)
    back.refuse_unwritable(file)
    tally, taken_in = Tally(), 0
    with installed() as installation:
        try:
            with tqdm(total=opened.table.count(), desc="读入", unit="条") as bar:
                for rows in batches(opened.table.rows()):
                    work = partial(_read_rows, meeting=meeting, minutes=opened, rows=rows, begins=not tally.read)
                    returned = installation.run(tenant, work)
                    tally.count(len(rows), returned)
                    for each in returned.rejected:
                        back.add(each.row, each.reason)
                    bar.update(len(rows))
        finally:
            back.close()
        if submit:
            taken_in, failed = _submit(installation, tenant, meeting)
            tally.reasons.update({"提交时没有收进来，原因见会议的页面": failed} if failed else {})
    told = {"read": tally.read, "created": tally.created, "existing": tally.existing, "rejected": tally.rejected}
    if as_json:
        say_json({**told, "taken_in": taken_in, "rejects_file": str(back.path) if back.count else None})
        return
    click.echo(
        f"{tenant}：读入 {tally.read:,} 行，新收 {tally.created:,} 条，先前已有 {tally.existing:,} 条，"
        f"退回 {back.count:,} 行{f'；提交 {taken_in:,} 件' if submit else ''}。"
    )
    for reason, number in tally.reasons.most_common(REASONS_SHOWN):
        click.echo(f"  {number:,} 行：{reason}")
    if back.count:
        click.echo(f"退回的行和原因在 {back.path}，改好后可直接导入这个文件。")


def _read_rows(scope: Scope, *, meeting: int, minutes: Minutes, rows: list[Row], begins: bool) -> Outcome:
    read = read_minutes(scope, meeting, minutes, rows, begins=begins, actor=FROM_A_FILE, now=datetime.now(UTC))
    return Outcome(read.created, read.existing, tuple(Rejected(row, why) for row, why in read.returned))


def _submit(installation: Installation, tenant: str, meeting: int) -> tuple[int, int]:
    """Submit all drafts of a meeting; return how many became tickets, and how many could not."""
    taken_in, afresh = 0, True
    with tqdm(desc="提交", unit="件") as bar:
        while True:
            work = partial(
                submit_outreach, outreach_id=meeting, afresh=afresh, actor=FROM_A_FILE, now=datetime.now(UTC)
            )
            done = installation.run(tenant, work)
            taken_in, afresh = taken_in + done.taken_in, False
            bar.update(done.taken_in)
            if not done.left:
                return taken_in, done.failed


def _told(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read `field=column` pairs. Raises `MapUnclear` and `UnknownField`."""
    told: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals:
            raise MapUnclear(f"--map {pair} 里没有等号。请写成 --map 项目=列名，如 --map text=正文列。")
        if (known := field_named(name)) in told:
            raise MapUnclear(f"--map 给 {known} 指了两列。一项只能读一列，请去掉一个。")
        told[known] = column.strip()
    return told


def _import(installation: Installation, tenant: str, table: Table, wanted: Import, back: Rejects) -> Tally:
    with installation.scope(tenant) as scope:
        refuse_receiver(scope, wanted.channel)
    tally, begun = Tally(), time.perf_counter()
    try:
        with tqdm(total=table.count(), desc="导入", unit="件") as bar:
            for rows in batches(table.rows()):
                outcome = import_batch(installation, tenant, rows, wanted, now=datetime.now(UTC))
                for rejected in outcome.rejected:
                    back.add(rejected.row, rejected.reason)
                tally.count(len(rows), outcome)
                bar.update(len(rows))
    except KeyboardInterrupt:
        click.echo(f"已中断，收进了 {tally.created:,} 件。再运行一次同样的命令，就接着导入。", err=True)
        raise
    finally:
        back.close()
    tally.seconds = time.perf_counter() - begun
    return tally


def _say(tally: Tally, columns: Columns, back: Rejects, tenant: str, *, history: bool) -> None:
    click.echo(
        f"{tenant}：读入 {tally.read:,} 件，新收 {tally.created:,} 件，先前已有 {tally.existing:,} 件，"
        f"退回 {tally.rejected:,} 件；用时 {tally.seconds:.1f} 秒，每秒 {tally.per_second:,.0f} 件。"
    )
    if columns.unknown:
        click.echo(f"没有读取的列：{'、'.join(columns.unknown)}。要读取请用 --map 项目=列名。")
    if "reply" in columns.places and not history:
        click.echo("答复没有收进来：诉求按现在受理。如为历史数据，请加 --history。")
    if tally.left_out:
        click.echo(f"有 {tally.left_out:,} 件的经纬度不能用，没有采用，原因见各工单的流转记录。")
    if tally.rejected:
        click.echo(f"退回的行和原因在 {back.path}，改好后可直接导入这个文件。原因：")
        for reason, rows in tally.reasons.most_common(REASONS_SHOWN):
            click.echo(f"  {rows:,} 行：{reason}")
        if len(tally.reasons) > REASONS_SHOWN:
            click.echo(f"  另有 {len(tally.reasons) - REASONS_SHOWN:,} 种原因，见文件。")
