"""Asking 5,000 routing rules with their index against asking each of them: `python -m benchmarks.routing [rounds]`.

Both sides get the same tickets, take turns in one run, and must come to the same verdicts. The one without an index asks
the same compiled conditions, each phase until its first match, as the ticket systems we looked at do; walking the trees
anew for each rule is measured beside it. Rules and tickets are made up: 1,285 items in 19 categories, 24 communities under
6 streets, exceptions mostly for an item and often for an area, some by words alone.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from core.routing.ruleset import (
    PHASES,
    CompiledRules,
    Facts,
    Hit,
    Listed,
    RoutingDirectory,
    RoutingMatter,
    Verdict,
    check_rules,
    compile_rules,
    dump_rules,
    evaluate,
    explain,
    facts_from,
    read_rules,
    record,
    trace,
)
from core.routing.ruleset.compiling import Met, when_true
from core.routing.ruleset.evaluating import verdict_of
from core.units.levels import KnownUnit

RULES = 5_000
ITEMS = 1_285
CATEGORIES = 19
STREETS = 6
COMMUNITIES = 24
TICKETS = 400
WALKED = 20
"""Tickets for which the trees are walked anew."""
ROUNDS = 7
AIM = 50
ON = date(2026, 3, 10)
DANGERS = [
    "漏电",
    "坍塌",
    "燃气泄漏",
    "起火",
    "冒烟",
    "井盖缺失",
    "触电",
    "溺水",
    "爆炸",
    "中毒",
    "坠落",
    "断裂",
    "倾斜",
    "塌方",
    "决堤",
    "高空坠物",
]
TROUBLES = [
    "路灯不亮",
    "噪音扰民",
    "占道经营",
    "垃圾堆放",
    "违章搭建",
    "停水",
    "停电",
    "公交改线",
    "拖欠工资",
    "物业收费",
    "油烟",
    "积水",
    "飞线充电",
]
CHANNELS = ("hotline", "letter", "web", "wechat")
NATURES = ("complaint", "help", "inquiry", "suggestion", "praise")
UNITS = tuple(f"unit-{number}" for number in range(60))
MATTERS = [f"{number % CATEGORIES + 1:02}.{number // CATEGORIES + 1:02}" for number in range(ITEMS)]
AREAS = [f"{number % STREETS + 1}.{number // STREETS + 1}" for number in range(COMMUNITIES)]
Ask = Callable[[Facts], Verdict]


def made_up_rules(chance: random.Random) -> dict[str, Any]:
    """Return the rules as JSON."""
    makers = {
        "safety": (_by_words, 40),
        "override": (_campaign, 400),
        "catalogue": (_exception, RULES - 40 - 400 - 40 - 20),
        "split": (_several_matters, 40),
        "fallback": (_unclear, 20),
    }
    rules = []
    for phase, (make, count) in makers.items():
        for number in range(count):
            when, then = make(chance)
            rules.append(
                {
                    "id": f"{phase}-{number}",
                    "label": f"{phase} {number}",
                    "phase": phase,
                    "priority": chance.randrange(100),
                    "when": when,
                    "then": then,
                    "explain": "测量用的规则",
                }
            )
    return {"rules": rules}


def _leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _by_words(chance: random.Random) -> tuple[Any, Any]:
    words = _leaf("text", "contains_any", [*chance.sample(DANGERS, 4), f"险情{chance.randrange(1000)}"])
    repeated = _leaf("repeat_count", "gte", chance.randrange(8, 20))
    where = _leaf("area", "under", chance.choice(AREAS))
    return {"all": [where, {"any": [words, repeated]}]}, {"set": {"urgency": "urgent"}, "limit": "urgent-1h"}


def _campaign(chance: random.Random) -> tuple[Any, Any]:
    matter = chance.choice(MATTERS)
    parts = [
        _leaf("matter", "under", matter if chance.random() < 0.8 else matter.split(".")[0]),
        _leaf("channel", "in", chance.sample(CHANNELS, 2)),
        _leaf("text", "contains_any", [f"专项{chance.randrange(1000)}", chance.choice(TROUBLES)]),
    ]
    return {"all": parts}, {"assign": {"lead": chance.choice(UNITS), "direct": True}}


def _exception(chance: random.Random) -> tuple[Any, Any]:
    matter, area = chance.choice(MATTERS), chance.choice(AREAS)
    kind = chance.random()
    if kind < 0.02:
        parts = [
            _leaf("nature", "eq", chance.choice(NATURES)),
            _leaf("text", "contains_all", chance.sample(TROUBLES, 2)),
        ]
    elif kind < 0.1:
        parts = [_leaf("matter", "under", matter.split(".")[0]), _leaf("area", "eq", area)]
        parts.append(_leaf("submitted", "in_calendar", "working_time"))
    else:
        parts = [_leaf("matter", "under", [matter, chance.choice(MATTERS)] if kind < 0.2 else matter)]
        parts.append(_leaf("area", "under", area if kind < 0.6 else area.split(".")[0]))
        parts.append(_leaf("nature", "in", chance.sample(NATURES, 3)))
        if kind > 0.8:
            parts.append({"not": _leaf("affected_count", "gte", chance.randrange(2, 50))})
    return {"all": parts}, {"assign": {"lead": chance.choice(UNITS), "co": ["local:street"]}}


def _several_matters(chance: random.Random) -> tuple[Any, Any]:
    return _leaf("text", "contains_all", chance.sample(TROUBLES, 3)), {"split": "按事项拆开"}


def _unclear(chance: random.Random) -> tuple[Any, Any]:
    return (
        {"all": [_leaf("matter", "is_null", True), _leaf("affected_count", "gte", chance.randrange(50))]},
        {"limit": "desk-1h"},
    )


def made_up_tickets(chance: random.Random) -> list[Facts]:
    """Return tickets of which one in ten has no matter yet, and one in five no area."""
    tickets = []
    for _ in range(TICKETS):
        words = "，".join(chance.choices([*TROUBLES * 3, *DANGERS], k=3))
        text = f"小区门口{words}，已经持续{chance.randint(2, 60)}天，影响居民出行和休息，请尽快处理。" * 3
        values = {
            "matter": chance.choice(MATTERS) if chance.random() < 0.9 else None,
            "area": chance.choice(AREAS) if chance.random() < 0.8 else None,
            "channel": chance.choice(CHANNELS),
            "nature": chance.choice(NATURES),
            "urgency": "normal",
            "text": text,
            "affected_count": chance.randint(1, 60),
            "repeat_count": chance.randint(0, 5),
            "submitted": {"working_time": chance.random() < 0.4},
        }
        tickets.append(facts_from(values, local_units={"street": "street-1"}))
    return tickets


def made_up_directory() -> RoutingDirectory:
    """Return a district that has all that the rules name."""
    units = {code: KnownUnit(code, code, "district_department") for code in UNITS}
    units["street-1"] = KnownUnit("street-1", "一街道", "street")
    return RoutingDirectory(
        units=units,
        matters={path: RoutingMatter(path, path, is_department_function=True) for path in MATTERS},
        areas={area: area for area in AREAS},
        channels={channel: channel for channel in CHANNELS},
        limits={"urgent-1h": "一小时", "desk-1h": "一小时"},
    )


def each_rule(compiled: CompiledRules) -> Ask:
    """Return a way of asking that has no index: every rule of a phase until one matches."""
    ask = naive_verdicts(compiled)
    return lambda facts: ask(facts, None)


def naive_verdicts(compiled: CompiledRules) -> Callable[[Facts, Listed | None], Verdict]:
    """Return the same, told what the duty list says as well."""
    tests = [(rule, when_true(rule.when)) for rule in compiled.rules]
    phases = [[(rule, test) for rule, test in tests if rule.phase is phase] for phase in PHASES]
    return lambda facts, listed: verdict_of(compiled, facts, list(_first_of_each(phases, facts)), on=ON, listed=listed)


def _first_of_each(phases: Sequence[Sequence[tuple[Any, Met]]], facts: Facts) -> Iterator[Hit]:
    values: Mapping[str, Any] = facts.values
    for rules in phases:
        for rule, test in rules:
            if test(values) and rule.valid.holds_on(ON):
                yield Hit(rule, values)
                if rule.then.urgency and values is facts.values:
                    values = {**values, "urgency": rule.then.urgency}
                break


def each_tree(compiled: CompiledRules) -> Callable[[Facts], object]:
    """Return a way of asking that walks each rule's tree, and remembers nothing."""
    return lambda facts: [rule.id for rule in compiled.rules if trace(rule.when, facts.values).truth]


def microseconds(ask: Callable[[Facts], object], tickets: Sequence[Facts]) -> float:
    """Return how long one ticket takes."""
    begun = time.thread_time()
    for ticket in tickets:
        ask(ticket)
    return (time.thread_time() - begun) / len(tickets) * 1e6


def timed(label: str, make: Callable[[], Any]) -> Any:
    """Make something and print how long it took."""
    begun = time.thread_time()
    made = make()
    print(f"{label:46} {(time.thread_time() - begun) * 1e3:9.1f} ms")
    return made


def main(rounds: int = ROUNDS) -> int:
    """Print what is measured; return 1 when the ratio is below the aim."""
    chance = random.Random(20_260_310)
    written = json.dumps(made_up_rules(chance), ensure_ascii=False)
    tickets = made_up_tickets(chance)
    rules = timed(f"reading {RULES:,} rules of JSON", lambda: read_rules(written))
    compiled: CompiledRules = timed("compiling them, with index and digest", lambda: compile_rules(rules))
    timed("writing them", lambda: dump_rules(rules))
    report = timed("checking them before publication", lambda: check_rules(rules, made_up_directory()))
    print(f"  {len(report.of('unreachable'))} unreachable, {len(report.of('overlap'))} overlaps listed")

    def indexed(facts: Facts) -> Verdict:
        return evaluate(compiled, facts, on=ON)

    naive, trees = each_rule(compiled), each_tree(compiled)
    assert [indexed(ticket) for ticket in tickets] == [naive(ticket) for ticket in tickets]
    asked = [len(compiled.index.candidates(ticket.values)) for ticket in tickets]
    print(f"rules looked at: {statistics.mean(asked):.0f} on average, {max(asked)} at most, of {len(compiled.rules):,}")
    taken = [
        (microseconds(trees, tickets[:WALKED]), microseconds(naive, tickets), microseconds(indexed, tickets))
        for _ in range(rounds)
    ]
    walked, one_by_one, found = (statistics.median(side) for side in zip(*taken, strict=True))
    ratio = statistics.median(each[1] / each[2] for each in taken)
    print(f"{'every tree walked':46} {walked:9.1f} µs a ticket {walked / found:8.0f} times")
    print(f"{'every rule asked, compiled':46} {one_by_one:9.1f} µs a ticket {ratio:8.1f} times (aim {AIM})")
    print(f"{'with the index':46} {found:9.1f} µs a ticket {1e6 / found:8,.0f} tickets a second")
    verdicts = [indexed(ticket) for ticket in tickets]
    for label, tell in (("explaining a verdict", explain), ("its record, with traces", record)):
        begun = time.thread_time()
        for verdict in verdicts:
            tell(verdict)
        print(f"{label:46} {(time.thread_time() - begun) / len(verdicts) * 1e6:9.1f} µs a ticket")
    return 0 if ratio >= AIM else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
