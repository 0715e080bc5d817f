"""Where tickets are from: by their point in the boundaries, else by their place, else by their words; unknown is fine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from core.areas.gazetteer import Gazetteer
from core.areas.shapes import Point
from core.classification.locating import NoSuchArea
from core.intake.rules import AppealUnusable
from core.journey import desk, join
from core.journey.accept import accept_registered
from core.journey.import_appeals import Outcome
from core.journey.queries.case import get_case
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from core.tickets.views import view_of
from tests.areas.places import AREAS, NAMES, let_hold
from tests.builders import OPERATOR, make_district
from tests.journey.importing import import_rows, table_of, tickets_of, timeline_of
from tests.journey.walking import Walk

UNKNOWN = "求助，城市管理 / 道路（依据词：坑洼）"


@pytest.fixture(scope="module")
def slug(installation: Installation) -> str:
    slug = make_district(installation)
    let_hold(installation, slug)
    return slug


@pytest.fixture
def walk(installation: Installation, slug: str) -> Walk:
    return Walk(installation, slug)


def classified(walk: Walk) -> list[tuple[str, str | None]]:
    """Return what the timeline says of classification, and the area in its details."""
    with walk.installation.scope(walk.slug) as scope:
        entries = scope.session.scalars(
            select(TicketEvent)
            .join(Ticket, (Ticket.tenant_id == TicketEvent.tenant_id) & (Ticket.id == TicketEvent.ticket_id))
            .where(Ticket.serial_no == walk.serial_no, TicketEvent.kind == "classify")
            .order_by(TicketEvent.seq)
        )
        return [(entry.summary, entry.detail["area"]) for entry in entries]


@pytest.mark.parametrize(
    ("x", "y", "area", "words"),
    [
        (0.5, 0.5, "tiantou", "；按“0.500000, 0.500000”定位到 示例区 / 石井街道 / 田头社区"),
        (4.5, 4.5, "shijing", "；按“4.500000, 4.500000”定位到 示例区 / 石井街道"),
        (
            *(1.0, 0.5, "shijing"),
            "；按“1.000000, 0.500000”可能在示例区 / 石井街道 / 柳塘社区、示例区 / 石井街道 / 田头社区，"
            "只能定位到 示例区 / 石井街道",
        ),
        (5.0, 2.0, None, ""),
        (7.0, 7.0, "d", "；按“7.000000, 7.000000”定位到 示例区"),
        (50.0, 50.0, None, ""),
    ],
    ids=["in a community", "in a street", "between communities", "between streets", "in the district", "outside"],
)
def test_a_point_is_found_in_the_boundaries_that_the_database_knows(
    walk: Walk, x: float, y: float, area: str | None, words: str
) -> None:
    walk.take_in(point=Point(x, y))

    ticket = walk.ticket()
    assert (ticket.longitude, ticket.latitude, ticket.area) == (x, y, area)
    assert classified(walk) == [(UNKNOWN + words, area)]


@pytest.mark.parametrize(
    ("appeal", "area"),
    [
        ({"place": "创景路 88 号"}, "tiantou"),
        ({"place": "某小区", "text": "石井街道路面坑洼"}, "shijing"),
        ({"place": "示例区某小区", "text": "石井街道路面坑洼"}, "shijing"),
        ({"place": "示例区某小区", "text": "路面坑洼"}, "d"),
        ({"place": "龙田街道", "text": "石井街道来电，路面坑洼"}, "longtian"),
        ({"place": "柳塘社区", "text": "龙田街道路面坑洼"}, "liutang2"),
        ({"place": "柳塘社区", "text": "路面坑洼"}, None),
        ({"place": "", "title": "万达门口", "text": "路面坑洼"}, "laokeng"),
        ({"place": "某地", "text": "路面坑洼"}, None),
        ({"place": "老坑社区", "point": Point(0.5, 0.5)}, "tiantou"),
        ({"place": "老坑社区", "point": Point(50, 50)}, "laokeng"),
        ({"place": "老坑社区", "point": Point(7, 7)}, "laokeng"),
    ],
)
def test_words_are_read_where_no_point_says_more(walk: Walk, appeal: dict[str, Any], area: str | None) -> None:
    walk.take_in(**appeal)

    assert walk.ticket().area == area
    with walk.installation.scope(walk.slug) as scope:
        assert view_of(scope, walk.ticket()).area == (area or "")


def test_without_a_gazetteer_nothing_is_located(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))

    walk.take_in(place="石井街道", point=Point(0.5, 0.5))

    ticket = walk.ticket()
    assert (ticket.area, ticket.longitude, ticket.latitude) == (None, 0.5, 0.5)


def test_only_a_point_costs_a_statement(walk: Walk) -> None:
    walk.take_in()

    with statements(walk.installation) as without:
        walk.take_in(place="创景路 88 号")
    with statements(walk.installation) as with_a_point:
        walk.take_in(point=Point(0.5, 0.5))

    assert [each for each in without if "area" in each and "@>" in each] == []
    assert len(with_a_point) == len(without) + 1


def test_boundaries_of_a_draft_count_only_once_it_holds(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))
    let_hold(installation, walk.slug, Gazetteer.of(AREAS[:2], NAMES[:1]))
    walk.take_in(point=Point(0.5, 0.5))
    before = walk.ticket().area
    let_hold(installation, walk.slug)
    walk.take_in(point=Point(0.5, 0.5))

    assert (before, walk.ticket().area) == ("shijing", "tiantou")


def test_another_district_has_boundaries_of_its_own(installation: Installation, slug: str) -> None:
    elsewhere = Walk(installation, make_district(installation))
    let_hold(installation, elsewhere.slug, Gazetteer.of([area for area in AREAS if area.code == "d"]))

    elsewhere.take_in(point=Point(0.5, 0.5))

    assert elsewhere.ticket().area == "d"


@pytest.mark.parametrize("point", [Point(181, 0), Point(0, 90.5), Point(float("nan"), 0), Point(0, float("inf"))])
def test_a_point_that_is_nowhere_on_earth_is_refused(walk: Walk, point: Point) -> None:
    with pytest.raises(AppealUnusable) as refused:
        walk.take_in(point=point)

    assert refused.value.message.startswith("经纬度不在范围内")


def test_the_database_keeps_no_half_of_a_point(walk: Walk) -> None:
    walk.take_in()

    with pytest.raises(IntegrityError, match="ck_ticket_point"), walk.installation.scope(walk.slug) as scope:
        scope.session.get_one(Ticket, (scope.tenant.id, walk.ticket().id)).longitude = 114.3


def test_a_registered_ticket_is_located_when_it_is_accepted(walk: Walk) -> None:
    walk.register(place="创景路 88 号")
    before = walk.ticket().area
    walk.do(accept_registered, "2026-03-12 10:10", actor=OPERATOR)

    assert (before, walk.ticket().area) == (None, "tiantou")


def test_a_part_is_where_the_whole_is(walk: Walk) -> None:
    walk.take_in(place="创景路 88 号", text="路面坑洼，龙田街道的树也枯了")
    walk.do(join.split, "2026-03-12 10:10", actor=OPERATOR, texts=["路面坑洼", "龙田街道枯树"])

    with walk.installation.scope(walk.slug) as scope:
        parts = scope.session.scalars(select(Ticket).where(Ticket.part_of_id == walk.ticket().id)).all()
        assert [part.area for part in parts] == ["tiantou", "tiantou"]


def test_the_desk_corrects_the_area_and_what_it_leaves_alone_stays(walk: Walk) -> None:
    walk.take_in(place="某地")

    def correct(area: str | None = None) -> str | None:
        walk.do(desk.correct, "2026-03-12 10:20", actor=OPERATOR, nature="help", matter="road", area=area)
        return walk.ticket().area

    assert [correct("laokeng"), correct(), correct(""), correct()] == ["laokeng", "laokeng", None, None]
    assert classified(walk) == [
        (UNKNOWN, None),
        ("求助，城市管理 / 道路；区域改为龙田街道 / 老坑社区", "laokeng"),
        ("求助，城市管理 / 道路", "laokeng"),
        ("求助，城市管理 / 道路；区域改为未知", None),
        ("求助，城市管理 / 道路", None),
    ]


def test_an_area_that_there_is_not_is_refused_and_nothing_is_corrected(walk: Walk) -> None:
    walk.take_in(place="石井街道")

    with pytest.raises(NoSuchArea) as refused:
        walk.do(desk.correct, "2026-03-12 10:20", actor=OPERATOR, nature="complaint", matter=None, area="sky")

    assert refused.value.code == "no-such-area"
    assert refused.value.message.startswith(
        "没有代码为 sky 的区域。请从现行地名库中选择：d（示例区）、longtian（龙田街道）"
    )
    assert (walk.ticket().area, walk.ticket().nature) == ("shijing", "help")


def test_an_area_that_is_no_more_stays_with_the_ticket_by_its_code(installation: Installation) -> None:
    walk = Walk(installation, make_district(installation))
    let_hold(installation, walk.slug)
    walk.take_in(place="老坑社区")
    let_hold(installation, walk.slug, Gazetteer.of(AREAS[:3]))

    walk.do(desk.correct, "2026-03-12 10:20", actor=OPERATOR, nature="help", matter="road", area="laokeng")

    with installation.scope(walk.slug) as scope:
        case = get_case(scope, walk.serial_no, now=walk.ticket().submitted_at)
        assert (case.area_code, case.area) == ("laokeng", "laokeng")


def test_a_table_brings_points_and_a_bad_one_is_left_out_and_told(installation: Installation, slug: str) -> None:
    slug = make_district(installation)
    let_hold(installation, slug)
    rows = table_of(
        ("1", "坑洼一", "2026-11-01 08:00", "0.5", "0.5"),
        ("2", "坑洼二", "2026-11-02 08:00", "东经４．５°", "北纬4.5°"),
        ("3", "坑洼三", "2026-11-03 08:00", "", ""),
        ("4", "坑洼四", "2026-11-04 08:00", "不详", "22.6"),
        ("5", "坑洼五", "2026-11-05 08:00", "22.6", "114.3"),
        ("6", "坑洼六", "2026-11-06 08:00", "114.3", ""),
    )

    outcome = import_rows(installation, slug, rows, columns=("编号", "内容", "提交时间", "经度", "纬度"))

    assert outcome == Outcome(6, 0, (), left_out=3)
    tickets = tickets_of(installation, slug)
    assert [(ticket.longitude, ticket.latitude, ticket.area) for ticket in tickets] == [
        (0.5, 0.5, "tiantou"),
        (4.5, 4.5, "shijing"),
        *[(None, None, None)] * 4,
    ]
    with installation.scope(slug) as scope:
        told = [
            line.split(" draft ")[1]
            for ticket in tickets
            for line in timeline_of(scope.session, ticket)
            if " draft " in line
        ]
    assert told == [
        "来件的经纬度“不详”不是以度为单位的小数，未采用",
        "来件的经度 22.6、纬度 114.3 不在范围内，可能经纬颠倒，未采用",
        "来件只有经度（114.3），没有纬度，未采用",
    ]


@pytest.mark.parametrize("columns", [("longitude", "latitude"), ("lng", "lat"), ("事发经度", "事发纬度")])
def test_columns_of_points_are_known_by_their_names(
    installation: Installation, slug: str, columns: tuple[str, str]
) -> None:
    slug = make_district(installation)

    import_rows(installation, slug, table_of(("坑洼", "0.5", "1.5")), columns=("内容", *columns))

    (ticket,) = tickets_of(installation, slug)
    assert ticket.point == Point(0.5, 1.5)


def test_history_is_located_too(installation: Installation, slug: str) -> None:
    slug = make_district(installation)
    let_hold(installation, slug)
    rows = table_of(("老坑社区坑洼", "2025-11-01 08:00", "已修补", "2025-11-03 08:00", "x", "y"))

    import_rows(
        installation, slug, rows, columns=("内容", "提交时间", "答复", "答复时间", "经度", "纬度"), history=True
    )

    (ticket,) = tickets_of(installation, slug)
    assert (ticket.state, ticket.area) == ("concluded", "laokeng")


@contextmanager
def statements(installation: Installation) -> Iterator[list[str]]:
    """Listen to what the database is asked in the block."""
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(installation.database.engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(installation.database.engine, "before_cursor_execute", listen)
