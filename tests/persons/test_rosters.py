"""Who keeps a unit's roster: administrators and the unit's head, at the command line and over the API."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli import roster as cli
from core.journey.people import issue_token
from core.journey.roster_words import RosterUnreadable, read_duty, read_table, weekday_words
from core.journey.rosters import Duty, NotOfUnit, put_head, put_roster
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.people.service import NoSuchAccount, close_account, open_account
from core.tenancy.scope import Installation
from core.units.queries import NoSuchUnit
from core.web import create_app
from tests.persons.conftest import AT, Team

Command = Callable[..., Result]


@pytest.fixture
def run(team: Team, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `huiying roster` in the district."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield team.installation
        team.installation.forget()

    monkeypatch.setattr(cli, "installed", installed)
    with team.installation.scope(team.slug) as scope:
        password = "示范用的长长密码，一二三"
        open_account(scope, login="boss", name="管", password=password, roles=["administrator"], now=AT)

    def run(name: str, *arguments: str) -> Result:
        return CliRunner().invoke(cli.roster, [name, "--tenant", team.slug, *arguments])

    return run


def shown(run: Command, unit: str = "parks") -> Any:
    return json.loads(run("show", "--unit", unit, "--json").stdout)


def test_a_roster_is_set_shown_and_taken_back(run: Command, team: Team) -> None:
    by = ("--unit", "parks", "--by", "boss")
    assert (
        run("set", *by, "--on", "ada:2026-03-01..2026-03-31:1-5", "--on", "Bob").stdout == "已换上值班表，共 2 条。\n"
    )
    assert run("head", "eve", *by).stdout == "单位负责人：eve。\n"
    assert run("away", "bob", "--by", "eve", "--from", "2026-03-10", "--reason", "培训").exit_code == 0

    told = shown(run)
    assert (told["unit"], told["head"]["name"]) == ("园林管理处", "伊芙")
    assert told["duties"] == [
        {"login": "ada", "name": "安达", "first": "2026-03-01", "last": "2026-03-31", "weekdays": [1, 2, 3, 4, 5]},
        {"login": "bob", "name": "鲍勃", "first": None, "last": None, "weekdays": [1, 2, 3, 4, 5, 6, 7]},
    ]
    assert told["absences"] == [{"login": "bob", "name": "鲍勃", "first": "2026-03-10", "last": None, "reason": "培训"}]
    assert [(each["login"], each["away"]) for each in told["staff"]] == [("ada", False), ("bob", True), ("eve", False)]
    assert [line.split() for line in run("show", "--unit", "parks").stdout.splitlines()[:4]] == [
        ["园林管理处（parks），负责人", "伊芙（eve）"],
        [],
        ["值班人员", "登录名", "起止", "星期"],
        ["安达", "ada", "2026-03-01", "至", "2026-03-31", "周一、二、三、四、五"],
    ]

    assert run("back", "bob", "--by", "eve").stdout == "bob 已返岗。\n"
    assert run("set", *by, "--nobody").stdout == "已取消值班表。\n"
    assert run("head", "--nobody", *by).stdout == "这个单位现在没有负责人。\n"
    assert run("show", "--unit", "parks").stdout.splitlines()[1] == "没有值班表，工单由单位统一接单。"


def test_an_absence_from_today_on_tells_how_many_tickets_moved(run: Command, team: Team) -> None:
    team.on_duty("ada", "bob")
    walks = [team.given(), team.given(), team.given()]

    result = run("away", "ada", "--by", "boss", "--reason", "病假", "--json")

    told = json.loads(result.stdout)
    assert (told["login"], told["to"], told["moved"]) == ("ada", None, 2)
    assert [team.takers(walk) for walk in walks] == [["bob"]] * 3


def test_a_roster_is_read_from_a_table(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "值班.csv"
    file.write_text('\ufeff登录名,起,止,星期\nada,2026/03/01,,1-5\n\nbob,,,"6,7"\n', encoding="utf-8")

    assert run("set", "--unit", "parks", "--by", "boss", "--file", str(file)).exit_code == 0

    assert [(each["login"], each["first"], each["weekdays"]) for each in shown(run)["duties"]] == [
        ("ada", "2026-03-01", [1, 2, 3, 4, 5]),
        ("bob", None, [6, 7]),
    ]


def test_every_fault_of_a_table_is_told_and_the_roster_stays(run: Command, tmp_path: Path) -> None:
    run("set", "--unit", "parks", "--by", "boss", "--on", "eve")
    file = tmp_path / "bad.csv"
    file.write_text("login,from,weekdays\n,2026-03-01,\nada,三月一日,\nbob,,8\n", encoding="utf-8")

    refusal = run("set", "--unit", "parks", "--by", "boss", "--file", str(file)).exception

    assert isinstance(refusal, RosterUnreadable)
    assert refusal.message == (
        "第 2 行：没有写登录名。第 3 行：“三月一日”不是日期，请写成 2026-03-12 的样子。"
        "第 4 行：星期“8”看不懂，请用 1（星期一）到 7（星期日），例如 1-5 或 1,3,5。没有改动原来的值班表。"
    )
    assert [each["login"] for each in shown(run)["duties"]] == ["eve"]


@pytest.mark.parametrize("text", ["", "姓名,起\n安达,\n"])
def test_a_table_without_logins_is_refused(text: str) -> None:
    with pytest.raises(RosterUnreadable, match="登录名"):
        read_table(text)


@pytest.mark.parametrize("text", [":1-5", "ada:1:2", "ada:a..b", "ada:5-1", "ada:..:..", "ada:1月"])
def test_a_duty_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RosterUnreadable):
        read_duty(text)


def test_a_duty_is_read_with_days_or_weekdays_or_both() -> None:
    assert read_duty("ada") == Duty("ada")
    assert read_duty("ada:..2026-03-31") == Duty("ada", None, date(2026, 3, 31))
    assert read_duty("ada:1,3-4") == Duty("ada", weekdays=frozenset({1, 3, 4}))
    assert weekday_words((1, 3, 4)) == "周一、三、四"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("set", "--unit", "parks", "--by", "ada", "--nobody"), NotPermitted),
        (("set", "--unit", "roads", "--by", "eve", "--nobody"), NotPermitted),
        (("set", "--unit", "nowhere", "--by", "boss", "--nobody"), NoSuchUnit),
        (("set", "--unit", "parks", "--by", "boss", "--on", "dan"), NotOfUnit),
        (("set", "--unit", "parks", "--by", "nobody", "--nobody"), NoSuchAccount),
        (("head", "dan", "--unit", "parks", "--by", "boss"), NotOfUnit),
        (("away", "dan", "--by", "eve", "--reason", "假"), NotPermitted),
        (("away", "nobody", "--by", "boss", "--reason", "假"), NoSuchAccount),
        (("away", "boss", "--by", "boss", "--reason", "假"), NoSuchAccount),
    ],
)
def test_what_is_not_theirs_to_change_is_refused(
    run: Command, team: Team, arguments: tuple[str, ...], refusal: type[Refused]
) -> None:
    team.hire("dan", "丹", unit="roads")
    team.head("eve")

    assert isinstance(run(*arguments).exception, refusal)


def test_a_token_of_an_administrator_reads_and_puts_a_roster(team: Team) -> None:
    client = create_app(team.installation).test_client()

    def headers(role: str, unit: str | None) -> dict[str, str]:
        token = team.installation.run(
            team.slug, lambda scope: issue_token(scope, f"{role} system", role=role, unit=unit, now=AT)
        )
        return {"Authorization": f"Bearer {token}"}

    path, trusted = "/api/v1/units/parks/roster", headers("administrator", None)
    roster = {"duties": [{"login": "ada", "weekdays": [1]}, {"login": "bob", "first": "2026-03-01"}], "head": "eve"}
    put = client.put(path, json=roster, headers=trusted)
    assert put.status_code == 200, put.get_json()
    assert client.get(path, headers=trusted).get_json() == put.get_json()
    told = put.get_json()
    assert [(each["login"], each["first"], each["weekdays"]) for each in told["duties"]] == [
        ("ada", None, [1]),
        ("bob", "2026-03-01", [1, 2, 3, 4, 5, 6, 7]),
    ]
    assert told["head"] == {"login": "eve", "name": "伊芙"}

    assert client.put(path, json={"duties": []}, headers=trusted).get_json()["head"]["login"] == "eve"
    assert client.put(path, json={"duties": [], "head": None}, headers=trusted).get_json()["head"] is None
    clerk = headers("clerk", "parks")
    assert (client.get(path, headers=clerk).status_code, client.put(path, json=roster, headers=clerk).status_code) == (
        403,
        403,
    )
    for wrong in (
        {"duties": [{"login": "nobody"}]},
        {"duties": [{"login": "ada", "weekdays": [8]}]},
        {"duties": [{"login": "ada", "first": "2026-03-02", "last": "2026-03-01"}]},
        {"duties": "ada"},
        {},
    ):
        assert client.put(path, json=wrong, headers=trusted).status_code == 422


def test_a_head_that_left_keeps_the_roster_no_more(team: Team) -> None:
    team.head("eve")
    head = team.clerk("eve")
    team.installation.run(team.slug, lambda scope: put_roster(scope, "parks", [Duty("ada")], actor=head))
    team.installation.run(team.slug, lambda scope: close_account(scope, "eve", now=AT))

    with pytest.raises(NotPermitted):
        team.installation.run(team.slug, lambda scope: put_head(scope, "parks", "ada", actor=head))
