"""Instructions by the level of the leader: the articles' year, fed in as instructions of the city and two districts."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import case, func, insert, literal, select

from core.escalation.models import Instruction
from core.statistics.days import Span
from core.statistics.dirty import mark_dirty
from core.statistics.instructions import city_instructions_by_level, instructions_by_level
from core.statistics.queries import Cube
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from tests.builders import beijing, make_city, make_district, make_ticket
from tests.stages.lives import DUTIES

YEAR = Span(date(2019, 1, 1), date(2019, 12, 31))
BY_TENANT: tuple[Mapping[str, int], ...] = (
    {"city": 1_633, "department": 2_814},
    {"district": 25_000, "bureau": 12_000, "street": 5_000},
    {"district": 462, "bureau": 545, "street": 336},
)
"""What the city and two districts gave; the sums are those of the whole year 2019, as they were published."""


def give(scope: Scope, ticket: Ticket, level: str, count: int, at: datetime) -> None:
    """Write so many instructions at once, every tenth of which was reported on."""
    number = func.generate_series(1, count).column_valued("n")
    is_tenth = number % 10 == 0
    scope.session.execute(
        insert(Instruction).from_select(
            [
                "tenant_id",
                "id",
                "ticket_id",
                "leader",
                "level",
                "text",
                "given_at",
                "recorded_by",
                "feedback",
                "feedback_at",
            ],
            select(
                literal(scope.tenant.id),
                func.nextval("row_id"),
                literal(ticket.id),
                literal("领导"),
                literal(level),
                literal("请办好"),
                literal(at),
                literal("督办席"),
                case((is_tenth, literal("已办")), else_=literal("")),
                case((is_tenth, literal(at + timedelta(days=1)))),
            ),
        )
    )
    mark_dirty(scope, at)


def test_the_published_instructions_of_a_year_come_out_by_level(installation: Installation) -> None:
    now = datetime.now(UTC)
    districts = [make_district(installation, duties=DUTIES, kind="district") for _ in range(2)]
    city = make_city(installation, districts)
    for slug, given in zip((city, *districts), BY_TENANT, strict=True):
        serial_no = make_ticket(installation, slug, now=now).serial_no
        with installation.scope(slug) as scope:
            ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
            for day, (level, count) in enumerate(given.items(), 1):
                give(scope, ticket, level, count, beijing(f"2019-0{day}-15 10:00"))
        refresh_all(installation, slug)

    whole = {
        each.label: (each.given, each.reported, each.waiting)
        for each in city_instructions_by_level(installation, city, YEAR)
    }
    with installation.scope(districts[0]) as scope:
        february = instructions_by_level(Cube.of(scope), Span(date(2019, 2, 1), date(2019, 2, 28)))

    assert whole == {
        "省级领导": (0, 0, 0),
        "市级领导": (1_633, 163, 1_470),
        "市级部门领导": (2_814, 281, 2_533),
        "区（县）领导": (25_462, 2_546, 22_916),
        "区（县）部门领导": (12_545, 1_254, 11_291),
        "街道（镇）领导": (5_336, 533, 4_803),
    }
    assert [(each.level, each.given) for each in february if each.given] == [("bureau", 12_000)]
