"""Taking a call: the form for a new ticket, and the receipt with serial number and access code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from flask import Blueprint, g, render_template, request

from core.areas.shapes import Point
from core.files.judging import CleanFile
from core.files.refusals import KINDS_OF_REFUSAL
from core.hooks.values import Appellant, Nature, Urgency
from core.hooks.values.ticket import Relation
from core.intake.rules import TEXT_MAX, Appeal
from core.journey.accept import Accepted, accept
from core.journey.call_records import make_ticket
from core.journey.files import add_files, judge_all
from core.journey.inbound.by_hand import enter
from core.journey.join import accept_alike
from core.journey.queries.call_records import opened_call
from core.journey.queries.caller import known_contact
from core.journey.queries.calls import call_due
from core.journey.queries.case import get_case
from core.journey.queries.choices import choices
from core.journey.queries.inbound import opened_item
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.timeline import Order
from core.web.desk.alike import chosen_master
from core.web.desk.at_once import go_on
from core.web.desk.inbound import number_of
from core.web.input import text
from core.web.refusals import WRONG_INPUT, words_of
from core.web.uploads import id_beside, takes_files, uploads
from core.web.visit import Answer, Visit, allows

pages = Blueprint("intake", __name__)
FIELD_OF = {"appeal-unusable": "text"} | {each.code: "files" for each in KINDS_OF_REFUSAL}
"""The field that a refusal is about, by its code."""
TICKS = ("keep_private", "has_more", "use_place", "for_clearance", "same_caller")
TITLE_LONGEST, NAME_LONGEST, LONGEST_SLOT = 200, 50, 12


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What the operator typed, kept as typed until the ticket is accepted."""

    text: str = ""
    title: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    keep_private: bool = True
    channel: str = "desk"
    matter: str = ""
    nature: str = ""
    """What the operator says it is; empty = the words decide."""
    appellant: str = ""
    """What the operator says of who appeals; empty = as usual by the channel."""
    source: str = ""
    relation: str = ""
    """What the appellant said of their tie to the place; empty = nothing."""
    urgency: str = ""
    """What the operator says of it; empty = the words and the district's rules decide."""
    command_id: str = ""
    inbound: str = ""
    """Number of the pushed item that is entered by this."""
    has_more: bool = False
    """Whether there are more appeals in that item."""
    use_place: bool = False
    """Whether the place where a photo was taken is to be the appeal's."""
    call: str = ""
    """Number of the call record of which this is made."""
    for_clearance: bool = False
    """Whether somebody else is to clear it before it is dispatched."""
    alike: str = ""
    """The ticket in hand with which it is to be handled, as `core.web.desk.alike` offers it; empty = by itself."""
    article: str = ""
    """The version of an article with which it is answered as soon as it is accepted; empty = it is dispatched."""
    then: str = ""
    """What is done with it as soon as it is accepted: `dispatch`, `answer`, `urgent`; empty = what rules do."""
    unit: str = ""
    """The unit to which it is dispatched then, empty = the one suggested; `reason` says why it is another one."""
    reason: str = ""
    answer: str = ""
    same_caller: bool = False
    """Whether name and address are those that this phone left last."""

    @classmethod
    def typed(cls) -> "NewTicket":
        """Read the form as it is, without judging it."""
        fields = {name: request.form.get(name, "") for name in cls.__annotations__ if name not in TICKS}
        return cls(
            **fields,
            keep_private="keep_private" in request.form,
            has_more="has_more" in request.form,
            use_place="use_place" in request.form,
            for_clearance="for_clearance" in request.form,
            same_caller="same_caller" in request.form,
        )

    @classmethod
    def of_item(cls, visit: Visit, number: str) -> "NewTicket":
        """Begin with what another system pushed, as far as a ticket can hold it."""
        item = opened_item(visit.scope, number_of(number))
        begun = item.beginning
        return cls(
            text=begun.text[:TEXT_MAX],
            title=begun.title[:TITLE_LONGEST],
            name=begun.name[:NAME_LONGEST],
            channel=item.channel_id,
            inbound=number,
        )

    @classmethod
    def of_call(cls, visit: Visit, number: str) -> "NewTicket":
        """Begin with what the telephone system told of a call; the caller's phone goes along without being shown."""
        call = opened_call(visit.scope, number_of(number))
        return cls(channel=call.channel_id, source=call.line.line, call=number)

    @property
    def is_cut(self) -> bool:
        """Whether what was pushed is perhaps longer than what one ticket holds."""
        return bool(self.inbound) and len(self.text) >= TEXT_MAX

    def contact(self, scope: Scope) -> Contact:
        """Return who speaks: as typed, the rest as the phone left it last where that was ticked. Raises `InputUnusable`."""
        name, phone = text("name", longest=NAME_LONGEST), text("phone", longest=30)
        before = known_contact(scope, phone, call_id=self.call_id) if self.same_caller else Contact()
        return Contact(name or before.name, phone, before.address, keep_private=self.keep_private)

    @property
    def call_id(self) -> int | None:
        """The call record of which it is made."""
        return number_of(self.call) if self.call else None

    def appeal(self, scope: Scope, files: Sequence[CleanFile]) -> Appeal:
        """Return the appeal that was typed. Raises `InputUnusable`."""
        place = next((file.place for file in files if file.place), None) if self.use_place else None
        return Appeal(
            channel=text("channel", longest=64),
            text=request.form.get("text", ""),
            title=text("title", longest=TITLE_LONGEST),
            place=text("place", longest=200),
            contact=self.contact(scope),
            external_id=text("command_id", longest=64) or None,
            nature=_nature(self.nature),
            appellant=_appellant(self.appellant),
            source=text("source", longest=100),
            relation=_relation(self.relation),
            matter=self.matter or None,
            urgency="urgent" if self.then == "urgent" else _urgency(self.urgency),
            point=Point(place.longitude, place.latitude) if place else None,
        )


@pages.get("/desk/new")
@allows(Permission.ACCEPT)
def new_ticket(visit: Visit) -> Answer:
    """Show the form: empty, or with what was typed and why it was not accepted."""
    refusal = g.get("refusal")
    begun = NewTicket() if refusal else _begun(visit)
    page = render_template(
        "desk/new.html",
        form=NewTicket.typed() if refusal else begun,
        refusal=words_of(refusal) if refusal else None,
        faults={FIELD_OF[refusal.code]: words_of(refusal)} if refusal and refusal.code in FIELD_OF else {},
        choices=choices(visit.scope),
        slot=_slot(),
    )
    return (page, WRONG_INPUT) if refusal else page


@pages.post("/desk/new")
@takes_files
@allows(Permission.ACCEPT, again=new_ticket)
def accept_ticket(visit: Visit) -> Answer:
    """Accept the appeal with its files and show the receipt; the access code is shown here and nowhere else."""
    form, files = NewTicket.typed(), judge_all(uploads())
    receipt = (_entered if form.inbound else _called if form.call else _accepted)(visit, form, files)
    if files:
        order = Order(visit.actor, visit.now, command_id=id_beside(form.command_id))
        add_files(visit.scope, receipt.serial_no, order, files)
    undone = go_on(visit, form, receipt)
    case = get_case(visit.scope, receipt.serial_no, now=visit.now)
    return render_template(
        "desk/accepted.html",
        receipt=receipt,
        case=case,
        form=form,
        undone=undone,
        call=call_due(visit.scope, case.id) if case.urgent else None,
    )


def _slot() -> str:
    """Return which parked call the form is, empty for the one at hand."""
    given = request.values.get("slot", "")
    return given if given.isascii() and given.isalnum() and len(given) <= LONGEST_SLOT else ""


def _begun(visit: Visit) -> NewTicket:
    if number := request.args.get("inbound", ""):
        return NewTicket.of_item(visit, number)
    if number := request.args.get("call", ""):
        return NewTicket.of_call(visit, number)
    return NewTicket()


def _accepted(visit: Visit, form: NewTicket, files: Sequence[CleanFile]) -> Accepted:
    appeal, master = form.appeal(visit.scope, files), chosen_master(visit)
    if master:
        return accept_alike(
            visit.scope, appeal, master=master, for_clearance=form.for_clearance, actor=visit.actor, now=visit.now
        )
    return accept(visit.scope, appeal, for_clearance=form.for_clearance, actor=visit.actor, now=visit.now)


def _called(visit: Visit, form: NewTicket, files: Sequence[CleanFile]) -> Accepted:
    return make_ticket(
        visit.scope,
        number_of(form.call),
        form.appeal(visit.scope, files),
        for_clearance=form.for_clearance,
        actor=visit.actor,
        now=visit.now,
    )


def _entered(visit: Visit, form: NewTicket, files: Sequence[CleanFile]) -> Accepted:
    number = number_of(form.inbound)
    return enter(
        visit.scope, number, form.appeal(visit.scope, files), has_more=form.has_more, actor=visit.actor, now=visit.now
    )


def _urgency(given: str) -> Urgency | None:
    return next((urgency for urgency in ("normal", "urgent") if urgency == given), None)


def _appellant(given: str) -> Appellant | None:
    return next((kind for kind in get_args(Appellant) if kind == given), None)


def _relation(given: str) -> Relation | None:
    return next((relation for relation in get_args(Relation) if relation == given), None)


def _nature(given: str) -> Nature | None:
    return next((nature for nature in get_args(Nature) if nature == given), None)
