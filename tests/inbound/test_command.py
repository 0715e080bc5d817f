"""`huiying inbound`: what was pushed and became of it, and reading again what could not be taken in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from core.cli import inbound as command
from core.intake.inbound import NoSuchItem
from core.journey.inbound.take_in import NotVouchedFor
from core.tenancy.scope import Installation
from tests.inbound.making import CANARY, Wire, body_of, items_of, push, tickets_of, work


@pytest.fixture(autouse=True)
def _installed(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command, "installed", installed)


def run(*given: str) -> Result:
    return CliRunner().invoke(command.inbound, given)


def as_json(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def unread(app: Flask, installation: Installation, slug: str, wire: Wire) -> str:
    """A district with one item that could not be read, one that nobody vouched for, and one that became a ticket."""
    push(app, slug, body_of("井盖缺失"), message_id="m-1")
    work(installation)
    wire.read = lambda _: None
    push(app, slug, body_of("路灯不亮", phone=CANARY), message_id="m-2")
    work(installation)
    wire.vouch = lambda *_: 1 / 0
    push(app, slug, body_of("树倒了"), message_id="m-3")
    wire.mend()
    return slug


def test_the_list_says_what_waits_and_why_and_nothing_of_the_content(installation: Installation, unread: str) -> None:
    _, second, third = items_of(installation, unread)

    result = run("list", "--tenant", unread)

    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["编号", str(second.id), str(third.id)]
    assert "待人工录入  —     没有功能认得这份来件的内容。" in lines[1]
    assert "来源没有核实" in lines[2]
    assert ("路灯" in result.stdout, CANARY in result.stdout) == (False, False)


def test_the_list_of_everything_names_the_tickets(installation: Installation, unread: str) -> None:
    [ticket] = tickets_of(installation, unread)

    result = as_json(run("list", "--tenant", unread, "--state", "all", "--json"))

    assert [(item["state"], item["is_vouched_for"], item["tickets"]) for item in result["items"]] == [
        ("taken_in", True, [ticket.serial_no]),
        ("needs_person", True, []),
        ("needs_person", False, []),
    ]


def test_where_nothing_waits_it_says_so(slug: str) -> None:
    assert run("list", "--tenant", slug).stdout == "没有这样的推送来件。\n"
    assert run("retry", "--tenant", slug).stdout == "没有可以再登记的推送来件。\n"


def test_retry_reads_again_what_somebody_vouched_for(installation: Installation, unread: str) -> None:
    _, second, third = items_of(installation, unread)

    result = run("retry", "--tenant", unread)

    ticket = tickets_of(installation, unread)[-1]
    assert result.stdout == (
        f"{second.id}：已登记，工单 {ticket.serial_no}\n再登记 1 份，1 份已登记，0 份仍要人工录入。\n"
    )
    assert [item.state for item in items_of(installation, unread)] == ["taken_in", "taken_in", "needs_person"]
    assert run("retry", "--tenant", unread).stdout == "没有可以再登记的推送来件。\n"
    assert isinstance(run("retry", "--tenant", unread, "--number", str(third.id)).exception, NotVouchedFor)
    assert isinstance(run("retry", "--tenant", unread, "--number", "1").exception, NoSuchItem)


def test_retry_before_the_mending_says_what_is_still_wrong(installation: Installation, unread: str, wire: Wire) -> None:
    wire.read = lambda _: 1 / 0
    _, second, _ = items_of(installation, unread)

    result = run("retry", "--tenant", unread, "--number", str(second.id))

    first, last = result.stdout.splitlines()
    assert first.startswith(f"{second.id}：待人工录入。功能“电报”（test.wire）出错（错误编号 ")
    assert last == "再登记 1 份，0 份已登记，1 份仍要人工录入。"
