"""`huiying keys`: the master keys, by which everything personal is encrypted: listed, rotated, retired."""

from datetime import UTC, datetime

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.rekeying import Progress, keys_in_use, retire_key, rotate_key
from core.kit.ciphers import CIPHERS, CipherName

UNREADABLE = 1
"""Exit code when some values could not be read and are left as they are."""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")


@click.group(name="keys")
def keys() -> None:
    """密钥：哪些在用，更换，停用。密钥本身从不显示。"""


@keys.command(name="list")
@AS_JSON
@for_the_machine
def list_keys(*, as_json: bool) -> None:
    """列出密钥的编号、启用和停用的时间，以及各有多少数据用它加密。"""
    with installed() as installation:
        kept, used = installation.keys.keys, keys_in_use(installation)
    lines = [
        {
            "number": number,
            "values": used.get(number, 0),
            "made_at": kept.made_at.get(number),
            "retired_at": kept.retired_at.get(number),
            "encrypts": number == kept.newest,
        }
        for number in sorted(kept.masters)
    ]
    if as_json:
        say_json({"cipher": kept.cipher, "unfinished": kept.unfinished, "keys": lines})
        return
    rows = [
        (
            str(line["number"]),
            f"{line['values']:,}",
            _state(line["encrypts"], line["retired_at"]),
            _day(line["made_at"]),
        )
        for line in lines
    ]
    click.echo("\n".join(table(("编号", "数据", "状态", "启用"), rows)))
    click.echo(
        f"加密方式：{kept.cipher}。{'上次更换没有做完，请再运行 huiying keys rotate。' if kept.unfinished else ''}"
    )


@keys.command(name="rotate")
@click.option("--cipher", type=click.Choice(CIPHERS), help="从此用哪种方式加密；不写则不变")
@AS_JSON
@click.pass_context
@for_the_machine
def rotate(ctx: click.Context, cipher: CipherName | None, *, as_json: bool) -> None:
    """新增一个密钥，并用它重新加密全部数据；中断后再运行一次即接着做。业务不用停。"""
    with installed() as installation, tqdm(desc="重新加密", unit="行", disable=None) as bar:

        def told(progress: Progress) -> None:
            bar.set_postfix_str(f"{progress.tenant} {progress.label}", refresh=False)
            bar.update(progress.done)

        kept, done, failed = rotate_key(installation, cipher=cipher, now=datetime.now(UTC), told=told)
    if as_json:
        say_json({"key": kept.newest, "cipher": kept.cipher, "rows": done, "unreadable": failed})
    else:
        click.echo(f"第 {kept.newest} 号密钥已启用（{kept.cipher}），重新加密 {done:,} 行。请备份密钥文件。")
        if failed:
            click.echo(f"{failed:,} 行无法解密，保持原样：可能被改动过。请运行 huiying audit verify，旧密钥不能停用。")
    if failed:
        ctx.exit(UNREADABLE)


@keys.command(name="retire")
@click.argument("number", type=int, metavar="编号")
@for_the_machine
def retire(number: int) -> None:
    """停用一个旧密钥：再没有数据用它加密时才可以。它仍留在密钥文件里，用来核对封存和提取码。"""
    with installed() as installation:
        retire_key(installation, number, now=datetime.now(UTC))
    click.echo(f"第 {number} 号密钥已停用，不再用来解密。请备份密钥文件。")


def _state(encrypts: object, retired_at: object) -> str:
    return "在用" if encrypts else "已停用" if retired_at else "只用来解密"


def _day(at: object) -> str:
    return f"{at:%Y-%m-%d}" if isinstance(at, datetime) else "安装时"
