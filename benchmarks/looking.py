"""What the search and the counts of the menu cost among 100,000 tickets: `python -m benchmarks.looking [tickets]`.

The tickets are those of `benchmarks.alike`: of each hundred three are in hand, and all came in evenly over the last year. The
counts are asked as the pages ask them every 15 seconds, by the whole request; beside them stands the bare statement that counts
the lanes. On two cores with a load of 12, median and 95th percentile: part of a number 47 and 145 ms, place 96 and 152, words of
every appeal 30 and 47, words of none 113 and 145, name 130 and 154, a phone that nobody left 202 and 268; the lanes counted 113
and 239, the whole request of the menu 220 and 348.
"""

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
            bare = measure(
                f"{name}: its statement", within(installation, again(longest_statement(installation, asked)))
            )
            whole = measure(f"{name}: the fragment", asked)
            print(f"{name}: the fragment takes {whole / bare:.1f} times its longest statement, at the 95th")


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
            scope, login="looking", name="看数", password="另一句没有人会想得到的长话", roles=["operator"], now=now
        )
        return f"{TENANT}:{start_session(scope, account.id, address='', now=now)}"


def longest_statement(installation: Installation, work: Callable[[], Any]) -> tuple[str, Any]:
    """Do it, and return the statement that took longest with its parameters."""
    begun, spent = [0.0], list[tuple[float, str, Any]]()

    def before(*_of: Any) -> None:
        begun[0] = time.perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        spent.append((time.perf_counter() - begun[0], statement, parameters))

    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
    return max(spent, key=lambda each: each[0])[1:]


def again(statement: tuple[str, Any]) -> Callable[[Scope], Any]:
    """Return the statement as work of its own, read to its end."""
    return lambda scope: scope.session.connection().exec_driver_sql(*statement).fetchall()


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
