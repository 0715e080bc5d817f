"""A short storm: every way in is open while everything is killed once. `python -m benchmarks.chaos` rages longer."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from benchmarks.chaos.house import COMMANDS, Victim

ROOT = Path(__file__).parents[2]
KILLS = 9
APPEALS = 150
SECONDS = 240
"""Half a minute by itself; the rest is left to a busy machine."""
NEVER = (
    *("acknowledged commands lost", "answered otherwise", "effects doubled", "timers lost", "fired after pause"),
    *("timelines that do not verify", "SMS noted as sent, not taken", "appeals lost", "appeals doubled"),
    *("number or code mismatched", "written by halves", "jobs given up", "marks reached twice"),
)
WAYS = ("api", "desk", "import", "mail", "push")


def test_nothing_acknowledged_is_lost_or_doubled_while_everything_is_killed() -> None:
    command = [sys.executable, "-m", "benchmarks.chaos", "--with-intake", "--small", f"--kills={KILLS}"]
    given = [*command, f"--at-least={APPEALS}", "--minutes=0.15"]
    environment = os.environ | {"WEB_CONCURRENCY": "2"}
    with subprocess.Popen(
        given, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as storm:
        ending = threading.Timer(SECONDS, storm.terminate)  # it stops all that it has started
        ending.start()
        said, _ = storm.communicate()
        ending.cancel()

    assert storm.returncode == 0, said
    assert {name: number_of(said, name) for name in NEVER} == dict.fromkeys(NEVER, 0)
    assert number_of(said, "appeals acknowledged") >= APPEALS
    assert all(number_of(said, f"  {way}") > 0 for way in WAYS), said
    killed = next(line for line in said.splitlines() if line.startswith("kills "))
    assert all(f" {victim} " in killed for victim in Victim if victim not in COMMANDS), killed


def number_of(said: str, name: str) -> int:
    """Return the number that stands after a name at the beginning of a line."""
    found = re.search(rf"^{re.escape(name)} +(\d+)", said, re.MULTILINE)
    assert found, f"{name} is not told of: {said}"
    return int(found[1])
