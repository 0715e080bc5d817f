"""A district's intake while another's systems call as fast as they can: `python -m benchmarks.flood [seconds]`.

One system of the calm district hands in four appeals a second. First alone; then while eight connections of the flooding
district, which is allowed as much and no more, send whatever they can. Prints both 95th percentiles and their ratio.

What is beyond the rate is refused before anything is looked up. Until the rate is reached, a flood has its turn like
everybody: how long others wait then is a matter of how many connections it opens and of how many processes answer.
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from multiprocessing import get_context

from benchmarks.accept import APPEAL, TENANT
from benchmarks.http_accept import CONNECTIONS, free_port, served
from benchmarks.place import measuring_place
from core.hooks.core_features import RATES
from core.people.service import issue_token
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Scope

FLOODING = "pingshan"
EVERY = 0.25
ALLOWED = int(60 / EVERY)
"""Calls per minute that the flooding district is allowed: as many as the calm one brings."""
BODY = json.dumps({"channel": "api", "text": APPEAL.text, "place": APPEAL.place}).encode()


def call(port: int, token: str) -> tuple[int, float]:
    """Hand in one appeal over a connection of its own; return status and seconds."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", "/api/v1/tickets", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - begun
    finally:
        connection.close()


def calm(port: int, token: str, seconds: float) -> list[float]:
    """Hand in at a steady pace and return how long each took; every one must be taken in."""
    found, begun = [], time.perf_counter()
    for number in range(int(seconds / EVERY)):
        time.sleep(max(0.0, begun + number * EVERY - time.perf_counter()))
        status, took = call(port, token)
        assert status == 201, status
        found.append(took)
    return found


def flood(port: int, token: str, seconds: float) -> Counter[int]:
    """Call with all connections as fast as answers come; return how often which status came."""
    statuses: Counter[int] = Counter()
    stop = time.perf_counter() + seconds

    def one() -> None:
        while time.perf_counter() < stop:
            statuses[call(port, token)[0]] += 1

    threads = [threading.Thread(target=one) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def prepared(scope: Scope) -> str:
    """Let the district be allowed the calm one's pace, and return a token of it."""
    now = datetime.now(UTC)
    values = {"system_per_minute": ALLOWED, "systems_per_minute": ALLOWED}
    revision = write_revision(scope, RATES.id, values=values, schema_version=1, reason="测量", author=FILES, now=now)
    make_active(scope, RATES.id, revision.number, actor=FILES, now=now)
    return issue_token(scope, "flood", now=now)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with measuring_place(with_queue=True) as (installation, services):
        token = installation.run(TENANT, lambda scope: issue_token(scope, "calm", now=datetime.now(UTC)))
        theirs, port = installation.run(FLOODING, prepared), free_port()
        with served("core.wsgi:app", port, services), get_context("spawn").Pool(1) as flooding:
            calm(port, token, 3.0)
            alone = calm(port, token, seconds / 2)
            running = flooding.apply_async(flood, (port, theirs, seconds / 2))
            beside = calm(port, token, seconds / 2 - 1.0)
            statuses = running.get()
        taken, refused = statuses[201], statuses[429]
        before, during = percentile(alone, 0.95), percentile(beside, 0.95)
        print(
            f"flood   {taken} taken in, {refused} asked to wait, {sum(statuses.values()) - taken - refused} otherwise"
        )
        print(f"alone   p95 {before * 1000:8.1f} ms of {len(alone)}")
        print(f"beside  p95 {during * 1000:8.1f} ms of {len(beside)}")
        print(f"ratio   {during / before:8.2f}   (aim 1.5)")


if __name__ == "__main__":
    main()
