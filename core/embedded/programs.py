"""What `huiying up` runs beside the services: web, worker, clock."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEB_PROCESSES = 4
"""Each answers one request at a time, so this many can wait for the database at once."""
STUCK_SECONDS = 30
"""A web process whose request takes longer is ended and replaced."""
GRACE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Program:
    """A program under its name in the joint output."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class StandIn:
    """What stands in for something outside that a demonstration has no real one of: the program that is it, what the other
    programs must know of it, and what is said of it once all is ready.
    """

    program: Program
    environment: Mapping[str, str]
    words: str


def programs(port: int) -> tuple[Program, ...]:
    """Return the programs of one installation; there is exactly one clock."""
    python = [sys.executable, "-P", "-m"]  # -P: the folder one happens to stand in must not shadow a module
    web = [
        *python,
        "gunicorn",
        f"--bind=127.0.0.1:{port}",
        f"--workers={os.environ.get('WEB_CONCURRENCY', WEB_PROCESSES)}",
        "--worker-class=core.web.serving.OneAtATime",
        "--keep-alive=0",  # a connection kept by a process would wait for that process while others are idle
        "--forwarded-allow-ips=",  # gunicorn would believe SCRIPT_NAME and PATH_INFO of whoever asks through a local proxy
        f"--timeout={STUCK_SECONDS}",
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
