"""A ticket done again after it was concluded with a referral: a new referral, and a new ticket there."""

from tests.referral.making import CITY, EAST, Places, words_of
from tests.referral.test_walk import conclude_there, replies_of


def concluded(places: Places) -> tuple[str, str]:
    """Refer a ticket and conclude it with the district's reply; return both numbers."""
    here, there = places.referred()
    conclude_there(places, there)
    here.pass_reply("2026-03-13 14:00")
    places.carry("2026-03-13 14:01")
    return here.serial_no, there.serial_no


def test_a_redo_refers_anew_and_names_the_ticket_of_before(places: Places) -> None:
    ours, theirs = concluded(places)
    here = places.walk(CITY, ours)

    here.redo("2026-03-16 10:00", reason="路面又塌了")
    here.dispatch("2026-03-16 10:10", lead=EAST)
    places.carry("2026-03-16 10:11")

    again = places.arrived(EAST)
    assert again.serial_no != theirs
    assert words_of(again, "referral") == [
        f"由中心市移交；对方应于 2026-03-23 18:00 前办结；重办：路面又塌了；此前移交的工单为 {theirs}"
    ]
    assert len({referral.reference for referral in places.referrals(CITY)}) == 2
    assert places.walk(EAST, theirs).ticket().state == "concluded"

    again.answer("2026-03-16 11:00", text="已重新铺设")
    places.carry("2026-03-16 11:01")
    assert replies_of(here) == [("已修补", "approved"), ("已重新铺设", "submitted")]


def test_a_redo_by_the_same_unit_refers_at_once(places: Places) -> None:
    ours, _ = concluded(places)
    here = places.walk(CITY, ours)

    here.redo("2026-03-16 10:00", same_unit=True)
    places.carry("2026-03-16 10:01")

    assert here.ticket().state == "in_progress"
    assert [ticket.state for ticket in places.tickets(EAST)] == ["concluded", "accepted"]


def test_what_happens_to_the_old_ticket_there_is_not_our_business_any_more(places: Places) -> None:
    ours, theirs = concluded(places)
    here, there = places.walk(CITY, ours), places.walk(EAST, theirs)
    version = here.ticket().version

    there.redo("2026-03-16 10:00")
    there.answer("2026-03-16 11:00", text="另作答复")
    places.carry("2026-03-16 11:01")

    assert here.ticket().version == version
    assert places.jobs(EAST) == []
