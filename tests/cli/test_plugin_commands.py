"""`huiying x`: commands of features, with options made from their forms, in the district that has them on."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.cli import x as command_line
from core.cli.x import NoSuchFeatureCommand, OptionsUnusable, x
from core.hooks import CommandSpec, NotPossible, Store
from core.hooks.roster import Roster
from core.hooks.settings import Day, Line, OneOf, Rows, Settings, UnitChoice, Whole, Words, YesNo
from core.hooks.tables import select as rows_of
from core.journey.feature_work.people import NobodyOfThatName
from core.journey.feature_work.visits import FeatureFailed
from core.tenancy.guest import guest
from core.tenancy.models import FeatureAct, FeatureIncident
from core.tenancy.scope import Installation, UnknownTenant
from tests.builders import make_district, make_feature, make_installation
from tests.logbook import LOGBOOK
from tests.logbook.tables import TALK
from tests.logbook.talks import Talk, record_talk
from tests.patience import patience
from tests.web.making import make_account

Run = Callable[..., Result]
FIRST = Talk(date(2013, 10, 23), "东部三镇街主政官", "交通与环境", 1804, 36, "")


class StopForm(Settings):
    name = Line(longest=20, required=True, title="站名")


class EveryForm(Settings):
    """One option of every kind."""

    held_on = Day(required=True, title="日期")
    unit = UnitChoice(required=True, title="单位")
    days = Whole(min=1, max=30, load_default=5, title="天数", unit="天")
    kind = OneOf(choices={"day": "日班", "night": "夜班"}, load_default="day", title="班次", help="一天两班")
    loud = YesNo(load_default=False, title="大声")
    words = Words(load_default=[], title="关键词")


@pytest.fixture(scope="module")
def database_url(logbook_url: str) -> str:
    """The database that holds the table of the feature."""
    return logbook_url


@pytest.fixture(scope="module")
def shipped(database_url: str) -> Iterator[Installation]:
    made = make_installation(database_url, features=(*Roster.installed().features.values(), *LOGBOOK.features))
    yield made
    made.database.engine.dispose()


@pytest.fixture
def here(shipped: Installation) -> str:
    slug = make_district(shipped, features={"logbook.talks": {}})
    with shipped.scope(slug) as scope, guest(scope, "logbook", writes=True, seconds=5) as store:
        record_talk(store, FIRST)
    return slug


@pytest.fixture
def run(shipped: Installation, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(shipped, monkeypatch)


def runner(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `huiying x` against this installation."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    monkeypatch.setattr(command_line, "installed", installed)
    return lambda *words: CliRunner().invoke(x, list(words), standalone_mode=False)


def trial(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[..., Any],
    *,
    form: type[Settings] | None = None,
    feature_id: str = "logbook.trial",
) -> tuple[Run, Installation, str]:
    """Return how to run commands in a district that has one command `go`."""
    feature = make_feature(
        feature_id, commands=lambda: [CommandSpec("go", "跑一趟", run="go", form="Form" if form else "")]
    )
    module: Any = feature.answers
    module.go, module.Form = run, form
    installation = make_installation(database_url, features=[feature])
    slug = make_district(installation, features={feature_id: {}})
    return runner(installation, monkeypatch), installation, slug


def acts(installation: Installation, slug: str) -> list[tuple[str, str, str]]:
    with installation.scope(slug) as scope:
        rows = scope.session.scalars(select(FeatureAct).where(FeatureAct.tenant_id == scope.tenant.id))
        return [(act.kind, act.part, act.actor) for act in rows]


def cards(installation: Installation, slug: str) -> Sequence[FeatureIncident]:
    with installation.scope(slug) as scope:
        return scope.session.scalars(select(FeatureIncident).where(FeatureIncident.tenant_id == scope.tenant.id)).all()


def test_the_talks_of_a_district_are_listed(run: Run, shipped: Installation, here: str) -> None:
    result = run("logbook", "talks", "--tenant", here)

    assert result.exception is None
    assert result.stdout == "2013-10-23  东部三镇街主政官  交通与环境  提问 1,804 条，当场答复 36 条\n"
    assert acts(shipped, here) == [("command", "talks", "命令行")]


def test_what_there_is_to_run_is_listed_and_what_was_done_too(run: Run, shipped: Installation, here: str) -> None:
    bare = make_district(shipped)
    make_account(shipped, here, "zhangli", ["operator"], name="张丽")

    assert run("logbook", "talks", "--tenant", here, "--by", f"zhangli@{here}").exception is None
    listed, log = run("--tenant", here).stdout, run("--tenant", here, "--log").stdout

    assert "logbook talks  列出座谈会和答复情况  logbook.talks" in listed
    assert "命令 talks  张丽" in log
    assert "没有自带的命令" in run("--tenant", bare).stdout


def test_a_command_that_is_unknown_or_off_is_refused_in_words(run: Run, shipped: Installation, here: str) -> None:
    bare = make_district(shipped)
    off, unknown = run("logbook", "talks", "--tenant", bare), run("logbook", "dance", "--tenant", here)

    assert isinstance(off.exception, NoSuchFeatureCommand)
    assert "没有功能提供它，或提供它的功能没有启用。现有：无。" in off.exception.message
    assert isinstance(unknown.exception, NoSuchFeatureCommand)
    assert "现有：logbook talks。" in unknown.exception.message
    assert isinstance(run("logbook", "talks", "--tenant", "nowhere").exception, UnknownTenant)
    assert isinstance(run("logbook", "talks", "--tenant", here, "--by", "nobody").exception, NobodyOfThatName)
    assert isinstance(run("logbook", "talks").exception, click.UsageError)


def test_options_are_made_from_the_form(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Mapping[str, Any]] = []
    run, _, slug = trial(database_url, monkeypatch, lambda values: given.append(values) or [], form=EveryForm)

    options = ("--held-on", "2013/10/5", "--unit", "roads", "--loud", "是", "--words", "倒塌", "--words", "漏电")
    assert run("logbook", "go", "--tenant", slug, *options).exception is None

    assert [dict(values) for values in given] == [
        {
            "held_on": "2013-10-05",
            "unit": "roads",
            "days": 5,
            "kind": "day",
            "loud": True,
            "words": ("倒塌", "漏电"),
        }
    ]
    text = run("logbook", "go", "--tenant", slug, "--help").stdout
    assert text.startswith("Usage: x logbook go [OPTIONS]\n")
    for part in (
        "跑一趟",
        "--held-on",
        "日期；必填",
        "天数；默认 5 天",
        "班次；一天两班；默认 日班；day（日班）、night（夜班）",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--held-on", "去年", "--unit", "roads"), "--held-on 请填写日期"),
        (("--unit", "roads"), "--held-on 必须填写"),
        (("--held-on", "2013-10-05", "--unit", "nowhere"), "--unit 本区没有代码为 nowhere 的单位"),
        (("--held-on", "2013-10-05", "--unit", "roads", "--days", "99"), "--days 天数须在 1 到 30 天之间"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(
    database_url: str, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    run, _, slug = trial(database_url, monkeypatch, list, form=EveryForm)
    refused = run("logbook", "go", "--tenant", slug, *options).exception
    assert isinstance(refused, OptionsUnusable)
    assert said in refused.message


def test_an_option_that_does_not_exist_is_refused(run: Run, here: str) -> None:
    refused = run("logbook", "talks", "--tenant", here, "--colour", "red").exception
    assert isinstance(refused, click.NoSuchOption)


def test_what_a_command_writes_stays_and_what_a_failed_one_wrote_does_not(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go(store: Store) -> list[str]:
        record_talk(store, FIRST)
        if held(installation, slug):
            raise ValueError("13800000001")
        return ["记下了"]

    run, installation, slug = trial(database_url, monkeypatch, go)
    assert run("logbook", "go", "--tenant", slug).stdout == "记下了\n"

    def go_wrong(store: Store) -> list[str]:
        store.add(TALK, held_on=date(2013, 10, 30), guest="郑", topic="", questions=1, answered_live=0, note="")
        raise ValueError("13800000001")

    run, installation, slug = trial(database_url, monkeypatch, go_wrong)
    refused = run("logbook", "go", "--tenant", slug).exception
    [card] = cards(installation, slug)

    assert isinstance(refused, FeatureFailed)
    assert f"请把编号 {card.error_id} 告诉系统管理员" in refused.message
    assert "13800000001" not in f"{refused.message}{card.words}"
    assert held(installation, slug) == []


def test_a_command_that_hangs_is_cut(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.journey.feature_work.visits.COMMAND_SECONDS", 0.3)
    run, installation, slug = trial(database_url, monkeypatch, lambda: time.sleep(60))

    started = time.monotonic()
    refused = run("logbook", "go", "--tenant", slug).exception

    assert isinstance(refused, FeatureFailed)
    assert time.monotonic() - started < patience(10)
    assert [card.kind for card in cards(installation, slug)] == ["over_budget"]


def test_a_command_s_own_refusal_is_said(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def go() -> list[str]:
        raise NotPossible("今天没有车。")

    run, installation, slug = trial(database_url, monkeypatch, go)
    refused = run("logbook", "go", "--tenant", slug).exception
    assert isinstance(refused, NotPossible)
    assert (refused.message, cards(installation, slug)) == ("今天没有车。", [])


def test_a_command_whose_options_cannot_be_typed_is_left_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithRows(Settings):
        stops = Rows(StopForm, most=3, load_default=[], title="站点")

    run, installation, slug = trial(database_url, monkeypatch, list, form=WithRows)
    assert isinstance(run("logbook", "go", "--tenant", slug).exception, NoSuchFeatureCommand)
    assert ["不能有重复的行" in card.words for card in cards(installation, slug)] == [True]


def held(installation: Installation, slug: str) -> list[str]:
    with installation.scope(slug) as scope, guest(scope, "logbook", writes=False, seconds=5) as store:
        return [row["guest"] for row in store.rows(rows_of(TALK.c.guest))]
