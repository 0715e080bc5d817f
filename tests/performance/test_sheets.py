"""Yearly sheets of performance 年度绩效: every line opens what it counts, frozen, objected to, signed, never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from core.escalation.accountability.models import AccountabilityCase
from core.hooks import ScoreLine
from core.hooks.roster import Roster
from core.journey import performance as journey
from core.journey.conclude import redo
from core.journey.performance import SheetShown
from core.people.roles import SameHands
from core.statistics.performance.models import PerformanceSheet
from core.statistics.performance.queries import NoSuchSheet, SheetDamaged
from core.statistics.performance.service import (
    CannotObject,
    NothingScored,
    SheetNotReady,
    SheetStands,
    YearNotOver,
)
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import security_events
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import directory
from tests.builders import OPERATOR, beijing, make_actor, make_district, make_feature, make_installation
from tests.journey.asking import raises
from tests.stages.lives import DUTIES, Life

FREEZER = make_actor("督办员甲", "supervisor", id=81)
SIGNER = make_actor("区长乙", "leader", id=82)
NEW_YEAR = beijing("2027-01-04 10:00")
IN_MAY = beijing("2026-05-06 10:00")
AFTER = beijing("2027-01-15 10:00")


@dataclass
class Year:
    """A district's year 2026, and what is done with its sheets at the beginning of the next."""

    installation: Installation
    life: Life

    def compute(self, reason: str = "", *, now: datetime = NEW_YEAR, year: int = 2026) -> SheetShown:
        with self.installation.scope(self.life.slug) as scope:
            sheet = journey.compute_sheet(
                scope, self.installation, year, reason=reason, actor=FREEZER, address="", now=now
            )
            return journey.show_sheet(scope, sheet.number)

    def do(self, deed: Any, number: int, actor: Actor, *, now: datetime, **more: Any) -> Any:
        given = {"actor": actor, "address": "127.0.0.1", "now": now, **more}
        return self.installation.run(self.life.slug, lambda scope: deed(scope, number, **given))

    def clerk(self, code: str = "roads") -> Actor:
        with self.installation.scope(self.life.slug) as scope:
            return make_actor("经办人丙", "clerk", id=91, unit_id=directory(scope).get_unit(code).id)


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    features = [
        *Roster.installed().features.values(),
        make_feature("test.odd", score_lines=lambda: [ScoreLine("奇怪", 1.0, "test.odd/1", "有", ("no_such",))]),
        make_feature("test.broken", score_lines=raises),
    ]
    installation = make_installation(database_url, features=features)
    yield installation
    installation.database.engine.dispose()


def district(installation: Installation, *more: str) -> Year:
    features: dict[str, dict[str, Any]] = {"nanhai.performance": {}, **{name: {} for name in more}}
    slug = make_district(installation, features=features, duties=DUTIES)
    return Year(installation, Life(installation, slug, now=beijing("2026-03-02 09:00")))


def lived(year: Year, *, case_at: datetime = IN_MAY) -> None:
    """Roads: three replies, two rated well and one badly and done again, one case; parks: one that ran over."""
    for rating in ("rate well", "rate well", "rate badly"):
        year.life.take_in()
        year.life.walk("dispatch", "sign", "reply", "pass reply", rating, hours=0.1)
    with year.installation.scope(year.life.slug) as scope:
        redo(scope, year.life.tickets[-1], Order(OPERATOR, year.life.now), reason="没有修好", same_unit=True)
        found_responsible(scope, year.life.tickets[0], "roads", at=case_at)
    year.life.take_in()
    year.life.walk("dispatch elsewhere", "sign", hours=0.1)
    year.life.wait(24 * 30)


def found_responsible(scope: Scope, serial_no: str, unit: str, *, at: datetime, number: int = 3) -> None:
    ticket = scope.session.query(Ticket).filter_by(tenant_id=scope.tenant.id, serial_no=serial_no).one()
    scope.session.add(
        AccountabilityCase(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            ticket_id=ticket.id,
            unit_id=directory(scope).get_unit(unit).id,
            authority_unit_id=directory(scope).desk.id,
            text="超时未答复",
            rule_id="test/overdue",
            reason="超时",
            cause=f"test/{serial_no}/{unit}",
            opened_at=at,
            state="decided",
            year=2026,
            number=number,
            outcome="responsible",
            decided_by="督办员",
            decided_at=at,
        )
    )


def told(shown: SheetShown, code: str) -> dict[str, tuple[float, str]]:
    unit = next(each for each in shown.units if each.code == code)
    return {line.label: (line.points / 100, line.reason) for line in shown.lines[unit.unit_id]}


def test_a_sheet_has_a_line_for_each_count_and_each_line_opens_exactly_what_it_counts(
    installation: Installation,
) -> None:
    year = district(installation)
    lived(year)

    shown = year.compute()

    assert told(shown, "roads") == {
        "按时办结": (45.0, "3/4，满分 60 分"),
        "群众满意": (26.67, "2/3，满分 40 分"),
        "超时": (-1.0, "1 件，每件扣 1 分"),
        "重办": (-2.0, "1 次，每次扣 2 分"),
        "问责有责": (-5.0, "1 件，每件扣 5 分"),
    }
    assert [(each.code, each.total, each.rank) for each in shown.units] == [("roads", 6367, 1), ("parks", 3900, 2)]
    behind: dict[str, list[tuple[str, str]]] = {}
    with installation.scope(year.life.slug) as scope:
        for lines in shown.lines.values():
            for line in lines:
                opened = journey.show_line(scope, shown.sheet.number, line.id)
                for counted, kept in zip(opened.counted, line.behind, strict=True):
                    assert counted.total == len(counted.things) == kept["n"] == opened.unit.facts[counted.measure]
                    if opened.unit.code == "roads":
                        behind[counted.measure] = [(thing.serial_no, thing.case_no) for thing in counted.things]
    first, second, third, _ = year.life.tickets
    assert behind["satisfied_adjudicated"] == [(first, ""), (second, "")]
    assert behind["redone"] == [(third, "")]
    assert behind["accountable"] == [(first, "2026-3")]
    assert sorted(behind["due_adjudicated"]) == sorted([(first, ""), (second, ""), (third, ""), (third, "")])


def test_a_sheet_is_frozen_objected_to_judged_and_signed_by_a_second_person(installation: Installation) -> None:
    year = district(installation)
    lived(year)
    with pytest.raises(YearNotOver):
        year.do(
            journey.freeze_sheet, year.compute(now=beijing("2026-06-01 09:00")).sheet.number, FREEZER, now=year.life.now
        )
    sheet = year.compute().sheet
    number = sheet.number
    with pytest.raises(SheetNotReady):
        year.do(journey.sign_sheet, number, SIGNER, now=AFTER)

    frozen = year.do(journey.freeze_sheet, number, FREEZER, now=NEW_YEAR)

    assert frozen.object_until == beijing("2027-01-11 18:00")  # five working days after Monday the 4th
    clerk = year.clerk()
    with installation.scope(year.life.slug) as scope:
        [own] = journey.show_own(scope, clerk)
    assert [unit.code for unit in own.units] == ["roads"]
    [lines] = own.lines.values()
    overdue = next(line for line in lines if line.label == "超时")
    with pytest.raises(NoSuchSheet):
        year.do(journey.object_to_line, number, year.clerk("parks"), line_id=overdue.id, text="不是我们", now=NEW_YEAR)
    objection = year.do(
        journey.object_to_line, number, clerk, line_id=overdue.id, text="当天停电", now=beijing("2027-01-11 17:00")
    )
    with pytest.raises(CannotObject):
        year.do(journey.object_to_line, number, clerk, line_id=lines[0].id, text="再议", now=AFTER)
    with pytest.raises(SheetNotReady):
        year.do(journey.sign_sheet, number, SIGNER, now=AFTER)
    found = {"objection_id": objection.id, "upheld": False, "finding": "停电仅十分钟"}
    year.do(journey.judge_objection, number, FREEZER, now=AFTER, **found)
    with pytest.raises(SameHands):
        year.do(journey.sign_sheet, number, FREEZER, now=AFTER)

    year.do(journey.sign_sheet, number, SIGNER, now=AFTER)

    with installation.scope(year.life.slug) as scope:
        shown = journey.show_sheet(scope, number)
        told = [(event.kind, event.actor, event.detail["sha256"]) for event in security_events(scope)]
    assert (shown.sheet.state, shown.sheet.signed_by, shown.sheet.sha256) == ("signed", "区长乙", sheet.sha256)
    assert told[-5:] == [
        ("performance_computed", "督办员甲", sheet.sha256),
        ("performance_frozen", "督办员甲", sheet.sha256),
        ("performance_objected", "经办人丙", sheet.sha256),
        ("performance_judged", "督办员甲", sheet.sha256),
        ("performance_signed", "区长乙", sheet.sha256),
    ]


def test_what_is_corrected_late_is_a_new_version_that_names_the_difference(installation: Installation) -> None:
    year = district(installation)
    lived(year)
    first = year.compute()
    year.do(journey.freeze_sheet, first.sheet.number, FREEZER, now=NEW_YEAR)
    with installation.scope(year.life.slug) as scope:
        scope.session.execute(
            update(AccountabilityCase)
            .where(AccountabilityCase.tenant_id == scope.tenant.id)
            .values(outcome="not_responsible")
        )
    with pytest.raises(SheetStands):
        year.compute()

    second = year.compute("申诉后改为不予问责")

    [changed] = second.sheet.differences
    assert changed == {
        "unit": "道路管理处",
        "before": 6367,
        "after": 6867,
        "lines": [{"label": "问责有责", "before": -500, "after": 0}],
        "tickets": [
            {
                "measure": "accountable",
                "came": [],
                "came_n": 0,
                "went": [f"{year.life.tickets[0]}（2026-3）"],
                "went_n": 1,
            }
        ],
    }
    with installation.scope(year.life.slug) as scope:
        kept = journey.show_sheet(scope, first.sheet.number)
    assert [each.total for each in kept.units] == [6367, 3900]
    with pytest.raises(SheetStands):
        year.do(journey.sign_sheet, first.sheet.number, SIGNER, now=AFTER)


def test_what_a_sheet_says_can_neither_be_changed_nor_pass_unnoticed(installation: Installation) -> None:
    year = district(installation)
    lived(year)
    number = year.compute().sheet.number
    for table in ("performance_unit", "performance_line", "performance_item"):
        with pytest.raises(ProgrammingError, match="permission denied"), installation.scope(year.life.slug) as scope:
            scope.session.execute(text(f"DELETE FROM {table}"))

    with installation.scope(year.life.slug) as scope:
        scope.session.execute(
            update(PerformanceSheet).where(PerformanceSheet.number == number).values(last=date(2026, 12, 30))
        )
    with pytest.raises(SheetDamaged):
        year.do(journey.freeze_sheet, number, FREEZER, now=NEW_YEAR)


@pytest.mark.parametrize("feature", ["test.broken", "test.odd"])
def test_a_sheet_whose_rules_failed_is_incomplete_and_cannot_be_frozen(
    installation: Installation, feature: str
) -> None:
    year = district(installation, feature)
    lived(year)

    shown = year.compute()

    assert shown.sheet.failures
    assert all(each.total is None and each.rank is None for each in shown.units)
    with pytest.raises(SheetNotReady, match="不完整"):
        year.do(journey.freeze_sheet, shown.sheet.number, FREEZER, now=NEW_YEAR)


def test_nobody_is_scored_where_no_feature_says_how(installation: Installation) -> None:
    year = Year(installation, Life(installation, make_district(installation), now=beijing("2026-03-02 09:00")))
    with pytest.raises(NothingScored):
        year.compute()


def test_other_weights_are_tried_on_the_kept_counts_and_nothing_is_written(installation: Installation) -> None:
    year = district(installation)
    lived(year)
    number = year.compute().sheet.number
    changes = {"nanhai.performance": {"on_time_weight": 10, "satisfied_weight": 90, "case_loss": 50}}

    with installation.scope(year.life.slug) as scope:
        revisions = text("SELECT count(*) FROM settings_revision")
        before = scope.session.scalars(revisions).one()
        weights = {each.name: each.value for each in journey.weights_of(scope)}
        tried = journey.try_weights(scope, installation.roster, number, changes)
        assert (list(scope.session.new), list(scope.session.dirty)) == ([], [])
        sheets = journey.list_sheets(scope)
        after = scope.session.scalars(revisions).one()

    assert weights["on_time_weight"] == 60
    assert [(each.name, each.total_before, each.rank_before, each.total_after, each.rank_after) for each in tried] == [
        ("园林管理处", 3900, 2, 8900, 1),
        ("道路管理处", 6367, 1, 1450, 2),
    ]
    assert (len(sheets), after) == (1, before)
