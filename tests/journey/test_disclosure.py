"""What is public of a ticket: by rule after a wait or by a person, closed with a ground, never against the resident."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core.disclosure.hiding import NamesUndecided, NoSuchDoubt, doubts_in
from core.disclosure.models import Disclosure
from core.disclosure.rules import decide
from core.disclosure.service import NotPrepared, ResidentObjects
from core.hooks import DisclosureDecision
from core.jobs.disclosures import Disclosures
from core.journey import disclose
from core.journey.disclose import WaitsForPerson, disclose_due
from core.journey.erase import erase_contact
from core.journey.queries.disclosures import Wanted, find_public_case, public_cases
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.models import TicketEvent
from core.tickets.timeline import RESIDENT, SYSTEM, Order
from tests.builders import OPERATOR, REVIEWER, alone, beijing, make_district, make_feature, make_installation, switch_on
from tests.journey.walking import Walk

FEATURE = "open.rule"
NAME, PHONE = "王小明", "13800000001"


@pytest.fixture
def rules() -> dict[str, Any]:
    """What the district's rule answers, changed by the tests."""
    return {"answer": lambda _ticket, _wish: [decision()], "hide": lambda _text: []}


@pytest.fixture
def walk(database_url: str, rules: dict[str, Any]) -> Walk:
    feature = make_feature(
        FEATURE,
        disclosure_decision=lambda ticket, wish: rules["answer"](ticket, wish),
        hide_in_public=lambda text: rules["hide"](text),
    )
    installation = make_installation(database_url, features=[feature])
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        switch_on(scope, FEATURE, {})
    installation.forget()
    return answered(installation, slug)


def decision(*opens: str, **more: Any) -> DisclosureDecision:
    return DisclosureDecision(opens or ("matter", "process", "result"), f"{FEATURE}/usual", "办结即公开", **more)  # type: ignore[arg-type]


def answered(installation: Installation, slug: str) -> Walk:
    walk = Walk(installation, slug)
    walk.take_in(text=f"人民路坑洼，我叫{NAME}，电话{PHONE}", contact=Contact(NAME, PHONE))
    walk.dispatch()
    walk.sign()
    walk.reply(text=f"已电话联系{NAME}，路面已修补")
    walk.pass_reply()
    return walk


def row_of(walk: Walk) -> Disclosure:
    rows: list[Disclosure] = walk.rows(Disclosure)
    return rows[0]


def due(walk: Walk, at: str) -> int:
    return walk.run(lambda scope: disclose_due(scope, now=beijing(at)))


def outside(walk: Walk) -> str:
    """Return everything that anybody could read of the tenant's tickets."""
    found = walk.run(lambda scope: [line.public_no for line in public_cases(scope, Wanted(), page=1).lines])
    return "\n".join(str(walk.run(partial(find_public_case, public_no=number))) for number in found)


def test_a_rule_publishes_after_its_wait_and_nothing_leads_to_the_resident(walk: Walk, rules: dict[str, Any]) -> None:
    rules["answer"] = lambda _ticket, _wish: [decision(after_days=5)]
    due(walk, "2026-03-13 12:00")
    before = outside(walk)
    due(walk, "2026-03-19 23:00")
    waits = outside(walk)
    with alone(walk.installation, walk.slug):
        Disclosures(walk.installation, is_ending=lambda: False).disclose(now=lambda: beijing("2026-03-20 08:00"))
    told = outside(walk)

    assert (before, waits) == ("", "")
    assert all(words in told for words in ("人民路坑洼", "路面已修补", "已派给道路管理处办理"))
    assert all(words not in told for words in (NAME, PHONE, walk.serial_no, "坐席甲", "经办人丙"))


def test_what_only_a_person_may_publish_waits_for_one(walk: Walk, rules: dict[str, Any]) -> None:
    rules["answer"] = lambda _ticket, _wish: [decision("matter", "result", by_person=True)]
    due(walk, "2026-03-13 12:00")
    due(walk, "2026-04-30 12:00")
    with pytest.raises(WaitsForPerson):
        walk.do(disclose.publish_in_time, "2026-04-30 12:00", actor=SYSTEM)
    closed = outside(walk)
    walk.do(disclose.publish_disclosure, "2026-05-01 09:00", actor=REVIEWER, process=False, title=f"{NAME}反映路面")

    assert closed == ""
    assert "＊＊反映路面" in outside(walk)
    assert "已派给" not in outside(walk)


@pytest.mark.parametrize("broken", ["answer", "hide"])
def test_a_broken_rule_holds_back_and_never_publishes(walk: Walk, rules: dict[str, Any], broken: str) -> None:
    rules[broken] = lambda *_: 1 / 0
    for at in ("2026-03-13 12:00", "2026-05-01 12:00"):
        due(walk, at)

    row = row_of(walk)
    assert (row.state, row.publish_from, outside(walk)) == ("prepared", None, "")
    assert "没有答复" in row.reason


def test_a_no_of_the_resident_takes_back_at_once_and_nobody_overrules_it(walk: Walk) -> None:
    due(walk, "2026-03-13 12:00")
    due(walk, "2026-03-13 12:10")
    public = outside(walk)
    walk.do(disclose.wish_disclosure, "2026-03-13 13:00", actor=RESIDENT, wish="closed")
    with pytest.raises(ResidentObjects):
        walk.do(disclose.publish_disclosure, "2026-03-13 14:00", actor=REVIEWER)
    due(walk, "2026-03-14 12:00")

    assert "人民路坑洼" in public
    assert (outside(walk), row_of(walk).ground) == ("", "resident")
    walk.do(disclose.note_disclosure_wish, "2026-03-14 13:00", actor=OPERATOR, wish="open")
    due(walk, "2026-03-14 14:00")
    due(walk, "2026-03-14 14:10")
    assert "人民路坑洼" in outside(walk)


def test_an_exception_is_looked_at_again_when_it_has_run_out(walk: Walk, rules: dict[str, Any]) -> None:
    rules["answer"] = lambda _ticket, _wish: [decision(closed="investigation", closed_days=30)]
    due(walk, "2026-03-13 12:00")
    row = row_of(walk)
    rules["answer"] = lambda _ticket, _wish: [decision()]
    due(walk, "2026-04-11 12:00")
    still = row_of(walk).state
    for at in ("2026-04-12 12:00", "2026-04-12 12:10"):
        due(walk, at)

    assert (row.state, row.ground, str(row.closed_until), still) == ("closed", "investigation", "2026-04-12", "closed")
    assert "人民路坑洼" in outside(walk)


def test_what_was_published_is_withdrawn_closed_and_done_again(walk: Walk) -> None:
    for at in ("2026-03-13 12:00", "2026-03-13 12:10"):
        due(walk, at)
    walk.do(disclose.withdraw_disclosure, "2026-03-13 13:00", actor=REVIEWER, reason="答复有误")
    withdrawn = outside(walk)
    due(walk, "2026-03-13 13:10")
    by_itself = outside(walk)
    walk.do(disclose.prepare_disclosure, "2026-03-13 14:00", actor=REVIEWER)
    walk.do(disclose.publish_disclosure, "2026-03-13 14:10", actor=REVIEWER)
    again = outside(walk)
    walk.follow_up("2026-03-13 15:00")
    walk.redo("2026-03-13 16:00", same_unit=True)

    assert (withdrawn, by_itself) == ("", "")
    assert "人民路坑洼" in again
    assert outside(walk) == ""
    walk.reply("2026-03-14 10:00", text="重新修补")
    walk.pass_reply("2026-03-14 11:00")
    with pytest.raises(NotPrepared):
        walk.do(disclose.publish_disclosure, "2026-03-14 12:00", actor=REVIEWER)


def test_erasing_a_person_leaves_nothing_of_them_outside(walk: Walk) -> None:
    walk.do(disclose.prepare_disclosure, "2026-03-13 14:00", actor=REVIEWER)
    with walk.installation.scope(walk.slug) as scope:
        erase_contact(scope, walk.serial_no, Order(OPERATOR, beijing("2026-03-13 15:00")), reason="本人要求")
    row = row_of(walk)
    assert all(NAME not in words and PHONE not in words for words in (row.title, row.text, row.result))


def stamped(*decisions: DisclosureDecision) -> Sequence[tuple[str, DisclosureDecision]]:
    return [(f"f{number}", each) for number, each in enumerate(decisions)]


@pytest.mark.parametrize(
    ("decisions", "wish", "failed", "opens", "ground", "days", "after"),
    [
        ([decision(after_days=2), decision("matter", after_days=7)], "open", False, ("matter",), "", 0, 7),
        ([decision(), decision("process", by_person=True)], "none", False, ("process",), "", 0, None),
        ([decision(), decision(closed="privacy", closed_days=9)], "open", False, (), "privacy", 9, None),
        ([decision(closed="other", closed_days=9), decision(closed="privacy")], "open", False, (), "other", 0, None),
        ([decision()], "closed", False, (), "resident", 0, None),
        ([decision()], "none", True, ("matter", "process", "result"), "", 0, None),
        ([], "none", True, (), "", 0, None),
    ],
)
def test_the_strictest_wins(
    decisions: list[DisclosureDecision], wish: Any, failed: bool, opens: Any, ground: str, days: int, after: int | None
) -> None:
    made = decide(stamped(*decisions), wish=wish, has_failed=failed)
    assert made is not None
    assert (made.opens, made.ground, made.days, made.after_days) == (opens, ground, days, after)


def test_nothing_is_decided_where_nobody_has_a_rule() -> None:
    assert decide([], wish="open", has_failed=False) is None


def test_a_doubtful_name_holds_back_until_it_is_decided_and_is_not_asked_about_again(walk: Walk) -> None:
    walk.redo("2026-03-14 09:00", same_unit=True)
    walk.reply("2026-03-14 10:00", text="对面李宁专卖店，新修的周百川墓一带已由网格员陈丽看过")
    walk.pass_reply("2026-03-14 11:00")
    due(walk, "2026-03-14 12:00")
    due(walk, "2026-04-30 12:00")
    row = row_of(walk)
    brand, tomb = (each.key for each in walk.run(lambda scope: doubts_in(scope, row.result)))
    with pytest.raises(NamesUndecided):
        walk.do(disclose.publish_disclosure, "2026-05-01 09:00", actor=REVIEWER)
    held = (row.publish_from, row.reason, outside(walk))
    walk.do(disclose.decide_name, "2026-05-01 09:10", actor=REVIEWER, doubt=brand, is_name=False)
    with pytest.raises(NoSuchDoubt):
        walk.do(disclose.decide_name, "2026-05-01 09:11", actor=REVIEWER, doubt=brand, is_name=True)
    with pytest.raises(NamesUndecided):
        walk.do(disclose.publish_disclosure, "2026-05-01 09:12", actor=REVIEWER)
    walk.do(disclose.decide_name, "2026-05-01 09:20", actor=REVIEWER, doubt=tomb, is_name=True)
    walk.do(disclose.publish_disclosure, "2026-05-01 09:30", actor=REVIEWER)

    assert held == (None, "办结即公开；疑似姓名 2 处，由人逐处决定后再公开", "")
    assert "对面李宁专卖店，新修的＊＊墓一带已由网格员＊＊看过" in outside(walk)
    assert walk.run(lambda scope: doubts_in(scope, "街口的李宁专卖店")) == ()
    assert all("周百川" not in event.summary for event in walk.rows(TicketEvent))


def test_time_holds_back_what_turns_out_to_be_doubtful_later(walk: Walk, rules: dict[str, Any]) -> None:
    rules["answer"] = lambda _ticket, _wish: [decision(after_days=5)]
    due(walk, "2026-03-13 12:00")
    with walk.installation.scope(walk.slug) as scope:
        scope.session.scalars(select(Disclosure)).one().result = "新修的周百川墓一带改道"
    due(walk, "2026-03-21 08:00")
    due(walk, "2026-03-21 09:00")

    assert outside(walk) == ""
    assert (row_of(walk).publish_from, row_of(walk).reason) == (None, "疑似姓名 1 处，由人逐处决定后再公开")
    assert [event.summary for event in walk.rows(TicketEvent)].count(
        "没有自动公开：疑似姓名 1 处，由人逐处决定后再公开"
    ) == 1
