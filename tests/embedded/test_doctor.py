"""The doctor finds what was planted, and finds nothing where nothing is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from core.embedded.doctor import examine
from core.embedded.doctor.queue import queue_findings
from core.embedded.home import Home, open_home
from core.embedded.services import Servers, Services, ensure
from core.kit.keys import Keyring

IRRELEVANT = {"账户", "浏览器", "页面文件", "磁盘"}
"""Subjects that depend on the machine the tests run on."""


def diagnose(path: Path) -> list[tuple[str, str, str]]:
    findings = examine(path, now=datetime.now(UTC), tell=lambda _: None)
    return [
        (finding.level.name, finding.subject, finding.text)
        for finding in findings
        if finding.subject not in IRRELEVANT and "还没有表" not in finding.text
    ]


@pytest.fixture
def running(home_path: Path) -> Iterator[tuple[Home, Services]]:
    with ensure(home_path, with_queue=True) as services:
        home = open_home(home_path)
        Keyring.load(home.keys)
        yield home, services


def as_superuser(home: Home, *statements: str) -> None:
    with Servers(home, database=True, queue=False, tell=lambda _: None).postgres.connect("huiying") as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_installation_has_no_findings(running: tuple[Home, Services]) -> None:
    assert diagnose(running[0].path) == []


def test_an_empty_home_is_no_fault(home_path: Path) -> None:
    assert diagnose(home_path) == [("HINT", "安装", "还没有数据：首次运行 make run 时会建立")]
    assert not home_path.exists()


def test_files_of_tickets_in_a_bucket_have_their_backup_there(
    running: tuple[Home, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_FILES", "s3://bucket/huiying")
    assert diagnose(running[0].path) == [("HINT", "附件", "附件存放在对象存储的桶里，huiying backup 不复制它")]


def test_a_folder_of_files_that_others_can_enter_is_told(running: tuple[Home, Services]) -> None:
    files = running[0].path / "files"
    files.mkdir(mode=0o755)
    assert diagnose(running[0].path) == [("UNSAFE", "文件权限", f"{files} 对其他账户开放（755）")]


def test_files_open_to_others(running: tuple[Home, Services]) -> None:
    home = running[0]
    home.path.chmod(0o755)
    home.keys.chmod(0o644)
    home.sockets.chmod(0o711)
    assert diagnose(home.path) == [
        ("UNSAFE", "文件权限", f"{home.path} 对其他账户开放（755）"),
        ("UNSAFE", "文件权限", f"{home.sockets} 对其他账户开放（711）"),
        ("UNSAFE", "文件权限", f"{home.keys} 对其他账户开放（644）"),
    ]


def test_a_trusting_access_rule(running: tuple[Home, Services]) -> None:
    home = running[0]
    rules = home.cluster / "pg_hba.conf"
    rules.write_text("local  all all\ttrust # planted\nhost all all 0.0.0.0/0 scram-sha-256\n" + rules.read_text())
    as_superuser(home, "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")
    assert diagnose(home.path) == [
        ("UNSAFE", "数据库访问规则", f"{rules} 中有一行不验证身份或允许远程连接：local all all trust"),
        ("UNSAFE", "数据库访问规则", f"{rules} 中有一行不验证身份或允许远程连接：host all all 0.0.0.0/0 scram-sha-256"),
        ("UNSAFE", "数据库访问规则", "用错误的密码也能连接数据库"),
    ]


def test_a_role_with_too_many_rights(running: tuple[Home, Services]) -> None:
    as_superuser(running[0], "ALTER ROLE huiying_app BYPASSRLS CREATEDB", "GRANT pg_read_all_data TO huiying_app")
    assert diagnose(running[0].path) == [
        ("UNSAFE", "数据库角色", "角色 huiying_app 权限过大：可绕过行级隔离、可建数据库"),
        ("UNSAFE", "数据库角色", "应用角色是角色 pg_read_all_data 的成员"),
    ]


def test_lost_durability(running: tuple[Home, Services]) -> None:
    as_superuser(running[0], "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")
    as_superuser(running[0], "ALTER ROLE huiying_app SET synchronous_commit = off")
    assert diagnose(running[0].path) == [
        ("UNSAFE", "数据库", "fsync 已关闭，断电会丢失已受理的诉求"),
        ("UNSAFE", "数据库", "synchronous_commit 已关闭，断电会丢失已受理的诉求"),
    ]


def test_a_table_that_does_not_keep_tenants_apart(running: tuple[Home, Services]) -> None:
    home, services = running
    with psycopg.connect(str(services.owner_url)) as owner:
        owner.execute("CREATE TABLE open_one (tenant_id int, x text)")
        owner.execute("CREATE TABLE open_two (tenant_id int, x text)")
        owner.execute("ALTER TABLE open_two ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE open_two FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY everything ON open_two USING (true)")
    assert diagnose(home.path) == [
        ("UNSAFE", "租户隔离", "表未启用并强制行级隔离：open_one（1 处）"),
        ("UNSAFE", "租户隔离", "表没有同时约束读和写的租户策略：open_one、open_two（2 处）"),
        ("UNSAFE", "租户隔离", "表上另有策略，策略之间是“或”的关系，会放宽隔离：open_two.everything（1 处）"),
        ("UNSAFE", "租户隔离", "tenant_id 可为空或类型不对：open_one、open_two（2 处）"),
        ("UNSAFE", "租户隔离", "主键不以 tenant_id 开头：open_one、open_two（2 处）"),
    ]


def test_an_application_role_without_its_limits(running: tuple[Home, Services]) -> None:
    as_superuser(running[0], "ALTER ROLE huiying_app RESET lock_timeout", "CREATE EXTENSION vector")
    assert diagnose(running[0].path) == [
        ("UNSAFE", "租户隔离", "应用角色没有设置时限，卡住的进程会一直占着行：lock_timeout（1 处）"),
        ("HINT", "租户隔离", "装有扩展：vector（1 处）"),
    ]


def test_a_year_without_a_holiday_notice(running: tuple[Home, Services], database_url: str) -> None:
    from core.embedded.doctor.database import database_findings
    from tests.builders import make_district, make_installation

    slug = make_district(make_installation(database_url))
    services = Services(database_url, None, "", running[0].path)
    subjects = [
        (finding.level.name, finding.text)
        for finding in database_findings(services, now=datetime(2031, 6, 1, tzinfo=UTC))
        if finding.subject == "工作日历"
    ]
    assert [(level, slug in text) for level, text in subjects] == [("MISSING", True), ("HINT", True)]


def test_a_queue_that_anybody_may_use_and_that_forgets(running: tuple[Home, Services]) -> None:
    home = running[0]
    settings = home.queue / "valkey.conf"
    settings.write_text(settings.read_text().replace("user default off", "").replace("appendonly yes", ""))
    assert [subject for _, subject, _ in diagnose(home.path)] == ["Valkey AOF", "Valkey 默认用户"]


def test_a_given_queue_over_an_open_network() -> None:
    findings = [finding.subject for finding in queue_findings(None, "redis://192.0.2.1:6379/0")]
    assert findings == ["Redis 网络", "Redis"]
