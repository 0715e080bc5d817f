"""What a resident adds to their own appeal 补充: more words, a place; kept in the timeline and told to whoever has it."""

from core.classification.locating import area_words, locate_ticket
from core.intake.points import read_point
from core.journey.command import command
from core.journey.own_appeal import WordsTooLong
from core.kit import saying
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import CONCLUDED, OPEN
from core.tickets.timeline import Order
from core.units.queries import directory

SUPPLEMENTED = "supplemented"
"""Kind of the timeline's entry about what a resident adds."""
LONGEST = 2_000


@command(Permission.SPEAK, "补充")
def supplement(
    scope: Scope, ticket: Ticket, order: Order, *, words: str, longitude: str = "", latitude: str = ""
) -> None:
    """The resident adds to their appeal. Longitude and latitude, degrees by WGS84, are where it is, if nobody said so yet; the
    area follows from them.

    Raises `ReasonMissing` for no words, `WordsTooLong`, and `MoveNotAllowed` where nobody will read it any more.
    """
    check_state(ticket, (*OPEN, *CONCLUDED), "补充")
    said = reason_of(words, "补充")
    if len(said) > LONGEST:
        raise WordsTooLong(
            saying.said(
                "补充的话有 {number:,} 个字，最多 {longest:,} 个字。请分几次补充。", number=len(said), longest=LONGEST
            )
        )
    located, point = "", read_point(longitude, latitude).point
    if point is not None and ticket.point is None:
        ticket.longitude, ticket.latitude = point.x, point.y
        if ticket.area is None and (found := locate_ticket(scope, ticket)) is not None:
            ticket.area = found.area
            located = saying.said("（位于{area}）", area=area_words(scope, found.area))
    note(
        scope,
        ticket,
        SUPPLEMENTED,
        order,
        summary=saying.said("诉求人补充：{said}{located}", said=said, located=located),
    )
    units = directory(scope)
    unit = (units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None) or units.desk
    say(
        scope,
        ticket_id=ticket.id,
        transport="inbox",
        text=saying.said(
            "诉求人对工单 {serial_no}「{title}」补充：{said}", serial_no=ticket.serial_no, title=ticket.title, said=said
        ),
        to_unit_id=unit.id,
        now=order.now,
    )
