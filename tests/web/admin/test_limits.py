"""Limits, the ladder and weights as pages: true of every shipped district and of one without features, a draft beside what holds."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.hooks.roster import Roster
from core.journey import desk
from core.routing.service import UNEXPLAINED
from core.sla.firing import claim_due, fire
from core.sla.models import Clock
from core.statistics.periods import Month
from core.tenancy.scope import Installation
from core.tickets.timeline import Order
from core.web import create_app
from core.workdays.queries import timetable
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import BEIJING, OPERATOR, beijing, make_installation, make_ticket
from tests.web.admin.drawing import administrator, drafted, rows_of
from tests.web.making import Visitor, make_account

PROFILES = {profile.slug: profile for profile in shipped_profiles()}
EVE = "start=2026-09-30T16:30"
"""The last working day before the National Day of 2026, an hour and a half before close."""


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture(scope="module")
def applied(installation: Installation) -> Callable[[str], str]:
    """Return a function that applies a shipped profile under a name of its own, once, and returns its slug."""
    known: dict[str, str] = {}

    def apply(slug: str) -> str:
        if slug not in known:
            mark = secrets.token_hex(3)
            profile = replace(PROFILES[slug], slug=f"{slug[:8]}-{mark}", serial_prefix=f"L{mark.upper()}")
            apply_profile(installation, profile, now=datetime.now(UTC))
            known[slug] = profile.slug
        return known[slug]

    return apply


@pytest.mark.parametrize(
    ("slug", "overview", "ends"),
    [
        ("sandbox", [["所有诉求", "2 个工作日", "5 个工作日", "20 个工作日", "1 个工作日"]], "2026-10-13 18:00"),
        (
            "nanhai",
            [
                [
                    "投诉、求助、建议、表扬、办事申请",
                    "5 个工作日",
                    "2 个工作日",
                    "5 个工作日",
                    "20 个工作日",
                    "1 个工作日",
                ],
                ["咨询", "1 个工作日", "2 个工作日", "1 个工作日", "20 个工作日", "1 个工作日"],
            ],
            "2026-10-13 17:30",
        ),
        (
            "pingshan",
            [["所有诉求", "3 分钟", "2 个工作日", "5 个工作日", "20 个工作日", "1 个工作日"]],
            "2026-10-13 18:00",
        ),
        (
            "chengdu-jinjiang",
            [
                ["所有诉求，一般，简单", "2 个工作日", "不设", "5 个工作日", "20 个工作日", "1 个工作日"],
                ["所有诉求，一般，复杂", "2 个工作日", "不设", "20 个工作日", "20 个工作日", "1 个工作日"],
                ["所有诉求，紧急，简单", "2 个工作日", "1 小时", "5 个工作日", "20 个工作日", "1 个工作日"],
                ["所有诉求，紧急，复杂", "2 个工作日", "1 小时", "20 个工作日", "20 个工作日", "1 个工作日"],
            ],
            "2026-10-13 18:00",
        ),
    ],
)
def test_every_shipped_district_is_drawn_as_its_rules_answer(
    installation: Installation,
    app: Flask,
    applied: Callable[[str], str],
    slug: str,
    overview: list[list[str]],
    ends: str,
) -> None:
    visitor = administrator(installation, app, applied(slug))

    limits = visitor.get(f"/admin/limits?{EVE}").text
    ladder = visitor.get(f"/admin/escalation?{EVE}").text
    evaluation = visitor.get("/admin/evaluation").text

    assert rows_of(limits, "<h2>全部时限") == overview
    reply = next(row for row in rows_of(limits, "<h2>这种工单的各项时限") if row[0].startswith("答复"))
    assert reply[2] == ends
    assert rows_of(ladder, "派出以后没有人办</h3>\n<table")[-1][:2] == [ends, "答复：到期，变红"]
    assert "考核权重" in evaluation


def test_each_limit_leads_to_the_setting_or_item_that_gives_it(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    nanhai = administrator(installation, app, applied("nanhai")).get(f"/admin/limits?{EVE}&nature=inquiry").text
    pingshan = administrator(installation, app, applied("pingshan")).get(f"/admin/limits?{EVE}&matter=P01001").text

    form = "/admin/features/nanhai.light/settings"
    for name, words in (
        ("inquiry_days", "咨询类答复时限 1 个工作日"),
        ("yellow_hours", "剩余多少小时变黄 3 个工作小时"),
    ):
        assert f'<a href="{form}#f-{name}">{words}</a>' in nanhai
    assert "handling_days" not in nanhai
    named = {row[0].split()[0]: row[1].split()[0:2] for row in rows_of(pingshan, "<h2>这种工单的各项时限")}
    assert {clock: named[clock] for clock in ("受理", "到场", "办理", "答复")} == {
        "受理": ["3", "分钟"],
        "到场": ["1", "小时"],
        "办理": ["2", "小时"],
        "答复": ["24", "小时"],
    }
    assert pingshan.count('/items/P01001">职责清单 P01001</a>') == 3


def test_a_draft_stands_beside_what_holds_and_is_offered_where_it_matters(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    slug = applied("nanhai")
    visitor = administrator(installation, app, slug)
    query = drafted(installation, slug, "nanhai.light", {"yellow_hours": 5})

    limits = visitor.get(f"/admin/limits?{EVE}&{query}").text
    ladder = visitor.get(f"/admin/escalation?{EVE}&{query}").text

    replies = [row for row in rows_of(limits, "<h2>这种工单的各项时限") if row[0].startswith("答复")]
    assert [(row[0], row[3][:16]) for row in replies] == [
        ("答复 现行 首次派单起", "2026-10-13 14:30"),
        ("答复 草稿 首次派单起", "2026-10-13 10:30"),
    ]
    assert rows_of(ladder, "派出以后没有人办</h3>\n<table")[1][:2] == ["2026-10-13 10:30", "答复：变黄"]
    offered = f'<a href="/admin/limits?{query.replace("&", "&amp;")}">'
    assert offered in visitor.get("/admin/limits").text
    assert offered not in limits


def test_the_ladder_tells_whom_how_and_what_a_case_leads_to(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    page = administrator(installation, app, applied("nanhai")).get(f"/admin/escalation?{EVE}").text

    over = rows_of(page, "派出以后没有人办</h3>\n<table")[-1]
    done = re.findall(r"(短信|站内信|启动问责) → (\S+)", over[2])
    assert done == [
        ("短信", "承办单位"),
        ("站内信", "承办单位"),
        ("启动问责", "南海区纪委（政务监察和审计局）"),
        ("站内信", "南海区纪委（政务监察和审计局）"),
        ("短信", "南海区纪委（政务监察和审计局）"),
    ]
    assert over[4] == "直接答复、审核通过、移交"
    rungs = re.findall(r"<b>(\S+)</b><span class=\"muted\">([^<]+)</span>", page[page.index('class="ladder"') :])
    assert rungs == [
        ("提醒", "同年第一次"),
        ("约谈", "同年已被问责 1 次起"),
        ("通报", "同年已被问责 2 次起"),
        ("移送", "同年已被问责 4 次起"),
    ]


def test_a_past_ticket_is_played_with_the_times_it_had_and_would_have(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    slug = applied("nanhai")
    serial_no = make_ticket(installation, slug, nature="complaint", now=beijing("2026-03-02 10:00")).serial_no
    order = Order(OPERATOR, beijing("2026-03-02 10:30"))
    installation.run(slug, lambda scope: desk.dispatch(scope, serial_no, order, lead="hgc-sz", reason=UNEXPLAINED))
    with installation.scope(slug) as scope:
        for reached in claim_due(scope, now=beijing("2026-03-09 17:31"), limit=20):
            fire(scope, reached, now=beijing("2026-03-09 17:31"))
    visitor = administrator(installation, app, slug)
    query = f"serial={serial_no}&" + drafted(installation, slug, "nanhai.light", {"yellow_hours": 6})

    whole = visitor.get(f"/admin/escalation?{query}").text
    begun = visitor.get(f"/admin/escalation?{query}&step=2").text

    played = {row[0]: row[1:4] for row in rows_of(whole, "rows said-rows field played")}
    assert played["答复时限变黄"] == ["2026-03-09 14:30", "2026-03-09 14:30", "2026-03-09 09:30"]
    assert played["答复时限超期，变红"] == ["2026-03-09 17:30"] * 3
    assert played["启动问责 → 南海区纪委（政务监察和审计局）"][1:] == ["2026-03-09 17:30"] * 2
    assert len(rows_of(begun, "rows said-rows field played")) == 2
    assert "第 2 步" in begun


@pytest.mark.parametrize("page", ["limits", "escalation", "evaluation"])
def test_what_cannot_be_drawn_is_refused_in_words(
    installation: Installation, app: Flask, applied: Callable[[str], str], page: str
) -> None:
    visitor = administrator(installation, app, applied("sandbox"))
    asked = {
        "feature=nanhai.light&draft=99": 404,
        "feature=no.such&draft=1": 404,
        "feature=nanhai.light&draft=-1": 422,
        f"feature=nanhai.light&draft={10**30}": 422,
    }
    if page != "evaluation":
        asked |= {
            "start=9999-99-99": 422,
            "start=0001-01-01T00:00": 422,
            "matter=%00": 422,
            f"matter={'路' * 200}": 422,
        }
        asked |= {
            "start=2026-09-30T16:30%2B08:00": 422,
            "nature=x&urgency=y&matter=没有": 200,
            "serial=X1&page=-4": 200,
        }
    if page == "escalation":
        asked |= {"serial=X1&page=-4": 404, "serial=%00": 422}

    assert {query: visitor.get(f"/admin/{page}?{query}").status_code for query in asked} == asked


def test_units_clerks_and_operators_do_not_see_these_pages(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    slug = applied("sandbox")
    visitor = Visitor(app)
    assert visitor.sign_in(make_account(installation, slug, "someone", ["operator"])).status_code == 303

    pages = ("limits", "limits/yellow", "escalation", "evaluation")
    assert {visitor.get(f"/admin/{page}").status_code for page in pages} == {403}


def test_last_month_is_counted_again_by_other_marks(
    installation: Installation, app: Flask, applied: Callable[[str], str]
) -> None:
    slug = applied("chengdu-jinjiang")
    month = Month.of(datetime.now(UTC).astimezone(BEIJING).date()).previous
    taken = datetime.combine(month.first, time(10), BEIJING).astimezone(UTC)
    for each in range(3):
        make_ticket(installation, slug, nature="complaint", now=taken + timedelta(minutes=each))
    with installation.scope(slug) as scope:
        clocks = scope.session.scalars(select(Clock).where(Clock.name == "reply").order_by(Clock.started_at)).all()
        for clock, hours_left in zip(clocks, (20, 10, 1), strict=True):
            assert clock.due_at is not None
            clock.state = "met"
            clock.stopped_at = timetable(scope).look_back(clock.due_at, timedelta(hours=hours_left))
    query = drafted(installation, slug, "chengdu.urgent", {"warn_hours": 12})

    page = administrator(installation, app, slug).get(f"/admin/limits/yellow?{query}").text

    assert "上月会有 <b>1</b> 件变黄；按草稿，会有 <b>2</b> 件" in page
    assert rows_of(page, "上月会有") == [["答复", "3", "1", "33%", "0", "0", "2", "+1"]]
    steps = re.findall(r"<title>(\S+ \S+小时\S*) (\d) 件</title>", page)
    assert ("12 个工作小时（草稿）", "2") in steps
    assert ("40 个工作小时", "3") in steps
