"""Looking from a city's number at a district's tickets: only with its grant, masked, and kept in both logs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from core.statistics.city import city_report
from core.statistics.city_seen import seen_by_city
from core.statistics.granting.models import CityGrant
from core.statistics.periods import Month
from core.statistics.service import refresh_all
from core.tenancy.across import ask_members
from core.tenancy.scope import Installation
from core.tenancy.security_log import security_events
from core.tickets.contact import Contact
from core.tickets.models import Ticket
from tests.builders import beijing, make_city, make_district, make_ticket
from tests.web.making import Visitor, make_account

MONTH = Month(2026, 3)
BEHIND = "/city/tickets?measure=accepted&month=2026-03"


@dataclass(frozen=True)
class Border:
    """A city with one district that has two tickets of March, and a district that is no member."""

    installation: Installation
    city: str
    district: str
    stranger: str
    numbers: tuple[str, ...]
    analyst: Visitor
    administrator: Visitor

    @property
    def behind(self) -> str:
        return f"{BEHIND}&district={self.district}"

    def grant(self, *, why: str = "核查3月超期", days: int = 7) -> int:
        """Have the administrator let the city look; return the status."""
        today = datetime.now(UTC).date()
        self.administrator.get("/admin/city")
        return self.administrator.post(
            "/admin/city/grants",
            city=self.city,
            **{"from": (today - timedelta(days=1)).isoformat(), "until": (today + timedelta(days=days)).isoformat()},
            why=why,
        ).status_code

    def log(self, slug: str, kind: str) -> list[tuple[str, str, dict[str, object]]]:
        with self.installation.scope(slug) as scope:
            return [(event.actor, event.subject, event.detail) for event in security_events(scope, kind=kind)]


@pytest.fixture
def border(installation: Installation, app: Flask) -> Border:
    district, stranger = make_district(installation), make_district(installation)
    city = make_city(installation, [district])
    numbers = tuple(
        make_ticket(
            installation,
            district,
            title=title,
            text="电话 13800138000，家住三楼，请保密",
            contact=Contact(name="欧阳建国", phone="13800138000"),
            now=beijing(f"2026-03-{day} 10:00"),
        ).serial_no
        for day, title in (("12", "路灯不亮"), ("13", "欧阳建国反映路面塌陷，电话13800138000"))
    )
    refresh_all(installation, district)
    analyst, administrator = Visitor(app), Visitor(app)
    analyst.sign_in(make_account(installation, city, "analyst", ["analyst"], name="苏城"))
    administrator.sign_in(make_account(installation, district, "admin", ["administrator"], name="林区"))
    return Border(installation, city, district, stranger, numbers, analyst, administrator)


def test_without_a_grant_the_city_is_told_how_to_ask_and_sees_no_ticket(border: Border) -> None:
    asked = border.analyst.get(border.behind)
    assert asked.status_code == 200
    assert "没有授权查看单件工单" in border.analyst.page
    assert "/admin/city" in border.analyst.page

    refused = border.analyst.post(border.behind, why="想看看")

    assert refused.status_code == 403
    assert "没有授权市级查看单件工单，这里只看得到汇总数" in border.analyst.page
    assert not any(number in border.analyst.page for number in border.numbers)
    assert border.log(border.district, "city_looked") == border.log(border.city, "city_looked") == []


def test_with_a_grant_the_list_is_masked_and_kept_in_both_logs_until_it_is_taken_back(border: Border) -> None:
    assert border.grant() == 303
    border.analyst.get(border.behind)
    assert "第 1 号授权" in border.analyst.page

    shown = border.analyst.post(border.behind, why="核对受理量")

    assert shown.status_code == 200
    assert [number in border.analyst.page for number in border.numbers] == [True, True]
    assert "路面塌陷" in border.analyst.page
    assert not any(secret in border.analyst.page for secret in ("欧阳建国", "13800138000", "家住三楼"))
    ((who, what, theirs),) = border.log(border.district, "city_looked")
    assert (who, what) == (f"测试区 {border.city} 苏城（分析席）", "受理")
    assert theirs["tickets"] == list(reversed(border.numbers))
    assert (theirs["grant"], theirs["reason"], theirs["city"]) == (1, "核对受理量", border.city)
    ((own_who, own_what, ours),) = border.log(border.city, "city_looked")
    assert (own_who, own_what) == ("苏城（分析席）", f"测试区 {border.district}")
    assert {"district": border.district, "measure": "accepted", "shown": 2, "total": 2}.items() <= ours.items()
    border.administrator.get("/admin/city")
    assert "核对受理量" in border.administrator.page

    assert border.administrator.post("/admin/city/grants/1/end", why="查完了").status_code == 303

    assert border.analyst.post(border.behind, why="再看").status_code == 403
    assert len(border.log(border.district, "city_looked")) == 1


def test_a_grant_holds_for_its_own_days_city_and_district(border: Border) -> None:
    today = datetime.now(UTC).date()
    other = make_city(border.installation, [])
    border.administrator.get("/admin/city")

    def give(**fields: str) -> int:
        wanted = {"city": border.city, "from": str(today), "until": str(today), "why": "核查", **fields}
        return border.administrator.post("/admin/city/grants", **wanted).status_code

    assert give(city=other) == 422
    assert give(until=str(today - timedelta(days=3)), **{"from": str(today - timedelta(days=9))}) == 422
    assert give(until=str(today + timedelta(days=400))) == 422
    assert give(until="明天") == 422
    assert give(why=" ") == 422
    assert give(**{"from": str(today + timedelta(days=2)), "until": str(today + timedelta(days=3))}) == 303

    border.analyst.get(border.behind)
    assert border.analyst.post(border.behind, why="核对").status_code == 403
    assert border.analyst.get(f"{BEHIND}&district={border.stranger}").status_code == 404


def test_nothing_but_counts_is_readable_across_the_border(border: Border) -> None:
    border.grant()
    for table in (Ticket, CityGrant):
        with pytest.raises(ProgrammingError) as refusal:
            ask_members(
                border.installation, border.city, lambda _, session, of=table: session.scalars(select(of)).all()
            )
        assert isinstance(refusal.value.orig, InsufficientPrivilege)
        with border.installation.scope(border.city) as scope:
            assert scope.session.scalars(select(table)).all() == []


def test_the_district_sees_the_very_figures_that_its_city_sees(border: Border) -> None:
    report = city_report(border.installation, border.city, MONTH, today=datetime(2026, 4, 2, tzinfo=UTC).date())
    with border.installation.scope(border.district) as scope:
        seen = seen_by_city(scope, MONTH)

    (district,) = report.districts
    assert seen.figures == district.figures
    assert seen.figures[0].now.value == 2
    assert list(seen.categories) == [("", 2)]


def test_the_cells_of_one_district_lead_to_its_tickets(border: Border) -> None:
    for by, behind in (
        ("district", f"month=2026-03&amp;district={border.district}"),
        ("day", f"district={border.district}&amp;from=2026-03-12&amp;until=2026-03-12"),
    ):
        border.analyst.get(f"/city/cells?metric=accepted&by={by}&month=2026-03&district={border.district}")
        assert f"/city/tickets?{behind}&amp;measure=accepted" in border.analyst.page
    border.grant()
    one_day = f"from=2026-03-12&until=2026-03-12&measure=accepted&district={border.district}"
    border.analyst.get(f"/city/tickets?{one_day}")

    border.analyst.post(f"/city/tickets?{one_day}", why="看这一天")

    assert [number in border.analyst.page for number in border.numbers] == [True, False]


def test_what_makes_no_sense_is_refused_in_words(border: Border) -> None:
    for question in (
        "measure=nothing&month=2026-03&district={0}",
        "measure=accepted&month=2026-03",
        "measure=accepted&month=2099-01&district={0}",
        "measure=accepted&month=2026-03&district={0}&unit=99999999999999999999",
        "measure=accepted&month=2026-03&district={0}&unit=%00",
        "measure=accepted&month=2026-03&district={0}&area=x",
        "measure=accepted&month=2026-03&district=%00%27",
    ):
        assert border.analyst.get(f"/city/tickets?{question.format(border.district)}").status_code in (404, 409, 422)
    for month in ("2099-01", "x", "%00"):
        assert border.administrator.get(f"/admin/city?month={month}").status_code == 422
    border.administrator.get("/admin/city")
    for number in ("0", "x", "99999999999"):
        assert border.administrator.post(f"/admin/city/grants/{number}/end", why="x").status_code == 404
    assert border.analyst.get("/admin/city").status_code == 403
    assert border.administrator.get(border.behind).status_code == 403
