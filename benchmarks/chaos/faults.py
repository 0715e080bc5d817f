"""What happens beside kills: the queue emptied or gone, connections cut, a worker frozen, programs restarted politely."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from enum import StrEnum

import psycopg

from benchmarks.chaos.house import House, Victim
from core.embedded.locks import exclusive, start_lock
from core.embedded.postgres import Postgres
from core.kit.policies import APP_ROLE

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"


class Fault(StrEnum):
    """What can happen to an installation without anything dying for good."""

    EMPTIED = "valkey emptied"
    AWAY = "valkey away"
    CUT = "connections cut"
    FROZEN = "worker frozen"
    RELOADED = "web reloaded"
    ENDED = "asked to end"


class Faults:
    """Makes faults, each kind about as often as the others."""

    def __init__(self, house: House, chance: random.Random, *, away_seconds: float, frozen_seconds: float) -> None:
        self._house = house
        self._chance = chance
        self._away_seconds = away_seconds
        self._frozen_seconds = frozen_seconds
        self._freezing: threading.Thread | None = None
        self.made: Counter[str] = Counter()

    def make_one(self, endable: list[Victim]) -> Victim | None:
        """Make the fault that was made least; return the program that was asked to end, one of `endable`, if any was."""
        possible = [fault for fault in Fault if self._is_possible(fault, endable)]
        fault = min(possible, key=lambda fault: (self.made[fault], self._chance.random()))
        ended = None
        match fault:
            case Fault.EMPTIED:
                is_made = self._empty(0.0)
            case Fault.AWAY:
                is_made = self._empty(self._away_seconds)
            case Fault.CUT:
                is_made = self._cut()
            case Fault.FROZEN:
                is_made = self._freeze()
            case Fault.RELOADED:
                is_made = self._tell(Victim.WEB, signal.SIGHUP)
            case Fault.ENDED:
                ended = self._chance.choice(endable)
                is_made = self._tell(ended, signal.SIGTERM)
        self.made[fault] += is_made
        return ended

    def end(self) -> None:
        """Wait until no fault lasts any more."""
        if self._freezing is not None:
            self._freezing.join()

    def _is_possible(self, fault: Fault, endable: list[Victim]) -> bool:
        if fault is Fault.FROZEN:
            return self._freezing is None or not self._freezing.is_alive()
        return fault is not Fault.ENDED or bool(endable)

    def _empty(self, seconds: float) -> bool:
        """Take the queue server away for so long, and let it come back with nothing in it."""
        home = self._house.home
        with exclusive(start_lock(home.state)):
            self._house.kill(Victim.VALKEY, 0)
            for entry in home.queue.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
                elif entry.suffix in (".rdb", ".aof"):
                    entry.unlink(missing_ok=True)
            time.sleep(seconds)
        return True

    def _cut(self) -> bool:
        """End all sessions of the app at once, as a failover or an administrator does."""
        try:
            with Postgres(self._house.home).connect() as superuser:
                return superuser.execute(CUT, [APP_ROLE]).rowcount > 0
        except psycopg.OperationalError:  # it is being restarted, and nothing is left to cut
            return False

    def _tell(self, program: Victim, number: signal.Signals) -> bool:
        pids = self._house.processes(program)
        with suppress(ProcessLookupError):
            for pid in pids:
                os.kill(pid, number)
        return bool(pids)

    def _freeze(self) -> bool:
        """Stop the worker for a while, whatever it has in hand; another one works meanwhile."""
        pids = self._house.processes(Victim.WORKER)
        if not pids:
            return False
        self._freezing = threading.Thread(target=self._freeze_for_a_while, args=(pids[0],))
        self._freezing.start()
        return True

    def _freeze_for_a_while(self, pid: int) -> None:
        environment = self._house.environment_of(pid)
        substitute = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.worker"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            time.sleep(self._frozen_seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            substitute.terminate()
            substitute.wait()
