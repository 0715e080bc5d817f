"""What features show on a ticket's page (`ticket_blocks`): in a section of their own, escaped, and left out when it fails."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.hooks import FactsBlock, TableBlock, TextBlock
from core.hooks.roster import Roster
from core.tenancy.models import FeatureIncident
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation, make_ticket
from tests.web.making import Life, Visitor, make_account

ROAD = {
    "code": "road",
    "keywords": ["坑洼"],
    "legal_basis": "《城市道路管理条例》",
    "standard": "坑洞填补压实，与原路面平顺",
    "guide": "问清路名、车道和坑洞大小",
}


@pytest.fixture(scope="module")
def shipped(database_url: str) -> Iterator[Installation]:
    made = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield made
    made.database.engine.dispose()


def pages_of(installation: Installation, app: Flask, slug: str) -> tuple[Visitor, str, str]:
    """Return the desk's page of a ticket that a unit handles, and the unit's page of it."""
    life = Life(installation, slug).take_in().handled()
    operator, clerk = Visitor(app), Visitor(app)
    operator.sign_in(make_account(installation, slug, "operator", ["operator"]))
    clerk.sign_in(make_account(installation, slug, "clerk", ["clerk"], unit="roads"))
    desk, unit = operator.get(f"/t/{life.serial_no}"), clerk.get(f"/unit/{life.serial_no}")
    assert (desk.status_code, unit.status_code) == (200, 200)
    return operator, desk.get_data(as_text=True), unit.get_data(as_text=True)


def test_pingshan_s_list_says_on_the_ticket_on_what_basis_and_how_well(shipped: Installation) -> None:
    slug = make_district(shipped, features={"pingshan.catalogue": {}}, duties=[ROAD])

    _, *pages = pages_of(shipped, create_app(shipped), slug)

    for page in pages:
        section = page.partition("<h2>职责清单</h2>")[2].partition("</section>")[0]
        assert "<h3>城市管理 / 道路</h3>" in section
        for name, text in (("法律依据", "legal_basis"), ("处置标准", "standard"), ("受理指引", "guide")):
            assert f"<dt>{name}</dt><dd>{ROAD[text]}</dd>" in section


def test_an_item_of_which_the_list_says_nothing_shows_nothing(shipped: Installation) -> None:
    slug = make_district(shipped, features={"pingshan.catalogue": {}}, duties=[{"code": "road", "keywords": ["坑洼"]}])
    _, desk, _ = pages_of(shipped, create_app(shipped), slug)
    assert "<h2>职责清单</h2>" not in desk


def test_every_feature_has_its_section_in_the_district_s_order_and_all_of_it_is_text(database_url: str) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    first = make_feature("b.first", ticket_blocks=lambda ticket: [TextBlock(hostile), TextBlock(ticket.serial_no)])
    second = make_feature(
        "a.second", ticket_blocks=lambda: [FactsBlock(((hostile, "1"),)), TableBlock(("列",), ((hostile,),))]
    )
    quiet = make_feature("c.quiet", ticket_blocks=lambda: None)
    installation = make_installation(database_url, features=[second, first, quiet])
    slug = make_district(installation, features={"b.first": {}, "a.second": {}, "c.quiet": {}})

    _, *pages = pages_of(installation, create_app(installation), slug)

    for page in pages:
        assert "<img src=x" not in page
        assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3
        assert 0 < page.index("<h2>b.first</h2>") < page.index("<h2>a.second</h2>")
        assert "<h2>c.quiet</h2>" not in page


@pytest.mark.parametrize("ruin", [lambda: 1 / 0, lambda: time.sleep(60), lambda: ["x"], lambda: exit(1)])
def test_a_part_that_fails_is_left_out_and_the_ticket_is_shown(database_url: str, ruin: Callable[[], Any]) -> None:
    bad = make_feature("trial.bad", ticket_blocks=lambda: ruin())
    good = make_feature("trial.good", ticket_blocks=lambda: [TextBlock("看得到")])
    installation = make_installation(database_url, features=[bad, good])
    slug = make_district(installation, features={"trial.bad": {}, "trial.good": {}})

    _, desk, unit = pages_of(installation, create_app(installation), slug)

    assert ["看得到" in page for page in (desk, unit)] == [True, True]
    assert "<h2>trial.bad</h2>" not in desk
    with installation.scope(slug) as scope:
        failed = scope.session.scalars(
            select(FeatureIncident.feature).where(FeatureIncident.tenant_id == scope.tenant.id)
        ).all()
    assert failed == ["trial.bad"]


def test_where_nobody_shows_anything_the_ticket_is_not_read_again(
    shipped: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_district(shipped)
    serial_no = make_ticket(shipped, slug, now=datetime.now(UTC)).serial_no
    monkeypatch.setattr("core.journey.queries.feature_blocks.view_of", lambda *_: pytest.fail("read"))
    operator = Visitor(create_app(shipped))
    operator.sign_in(make_account(shipped, slug, "operator", ["operator"]))
    assert operator.get(f"/t/{serial_no}").status_code == 200
