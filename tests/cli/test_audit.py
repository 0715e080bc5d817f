"""`huiying audit`: what is whole is called whole, what was tampered with is named in words, and seals are given out."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli.audit import audit
from core.journey.audit import KeptSealUnclear
from core.kit.errors import Refused
from core.tenancy.scope import Installation, UnknownTenant
from core.tickets.queries import NoSuchTicket
from core.tickets.trespass import keep_trespass
from tests.builders import CLERK_ID, beijing, make_actor, make_district
from tests.trust.spoiling import Owner, Proven


@pytest.fixture
def walk(installation: Installation) -> Proven:
    """A district with three tickets; the walk stands at the last of them, which was dispatched."""
    walk = Proven(installation, make_district(installation))
    for _ in range(3):
        walk.take_in()
    walk.dispatch()
    return walk


@pytest.fixture
def owner(owner_url: str, walk: Proven) -> Owner:
    return Owner(owner_url, walk)


def run(command: str, *options: str) -> Result:
    return CliRunner().invoke(audit, [command, *options])


def as_json(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


def test_whole_timelines_are_called_whole(walk: Proven) -> None:
    walk.seal("2026-03-14 00:00")

    result = run("verify", "--tenant", walk.slug)

    records = walk.audit().records
    assert records >= 6  # what each ticket came in as, and why it went where it did
    told = f"{walk.slug}：核对 3 件工单、{records} 条留证记录、1 次封存，全部完整。最近一次封存：2026-03-14 00:00。\n"
    assert (result.exit_code, result.stdout) == (0, told)


def test_a_district_without_tickets_or_seals_is_whole(installation: Installation) -> None:
    slug = make_district(installation)

    result = run("verify", "--tenant", slug)

    assert (result.exit_code, result.stdout) == (0, f"{slug}：核对 0 件工单、0 次封存，全部完整。尚未封存。\n")


def test_a_changed_entry_is_named_in_words(walk: Proven, owner: Owner) -> None:
    owner.do("UPDATE ticket_event SET actor_name = '某人' WHERE OURS AND kind = 'dispatch'")
    number = next(entry.seq for entry in walk.entries() if entry.kind == "dispatch")

    result = run("verify", "--tenant", walk.slug)

    assert (result.exit_code, result.stdout) == (
        1,
        f"{walk.slug}：工单 {walk.serial_no} 第 {number} 条（派单，2026-03-12 10:10）：内容被改动。\n"
        f"{walk.slug}：核对 3 件工单、0 次封存，1 处不符。尚未封存。\n"
        "有内容被改动过。请不要修复，先备份数据库，再与更早的备份比对。\n",
    )


def test_in_json_a_finding_has_all_there_is_to_know(walk: Proven, owner: Owner) -> None:
    seal = walk.seal("2026-03-14 00:00")
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq >= 4")
    last = walk.ticket().version

    result = run("verify", "--tenant", walk.slug, "--json")

    words = "被删除，第 1 次封存时还在"
    assert result.exit_code == 1
    assert as_json(result) == {
        "tenants": [
            {
                "tenant": walk.slug,
                "tickets": 3,
                "records": walk.audit().records,
                "seals": 1,
                "newest_seal": {"sealed_at": str(seal.sealed_at), "kept": f"1:{seal.digest.hex()}"},
                "findings": [
                    {
                        "fault": "entry-removed",
                        "words": words,
                        "serial_no": walk.serial_no,
                        "entry": 4,
                        "until": last if last > 4 else None,
                        "kind": None,
                        "at": None,
                        "seal": 1,
                        "record": None,
                        "in_words": f"工单 {walk.serial_no} 第 4 至 {last} 条：{words}。",
                    }
                ],
            }
        ]
    }


def test_a_removed_ticket_and_a_changed_seal_are_named_in_words(walk: Proven, owner: Owner) -> None:
    walk.seal("2026-03-14 00:00")
    walk.seal("2026-03-15 00:00")
    length = walk.ticket().version
    owner.delete_ticket()
    owner.do("UPDATE seal SET heads = 5 WHERE DISTRICT AND number = 2")

    result = run("verify", "--tenant", walk.slug)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        f"{walk.slug}：第 2 次封存（2026-03-15 00:00）：被改动：写作 5 件，清单有 0 件。",
        f"{walk.slug}：工单 {walk.serial_no} 整件被删除：第 1 次封存时还在，有 {length} 条记录。",
    ]


def test_one_ticket_is_checked_and_not_the_others(walk: Proven, owner: Owner) -> None:
    owner.do("UPDATE ticket_event SET summary = '' WHERE OURS AND seq = 1")
    other = Proven(walk.installation, walk.slug)
    other.take_in()

    assert run("verify", "--tenant", walk.slug, "--ticket", walk.serial_no).exit_code == 1
    result = run("verify", "--tenant", walk.slug, "--ticket", other.serial_no)
    assert (result.exit_code, result.stdout) == (
        0,
        f"{walk.slug}：核对 1 件工单、0 次封存，全部完整。尚未封存。\n",
    )


def test_without_a_tenant_all_are_checked(walk: Proven, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = Proven(walk.installation, make_district(walk.installation))
    tenants = [walk.installation.tenant(each.slug) for each in (neighbour, walk)]
    monkeypatch.setattr(walk.installation, "tenants", lambda: tenants)
    owner.do("DELETE FROM ticket_event WHERE OURS AND seq = 1")

    result = run("verify", "--json")

    assert result.exit_code == 1
    told = as_json(result)["tenants"]
    assert [(each["tenant"], len(each["findings"])) for each in told] == [(neighbour.slug, 0), (walk.slug, 1)]


def test_many_findings_are_summed_up(walk: Proven, owner: Owner) -> None:
    for _ in range(20):
        walk.take_in()
    owner.do("DELETE FROM ticket_event WHERE DISTRICT AND seq = 1")

    lines = run("verify", "--tenant", walk.slug).stdout.splitlines()

    assert len(lines) == 23
    assert lines[-3:-1] == [
        f"{walk.slug}：其余 3 处见 --json。",
        f"{walk.slug}：核对 23 件工单、0 次封存，23 处不符。尚未封存。",
    ]


def test_a_seal_by_hand_gives_out_what_can_be_kept_elsewhere(walk: Proven, owner: Owner) -> None:
    result = run("seal", "--tenant", walk.slug)

    told, _, kept = result.stdout.strip().partition("可留存：")
    listed = walk.audit().records
    assert (result.exit_code, told) == (0, f"第 1 次封存，3 件工单有新的记录，另有 {listed} 条留证记录。")
    assert run("verify", "--tenant", walk.slug, "--kept", kept).exit_code == 0

    owner.do("DELETE FROM sealed_head WHERE DISTRICT")
    owner.do("DELETE FROM sealed_record WHERE DISTRICT")
    owner.do("DELETE FROM seal WHERE DISTRICT")
    assert run("verify", "--tenant", walk.slug).exit_code == 0
    gone = run("verify", "--tenant", walk.slug, "--kept", kept)
    assert gone.exit_code == 1
    assert gone.stdout.splitlines()[0] == f"{walk.slug}：第 1 次封存：被删除：另处留有它的摘要。"


def test_a_seal_by_hand_in_json(walk: Proven) -> None:
    told = as_json(run("seal", "--tenant", walk.slug, "--json"))

    assert (told["tenant"], told["number"], told["heads"]) == (walk.slug, 1, 3)
    assert run("verify", "--tenant", walk.slug, "--kept", told["kept"]).exit_code == 0


@pytest.mark.parametrize(
    "options",
    [["--ticket", "T1"], ["--kept", "1:00"], ["--tenant", "x", "--ticket", "T1", "--kept", "1:00"]],
)
def test_options_that_do_not_go_together_are_refused(installation: Installation, options: list[str]) -> None:
    assert run("verify", *options).exit_code == 2


def test_an_unknown_tenant_or_ticket_or_kept_seal_is_refused(walk: Proven) -> None:
    assert isinstance(run("verify", "--tenant", "nowhere").exception, UnknownTenant)
    assert isinstance(run("verify", "--tenant", walk.slug, "--ticket", "T0").exception, NoSuchTicket)
    assert isinstance(run("verify", "--tenant", walk.slug, "--kept", "17").exception, KeptSealUnclear)


def keep(walk: Proven, at: str, serial_no: str) -> None:
    somebody = make_actor("林工", "clerk", id=CLERK_ID)
    refusal = Refused("您不能办理。")
    walk.run(lambda scope: keep_trespass(scope, refusal, actor=somebody, serial_no=serial_no, now=beijing(at)))


def test_trespasses_are_listed(walk: Proven) -> None:
    keep(walk, "2026-03-12 10:00", walk.serial_no)
    keep(walk, "2026-03-13 00:00", "")

    listed = run("trespasses", "--tenant", walk.slug).stdout.splitlines()

    assert [line.split() for line in listed] == [
        ["时间", "谁", "工单", "拒绝的理由"],
        ["2026-03-13", "00:00:00", "林工", "—", "您不能办理。"],
        ["2026-03-12", "10:00:00", "林工", walk.serial_no, "您不能办理。"],
    ]


def test_trespasses_since_a_local_day_in_json(walk: Proven) -> None:
    keep(walk, "2026-03-12 23:59", "T1")
    keep(walk, "2026-03-13 00:00", "T2")

    told = as_json(run("trespasses", "--tenant", walk.slug, "--since", "2026-03-13", "--json"))

    assert [(each["serial_no"], each["actor"], each["actor_id"], each["code"]) for each in told] == [
        ("T2", "林工", CLERK_ID, "refused")
    ]


def test_no_trespasses_are_said_to_be_none(walk: Proven) -> None:
    assert run("trespasses", "--tenant", walk.slug).stdout == "没有越权的操作。\n"
