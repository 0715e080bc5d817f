"""Web, worker, clock, Valkey and PostgreSQL killed with -9 at random while commands are being given.

    python -m benchmarks.chaos [--kills 60] [--minutes M] [--seed N] [--keep]

An installation of its own, run by `huiying up`, with limits of seconds. Six callers give mixed commands over the API,
each write under a key of its own and again until it is answered, and write down what was acknowledged. Afterwards the
tables are held against that. Exits with 1 when anything is missing, doubled or broken.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter

from benchmarks.chaos.crowd import Crowd
from benchmarks.chaos.gateway import gateway
from benchmarks.chaos.house import House, Victim
from benchmarks.chaos.journal import Journal
from benchmarks.chaos.killer import Killer
from benchmarks.chaos.verdict import Verdict, await_calm, connect, judge
from benchmarks.place import home_of_its_own

SECONDS_PER_KILL = 4.0
WARM_UP = 5.0
BUSINESS = ("requests", "retries", "sent again", "refused", "answered otherwise")
SHOWN_TROUBLES = 12


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--minutes", type=float, help="spread the kills over so many minutes")
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--keep", action="store_true", help="keep the home, to look into it")
    asked = parser.parse_args()
    seconds = asked.minutes * 60 if asked.minutes else asked.kills * SECONDS_PER_KILL
    with home_of_its_own(keep=asked.keep) as home, gateway() as (sms_url, taken):
        house = House(home, sms_url)
        house.prepare()
        try:
            house.start()
            journal = Journal()
            crowd = Crowd(house.port, house.tokens, journal, asked.seed)
            killer = Killer(house, random.Random(asked.seed))
            begun = time.monotonic()
            crowd.start()
            time.sleep(WARM_UP)
            killer.run(asked.kills, seconds=seconds)
            is_well = killer.await_health()
            crowd.stop()
            worked = time.monotonic() - begun
            with connect(house) as owner:
                await_calm(owner, house.tenant_id)
                verdict = judge(owner, house, journal, taken.ids())
            gave_up = not house.is_up()
        finally:
            house.stop()
        for failure in crowd.failures:
            print(f"a caller failed: {failure!r}")
        tell(killer, journal, verdict, worked)
        if asked.keep:
            print(
                f"kept: HUIYING_HOME={home} PYTHONPATH={home.parent}/plugin:{os.getcwd()} huiying audit verify --tenant {house.slug}    log: {house.log}"
            )
    if gave_up or not is_well:
        print("the installation gave up, or did not come back")
    return 1 if verdict.faults or gave_up or crowd.failures or not is_well or killer.kills.total() < asked.kills else 0


def tell(killer: Killer, journal: Journal, verdict: Verdict, seconds: float) -> None:
    """Print what was done, and what became of it."""
    kills = ", ".join(f"{victim} {killer.kills[victim]}" for victim in Victim)
    counts = journal.counts
    commands = Counter({name: number for name, number in counts.items() if name not in BUSINESS})
    print(f"{seconds:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"kills                      {killer.kills.total():7}   {kills}")
    print(f"longest wait for health    {killer.longest_outage:7.1f} s")
    print(f"requests                   {counts['requests']:7}   {counts['retries']} of them again, unanswered before")
    print(f"writes acknowledged        {len(journal.acknowledged):7}   {counts['refused']} refused")
    print(f"  {', '.join(f'{name} {number}' for name, number in commands.most_common())}")
    print(f"refusals                   {dict(Counter(journal.refused.values()).most_common())}")
    print(f"troubles                   {dict(journal.troubles.most_common(SHOWN_TROUBLES))}")
    print(
        f"tickets {verdict.tickets}, marks fired {verdict.fired} (worst late_by {verdict.late_by} s), SMS {verdict.messages}"
    )
    print(f"SMS handed over again      {verdict.delivered_again:7}   (at least once, under the same id)")
    print(f"acknowledged writes lost   {verdict.writes_lost:7}")
    print(f"answered otherwise         {verdict.answered_otherwise:7}")
    print(f"effects doubled            {verdict.doubled:7}")
    print(f"timers lost                {verdict.timers_lost:7}")
    print(f"fired after pause          {verdict.after_pause:7}")
    print(f"timelines that do not verify {verdict.broken_timelines:5}")
    print(f"SMS noted as sent, not taken {verdict.messages_lost:5}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
