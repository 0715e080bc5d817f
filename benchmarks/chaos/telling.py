"""What is printed of a storm: what was done, what died, what was acknowledged, and what became of it."""

import os
from collections import Counter

from benchmarks.chaos.intake.comparing import Compared
from benchmarks.chaos.storm import Outcome, Plan

SHOWN_TROUBLES = 16


def tell(outcome: Outcome, plan: Plan) -> None:
    """Print what was done, and what became of it."""
    for failure in outcome.failures:
        print(f"somebody at work failed: {failure!r}")
    _tell_work(outcome)
    _tell_verdict(outcome)
    _tell_compared(outcome.compared, outcome.worked)
    if outcome.compared.acknowledged < plan.at_least:
        print(f"fewer appeals were acknowledged than {plan.at_least}")
    if outcome.killer.kills.total() < plan.kills:
        print(f"less was killed than {plan.kills}")
    if not outcome.is_well:
        print("the installation gave up, or did not come back")


def _tell_work(outcome: Outcome) -> None:
    journal, killer = outcome.journal, outcome.killer
    counts = journal.counts
    commands = Counter(write.command for write in journal.acknowledged)
    print(f"{outcome.worked:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"kills                      {killer.kills.total():7}   {_listed(killer.kills)}")
    if outcome.faults is not None:
        print(f"other faults               {outcome.faults.made.total():7}   {_listed(outcome.faults.made)}")
    print(f"longest wait for health    {killer.longest_outage:7.1f} s")
    print(f"requests                   {counts['requests']:7}   {counts['retries']} of them again, unanswered before")
    print(f"answered before, and asked again {counts['sent again']:1}")
    if counts["imports"]:
        print(
            f"imports                    {counts['imports']:7}   {counts['imports again']} of them again, after a kill"
        )
    print(f"commands acknowledged      {len(journal.acknowledged):7}   {len(journal.refused)} refused")
    print(f"  {_listed(commands)}")
    print(f"refusals                   {dict(Counter(journal.refused.values()).most_common())}")
    print(f"troubles                   {dict(journal.troubles.most_common(SHOWN_TROUBLES))}")


def _tell_verdict(outcome: Outcome) -> None:
    verdict = outcome.verdict
    print(
        f"tickets {verdict.tickets}, marks fired {verdict.fired} (worst late_by {verdict.late_by} s), SMS {verdict.messages}, deadlocks {verdict.deadlocks}"
    )
    print(f"SMS handed over again      {verdict.delivered_again:7}   (at least once, under the same id)")
    print(f"acknowledged commands lost {verdict.writes_lost:7}")
    print(f"answered otherwise         {verdict.answered_otherwise:7}")
    print(f"effects doubled            {verdict.doubled:7}")
    print(f"timers lost                {verdict.timers_lost:7}")
    print(f"fired after pause          {verdict.after_pause:7}")
    print(f"timelines that do not verify {verdict.broken_timelines:5}")
    print(f"SMS noted as sent, not taken {verdict.messages_lost:5}")


def _tell_compared(compared: Compared, seconds: float) -> None:
    print(f"appeals acknowledged       {compared.acknowledged:7}   {compared.acknowledged / seconds:.1f} a second")
    for name, way in compared.by_way.items():
        print(f"  {name:8} {way.acknowledged:6}   lost {way.lost}, doubled {way.doubled}, mismatched {way.mismatched}")
    print(f"appeals lost               {compared.lost:7}   kept without a ticket: {compared.without_ticket or 'none'}")
    print(f"appeals doubled            {compared.doubled:7}")
    print(f"number or code mismatched  {compared.mismatched:7}")
    print(f"written by halves          {compared.half_written:7}   (timeline, clock, timer, outbox)")
    print(f"jobs given up              {compared.given_up:7}")
    print(f"marks reached twice        {compared.marks_twice:7}")
    print(f"seals                      {compared.seals:7}   {compared.seals_lost} lost or left out", flush=True)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())
