"""The city's door: it reads the counts of its own districts one by one, and the database refuses anything else."""

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Table, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from core.statistics.models import CubeCell, CubeUnit
from core.statistics.service import refresh_all
from core.tenancy.across import NotACity, ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, UnknownTenant
from core.tickets.models import Ticket
from tests.builders import make_city, make_district, make_ticket


@pytest.fixture(scope="module")
def districts(installation: Installation) -> list[str]:
    """Two districts with one and two tickets, counted, and a third that is no member."""
    slugs = sorted(make_district(installation) for _ in range(2))
    stranger = make_district(installation)
    for slug, tickets in ((slugs[0], 1), (slugs[1], 2), (stranger, 4)):
        for _ in range(tickets):
            make_ticket(installation, slug)
        refresh_all(installation, slug)
    return slugs


@pytest.fixture(scope="module")
def city(installation: Installation, districts: list[str]) -> str:
    return make_city(installation, districts)


def test_each_member_answers_with_its_own_counts_alone(
    installation: Installation, city: str, districts: list[str]
) -> None:
    def accepted(district: TenantFacts, session: Session) -> list[tuple[int, int]]:
        asked = select(CubeCell.tenant_id, CubeCell.accepted).where(CubeCell.aspect == "all", CubeCell.accepted > 0)
        return [(tenant_id, n) for tenant_id, n in session.execute(asked)]

    answers = ask_members(installation, city, accepted)

    assert [(district.slug, answer) for district, answer in answers] == [
        (slug, [(installation.tenant(slug).id, number)]) for number, slug in enumerate(districts, start=1)
    ]


def test_units_and_matters_are_called_by_their_names(installation: Installation, city: str) -> None:
    names = ask_members(installation, city, lambda _, session: set(session.scalars(select(CubeUnit.name))))

    assert [answer for _, answer in names] == [{"受理中心", "道路管理处", "园林管理处"}] * 2


def test_tickets_are_refused_by_the_database(installation: Installation, city: str) -> None:
    with pytest.raises(ProgrammingError) as refusal:
        ask_members(installation, city, lambda _, session: session.scalars(select(Ticket.title)).all())

    assert isinstance(refusal.value.orig, InsufficientPrivilege)
    assert "permission denied for table ticket" in str(refusal.value.orig)


def test_every_table_but_the_cube_is_refused(installation: Installation, city: str, tables: list[Table]) -> None:
    readable = {table.name for table in tables if can_read(installation, city, table)}

    assert readable == {
        "cube_cell",
        "cube_code",
        "cube_day",
        "cube_hours",
        "cube_matter",
        "cube_place",
        "cube_state",
        "cube_unit",
    }


def can_read(installation: Installation, city: str, table: Table) -> bool:
    try:
        ask_members(installation, city, lambda _, session: session.execute(select(table)).first())
    except ProgrammingError as refusal:
        return not isinstance(refusal.orig, InsufficientPrivilege)
    return True


def test_nothing_can_be_written_through_the_door(installation: Installation, city: str) -> None:
    def write(district: TenantFacts, session: Session) -> None:
        session.add(CubeUnit(tenant_id=district.id, unit_id=1, code="x", name="x"))
        session.flush()

    with pytest.raises(ProgrammingError) as refusal:
        ask_members(installation, city, write)

    assert isinstance(refusal.value.orig, InsufficientPrivilege)


def test_the_role_is_put_off_with_the_transaction(installation: Installation, city: str, districts: list[str]) -> None:
    ask_members(installation, city, lambda _, session: None)

    with installation.scope(districts[0]) as scope:
        assert scope.session.scalars(select(Ticket.id)).all() != []


def test_a_district_is_not_a_city(installation: Installation, city: str, districts: list[str]) -> None:
    with pytest.raises(NotACity) as refusal:
        ask_members(installation, districts[0], lambda _, session: None)

    assert f"{districts[0]}（测试区 {districts[0]}）不是市中心" in refusal.value.message
    assert city in refusal.value.message


def test_an_unknown_city_is_refused(installation: Installation) -> None:
    with pytest.raises(UnknownTenant):
        ask_members(installation, "nowhere", lambda _, session: None)
