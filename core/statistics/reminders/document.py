"""A reminder letter as a document: its text, its figures with their definition, and the tickets behind them."""

from datetime import datetime

from core.documents.model import Block, Cell, Document, Section, Table, Words
from core.kit.saying import said, word
from core.statistics.reminders.queries import ReminderShown


def letter_document(shown: ReminderShown, maker: str, *, made_at: datetime) -> Document:
    """Return the letter, or its draft, as a document that bears `made_at` (aware)."""
    line, reminder = shown.line, shown.reminder
    title = line.number or said("提醒函（{state_label}）", state_label=word(line.state_label))
    head = ["指标", "本期", "之前", "发函之后"] if reminder.effect else ["指标", "本期", "之前"]
    rows: list[list[Cell]] = [
        [each.what, each.now, each.before, *([each.after] if reminder.effect else [])] for each in shown.figures
    ]
    blocks: list[Block] = [Table(head, rows), Words(said("口径：{definition}。", definition=shown.definition))]
    tickets: list[list[Cell]] = [[serial_no] for serial_no, _ in shown.tickets]
    more = (
        said("（共 {ticket_count:,} 件，列出 {number} 件）", ticket_count=line.ticket_count, number=len(tickets))
        if line.ticket_count > len(tickets)
        else ""
    )
    sections = [
        Section("", [Words(part) for part in reminder.text.split("\n") if part]),
        Section(said("{first} 至 {last} 的数据", first=reminder.first, last=reminder.last), blocks),
        Section(said("涉及的工单{more}", more=more), [Table(("流水号",), tickets)]),
    ]
    if reminder.measures:
        sections.append(Section("答复的措施", [Words(part) for part in reminder.measures.split("\n") if part]))
    if line.verdict_label:
        sections.append(
            Section(
                "成效",
                [
                    Words(
                        said(
                            "{verdict_label}：{finding}（{judged_by}）",
                            verdict_label=line.verdict_label,
                            finding=reminder.finding,
                            judged_by=reminder.judged_by,
                        )
                    )
                ],
            )
        )
    return Document(
        title=title,
        lead=(said("致{unit}：{reason_label}", unit=line.unit, reason_label=line.reason_label),),
        sections=sections,
        maker=maker,
        made_at=made_at,
        footer=f"{maker} {title}",
    )
