"""The pages, files, command and API of yearly performance: a line leads to its tickets, a unit sees its own, weights are tried."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.cli import performance as command
from core.hooks.roster import Roster
from core.people.service import issue_token
from core.tenancy.scope import Installation
from core.tickets.models import Message
from core.units.queries import directory
from core.web import create_app
from tests.builders import beijing, make_district, make_installation
from tests.performance.test_sheets import Year, found_responsible, lived
from tests.stages.lives import DUTIES, Life
from tests.web.making import Visitor, make_account

YEAR = 2025
"""A year that is over whenever the pages, which read the clock, are looked at."""


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def year(installation: Installation) -> Year:
    """Parks was found responsible for a ticket that was never given to it."""
    slug = make_district(installation, features={"nanhai.performance": {}}, duties=DUTIES)
    found = Year(installation, Life(installation, slug, now=beijing("2025-03-03 09:00")))
    case_at = beijing("2025-05-06 10:00")
    lived(found, case_at=case_at)
    with installation.scope(slug) as scope:
        found_responsible(scope, found.life.tickets[0], "parks", at=case_at, number=4)
    return found


def test_from_the_sheet_to_the_tickets_of_a_line_the_unit_s_objection_and_the_files(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, slug = year.installation, year.life.slug
    app = create_app(installation)
    chief, clerk, stranger = Visitor(app), Visitor(app), Visitor(app)
    chief.sign_in(make_account(installation, slug, "du", ["supervisor"], name="杜督"))
    clerk.sign_in(make_account(installation, slug, "li", ["clerk"], name="李工", unit="roads"))
    stranger.sign_in(make_account(installation, slug, "lin", ["clerk"], name="林工", unit="parks"))

    chief.get("/performance")
    assert chief.post("/performance", year="2O25").status_code == 422
    at = chief.post("/performance", year=str(YEAR)).headers["Location"]
    page = chief.get(at).get_data(as_text=True)
    lines = dict(re.findall(rf'href="({at}/lines/\d+)" title="([^"]*)"', page))
    overdue = next(href for href, reason in lines.items() if reason == "1 件，每件扣 1 分")
    opened = unescape(chief.get(overdue).get_data(as_text=True))

    assert "超期（裁定后）（1）" in opened
    assert opened.count('class="serial"') == 1
    assert "63.67" in page
    assert clerk.get(at).status_code == 403
    assert "还没有冻结的绩效表" in clerk.get("/unit/performance").get_data(as_text=True)
    assert chief.post(f"{at}/freeze").status_code == 303
    assert "须由另一人签发" in chief.get(at).get_data(as_text=True)
    told = _told(installation, slug)
    assert sorted(told) == ["园林管理处", "道路管理处"]
    assert all("前在“本单位的绩效”中提出" in words for words in told.values())
    own = clerk.get("/unit/performance").get_data(as_text=True)
    assert "园林管理处" not in own
    assert _waiting(own, "/unit/performance") == "1"
    elsewhere = unescape(stranger.get(_line_of("问责有责", stranger)).get_data(as_text=True))
    assert year.life.tickets[0] in elsewhere
    assert "没有派给本单位，不能打开" in elsewhere
    assert f'href="/unit/{year.life.tickets[0]}"' not in elsewhere
    assert f'href="/unit/{year.life.tickets[0]}"' in unescape(
        clerk.get(_line_of("问责有责", clerk)).get_data(as_text=True)
    )
    line = next(each for each in re.findall(r'action="(/unit/performance/\d+/lines/\d+)/object"', own))
    assert stranger.get(line).status_code == 404
    stranger.get("/unit/performance")
    assert stranger.post(f"{line}/object", text="不是我们").status_code == 404
    assert "请写明对这一行有什么异议" in clerk.post(f"{line}/object", text=" ").get_data(as_text=True)
    assert clerk.post(f"{line}/object", text="当天停电").status_code == 303
    assert "当天停电" in clerk.get(line).get_data(as_text=True)
    assert "提出异议，请认定" in _told(installation, slug)["受理中心"]
    assert _waiting(chief.get(at).get_data(as_text=True), "/performance") == "1"
    objection = re.findall(rf'action="({at}/objections/\d+)"', chief.get(at).get_data(as_text=True))[0]
    assert chief.post(objection, decision="dismiss", finding="停电仅十分钟").status_code == 303
    assert chief.client.get(f"{at}/file/pdf").data.startswith(b"%PDF")
    assert chief.client.get(f"{at}/file/xlsx").data.startswith(b"PK")

    tried = chief.get(f"{at}/try?nanhai.performance.on_time_weight=10&nanhai.performance.satisfied_weight=90")
    assert re.findall(r'data-column="试算名次"><b>(\S+)</b>', tried.get_data(as_text=True)) == ["1", "2"]
    assert chief.get(f"{at}/try?nanhai.performance.on_time_weight=1000").status_code == 422

    with installation.scope(slug) as scope:
        token = issue_token(scope, "考核系统", role="supervisor", now=beijing("2026-01-05 10:00"))
        seats = issue_token(scope, "受理系统", role="operator", now=beijing("2026-01-05 10:00"))
    api = app.test_client()
    sheet = api.get(f"/api/v1{at}", headers={"Authorization": f"Bearer {token}"}).get_json()
    line_told = api.get(f"/api/v1{overdue}", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert [unit["total"] for unit in sheet["units"]] == [6367, 3400]
    assert [(each["measure"], each["total"], len(each["things"])) for each in line_told["counted"]] == [
        ("overdue_adjudicated", 1, 1)
    ]
    assert api.get(f"/api/v1{at}", headers={"Authorization": f"Bearer {seats}"}).status_code == 403

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    number = at.rsplit("/", 1)[1]

    def said(*words: str) -> Any:
        return CliRunner().invoke(command.performance, [*words, "--tenant", slug], catch_exceptions=False).stdout

    assert "63.67" in said("show", number)
    weights = ("--set", "on_time_weight=10", "--set", "satisfied_weight=90", "--json")
    assert json.loads(said("try", number, *weights))["units"][0]["name"] == "园林管理处"


def _line_of(label: str, visitor: Visitor) -> str:
    """Return where the tickets of a line of the visitor's own unit stand."""
    own = visitor.get("/unit/performance").get_data(as_text=True)
    return str(re.findall(rf'href="(/unit/performance/\d+/lines/\d+)">{label}', own)[0])


def _waiting(page: str, href: str) -> str:
    """Return the number beside an entry of the menu."""
    return next(iter(re.findall(rf'href="{href}"[^>]*>[^<]*<[^>]*>(\d+)', page)), "")


def _told(installation: Installation, slug: str) -> dict[str, str]:
    """Return by unit what it was told of the sheet in the product."""
    with installation.scope(slug) as scope:
        asked = select(Message.to_unit_id, Message.text).where(
            Message.tenant_id == scope.tenant.id, Message.text.contains("年度绩效表")
        )
        return {directory(scope).name_of(unit or 0): words for unit, words in scope.session.execute(asked)}
