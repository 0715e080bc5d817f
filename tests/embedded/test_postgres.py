"""The PostgreSQL brought along: who gets in, what survives, who stops it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest

from core.embedded import processes
from core.embedded.cluster import unsafe_access_lines
from core.embedded.errors import HomeUnusable
from core.embedded.home import open_home
from core.embedded.places import LONGEST_SOCKET_PATH
from core.embedded.postgres import Postgres
from core.embedded.roles import APP_LIMITS, role_statements
from core.embedded.services import Services, ensure
from core.kit.db import DatabaseDown
from core.kit.keys import Keyring
from tests.embedded.conftest import ROOT, as_account, forget, living, postmaster, wait_until

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


def ask(url: str | None, query: str) -> object:
    assert url is not None
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_only_the_own_account_and_passwords_get_in(home_path: Path) -> None:
    with ensure(home_path) as services:
        home = open_home(home_path)
        rules = (home.cluster / "pg_hba.conf").read_text()

        assert home.sockets.stat().st_mode & 0o777 == 0o700
        assert home.path.stat().st_mode & 0o777 == 0o700
        assert home.services.stat().st_mode & 0o777 == 0o600
        assert [line for line in rules.splitlines() if not line.startswith("#")] == [
            "local all postgres peer map=huiying",
            "local all all scram-sha-256",
        ]
        assert unsafe_access_lines(rules) == []
        assert ask(services.owner_url, "SHOW listen_addresses") == ""
        assert ask(services.owner_url, "SHOW fsync") == "on"
        assert ask(services.owner_url, "SHOW synchronous_commit") == "on"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(services.database_url.replace(home.app_password, "guessed"))


@needs_root
def test_another_account_is_refused_even_when_it_reaches_the_socket(home_path: Path) -> None:
    def as_superuser() -> str:
        psycopg.connect(host=str(home.sockets), user="postgres", dbname="postgres", connect_timeout=5).close()
        return "came in"

    with ensure(home_path):
        home = open_home(home_path)
        assert "Permission denied" in as_account(NOBODY, as_superuser)

        home.sockets.chmod(0o755)
        (home.sockets / ".s.PGSQL.5432").chmod(0o777)
        assert "Peer authentication failed" in as_account(NOBODY, as_superuser)


def test_the_app_is_bound_by_row_level_security_and_owns_nothing(home_path: Path) -> None:
    with ensure(home_path) as services:
        with psycopg.connect(services.database_url) as app:
            rights = app.execute(
                "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
            inherits = app.execute("SELECT pg_has_role('huiying_stats', 'USAGE')").fetchone()
            may_switch = app.execute("SELECT pg_has_role('huiying_stats', 'SET')").fetchone()
            limits = {name: app.execute(f"SHOW {name}").fetchone() for name in APP_LIMITS}
        assert rights == (False, False, False, False, False)
        assert (inherits, may_switch) == ((False,), (True,))
        assert limits == {
            "idle_in_transaction_session_timeout": ("30s",),
            "lock_timeout": ("10s",),
            "statement_timeout": ("1min",),
        }
        for forbidden in (
            "CREATE TABLE t (x int)",
            "CREATE TEMP TABLE t (x int)",
            "SET ROLE huiying_owner",
            "SELECT lo_create(0)",
        ):
            with psycopg.connect(services.database_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_data_is_found_again_and_nothing_keeps_running(home_path: Path) -> None:
    with ensure(home_path) as services, psycopg.connect(str(services.owner_url)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
    home = open_home(home_path)
    assert living(home) == []

    with ensure(home_path) as services:
        assert ask(services.owner_url, "SELECT number FROM kept") == 7
    assert living(home) == []


def test_what_was_committed_survives_a_killed_server(home_path: Path) -> None:
    with ensure(home_path) as services:
        home = open_home(home_path)
        with psycopg.connect(str(services.owner_url)) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(postmaster(home), signal.SIGKILL)

        with ensure(home_path) as again:
            assert ask(again.owner_url, "SELECT number FROM kept") == 7
    assert living(home) == []


@pytest.mark.parametrize("whose", ["another program", "a zombie"])
def test_a_mark_that_names_somebody_else_does_not_keep_it_from_starting(home_path: Path, whose: str) -> None:
    with ensure(home_path):
        home = open_home(home_path)
        mark = (home.cluster / "postmaster.pid").read_text()
        os.kill(postmaster(home), signal.SIGKILL)
        wait_until(lambda: processes.working_in(home.cluster, "postgres") == [])
        zombie = subprocess.Popen(["true"])
        wait_until(lambda: not processes.is_running(zombie.pid))
        number = zombie.pid if whose == "a zombie" else os.getppid()
        (home.cluster / "postmaster.pid").write_text("\n".join([str(number), *mark.splitlines()[1:]]))

        with ensure(home_path) as services:
            assert ask(services.database_url, "SELECT 1") == 1
        zombie.wait()


def test_a_long_home_gets_a_short_private_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(tempfile.mkdtemp(prefix="huiying-" + "long" * 30))
    place.chmod(0o711)  # root's servers run under another account, which must get through
    monkeypatch.setenv("HUIYING_DATA", str(place))
    path = place / "home"
    try:
        with ensure(path) as services:
            home = open_home(path)
            assert len(os.fsencode(home.sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
            assert home.sockets.stat().st_mode & 0o777 == 0o700
            assert ask(services.database_url, "SELECT 1") == 1
        assert open_home(path).sockets == home.sockets

        home.sockets.rmdir()  # as a cleaner of temporary files does
        with ensure(path) as services:
            assert ask(services.database_url, "SELECT 1") == 1
    finally:
        forget(path)
        shutil.rmtree(place)


def test_two_at_once_prepare_an_empty_home_once_and_the_last_one_stops_it(home_path: Path) -> None:
    prepared: list[Services] = []
    both_in = threading.Barrier(2)
    first_gone = threading.Event()
    answers: list[object] = []

    def use(*, is_first: bool) -> None:
        with ensure(home_path, prepare=prepared.append, edition="1") as services:
            both_in.wait(60)
            if not is_first:
                first_gone.wait(60)
                answers.append(ask(services.database_url, "SELECT 1"))
        if is_first:
            first_gone.set()

    users = [threading.Thread(target=use, kwargs={"is_first": is_first}) for is_first in (True, False)]
    for user in users:
        user.start()
    for user in users:
        user.join(120)

    assert (len(prepared), answers) == (1, [1])
    assert living(open_home(home_path)) == []


def test_a_new_edition_is_prepared_and_a_failed_one_again(home_path: Path) -> None:
    prepared: list[str] = []

    def fail(_services: Services) -> None:
        prepared.append("failed")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), ensure(home_path, prepare=fail, edition="1"):
        pass
    for edition in ("1", "1", "2"):
        with ensure(home_path, prepare=lambda _, edition=edition: prepared.append(edition), edition=edition):  # type: ignore[misc]
            pass

    assert prepared == ["failed", "1", "2"]
    assert living(open_home(home_path)) == []


def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(home_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from core.embedded.services import ensure\n"
        "with ensure(Path(sys.argv[1])): print('in', flush=True); time.sleep(600)"
    )
    user = subprocess.Popen([sys.executable, "-c", script, str(home_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert user.stdout is not None
    assert user.stdout.readline() == b"in\n"
    home = open_home(home_path)
    server = postmaster(home)
    user.kill()
    user.wait()
    user.stdout.close()

    with ensure(home_path):
        assert postmaster(home) == server
    assert living(home) == []


def test_sigterm_stops_what_a_command_started(home_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from core.embedded.services import ensure\n"
        "with ensure(Path(sys.argv[1])): print('in', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(home_path)], cwd=ROOT, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"in\n"
        user.terminate()
    assert user.returncode == 128 + signal.SIGTERM
    assert living(open_home(home_path)) == []


def test_lost_passwords_are_replaced_without_losing_data(home_path: Path) -> None:
    with ensure(home_path) as services, psycopg.connect(str(services.owner_url)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
    before = open_home(home_path)
    Keyring.load(before.keys)
    before.services.unlink()

    with ensure(home_path) as services:
        assert open_home(home_path).app_password != before.app_password
        assert ask(services.owner_url, "SELECT number FROM kept") == 7


def test_a_removed_home_begins_anew(home_path: Path) -> None:
    """Servers' data may lie elsewhere; without the keys that lay in the home it cannot be read any more."""
    with ensure(home_path) as services, psycopg.connect(str(services.owner_url)) as owner:
        owner.execute("CREATE TABLE old (x int)")
    state = open_home(home_path).state
    shutil.rmtree(home_path)
    try:
        with ensure(home_path) as services:
            assert ask(services.owner_url, "SELECT to_regclass('old')") is None
    finally:
        shutil.rmtree(state)


def test_roles_on_a_server_whose_grants_have_no_options(home_path: Path) -> None:
    home = open_home(home_path)
    server = Postgres(home)
    server.start(lambda _: None)
    with server.connect() as connection:
        for statement in role_statements(150000, owner_password="a", app_password="b"):
            connection.execute(statement)
        usage = connection.execute(
            "SELECT pg_has_role('huiying_app', 'huiying_stats', 'USAGE'), pg_has_role('huiying_app', 'huiying_stats', 'SET')"
        ).fetchone()
    assert usage == (False, True)


def test_a_given_server_that_is_down_is_one_sentence(home_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://huiying_app:x@127.0.0.1:1/huiying")
    with pytest.raises(DatabaseDown, match=r"^数据库没有应答（.*）。请检查 DATABASE_URL"), ensure(home_path):
        pass


def test_the_command_line_says_so_with_exit_code_3(home_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": "postgresql://huiying_app:x@127.0.0.1:1/huiying",
        "HUIYING_HOME": str(home_path),
    }
    command = [sys.executable, "-c", "from core.cli import main; main()", "up"]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert said.returncode == 3
    assert (len(said.stdout.splitlines()), len(said.stderr.splitlines())) == (0, 1)
    assert said.stderr.startswith("数据库没有应答")


@needs_root
def test_a_home_of_someone_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "home"
    path.mkdir()
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(HomeUnusable, match="属于账户 nobody"):
        open_home(path)
