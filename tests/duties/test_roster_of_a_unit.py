"""A unit's roster and absences are kept, and decide who takes its tickets."""

from datetime import date

import pytest

from core.people.roster.queries import absences_on, roster_of, staff_of
from core.people.roster.rules import Absence, RosterEntry, UnitStaff, choose_person
from core.people.roster.service import DaysUnclear, note_absence, set_roster
from core.people.service import close_account, open_account
from core.tenancy.revisions import Author
from core.tenancy.scope import Installation, Scope
from core.units.queries import directory
from tests.builders import beijing, make_district

NOW = beijing("2026-03-12 10:00")
DAY = date(2026, 3, 12)
HEAD = Author("科长", 7)


def clerk(scope: Scope, login: str, unit_id: int) -> int:
    return open_account(
        scope, login=login, name=login, password="示范用的长长密码，一二三", roles=["clerk"], now=NOW, unit_id=unit_id
    ).id


def test_the_roster_and_those_away_decide_who_takes_a_ticket(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        unit = directory(scope).get_unit("roads").id
        ada, bob, eve = (clerk(scope, login, unit) for login in ("ada", "bob", "eve"))
        set_roster(scope, unit, [RosterEntry(eve), RosterEntry(bob)])
        set_roster(scope, unit, [RosterEntry(ada, DAY, None, frozenset({4})), RosterEntry(eve), RosterEntry(bob)])
        note_absence(scope, ada, first=DAY, last=DAY, reason="年假", author=HEAD, now=NOW)
        note_absence(scope, bob, first=date(2026, 3, 1), last=date(2026, 3, 11), reason="培训", author=HEAD, now=NOW)
        close_account(scope, "eve", now=NOW)

    with installation.scope(slug) as scope:
        roster, away, staff = roster_of(scope, unit), absences_on(scope, DAY), staff_of(scope, unit)

    assert roster == [RosterEntry(ada, DAY, None, frozenset({4})), RosterEntry(bob)]
    assert away == [Absence(ada, DAY, DAY)]
    assert staff == UnitStaff((ada, bob))
    assert choose_person(roster, away, day=DAY, staff=staff, loads={bob: 9}).person == bob


def test_days_that_cannot_be_are_refused(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        unit = directory(scope).get_unit("roads").id
        with pytest.raises(DaysUnclear) as refused:
            set_roster(scope, unit, [RosterEntry(1, DAY, date(2026, 3, 1))])
        with pytest.raises(DaysUnclear):
            set_roster(scope, unit, [RosterEntry(1, weekdays=frozenset({8}))])
        with pytest.raises(DaysUnclear):
            note_absence(scope, 1, first=DAY, last=date(2026, 3, 1), reason="", author=HEAD, now=NOW)

    assert refused.value.message == "止于 2026-03-01 早于始于 2026-03-12，没有一天算数。请把日期改正后再保存。"
