"""Fixtures for all tests: a real PostgreSQL with the real schema, a real Valkey."""

import gc
import os
import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, sync_playwright

from core.embedded.home import open_home
from core.migrations import migrate_plugin
from core.people import secrets
from tests.logbook import LOGBOOK
from tests.servers import RUN_HOME, RunFolder, TestServers

CHROMIUM = Path("/usr/bin/chromium")
_run_folder: RunFolder | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole run one folder for its servers; workers inherit its name."""
    global _run_folder
    if not hasattr(config, "workerinput"):
        _run_folder = RunFolder()
        os.environ[RUN_HOME] = str(_run_folder.path)
        # Root's servers run under another account, which cannot reach into a folder that is root's alone.
        os.environ["HUIYING_DATA"] = tempfile.gettempdir()
        # The last: programs under test are started again and again, and would compile all of the product each time.
        for given in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "HUIYING_HOME", "PYTHONDONTWRITEBYTECODE"):
            os.environ.pop(given, None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, nor afterwards in what was made then: it lives as long as the run.

    Of what tests make garbage is collected a tenth as often as usual: it took a fifth of their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10 * gc.get_threshold()[0], *gc.get_threshold()[1:])
        gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if _run_folder is not None:
        _run_folder.remove()


@pytest.fixture(scope="session")
def servers() -> Iterator[TestServers]:
    """The servers of the run, started when a test first asks; each worker has a database of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    with TestServers(open_home(Path(os.environ[RUN_HOME])), worker).running() as running:
        yield running


@pytest.fixture(scope="session")
def database_url(servers: TestServers) -> str:
    """A database with the schema and no rows but the tests' own, as the app's role, bound by row-level security."""
    return servers.database_url


@pytest.fixture(scope="session")
def owner_url(servers: TestServers) -> str:
    """The same database as the owner of the schema, whom row-level security does not bind."""
    return servers.owner_url


@pytest.fixture(scope="session")
def logbook_url(servers: TestServers) -> str:
    """A database beside the others that holds the table of `tests.logbook` too, as the app's role."""
    app, owner = servers.another_database("logbook")
    migrate_plugin(owner, LOGBOOK)
    return app


@pytest.fixture(scope="session")
def valkey_url(servers: TestServers) -> str:
    """A queue server with the rights that workers have in the product."""
    return servers.valkey_url


@pytest.fixture(scope="session", autouse=True)
def _hangups_reach_programs() -> None:
    """Under nohup, let this process alone ignore that its terminal is gone: programs under test would inherit it."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.fixture(scope="session", autouse=True)
def products_hasher() -> Iterator[PasswordHasher]:
    """What the product hashes passwords with; tests, which make thousands of accounts, do it at the least cost there is."""
    with pytest.MonkeyPatch.context() as patch:
        product = secrets._hasher
        patch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield product


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a download; tests that need it are skipped where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"no chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
