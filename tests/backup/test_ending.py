"""The end of a tenant: suspended at once, closed with all it has in a file, deleted by another after a wait, and nothing else touched."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.sql import SQL
from sqlalchemy import create_engine

from core.jobs.turns import Turns
from core.journey.ending import AlreadySo, CityHasMembers, Closed, NotClosed, close, delete, resume, suspend
from core.journey.people import issue_token
from core.kit.db import as_psycopg
from core.kit.errors import Refused
from core.kit.file_store import FileStore, TenantFiles
from core.people.roles import NotPermitted, SameHands
from core.people.service import open_account, start_session
from core.tenancy.ending import WAIT, was_deleted
from core.tenancy.moving.bringing_in import bring_in
from core.tenancy.moving.tables import tables_of_tenants
from core.tenancy.scope import Installation, UnknownTenant
from core.tenancy.security_log import By, security_events
from core.tickets.service import ReasonMissing
from core.tickets.timeline import Actor
from core.web import create_app
from core.web.visit import COOKIE
from tests.builders import KEYS, make_actor, make_city, make_district, make_installation, make_ticket
from tests.tenancy.filling import allowed_values, fill
from tests.tenancy.filling import tables_of_tenants as tables_to_fill

NOW = datetime(2026, 3, 15, 2, tzinfo=UTC)
LATER = NOW + WAIT
ANNA, BORIS = (make_actor(name, "administrator", id=number) for name, number in (("安娜", 101), ("鲍里斯", 102)))
REASON = "改用市级系统"
MACHINE = By("命令行", reason="欠费停机演练")


@pytest.fixture(scope="module")
def installation(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = make_installation(database_url)
    installation.files = FileStore(str(tmp_path_factory.mktemp("files")))
    yield installation
    installation.database.engine.dispose()


@dataclass
class End:
    """A district that comes to its end, and what is done with it there."""

    installation: Installation
    owner_url: str
    folder: Path
    slug: str

    @property
    def tenant_id(self) -> int:
        return self.installation.tenant(self.slug).id

    def suspend(self) -> "End":
        self.installation.run(self.slug, lambda scope: suspend(scope, MACHINE, now=NOW))
        self.installation.forget()
        return self

    def resume(self) -> "End":
        self.installation.run(self.slug, lambda scope: resume(scope, MACHINE, now=NOW))
        self.installation.forget()
        return self

    def close(self, actor: Actor = ANNA, reason: str = REASON) -> Closed:
        file = self.folder / f"{self.slug}.zip"
        return close(self.installation, self.slug, file, actor, reason=reason, owner_url=self.owner_url, now=NOW)

    def delete(self, actor: Actor = BORIS, *, at: datetime = LATER, reason: str = REASON) -> Any:
        return delete(self.installation, self.slug, actor, reason=reason, owner_url=self.owner_url, now=at)

    def fill(self) -> int:
        """Put a row into every table, and the file that one names; return how many tables there are."""
        owner = create_engine(as_psycopg(self.owner_url))
        tables = tables_to_fill(owner)
        with self.installation.database.transaction(self.tenant_id) as session:
            fill(session.connection(), tables, allowed_values(owner), self.tenant_id)
        owner.dispose()
        with self.installation.scope(self.slug) as scope:
            key = scope.files.put(b"\x89PNG")
        with psycopg.connect(self.owner_url) as connection:
            connection.execute("SELECT set_config('app.tenant', %s, true)", [str(self.tenant_id)])
            connection.execute("UPDATE ticket_file SET key = %s", [key])
        return len(tables)

    def rows(self, tenant_id: int) -> dict[str, list[str]]:
        with psycopg.connect(self.owner_url) as owner:
            return {
                table.full_name: sorted(
                    str(row)
                    for (row,) in owner.execute(
                        SQL("SELECT t::text FROM {} t WHERE tenant_id = {}").format(table.identifier, tenant_id)
                    )
                )
                for table in tables_of_tenants(owner)
            }


@pytest.fixture
def end(installation: Installation, owner_url: str, tmp_path: Path) -> End:
    return End(installation, owner_url, tmp_path, make_district(installation))


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


def test_everything_goes_and_nothing_of_the_others(end: End, installation: Installation, owner_url: str) -> None:
    neighbour = End(installation, owner_url, end.folder, make_district(installation))
    neighbour.fill()
    tables = end.fill()
    city = make_city(installation, [end.slug, neighbour.slug])
    gone_id, theirs = end.tenant_id, neighbour.rows(neighbour.tenant_id)
    before = sum(map(len, end.rows(gone_id).values()))

    closed = end.close()
    deleted = end.delete()

    assert (deleted.tables >= tables, deleted.files) == (True, 1)
    assert installation.files is not None
    lying = [len(list(TenantFiles(installation.files, each).lying())) for each in (gone_id, neighbour.tenant_id)]
    assert lying == [0, 1]
    assert closed.rows >= before
    assert {name: rows for name, rows in end.rows(gone_id).items() if rows} == {}
    assert but_for_incidents(neighbour.rows(neighbour.tenant_id)) == but_for_incidents(theirs)
    with pytest.raises(UnknownTenant):
        installation.tenant(end.slug)
    assert end.slug not in {each.slug for each in installation.tenants()}
    assert was_deleted(installation, end.slug)
    with installation.scope(city) as scope:
        (event,) = security_events(scope, kind="tenant_deleted")
    assert (event.actor, event.subject) == ("鲍里斯", end.slug)
    assert event.detail == {
        "rows": deleted.rows,
        "file_sha256": closed.sha256,
        "closed_by": "安娜",
        "reason": REASON,
    }


def but_for_incidents(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the rows without those that tell of features: they may count on whenever the tenant is looked at."""
    return {name: found for name, found in rows.items() if name != "feature_incident"}


def test_what_was_deleted_comes_back_from_its_file_elsewhere(end: End, servers: Any) -> None:
    make_ticket(end.installation, end.slug)
    tenant_id = end.tenant_id
    closed = end.close()
    expected = end.rows(tenant_id)
    end.delete()
    _, there = servers.another_database(f"ended_{tenant_id}")

    brought = bring_in(closed.file, KEYS, owner_url=there, slug=None)

    assert brought.rows == closed.rows
    with psycopg.connect(there) as owner:
        assert owner.execute("SELECT slug, state FROM tenant").fetchall() == [(end.slug, "active")]
        (tickets,) = owner.execute("SELECT count(*) FROM ticket").fetchone() or (0,)
    assert tickets == len(expected["ticket"])


def test_a_tenant_of_the_same_name_may_be_made_anew(end: End) -> None:
    end.close()
    gone_id = end.tenant_id
    end.delete()

    make_district(end.installation, end.slug)

    assert end.tenant_id != gone_id
    assert end.installation.tenant(end.slug).state == "active"


REFUSED: list[tuple[str, Callable[[End], Any], type[Refused]]] = [
    ("not closed", lambda end: end.delete(), NotClosed),
    ("too early", lambda end: (end.close(), end.delete(at=LATER - timedelta(seconds=1))), NotClosed),
    ("one person", lambda end: (end.close(), end.delete(ANNA)), SameHands),
    ("no reason", lambda end: (end.close(), end.delete(reason=" ")), ReasonMissing),
    (
        "no right",
        lambda end: (end.close(), end.delete(make_actor("某人", "security-administrator", id=9))),
        NotPermitted,
    ),
    ("closed without right", lambda end: end.close(make_actor("某人", "operator", id=9)), NotPermitted),
    ("closed without reason", lambda end: end.close(reason=""), ReasonMissing),
    ("closed twice", lambda end: (end.close(), end.close()), AlreadySo),
    ("suspended twice", lambda end: end.suspend().suspend(), AlreadySo),
    ("resumed at work", End.resume, AlreadySo),
    ("resumed meanwhile", lambda end: (end.close(), end.resume().delete()), NotClosed),
]


@pytest.mark.parametrize(("act", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_it_is_not_deleted_but_step_by_step(end: End, act: Callable[[End], Any], refusal: type[Refused]) -> None:
    ticket = make_ticket(end.installation, end.slug)

    with pytest.raises(refusal):
        act(end)

    assert any(ticket.serial_no in row for row in end.rows(end.tenant_id)["ticket"])


def test_a_city_with_members_is_not_ended(end: End, installation: Installation) -> None:
    city = End(installation, end.owner_url, end.folder, make_city(installation, [end.slug]))

    with pytest.raises(CityHasMembers, match=end.slug):
        city.close()


def test_a_suspended_tenant_lets_nobody_in_and_loses_nothing(end: End, client: FlaskClient) -> None:
    now = datetime.now(UTC)
    with end.installation.scope(end.slug) as scope:
        account = open_account(
            scope, login="lin", name="林工", password="一句只有测试才知道的长话", roles=["leader"], now=now
        )
        session = start_session(scope, account.id, address="", now=now)
        token = issue_token(scope, "热线", now=now)
    client.set_cookie(COOKIE, f"{end.slug}:{session}")
    bearer = {"Authorization": f"Bearer {token}"}

    def asked() -> dict[str, int]:
        return {
            "page": client.get("/account").status_code,
            "api": client.post("/api/v1/tickets", json={"text": "路灯不亮"}, headers=bearer).status_code,
            "push": client.post(f"/in/{end.slug}/web", data=b"x").status_code,
        }

    at_work = asked()
    before = end.rows(end.tenant_id)["ticket"]
    end.suspend()
    suspended = asked()
    told = client.get("/account").get_data(as_text=True)
    end.resume()

    assert at_work == {"page": 200, "api": 201, "push": at_work["push"]}
    assert at_work["push"] != 503
    assert suspended == {"page": 503, "api": 503, "push": 503}
    assert "暂停使用" in told
    assert end.rows(end.tenant_id)["ticket"] == before
    assert asked() == at_work


def test_nothing_is_done_for_a_suspended_tenant_but_keeping_and_forgetting(end: End) -> None:
    def visited(*, even_suspended: bool) -> bool:
        seen: list[str] = []
        turns = Turns(end.installation, what="试", is_ending=lambda: False, even_suspended=even_suspended)
        turns.take(lambda tenant: bool(seen.append(tenant.slug)), now=lambda: NOW)  # type: ignore[func-returns-value]
        return end.slug in seen

    assert visited(even_suspended=False)
    end.suspend()

    assert not visited(even_suspended=False)
    assert visited(even_suspended=True)


def test_a_tenant_that_is_taken_out_is_told_of_with_rows_and_digest(end: End) -> None:
    closed = end.close()

    with end.installation.scope(end.slug) as scope:
        told = [(event.kind, event.detail) for event in security_events(scope) if event.kind.startswith("export")]
    assert told == [
        ("export_begun", {"reason": REASON}),
        ("exported", {"rows": closed.rows, "files": 0, "sha256": closed.sha256, "reason": REASON}),
    ]
    assert closed.sha256 == hashlib.sha256(closed.file.read_bytes()).hexdigest()


def test_each_step_is_told_with_who_and_why(end: End) -> None:
    end.suspend()
    end.resume()
    end.close()

    with end.installation.scope(end.slug) as scope:
        told = [
            (event.kind, event.actor, event.detail.get("reason"))
            for event in security_events(scope)
            if event.kind.startswith("tenant_")
        ]
    assert told == [
        ("tenant_suspended", "命令行", MACHINE.reason),
        ("tenant_resumed", "命令行", MACHINE.reason),
        ("tenant_suspended", "安娜", REASON),
        ("tenant_closed", "安娜", REASON),
    ]
