"""市政部门解决问题后，要反馈给市民: nothing is concluded without proof, and what did not arrive is tried again until a person gives up."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core.evaluation.telling.reading import Tellings, tellings_of
from core.evaluation.telling.service import TriedTooLittle
from core.hooks import Channel
from core.hooks.roster import Roster
from core.jobs.delivery import deliver
from core.journey import handle, tell
from core.journey.conclude import follow_up
from core.journey.desk import answer_directly
from core.journey.guarding import Objected
from core.journey.lead import answer_as_leader
from core.journey.queries.case_file import case_file
from core.journey.queries.lanes import lane_counts
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import Message
from core.tickets.timeline import RESIDENT
from tests.builders import LEADER, OPERATOR, beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk

PHONE = Contact("陈先生", "13800000009")
WORDS = "井盖已装好，请放心通行"


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[Installation]:
    web = make_feature("web", channels=lambda: [Channel("web", "网页", "web"), Channel("hotline", "热线", "phone")])
    installation = make_installation(database_url, features=[Roster.installed().features["nanhai.loop"], web])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def walk(house: Installation) -> Walk:
    return Walk(house, make_district(house, features={"web": {}, "nanhai.loop": {}}))


def handled(walk: Walk, contact: Contact, *, channel: str = "hotline") -> Walk:
    """Take an appeal to where its unit has handed in the reply, having called the resident once while handling."""
    walk.take_in("2026-03-12 10:00", contact=contact, channel=channel)
    walk.dispatch()
    walk.sign()
    if contact.phone:
        walk.do(handle.contact, "2026-03-12 11:30", actor=walk.lead_clerk(), reached=True, what="问清了位置")
    walk.reply()
    return walk


def told(walk: Walk) -> Tellings:
    return walk.run(lambda scope: tellings_of(scope, walk.ticket()))


def time_looks(walk: Walk, at: str) -> list[int]:
    """Do what time does about tickets whose residents were not told; return how many it looked at."""
    found = walk.run(lambda scope: tell.tickets_to_tell(scope, now=beijing(at)))
    for ticket_id in found:
        walk.run(partial(tell.have_told, ticket_id=ticket_id, now=beijing(at)))
    return found


def test_a_reply_is_not_passed_before_the_resident_was_told_what_and_how_and_by_whom(walk: Walk) -> None:
    handled(walk, PHONE)
    with pytest.raises(Objected, match="登记“告知诉求人”后再办"):
        walk.pass_reply()
    assert not told(walk).is_told, "a call while it was handled tells of no result"

    clerk = walk.lead_clerk()
    with pytest.raises(Refused, match="告知了什么"):
        walk.do(tell.tell, "2026-03-13 10:20", actor=clerk, way="phone", arrived=True, what="  ")
    walk.do(tell.tell, "2026-03-13 10:30", actor=clerk, way="phone", arrived=True, what=WORDS)
    walk.pass_reply()

    [proof, call] = told(walk).lines
    assert (proof.way, proof.text, proof.outcome, proof.is_proof) == ("电话", WORDS, "已告知", True)
    assert proof.by == "道路管理处 经办人丙"
    assert (call.way, call.is_proof) == ("办理中电话", False)
    assert walk.run(lambda scope: case_file(scope, walk.ticket().id)).tellings.is_told
    assert time_looks(walk, "2026-03-13 12:00") == []
    entry = next(each for each in walk.entries() if each.kind == "telling")
    assert entry.summary == f"已告知诉求人（电话）：{WORDS}"


def test_who_was_called_in_vain_is_called_again_each_working_day_until_a_person_gives_up_with_a_reason(
    walk: Walk,
) -> None:
    handled(walk, PHONE)
    walk.do(tell.tell, "2026-03-13 10:30", actor=walk.lead_clerk(), way="phone", arrived=False, what="无人接听")
    walk.pass_reply("2026-03-13 11:00")

    assert len(time_looks(walk, "2026-03-13 11:05")) == 1
    assert time_looks(walk, "2026-03-13 11:10") == [], "once a day"
    [waiting] = told(walk).untold
    assert (waiting.because, waiting.state_label) == ("没有联系上诉求人", "待告知")
    assert (waiting.next_try, waiting.last_try) == ("2026-03-16", "2026-03-18")
    assert walk.run(lambda scope: lane_counts(scope, ["untold"])) == {"untold": 1}

    for day in ("16", "17"):
        at = f"2026-03-{day} 10:00"
        assert len(time_looks(walk, f"2026-03-{day} 09:00")) == 1
        how: dict[str, Any] = {"way": "phone", "arrived": False, "what": "关机"}
        walk.do(tell.tell_at_desk, at, actor=OPERATOR, **how)
        walk.do(tell.tell_at_desk, f"2026-03-{day} 15:00", actor=OPERATOR, **how)
        with pytest.raises(TriedTooLittle, match="须在 3 个不同的日子联系过"):
            walk.do(tell.stop_telling, f"2026-03-{day} 16:00", actor=OPERATOR, reason="号码停机")
    time_looks(walk, "2026-03-20 09:00")
    assert told(walk).untold[0].state == "open", "time gives nobody up"
    asked = [each.text for each in walk.rows(Message, Message.id) if "今天请再联系" in each.text]
    late = [each.text for each in walk.rows(Message, Message.id) if "由人写明理由" in each.text]
    assert (len(asked), len(late)) == (2, 1)

    walk.do(follow_up, "2026-03-20 10:00", actor=OPERATOR, outcome="unreachable")
    with pytest.raises(Refused, match="不再联系"):
        walk.do(tell.stop_telling, "2026-03-20 10:05", actor=OPERATOR, reason="")
    walk.do(tell.stop_telling, "2026-03-20 10:10", actor=OPERATOR, reason="号码已停机，户籍地址无人")
    [closed] = told(walk).untold
    assert (closed.state_label, closed.ended_by, closed.reason) == ("不再联系", "坐席甲", "号码已停机，户籍地址无人")
    assert (closed.tries, closed.try_days) == (5, 3)
    assert not told(walk).is_told, "giving up is no proof"
    assert time_looks(walk, "2026-03-23 09:00") == []


def test_what_was_sent_and_did_not_arrive_is_not_told_and_goes_back_to_the_desk(
    walk: Walk, house: Installation
) -> None:
    handled(walk, PHONE, channel="web").pass_reply("2026-03-13 11:00")
    assert not told(walk).is_told
    assert time_looks(walk, "2026-03-13 11:01") == [], "it is still being sent"

    fail_to_send(walk, house)
    [line, *_] = told(walk).lines
    assert line.outcome.startswith("没有送达：")
    assert len(time_looks(walk, "2026-03-13 11:10")) == 1
    [waiting] = told(walk).untold
    assert waiting.because == "告知没有送达"
    to_desk = [each.text for each in walk.rows(Message, Message.id) if each.to_unit_id is not None]
    assert any("答复没有告知到诉求人" in each for each in to_desk)

    walk.do(tell.read_answer, "2026-03-13 12:00", actor=RESIDENT)
    with pytest.raises(tell.ReadBefore, match="无需再记"):
        walk.do(tell.read_answer, "2026-03-13 13:00", actor=RESIDENT)
    known = told(walk)
    assert known.is_told
    assert [each.state_label for each in known.untold] == ["已告知"]
    assert [each.outcome for each in known.lines if each.way == "进展页面"] == ["凭提取码查看"]


def fail_to_send(walk: Walk, house: Installation) -> None:
    """Let the sender take what waits, without any gateway."""
    with house.scope(walk.slug) as scope:
        waiting = scope.session.scalars(
            select(Message.id).where(Message.tenant_id == scope.tenant.id, Message.state == "waiting")
        ).all()
        assert len(waiting) == 1
        for message_id in waiting:
            deliver({}, None, scope, {"message_id": message_id}, beijing("2026-03-13 11:02"))  # type: ignore[arg-type]


def test_who_left_nothing_to_be_reached_by_is_told_by_the_page_and_it_says_so(walk: Walk, house: Installation) -> None:
    handled(walk, Contact()).pass_reply("2026-03-13 11:00")
    [line] = told(walk).lines
    assert (line.way, line.is_proof) == ("公布", True)
    assert "是否看到无从确认" in line.text
    assert time_looks(walk, "2026-03-13 11:05") == []

    strict = Walk(house, make_district(house, features={"web": {}, "nanhai.loop": {"notice": False}}))
    handled(strict, Contact())
    with pytest.raises(Objected):
        strict.pass_reply()


def test_the_desk_answers_directly_when_it_has_told_and_a_new_cycle_needs_a_new_proof(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", contact=PHONE, channel="hotline")
    with pytest.raises(Objected):
        walk.do(answer_directly, "2026-03-12 10:05", actor=OPERATOR, text=WORDS)
    walk.do(tell.tell_at_desk, "2026-03-12 10:06", actor=OPERATOR, way="phone", arrived=True, what=WORDS)
    walk.do(answer_directly, "2026-03-12 10:07", actor=OPERATOR, text=WORDS)
    assert told(walk).is_told

    walk.redo("2026-03-13 16:00")
    assert not told(walk).is_told
    assert told(walk).lines[0].cycle == 1


def test_what_a_leader_answers_goes_out_or_waits_until_the_resident_was_told(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", contact=PHONE, channel="hotline")
    with pytest.raises(Objected, match="登记“告知诉求人”后再办"):
        walk.do(answer_as_leader, "2026-03-12 10:05", actor=LEADER, text=WORDS)
    walk.do(tell.tell_at_desk, "2026-03-12 10:06", actor=OPERATOR, way="phone", arrived=True, what=WORDS)
    walk.do(answer_as_leader, "2026-03-12 10:07", actor=LEADER, text=WORDS)
    assert told(walk).is_told

    online = Walk(walk.installation, walk.slug)
    online.take_in("2026-03-12 10:00", contact=PHONE, channel="web")
    online.do(answer_as_leader, "2026-03-12 10:05", actor=LEADER, text=WORDS)
    [sent] = [each for each in online.rows(Message, Message.id) if each.ticket_id == online.ticket().id]
    assert (sent.transport, sent.news) == ("sms", "answered/1")
