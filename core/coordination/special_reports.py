"""Special reports 专报: the last step of a consultation, written by the desk and signed by the establishment office."""

from sqlalchemy import func, select
from sqlalchemy import text as sql

from core.coordination.models import SpecialReport
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import SameHands
from core.routing.models import Consultation
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Order


class ReportTooEarly(Refused):
    """The establishment office has not been asked yet, or the matter is with the government already."""

    code = "report-too-early"


class ReportWritten(Refused):
    """The consultation has a special report already."""

    code = "report-written"


class NoReport(Refused):
    """Nobody has written a special report on the consultation."""

    code = "no-report"


class ReportSigned(Refused):
    """The special report is signed, and out."""

    code = "report-signed"


def find_report(scope: Scope, consultation: Consultation) -> SpecialReport | None:
    """Return the special report on a consultation, signed or not."""
    return scope.session.scalar(
        select(SpecialReport).where(
            SpecialReport.tenant_id == scope.tenant.id, SpecialReport.consultation_id == consultation.id
        )
    )


def keep_report(scope: Scope, ticket: Ticket, consultation: Consultation, order: Order, *, text: str) -> SpecialReport:
    """Keep the report as it was written, for the establishment office to sign.

    Raises `ReportTooEarly`, `ReportWritten`.
    """
    if consultation.authority != "establishment":
        raise ReportTooEarly(
            said(
                "工单 {serial_no} 的会商不在机构编制部门，不能起草专报。请先提请机构编制部门明确；"
                "仍不能形成一致意见的，再会同其专题报告。",
                serial_no=ticket.serial_no,
            )
        )
    if find_report(scope, consultation) is not None:
        raise ReportWritten(
            said("工单 {serial_no} 的会商已起草专报，请等机构编制部门会签。", serial_no=ticket.serial_no)
        )
    report = SpecialReport(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        consultation_id=consultation.id,
        text=text,
        written_by=order.actor.name,
        written_by_id=order.actor.id,
        written_at=order.now,
    )
    scope.session.add(report)
    return report


def sign_report(scope: Scope, ticket: Ticket, consultation: Consultation, order: Order) -> SpecialReport:
    """Sign the report for the establishment office and number it. Raises `NoReport`, `ReportSigned`, `SameHands`."""
    report = find_report(scope, consultation)
    if report is None:
        raise NoReport(
            said("工单 {serial_no} 的会商还没有起草专报，没有可以会签的。请受理席先起草。", serial_no=ticket.serial_no)
        )
    if report.cosigned_at is not None:
        raise ReportSigned(said("{title}已经会签，不必再签。", title=word(title_of(report))))
    if order.actor.id is not None and order.actor.id == report.written_by_id:
        raise SameHands("专报由您起草，不能由您代机构编制部门会签。请由机构编制部门的人员会签。")
    year = order.now.astimezone(scope.tenant.zone).year
    report.year, report.number = year, _next_number(scope, year)
    report.cosigned_by, report.cosigned_by_id, report.cosigned_at = order.actor.name, order.actor.id, order.now
    return report


def title_of(report: SpecialReport) -> str:
    """Return the number under which a report is quoted, 专报〔2026〕1 号; before it is signed it has none."""
    return (
        said("专报〔{year}〕{number} 号", year=report.year, number=report.number) if report.number else "专报（待会签）"
    )


def _next_number(scope: Scope, year: int) -> int:
    # Without gaps within tenant and year, as letters are: who signs next waits until the one before has ended.
    key = f"special_report/{scope.tenant.id}/{year}"
    scope.session.execute(sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    last: int | None = scope.session.scalar(
        select(func.max(SpecialReport.number)).where(
            SpecialReport.tenant_id == scope.tenant.id, SpecialReport.year == year
        )
    )
    return (last or 0) + 1
