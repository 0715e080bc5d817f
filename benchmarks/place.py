"""An installation of its own for a measurement: real services with durable commits in a folder that goes away."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli.context import open_installation, prepare
from core.embedded.services import Services, ensure
from core.tenancy.scope import Installation

GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "HUIYING_HOME", "HUIYING_DATA")
"""What an installation of its own must not see; put back afterwards."""


@contextmanager
def home_of_its_own(*, keep: bool = False) -> Iterator[Path]:
    """Have a fresh home, whatever the environment names; the servers' data lies beside it and goes with it."""
    before = {name: os.environ.pop(name) for name in GIVEN if name in os.environ}
    place = Path(tempfile.mkdtemp(prefix="huiying-bench-"))
    place.chmod(0o711)  # root's servers run under another account, which must reach their data
    os.environ["HUIYING_DATA"] = str(place / "data")
    try:
        yield place / "home"
    finally:
        os.environ.pop("HUIYING_DATA")
        os.environ.update(before)
        if not keep:
            shutil.rmtree(place)


@contextmanager
def measuring_place(*, with_queue: bool = False) -> Iterator[tuple[Installation, Services]]:
    """Start PostgreSQL as it runs in production (fsync on), with schema and shipped tenants."""
    with (
        home_of_its_own() as home,
        ensure(home, prepare=prepare, edition="bench", with_queue=with_queue) as services,
    ):
        installation = open_installation(services)
        try:
            yield installation, services
        finally:
            installation.database.engine.dispose()
