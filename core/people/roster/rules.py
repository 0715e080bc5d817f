"""Who inside a unit takes a ticket 值班: the duty roster, least load, then in turn; absence never holds a ticket."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.kit.saying import said, word

EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """Somebody is on duty from one day to another, both included, on these weekdays (1 = Monday); None = open."""

    person: int
    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = EVERY_DAY

    def holds_on(self, day: date) -> bool:
        """Tell whether the person is on duty on a day."""
        return _lies_in(day, self.first, self.last) and day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from one day to another, both included; None = until further notice."""

    person: int
    first: date
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the person is away on a day."""
        return _lies_in(day, self.first, self.last)


@dataclass(frozen=True, slots=True)
class UnitStaff:
    """The people of a unit who can take tickets: its head, and its clerks in any order. None = nobody is named head."""

    clerks: Collection[int]
    head: int | None = None


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes the ticket, and why. None = the unit as a whole: whoever opens it first."""

    person: int | None
    reason: str


def choose_person(
    roster: Sequence[RosterEntry],
    absences: Iterable[Absence],
    *,
    day: date,
    staff: UnitStaff,
    loads: Mapping[int, int],
    last: int | None = None,
) -> Taker:
    """Return who takes a ticket on a day.

    Among those on duty who are there, whoever has the fewest open tickets (`loads`); of several, the one who follows
    `last`, who took the unit's ticket before, in the order of the accounts. When nobody on duty is there, the head; when
    the head is away too, any clerk by the same rule; else the unit as a whole.
    """
    away = {absence.person for absence in absences if absence.holds_on(day)}
    on_duty = {entry.person for entry in roster if entry.holds_on(day)}
    if present := on_duty - away:
        return Taker(
            _next(present, loads, last), said("值班人员中在办最少（{load} 件），同数轮流", load=_load(present, loads))
        )
    why = "值班人员都不在岗" if on_duty else "当天没有排班"
    if staff.head is not None and staff.head not in away:
        return Taker(staff.head, said("{why}，由单位负责人接单", why=word(why)))
    if clerks := set(staff.clerks) - away:
        return Taker(_next(clerks, loads, last), said("{why}，由在岗承办人中在办最少的接单", why=word(why)))
    return Taker(None, said("{why}，单位内没有在岗人员，由单位统一接单", why=word(why)))


def held_by_absent(holders: Mapping[int, int], absences: Iterable[Absence], *, day: date) -> tuple[int, ...]:
    """Return the tickets whose holders are away on a day, in order: each goes to somebody else at once."""
    away = {absence.person for absence in absences if absence.holds_on(day)}
    return tuple(sorted(ticket for ticket, person in holders.items() if person in away))


def _next(people: Collection[int], loads: Mapping[int, int], last: int | None) -> int:
    least = _load(people, loads)
    equal = sorted(person for person in people if loads.get(person, 0) == least)
    return next((person for person in equal if last is not None and person > last), equal[0])


def _load(people: Collection[int], loads: Mapping[int, int]) -> int:
    return min(loads.get(person, 0) for person in people)


def _lies_in(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
