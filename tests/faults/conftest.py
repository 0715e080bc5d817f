"""A server of these tests' own, which they may fill, break and leave without its standby, and a district on it."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.intake.models import IntakeEvent
from core.journey.people import issue_token
from core.sla.models import Clock
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from core.web import create_app
from tests.builders import make_installation
from tests.faults.small_disk import SmallDisk, small_disk
from tests.inbound.making import Wire, body_of, make_wired_district, push
from tests.servers import PREFIX
from tests.web.making import Visitor, make_account


@pytest.fixture(scope="session")
def disk() -> Iterator[SmallDisk]:
    """A database on a disk of its own; made once, for it takes some seconds."""
    with small_disk(Path(mkdtemp(prefix=PREFIX)) / "home") as disk:
        yield disk


class District:
    """A district on the small disk that takes in appeals by page, API and push."""

    def __init__(self, disk: SmallDisk) -> None:
        self.words: dict[str, str] = {}
        self.installation: Installation = make_installation(disk.url, features=[Wire().feature()])
        self.app: Flask = create_app(self.installation)
        self.slug = make_wired_district(self.installation)
        self.operator = make_account(self.installation, self.slug, "operator", ["operator"], name="张丽")
        with self.installation.scope(self.slug) as scope:
            self.token = issue_token(scope, "热线", role=None, unit=None, now=datetime.now(UTC))

    def by_api(self, key: str) -> TestResponse:
        """Hand in the appeal of this key, in the same words each time."""
        return self.app.test_client().post(
            "/api/v1/tickets",
            data=json.dumps({"text": self.words.setdefault(key, long_text())}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
        )

    def by_push(self, message_id: str) -> TestResponse:
        words = self.words.setdefault(message_id, long_text())
        return push(self.app, self.slug, body_of(words), message_id=message_id)

    def at_page(self) -> Visitor:
        visitor = Visitor(self.app)
        visitor.sign_in(f"operator@{self.slug}")
        visitor.get("/desk/new")
        return visitor

    def tickets_under(self, key: str) -> int:
        with self.installation.scope(self.slug) as scope:
            found = select(func.count()).select_from(IntakeEvent).where(IntakeEvent.external_id == key)
            return scope.session.scalar(found) or 0

    def halves(self) -> list[int]:
        """Return the ids of tickets that lack their first entry or their clock."""
        with self.installation.scope(self.slug) as scope:
            whole = select(TicketEvent.ticket_id).join(Clock, Clock.ticket_id == TicketEvent.ticket_id)
            return list(scope.session.scalars(select(Ticket.id).where(Ticket.id.not_in(whole))))

    def count(self) -> int:
        with self.installation.scope(self.slug) as scope:
            return scope.session.scalar(select(func.count()).select_from(Ticket)) or 0


@pytest.fixture
def district(disk: SmallDisk) -> Iterator[District]:
    made = District(disk)
    yield made
    disk.clear()
    made.installation.database.engine.dispose()


def long_text() -> str:
    """Return words that cannot be compressed, so that each appeal takes some blocks."""
    return "道路坑洼：" + secrets.token_hex(9000)
