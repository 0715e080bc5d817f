"""A reminder letter as a document: its text, its figures with their definition, and the tickets behind them."""

from datetime import datetime

from core.documents.model import Block, Cell, Document, Section, Table, Words
from core.statistics.reminders.queries import ReminderShown


def letter_document(shown: ReminderShown, maker: str, *, made_at: datetime) -> Document:
    """Return the letter, or its draft, as a document that bears `made_at` (aware)."""
    line, reminder = shown.line, shown.reminder
    title = line.number or f"提醒函（{line.state_label}）"
    head = ["指标", "本期", "之前", "发函之后"] if reminder.effect else ["指标", "本期", "之前"]
    rows: list[list[Cell]] = [
        [each.what, each.now, each.before, *([each.after] if reminder.effect else [])] for each in shown.figures
    ]
    blocks: list[Block] = [Table(head, rows), Words(f"口径：{shown.definition}。")]
    tickets: list[list[Cell]] = [[serial_no] for serial_no, _ in shown.tickets]
    more = f"（共 {line.ticket_count:,} 件，列出 {len(tickets)} 件）" if line.ticket_count > len(tickets) else ""
    sections = [
        Section("", [Words(part) for part in reminder.text.split("\n") if part]),
        Section(f"{reminder.first} 至 {reminder.last} 的数据", blocks),
        Section(f"涉及的工单{more}", [Table(("流水号",), tickets)]),
    ]
    if reminder.measures:
        sections.append(Section("答复的措施", [Words(part) for part in reminder.measures.split("\n") if part]))
    if line.verdict_label:
        sections.append(Section("成效", [Words(f"{line.verdict_label}：{reminder.finding}（{reminder.judged_by}）")]))
    return Document(
        title=title,
        lead=(f"致{line.unit}：{line.reason_label}",),
        sections=sections,
        maker=maker,
        made_at=made_at,
        footer=f"{maker} {title}",
    )
