"""A ticket goes to a person inside the unit: on duty, least loaded, in turn; absence never holds it."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from core.people.roster.rules import Absence, RosterEntry, Taker, UnitStaff, choose_person, held_by_absent

MONDAY = date(2026, 3, 9)
SATURDAY = date(2026, 3, 14)
WEEK = frozenset(range(1, 6))
ROSTER = (RosterEntry(1, weekdays=WEEK), RosterEntry(2, weekdays=WEEK), RosterEntry(3, MONDAY, MONDAY))
STAFF = UnitStaff(clerks=(1, 2, 3, 4), head=9)


def test_whoever_on_duty_has_the_fewest_takes_it() -> None:
    assert choose_person(ROSTER, (), day=MONDAY, staff=STAFF, loads={1: 3, 2: 1, 3: 2}) == Taker(
        2, "值班人员中在办最少（1 件），同数轮流"
    )


def test_those_with_equally_many_take_turns() -> None:
    loads = {1: 1, 2: 1, 3: 1}
    taken: list[int | None] = [None]
    for _ in range(4):
        taken.append(choose_person(ROSTER, (), day=MONDAY, staff=STAFF, loads=loads, last=taken[-1]).person)

    assert taken[1:] == [1, 2, 3, 1]


def test_who_is_away_gets_nothing_and_the_head_stands_in_then_any_clerk_then_the_unit() -> None:
    away = [Absence(1, MONDAY, MONDAY), Absence(2, date(2026, 3, 1))]
    assert choose_person(ROSTER, away, day=MONDAY, staff=STAFF, loads={}).person == 3

    everyone = [*away, Absence(3, MONDAY)]
    assert choose_person(ROSTER, everyone, day=MONDAY, staff=STAFF, loads={}) == Taker(
        9, "值班人员都不在岗，由单位负责人接单"
    )
    assert choose_person(ROSTER, [*everyone, Absence(9, MONDAY)], day=MONDAY, staff=STAFF, loads={}) == Taker(
        4, "值班人员都不在岗，由在岗承办人中在办最少的接单"
    )
    nobody = [*everyone, Absence(9, MONDAY), Absence(4, MONDAY)]
    assert choose_person(ROSTER, nobody, day=MONDAY, staff=STAFF, loads={}) == Taker(
        None, "值班人员都不在岗，单位内没有在岗人员，由单位统一接单"
    )


def test_a_day_without_a_roster_is_the_heads() -> None:
    assert choose_person(ROSTER, (), day=SATURDAY, staff=STAFF, loads={}) == Taker(9, "当天没有排班，由单位负责人接单")
    assert choose_person((), (), day=SATURDAY, staff=UnitStaff(()), loads={}).person is None


def test_tickets_of_those_who_are_away_are_named() -> None:
    assert held_by_absent({10: 1, 11: 2, 12: 1}, [Absence(1, MONDAY, SATURDAY)], day=SATURDAY) == (10, 12)
    assert held_by_absent({10: 1}, [Absence(1, MONDAY, MONDAY)], day=SATURDAY) == ()


days = st.dates(date(2026, 3, 1), date(2026, 3, 14))
people = st.integers(1, 4)
entries = st.builds(RosterEntry, people, st.none() | days, st.none() | days, st.frozensets(st.integers(1, 7)))
absences = st.builds(Absence, people, days, st.none() | days)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(entries, max_size=5),
    st.lists(absences, max_size=5),
    days,
    st.sets(people),
    st.none() | people,
    st.dictionaries(people, st.integers(0, 3)),
    st.none() | people,
)
def test_nobody_who_is_away_takes_a_ticket_and_nobody_on_duty_has_fewer(
    roster: list[RosterEntry],
    away: list[Absence],
    day: date,
    clerks: set[int],
    head: int | None,
    loads: dict[int, int],
    last: int | None,
) -> None:
    taker = choose_person(roster, away, day=day, staff=UnitStaff(clerks, head), loads=loads, last=last)

    absent = {each.person for each in away if each.holds_on(day)}
    present = {each.person for each in roster if each.holds_on(day)} - absent
    assert taker.person not in absent
    assert held_by_absent({1: taker.person} if taker.person else {}, away, day=day) == ()
    if present:
        assert taker.person in present
        assert loads.get(taker.person or 0, 0) == min(loads.get(person, 0) for person in present)
    else:
        assert taker.person is not None or not (clerks - absent or ({head} - {None} - absent))
