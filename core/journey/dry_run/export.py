"""Writing what a try came to into a file: an Excel workbook, or a table of text that any spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from core.intake.tabular.rejects import harmless
from core.journey.dry_run.changes import WHAT_LABELS
from core.journey.dry_run.result import TOTAL_WORDS, Result, UnitLoad, rule_name, summary
from core.kit.errors import Refused
from core.kit.saying import said, word

COLUMNS = (
    *("工单编号", "改变", "方式", "哪一项", "现行", "改后"),
    *("现行理由", "改后理由", "现行规则", "改后规则", "现行出自", "改后出自"),
    *("实际承办单位", "实际答复时间", "实际是否超期", "满意度", "导出"),
)
LOAD_COLUMNS = ("单位代码", "单位", "建议（现行）", "建议（改后）", "直接派出（现行）", "直接派出（改后）")
WIDTH = 22
OVERDUE_WORDS = {True: "超期", False: "按时", None: "未知"}


class NoSuchFormat(Refused):
    """The file's name does not say in which form it is wanted."""

    code = "no-such-format"


def export(result: Result, path: Path, *, mark: str) -> None:
    """Write a try to `path`: by its ending a workbook (.xlsx) or the changed tickets as text (.csv).

    `mark` says who took it out and when 水印: it stands in every row of a ticket and under every printed page.
    Raises `NoSuchFormat`.
    """
    if path.suffix not in (".xlsx", ".csv"):
        raise NoSuchFormat(said("不能导出为 {name}。文件名请以 .xlsx 或 .csv 结尾。", name=path.name))
    path.write_bytes(exported(result, path.suffix[1:], mark=mark))


def exported(result: Result, form: str, *, mark: str) -> bytes:
    """Return what `export` would write, in the form xlsx or csv."""
    return _workbook(result, mark) if form == "xlsx" else _text(result, mark)


def _workbook(result: Result, mark: str) -> bytes:
    written = io.BytesIO()
    # Texts stay texts, whatever they begin with.
    plain = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(written, plain) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, head, rows in (
            ("结论", ("试算结果", ""), _conclusion(result)),
            ("改变的工单", COLUMNS, _rows(result, mark)),
            ("单位工单量", LOAD_COLUMNS, map(_load, result.load)),
            ("规则", ("规则", "试算中"), _rules(result)),
        ):
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(head) - 1, WIDTH, wrapped)
            sheet.freeze_panes(1, 0)
            sheet.set_footer(f"&L{mark.replace('&', '&&')}&R&P / &N")
            for row, cells in enumerate((head, *rows)):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell, bold if row == 0 else wrapped)
    return written.getvalue()


def _text(result: Result, mark: str) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in row] for row in _rows(result, mark))
    return written.getvalue().encode("utf-8-sig")


def _conclusion(result: Result) -> Iterator[Sequence[str | int]]:
    what = said("第 {number} 次修订", number=result.number) if result.number else "停用"
    base = said("第 {base} 次修订", base=result.base) if result.base else "未启用或默认设置"
    yield "功能", result.feature
    yield "试算", said("{what}，对比现行的{base}", what=word(what), base=word(base))
    yield "范围", result.sample
    yield from (("", line) for line in summary(result))
    yield from (("怎样试算", line) for line in result.method)
    totals = result.totals
    yield from (
        ("试算工单数", totals.tickets),
        ("有改变的工单数", totals.changed),
        ("新出错的工单数", totals.errors_new),
        ("不再出错的工单数", totals.errors_gone),
        ("提醒条数（现行）", totals.messages_before),
        ("提醒条数（改后）", totals.messages_after),
    )
    yield from (
        (said("{words}的工单数", words=word(words)), getattr(totals, name)) for name, words in TOTAL_WORDS.items()
    )


def _rules(result: Result) -> Iterator[Sequence[str]]:
    yield from ((rule_name(result, rule), "从未用到") for rule in result.never_hit)
    yield from ((rule_name(result, rule), "答了但从未起决定作用") for rule in result.shadowed)
    yield from (
        (f"{each.feature} {each.hook}", said("出错 {after:,} 件：{words}", after=each.after, words=word(each.words)))
        for each in result.failures
    )


def _load(load: UnitLoad) -> Sequence[str | int]:
    return (
        *(load.code, load.name),
        *(load.suggested_before, load.suggested_after, load.direct_before, load.direct_after),
    )


def _rows(result: Result, mark: str) -> Iterable[Sequence[str]]:
    zone = ZoneInfo(result.zone)
    for ticket in result.changed:
        answered = f"{ticket.answered_at.astimezone(zone):%Y-%m-%d %H:%M}" if ticket.answered_at else "未答复"
        for change in ticket.changes:
            before, after = change.before, change.after
            yield (
                *(ticket.serial_no, WHAT_LABELS[change.what], change.effect_words, change.subject),
                *(before.words, after.words, before.reason, after.reason),
                *(before.rule_id, after.rule_id, before.by, after.by),
                *(ticket.unit, answered, OVERDUE_WORDS[ticket.is_overdue], ticket.satisfaction, mark),
            )
