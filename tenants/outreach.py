"""Going to residents in a demonstration: a community holds its meetings and visits, units answer, and people are told back.

In a file of `tenants/institutions/`, each `[[outreach]]` is an occasion so many `days` ago with an `[[outreach.line]]` for each
thing that was said: with an `answer` it was answered there and then, with a `reply` a unit has answered since (to thanks: the desk), without
either it is in hand. `told` says how people were told back; an occasion that is not `submitted` is still being entered.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from core.intake.outreach.models import OutreachLine
from core.intake.outreach.rules import Occasion, Said
from core.journey import outreach
from core.routing.service import assignments_in_hand
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH
from core.tickets.timeline import Actor
from core.units.queries import directory
from tenants.ages import OnDay
from tenants.cast import Cast
from tenants.house import Institutions
from tenants.letter import Letter
from tenants.lives import CHAPTERS, Life
from tenants.marks import Marks
from tenants.present import take_turns
from tenants.source import Table

LASTED = timedelta(minutes=90)
ENTERED_IN = timedelta(minutes=4)
"""How long a line takes to be entered."""
CONTENT = "satisfied/yes"
FIRST_NUMBER = 9_000
"""Numbers from which these lives are told apart from those of letters."""


class LineLife(Life):
    """The life of what was said at a meeting: it was accepted when the meeting was submitted, and goes on from there."""

    def steps(self) -> Iterator[datetime]:
        for chapter in CHAPTERS[self.letter.stands]:
            yield from chapter(self)

    def look_at_clocks(self) -> None:
        """Look at the clocks, and at who besides the lead has it in hand: the duty list may say so by the place."""
        super().look_at_clocks()
        scope = self.scope
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, self.ticket_id))
        co = [each.unit_id for each in assignments_in_hand(scope, ticket) if each.role == "co"]
        self.co = tuple(unit.code for unit_id in co if (unit := directory(scope).unit_of_id(unit_id)))


def meet_residents(house: Institutions) -> None:
    """Hold the occasions that the file tells of, let units handle what was said, and tell people back."""
    marks, lives, to_tell = Marks(house.scope), list[Life](), list[tuple[int, Actor, Table]]()
    for table in house.said.tables("outreach"):
        lines = list(table.tables("line"))
        is_submitted, worker = table.truth("submitted", default=True), _worker(house, table.text("unit"))
        held = house.day(table.number("days"), table.number("hour"))
        opened = _open(house, table, held, lines, worker)
        if is_submitted:
            at = held + LASTED
            outreach.submit_outreach(house.scope, opened, afresh=True, actor=worker, now=at)
            lives += _lives(house, opened, lines, marks, at, first=FIRST_NUMBER + len(lives))
            if table.text("told", ""):
                to_tell.append((opened, worker, table))
    take_turns(lives, marks, now=house.now)
    for opened, worker, table in to_tell:
        told_at = house.day(table.number("told_days"), 17)
        outreach.close_outreach(house.scope, opened, words=table.text("told"), actor=worker, now=told_at)


def _worker(house: Institutions, unit: str) -> Actor:
    unit_id = directory(house.scope).get_unit(unit).id
    return next(each for each in house.people("community-worker") if each.unit_id == unit_id)


def _open(house: Institutions, table: Table, held: datetime, lines: Sequence[Table], worker: Actor) -> int:
    """Open an occasion when it begins and enter what is said, line by line; return its id."""
    occasion = Occasion(
        kind=table.text("kind"),
        held_at=held,
        unit=table.text("unit"),
        subject=table.text("subject"),
        area=table.text("area", ""),
        place=table.text("place"),
        host=table.text("host"),
        attendants=table.text("attendants"),
    )
    opened = outreach.open_outreach(house.scope, occasion, actor=worker, now=held).id
    for number, line in enumerate(lines, start=1):
        answer = line.text("answer", "")
        said = Said(
            text=line.text("text"),
            kind="thanks" if line.truth("thanks", default=False) else "answered" if answer else "handle",
            name=line.text("name", ""),
            place=line.text("place"),
            answer=answer,
            title=line.text("title", ""),
            matter=line.text("matter", ""),
        )
        at = held + ENTERED_IN * number
        outreach.add_line(house.scope, opened, said, key=f"demo/{number}", actor=worker, now=at)
    return opened


def _lives(
    house: Institutions, opened: int, lines: Sequence[Table], marks: Marks, at: datetime, *, first: int
) -> Iterator[Life]:
    """Yield the lives of what was not answered there and then, in the order of the lines."""
    scope = house.scope
    tickets = scope.session.execute(
        select(OutreachLine.number, Ticket)
        .join(Ticket, (Ticket.tenant_id == OutreachLine.tenant_id) & (Ticket.id == OutreachLine.ticket_id))
        .where(OutreachLine.tenant_id == scope.tenant.id, OutreachLine.outreach_id == opened)
        .order_by(OutreachLine.number)
    ).all()
    for number, ticket in tickets:
        line = lines[number - 1]
        if line.text("answer", ""):
            continue
        lead = directory(scope).unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
        reply = line.text("reply", "")
        letter = Letter(
            number=first + number,
            title=ticket.title,
            text=ticket.text,
            place=ticket.place,
            channel=ticket.channel,
            mailbox="",
            age=OnDay(0, time()),
            stands="in_hand" if not reply else "answered" if line.truth("thanks", default=False) else "rated",
            nature=None,
            matter=ticket.matter or "",
            unit=lead.code if lead else "",
            reply=reply,
            disposition="explained" if line.truth("thanks", default=False) else "resolved",
            rating=CONTENT,
        )
        yield LineLife(
            scope,
            marks,
            letter,
            _cast(house),
            f"outreach/{opened}/{number}",
            at=at,
            ticket_id=ticket.id,
            serial_no=ticket.serial_no,
            waits_for_desk=ticket.state in WAITING_FOR_DISPATCH,
        )


def _cast(house: Institutions) -> Cast:
    """Return who acts at the desk and for the units; of several in one role, the first one."""
    units = directory(house.scope)
    clerks = {unit.code: each.name for each in house.people("clerk") if (unit := units.unit_of_id(each.unit_id or 0))}
    return Cast(
        operator=house.people("operator")[0].name,
        reviewer=house.people("reviewer")[0].name,
        supervisor=house.people("supervisor")[0].name,
        clerks=clerks,
    )
