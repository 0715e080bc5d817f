"""A try is done part by part: whoever dies in between, every ticket is counted once, and nothing else is touched."""

import pytest
from sqlalchemy import func, select, text

from core.jobs.drain import Failure
from core.jobs.dry_runs import tell_failure
from core.jobs.kinds import job_kinds
from core.journey.dry_run import MOST, Sample, go_on, result_of, run_whole, running, valid_run_of
from core.journey.dry_run.past import Past
from core.kit.db import Base
from core.tenancy.models import DryRunChange
from core.tenancy.revisions import bump_epoch, make_active
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_installation, make_ticket
from tests.dry_run.trying import (
    ADMINISTRATOR,
    TODAY,
    asked,
    counted_statements,
    make_draft,
    result,
    tried,
)
from tests.jobs.making import drain, jobs_of

SHORTER = {"handling_days": 3}


def make_tickets(installation: Installation, slug: str, count: int) -> list[str]:
    """Take in so many appeals, one a minute; return their numbers, the newest first."""
    base = beijing("2026-03-12 10:00")
    made = [
        make_ticket(installation, slug, now=base.replace(hour=base.hour + n // 60, minute=n % 60)) for n in range(count)
    ]
    return [ticket.serial_no for ticket in reversed(made)]


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PART", 2)


@pytest.fixture
def slug(installation: Installation) -> str:
    return make_district(installation, features={"nanhai.light": {}})


@pytest.mark.usefixtures("short_parts")
def test_parts_follow_each_other_from_the_newest_ticket_to_the_oldest(installation: Installation, slug: str) -> None:
    numbers = make_tickets(installation, slug, 5)
    dry_run_id = asked(installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", SHORTER))

    seen = []
    run_whole(
        installation,
        slug,
        dry_run_id,
        now=TODAY,
        on_progress=lambda made: seen.append((made.done, made.total, made.state)),
    )

    assert seen == [(2, 5, "running"), (4, 5, "running"), (5, 5, "done")]
    assert [ticket.serial_no for ticket in result(installation, slug, dry_run_id).changed] == numbers


@pytest.mark.usefixtures("short_parts")
def test_a_worker_that_dies_in_a_part_leaves_nothing_counted_twice(
    installation: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = make_tickets(installation, slug, 4)
    dry_run_id = asked(installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", SHORTER))
    go_on(installation, slug, dry_run_id, now=TODAY)
    really = running.replay

    def dies(past: Past, *others: object) -> object:
        if past.view.serial_no == numbers[3]:
            raise KeyboardInterrupt
        return really(past, *others)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        dying.setattr(running, "replay", dies)
        with pytest.raises(KeyboardInterrupt):
            go_on(installation, slug, dry_run_id, now=TODAY)
    run_whole(installation, slug, dry_run_id, now=TODAY)

    found = result(installation, slug, dry_run_id)
    assert (found.totals.tickets, found.totals.changed, found.done) == (4, 4, 4)
    assert [ticket.serial_no for ticket in found.changed] == numbers


@pytest.mark.usefixtures("short_parts")
def test_the_job_comes_back_until_the_try_is_done(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 5)
    dry_run_id = asked(
        installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", SHORTER), now=TODAY
    )

    drain(installation, job_kinds({}, installation), now=TODAY)

    assert result(installation, slug, dry_run_id).state == "done"
    assert [(job.kind, job.state, job.attempts) for job in jobs_of(installation, slug)] == [("dry-run", "done", 1)]


def test_a_try_that_has_ended_does_not_change_any_more(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 2)
    found = tried(installation, slug, "nanhai.light", SHORTER)
    make_tickets(installation, slug, 1)

    assert go_on(installation, slug, found.id, now=beijing("2026-05-01 10:00")).done == 2
    assert result(installation, slug, found.id) == found


def test_a_ticket_that_comes_in_after_the_question_is_not_tried(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 2)
    dry_run_id = asked(installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", SHORTER))
    make_ticket(installation, slug, now=beijing("2026-04-01 10:01"))

    assert run_whole(installation, slug, dry_run_id, now=TODAY).done == 2


def test_of_the_last_tickets_only_so_many_are_tried(installation: Installation, slug: str) -> None:
    numbers = make_tickets(installation, slug, 4)

    found = tried(installation, slug, "nanhai.light", SHORTER, sample=Sample(newest=3))

    assert [ticket.serial_no for ticket in found.changed] == numbers[:3]
    assert tried(installation, slug, "nanhai.light", SHORTER, sample=Sample(newest=MOST)).done == 4


def test_nothing_is_written_but_the_try_and_nothing_is_sent(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 3)
    number = make_draft(installation, slug, "nanhai.light", SHORTER)
    dry_run_id = asked(installation, slug, "nanhai.light", number)
    before = digests(installation, slug)

    run_whole(installation, slug, dry_run_id, now=TODAY)

    after = digests(installation, slug)
    assert {name for name in after if after[name] != before[name]} == {"dry_run", "dry_run_change"}


def digests(installation: Installation, slug: str) -> dict[str, object]:
    """Return a fingerprint of the tenant's rows in each table."""
    tables = [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
    with installation.scope(slug) as scope:
        return {
            table.name: scope.session.scalar(
                text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table.name} t")
            )
            for table in tables
        }


def test_a_try_sees_and_writes_rows_of_its_own_district_alone(installation: Installation, slug: str) -> None:
    other = make_district(installation, features={"nanhai.light": {}})
    mine, theirs = make_tickets(installation, slug, 2), make_tickets(installation, other, 3)

    found = tried(installation, slug, "nanhai.light", SHORTER)

    assert [ticket.serial_no for ticket in found.changed] == mine
    assert not {ticket.serial_no for ticket in found.changed} & set(theirs)
    with installation.scope(other) as scope:
        assert scope.session.scalar(select(func.count()).select_from(DryRunChange)) == 0
        with pytest.raises(running.NoSuchDryRun):
            result_of(scope, found.id)
    with pytest.raises(running.NoSuchDryRun):
        go_on(installation, other, found.id, now=TODAY)
    assert jobs_of(installation, other) == []


def test_a_try_is_valid_until_another_revision_holds(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 1)
    found = tried(installation, slug, "nanhai.light", SHORTER)
    assert found.number is not None

    def valid() -> int | None:
        with installation.scope(slug) as scope:
            run = valid_run_of(scope, "nanhai.light", found.number or 0)
            return run.id if run else None

    assert valid() == found.id
    other = make_draft(installation, slug, "nanhai.light", {"yellow_hours": 4})
    installation.run(slug, lambda scope: make_active(scope, "nanhai.light", other, actor=ADMINISTRATOR, now=TODAY))
    assert valid() is None


def test_a_part_of_many_tickets_asks_the_database_as_often_as_one_of_few(
    installation: Installation,
) -> None:
    sent = []
    for count in (2, 6):
        slug = make_district(installation, features={"nanhai.light": {}})
        make_tickets(installation, slug, count)
        dry_run_id = asked(installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", {}))
        result(installation, slug, dry_run_id)  # what is known of the district is read before it is counted
        with counted_statements(installation) as statements:
            go_on(installation, slug, dry_run_id, now=TODAY)
        sent.append(len(statements))

    assert sent[0] == sent[1] < 60


def test_a_worker_that_has_not_heard_of_a_change_yet_reads_the_district_anew(
    installation: Installation, slug: str, database_url: str
) -> None:
    elsewhere = make_installation(database_url, features=tuple(installation.roster.features.values()))
    make_tickets(installation, slug, 2)
    installation.run(slug, lambda scope: None)  # knows the district from now on
    elsewhere.run(slug, bump_epoch)
    elsewhere.forget()
    dry_run_id = asked(elsewhere, slug, "nanhai.light", make_draft(elsewhere, slug, "nanhai.light", SHORTER))

    assert go_on(installation, slug, dry_run_id, now=TODAY).state == "done"
    elsewhere.database.engine.dispose()


def test_a_try_whose_job_is_given_up_fails_in_words(installation: Installation, slug: str) -> None:
    make_tickets(installation, slug, 1)
    dry_run_id = asked(installation, slug, "nanhai.light", make_draft(installation, slug, "nanhai.light", SHORTER))

    for is_last in (False, True):
        failure = Failure("数据库没有应答", 1, is_last, TODAY)
        installation.run(slug, lambda scope, failure=failure: tell_failure(scope, {"dry_run": dry_run_id}, failure))

    found = result(installation, slug, dry_run_id)
    assert (found.state, found.failure) == (
        "failed",
        "试算多次中断，没有完成。请重新试算；再次中断请告知系统维护人员。",
    )
    assert go_on(installation, slug, dry_run_id, now=TODAY).state == "failed"
