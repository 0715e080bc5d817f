"""Web and worker restarted under load: every request is answered, every job is done once."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from core.embedded.programs import programs
from core.journey.people import issue_token
from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.jobs.conftest import ROOT, OwnDatabase, Start
from tests.jobs.making import jobs_of, make_message, make_reachable, soon
from tests.jobs.outside import SECRET, SmsReceiver
from tests.jobs.queue_server import QueueServer

CALLERS = 3
RELOADS = 2
PATIENCE = 60.0


class Load:
    """Callers that hand in appeals one after the other, each once, and keep what they were answered."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self._token = port, token
        self.statuses: list[int | str] = []
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(CALLERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def hand_in(self) -> int | str:
        """Hand in one appeal and return the status, or what went wrong."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/api/v1/tickets", json.dumps({"text": "道路坑洼"}), headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            connection.close()

    def has_answered(self, number: int) -> bool:
        """Tell whether more than so many were answered."""
        return len(self.statuses) > number

    def _call(self) -> None:
        while not self._is_over.is_set():
            self.statuses.append(self.hand_in())


@contextmanager
def web(
    database: OwnDatabase, queue_server: QueueServer, home: Path
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Serve the pages as `huiying up` does, by two processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database.url,
        "REDIS_URL": queue_server.url,
        "HUIYING_HOME": str(home),
        "WEB_CONCURRENCY": "2",
    }
    with (home / "web.log").open("wb") as log, pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEB_CONCURRENCY", "2")
        command = programs(port)[0].command
        process = subprocess.Popen(list(command), cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield port, process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_reloading_the_web_under_load_fails_no_request(
    installation: Installation, database: OwnDatabase, queue_server: QueueServer, keys_home: Path
) -> None:
    district = make_district(installation)
    token = installation.run(district, lambda scope: issue_token(scope, "hotline", now=datetime.now(UTC)))
    with web(database, queue_server, keys_home) as (port, process):
        load = Load(port, token)
        assert soon(lambda: load.hand_in() == 201, within=PATIENCE)
        load.start()
        for _ in range(RELOADS):
            before = children(process.pid)
            process.send_signal(signal.SIGHUP)
            assert soon(partial(are_gone, process.pid, before), within=PATIENCE)
            assert soon(partial(load.has_answered, len(load.statuses) + CALLERS), within=PATIENCE)
        load.stop()

    assert set(load.statuses) == {201}


def test_workers_that_are_restarted_again_and_again_do_every_job_once(
    installation: Installation, start: Start, sms: SmsReceiver
) -> None:
    district = make_district(installation)
    make_reachable(installation, district, phone="02800000001")
    sms.expects_now, sms.delay = False, 0.05
    ids = [make_message(installation, district, at_night=True) for _ in range(40)]

    for _ in range(2):
        sms.arrived.clear()
        worker = start("core.worker", SMS_URL=sms.url, SMS_SECRET=SECRET)
        assert sms.arrived.wait(PATIENCE), worker.said()
        assert worker.end() == 0
    start("core.worker", SMS_URL=sms.url, SMS_SECRET=SECRET)

    assert soon(lambda: all(job.state == "done" for job in jobs_of(installation, district)), within=PATIENCE)
    assert sorted(sms.ids) == sorted(f"{district}-{message_id}" for message_id in ids)


def are_gone(pid: int, before: set[int]) -> bool:
    """Tell whether none of the processes that this one had started lives any more."""
    return not children(pid) & before


def children(pid: int) -> set[int]:
    """Return the processes that this one has started and that live."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()}
