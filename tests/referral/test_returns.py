"""A referred ticket that goes back: from the receiver's desk, by the sender's decision, or not at all."""

import pytest

from core.journey import give_back
from core.journey.refer import CannotSendBack, send_back
from core.journey.void import CannotVoid
from core.people.roles import NotPermitted
from core.routing.models import ReturnRequest
from core.routing.returns import ReturnReasonUnknown
from core.tickets.models import Ticket
from core.tickets.service import MoveNotAllowed, ReasonMissing
from tests.builders import OPERATOR, SUPERVISOR, beijing
from tests.journey.walking import Walk
from tests.referral.making import EAST, WEST, Places, words_of


def sent_back(walk: Walk, at: str = "2026-03-12 11:00", *, evidence: str = "该路段属西城区", **how: str) -> Ticket:
    return walk.do(send_back, at, actor=OPERATOR, evidence=evidence, **{"reason_code": "wrong_area", **how})


def requests_of(walk: Walk) -> list[tuple[str, str, str, str]]:
    return [
        (request.requested_by, request.reason_code, request.evidence, request.state)
        for request in walk.rows(ReturnRequest, ReturnRequest.id)
    ]


def test_a_ticket_sent_back_becomes_a_request_on_which_the_sender_decides(places: Places) -> None:
    here, there = places.referred()

    sent_back(there)
    places.carry("2026-03-12 11:01")

    assert (there.ticket().state, there.ticket().disposition) == ("concluded", "transferred")
    assert words_of(there, "transfer_out") == ["退回中心市（不属本辖区）：该路段属西城区"]
    assert here.ticket().state == "dispatched"
    assert requests_of(here) == [("东城区", "wrong_area", "该路段属西城区", "pending")]
    assert words_of(here, "referral")[-1] == "东城区：已退回"
    assert words_of(here, "sign") == []


def test_an_agreed_return_settles_the_referral_and_the_ticket_goes_elsewhere(places: Places) -> None:
    here, there = places.referred()
    sent_back(there)
    places.carry("2026-03-12 11:01")

    here.approve_return("2026-03-12 11:10")
    places.carry("2026-03-12 11:11")
    here.dispatch("2026-03-12 11:20", lead=WEST)
    places.carry("2026-03-12 11:21")

    assert words_of(there, "referral")[-1] == "中心市已同意退回，移交了结"
    assert (there.ticket().state, here.ticket().bounce_count) == ("concluded", 1)
    assert [ticket.state for ticket in places.tickets(WEST)] == ["accepted"]
    assert places.referrals(EAST)[0].ended_at == beijing("2026-03-12 11:11")


def test_a_denied_return_is_taken_up_again_there_with_the_senders_words(places: Places) -> None:
    here, there = places.referred()
    sent_back(there)
    places.carry("2026-03-12 11:01")

    here.do(give_back.deny_return, "2026-03-12 11:10", actor=OPERATOR, reason="界桩以东属东城区")
    places.carry("2026-03-12 11:11")

    assert (there.ticket().state, there.ticket().cycle_no) == ("to_dispatch", 2)
    assert words_of(there, "redo") == ["重办：中心市未采用：不准退单：界桩以东属东城区"]
    there.answer("2026-03-12 12:00", text="已安排修补")
    places.carry("2026-03-12 12:01")
    assert here.ticket().state == "submitted"
    assert requests_of(here) == [("东城区", "wrong_area", "该路段属西城区", "denied")]


def test_a_return_after_the_window_is_refused_and_taken_up_again_there(places: Places) -> None:
    here, there = places.referred()
    here.supervise("2026-03-16 18:00")  # the window of two working days closes

    sent_back(there, "2026-03-17 09:00")
    places.carry("2026-03-17 09:01")

    assert (there.ticket().state, there.ticket().cycle_no) == ("to_dispatch", 2)
    [why] = words_of(there, "redo")
    assert why.startswith("重办：中心市未采用：")
    assert "退单期限已过" in why
    assert (here.ticket().state, requests_of(here)) == ("in_progress", [])


def test_a_ticket_is_sent_back_before_dispatch_only(places: Places) -> None:
    _, there = places.referred()
    there.dispatch("2026-03-12 11:00")

    with pytest.raises(MoveNotAllowed):
        sent_back(there, "2026-03-12 11:10")

    there.give_back("2026-03-12 11:20")
    assert sent_back(there, "2026-03-12 11:40").state == "concluded"


def test_a_ticket_of_ones_own_cannot_be_sent_back(places: Places) -> None:
    own = places.walk(EAST)
    own.take_in()

    with pytest.raises(CannotSendBack):
        sent_back(own)


def test_a_ticket_to_which_others_are_attached_is_not_sent_back(places: Places) -> None:
    _, there = places.referred()
    places.walk(EAST, places.walk(EAST).take_in("2026-03-12 10:20").serial_no).attach(
        "2026-03-12 10:30", master=there.serial_no
    )

    with pytest.raises(CannotSendBack):
        sent_back(there)


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"reason_code": "too_much"}, ReturnReasonUnknown),
        ({"evidence": " "}, ReasonMissing),
    ],
)
def test_sending_back_needs_a_reason_of_the_list_and_evidence(
    places: Places, how: dict[str, str], refusal: type[Exception]
) -> None:
    _, there = places.referred()

    with pytest.raises(refusal):
        sent_back(there, **how)

    assert there.ticket().state == "accepted"


def test_only_the_desk_sends_back(places: Places) -> None:
    _, there = places.referred()

    with pytest.raises(NotPermitted):
        there.do(send_back, "2026-03-12 11:00", actor=SUPERVISOR, reason_code="wrong_area", evidence="不属本区")


def test_what_is_awaited_elsewhere_cannot_be_voided(places: Places) -> None:
    _, there = places.referred()

    with pytest.raises(CannotVoid):
        there.void("2026-03-12 11:00")


def test_a_unit_of_the_receiver_gives_back_to_its_own_desk_alone(places: Places) -> None:
    here, there = places.referred()
    there.dispatch("2026-03-12 11:00")
    places.carry("2026-03-12 11:01")

    there.give_back("2026-03-12 11:20")
    places.carry("2026-03-12 11:41")

    assert (there.ticket().state, here.ticket().state) == ("to_dispatch", "in_progress")
    assert requests_of(here) == []
