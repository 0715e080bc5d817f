"""Being alive, being ready and lagging behind are told apart, and each is told to those whom it concerns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import update

from core.cli import job as job_command
from core.embedded.doctor.lagging import lag_findings
from core.embedded.services import Services
from core.jobs.lagging import LAGGING, Lagging
from core.journey import watching
from core.journey.watching import ALARM_AFTER, SEAL_ALARM_AFTER, database_state, lags
from core.kit.clock import Clock
from core.kit.db import Base, Database
from core.kit.outages import READ_ONLY, outage_of
from core.kit.outbox import Job
from core.sla.models import Timer
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.web import create_app
from tests.builders import make_district, make_installation, make_ticket
from tests.jobs.making import drain, jobs_of, kinds_doing, make_job, soon
from tests.servers import TestServers
from tests.web.making import Visitor, make_account

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def urls(servers: TestServers) -> tuple[str, str]:
    """A database of its own: what lags in it is what these tests made."""
    return servers.another_database("watching")


@pytest.fixture
def installation(urls: tuple[str, str]) -> Iterator[Installation]:
    made = make_installation(urls[0])
    yield made
    made.database.engine.dispose()


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    return create_app(installation).test_client()


def as_admin(urls: tuple[str, str], statement: str) -> None:
    with psycopg.connect(urls[1], autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute(statement.encode())


def late(installation: Installation, slug: str, by: timedelta) -> None:
    """Write a job that was due so long ago."""
    make_job(installation, slug, now=datetime.now(UTC) - by)


def test_nothing_lags_where_nothing_waits(installation: Installation, client: FlaskClient) -> None:
    make_district(installation)
    assert client.get("/livez").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ok"}
    told = client.get("/healthz").get_json()
    assert told.pop("clock_skew_seconds") == pytest.approx(0, abs=1)
    assert told | {"assets": ""} == {
        "status": "ok",
        "database": "ok",
        "redis": "not configured",
        "assets": "",
        "oldest_job_seconds": None,
        "oldest_mark_seconds": None,
        "oldest_seal_seconds": None,
        "dead_jobs": 0,
        "standbys": 0,
        "alarms": [],
    }


def test_without_a_database_the_process_lives_and_is_not_ready() -> None:
    client = create_app(make_installation("postgresql://nobody@127.0.0.1:1/nothing")).test_client()
    assert client.get("/livez").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").get_json()) == (503, {"status": "down"})
    assert (client.get("/healthz").status_code, client.get("/healthz").get_json()["database"]) == (503, "down")


def test_what_lags_is_told_in_the_log_to_administrators_and_by_the_doctor(
    installation: Installation, client: FlaskClient, caplog: pytest.LogCaptureFixture, urls: tuple[str, str]
) -> None:
    slug, other = make_district(installation), make_district(installation)
    late(installation, slug, ALARM_AFTER + MINUTE)
    late(installation, other, ALARM_AFTER - 5 * MINUTE)
    told = client.get("/healthz").get_json()
    assert told["oldest_job_seconds"] == pytest.approx(660, abs=30)
    assert told["alarms"] == ["jobs-lagging"]

    caplog.set_level("INFO")
    lagging, now = Lagging(installation, is_ending=lambda: False), [datetime.now(UTC)]
    lagging.tell(now=lambda: now[0])
    assert not [record for record in caplog.records if record.levelname == "ERROR"], "the clock has just begun"
    for _ in range(4):
        now[0] += MINUTE / 2
        lagging.tell(now=lambda: now[0])
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [f"{LAGGING} 租户 {slug} 的后台任务已积压 12 分钟，请确认后台任务和时钟在运行。"]

    pages = {}
    for role in ("administrator", "operator"):
        visitor = Visitor(client.application)
        visitor.sign_in(make_account(installation, slug, role, [role]))
        pages[role] = visitor.client.get("/", follow_redirects=True).get_data(as_text=True)
    assert "本区的后台任务已积压" in pages["administrator"]
    assert "积压" not in pages["operator"]

    services = Services(urls[0], None, "", Path())
    found = [(finding.subject, finding.text) for finding in lag_findings(services, now=datetime.now(UTC))]
    assert found == [("积压", f"测试区 {slug}（{slug}）的后台任务已积压 11 分钟")]

    drain(installation, kinds_doing(lambda *_: None), now=datetime.now(UTC))
    lagging.tell(now=lambda: now[0] + MINUTE)
    assert caplog.records[-1].getMessage() == f"租户 {slug} 的积压已处理完。"


def test_a_mark_that_nobody_acted_upon_is_told(installation: Installation) -> None:
    slug = make_district(installation)
    make_ticket(installation, slug, now=datetime.now(UTC))
    now = datetime.now(UTC)
    with installation.scope(slug) as scope:
        scope.session.execute(update(Timer).values(fire_at=now - ALARM_AFTER - MINUTE))

    [lag] = [lag for lag in lags(installation.database, now=now) if lag.slug == slug]
    assert (lag.mark, lag.words) == (ALARM_AFTER + MINUTE, "到点提醒已积压 11 分钟")
    with installation.scope(slug) as scope:
        scope.session.execute(update(Ticket).values(state="submitted"))
    [lag] = [lag for lag in lags(installation.database, now=now) if lag.slug == slug]
    assert (lag.mark, lag.words) == (None, ""), "marks of a reply that is reviewed are not late"
    with installation.scope(slug) as scope:
        scope.session.execute(update(Timer).values(fire_at=now + timedelta(days=1)))
        scope.session.execute(update(Job).values(state="done"))


def test_what_was_put_away_is_listed_and_done_again_on_command(
    installation: Installation, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_district(installation)
    for _ in range(2):
        make_job(installation, slug, now=datetime.now(UTC))
    with installation.scope(slug) as scope:
        scope.session.execute(update(Job).values(state="dead", crashes=3, last_error="后台程序意外退出"))
    assert client.get("/healthz").get_json()["alarms"] == ["jobs-dead"]

    monkeypatch.setattr(job_command, "installed", lambda: _Given(installation))
    run = CliRunner().invoke
    listed = run(job_command.job, ["dead", "--tenant", slug])
    assert "后台程序意外退出" in listed.output
    assert "共 2 项任务搁置。" in listed.output
    first, _ = jobs_of(installation, slug)
    assert run(job_command.job, ["resume", str(first.id), "--tenant", slug]).output == "1 项任务将重新执行。\n"
    assert [(job.state, job.crashes) for job in jobs_of(installation, slug)] == [("pending", 0), ("dead", 3)]
    assert run(job_command.job, ["resume", "--all", "--tenant", slug]).output == "1 项任务将重新执行。\n"
    drain(installation, kinds_doing(lambda *_: None), now=datetime.now(UTC) + MINUTE)
    assert [job.state for job in jobs_of(installation, slug)] == ["done", "done"]
    assert run(job_command.job, ["resume", "--all", "--tenant", slug]).exit_code == 1


class _Given:
    """The test's own installation, where a command opens one."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def __enter__(self) -> Installation:
        return self._installation

    def __exit__(self, *_: object) -> None:
        pass


def test_a_clock_that_differs_is_told(installation: Installation, client: FlaskClient) -> None:
    own = installation.database.transaction
    installation.database.clock = Clock(own, read=lambda: datetime.now(UTC) + timedelta(minutes=10))
    told = client.get("/healthz").get_json()
    assert told["alarms"] == ["clock-skewed"]
    assert told["clock_skew_seconds"] == pytest.approx(600, abs=2)


def test_seals_that_stay_away_are_told(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    make_district(installation)
    old = watching.Lag("a", "甲区", None, None, SEAL_ALARM_AFTER + MINUTE, 0)
    monkeypatch.setattr("core.embedded.doctor.lagging.lags", lambda *_, **__: [old])
    services = Services(installation.database.engine.url.render_as_string(hide_password=False), None, "", Path())
    [finding] = lag_findings(services, now=datetime.now(UTC))
    assert finding.text == "甲区（a）最近一次封存是 50 小时前"


def test_a_database_that_only_reads_is_not_ready_and_the_pool_finds_the_next_one(
    installation: Installation, client: FlaskClient, urls: tuple[str, str]
) -> None:
    """As after a take-over: the sessions that are open lead to a server that takes no writes any more."""
    slug = make_district(installation)
    name = installation.database.engine.url.database
    as_admin(urls, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        installation.database.engine.dispose()
        assert (client.get("/readyz").status_code, client.get("/readyz").get_json()) == (503, {"status": "read-only"})
        assert database_state(installation.database) == "read-only"
    finally:
        as_admin(urls, f'ALTER DATABASE "{name}" RESET default_transaction_read_only')

    with pytest.raises(Exception) as refused:
        make_ticket(installation, slug, now=datetime.now(UTC))
    assert outage_of(refused.value) is READ_ONLY
    assert make_ticket(installation, slug, now=datetime.now(UTC)).created, "the next one is on a session that writes"
    assert soon(lambda: client.get("/readyz").status_code == 200)


def test_tables_of_a_later_version_are_missed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(database_url)
    monkeypatch.setattr(Base.metadata, "tables", {**Base.metadata.tables, "of_tomorrow": None})
    assert database_state(database) == "schema-behind"
    database.engine.dispose()
