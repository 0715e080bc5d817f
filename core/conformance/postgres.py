"""Makes a database for one examination and throws it away. What the environment names is never touched."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from core.conformance.scratch import Scratch
from core.embedded.home import open_home
from core.embedded.locks import in_use
from core.embedded.roles import OWNER_ROLE
from core.embedded.services import Servers, address
from core.kit.policies import APP_ROLE
from core.migrations import migrate_core

PREFIX = "huiying-check-"


@contextmanager
def scratch_database() -> Iterator[Scratch]:
    """Have a PostgreSQL of one's own for as long as the block runs. Raises `ServerNotStarted`."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    home = open_home(folder)
    servers = Servers(home, database=True, queue=False, tell=_quietly, durable=False)
    try:
        with in_use(home.state, start=servers.start, stop=servers.stop, tell=_quietly):
            owner_url = address(home, OWNER_ROLE, home.owner_password)
            migrate_core(owner_url)
            yield Scratch(address(home, APP_ROLE, home.app_password), owner_url)
    finally:
        for made in (home.sockets, home.state, folder):
            shutil.rmtree(made, ignore_errors=True)


@cache
def shared_scratch() -> Scratch:
    """Return a database that lasts until the process ends, for many examinations in one run of tests."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(scratch_database())


def _quietly(_: str) -> None:
    """Say nothing: nobody waits for this server but the examination."""
