"""A letter about several matters sentence by sentence 拆单: which belong to which part, and the unit of each.

What was sorted so far is sent with the form, and nothing is kept until the letter is split: it works without a script.
"""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request

from core.intake.sentences import Sorted, proposed_parts, sorted_into
from core.journey import join
from core.journey.queries.case import get_case
from core.journey.queries.choices import choices
from core.journey.queries.guessing import Guess, guess
from core.journey.queries.hints import NO_HINTS, Hints, hints_on
from core.kit.saying import said
from core.people.roles import Permission
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.web.input import InputUnusable, sent
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("splitting", __name__)
MOST_PARTS = 20
LONGEST_LIST = 20_000
LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part as the page shows it: its sentences, what was chosen for it, and what rules would do with it."""

    number: int
    text: str
    unit: str
    matter: str
    guess: Guess


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says: the parts by their sentences, and for each a unit and a matter, empty = as suggested."""

    parts: list[list[int]]
    units: list[str]
    matters: list[str]

    @classmethod
    def read(cls) -> "Wanted":
        """Read it; what makes no sense there is passed over."""
        given, listed = request.form, request.form.get("parts", "")[:LONGEST_LIST]
        parts = [_places(each.split(",")) for each in listed.split(";") if each][:MOST_PARTS]
        return cls(parts, _codes(given.getlist("unit")), _codes(given.getlist("matter")))

    def without(self, number: int) -> "Wanted":
        """Return the choices of the parts that stay when one is put back."""
        return Wanted(
            self.parts,
            [code for place, code in enumerate(self.units) if place != number],
            [code for place, code in enumerate(self.matters) if place != number],
        )

    def unit(self, number: int) -> str:
        return self.units[number] if number < len(self.units) else ""

    def matter(self, number: int) -> str:
        return self.matters[number] if number < len(self.matters) else ""


@pages.get("/desk/split/<serial_no>")
@allows(Permission.DISPATCH)
def show_split(visit: Visit, serial_no: str) -> Answer:
    """Show the letter's sentences and parts: as a feature proposes them, or as they were sorted when it was refused."""
    refusal, ticket = g.get("refusal"), _ticket(visit, serial_no)
    if refusal:
        wanted = Wanted.read()
        page = _page(visit, ticket, sorted_into(ticket.text, wanted.parts), wanted, refusal=words_of(refusal))
        return page, status_of(refusal)
    hints = hints_on(visit.scope, ticket.id, now=visit.now)
    parts = proposed_parts(ticket.text, hints.parts)
    sorted_ = sorted_into(ticket.text, parts)
    return _page(visit, ticket, sorted_, Wanted([], [], []), hints=hints)


@pages.post("/desk/split/<serial_no>")
@allows(Permission.DISPATCH, again=show_split)
def split(visit: Visit, serial_no: str) -> Answer:
    """Sort the sentences otherwise, or split the letter; what is in no part stays with the whole only when that is said."""
    wanted, ticket = Wanted.read(), _ticket(visit, serial_no)
    sorted_ = sorted_into(ticket.text, wanted.parts)
    if request.form.get("do", ""):
        return _page(visit, ticket, *_sorted_anew(sorted_, wanted))
    given = sent(serial_no)
    if sorted_.words_of(sorted_.left) and "leave" not in request.form:
        raise InputUnusable(
            said("还有 {count} 句没有归入任何分项。请归入分项，或勾选“余下的句子不单独办理”。", count=len(sorted_.left))
        )
    whole = join.split(
        visit.scope,
        serial_no,
        Order(visit.actor, visit.now, given.version, given.command_id),
        texts=list(sorted_.texts),
        matters=[wanted.matter(number) for number in range(len(sorted_.parts))],
        units=[wanted.unit(number) for number in range(len(sorted_.parts))],
    )
    return Done(
        said("{serial_no} 已拆为 {count} 个分项", serial_no=serial_no, count=whole.part_count), f"/t/{serial_no}"
    )


def _page(
    visit: Visit, ticket: Ticket, sorted_: Sorted, wanted: Wanted, *, hints: Hints = NO_HINTS, refusal: str = ""
) -> str:
    parts = [
        PartShown(number, text, wanted.unit(number), wanted.matter(number), _guess(visit, ticket, text, wanted, number))
        for number, text in enumerate(sorted_.texts)
    ]
    return render_template(
        "desk/split_part.html" if request.headers.get("HX-Request") and not refusal else "desk/split.html",
        case=get_case(visit.scope, ticket.serial_no, now=visit.now),
        sorted=sorted_,
        listed=";".join(",".join(map(str, part)) for part in sorted_.parts),
        parts=parts,
        hints=hints,
        choices=choices(visit.scope),
        refusal=refusal,
    )


def _ticket(visit: Visit, serial_no: str) -> Ticket:
    case = get_case(visit.scope, serial_no, now=visit.now)
    return visit.scope.session.get_one(Ticket, (visit.scope.tenant.id, case.id))


def _sorted_anew(sorted_: Sorted, wanted: Wanted) -> tuple[Sorted, Wanted]:
    """Do what a button asks for: a new part of the sentences picked, add them to one, or put one back."""
    what, _, which = request.form.get("do", "").partition("-")
    number = int(which) if which.isascii() and which.isdecimal() and len(which) <= 3 else -1
    picked = _places(request.form.getlist("line"))
    if what == "part" and len(sorted_.parts) < MOST_PARTS:
        return sorted_.with_part(picked), wanted
    if what == "add" and 0 <= number < len(sorted_.parts):
        return sorted_.with_part(picked, into=number), wanted
    if what == "drop" and 0 <= number < len(sorted_.parts):
        return sorted_.without_part(number), wanted.without(number)
    return sorted_, wanted


def _guess(visit: Visit, ticket: Ticket, text: str, wanted: Wanted, number: int) -> Guess:
    return guess(visit.scope, text=text, place=ticket.place, matter=wanted.matter(number), like=ticket, now=visit.now)


def _places(given: list[str]) -> list[int]:
    return [int(each) for each in given if each.isascii() and each.isdecimal() and len(each) <= 5]


def _codes(given: list[str]) -> list[str]:
    return [code[:LONGEST_CODE] for code in given[:MOST_PARTS]]
