"""`huiying feature` and `huiying settings`: what they print, and what they refuse in one sentence."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.cli import feature as feature_commands
from core.cli import huiying, trials
from core.cli import settings as settings_commands
from core.cli.feature import WhichFeature
from core.cli.settings import ChangeUnclear, FileUnusable, SecretMissing
from core.cli.sla import TimeUnclear
from core.hooks.settings import SettingsInvalid
from core.journey.dry_run.export import NoSuchFormat
from core.journey.features.switching import FeatureStands
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.people.service import NoSuchAccount, close_account, open_account
from core.tenancy.queries import find_feature_row
from core.tenancy.rules import ApprovalMissing, NotChecked, OwnRevision
from tests.builders import make_ticket
from tests.settings.making import GATE, LIGHT, NOW, District, asked, later

CANARY = "hunter-2-canary"
Run = Callable[..., Result]


@pytest.fixture
def staffed(district: District) -> District:
    """The district with two administrators and an operator."""
    with district.installation.scope(district.slug) as scope:
        for login, name, role in (
            ("anna", "安娜", "administrator"),
            ("boris", "鲍里斯", "administrator"),
            ("zuoxi", "坐席", "operator"),
        ):
            open_account(scope, login=login, name=name, password="a long enough one", roles=[role], now=NOW)
    return district


@pytest.fixture
def run(staffed: District, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of the district; `typed` is what comes from standard input."""

    @contextmanager
    def installed() -> Iterator[Any]:
        staffed.installation.forget()
        yield staffed.installation

    for module in (feature_commands, settings_commands, trials):
        monkeypatch.setattr(module, "installed", installed)

    def run(*words: str, feature: str | None = LIGHT, typed: str | None = None) -> Result:
        of_feature = ["--feature", feature] if words[0] == "settings" and feature else []
        return CliRunner().invoke(huiying, [*words, "--tenant", staffed.slug, *of_feature], input=typed)

    return run


def said(result: Result) -> list[str]:
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout.splitlines()


def draft(run: Run, *more: str, by: str = "anna") -> int:
    result = run(
        "settings", "draft", "--by", by, "--reason", "雨季将至", "--json", *(more or ("--set", "yellow_hours=5"))
    )
    assert result.exit_code == 0, (result.output, result.exception)
    number: int = json.loads(result.stdout)["number"]
    return number


def test_a_change_goes_from_draft_to_rollback(run: Run, staffed: District) -> None:
    drafted = said(
        run(
            "settings",
            "draft",
            "--by",
            "anna",
            "--reason",
            "雨季将至",
            "--set",
            "yellow_hours=5",
            "--set",
            "watcher=panel",
        )
    )
    checked = said(run("settings", "check", "2", "--by", "anna"))
    tried = said(run("settings", "dry-run", "2", "--by", "anna"))
    approved = said(run("settings", "approve", "2", "--by", "boris", "--note", "同意"))
    active = said(run("settings", "activate", "2", "--by", "anna"))
    back = said(run("settings", "rollback", "--by", "boris", "--reason", "变黄太早"))

    changes = ["  剩余多少工作小时变黄：3 个工作小时 → 5 个工作小时", "  监督单位（须两人同意）：空 → 纪检监察组"]
    assert drafted == [
        "已起草第 2 次修订，还没有生效（现行第 1 次）：",
        *changes,
        f"下一步：huiying settings check 2 --tenant {staffed.slug} --feature {LIGHT} --by anna",
    ]
    assert (checked[0], checked[-1]) == ("第 2 次修订检查通过。", "启用前还要：试算、另一人批准。")
    assert tried[0] == f"试算 {LIGHT} 第 2 次修订，对比现行的第 1 次修订；最近受理的 500 件工单。"
    assert tried[1].startswith("1 件中 1 件多知会单位")
    assert tried[-1] == "启用前还要：另一人批准。"
    assert approved == [
        "已批准第 2 次修订，它会改变：",
        *changes,
        f"可以启用了：huiying settings activate 2 --tenant {staffed.slug} --feature {LIGHT} --by 登录名",
    ]
    assert active[:3] == ["第 2 次修订已生效：", *changes]
    assert "已经起算的时限不变" in active[3]
    assert back[:3] == [
        "第 3 次修订已生效：",
        "  剩余多少工作小时变黄：5 个工作小时 → 3 个工作小时",
        "  监督单位（须两人同意）：纪检监察组 → 空",
    ]
    told = said(run("settings", "history"))
    assert told[0].split() == ["第几次", "状态", "起草于", "起草人", "批准人", "生效于", "理由"]
    assert [line.split()[:2] for line in told[1:]] == [["3", "生效中"], ["2", "已被取代"], ["1", "已被取代"]]
    assert "鲍里斯（系统管理员）" in told[2]
    assert "变黄太早（恢复自第 1 次）" in told[1]


def test_a_try_prints_the_tickets_that_change_and_is_exported(run: Run, staffed: District, tmp_path: Path) -> None:
    serial = make_ticket(staffed.installation, staffed.slug, now=later(minutes=1)).serial_no
    number = draft(run, "--set", "watcher=panel")
    file = tmp_path / "试算.csv"

    told = said(run("settings", "dry-run", str(number), "--by", "anna", "--last", "1", "--export", str(file)))

    assert told[1].startswith("1 件中 1 件多知会单位")
    assert f"  {serial}" in told
    assert any("知会单位" in line and "纪检监察组" in line for line in told)
    assert f"全部结果已存为 {file}。" in told
    assert serial in file.read_text(encoding="utf-8-sig")
    plain = json.loads(run("settings", "dry-run", str(number), "--by", "anna", "--json").stdout.splitlines()[-1])
    assert (plain["totals"]["tickets"], plain["totals"]["watched"], plain["state"]) == (2, 2, "done")


def test_what_holds_is_shown_with_where_it_comes_from(run: Run, staffed: District) -> None:
    staffed.make_active({"yellow_hours": 5, "steps": [{"at": 2}, {"at": 4}]})

    told = said(run("settings", "show"))

    assert told[0] == f"信号灯（{LIGHT}） 已启用，第 2 次"
    assert told[1].split() == ["名称", "设置", "来自", "锁定", "改动", "现值"]
    assert told[2].split() == ["yellow_hours", "剩余多少工作小时变黄", "本区第", "2", "次修订", "5", "个工作小时"]
    assert next(line for line in told if line.startswith("steps")).count(" / ") == 1
    plain = json.loads(run("settings", "show", "--json").stdout)
    assert plain["values"][0]["value"] == 5


def test_one_revision_is_shown_with_what_is_needed(run: Run) -> None:
    number = draft(run, "--set", "watcher=panel")

    told = said(run("settings", "show", str(number)))

    assert told[0] == f"第 {number} 次修订 草稿"
    assert told[1].endswith("起草：雨季将至")
    assert told[-1] == "启用前还要：检查、试算、另一人批准。"


def test_settings_are_given_in_a_file(run: Run, staffed: District, tmp_path: Path) -> None:
    file = tmp_path / "light.json"
    file.write_text(json.dumps({"steps": [{"at": 2, "unit": "audit"}], "answer_days": 7}), encoding="utf-8")

    changed = draft(run, "--from", str(file), "--set", "yellow_hours=5")
    whole = draft(run, "--from", str(file), "--whole", by="boris")

    assert staffed.revision(changed).values == {
        "steps": [{"at": 2, "unit": "audit"}],
        "answer_days": 7,
        "yellow_hours": 5,
    }
    assert staffed.revision(whole).values == {"steps": [{"at": 2, "unit": "audit"}], "answer_days": 7}


def test_a_revision_is_planned_in_the_districts_time(run: Run, staffed: District) -> None:
    number = draft(run)
    run("settings", "check", str(number), "--by", "anna")
    run("settings", "dry-run", str(number), "--by", "anna")
    year = datetime.now().year + 1  # noqa: DTZ005 -- only to lie ahead

    told = said(run("settings", "activate", str(number), "--by", "anna", "--at", f"{year}-01-05T08:00"))
    withdrawn = said(run("settings", "withdraw", str(number), "--by", "anna", "--reason", "不需要了"))

    assert told[0] == f"第 {number} 次修订将于 {year}-01-05 08:00 生效，届时再核对一次："
    assert withdrawn == [f"已撤回第 {number} 次修订。"]


def test_a_check_that_fails_says_why_and_ends_with_code_2(run: Run) -> None:
    run("settings", "draft", "--by", "anna", "--reason", "试", "--set", "address=down", feature=GATE)

    result = run("settings", "check", "1", "--by", "anna", feature=GATE)

    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "第 1 次修订没有通过检查，不能启用。",
        "  错误 address：网关没有应答，密钥为 未设置",
    ]


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("settings", "draft", "--by", "nobody", "--reason", "试", "--set", "yellow_hours=5"), NoSuchAccount),
        (("settings", "draft", "--by", "zuoxi", "--reason", "试", "--set", "yellow_hours=5"), NotPermitted),
        (("settings", "draft", "--by", "anna", "--reason", "试", "--set", "yellow_hours=9"), SettingsInvalid),
        (("settings", "draft", "--by", "anna", "--reason", "试", "--set", "yellow=5"), SettingsInvalid),
        (("settings", "draft", "--by", "anna", "--reason", "试", "--set", "yellow_hours"), ChangeUnclear),
        (("settings", "draft", "--by", "anna", "--reason", "试", "--set", "=5"), ChangeUnclear),
        (
            ("settings", "draft", "--by", "anna", "--reason", "试", "--set", "title=a", "--set", "title=b"),
            ChangeUnclear,
        ),
        (("settings", "draft", "--by", "anna", "--reason", "试", "--from", "not-there.json"), FileUnusable),
        (("settings", "activate", "1", "--by", "anna", "--at", "明天"), TimeUnclear),
        (("settings", "dry-run", "1", "--by", "anna", "--export", "result.pdf"), NoSuchFormat),
        (("settings", "dry-run", "1", "--by", "anna", "--from", "三月"), TimeUnclear),
        (("settings", "secret", "set", "token", "--by", "anna", "--env", "A", "--file", "b"), SecretMissing),
        (("settings", "secret", "set", "token", "--by", "anna"), SecretMissing),
        (("feature", "off", "--by", "anna", "--reason", "试"), WhichFeature),
        (("feature", "off", LIGHT, "--all", "--by", "anna", "--reason", "试"), WhichFeature),
        (("feature", "on", LIGHT, "--by", "anna"), FeatureStands),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(run: Run, words: tuple[str, ...], refusal: type[Refused]) -> None:
    result = run(*words, typed="")

    assert isinstance(result.exception, refusal), (result.output, result.exception)
    assert result.exception.message.endswith("。")
    assert "\n" not in result.exception.message


def test_a_file_that_is_no_object_is_refused(run: Run, tmp_path: Path) -> None:
    for content in (b"[1]", b"{not json", b"\xff\xfe", b"[" * 100_000):
        file = tmp_path / "light.json"
        file.write_bytes(content)

        result = run("settings", "draft", "--by", "anna", "--reason", "试", "--from", str(file))

        assert isinstance(result.exception, FileUnusable)


def test_four_eyes_at_the_command_line(run: Run) -> None:
    number = str(draft(run, "--set", "watcher=panel"))

    assert isinstance(run("settings", "activate", number, "--by", "anna").exception, NotChecked)
    run("settings", "check", number, "--by", "anna")
    run("settings", "dry-run", number, "--by", "anna")
    assert isinstance(run("settings", "approve", number, "--by", "anna").exception, OwnRevision)
    assert isinstance(run("settings", "activate", number, "--by", "boris").exception, ApprovalMissing)


def test_a_closed_account_administers_nothing(run: Run, staffed: District) -> None:
    staffed.run(lambda scope: close_account(scope, "anna", now=NOW))

    result = run("feature", "on", GATE, "--by", "anna")

    assert isinstance(result.exception, NoSuchAccount)


def test_two_revisions_are_compared_in_words(run: Run, staffed: District) -> None:
    staffed.make_active({"yellow_hours": 5})

    assert said(run("settings", "diff", "1")) == [
        "第 1 次修订与现行设置相比：",
        "  剩余多少工作小时变黄：5 个工作小时 → 3 个工作小时",
    ]
    assert said(run("settings", "diff", "2", "--against", "2")) == ["第 2 次修订与第 2 次相比：", "  没有不同"]


def test_a_feature_is_switched_on_with_a_try_and_off_again(run: Run, staffed: District) -> None:
    run("feature", "off", LIGHT, "--by", "anna", "--reason", "试", "--anyway")
    staffed.make_active({"address": "up"}, feature=GATE)

    listed = said(run("feature", "list"))
    on = said(run("feature", "on", GATE, "--by", "anna", "--reason", "领导同意"))

    assert listed[0].split() == ["次序", "功能", "名称", "状态", "修订", "全市预设", "待修复", "说明"]
    assert [line.split()[:4] for line in listed[1:]] == [
        ["1", LIGHT, "信号灯", "未启用"],
        ["2", GATE, "短信网关", "未启用"],
    ]
    assert on == [f"已启用 {GATE}（第 1 次修订）。"]
    assert said(run("feature", "on", LIGHT, "--by", "anna")) == [f"已启用 {LIGHT}（第 1 次修订）。"]
    assert said(run("feature", "order", GATE, "--before", LIGHT, "--by", "anna")) == [f"现在的次序：{GATE}、{LIGHT}。"]
    told = said(run("feature", "off", LIGHT, "--by", "anna", "--reason", "试", "--dry-run"))
    assert told[0].startswith(f"试算 {LIGHT} 关闭，对比现行的第 1 次修订")
    assert said(run("feature", "off", LIGHT, "--by", "anna", "--reason", "试", "--anyway"))[0] == (
        f"已关闭 {LIGHT}，设置留着。"
    )


def test_everything_is_suspended_and_resumed(run: Run) -> None:
    off = said(run("feature", "off", "--all", "--by", "anna", "--reason", "核实误派"))
    listed = said(run("feature", "list"))
    on = said(run("feature", "resume", "--all", "--by", "boris", "--reason", "已核实"))

    assert off == [f"已停用全部功能：{LIGHT}。此后按通用规则办理；用 huiying feature resume --all 恢复。"]
    assert "已停用" in listed[1]
    assert "全部停用：核实误派" in listed[1]
    assert on == [f"已恢复 {LIGHT}。"]
    assert said(run("feature", "repairs")) == ["没有待修复的功能。"]


def test_whoever_has_read_the_try_may_leave_the_feature_off(
    run: Run, staffed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("feature", "off", LIGHT, "--by", "anna", "--reason", "试")
    number = staffed.draft({"yellow_hours": 5})
    monkeypatch.setattr("core.cli.feature._may_go_on", lambda **_: False)
    staffed.run(lambda scope: setattr(find_feature_row(scope, LIGHT), "state", "enabling"))

    told = said(run("feature", "on", LIGHT, "--by", "anna"))

    assert told == ["没有启用，试算结果留着。要启用请再执行一次；不启用则用 huiying settings withdraw 撤回。"]
    assert said(run("settings", "show", str(number)))[0] == f"第 {number} 次修订 已检查"
    assert staffed.row().state == "enabling"


def test_a_secret_is_read_from_standard_input_and_never_printed(
    run: Run, staffed: District, caplog: pytest.LogCaptureFixture
) -> None:
    staffed.make_active({"address": "up"}, feature=GATE)
    results = [
        run("settings", "secret", "set", "token", "--by", "anna", feature=GATE, typed=f"{CANARY}\n"),
        run("settings", "secret", "list", feature=GATE),
        run("settings", "show", feature=GATE),
        run("settings", "show", "--json", feature=GATE),
        run("settings", "secret", "set", "token", "--by", "anna", feature=GATE, typed=f"{CANARY} \n"),
        run("settings", "draft", "--by", "anna", "--reason", "试", "--set", f"token={CANARY}", feature=GATE),
        run("settings", "secret", "set", "token", "--by", "anna", feature=LIGHT, typed=CANARY),
    ]

    assert [result.exit_code for result in results] == [0, 0, 0, 0, 1, 1, 1]
    assert results[0].stdout == "已设置密钥 token，两秒内在各处生效。\n"
    assert results[1].stdout.splitlines()[1].split()[:3] == ["token", "加密保存", "安娜（系统管理员）"]
    assert all(CANARY not in f"{result.output}{result.exception}" for result in results)
    assert CANARY not in caplog.text
    with staffed.installation.scope(staffed.slug) as scope:
        assert asked(scope) == [LIGHT]
    assert said(run("settings", "secret", "remove", "token", "--by", "anna", feature=GATE)) == ["已移除密钥 token。"]
