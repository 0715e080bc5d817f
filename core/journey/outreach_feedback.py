"""What became of each thing that was said at a meeting 会议反馈, as a document to be told at the next one."""

from datetime import datetime

from core.documents.model import Cell, Document, Number, Section, Table
from core.journey.queries.outreach import OutreachCase
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope


def feedback_document(scope: Scope, case: OutreachCase, *, made_at: datetime) -> Document:
    """Return the document: every line with its unit, how it stands and what was answered. It names nobody who spoke."""
    held = case.held_at.astimezone(scope.tenant.zone)
    title = said("{label}反馈：{subject}", label=word(case.label), subject=case.subject)
    rows: list[list[Cell]] = [
        [
            Number(str(line.number), line.number),
            line.serial_no,
            line.title,
            line.unit or ("当场答复" if line.reply else "待定"),
            line.state_label
            if line.reply
            else said("{state_label}，{words}", state_label=word(line.state_label), words=word(line.light.words)),
            line.reply or "还没有答复",
        ]
        for line in case.taken
    ]
    where = joined("，", (each for each in (case.area, case.place) if each))
    return Document(
        title=title,
        lead=(
            said(
                "{held:%Y-%m-%d %H:%M}{where}；{unit}{host}",
                held=held,
                where=said("，{where}", where=where) if where else "",
                unit=case.unit,
                host=said("，主持：{host}", host=case.host) if case.host else "",
            ),
            said("共 {number} 件，已答复 {answered} 件", number=len(case.taken), answered=case.answered),
            *((said("反馈情况：{closing}", closing=case.closing),) if case.closing else ()),
        ),
        sections=[
            Section(
                "逐项办理情况",
                [Table(("序号", "流水号", "诉求", "承办单位", "现在", "答复"), rows, empty="这一次没有提出诉求")],
            )
        ],
        maker=scope.tenant.name,
        made_at=made_at,
        footer=f"{scope.tenant.name} {case.label}",
    )
