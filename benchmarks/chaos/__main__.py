"""Web, worker, clock, Valkey and PostgreSQL killed with -9 at random while commands are being given.

    python -m benchmarks.chaos [--kills 60] [--minutes M] [--seed N] [--keep] [--with-intake [--at-least N] [--small]]

An installation of its own, run by `huiying up`, with limits of seconds. Callers give mixed commands over the API, each
write under a key of its own and again until it is answered, and write down what was acknowledged. Afterwards the tables
are held against that. Exits with 1 when anything is missing, doubled or broken.

`--with-intake` lets appeals come in by every way at once, also by the desk's form, by signed push, by mail and by import,
and makes more go wrong: the queue emptied or gone, the app's connections cut, a worker frozen for a minute, programs
asked to end, an import, a fetch of mails and a seal killed in the middle. What forbids that a mark is reached twice is
taken away, so that locks alone prevent it. Unless `--at-least` appeals were acknowledged, a hundred for each kill where
nothing is said, it fails.
`--small` is for the suite: few at work, and faults that last for seconds.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.chaos.gateway import gateway
from benchmarks.chaos.house import House
from benchmarks.chaos.storm import Outcome, Plan, rage
from benchmarks.chaos.telling import tell
from benchmarks.place import home_of_its_own
from tests.inbound.imap_double import imap_server

SECONDS_PER_KILL = 4.0
APPEALS_PER_KILL = 100
"""Acknowledged appeals that are asked of a storm with intake, for each kill: what makes a rare fault show."""
ASKED_TO_END = 143


def main() -> int:
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ASKED_TO_END))  # so that nothing is left running
    plan = _plan(asked)
    with (
        home_of_its_own(keep=asked.keep) as home,
        gateway() as (sms_url, taken),
        imap_server() as box,
        tempfile.TemporaryDirectory() as tables,
    ):
        house = House(home, sms_url)
        house.prepare(without_key_of_marks=plan.with_intake, mailbox=box if plan.with_intake else None)
        try:
            house.start()
            outcome = rage(house, plan, taken, Path(tables), box)
        finally:
            house.stop()
        tell(outcome, plan)
        if asked.keep:
            print(
                f"kept: HUIYING_HOME={home} PYTHONPATH={home.parent}/plugin:{os.getcwd()} huiying audit verify --tenant {house.slug}    log: {house.log}"
            )
    return 0 if _is_well(outcome, plan) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--minutes", type=float, help="spread the kills over so many minutes")
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--keep", action="store_true", help="keep the home, to look into it")
    parser.add_argument("--with-intake", action="store_true", help="take in appeals by every way")
    parser.add_argument("--at-least", type=int, help="appeals that must be acknowledged")
    parser.add_argument("--small", action="store_true", help="few at work, faults of seconds")
    return parser.parse_args()


def _plan(asked: argparse.Namespace) -> Plan:
    seconds = asked.minutes * 60 if asked.minutes else asked.kills * SECONDS_PER_KILL
    if not asked.with_intake:
        return Plan(asked.kills, seconds, asked.seed, callers=6, warm_up=5.0, quiet=8.0)
    at_least = asked.kills * APPEALS_PER_KILL if asked.at_least is None else asked.at_least
    if asked.small:
        return Plan(
            asked.kills,
            seconds,
            asked.seed,
            callers=2,
            warm_up=1.0,
            quiet=2.0,
            at_least=at_least,
            each=1,
            rows=120,
            by_hand_every=8.0,
            fault_share=0.4,
            away_seconds=2.0,
            frozen_seconds=3.0,
        )
    return Plan(
        asked.kills, seconds, asked.seed, callers=3, warm_up=5.0, quiet=8.0, at_least=at_least, each=2, rows=1500
    )


def _is_well(outcome: Outcome, plan: Plan) -> bool:
    is_enough = outcome.killer.kills.total() >= plan.kills and outcome.compared.acknowledged >= plan.at_least
    faults = outcome.verdict.faults + outcome.compared.faults
    return is_enough and outcome.is_well and not faults and not outcome.failures


if __name__ == "__main__":
    sys.exit(main())
