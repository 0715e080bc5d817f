"""A breach: from a span of time and some accounts to the persons concerned, with a notice to each, and to nobody else."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.cli import breach
from core.cli.privacy import privacy
from core.journey.breach import Breach, SpanUnusable, affected
from core.journey.person import export_person
from core.journey.reveal import reveal_contact
from core.people.roles import NotPermitted
from core.tenancy.scope import Installation
from core.tenancy.security_log import note_security, security_events
from core.tickets.contact import Contact
from core.tickets.service import ReasonMissing
from core.tickets.timeline import Actor, Order
from tests.builders import OPERATOR, beijing, make_actor, make_district
from tests.journey.walking import Walk
from tests.web.making import make_account

ADMINISTRATOR = make_actor("管理员庚", "administrator", id=7)
OTHER = make_actor("坐席辛", "operator", id=8)
CHEN, LIU = Contact("陈某某", "13800000001", "松柏街 9 号"), Contact("刘某某", "13800000002")
REASON = "账号被盗用"


class Case:
    """A district with two tickets of Mr Chen and one of Ms Liu, which people looked at."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.slug = make_district(installation)
        self.chen, self.again, self.liu = (self.take_in(contact) for contact in (CHEN, CHEN, LIU))

    def take_in(self, contact: Contact) -> str:
        walk = Walk(self.installation, self.slug)
        walk.register(contact=contact)
        return walk.serial_no

    def look(self, serial_no: str, at: str, *, actor: Actor = OPERATOR) -> None:
        order = Order(actor, beijing(at))
        self.installation.run(
            self.slug, lambda scope: reveal_contact(scope, serial_no, order, purpose="verify", words="核实")
        )

    def affected(self, since: str = "2026-03-12 08:00", until: str = "2026-03-13 00:00", **given: Any) -> Breach:
        told = {"accounts": (), "actor": ADMINISTRATOR, "reason": REASON, "now": beijing("2026-03-14 09:00"), **given}
        span: dict[str, Any] = {"since": beijing(since), "until": beijing(until)}
        return self.installation.run(self.slug, lambda scope: affected(scope, **span, **told))


@pytest.fixture
def case(installation: Installation) -> Case:
    return Case(installation)


def test_who_was_looked_at_in_the_span_is_told_once_of_all_their_tickets(case: Case) -> None:
    case.look(case.chen, "2026-03-12 11:00")
    case.look(case.again, "2026-03-12 12:00")
    case.look(case.liu, "2026-03-13 00:00")

    found = case.affected()

    (chen,) = found.persons
    assert (chen.contact, chen.tickets, found.events) == (CHEN, [case.chen, case.again], 2)
    assert [who for _, who, _ in chen.seen] == ["坐席甲", "坐席甲"]
    (notice,) = found.notices
    for part in (
        "陈某某：",
        case.chen,
        case.again,
        "姓名、电话、住址",
        "2026-03-12 08:00",
        "查看",
        REASON,
        "2026-03-14",
    ):
        assert part in notice, part
    assert "刘某某" not in notice


def test_only_what_the_accounts_did_is_counted(case: Case) -> None:
    case.look(case.chen, "2026-03-12 11:00")
    case.look(case.liu, "2026-03-12 11:05", actor=OTHER)

    assert [each.contact for each in case.affected(accounts={8}).persons] == [LIU]
    assert [each.contact for each in case.affected().persons] == [CHEN, LIU]
    assert case.affected(accounts={99}).persons == []


def test_exports_of_a_person_and_of_the_whole_tenant_concern_those_in_them(case: Case) -> None:
    at = beijing("2026-03-12 15:00")
    case.installation.run(
        case.slug, lambda scope: export_person(scope, CHEN.phone, actor=ADMINISTRATOR, reason="本人申请", now=at)
    )
    assert [each.contact for each in case.affected().persons] == [CHEN]

    def take_out(scope: Any) -> None:
        note_security(scope, "exported", actor="命令行", subject=f"租户 {case.slug}", now=at)

    case.installation.run(case.slug, take_out)
    found = case.affected()

    assert [each.contact for each in found.persons] == [CHEN, LIU]
    assert all("导出" in notice for notice in found.notices)


def test_making_the_list_is_told_and_takes_a_right_and_a_reason(case: Case) -> None:
    case.look(case.chen, "2026-03-12 11:00")
    with pytest.raises(NotPermitted):
        case.affected(actor=OPERATOR)
    with pytest.raises(ReasonMissing):
        case.affected(reason=" ")
    with pytest.raises(SpanUnusable):
        case.affected(until="2026-03-12 08:00")

    case.affected()

    with case.installation.scope(case.slug) as scope:
        (event,) = security_events(scope, kind="exported")
        assert (event.actor, event.subject, event.detail["persons"]) == ("管理员庚", "受影响的人", 1)
        assert CHEN.name not in str(event.detail)


def test_one_command_writes_persons_and_notices_into_a_file_of_its_own(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breach, "installed", lambda: nullcontext(case.installation))
    make_account(case.installation, case.slug, "boss", ["administrator"], name="管理员庚")
    case.look(case.chen, "2026-03-12 11:00")
    out = tmp_path / "affected.json"
    span = ["--since", "2026-03-12", "--until", "2026-03-12"]
    given = ["affected", "--tenant", case.slug, *span, "--by", "boss", "--reason", REASON, "--out", str(out)]

    told = CliRunner().invoke(privacy, given)

    assert told.exit_code == 0, told.output
    assert "涉及 1 人" in told.stdout
    (person,) = json.loads(out.read_text())["persons"]
    assert (person["name"], person["phone"], person["tickets"]) == ("陈某某", CHEN.phone, [case.chen])
    assert person["notice"].startswith("陈某某：")
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    assert CliRunner().invoke(privacy, given).exit_code == 2
