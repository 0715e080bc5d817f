"""The pages of warnings and topics: evidence, a verdict with its reason, how rules have done, and what is asked about most."""

import re
from datetime import UTC, datetime, timedelta

from core.journey import knowledge
from core.knowledge.drafts import Draft
from core.statistics.service import refresh
from tests.builders import REVIEWER, make_ticket
from tests.warnings.making import warning_row
from tests.web.conftest import House
from tests.web.making import Life


def test_a_warning_is_judged_with_a_reason_and_the_rule_is_counted(house: House) -> None:
    now = datetime.now(UTC)
    with house.installation.scope(house.slug) as scope:
        rows = [warning_row(scope, matter="road", now=now - timedelta(hours=each), tickets=["T1"]) for each in range(2)]
        scope.session.add_all(rows)
        ids = [row.id for row in rows]
    desk = house.visitor(house.operator)
    listed = desk.get("/warnings").get_data(as_text=True)
    page = desk.get(f"/warnings/{ids[0]}").get_data(as_text=True)

    assert 'href="/warnings" aria-current="page">综合预警<span data-count>2</span>' in listed
    assert "诉求 <b>12</b> 件" in page
    assert "<svg" in page
    refused = desk.post(f"/warnings/{ids[0]}/false-alarm", reason=" ")
    assert (refused.status_code, "请写明为什么是误报" in refused.get_data(as_text=True)) == (422, True)
    assert desk.post(f"/warnings/{ids[0]}/false-alarm", reason="同一家公司批量来件").status_code == 303
    assert desk.post(f"/warnings/{ids[0]}/acknowledge", reason="属实").status_code == 409
    assert desk.post(f"/warnings/{ids[1]}/acknowledge", reason="交道路管理处").status_code == 303

    assert [desk.get(path).status_code for path in (f"/warnings/{10**30}", "/knowledge?q=%00", "/warnings/1")] == [
        404,
        200,
        404,
    ]
    log = desk.get("/warnings?tab=false_alarm").get_data(as_text=True)
    assert "同一家公司批量来件" in log
    assert re.search(r'误报占比">50%<', log)


def test_topics_show_what_is_asked_most_and_public_articles_for_programmes(house: House) -> None:
    now = datetime.now(UTC) - timedelta(days=2)
    for each in range(3):
        make_ticket(house.installation, house.slug, now=now + timedelta(minutes=each), matter="road")
    life = Life(house.installation, house.slug)
    for is_public, title in ((True, "井盖找谁修"), (False, "内部口径")):
        draft = Draft(title, "问", "答", matter="road", is_public=is_public)
        with house.installation.scope(house.slug) as scope:
            article = knowledge.write_article(scope, draft, actor=life.clerk("roads"), now=now).id
            knowledge.approve_article(scope, article, 1, actor=REVIEWER, now=now)
    house.installation.run(house.slug, refresh)
    chief = house.visitor(house.supervisor)
    chief.get("/topics")

    assert chief.post("/topics", name="出行", matters="road").status_code == 303
    page = chief.get("/topics").get_data(as_text=True)
    places = chief.get("/topics/places").get_data(as_text=True)

    assert re.search(r'城市管理 / 道路</td><td class="num" data-column="近 30 天">3<', page)
    assert "井盖找谁修" in page
    assert "内部口径" not in page
    assert "<h3>出行</h3>" in page
    assert "区域不明" in places
