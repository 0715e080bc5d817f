"""Looking into mailboxes at the side of the clock: each in its time, and none held up by another."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core.jobs.mailbox import session as visiting
from core.jobs.mailbox.clock import MailIntake
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.inbound.imap_double import ImapBox, imap_server, silent_server
from tests.inbound.mailing import letter, make_mailed_district, set_mailbox
from tests.inbound.making import items_of


class Hours:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def go(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapBox]:
    monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", "127.0.0.1")
    with imap_server() as served:
        yield served


@pytest.fixture
def intake(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> MailIntake:
    """A clock that sees the districts of this test alone: others have mailboxes too, whose servers are gone."""
    others, everybody = {tenant.slug for tenant in installation.tenants()}, installation.tenants
    monkeypatch.setattr(
        installation, "tenants", lambda: [tenant for tenant in everybody() if tenant.slug not in others]
    )
    return MailIntake(installation, is_ending=lambda: False)


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.02)


def at_rest(slug: str) -> bool:
    """Tell whether no look into this district's mailbox is going on."""
    return all(thread.name != f"mail-{slug}" for thread in threading.enumerate())


def test_a_mailbox_is_looked_into_when_its_time_has_come(
    installation: Installation, intake: MailIntake, box: ImapBox
) -> None:
    slug, now = make_mailed_district(installation, box, every=5), Hours()
    seen: list[int] = []
    for minutes in (0, 1, 3, 2):
        now.go(minutes)
        box.deliver(letter(message_id=f"<{len(seen)}@example.com>"))
        intake.fetch(now=now)
        wait_for(lambda: at_rest(slug))
        seen.append(len(items_of(installation, slug)))

    assert seen == [1, 1, 1, 4]


def test_a_server_that_does_not_answer_holds_up_nobody(
    installation: Installation, intake: MailIntake, box: ImapBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visiting, "ANSWER_SECONDS", 300.0)
    with silent_server() as port:
        dead = make_district(installation)
        set_mailbox(installation, dead, port, password="x")
        slug = make_mailed_district(installation, box)
        box.deliver(letter())

        intake.fetch(now=Hours())
        wait_for(lambda: len(box.settled()) == 1)
        is_still_waiting = not at_rest(dead)

    assert is_still_waiting
    wait_for(lambda: at_rest(dead) and at_rest(slug))


def test_a_mailbox_that_cannot_be_reached_is_tried_less_and_less_often(
    installation: Installation, intake: MailIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_OUTSIDE_HOSTS", "127.0.0.1")
    slug, now = make_district(installation), Hours()
    set_mailbox(installation, slug, 1, password="x", every=5)
    pauses = []
    for _ in range(5):
        intake.fetch(now=now)
        wait_for(lambda: at_rest(slug))
        pauses.append((intake._due[slug] - now()).total_seconds() / 60)
        now.at = intake._due[slug]

    assert pauses == [10, 20, 40, 60, 60]


def test_a_district_without_a_mailbox_is_left_alone(installation: Installation, intake: MailIntake) -> None:
    slug = make_district(installation)

    intake.fetch(now=Hours())

    assert at_rest(slug)
    assert slug not in intake._due
