"""The accept endpoint against a one-statement endpoint of the same stack: `python -m benchmarks.http_accept [seconds]`.

Both are served by gunicorn with the product's settings and asked in turns by eight clients at once from a
process of its own, so both share the two cores with the same asker.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context

from benchmarks.accept import APPEAL, TENANT
from benchmarks.place import measuring_place
from core.embedded.programs import programs
from core.embedded.services import Services
from core.people.service import issue_token

CONNECTIONS = 8
ROUND_SECONDS = 3.0
BODY = json.dumps({"channel": "api", "text": APPEAL.text, "place": APPEAL.place}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(application: str, port: int, services: Services) -> Iterator[None]:
    """Serve an application as the product is served."""
    web = next(program for program in programs(port) if program.name == "web")
    environment = os.environ | {
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "HUIYING_HOME": str(services.home),
        "BENCHMARK_TENANT": TENANT,
        "PYTHONPATH": os.getcwd(),
    }
    server = subprocess.Popen([*web.command[:-1], application], env=environment)
    try:
        await_port(port)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def await_port(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")


def ask(port: int, token: str, seconds: float) -> float:
    """Ask with all connections for so many seconds and return the answers per second; every one must be 201."""
    counts = [0] * CONNECTIONS
    stop = time.perf_counter() + seconds
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def one(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < stop:
            connection.request("POST", "/api/v1/tickets", BODY, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201, answer.status
            counts[number] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
    with measuring_place(with_queue=True) as (installation, services):
        token = installation.run(TENANT, lambda scope: issue_token(scope, "benchmark", now=datetime.now(UTC)))
        ours, theirs = free_port(), free_port()
        with (
            served("core.wsgi:app", ours, services),
            served("benchmarks.one_statement:app", theirs, services),
            get_context("spawn").Pool(1) as asker,
        ):
            rates: dict[int, list[float]] = {ours: [], theirs: []}
            for port in rates:
                asker.apply(ask, (port, token, 1.0))
            for _ in range(max(1, int(seconds / 2 / ROUND_SECONDS))):
                for port, measured in rates.items():
                    measured.append(asker.apply(ask, (port, token, ROUND_SECONDS)))
        our_rate, their_rate = (sum(rates[port]) / len(rates[port]) for port in (ours, theirs))
        print(f"one-statement endpoint {their_rate:8.0f} requests/s")
        print(f"accept endpoint        {our_rate:8.0f} requests/s")
        print(f"ratio                  {our_rate / their_rate:8.2f}   (aim 0.5)")


if __name__ == "__main__":
    main()
