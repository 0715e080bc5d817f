"""What `huiying up` runs beside the services: web, worker, clock."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

WEB_PROCESSES = 2
WEB_THREADS = 4
"""A browser keeps idle connections open; a process without threads would wait on one of them and serve nobody."""
GRACE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Program:
    """A program under its name in the joint output."""

    name: str
    command: Sequence[str]


def programs(port: int) -> tuple[Program, ...]:
    """Return the programs of one installation; there is exactly one clock."""
    python = [sys.executable, "-P", "-m"]  # -P: the folder one happens to stand in must not shadow a module
    web = [
        *python,
        "gunicorn",
        f"--bind=127.0.0.1:{port}",
        f"--workers={os.environ.get('WEB_CONCURRENCY', WEB_PROCESSES)}",
        "--worker-class=gthread",
        f"--threads={os.environ.get('WEB_THREADS', WEB_THREADS)}",
        f"--graceful-timeout={GRACE_SECONDS}",
        "--no-control-socket",
        "--log-level=warning",
        "core.wsgi:app",
    ]
    return (
        Program("web", web),
        Program("worker", [*python, "core.worker"]),
        Program("clock", [*python, "core.jobs.clock"]),
    )
