"""`huiying audit verify`: whole timelines are called whole, and each broken one is named with its first broken entry."""

import json

import psycopg
import pytest
from click.testing import CliRunner, Result

from core.cli.audit import audit
from core.tenancy.scope import Installation, UnknownTenant
from tests.builders import make_district
from tests.journey.walking import Walk


@pytest.fixture
def walk(installation: Installation) -> Walk:
    """A district with three tickets; the walk stands at the last of them, which has five entries."""
    walk = Walk(installation, make_district(installation))
    for _ in range(3):
        walk.take_in()
    walk.dispatch()
    return walk


def verify(tenant: str, *options: str) -> Result:
    return CliRunner().invoke(audit, ["verify", "--tenant", tenant, *options])


def tamper(owner_url: str, statement: str, walk: Walk) -> None:
    """Do what an owner of the database could do to the timeline of the walk's ticket."""
    with psycopg.connect(owner_url) as connection:
        where = "ticket_id = (SELECT id FROM ticket WHERE serial_no = %s)"
        connection.execute(statement.replace("OF_TICKET", where), [walk.serial_no])


def test_whole_timelines_are_called_whole(walk: Walk) -> None:
    result = verify(walk.slug)

    assert (result.exit_code, result.stdout) == (0, "核对 3 件工单，流转记录全部完整。\n")


def test_a_district_without_tickets_has_nothing_broken(installation: Installation) -> None:
    result = verify(make_district(installation), "--json")

    assert (result.exit_code, json.loads(result.stdout)["tickets"]) == (0, 0)


@pytest.mark.parametrize(
    ("statement", "entry", "entries"),
    [
        ("UPDATE ticket_event SET summary = '无人受理' WHERE seq = 2 AND OF_TICKET", 2, 5),
        ("UPDATE ticket_event SET at = at - interval '1 day' WHERE seq = 5 AND OF_TICKET", 5, 5),
        ("UPDATE ticket_event SET seq = 10 - seq WHERE seq IN (4, 6) AND OF_TICKET", 4, 5),
        ("DELETE FROM ticket_event WHERE seq = 3 AND OF_TICKET", 3, 4),
        ("DELETE FROM ticket_event WHERE seq >= 4 AND OF_TICKET", 4, 3),
        ("DELETE FROM ticket_event WHERE OF_TICKET", 1, 0),
        ("UPDATE ticket SET state = 'archived' WHERE serial_no = %s", 6, 5),
        ("UPDATE ticket SET version = 6 WHERE serial_no = %s", 6, 5),
    ],
)
def test_a_tampered_timeline_is_named_with_its_first_broken_entry(
    walk: Walk, owner_url: str, statement: str, entry: int, entries: int
) -> None:
    tamper(owner_url, statement, walk)

    result = verify(walk.slug, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout.splitlines()[-1]) == {
        "tenant": walk.slug,
        "tickets": 3,
        "broken": [{"serial_no": walk.serial_no, "entry": entry, "entries": entries}],
    }


def test_in_words_every_broken_ticket_has_a_line(walk: Walk, owner_url: str) -> None:
    tamper(owner_url, "UPDATE ticket_event SET actor_name = '某人' WHERE seq = 5 AND OF_TICKET", walk)

    result = verify(walk.slug)

    assert (result.exit_code, result.stdout) == (
        1,
        f"工单 {walk.serial_no}：第 5 条记录不符（现存 5 条）\n"
        "核对 3 件工单，1 件的流转记录被改动过。请保留现场，并与备份比对。\n",
    )


def test_many_broken_tickets_are_summed_up(walk: Walk, owner_url: str) -> None:
    for _ in range(20):
        walk.take_in()
    tenant = walk.installation.tenant(walk.slug).id
    with psycopg.connect(owner_url) as connection:
        connection.execute("DELETE FROM ticket_event WHERE tenant_id = %s AND seq = 1", [tenant])

    lines = verify(walk.slug).stdout.splitlines()

    assert len(lines) == 22
    assert lines[-2:] == [
        "其余 3 件见 --json。",
        "核对 23 件工单，23 件的流转记录被改动过。请保留现场，并与备份比对。",
    ]


def test_one_district_is_checked_and_not_its_neighbour(walk: Walk, owner_url: str, installation: Installation) -> None:
    tamper(owner_url, "DELETE FROM ticket_event WHERE seq = 1 AND OF_TICKET", walk)

    assert verify(make_district(installation)).exit_code == 0


def test_an_unknown_tenant_is_refused(installation: Installation) -> None:
    result = verify("nowhere")

    assert isinstance(result.exception, UnknownTenant)
