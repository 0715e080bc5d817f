"""Dirty days are counted anew exactly from the tickets, whatever happened in whatever order, and nothing is lost."""

import threading
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from core.hooks.values import Budget, TimeLimit
from core.journey.accept import accept
from core.statistics.counting import COUNTED
from core.statistics.days import Span
from core.statistics.dirty import mark_everything
from core.statistics.kinds import KINDS
from core.statistics.measures import MEASURES
from core.statistics.models import CubeCell, DirtyDay
from core.statistics.periods import Month
from core.statistics.queries import (
    Cube,
    counts,
    counts_by_matter,
    counts_by_unit,
    counts_by_way,
    matter_names,
    unit_names,
)
from core.statistics.service import refresh, refresh_all
from core.tenancy.scope import Installation, Scope
from core.units.models import Unit
from core.units.queries import directory
from tests.builders import OPERATOR, beijing, make_appeal, make_district, make_feature, make_installation, set_duties
from tests.stages.lives import (
    DUTIES,
    Life,
    cells,
    codes,
    hours,
    naive_cells,
    naive_codes,
    naive_hours,
    naive_places,
    places,
)
from tests.stages.steps import STEPS

FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)
ERRANDS = {
    "handle": ["dispatch", "sign", "reply", "pass reply"],
    "handle and rate": ["dispatch", "sign", "reply", "pass reply", "rate badly"],
    "redo and handle": ["redo there", "reply", "pass reply", "rate badly"],
    "object": ["exclude rating", "exclude overdue", "shift rating", "shift responsibility"],
    "review": ["archive", "reopen"],
    "explain": ["state overdue", "find overdue", "ask cause"],
}
"""Steps that follow one another, so that lives come far enough to be judged; what is not possible is passed over."""
FILED_ELSEWHERE = {"filing_due", "filed", "filed_in_time"}
"""Measures of a limit that the district of a life does not set."""
COUNTED_ELSEWHERE = {"panels", "applications"}
"""Kinds that need more than a life has, people or an application; their own tests count them."""


def make_life(installation: Installation, **district: object) -> Life:
    return Life(installation, make_district(installation, duties=DUTIES, **district))  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    doings=st.lists(
        st.tuples(
            st.sampled_from(["take in", "register", "count", *ERRANDS, *ERRANDS, *STEPS]),
            st.integers(0, 3),
            st.sampled_from([0.01, 0.5, 5, 30, 200]),
        ),
        min_size=5,
        max_size=40,
    )
)
def test_the_cube_equals_a_naive_count_of_any_life(
    installation: Installation, doings: list[tuple[str, int, float]]
) -> None:
    life = make_life(installation)
    life.take_in()

    for what, which, wait in doings:
        life.wait(wait)
        if what == "take in":
            who = "enterprise" if which == 2 else "person"
            life.take_in("路灯不亮" if which else "道路坑洼", channel="file" if which % 2 else "desk", appellant=who)
        elif what == "register":
            life.register()
        elif what == "count":
            refresh_all(installation, life.slug)
        else:
            for step in ERRANDS.get(what, [what]):
                life.step(step, life.tickets[which % len(life.tickets)])
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        assert cells(scope) == naive_cells(scope)
        assert hours(scope) == naive_hours(scope)
        assert codes(scope) == naive_codes(scope)
        assert places(scope) == naive_places(scope)


def test_every_way_that_a_ticket_can_go_is_counted_as_by_hand(installation: Installation) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    taken: set[str] = set()

    def walk(*steps: str, hours: float = 1, ticket: str | None = None) -> None:
        for step in steps:
            life.wait(hours)
            assert life.step(step, ticket), step
            taken.add(step)

    master = life.take_in()
    life.take_in()
    walk("attach", "detach", "correct", "dispatch", "return in vain", "give back", "dispatch elsewhere", "ask in vain")
    walk("sign", "verify", "verify again", "fine", "reply")
    walk("return reply", "reply", "pass reply", "rate badly", "shift responsibility")
    walk("redo", "dispatch", "redirect")
    life.take_in()
    walk("attach", "void")
    life.take_in()
    walk("dispatch", "sign", "reply", "withdraw")
    life.take_in()
    walk("doubt", "keep valid", "doubt", "set aside", "put back", "accept", "doubt", "set aside", hours=0.1)
    life.register()
    walk("reject", "archive", hours=150)
    life.register()
    walk(
        "accept",
        "dispatch",
        "instruct",
        "report instruction",
        "extend",
        "sign",
        "reply",
        "pass reply",
        "rate well",
        "exclude rating",
    )
    walk("redo there", "reply", "pass reply", "rate badly", "ask cause", "shift rating")
    walk("archive", "reopen", hours=150)
    late = life.take_in()
    walk("dispatch", ticket=late)
    walk("exclude overdue", hours=24 * 8, ticket=late)
    later = life.take_in()
    walk("dispatch", ticket=later)
    walk("shift overdue", hours=24 * 8, ticket=later)
    walk("state overdue", "find overdue", "reply", "pass reply", "rate badly with cause", ticket=later)
    latest = life.take_in()
    walk("dispatch", ticket=latest)
    walk("state overdue", hours=24 * 8, ticket=latest)
    life.take_in("路灯不亮，路面坑洼")
    walk("split")
    for part in life.tickets[-2:]:
        walk("dispatch", "sign", "reply", "pass reply", ticket=part)
    walk("rate well", ticket=life.tickets[-3])
    walk("answer", "ask back", ticket=master)
    refresh_all(installation, life.slug)

    assert set(STEPS) - taken == set()
    with installation.scope(life.slug) as scope:
        assert cells(scope) == naive_cells(scope)
        assert hours(scope) == naive_hours(scope)
        assert codes(scope) == naive_codes(scope)
        assert places(scope) == naive_places(scope)
        year = counts(Cube.of(scope), Span(date(2026, 1, 1), date(2026, 12, 31)))
        assert {measure for measure in MEASURES if not year.n(measure)} == FILED_ELSEWHERE
        assert {kind for kind, *_ in codes(scope)} == set(KINDS) - COUNTED_ELSEWHERE


def test_counting_twice_changes_nothing(installation: Installation) -> None:
    life = make_life(installation)
    life.take_in()
    life.walk("dispatch", "instruct", "sign", "reply", "pass reply", "rate well")
    refresh_all(installation, life.slug)
    written = rows_as_written(installation, life.slug)

    installation.run(life.slug, mark_everything)
    counted = refresh_all(installation, life.slug)

    assert counted > 0
    assert rows_as_written(installation, life.slug) == written


def rows_as_written(installation: Installation, slug: str) -> list[tuple[object, ...]]:
    """Return the cube's rows with the transaction that wrote each."""
    with installation.scope(slug) as scope:
        cube = scope.session.execute(text("SELECT xmin::text, c.* FROM cube_cell c ORDER BY 3, 4, 5, 6, 7, 8, 9")).all()
        coded = scope.session.execute(text("SELECT xmin::text, c.* FROM cube_code c ORDER BY 3, 4, 5, 6, 7")).all()
        names = scope.session.execute(text("SELECT xmin::text, u.* FROM cube_unit u ORDER BY 3")).all()
    return [tuple(row) for row in (*cube, *coded, *names)]


def test_the_days_of_a_month_add_up_to_the_month_in_every_aspect(installation: Installation) -> None:
    life = make_life(installation)
    for number in range(6):
        life.take_in("路灯不亮" if number % 2 else "随手一拍", channel="file" if number % 3 else "desk")
        life.walk("dispatch", "sign", "reply", "pass reply", hours=7)
        life.step("rate well" if number % 2 else "rate badly")
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        cube = Cube.of(scope)
        month = counts(cube, MARCH.span)
        days = [counts(cube, type(MARCH.span)(day, day)) for day in days_of(MARCH)]
        for measure in MEASURES:
            n = month.n(measure)
            assert sum(day.n(measure) for day in days) == n, measure
            assert counts_by_way(cube, MARCH.span).n(measure) == n, measure
            assert sum(unit.n(measure) for unit in counts_by_unit(cube, MARCH.span).values()) == n, measure
            assert sum(matter.n(measure) for matter in counts_by_matter(cube, MARCH.span).values()) == n, measure
        assert month.n("concluded") > 0


def days_of(month: Month) -> list[date]:
    return [month.first + timedelta(days=passed) for passed in range(month.span.last.day)]


def test_a_mark_written_while_days_are_counted_stays(installation: Installation) -> None:
    life = make_life(installation)
    life.take_in()
    appeal, now = make_appeal(), life.now
    written, counted = threading.Event(), threading.Event()

    def take_in_slowly() -> None:
        with installation.scope(life.slug) as scope:
            accept(scope, appeal, actor=OPERATOR, now=now)
            written.set()
            assert counted.wait(10)

    slow = threading.Thread(target=take_in_slowly)
    slow.start()
    assert written.wait(10)
    refresh_all(installation, life.slug)
    counted.set()
    slow.join()

    assert accepted_on(installation, life.slug, date(2026, 2, 26)) == 1
    assert refresh_all(installation, life.slug) > 0
    assert accepted_on(installation, life.slug, date(2026, 2, 26)) == 2


def test_whoever_counts_second_waits_and_counts_right(installation: Installation) -> None:
    life = make_life(installation)
    life.take_in()
    first_has_counted, second_done = threading.Event(), threading.Event()

    def count_slowly() -> None:
        with installation.scope(life.slug) as scope:
            refresh(scope)
            first_has_counted.set()
            assert not second_done.wait(0.3), "the second did not wait"

    slow = threading.Thread(target=count_slowly)
    slow.start()
    assert first_has_counted.wait(10)
    life.take_in()
    refresh_all(installation, life.slug)
    second_done.set()
    slow.join()

    assert accepted_on(installation, life.slug, date(2026, 2, 26)) == 2


def accepted_on(installation: Installation, slug: str, day: date) -> int:
    with installation.scope(slug) as scope:
        asked = select(CubeCell.accepted).where(CubeCell.aspect == "all", CubeCell.day == day)
        return scope.session.scalar(asked) or 0


def test_a_batch_takes_the_newest_days_and_leaves_the_others_marked(installation: Installation) -> None:
    life = make_life(installation)
    for _ in range(3):
        life.take_in()
        life.now += timedelta(days=30)

    with installation.scope(life.slug) as scope:
        before = marked_days(scope)
        assert refresh(scope, limit=2) == 2
        assert marked_days(scope) == before[:-2]


def marked_days(scope: Scope) -> list[date]:
    return list(scope.session.scalars(select(DirtyDay.day).distinct().order_by(DirtyDay.day)))


def test_a_day_is_the_local_day_of_the_district(installation: Installation) -> None:
    east = make_life(installation, zone="Asia/Shanghai")
    west = make_life(installation, zone="America/New_York")
    for life in (east, west):
        life.now = beijing("2026-03-08 10:00")
        life.take_in()
        refresh_all(installation, life.slug)

    assert accepted_on(installation, east.slug, date(2026, 3, 8)) == 1
    assert accepted_on(installation, west.slug, date(2026, 3, 7)) == 1


def test_a_redone_ticket_leaves_the_day_it_was_concluded_on_and_keeps_its_rating_and_clock(
    installation: Installation,
) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    life.take_in()
    life.walk("dispatch", "sign", "reply", "pass reply", "rate badly")
    refresh_all(installation, life.slug)
    life.now = beijing("2026-03-20 09:00")
    life.walk("redo", "dispatch elsewhere", "sign", "reply", "pass reply", "rate well")
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        cube = Cube.of(scope)
        units = {
            name: each
            for unit, name in unit_names(cube).items()
            if (each := counts_by_unit(cube, MARCH.span).get(unit))
        }
        month = counts(cube, MARCH.span)
        assert {measure: month.n(measure) for measure in MEASURES if month.n(measure)} == {
            "received": 1,
            "valid": 1,
            "accepted": 1,
            "asked_first": 1,
            "asked_passed_on": 1,
            "first_handled": 1,
            "first_passed_on": 1,
            "to_conclude": 1,
            "dispatched": 2,
            "first_dispatched": 1,
            "first_hit": 1,
            "replied": 1,
            "replied_of_accepted": 1,
            "concluded": 1,
            "concluded_of_accepted": 1,
            "redone": 1,
            "due": 2,
            "on_time": 2,
            "answered_resolved": 2,
            "resolved": 1,
            "rated": 2,
            "satisfied": 1,
            "dissatisfied": 1,
            "due_adjudicated": 2,
            "on_time_adjudicated": 2,
            "answered_resolved_adjudicated": 2,
            "resolved_adjudicated": 1,
            "rated_adjudicated": 2,
            "satisfied_adjudicated": 1,
            "dissatisfied_adjudicated": 1,
        }
        assert counts(cube, type(MARCH.span)(date(2026, 3, 2), date(2026, 3, 2))).n("concluded") == 0
        assert (units["道路管理处"].n("dissatisfied"), units["园林管理处"].n("satisfied")) == (1, 1)


def counted_on(life: Life, day: int, *measures: str) -> tuple[int, ...]:
    """Count what is dirty and return how often the measures happened on a day of March."""
    refresh_all(life.installation, life.slug)
    with life.installation.scope(life.slug) as scope:
        counted = counts(Cube.of(scope), Span(date(2026, 3, day), date(2026, 3, day)))
    return tuple(counted.n(measure) for measure in measures)


def test_what_was_put_aside_or_done_again_counts_on_its_own_day(installation: Installation) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    life.register()
    life.walk("reject", hours=24)
    life.take_in()
    life.take_in()
    life.walk("attach", hours=24)
    life.walk("void", hours=24)
    life.take_in()
    life.walk("dispatch", "extend", hours=12)
    life.walk("sign", "reply", "pass reply", "redo", hours=6)

    hidden = ("rejected", "attached", "voided", "extended", "redone")
    assert {day: counted_on(life, day, *hidden) for day in range(2, 8)} == {
        2: (0, 0, 0, 0, 0),
        3: (1, 0, 0, 0, 0),
        4: (0, 1, 0, 0, 0),
        5: (0, 0, 1, 0, 0),
        6: (0, 0, 0, 1, 0),
        7: (0, 0, 0, 0, 1),
    }
    with installation.scope(life.slug) as scope:
        cube = Cube.of(scope)
        names = unit_names(cube)
        units = {names[unit]: each for unit, each in counts_by_unit(cube, MARCH.span).items() if unit}
    assert (units["道路管理处"].n("extended"), units["道路管理处"].n("redone")) == (1, 1)


def test_a_unit_that_lets_its_window_close_handled_first_on_the_day_of_acceptance(installation: Installation) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    life.take_in()
    life.walk("dispatch")

    assert counted_on(life, 2, "asked_first", "first_handled") == (1, 0)
    life.wait(24 * 9)
    assert counted_on(life, 2, "asked_first", "first_handled") == (1, 1)


def test_what_was_taken_up_before_midnight_counts_on_the_day_its_limit_ends(database_url: str) -> None:
    limits = [
        TimeLimit("accept", Budget("wall", 300), "f/1", "5 分钟"),
        TimeLimit("reply", Budget("wall", 864_000), "f/2", "10 天"),
    ]
    installation = make_installation(database_url, features=[make_feature("f", time_limits=lambda: limits)])
    life = make_life(installation, features={"f": {}})
    life.now = beijing("2026-03-02 23:58")
    life.take_in(submitted_at=life.now - timedelta(minutes=1))

    assert counted_on(life, 3, "filing_due", "filed_in_time") == (1, 1)
    installation.database.engine.dispose()


def test_an_appeal_counts_as_concluded_for_the_day_it_was_accepted_on_whenever_that_was(
    installation: Installation,
) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    life.take_in()
    life.walk("answer", hours=48)

    assert counted_on(life, 2, "accepted", "concluded_of_accepted", "concluded") == (1, 1, 0)
    life.walk("redo")
    assert counted_on(life, 2, "accepted", "concluded_of_accepted", "concluded") == (1, 0, 0)


def test_the_parts_of_a_split_appeal_are_work_and_not_appeals(installation: Installation) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    whole = life.take_in("路灯不亮，道路坑洼")
    life.walk("split")
    for part in life.tickets[1:]:
        for step in ("dispatch", "sign", "reply", "pass reply"):
            life.wait(1)
            assert life.step(step, part), step
    life.wait(1)
    assert life.step("rate well", whole)

    assert counted_on(life, 2, "accepted", "dispatched", "replied", "concluded", "rated") == (1, 2, 1, 1, 1)
    assert counted_on(life, 9, "due", "on_time", "due_adjudicated") == (2, 2, 2)


def test_a_reply_under_review_is_neither_due_nor_overdue(installation: Installation) -> None:
    life = make_life(installation)
    life.take_in()
    life.walk("dispatch", "sign", "reply")
    life.wait(24 * 30)
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        assert counts(Cube.of(scope), MARCH.span).n("due") == 0

    life.step("pass reply")
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        month = counts(Cube.of(scope), MARCH.span)
        assert (month.n("due"), month.n("on_time"), month.n("overdue")) == (1, 1, 0)


def test_an_unanswered_ticket_is_overdue_on_the_day_it_was_due(installation: Installation) -> None:
    life = make_life(installation)
    life.now = beijing("2026-03-02 09:00")
    life.take_in()
    life.wait(24 * 20)
    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        day = counts(Cube.of(scope), type(MARCH.span)(date(2026, 3, 9), date(2026, 3, 9)))
        assert (day.n("due"), day.n("on_time"), day.n("overdue")) == (1, 0, 1)


def test_names_follow_units_and_matters_and_outlive_them(installation: Installation) -> None:
    life = make_life(installation)
    refresh_all(installation, life.slug)
    with installation.scope(life.slug) as scope:
        roads = scope.session.scalars(select(Unit).where(Unit.code == "roads")).one()
        roads.name, roads.active = "道路养护中心", False

    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        cube = Cube.of(scope)
        assert unit_names(cube)[roads.id] == "道路养护中心"
        assert {(name.category, name.subcategory) for name in matter_names(cube).values()} == {
            ("城市管理", "道路"),
            ("公共设施", "路灯"),
        }


def test_a_matter_that_left_the_list_before_its_tickets_were_counted_is_called_as_it_was(
    installation: Installation,
) -> None:
    life = make_life(installation)
    life.take_in("路灯不亮")
    with installation.scope(life.slug) as scope:
        assert [duty.subcategory for duty in directory(scope).duties.values()] == ["道路", "路灯"]
        set_duties(scope, [duty for duty in DUTIES if duty.get("subcategory") != "路灯"])
    installation.forget()

    refresh_all(installation, life.slug)

    with installation.scope(life.slug) as scope:
        assert {(name.category, name.subcategory) for name in matter_names(Cube.of(scope)).values()} == {
            ("城市管理", "道路"),
            ("公共设施", "路灯"),
        }


def test_every_measure_has_its_columns_in_the_cube() -> None:
    columns = {column.name for column in CubeCell.__table__.columns}

    assert set(COUNTED) <= columns
    assert len(set(COUNTED)) == len(COUNTED)
