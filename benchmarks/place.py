"""An installation of its own for a measurement: real services with durable commits in a folder that goes away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli.context import open_installation, prepare
from core.embedded.services import Services, ensure
from core.tenancy.scope import Installation


@contextmanager
def measuring_place(*, with_queue: bool = False) -> Iterator[tuple[Installation, Services]]:
    """Start PostgreSQL as it runs in production (fsync on), with schema and shipped tenants."""
    with (
        tempfile.TemporaryDirectory(prefix="huiying-bench-") as folder,
        ensure(Path(folder), prepare=prepare, edition="bench", with_queue=with_queue) as services,
    ):
        installation = open_installation(services)
        try:
            yield installation, services
        finally:
            installation.database.engine.dispose()
