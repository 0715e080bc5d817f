"""`huiying audit events`: the security log by day and kind, in words and as JSON."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli.audit import audit
from core.tenancy.scope import Installation
from core.tenancy.security_log import SecurityKind, note_security
from tests.builders import beijing, make_district
from tests.trust.spoiling import Owner, Proven


@pytest.fixture
def walk(installation: Installation) -> Proven:
    walk = Proven(installation, make_district(installation))
    note(walk, "sign_in_failed", "2026-03-12 23:59:59")
    note(walk, "sign_in", "2026-03-13 00:00")
    note(walk, "sign_in", "2026-03-14 00:00")
    return walk


def note(walk: Proven, kind: SecurityKind, at: str) -> None:
    now = beijing(at)
    walk.run(lambda scope: note_security(scope, kind, actor="林\x1b[2J工", address="10.0.0.1", subject="lin", now=now))


def run(walk: Proven, *options: str) -> Result:
    return CliRunner().invoke(audit, ["events", "--tenant", walk.slug, *options])


def told(walk: Proven, *options: str) -> list[tuple[Any, ...]]:
    lines = [json.loads(line) for line in run(walk, "--json", *options).stdout.splitlines()]
    return [(line["kind"], line["at"]) for line in lines]


def test_events_are_listed_in_local_time_and_no_terminal_obeys_them(walk: Proven) -> None:
    result = run(walk, "--until", "2026-03-13")

    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["时间", "事件", "谁", "对象", "来自"],
        ["2026-03-12", "23:59:59", "登录失败", "林\\x1b[2J工", "lin", "10.0.0.1"],
        ["2026-03-13", "00:00:00", "登录", "林\\x1b[2J工", "lin", "10.0.0.1"],
    ]


def test_days_are_the_districts_own_and_the_last_one_is_included(walk: Proven) -> None:
    assert told(walk, "--since", "2026-03-13", "--until", "2026-03-13") == [
        ("sign_in", "2026-03-12T16:00:00.000000+00:00")
    ]
    assert len(told(walk)) == 3


def test_one_kind_is_listed(walk: Proven) -> None:
    assert [kind for kind, _ in told(walk, "--kind", "sign_in_failed")] == ["sign_in_failed"]
    assert run(walk, "--kind", "locked").stdout == "没有这样的事件。\n"
    assert run(walk, "--kind", "lunch").exit_code == 2


def test_events_of_another_district_are_not_seen(walk: Proven) -> None:
    other = Proven(walk.installation, make_district(walk.installation))

    assert run(other).stdout == "没有这样的事件。\n"


def test_a_changed_event_is_named_in_words(walk: Proven, owner_url: str) -> None:
    walk.take_in()
    walk.seal("2026-03-15 00:00")
    Owner(owner_url, walk).do("UPDATE security_event SET actor = '别人' WHERE DISTRICT AND kind = 'sign_in_failed'")
    [event] = [json.loads(line) for line in run(walk, "--json", "--kind", "sign_in_failed").stdout.splitlines()]

    result = CliRunner().invoke(audit, ["verify", "--tenant", walk.slug])

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f"{walk.slug}：安全日志 {event['id']}（2026-03-12 23:59）：内容被改动，与第 1 次封存不符。"
    )
