"""收到有效诉求共计7614件，按时办结率达95.76%，群众来电满意率达99.46% (to the end of September 2013)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from core.cli import figures as command
from core.hooks.roster import Roster
from core.hooks.specs import metrics
from core.statistics.counting import CELLS, CODES, COUNTED
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import beijing, make_district, make_installation
from tests.plugins.making import answers
from tests.web.making import Visitor, make_account

SEPTEMBER = [date(2013, 9, day) for day in range(1, 31)]
BY_PHONE = {"received": 6_120, "valid": 5_914, "invalid": 160, "due": 5_900, "on_time": 5_650}
BY_NET = {"received": 1_781, "valid": 1_700, "invalid": 70, "due": 1_714, "on_time": 1_641}
RATED = {"reached": 5_801, "rated": 5_569, "satisfied": 5_539, "dissatisfied": 30}
RATED_ON_THE_NET = {"rated": 400, "satisfied": 310, "dissatisfied": 90}


def test_the_figures_of_the_article_are_declared_and_those_of_callers_are_labelled_so() -> None:
    declared = {each.id: each for each in answers("nanhai.metrics", metrics)}

    assert [(each.id, each.label, each.numerator, each.denominator) for each in declared.values()] == [
        ("nanhai.valid-appeals", "有效诉求", "valid", None),
        ("nanhai.on-time-rate", "按时办结率", "on_time", "due"),
        ("nanhai.call-satisfaction-rate", "来电满意率", "satisfied", "rated"),
        ("nanhai.calls-reached", "来电回访问到", "reached", None),
    ]
    assert all(each.public for each in declared.values())
    for of_callers in ("nanhai.call-satisfaction-rate", "nanhai.calls-reached"):
        assert declared[of_callers].where == {"medium": ("phone",)}
        assert declared[of_callers].note.startswith("只统计电话来的诉求")


@pytest.fixture(scope="module")
def district(database_url: str) -> Iterator[tuple[Installation, str]]:
    """A district with a September as its cube would have counted it: by phone and by net, spread over the days."""
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    slug = make_district(installation, features={"nanhai.metrics": {}})
    ways = [("hotline", "phone", BY_PHONE | RATED), ("forum", "web", BY_NET | RATED_ON_THE_NET)]
    whole = {name: sum(counted.get(name, 0) for *_, counted in ways) for name in {**BY_PHONE, **RATED}}
    with installation.scope(slug) as scope:
        empty = dict.fromkeys(("channel", "medium", "nature", "appellant", "matter"), "") | dict.fromkeys(COUNTED, 0)
        common: dict[str, Any] = empty | {"tenant_id": scope.tenant.id, "unit_id": 0}
        rows = [common | {"aspect": "all", "day": day} | counted for day, counted in spread(whole)]
        for channel, medium, counts in ways:
            way = {"aspect": "way", "channel": channel, "medium": medium, "nature": "help", "appellant": "person"}
            rows += [common | way | {"day": day} | counted for day, counted in spread(counts)]
        scope.session.execute(insert(CELLS), rows)
        code = {"tenant_id": scope.tenant.id, "kind": "invalid", "day": SEPTEMBER[0], "unit_id": 0, "matter": ""}
        reasons = {"advertisement": 130, "doubled": 60, "no_request": 40}
        scope.session.execute(insert(CODES), [code | {"code": name, "n": n} for name, n in reasons.items()])
    yield installation, slug
    installation.database.engine.dispose()


def spread(counts: dict[str, int]) -> Iterator[tuple[date, dict[str, int]]]:
    """Yield so much of each count for every day that all days together are the whole."""
    for place, day in enumerate(SEPTEMBER):
        yield day, {name: n // 30 + (place < n % 30) for name, n in counts.items()}


def test_on_the_public_page_the_desk_s_page_and_the_command_line_they_are_those_of_the_article(
    district: tuple[Installation, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, slug = district
    app = create_app(installation)
    monkeypatch.setattr("core.web.public.site.clock", lambda: beijing("2013-09-30 18:00"))

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)
    asked = ["rates", "--tenant", slug, "--from", "2013-09-01", "--to", "2013-09-30", "--json"]

    told = json.loads(CliRunner().invoke(command.figures, asked, catch_exceptions=False).stdout.splitlines()[-1])
    public = unescape(app.test_client().get(f"/public/{slug}/figures").get_data(as_text=True))
    monkeypatch.setattr("core.web.public.site.clock", lambda: beijing("2013-10-02 18:00"))
    table = app.test_client().get(f"/public/{slug}/figures.csv").get_data(as_text=True)
    october = unescape(app.test_client().get(f"/public/{slug}/figures").get_data(as_text=True))
    operator = Visitor(app)
    assert operator.sign_in(make_account(installation, slug, "operator", ["operator"], name="张丽")).status_code == 303
    desk = unescape(operator.get("/figures?month=2013-09").get_data(as_text=True))
    screened = unescape(operator.get("/desk/screening?month=2013-09").get_data(as_text=True))

    expected = [
        ("有效诉求", "7,614 件", ""),
        ("按时办结率", "95.76%", "7,291/7,614"),
        ("来电满意率", "99.46%", "5,539/5,569"),
        ("来电回访问到", "5,801 件", ""),
    ]
    shown = {each["id"]: (each["label"], each["shown"]) for each in told["figures"]}
    assert [shown[f"nanhai.{name}"] for name in ("valid-appeals", "on-time-rate", "call-satisfaction-rate")] == [
        (label, value) for label, value, _ in expected[:3]
    ]
    for label, value, parts in expected:
        for page in (october, desk):
            row = next(line for line in page.split("<tr>") if f'data-column="指标">{label}<' in line)
            assert f">{value}<" in row
            assert parts in row
        assert f'{label},"{value}"' in table or f"{label},{value}" in table
    valid = next(line for line in public.split("<tr>") if 'data-column="指标">有效诉求<' in line)
    assert 'data-column="本月">7,610+ 件' in valid  # told in steps while the month is not over
    valid = next(line for line in october.split("<tr>") if 'data-column="指标">有效诉求<' in line)
    assert 'data-column="本月">0 件' in valid
    assert 'data-column="本年累计">7,614 件' in valid
    assert "只统计电话来的诉求" in public
    assert "只统计电话来的诉求" in desk
    for label, n in (("收到", "7,901"), ("无效来件", "230"), ("　其中：广告推销", "130"), ("　其中：重复提交", "60")):
        assert f'{label}</td><td class="num" data-column="件数">{n}<' in screened
