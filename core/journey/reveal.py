"""Looking at a resident's contact in full 查看联系方式: who may, for which tickets, and what is kept of it."""

from core.intake.counters.service import was_entered
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import NotPermitted, Permission
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.reveals import REVEAL, Revealed, RevealedAlready, find_contact, reveal
from core.tickets.service import find_result, in_order, lock_ticket, refuse_early
from core.tickets.timeline import Actor, Order

MAY_ASK = frozenset({Permission.REVEAL, Permission.HANDLE, Permission.TAKE_IN})
"""Any is enough to ask: the desk's for every ticket, a unit's for those that it leads, a centre's for those it took in."""


class IdentityKept(Refused):
    """The resident asked that the unit does not learn who they are."""

    code = "identity-kept"
    is_trespass = True


def reveal_contact(
    scope: Scope, serial_no: str, order: Order, *, purpose: str, words: str, address: str = ""
) -> Revealed:
    """Show the resident's name, phone and address once: to the desk, to the unit that leads, to the centre that took it in.

    A unit sees nothing of residents who keep their identity from it. `address` is where the request came from.
    Raises `NoSuchTicket`, `NotPermitted`, `NotYours`, `IdentityKept`, `RevealedAlready`, and as `core.tickets.reveals.reveal`.
    """
    ticket = lock_ticket(scope, serial_no)
    row = find_contact(scope, ticket)
    _refuse_others(scope, ticket, row, order.actor)
    refuse_early(ticket, order.now)
    if find_result(scope, ticket, REVEAL, order.command_id):
        raise RevealedAlready(
            said(
                "工单 {serial_no} 的联系方式已按这次申请显示过，不再重复显示。需要再看时请重新填写用途。",
                serial_no=serial_no,
            )
        )
    order = in_order(scope, ticket, order)
    return reveal(scope, ticket, row, order, purpose=purpose, words=words, address=address)


def _refuse_others(scope: Scope, ticket: Ticket, row: TicketContact | None, actor: Actor) -> None:
    if Permission.REVEAL in actor.permissions:
        return
    if Permission.TAKE_IN in actor.permissions:
        if was_entered(scope, ticket.id, actor):
            return
        if Permission.HANDLE not in actor.permissions:
            raise NotYours(
                said(
                    "工单 {serial_no} 不是您的中心代录的，不能查看诉求人的联系方式。请由受理席联系诉求人。",
                    serial_no=ticket.serial_no,
                )
            )
    if Permission.HANDLE not in actor.permissions:
        raise NotPermitted(
            said(
                "查看联系方式由受理席、主办单位的承办和代录的社区办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                name=actor.name,
            )
        )
    if ticket.lead_unit_id is None or actor.unit_id != ticket.lead_unit_id:
        raise NotYours(
            said(
                "工单 {serial_no} 不由您的单位主办，不能查看诉求人的联系方式。请由主办单位联系诉求人。",
                serial_no=ticket.serial_no,
            )
        )
    if row is not None and row.keep_private:
        raise IdentityKept(
            said(
                "工单 {serial_no} 的诉求人要求不向承办单位公开身份，不能显示姓名和电话。"
                "需要联系诉求人的，请由受理席转达。",
                serial_no=ticket.serial_no,
            )
        )
