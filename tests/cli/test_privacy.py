"""`huiying privacy` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli.privacy import privacy
from core.hooks.core_features import PRIVACY
from core.journey.accept import reject
from core.journey.reveal import reveal_contact
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district, make_ticket
from tests.journey.walking import Walk
from tests.web.making import make_account


def test_reveals_are_listed_in_words_and_as_json(installation: Installation) -> None:
    slug = make_district(installation)
    serial_no = make_ticket(installation, slug, contact=Contact("陈某某", "13800000001")).serial_no
    empty = CliRunner().invoke(privacy, ["reveals", "--tenant", slug])
    order = Order(OPERATOR, beijing("2026-03-12 12:00"))
    installation.run(slug, lambda scope: reveal_contact(scope, serial_no, order, purpose="verify", words="核实地点"))

    words = CliRunner().invoke(privacy, ["reveals", "--tenant", slug])
    listed = CliRunner().invoke(privacy, ["reveals", "--tenant", slug, "--since", "2026-03-12", "--json"])
    later = CliRunner().invoke(privacy, ["reveals", "--tenant", slug, "--since", "2026-03-13", "--json"])

    assert empty.stdout == "没有人查看过联系方式。\n"
    assert all(
        part in words.stdout for part in ("2026-03-12 12:00:00", "坐席甲", serial_no, "回电核实诉求", "核实地点")
    )
    assert json.loads(listed.stdout) == [
        {
            "at": "2026-03-12 04:00:00+00:00",
            "actor": "坐席甲",
            "actor_kind": "staff",
            "actor_id": 1,
            "serial_no": serial_no,
            "purpose": "verify",
            "words": "核实地点",
            "shown": ["name", "phone"],
        }
    ]
    assert json.loads(later.stdout) == []


@pytest.fixture
def run(installation: Installation) -> Callable[..., Result]:
    """Run a command of a district in which Mr Chen handed in a ticket that was rejected, and one that is open."""
    slug = make_district(installation)
    for word in ("reject", ""):
        walk = Walk(installation, slug)
        walk.register(contact=Contact("陈某某", "13800000001"), text="陈某某家路灯不亮")
        if word:
            walk.do(reject, "2026-03-12 11:00", actor=OPERATOR, reason_code="outside")
    make_account(installation, slug, "boss", ["administrator"], name="管理员庚")

    def run(name: str, *options: str) -> Result:
        given = ["--tenant", slug, "--phone", "13800000001", "--by", "boss", "--reason", "本人申请"]
        return CliRunner().invoke(privacy, [name, *given, *options])

    return run


def test_what_is_kept_of_a_person_is_written_into_a_file_of_its_own(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "chen.json"

    told = run("export", "--out", str(out))
    again = run("export", "--out", str(out))

    assert told.exit_code == 0, told.output
    assert "2 件工单的信息写入" in told.stdout
    assert [each["contact"]["name"] for each in json.loads(out.read_text())["tickets"]] == ["陈某某", "陈某某"]
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    assert (again.exit_code, "已存在" in again.output) == (2, True)
    assert json.loads(run("export").stdout)["phone"] == "138****0001"


def test_a_person_is_erased_where_nothing_is_open_and_it_is_said(run: Callable[..., Result]) -> None:
    tried = run("erase", "--dry-run").stdout
    first = run("erase").stdout
    second = json.loads(run("erase", "--json").stdout)

    assert "会删除 1 件工单的诉求人信息" in tried
    assert "已删除 1 件工单的诉求人信息" in first
    assert "还在办理、没有删除的 1 件" in first
    assert second["erased"] == []
    assert [len(json.loads(run("export").stdout)["tickets"]), len(second["still_open"])] == [1, 1]


def test_contacts_that_need_not_be_kept_are_counted_and_erased(installation: Installation) -> None:
    slug = make_district(installation)
    walk = Walk(installation, slug)
    walk.register(contact=Contact("陈某某", "13800000001"))
    walk.do(reject, "2026-03-12 11:00", actor=OPERATOR, reason_code="outside")

    def run(*options: str) -> Result:
        return CliRunner().invoke(privacy, ["retention", "--tenant", slug, *options])

    assert run().stdout == "没有设置保存期限，不自动删除。期限是功能 core.privacy 的设置 days。\n"
    assert run("--days", "30").exit_code == 2
    assert run("--dry-run", "--days", "30").stdout == "保存期限 30 天，会删除 1 件工单的联系方式。\n"
    with installation.scope(slug) as scope:
        values, now = {"days": 30}, beijing("2026-03-12 12:00")
        write_revision(scope, PRIVACY.id, values=values, schema_version=1, reason="规定", author=FILES, now=now)
        make_active(scope, PRIVACY.id, 1, actor=FILES, now=now)
    installation.forget()

    assert run().stdout == "保存期限 30 天，已删除 1 件工单的联系方式。\n"
    assert json.loads(run("--json").stdout) == {"days": 30, "tickets": [], "dry_run": False}
