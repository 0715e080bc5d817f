"""One storm from the first appeal to the verdict: who works, what dies meanwhile, what is found afterwards."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.crowd import Crowd
from benchmarks.chaos.faults import Faults
from benchmarks.chaos.gateway import Taken
from benchmarks.chaos.house import House
from benchmarks.chaos.intake.comparing import Compared, compare
from benchmarks.chaos.intake.crew import Crew
from benchmarks.chaos.journal import Journal
from benchmarks.chaos.killer import Killer
from benchmarks.chaos.verdict import Verdict, await_calm, connect, judge
from tests.inbound.imap_double import ImapBox

LONGER = 1.6
LONGER_AT_LEAST = 150.0
"""A storm goes on for so many times what was planned at most, or so many seconds more, when too little was done by then."""

SAID_EVERY = 60.0


LAST_WORDS = 6000
"""Characters of the log that are shown of an installation that gave up."""


class GaveUp(Exception):  # noqa: N818 -- a fact
    """The installation has stopped by itself, as it does when a program falls again and again. Says its last words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything: kills, seconds for them, appeals that must be acknowledged, people at work.

    `each` is the number of takers by each way, 0 = nobody but the crowd; `rows` those of an imported table. Every `by_hand_every` seconds somebody seals
    the evidence, and fetches mails.
    At `fault_share` of the turns something goes wrong beside the kill.
    """

    kills: int
    seconds: float
    seed: int
    callers: int
    warm_up: float
    quiet: float
    at_least: int = 0
    each: int = 0
    rows: int = 0
    by_hand_every: float = 45.0
    fault_share: float = 0.12
    away_seconds: float = 20.0
    frozen_seconds: float = 60.0

    @property
    def with_intake(self) -> bool:
        return self.each > 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `worked` is how many seconds people were at work."""

    journal: Journal
    killer: Killer
    faults: Faults | None
    verdict: Verdict
    compared: Compared
    failures: tuple[BaseException, ...]
    worked: float
    is_well: bool
    """Whether it came back after the last kill, and never gave up."""


def rage(house: House, plan: Plan, taken: Taken, folder: Path, box: ImapBox) -> Outcome:
    """Let everybody work while things die, wait until it is calm, and compare. The house is prepared and started."""
    journal, chance = Journal(), random.Random(plan.seed)
    faults = None
    if plan.with_intake:
        faults = Faults(house, chance, away_seconds=plan.away_seconds, frozen_seconds=plan.frozen_seconds)
    killer = Killer(house, chance, faults, fault_share=plan.fault_share)

    def wants_import() -> bool:
        """Tell whether less came in than there should be by now."""
        progress = min(1.0, (1 + killer.kills.total()) / plan.kills)
        return len(journal.receipts) < plan.at_least * progress

    said_at = begun = time.monotonic()

    def is_enough() -> bool:
        """Tell whether enough was acknowledged, and say now and then how far it is."""
        nonlocal said_at
        if time.monotonic() - said_at > SAID_EVERY:
            said_at = time.monotonic()
            ways = ", ".join(f"{way} {number}" for way, number in journal.by_way().most_common())
            print(
                f"{said_at - begun:5.0f} s: {killer.kills.total()} kills, {len(journal.receipts)} appeals: {ways}",
                flush=True,
            )
        return len(journal.receipts) >= plan.at_least

    crew = Crew(
        house,
        journal,
        seed=plan.seed,
        each=plan.each,
        rows=plan.rows,
        by_hand_every=plan.by_hand_every,
        wants_import=wants_import,
        folder=folder,
        box=box,
    )
    crowd = Crowd(house.port, house.tokens, journal, plan.seed, callers=plan.callers)
    for group in (crowd, crew):
        group.start()
    time.sleep(plan.warm_up)
    killer.run(
        plan.kills,
        seconds=plan.seconds,
        at_most=max(plan.seconds * LONGER, plan.seconds + LONGER_AT_LEAST),
        is_enough=is_enough,
    )
    if faults is not None:
        faults.end()
    is_well = killer.await_health()
    for group in (crowd, crew):
        group.stop()
    worked = time.monotonic() - begun
    if not house.is_up():
        raise GaveUp(house.log.read_text(encoding="utf-8")[-LAST_WORDS:])
    with connect(house) as owner:
        await_calm(owner, house.tenant_id, quiet=plan.quiet)
        owner.execute("ANALYZE")  # what the planner knew did not survive the crashes
        compared = compare(owner, house.keys, house.tenant_id, journal.receipts, kept_seals=crew.sealer.kept)
        verdict = judge(owner, house, journal, taken.ids())
    failures = (*crowd.failures, *crew.failures)
    return Outcome(journal, killer, faults, verdict, compared, failures, worked, is_well and house.is_up())
