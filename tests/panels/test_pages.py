"""Panels on their pages: opened at the desk, judged by members who see a redacted file, released by a second person."""

from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.words import GROUP_LABELS
from core.journey import conclude
from core.journey.panel_pool import import_pool
from core.journey.panel_votes import keep_panel_time
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.timeline import RESIDENT
from core.web import create_app
from tests.builders import SUPERVISOR, make_district
from tests.panels.making import member_row, write_pool
from tests.web.making import Life, Visitor, make_account

PHONE = "13800000001"


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


def disputed(installation: Installation, tmp_path: Path, *, each: int = 1) -> tuple[Life, list[str]]:
    """Return a ticket on which both sides tell different stories, and the logins of a pool of `each` member per group."""
    slug = make_district(installation, duties=[{"code": "road", "keywords": ["坑洼"]}])
    life = Life(installation, slug)
    life.take_in(text="我叫王小明，路面坑洼", contact=Contact("王小明", PHONE)).handled().concluded()
    life.do(conclude.rate, RESIDENT, resolved="no", satisfaction="dissatisfied", comment=f"没修，打 {PHONE}")
    rows = [member_row(group, number) for number in range(1, each + 1) for group in GROUP_LABELS]
    logins = [make_account(installation, slug, row["登录名"], ["panel-member"], name=row["姓名"]) for row in rows]
    path = write_pool(tmp_path / "pool.csv", rows)
    life.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=datetime.now(UTC)))
    return life, logins


def visit(app: Flask, login: str) -> Visitor:
    visitor = Visitor(app)
    assert visitor.sign_in(login).status_code == 303
    return visitor


def test_from_the_desk_to_the_members_and_out_to_everybody(
    installation: Installation, app: Flask, tmp_path: Path
) -> None:
    life, logins = disputed(installation, tmp_path)
    desk = visit(app, make_account(installation, life.slug, "desk", ["supervisor"]))
    ticket = f"/t/{life.serial_no}"
    assert "提请第三方评议" in desk.get(ticket).get_data(as_text=True)

    opened = desk.post(f"{ticket}/open_panel", cause="two_stories", question="修好没有", seed="7")

    assert opened.status_code == 303
    number = life.only(ReviewPanel).number
    desk.get(ticket)
    assert "截止之前谁也看不到票" in desk.page
    members = [visit(app, login) for login in logins]
    first, other = members[0], visit(app, make_account(installation, life.slug, "idle", ["panel-member"]))
    assert "修好没有" in first.get("/panel").get_data(as_text=True)
    assert "没有要您评议的诉求" in other.get("/panel").get_data(as_text=True)
    for path in (f"/panel/{number}", f"/panel/{number}/result"):
        assert other.get(path).status_code == 404
    assert first.get(ticket).status_code == 403
    page = unescape(first.get(f"/panel/{number}").get_data(as_text=True))
    assert "我叫＊＊，路面坑洼" in page
    assert [word for word in ("王小明", PHONE, life.serial_no, "经办人丙") if word in page] == []

    for member in members:
        member.get(f"/panel/{number}")
        assert member.post(f"/panel/{number}/accept").status_code == 303
        member.get(f"/panel/{number}")
        scores: dict[str, Any] = {f"score-{place}": "2" for place in range(4)}
        if member is first:
            unsaid = member.post(f"/panel/{number}/vote", verdict="redo", **scores)
            assert (unsaid.status_code, "请写明理由" in unsaid.get_data(as_text=True)) == (422, True)
        assert member.post(f"/panel/{number}/vote", verdict="redo", reason="照片看不出", **scores).status_code == 303

    assert first.get(f"/panel/{number}").status_code == 409
    result = first.get(f"/panel/{number}/result").get_data(as_text=True)
    assert "结论：重新办理" in result
    assert "评议人大1" not in result
    clerk = visit(app, make_account(installation, life.slug, "clerk", ["clerk"], unit="roads"))
    to_unit = clerk.get(f"/unit/{life.serial_no}").get_data(as_text=True)
    assert "结论：重新办理" in to_unit
    assert "照片看不出" in to_unit
    assert [word for word in ("评议人大1", "人大代表", "种子 <code>") if word in to_unit] == []
    desk.get(ticket)
    assert desk.post(f"{ticket}/propose_notice", panel=number, text="评议认为应当重做").status_code == 303
    desk.get(ticket)
    assert f"{ticket}/publish_notice" not in desk.page
    reviewer = visit(app, make_account(installation, life.slug, "second", ["reviewer"]))
    assert f"/public/{life.slug}/panels" not in Visitor(app).get(f"/public/{life.slug}").get_data(as_text=True)
    reviewer.get(ticket)
    assert reviewer.post(f"{ticket}/publish_notice", panel=number).status_code == 303
    public = Visitor(app).get(f"/public/{life.slug}/panels").get_data(as_text=True)
    assert "评议认为应当重做" in public
    assert "重新办理 7 票" in public
    desk.get(ticket)
    assert (
        desk.post(f"{ticket}/carry_out_finding", panel=number, reason_code="other", same_unit="yes").status_code == 303
    )
    assert "第三方评议" in desk.get(ticket).get_data(as_text=True)
    assert any(entry.kind == "redo" for entry in life.entries())


def test_a_member_recuses_themselves_on_the_page(installation: Installation, app: Flask, tmp_path: Path) -> None:
    life, logins = disputed(installation, tmp_path)
    desk = visit(app, make_account(installation, life.slug, "desk", ["supervisor"]))
    desk.get(f"/t/{life.serial_no}")
    desk.post(f"/t/{life.serial_no}/open_panel", cause="large_gap", question="差距多大", seed="7")
    number = life.only(ReviewPanel).number
    member = visit(app, logins[3])
    member.get(f"/panel/{number}")

    assert member.post(f"/panel/{number}/recuse", reason="代理过道路处的案子").status_code == 303

    assert "已回避" in member.get("/panel").get_data(as_text=True)
    shown = desk.get(f"/t/{life.serial_no}").get_data(as_text=True)
    assert "代理过道路处的案子" in shown
    assert shown.count("代理过道路处的案子") == 1


def test_a_panel_without_enough_votes_is_extended_drawn_again_and_ended_on_the_page(
    installation: Installation, app: Flask, tmp_path: Path
) -> None:
    life, _ = disputed(installation, tmp_path, each=2)
    desk = visit(app, make_account(installation, life.slug, "desk", ["supervisor"]))
    ticket = f"/t/{life.serial_no}"
    desk.get(ticket)
    desk.post(f"{ticket}/open_panel", cause="two_stories", question="修好没有", seed="7")
    number = life.only(ReviewPanel).number

    def runs_out() -> None:
        panel = life.only(ReviewPanel)
        life.run(lambda scope: keep_panel_time(scope, panel_id=panel.id, now=panel.closes_at))
        assert life.only(ReviewPanel).state == "no_quorum"

    deeds: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("extend_panel", {}, "voting"),
        ("redraw_panel", {"seed": "8"}, "voting"),
        ("decline_finding", {"reason": "两轮都没有人投票"}, "declined"),
    )
    runs_out()
    for deed, typed, state in deeds:
        assert f'action="{ticket}/{deed}"' in desk.get(ticket).get_data(as_text=True)
        assert desk.post(f"{ticket}/{deed}", panel=number, **typed).status_code == 303, desk.page
        assert life.only(ReviewPanel).state == state
        if state == "voting":
            runs_out()

    assert (life.only(ReviewPanel).round, life.entries()[-1].summary) == (2, "未采纳评议结论：两轮都没有人投票")
