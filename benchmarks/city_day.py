"""A central city's day: 14,000 appeals taken in and 5,000 dispatched: `python -m benchmarks.city_day [seconds] [processes]`.

Letters and calls come in over the API of one district, and of every 14 the desk dispatches 5; the others it would answer by
itself. Everything goes through gunicorn with the product's settings, by one web process unless said otherwise, and
PostgreSQL with durable commits. The asker shares the cores. Ends when the day is done, or after the seconds, and prints
which share of the day that was, and how many such days the process carries in one day of 24 hours and of 8.
"""

import http.client
import json
import os
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context

from benchmarks.accept import APPEAL, TENANT
from benchmarks.http_accept import CONNECTIONS, free_port, served
from benchmarks.place import measuring_place
from core.hooks.core_features import RATES
from core.people.service import issue_token
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Scope
from core.units.queries import directory

APPEALS, DISPATCHES = 14_000, 5_000
"""A day of the city, as it was published in 2017 and 2019."""
HOUR = 3_600
BODY = json.dumps({"channel": "api", "text": APPEAL.text, "place": APPEAL.place}).encode()


@dataclass
class Day:
    """What came of it: how many of each, how long each took, and the seconds in all."""

    took: dict[str, list[float]] = field(default_factory=lambda: {"appeal": [], "dispatch": []})
    failed: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def p95(self, what: str) -> float:
        """Return within how many milliseconds 95 of 100 were answered."""
        found = sorted(self.took[what])
        return 1000 * found[int(0.95 * (len(found) - 1))] if found else 0.0


def day(port: int, system: str, desk: str, unit: str, seconds: float) -> Day:
    """Have all connections do the day's work as fast as answers come."""
    told, lock, stop = Day(), threading.Lock(), time.perf_counter() + seconds
    left = [APPEALS]

    def ask(what: str, path: str, body: bytes, token: str, expected: int) -> bytes:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            connection.request("POST", path, body, headers | {"Idempotency-Key": secrets.token_hex(16)})
            answer = connection.getresponse()
            read = answer.read()
        finally:
            connection.close()
        with lock:
            if answer.status == expected:
                told.took[what].append(time.perf_counter() - begun)
            else:
                told.failed[answer.status] += 1
        return read if answer.status == expected else b""

    def one() -> None:
        while time.perf_counter() < stop:
            with lock:
                number = left[0]
                left[0] -= 1
            if number <= 0:
                return
            read = ask("appeal", "/api/v1/tickets", BODY, system, 201)
            if read and number * DISPATCHES % APPEALS < DISPATCHES:
                order = json.dumps({"lead": unit, "reason": "按现场情况"}).encode()
                serial_no = json.loads(read)["serial_no"]
                ask("dispatch", f"/api/v1/tickets/{serial_no}/commands/dispatch", order, desk, 200)

    threads = [threading.Thread(target=one) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.seconds = time.perf_counter() - begun
    return told


def without_limits(scope: Scope) -> None:
    """Let one system bring everything: what is measured is the work, not the rate that a district sets."""
    now, rates = datetime.now(UTC), dict.fromkeys(("system_per_minute", "systems_per_minute", "phone_per_day"), 0)
    revision = write_revision(
        scope, RATES.id, values=rates, schema_version=1, reason="benchmark", author=FILES, now=now
    )
    make_active(scope, RATES.id, revision.number, actor=FILES, now=now)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    processes = sys.argv[2] if len(sys.argv) > 2 else "1"
    os.environ["WEB_CONCURRENCY"] = processes
    with measuring_place(with_queue=True) as (installation, services):
        now = datetime.now(UTC)
        installation.run(TENANT, without_limits)
        system = installation.run(TENANT, lambda scope: issue_token(scope, "letters", now=now))
        desk = installation.run(TENANT, lambda scope: issue_token(scope, "desk", role="operator", now=now))
        unit = installation.run(
            TENANT, lambda scope: next(each.code for each in directory(scope).units if each.kind == "street")
        )
        port = free_port()
        with served("core.wsgi:app", port, services), get_context("spawn").Pool(1) as asker:
            told = asker.apply(day, (port, system, desk, unit, seconds))
    appeals, dispatches = (len(told.took[what]) for what in ("appeal", "dispatch"))
    whole = told.seconds * APPEALS / max(appeals, 1)
    print(f"web processes {processes}, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"appeals    {appeals:7,} of {APPEALS:,}   95 of 100 within {told.p95('appeal'):6.0f} ms")
    print(f"dispatches {dispatches:7,} of {DISPATCHES:,}   95 of 100 within {told.p95('dispatch'):6.0f} ms")
    print(f"refused    {sum(told.failed.values()):7,} {dict(told.failed)}")
    print(f"in {told.seconds:.0f} s: {appeals / APPEALS:.0%} of the day; the whole day in {whole / 60:.1f} min")
    print(f"ratio {24 * HOUR / whole:8.1f} such days in 24 hours, {8 * HOUR / whole:.1f} in 8   (aim 2 in 8)")


if __name__ == "__main__":
    main()
