"""Contacts go by themselves when the days are over that the tenant has set, and not before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.hooks.core_features import PRIVACY
from core.jobs.retention import Retention
from core.journey.archive import archive_closed
from core.journey.audit import audit_tenant
from core.journey.erase import due_for_erasure, erase_due
from core.tenancy.models import SecurityEvent
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.rules import ApprovalMissing
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import TicketContact
from core.tickets.retention import days_kept
from tests.builders import beijing
from tests.journey.walking import Walk
from tests.settings.making import District

CHEN = Contact("陈某某", "13800000001", "人民路 1 号")
ARCHIVED = beijing("2026-06-01 03:00")
CONCLUDED = beijing("2026-03-13 10:00")


def archived(walk: Walk, contact: Contact = CHEN) -> str:
    walk.take_in(contact=contact)
    walk.dispatch()
    walk.sign()
    walk.reply()
    walk.pass_reply()
    walk.rate()
    walk.run(lambda scope: archive_closed(scope, now=ARCHIVED))
    assert walk.ticket().state == "archived"
    return walk.serial_no


def keep(walk: Walk, days: int) -> None:
    """Let this retention hold."""

    def hold(scope: Scope) -> None:
        revision = write_revision(
            scope, PRIVACY.id, values={"days": days}, schema_version=1, reason="规定", author=FILES, now=CONCLUDED
        )
        make_active(scope, PRIVACY.id, revision.number, actor=FILES, now=CONCLUDED)

    walk.run(hold)
    walk.installation.forget()


def sweep(walk: Walk, now: datetime) -> None:
    installation = walk.installation
    retention = Retention(installation, is_ending=lambda: False)
    retention._erase_of(installation.tenant(walk.slug), now=lambda: now)


def kept(walk: Walk) -> list[str]:
    rows = walk.rows(TicketContact)
    return walk.run(lambda scope: [_name(scope, row) for row in rows])


def _name(scope: Scope, row: TicketContact) -> str:
    if row.name is None:
        return ""
    return scope.keys.decrypt(row.name, tenant_id=row.tenant_id, field="contact.name", row_id=row.ticket_id)


def test_a_tenant_that_set_nothing_keeps_contacts(walk: Walk) -> None:
    archived(walk)
    assert walk.run(lambda scope: days_kept(scope.hooks)) == 0
    sweep(walk, CONCLUDED + timedelta(days=10_000))
    assert kept(walk) == ["陈某某"]


def test_contacts_go_when_the_days_are_over_and_not_a_second_before(walk: Walk) -> None:
    archived(walk)
    keep(walk, 365)
    concluded_at = walk.ticket().concluded_at
    assert concluded_at is not None
    over = concluded_at + timedelta(days=365)

    before = walk.run(lambda scope: due_for_erasure(scope, days=365, now=over))
    at = walk.run(lambda scope: due_for_erasure(scope, days=365, now=over + timedelta(seconds=1)))
    sweep(walk, over - timedelta(days=1))
    assert (before, list(at), kept(walk)) == ([], [walk.serial_no], ["陈某某"])

    sweep(walk, over + timedelta(days=1))

    assert kept(walk) == [""]
    last = walk.entries()[-1]
    assert (last.kind, last.actor_kind, last.summary) == (
        "erased",
        "system",
        "删除了诉求人的个人信息：办结满 365 天",
    )
    [event] = walk.run(
        lambda scope: list(scope.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "erased")))
    )
    assert (event.subject, event.detail) == ("保存期限已到", {"tickets": [walk.serial_no], "days": 365})
    assert walk.run(audit_tenant).findings == ()


def test_the_days_are_set_as_any_setting_and_need_a_second_person_and_no_try(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    district = District(walk.installation, walk.slug)
    number = district.draft({"days": 1095}, feature=PRIVACY.id)
    assert [each.level for each in district.check(number, feature=PRIVACY.id).findings] == []
    with pytest.raises(ApprovalMissing):
        district.activate(number, feature=PRIVACY.id)

    district.approve(number, feature=PRIVACY.id)
    district.activate(number, feature=PRIVACY.id)

    walk.installation.forget()
    assert walk.run(lambda scope: days_kept(scope.hooks)) == 1095


def test_what_is_not_put_away_keeps_its_contact_however_old(walk: Walk) -> None:
    walk.take_in(contact=CHEN)
    walk.answer()
    long_after = CONCLUDED + timedelta(days=10_000)
    assert walk.run(lambda scope: due_for_erasure(scope, days=1, now=long_after)) == []


def test_nothing_is_swept_before_two_at_night(walk: Walk) -> None:
    archived(walk)
    keep(walk, 30)
    sweep(walk, beijing("2027-03-12 01:59"))
    assert kept(walk) == ["陈某某"]
    sweep(walk, beijing("2027-03-12 02:00"))
    assert kept(walk) == [""]


def test_a_contact_that_was_tampered_with_is_logged_and_holds_up_nobody(
    walk: Walk, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt, whole = archived(walk), archived(walk, Contact("欧阳小路"))
    row = walk.rows(TicketContact)  # of the newest ticket
    which = (TicketContact.tenant_id == row[0].tenant_id, TicketContact.ticket_id != row[0].ticket_id)
    walk.run(lambda scope: scope.session.execute(update(TicketContact).where(*which).values(name=b"\x00\x01spoilt!")))

    done = walk.run(lambda scope: erase_due(scope, days=30, now=CONCLUDED + timedelta(days=100)))

    assert done == 1
    assert [spoilt in caplog.text, whole in caplog.text] == [True, False]
