"""What the search and the counts of the menu cost among 100,000 tickets: `python -m benchmarks.looking [tickets]`.

The tickets are those of `benchmarks.alike`: of each hundred three are in hand, and all came in evenly over the last year. The
counts are asked as the pages ask them every 15 seconds, by the whole request; beside them stands the bare statement that counts
the lanes. Parts of the desk stand beside the bare statements of the same request, one after the other. On two idle
cores, median and 95th percentile in milliseconds: part of a number 20 and 31, place 31 and 35, words of every appeal 3 and 4, words
of none 30 and 31, initials 34 and 36, name 31 and 32, a phone that nobody left 50 and 55; the lanes counted 19 and 36, the whole
request of the menu 12 and 23; the list in handling 29 and 34, bare 3 and 29; the list of all 16 and 16, bare 7 and 8; a ticket that
waits for dispatch, in 67 statements, 33 and 36, bare 18 and 23. With a load of 11 to 13 they took up to thirty times as long.
"""

import os
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import event

from benchmarks.alike import OPERATOR, TENANT, TEXT, fill
from benchmarks.place import measuring_place
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.journey.queries.lanes import LANES, lane_counts
from core.journey.queries.search import search
from core.people.service import open_account, start_session
from core.tenancy.scope import Installation, Scope
from core.units.queries import directory
from core.web import create_app

ROUNDS = 20
WORDS: dict[str, str] = {
    "part of a number": "99887",
    "phone": "13800001234",
    "name": "欧阳小梅",
    "place": "幸福路 77 号",
    "words of every appeal": "积水",
    "words of none": "琉璃瓦",
    "initials": "xf",
}
FRAGMENTS = {
    "list in handling": ("list", "/desk?lane=handling"),
    "list of all": ("list", "/desk?lane=all"),
    "a ticket": ("pane", "/desk?lane=handling&at={serial}"),
}
"""Parts of the desk that a script asks for: into which element, and from where."""


def main() -> None:
    """Fill a district, look and count."""
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with measuring_place() as (installation, services):
        now = datetime.now(UTC)
        appeal = Appeal(channel="desk", text=TEXT, place="幸福路 1 号")
        first = installation.run(TENANT, lambda scope: accept(scope, appeal, actor=OPERATOR, now=now))
        with installation.scope(TENANT) as scope:
            matters = sorted(directory(scope).duties)
        assert services.owner_url
        fill(services.owner_url, first.serial_no, matters, tickets)
        for name, words in WORDS.items():
            measure(name, within(installation, partial(search, words=words, actor=OPERATOR, now=now)))
        lanes = [lane for lane in LANES if lane != "all"]
        measure("lanes counted", within(installation, lambda scope: lane_counts(scope, lanes)))
        client, cookie = create_app(installation).test_client(), signed_in(installation)
        client.set_cookie("huiying_staff", cookie)
        answer = client.get("/menu", headers={"X-Poll": "1"})
        assert answer.status_code == 200, answer.status_code
        known = {"X-Poll": "1", "If-None-Match": answer.headers["ETag"]}
        measure("menu asked", lambda: client.get("/menu", headers=known))
        for name, (target, address) in FRAGMENTS.items():
            headers = {"HX-Request": "true", "HX-Target": target}
            path = address.format(serial=first.serial_no)
            asked = partial(client.get, path, headers=headers)
            asked()
            statements = statements_of(installation, asked)
            bare = measure(f"{name}, bare", within(installation, again(statements)))
            whole = measure(f"{name}, fragment", asked)
            print(
                f"{name}: {len(statements)} statements, the fragment takes {whole / bare:.1f} times as long at the 95th"
            )
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def within(installation: Installation, work: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return the work as a function without arguments, in a transaction of the tenant."""

    def done() -> Any:
        with installation.scope(TENANT) as scope:
            return work(scope)

    return done


def signed_in(installation: Installation) -> str:
    """Open an operator's account and return the cookie of a session."""
    now = datetime.now(UTC)
    with installation.scope(TENANT) as scope:
        account = open_account(
            scope, login="looking", name="看数", password=secrets.token_urlsafe(24), roles=["operator"], now=now
        )
        return f"{TENANT}:{start_session(scope, account.id, address='', now=now)}"


def statements_of(installation: Installation, work: Callable[[], Any]) -> list[tuple[str, Any]]:
    """Do it, and return the statements it read with, each with its parameters."""
    read: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            read.append((statement, parameters))

    engine = installation.database.engine
    event.listen(engine, "after_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "after_cursor_execute", note)
    return read


def again(statements: list[tuple[str, Any]]) -> Callable[[Scope], Any]:
    """Return the bare statements as work of their own, each read to its end."""

    def read(scope: Scope) -> None:
        connection = scope.session.connection()
        for statement, parameters in statements:
            connection.exec_driver_sql(statement, parameters).fetchall()

    return read


def measure(name: str, work: Callable[[], Any]) -> float:
    """Do it again and again, and say how long it took; return the 95th percentile in milliseconds."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    print(f"{name:22} {statistics.median(spent):7.1f} ms, 95th {spent[int(ROUNDS * 0.95)]:7.1f} ms")
    return spent[int(ROUNDS * 0.95)]


if __name__ == "__main__":
    main()
