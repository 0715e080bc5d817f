"""The last step of a consultation: the special report 专报 to the government, by the desk and the establishment office."""

from core.coordination.special_reports import keep_report, sign_report, title_of
from core.escalation.rules import words_of
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission
from core.routing.consultations import LADDER, answering_unit, get_consultation, has_share, write_step
from core.routing.service import NotYours, open_assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Order


@command(Permission.DISPATCH, "起草专报")
def write_special_report(scope: Scope, ticket: Ticket, order: Order, *, text: str) -> None:
    """Write the special report on a consultation that came to no agreement, for the establishment office to sign.

    Raises `NothingSaid`, `NoConsultation`, `ReportTooEarly`, `ReportWritten`.
    """
    said = words_of(text, "专报")
    keep_report(scope, ticket, get_consultation(scope, ticket), order, text=said)
    note(scope, ticket, "special_report", order, summary=saying.said("起草专报，请机构编制部门会签：{said}", said=said))


@command(Permission.HANDLE, "会签专报")
def cosign_special_report(scope: Scope, ticket: Ticket, order: Order) -> None:
    """The establishment office signs: the report has its number, and the government has the question from now on.

    Raises `NoConsultation`, `NotYours`, `NoReport`, `ReportSigned`, `SameHands`.
    """
    consultation = get_consultation(scope, ticket)
    office = answering_unit(scope, "establishment")
    if office is None or not order.actor.acts_for(office.id):
        raise NotYours(
            saying.said("工单 {serial_no} 的专报由机构编制部门会签，您不能代签。", serial_no=ticket.serial_no)
        )
    report = sign_report(scope, ticket, consultation, order)
    consultation.authority = LADDER[-1]
    asked = answering_unit(scope, consultation.authority)
    words = saying.said(
        "{title}：会同{name}专题向{name_2}报告",
        title=saying.word(title_of(report)),
        name=office.name,
        name_2=asked.name if asked else saying.word("政府"),
    )
    write_step(scope, ticket, order, consultation, "referred", report.text, words=words, unit=asked)
    if asked and not has_share(scope, ticket, asked):
        open_assignment(scope, ticket, asked, role="info", now=order.now)
