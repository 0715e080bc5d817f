"""Random lives for as long as wanted: `python -m benchmarks.life --lives 40 --steps 200`.

People of two districts give random commands to several tickets while time passes; every invariant of the engine is
checked after each step. Prints what was done and refused, and how many steps a second. A broken invariant ends the run
with the life that broke it.
"""

import argparse
import time

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

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
    wanted = asked.parse_args()
    with measuring_place() as (_, services):
        Life.installation = make_installation(services.database_url, features=(LIMITS, LENIENT))
        began = time.perf_counter()
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=wanted.lives,
                stateful_step_count=wanted.steps,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        seconds = time.perf_counter() - began
    print(f"{wanted.lives} lives of {wanted.steps} steps in {seconds:.0f} s, no invariant broken")
    print(f"commands done {Life.done.total()}, refused {Life.refused.total()}")
    for name in sorted(COMMANDS):
        print(f"{Life.done[name]:6d}  {name}")
    print("refused:", ", ".join(f"{code} {count}" for code, count in Life.refused.most_common()))


if __name__ == "__main__":
    main()
