"""A contact is shown in full once, for a purpose, to those who may, and each time is told of without the data."""

from typing import Any

import pytest
from sqlalchemy import select

from core.journey import join
from core.journey.audit import audit_ticket
from core.journey.queries.case import get_case, get_case_for_unit
from core.journey.reveal import IdentityKept, reveal_contact
from core.people.roles import NotPermitted
from core.routing.service import NotYours
from core.tenancy.models import SecurityEvent
from core.tickets.contact import Contact, blanked
from core.tickets.models import ContactReveal, Ticket
from core.tickets.reveals import (
    A_DAY,
    NoContact,
    PurposeUnknown,
    Revealed,
    RevealedAlready,
    TooManyReveals,
    WordsTooLong,
    reveals,
)
from core.tickets.service import ReasonMissing
from core.tickets.timeline import Actor, Order
from tests.builders import OPERATOR, REVIEWER, beijing, make_actor
from tests.journey.walking import Walk

CHEN = Contact("陈某某", "138 0000 0001", "人民路 1 号", keep_private=True)
OPEN = Contact("陈某某", "13800000001", "人民路 1 号", keep_private=False)


def shown(walk: Walk, actor: Actor = OPERATOR, at: str = "2026-03-12 12:00", **how: Any) -> Revealed:
    asked = {"purpose": "verify", "words": "核实地点", "address": "10.0.0.7", **how}
    order = Order(actor, beijing(at), command_id=asked.pop("command_id", None))
    return walk.run(lambda scope: reveal_contact(scope, walk.serial_no, order, **asked))


def security_events(walk: Walk) -> list[SecurityEvent]:
    return walk.run(lambda scope: list(scope.session.scalars(select(SecurityEvent).order_by(SecurityEvent.id))))


def test_the_desk_sees_the_contact_and_it_is_told_of_without_the_data(walk: Walk) -> None:
    walk.take_in(contact=CHEN)

    revealed = shown(walk, words="核实地点，陈某某 13800000001")

    assert revealed == Revealed(
        walk.serial_no,
        Contact("陈某某", "13800000001", "人民路 1 号", keep_private=True),
        "回电核实诉求",
        "坐席甲",
        beijing("2026-03-12 12:00"),
    )
    [record] = walk.rows(ContactReveal)
    assert (record.purpose, record.words, record.shown) == (
        "verify",
        "核实地点，＊＊ ＊＊",
        "name,phone,address",
    )
    assert (record.actor_kind, record.actor_id, record.actor_name) == ("staff", OPERATOR.id, "坐席甲")
    entry = walk.entries()[-1]
    assert (entry.kind, entry.summary) == ("contact_revealed", "查看了诉求人的姓名、电话、住址，用途：回电核实诉求")
    [event] = [each for each in security_events(walk) if each.kind == "unmasked"]
    assert (event.actor, event.address, event.subject) == ("坐席甲", "10.0.0.7", walk.serial_no)
    assert event.detail == {"purpose": "verify", "shown": ["name", "phone", "address"]}
    assert walk.run(lambda scope: audit_ticket(scope, walk.serial_no)).findings == ()


def test_what_was_sent_before_shows_nothing_again(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    shown(walk, command_id="reveal-1")

    with pytest.raises(RevealedAlready):
        shown(walk, command_id="reveal-1")

    assert len(walk.rows(ContactReveal)) == 1


def test_looking_makes_nobodys_decision_stale(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    seen = walk.ticket().version
    shown(walk)

    assert walk.dispatch("2026-03-12 12:10", seen_version=seen).state == "dispatched"


def test_the_unit_that_leads_sees_who_did_not_ask_to_stay_unknown(walk: Walk) -> None:
    walk.take_in(contact=OPEN)
    walk.dispatch(lead="roads", co=["parks"])

    assert shown(walk, walk.clerk("roads")).contact.phone == "13800000001"
    with pytest.raises(NotYours, match="不由您的单位主办"):
        shown(walk, walk.clerk("parks"))
    with pytest.raises(NotYours):
        shown(walk, make_actor("无单位的人", "clerk", id=9))


def test_no_unit_sees_who_keeps_the_identity_from_it(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    walk.dispatch(lead="roads")

    with pytest.raises(IdentityKept, match="要求不向承办单位公开身份"):
        shown(walk, walk.clerk("roads"))

    assert walk.rows(ContactReveal) == []


def test_other_seats_do_not_see_it(walk: Walk) -> None:
    walk.take_in(contact=OPEN)
    with pytest.raises(NotPermitted, match="受理席"):
        shown(walk, REVIEWER)


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"purpose": "curious"}, PurposeUnknown),
        ({"words": "  "}, ReasonMissing),
        ({"words": "字" * 201}, WordsTooLong),
    ],
)
def test_without_purpose_and_words_nothing_is_shown(walk: Walk, how: dict[str, Any], refusal: type[Exception]) -> None:
    walk.take_in(contact=CHEN)
    with pytest.raises(refusal):
        shown(walk, **how)
    assert walk.rows(ContactReveal) == []


def test_where_nothing_was_left_nothing_can_be_shown(walk: Walk) -> None:
    walk.take_in()
    with pytest.raises(NoContact):
        shown(walk)


def test_nobody_looks_at_more_than_so_many_a_day(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    for _ in range(A_DAY):
        shown(walk, at="2026-03-12 23:59")

    with pytest.raises(TooManyReveals, match=f"达到每人每天 {A_DAY} 次的上限"):
        shown(walk, at="2026-03-12 23:59")

    assert shown(walk, make_actor("坐席乙", "operator", id=11), at="2026-03-12 23:59").contact.name == "陈某某"
    assert shown(walk, at="2026-03-13 00:00").contact.name == "陈某某"


def test_the_report_lists_who_looked_the_newest_first(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    shown(walk, at="2026-03-12 12:00")
    shown(walk, at="2026-03-13 12:00", purpose="follow_up")

    listed = walk.run(lambda scope: [(each.purpose, serial_no) for each, serial_no in reveals(scope)])
    since = walk.run(lambda scope: [each.purpose for each, _ in reveals(scope, since=beijing("2026-03-13 00:00"))])

    assert listed == [("follow_up", walk.serial_no), ("verify", walk.serial_no)]
    assert since == ["follow_up"]


def test_name_and_phone_are_masked_in_the_words_too_and_units_do_not_see_even_that_who_it_is(walk: Walk) -> None:
    text = "我叫陈某某，电话 138-0000-0001，人民路 1 号门口路灯不亮"
    walk.take_in(contact=CHEN, text=text, place="人民路 1 号门口")
    at = beijing("2026-03-12 12:00")

    desk = walk.run(lambda scope: get_case(scope, walk.serial_no, now=at))
    unit = walk.run(lambda scope: get_case_for_unit(scope, walk.serial_no, now=at))

    masked = "我叫＊＊，电话 ＊＊，人民路 1 号门口路灯不亮"
    assert [case.text for case in (desk, unit)] == [masked, masked]
    assert [case.title for case in (desk, unit)] == [masked, masked]
    assert [case.place for case in (desk, unit)] == ["人民路 1 号门口", "人民路 1 号门口"]
    assert desk.contact == Contact("陈**", "138****0001", keep_private=True)
    assert unit.contact == Contact(keep_private=True)
    assert (walk.ticket().title, walk.ticket().text) == (masked, text)


def test_parts_of_a_letter_do_not_tell_units_either(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    walk.do(join.split, "2026-03-12 10:10", actor=OPERATOR, texts=["陈某某家门口路灯不亮", "楼下占道"])
    part = walk.run(lambda scope: _parts(scope, walk))[0]

    case = walk.run(lambda scope: get_case_for_unit(scope, part, now=beijing("2026-03-12 12:00")))

    assert (case.title, case.text) == ("＊＊家门口路灯不亮", "＊＊家门口路灯不亮")


def _parts(scope: Any, walk: Walk) -> list[str]:
    return list(
        scope.session.scalars(
            select(Ticket.serial_no)
            .where(Ticket.tenant_id == scope.tenant.id, Ticket.part_of_id == walk.ticket().id)
            .order_by(Ticket.id)
        )
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话 138 0000 0001", "电话 138****0001"),
        ("单号 9138000000012", "单号 9138000000012"),
        ("陈某某和陈某", "陈**和陈某"),
        ("没有提到", "没有提到"),
    ],
)
def test_only_the_persons_own_data_is_blanked(text: str, expected: str) -> None:
    assert blanked(text, OPEN) == expected


def test_a_name_of_one_character_blanks_nothing() -> None:
    assert blanked("王家门口", Contact("王")) == "王家门口"
