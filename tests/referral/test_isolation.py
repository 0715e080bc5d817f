"""Neither side of a referral can read the other's rows, and what joins them reveals nothing."""

import pytest
from sqlalchemy import select

from core.intake.channels import UnknownChannel
from core.intake.models import IntakeEvent
from core.kit.outbox import Job
from core.routing.models import Referral
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact, TicketEvent
from tests.journey.walking import Walk
from tests.referral.making import CITY, EAST, NAMES, Places
from tests.referral.test_returns import sent_back
from tests.referral.test_walk import conclude_there

SECRET = Contact("欧阳小路", "13700001234", "松柏街 99 号", keep_private=True)


def said(walk: Walk) -> str:
    """Return all that the ticket's timeline says, to people and machines."""
    return "".join(f"{entry.actor_name}{entry.summary}{entry.detail}" for entry in walk.entries())


def test_each_tenant_sees_its_own_side_alone(places: Places) -> None:
    here, there = places.referred()
    conclude_there(places, there)

    for walk, other in ((here, there), (there, here)):
        tenant_id = places.installation.tenant(walk.slug).id
        with places.installation.scope(walk.slug) as scope:
            for table in (Ticket, TicketEvent, TicketContact, IntakeEvent, Referral, Job):
                assert set(scope.session.scalars(select(table.tenant_id))) == {tenant_id}
            assert scope.session.scalar(select(Ticket).where(Ticket.serial_no == other.serial_no)) is None


def test_neither_timeline_names_the_other_sides_ticket_or_units(places: Places) -> None:
    here, there = places.referred(contact=SECRET)
    sent_back(there, "2026-03-12 10:20")
    places.carry("2026-03-12 10:21")
    here.approve_return("2026-03-12 10:30")
    here.dispatch("2026-03-12 10:40", lead=EAST)
    places.carry("2026-03-12 10:41")
    there = places.arrived(EAST)
    conclude_there(places, there)
    here.return_reply("2026-03-13 14:00")
    places.carry("2026-03-13 14:01")

    reference = places.referrals(CITY)[-1].reference
    for walk, other in ((here, there), (there, here)):
        words = said(walk)
        assert other.serial_no not in words
        assert reference not in words
        assert SECRET.name not in words
    assert "道路管理处" not in said(here)


def test_the_reference_is_random_and_says_nothing(places: Places) -> None:
    places.refer()
    places.refer()

    references = [referral.reference for referral in places.referrals(CITY)]
    assert len(set(references)) == 2
    assert {len(reference) for reference in references} == {32}
    for slug, name in NAMES.items():
        assert not any(slug in reference or name in reference for reference in references)


def test_jobs_between_tenants_hold_the_reference_and_nothing_else(places: Places) -> None:
    here, there = places.referred(contact=SECRET, text="井盖丢失，家住松柏街 99 号")
    conclude_there(places, there, text="欧阳小路反映的松柏街 99 号门前井盖丢失，已补装")
    here.pass_reply("2026-03-13 14:00")
    places.carry("2026-03-13 14:01")

    [reference] = {referral.reference for referral in places.referrals(CITY)}
    payloads = [job.payload for slug in (CITY, EAST) for job in places.jobs(slug, "done") if job.kind != "deliver"]
    assert payloads == [{"reference": reference}] * len(payloads)
    assert len(payloads) > 4


def test_the_contact_is_sealed_anew_with_the_receivers_key(places: Places) -> None:
    here, there = places.referred(contact=SECRET)

    sealed = []
    for walk in (here, there):
        with places.installation.scope(walk.slug) as scope:
            sealed.append(scope.session.get_one(TicketContact, (scope.tenant.id, walk.ticket().id)))
    ours, theirs = sealed
    assert ours.phone_hash != theirs.phone_hash
    assert ours.phone != theirs.phone


def test_what_the_other_side_refuses_is_told_by_its_code_alone(places: Places) -> None:
    here = places.refer(text="井盖丢失")
    with places.installation.scope(CITY) as scope:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, here.ticket().id))
        ticket.text = "  "  # the receiver refuses it in words of its own

    places.carry("2026-03-12 10:11")

    [job] = places.jobs(CITY)
    assert job.last_error == "对方现在不能接收（appeal-unusable）"


@pytest.mark.parametrize("slug", [CITY, EAST])
def test_nobody_takes_in_an_appeal_as_if_it_had_been_referred(places: Places, slug: str) -> None:
    walk = places.walk(slug)

    with pytest.raises(UnknownChannel):
        walk.take_in(channel="referral")

    assert places.tickets(slug) == []
