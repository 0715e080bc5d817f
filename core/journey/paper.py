"""The work order of a ticket as it stands 打印工单: what is put on paper, of the contact no more than whoever prints may see."""

from core.documents.work_order import WorkOrder, work_order_pdf
from core.journey.queries.case import Case
from core.journey.queries.case_file import CaseFile
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.timeline import Order

SHORTENED = "（诉求较长，本页有删节；全文见系统，或打印时选“带全文”。）"


def work_order(
    scope: Scope, case: Case, file: CaseFile, order: Order, *, contact: Contact, watermark: str = ""
) -> WorkOrder:
    """Return the ticket as a work order; `contact` as it may stand there, `watermark` where it stands there in full."""
    at = order.now.astimezone(scope.tenant.zone)
    reply = case.reply
    return WorkOrder(
        title=f"{scope.tenant.name}诉求工单",
        serial=case.serial_no,
        state=case.state_label,
        heading="" if case.text.startswith(case.title.rstrip("…")) else case.title,
        text=case.text,
        facts=_facts(scope, case, file, contact),
        instructions="\n".join(f"{each.leader}：{each.text}" for each in reversed(file.instructions)),
        desk=file.why.sentence if file.why else "",
        handling=reply.text if reply else "",
        maker=scope.tenant.name,
        footer=said("{who} {at:%Y-%m-%d %H:%M} 打印，仅供办理", who=order.actor.name, at=at),
        made_at=at,
        watermark=watermark,
    )


def written(order: WorkOrder, *, whole: bool) -> bytes:
    """Return the work order as PDF."""
    return work_order_pdf(order, shortened=SHORTENED, whole=whole)


def _facts(scope: Scope, case: Case, file: CaseFile, contact: Contact) -> list[tuple[str, str]]:
    zone = scope.tenant.zone
    clocks = [clock.explained.split("；")[0] for clock in case.of_ticket if clock.name == "reply"]
    partners = [unit.unit for unit in file.all_units if unit.role == "co" and unit.is_active]
    who = " ".join(part for part in (contact.name, contact.phone) if part)
    facts = [
        ("诉求人", who or ("不公开身份" if contact.keep_private else "没有留")),
        ("登记", f"{case.submitted_at.astimezone(zone):%Y-%m-%d %H:%M}，{case.channel}"),
        ("地点", "，".join(part for part in (case.place, case.area) if part)),
        ("事项", case.matter or "未分类"),
        ("类型", case.nature + ("，紧急" if case.urgent else "")),
        ("时限", clocks[0] if clocks else "没有在计时"),
        ("承办", case.lead or "待派单"),
        ("协办", "、".join(partners)),
    ]
    return [*facts, ("住址", contact.address), ("", "")] if contact.address else facts
