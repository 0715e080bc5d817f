"""How long quick requests wait behind slow ones, by number of processes: `python -m benchmarks.waiting`.

Twenty clients ask every 0.3 s; of their requests 2 % take a second, the others 10 ms, as if waiting for a database.
Measured on 2 shared cores, 95th and 99th percentile of the quick ones: 2 processes 523 and 929 ms, 3 processes 38 and
509 ms, 4 processes 14 and 34 ms. With connections kept alive, 4 processes: 783 and 968 ms, because a kept connection
waits for its own process while others are idle. Two processes of four threads, for comparison: 12 and 15 ms.
"""

import http.client
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from benchmarks.http_accept import await_port, free_port
from core.embedded.programs import programs

CLIENTS = 20
SECONDS = 15.0
PAUSE = 0.3
SLOW, QUICK = 1.0, 0.01
SLOW_SHARE = 0.02


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Wait as many seconds as the query says."""
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def measure(processes: int, *more: str) -> None:
    port = free_port()
    web = next(program for program in programs(port) if program.name == "web")
    command = [*web.command[:-1], f"--workers={processes}", *more, "benchmarks.waiting:app"]
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.getcwd()})
    try:
        await_port(port)
        waits = sorted(ask(port))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    shares = [f"{waits[int(len(waits) * share)] * 1000:6.0f}" for share in (0.5, 0.95, 0.99)]
    print(f"{processes} processes {' '.join(more):<15} {len(waits):5} quick requests, ms: {' '.join(shares)}")


def ask(port: int) -> list[float]:
    """Ask with all clients and return how long the quick requests took."""
    waits: list[float] = []
    end = time.monotonic() + SECONDS

    def client(number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            time.sleep(chance.expovariate(1 / PAUSE))
            seconds = SLOW if chance.random() < SLOW_SHARE else QUICK
            begun = time.perf_counter()
            try:
                connection.request("GET", f"/?{seconds}")
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):  # a kept connection was closed just then
                connection.close()
                continue
            if seconds == QUICK:
                waits.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def main() -> None:
    for processes in (2, 3, 4):
        measure(processes)
    measure(4, "--keep-alive=2")


if __name__ == "__main__":
    main()
