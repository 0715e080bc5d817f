"""The lists of the desk: what stands in them, in which order, at which cost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from core.journey.queries.lanes import Filters
from core.journey.queries.queue import find_following, queue
from core.kit.db import Database
from core.tickets.contact import Contact
from tests.builders import beijing, make_ticket
from tests.web.conftest import House
from tests.web.making import Visitor


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def serials(visitor: Visitor, path: str) -> list[str]:
    """Return the serial numbers of a list, from top to bottom."""
    page = visitor.get(path).get_data(as_text=True)
    return [part.split('"')[0] for part in page.split('data-serial="')[1:]]


def test_the_nearest_due_stands_on_top(house: House) -> None:
    now = datetime.now(UTC)
    late, early = (make_ticket(house.installation, house.slug, now=now - timedelta(days=days)) for days in (1, 9))
    assert serials(house.visitor(house.operator), "/desk") == [early.serial_no, late.serial_no]


def test_a_list_costs_the_same_statements_with_one_row_and_with_three(house: House) -> None:
    visitor = house.visitor(house.operator)
    costs = []
    for rows in (1, 2):
        for _ in range(rows):
            make_ticket(house.installation, house.slug, now=datetime.now(UTC))
        visitor.get("/desk")
        with counted(house.installation.database) as sent:
            assert len(serials(visitor, "/desk")) == (1 if rows == 1 else 3)
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_a_list_goes_on_behind_its_last_row_without_gap_or_overlap(house: House) -> None:
    made = [make_ticket(house.installation, house.slug, now=beijing("2026-03-10 10:00")).serial_no for _ in range(5)]
    seen: list[str] = []
    after = ""
    with house.installation.scope(house.slug) as scope:
        while True:
            page = queue(scope, "dispatch", Filters(), now=beijing("2026-03-12 10:00"), after=after, limit=2)
            seen += [row.serial_no for row in page.rows]
            if page.after is None:
                break
            after = page.after
        following = find_following(scope, "dispatch", Filters(), seen[1], now=beijing("2026-03-12 10:00"))
    assert seen == made
    assert following == seen[2]


def test_search_finds_number_phone_place_and_words(house: House) -> None:
    wanted = make_ticket(
        house.installation,
        house.slug,
        text="井盖丢失",
        place="和平路 6 号",
        contact=Contact("陈某", "13800000002"),
        now=datetime.now(UTC),
    ).serial_no
    make_ticket(house.installation, house.slug, text="噪声扰民", now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    for words in ("138 0000 0002", "和平路", "井盖"):
        assert serials(operator, f"/desk?lane=all&q={words}") == [wanted], words
    assert operator.get(f"/desk?lane=all&q={wanted.lower()}").location == f"/t/{wanted}"


def test_percent_signs_in_a_search_are_only_percent_signs(house: House) -> None:
    make_ticket(house.installation, house.slug, text="噪声扰民", now=datetime.now(UTC))
    assert serials(house.visitor(house.operator), "/desk?lane=all&q=%25") == []


def test_filters_narrow_a_lane_and_can_be_cleared(house: House) -> None:
    urgent = make_ticket(house.installation, house.slug, urgency="urgent", now=datetime.now(UTC)).serial_no
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    assert serials(operator, "/desk?tab=urgent") == [urgent]
    empty = operator.get("/desk?nature=praise").get_data(as_text=True)
    assert "没有符合条件的工单" in empty
    assert "清除筛选" in empty


def test_an_address_that_makes_no_sense_shows_the_desk(house: House) -> None:
    operator = house.visitor(house.operator)
    for path in ("/desk?lane=nonsense", "/desk?tab=x&unit=nobody&channel=%00", "/desk?after=NOSUCH"):
        assert operator.get(path).status_code == 200, path


def test_a_list_that_reads_the_same_is_not_sent_again(house: House) -> None:
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    operator = house.visitor(house.operator)
    first = operator.get("/desk", HX_Request="true", HX_Target="list")
    again = operator.get("/desk", HX_Request="true", HX_Target="list", If_None_Match=first.headers["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)

    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    assert (
        operator.get("/desk", HX_Request="true", HX_Target="list", If_None_Match=first.headers["ETag"]).status_code
        == 200
    )


def test_another_district_stands_in_no_list(house: House, make_house: Callable[[], House]) -> None:
    mine = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    other = make_house()
    theirs = make_ticket(other.installation, other.slug, now=datetime.now(UTC)).serial_no
    visitor = house.visitor(house.operator)
    assert serials(visitor, "/desk?lane=all") == [mine]
    assert visitor.get(f"/t/{theirs}").status_code == 404
