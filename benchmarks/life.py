"""Random lives for as long as wanted: `python -m benchmarks.life --lives 40 --steps 200`.

People of two districts give random commands to several tickets while time passes; every invariant of the engine is
checked after each step. Prints what was done and refused, and how many steps a second. A broken invariant ends the run
and tells the number of its life and what was done last; `--first` with that number and `--lives 1` lives it again.
"""

import argparse
import time
from random import SystemRandom

from benchmarks.place import measuring_place
from core.journey.command import COMMANDS
from tests.builders import make_installation
from tests.life.limits import LENIENT, LIMITS
from tests.life.machine import Life


def main() -> None:
    """Live, check, and tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lives", type=int, default=40)
    asked.add_argument("--steps", type=int, default=200)
    asked.add_argument("--first", type=int, default=SystemRandom().randrange(10**9), help="number of the first life")
    wanted = asked.parse_args()
    with measuring_place() as (_, services):
        installation = make_installation(services.database_url, features=(LIMITS, LENIENT))
        began = time.perf_counter()
        for number in range(wanted.first, wanted.first + wanted.lives):
            Life(installation, number).live(wanted.steps)
        seconds = time.perf_counter() - began
    print(f"{wanted.lives} lives of {wanted.steps} steps from {wanted.first} in {seconds:.0f} s, no invariant broken")
    print(f"commands done {Life.done.total()}, refused {Life.refused.total()}")
    for name in sorted(COMMANDS):
        print(f"{Life.done[name]:6d}  {name}")
    print("refused:", ", ".join(f"{code} {count}" for code, count in Life.refused.most_common()))


if __name__ == "__main__":
    main()
