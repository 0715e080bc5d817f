"""The sender takes a referred ticket away: what becomes of the receiver's."""

from core.journey import desk, give_back
from core.journey.void import propose_void
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import TicketContact
from core.tickets.sealing import opened
from tests.builders import OPERATOR, beijing, make_actor
from tests.journey.walking import Walk
from tests.referral.making import CITY, EAST, WEST, Places, words_of

SECOND_OPERATOR = make_actor("坐席戊", "operator", id=8)


def test_a_ticket_given_to_another_unit_is_voided_there(places: Places) -> None:
    here, there = places.referred()
    there.dispatch("2026-03-12 11:00")
    places.carry("2026-03-12 11:01")

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert there.ticket().state == "voided"
    assert words_of(there, "void") == ["作废：中心市已撤回移交（改派）"]
    assert [each.state for each in there.assignments()] == ["recalled"]
    assert not {clock.name for clock in there.clocks() if clock.state == "running"}
    assert here.ticket().state == "dispatched"
    assert {referral.ended_at for slug in (CITY, EAST) for referral in places.referrals(slug)} == {
        beijing("2026-03-12 11:11")
    }


def test_whoever_has_the_task_no_more_does_not_know_who_spoke_any_more(places: Places) -> None:
    here, there = places.referred(
        text="张晓梅反映路灯不亮", contact=Contact(name="张晓梅", phone="13800001234", keep_private=False)
    )
    assert contact_at(there) == ("张晓梅", "13800001234")

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert there.ticket().state == "voided"
    assert contact_at(there) == ("", "")
    assert "张晓梅" not in there.ticket().text
    assert contact_at(here) == ("张晓梅", "13800001234")
    assert words_of(there, "erased") == ["删除了诉求人的个人信息：中心市已撤回移交（改派）"]


def contact_at(walk: Walk) -> tuple[str, str]:
    """Return name and phone of who spoke, as they are kept there."""

    def read(scope: Scope) -> tuple[str, str]:
        row = scope.session.get_one(TicketContact, (scope.tenant.id, walk.ticket().id))
        contact = opened(scope.keys, row)
        return contact.name, contact.phone

    return walk.run(read)


def test_a_ticket_voided_here_is_voided_there(places: Places) -> None:
    here, there = places.referred()
    here.do(propose_void, "2026-03-12 11:00", actor=OPERATOR, reason="重复登记")

    here.void("2026-03-12 11:10", actor=SECOND_OPERATOR)
    places.carry("2026-03-12 11:11")

    assert words_of(there, "void") == ["作废：中心市已撤回移交（作废）"]


def test_a_ticket_handed_on_outside_is_voided_there(places: Places) -> None:
    here, there = places.referred()

    here.do(desk.transfer_out, "2026-03-12 11:10", actor=OPERATOR, destination="police", reason="涉嫌盗窃")
    places.carry("2026-03-12 11:11")

    assert words_of(there, "void") == ["作废：中心市已撤回移交（移交）"]


def test_a_ticket_that_the_desk_here_takes_back_for_the_unit_is_voided_there(places: Places) -> None:
    here, there = places.referred()
    here.do(
        give_back.request_return,
        "2026-03-12 11:00",
        actor=here.clerk(EAST),
        reason_code="not_duty",
        evidence="东城区来电说明",
        proposed_unit="roads",
    )

    here.approve_return("2026-03-12 11:10")
    places.carry("2026-03-12 11:11")

    assert words_of(there, "void") == ["作废：中心市已撤回移交（退单）"]


def test_a_ticket_taken_away_before_the_receiver_heard_of_it_never_arrives(places: Places) -> None:
    here = places.refer()
    here.redirect("2026-03-12 10:20", lead=WEST)

    places.carry("2026-03-12 10:21")

    assert places.tickets(EAST) == []
    assert [ticket.state for ticket in places.tickets(WEST)] == ["accepted"]
    assert [places.jobs(slug) for slug in (CITY, EAST, WEST)] == [[], [], []]


def test_what_is_concluded_there_stays_and_is_told(places: Places) -> None:
    here, there = places.referred()
    there.answer("2026-03-12 11:00")

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert there.ticket().state == "concluded"
    assert words_of(there, "referral")[-1] == "中心市已撤回移交（改派）"
    assert here.ticket().state == "dispatched"
    assert words_of(here, "submit_result") == []


def test_a_ticket_on_which_others_hang_is_left_to_the_desk_there(places: Places) -> None:
    here, there = places.referred()
    other = places.walk(EAST)
    other.take_in("2026-03-12 10:20")
    other.attach("2026-03-12 10:30", master=there.serial_no)

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert (there.ticket().state, other.ticket().state) == ("accepted", "attached")
    assert words_of(there, "referral")[-1] == "中心市已撤回移交（改派）；本单另有并入的工单或分项，请受理席处理"


def test_a_ticket_attached_there_is_let_go_and_voided(places: Places) -> None:
    here, there = places.referred()
    there.attach("2026-03-12 10:30")

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert (there.ticket().state, there.ticket().is_attached) == ("voided", False)


def test_a_withdrawal_runs_down_the_whole_chain(places: Places) -> None:
    here, there = places.referred()
    there.dispatch("2026-03-12 10:20", lead=WEST)
    places.carry("2026-03-12 10:21")
    farther = places.arrived(WEST)

    here.redirect("2026-03-12 11:10", lead="roads")
    places.carry("2026-03-12 11:11")

    assert [walk.ticket().state for walk in (there, farther)] == ["voided", "voided"]
    assert words_of(farther, "void") == ["作废：东城区已撤回移交（作废）"]


def test_news_that_was_under_way_changes_nothing_any_more(places: Places) -> None:
    here, there = places.referred()
    there.dispatch("2026-03-12 11:00")

    here.redirect("2026-03-12 11:10", lead="roads")
    version = here.ticket().version
    places.carry("2026-03-12 11:11")

    assert here.ticket().version == version
