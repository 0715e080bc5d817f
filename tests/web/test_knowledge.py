"""The pages of the knowledge base: asked at the desk, written by the unit, approved, offered while a call is written, read by all."""

import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from core.journey import knowledge
from core.knowledge.drafts import Draft
from tests.builders import REVIEWER
from tests.web.conftest import House
from tests.web.making import Life

LIFT: dict[str, Any] = {
    "title": "老旧小区加装电梯怎么申请",
    "question": "老楼想加装电梯，要多少户同意",
    "answer": "三分之二以上业主同意后，向街道办事处提出。",
    "policy": "《加装电梯办法》",
    "reach": "published",
}
ASKS = "我们单元想加装电梯，一户不同意怎么办"


@pytest.fixture
def article(house: House) -> int:
    """An article of the roads unit that holds."""
    life, now = Life(house.installation, house.slug), datetime.now(UTC)
    draft = Draft(LIFT["title"], LIFT["question"], LIFT["answer"], policy=LIFT["policy"])
    written = life.run(lambda scope: knowledge.write_article(scope, draft, actor=life.clerk("roads"), now=now).id)
    life.run(lambda scope: knowledge.approve_article(scope, written, 1, actor=REVIEWER, now=now))
    return written


def test_a_question_asked_at_a_ticket_is_written_returned_written_again_and_approved(house: House) -> None:
    life = Life(house.installation, house.slug).take_in(text=ASKS)
    desk, clerk, reviewer = (house.visitor(who) for who in (house.operator, house.clerk, house.reviewer))
    desk.get(f"/t/{life.serial_no}")
    desk.post(f"/t/{life.serial_no}/ask_interpretation", unit="roads", question=LIFT["question"])

    menu = clerk.get("/unit").get_data(as_text=True)
    assert re.search(r'href="/knowledge"[^>]*>知识库<span data-count>1</span>', menu)
    page = clerk.get("/knowledge?tab=questions").get_data(as_text=True)
    found = re.search(r"/knowledge/new\?question=(\d+)", page)
    assert found
    assert LIFT["question"] in clerk.get(found[0]).get_data(as_text=True)
    refused = clerk.post("/knowledge/new", question_id=found[1], **{**LIFT, "answer": ""})
    assert refused.status_code == 422
    assert "请写答案" in refused.get_data(as_text=True)
    assert LIFT["title"] in refused.get_data(as_text=True)
    at = clerk.post("/knowledge/new", question_id=found[1], **LIFT).location

    reviewer.get(at)
    reviewer.post(f"{at}/return", number="1", reason="写明电话")
    assert "写明电话" in clerk.get(at).get_data(as_text=True)
    clerk.post(f"{at}/revise", **{**LIFT, "answer": "向街道办事处提出，电话 028-86600000。"})
    assert reviewer.post(f"{at}/approve", number="1").status_code == 409
    assert reviewer.post(f"{at}/approve", number="2").status_code == 303

    assert "在用，公开（第 2 版）" in clerk.get(at).get_data(as_text=True)


def test_an_answer_is_offered_before_dispatch_and_used_with_its_version(house: House, article: int) -> None:
    life = Life(house.installation, house.slug).take_in(text=ASKS)
    desk = house.visitor(house.operator)
    pane = desk.get(f"/desk?lane=dispatch&at={life.serial_no}").get_data(as_text=True)
    assert LIFT["answer"] in pane
    chosen = desk.get(f"/desk?lane=dispatch&at={life.serial_no}&article={article}").get_data(as_text=True)
    assert f'name="article" value="{article}/1"' in chosen

    desk.post("/desk/answer", serial_no=life.serial_no, text=LIFT["answer"], article=f"{article}/1")

    assert any("依据知识“老旧小区加装电梯怎么申请”第 1 版" in entry.summary for entry in life.entries())
    assert "1 次" in desk.get(f"/knowledge/{article}").get_data(as_text=True)


def test_an_answer_is_offered_while_a_call_is_written_and_given_at_once(house: House, article: int) -> None:
    desk = house.visitor(house.operator)
    desk.get("/desk/new")
    offered = desk.post("/knowledge/offered", text=ASKS).get_data(as_text=True)
    assert LIFT["title"] in offered
    typed: dict[str, Any] = {
        "text": ASKS,
        "channel": "desk",
        "nature": "inquiry",
        "article": f"{article}/1",
        "command_id": "call-1",
    }

    accepted = desk.post("/desk/new", **typed).get_data(as_text=True)
    again = desk.post("/desk/new", **typed).get_data(as_text=True)

    found = re.search(r'data-copy="([^"]+)"', accepted)
    assert found
    assert found[1] in again
    entries = Life(house.installation, house.slug, found[1]).entries()
    assert [entry.kind for entry in entries].count("answer_directly") == 1


def test_everybody_finds_reads_and_judges_what_is_public(house: House, article: int) -> None:
    guest, at = house.app.test_client(), f"/public/{house.slug}/answers"

    found = guest.get(f"{at}?q=加装电梯").get_data(as_text=True)
    read = guest.get(f"{at}/{article}")
    judged = guest.post(f"{at}/{article}/useful", data={"useful": "yes"})
    nothing = guest.get(f"{at}?q=宠物登记").get_data(as_text=True)
    by_initials = guest.get(f"{at}?q=JZDT").get_data(as_text=True)

    assert LIFT["title"] in found
    assert (read.status_code, read.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert (judged.status_code, judged.headers["Cache-Control"]) == (200, "no-store")
    assert "没有找到" in nothing
    assert LIFT["title"] in by_initials
    assert all(words in read.get_data(as_text=True) for words in ("道路管理处", LIFT["policy"], "写成", "有效到"))
    assert LIFT["title"] not in nothing
    assert guest.get(f"{at}/{article + 1}").status_code == 404
    assert guest.get(f"{at}/{10**30}").status_code == 404
    feed = guest.get(f"{at}/feed")
    [entry] = ElementTree.fromstring(feed.data).findall("{http://www.w3.org/2005/Atom}entry")
    assert feed.mimetype == "application/atom+xml"
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == LIFT["title"]
    assert entry.findtext("{http://www.w3.org/2005/Atom}id") == f"http://localhost{at}/{article}#1"
    assert "有用 1，没用 0" in house.visitor(house.reviewer).get(f"/knowledge/{article}").get_data(as_text=True)
