"""How a primary fails, and how its machine comes back."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ha.pair import Node, Pair
from benchmarks.ha.place import kill_all, signal_all


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail: `strike` the primary, and `repair` its machine after the other has taken over.

    `moves` says whether the other node has to take over; otherwise the same one may come back by itself.
    """

    name: str
    says: str
    strike: Callable[[Pair, Node], None]
    repair: Callable[[Pair, Node], None]
    moves: bool = True


def _power_off(_: Pair, node: Node) -> None:
    kill_all(node.namespace)


def _power_on(pair: Pair, node: Node) -> None:
    pair.start_node(node)


def _freeze(_: Pair, node: Node) -> None:
    for _round in range(3):  # what was forked between listing and stopping is stopped in the next round
        signal_all(node.namespace, signal.SIGSTOP)


def _thaw(_: Pair, node: Node) -> None:
    signal_all(node.namespace, signal.SIGCONT)


def _kill_postmaster(_: Pair, node: Node) -> None:
    number = (node.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
    with suppress(ProcessLookupError):
        if Path(f"/proc/{number}").exists():
            os.kill(int(number), signal.SIGKILL)


FAULTS = (
    Fault("kill", "everything on the primary's machine killed with -9", _power_off, _power_on),
    Fault("freeze", "the primary's machine frozen, and thawed with another in its place", _freeze, _thaw),
    Fault("cut", "the primary's network cut", Pair.cut, Pair.mend),
    Fault("crash", "PostgreSQL alone killed with -9", _kill_postmaster, lambda *_: None, moves=False),
)
"""In the order of the cycles; after the last the first comes again."""
