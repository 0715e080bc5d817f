"""Each command and program runs in a process of its own, which knows no more tables than it has imported."""

import subprocess
import sys

import pytest

RESOLVED = "import {module}; from core.kit.db import Base; assert Base.metadata.sorted_tables"


@pytest.mark.parametrize(
    "module",
    [
        *("core.cli.audit", "core.cli.report", "core.cli.moving"),
        *("core.web", "core.worker", "core.jobs.clock", "core.jobs.drain"),
    ],
)
def test_every_table_that_others_refer_to_is_known(module: str) -> None:
    """Else the first row that is written ends in an error, where tests in one process together see none."""
    done = subprocess.run([sys.executable, "-c", RESOLVED.format(module=module)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
