"""What clerks see of who in the unit has a ticket: the whole unit's list, their own, and a colleague to hand it to."""

from collections.abc import Callable

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from core.web import create_app
from tests.persons.conftest import Team
from tests.web.making import Life, Visitor, make_account
from tests.web.test_lanes import counted, serials


@pytest.fixture(scope="session")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def visit(app: Flask, team: Team) -> Callable[[str], Visitor]:
    """Return a function that opens the pages as a clerk of the park unit, with an account of the test's own."""

    def visit(login: str, *roles: str) -> Visitor:
        unit = None if roles else "parks"
        named = make_account(team.installation, team.slug, login, roles or ["clerk"], name=login, unit=unit)
        visitor = Visitor(app)
        assert visitor.sign_in(named).status_code == 303
        return visitor

    return visit


def given(team: Team) -> str:
    life = Life(team.installation, team.slug).take_in()
    return life.handled("parks").serial_no


def test_a_clerk_sees_the_whole_unit_or_their_own(team: Team, visit: Callable[..., Visitor]) -> None:
    mine, hers = visit("frank"), visit("grace")
    team.on_duty("frank", "grace")
    first, second = given(team), given(team)

    assert serials(mine, "/unit?tab=in_hand") == [first, second]
    assert '<th class="c-person" scope="col">承办人</th>' in mine.page
    assert '<span class="sr">承办人 </span>grace</td>' in mine.page
    assert serials(mine, "/unit?tab=in_hand&mine=1") == [first]
    assert '<a href="/unit?tab=in_hand&amp;mine=1" aria-current="page">只看我的</a>' in mine.page
    assert "办理中 <b>1</b>" in mine.page
    assert 'href="/unit?tab=to_sign&amp;mine=1"' in mine.page
    assert serials(hers, "/unit?tab=in_hand&mine=1") == [second]
    assert serials(hers, "/unit?tab=done&mine=1") == []
    assert "这一栏没有由您承办的工单" in hers.page


def test_a_unit_without_roster_sees_its_list_as_ever(team: Team, visit: Callable[..., Visitor]) -> None:
    visitor = visit("frank")
    serial_no = given(team)

    assert serials(visitor, "/unit?tab=in_hand") == [serial_no]
    assert "承办人" not in visitor.page
    assert "只看我的" not in visitor.page


def test_the_list_costs_the_same_statements_with_one_row_and_with_three(
    team: Team, visit: Callable[..., Visitor]
) -> None:
    visitor, costs = visit("frank"), []
    team.on_duty("frank")
    for rows in (1, 3):
        while len(serials(visitor, "/unit?tab=in_hand&mine=1")) < rows:
            given(team)
        with counted(team.installation.database) as sent:
            serials(visitor, "/unit?tab=in_hand&mine=1")
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_unit_and_desk_see_who_has_the_ticket_and_a_clerk_hands_it_on(
    team: Team, visit: Callable[..., Visitor]
) -> None:
    frank, desk = visit("frank"), visit("desk-clerk", "operator")
    team.on_duty("frank")
    serial_no = given(team)
    for visitor, path in ((frank, f"/unit/{serial_no}"), (desk, f"/t/{serial_no}")):
        page = visitor.get(path).get_data(as_text=True)
        assert '<span class="muted">承办人</span> frank</span>' in page
        assert "园林管理处由 frank 承办：值班人员中在办最少（0 件），同数轮流" in page

    frank.get(f"/unit/{serial_no}")
    assert '<option value="ada"' in frank.page
    assert '<option value="frank"' not in frank.page
    assert frank.post(f"/unit/{serial_no}/hand_to", person="ada", reason="熟悉这一片").status_code == 303

    page = frank.get(f"/unit/{serial_no}").get_data(as_text=True)
    assert '<span class="muted">承办人</span> 安达</span>' in page
    assert "frank（本人）" in page
