"""Many at work at once on the same tickets: the hotline, the desk, three units, reviewers, supervisors, leaders."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.chaos.caller import Caller
from benchmarks.chaos.house import UNITS
from benchmarks.chaos.journal import Journal

TICKETS_AT_ONCE = 60
ACCEPTED_SHARE = 0.12
STALE_SHARE = 0.05
GOES_ON_SHARE = 0.35
"""Of the tickets that are concluded, so many are taken up again or asked about; the others are done with."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done with a ticket in some state: how often, by whom (`unit` = its lead unit), what is said."""

    weight: int
    who: str
    command: str
    arguments: Callable[[random.Random], Mapping[str, Any]] = lambda _: {}


def _with(**arguments: Any) -> Callable[[random.Random], Mapping[str, Any]]:
    return lambda _: arguments


def _soon(chance: random.Random) -> Mapping[str, Any]:
    deadline = datetime.now(UTC) + timedelta(seconds=chance.randint(20, 60))
    return {"leader": "区长", "level": "district", "text": "请速办", "deadline": deadline.isoformat()}


def _to_a_unit(**more: Any) -> Callable[[random.Random], Mapping[str, Any]]:
    return lambda chance: {"lead": chance.choice(UNITS), "reason": "核实后判定", **more}


AT_DESK = (
    Deed(30, "operator", "dispatch", _to_a_unit()),
    Deed(4, "operator", "dispatch", lambda chance: {"lead": "roads", "co": ["water"], "reason": "核实后判定"}),
    Deed(2, "operator", "answer_directly", _with(text="请致电路政热线。")),
    Deed(1, "operator", "void", _with(reason="测试来电")),
    Deed(2, "operator", "change_urgency", _with(urgency="urgent", reason="险情")),
    Deed(2, "operator", "remark", _with(what="已核对地点")),
)
WITH_UNIT = (
    Deed(2, "operator", "redirect", _to_a_unit(reason="派错了")),
    Deed(2, "operator", "approve_return"),
    Deed(2, "operator", "deny_return", _with(reason="属该单位职责")),
    Deed(3, "unit", "note", _with(what="已到现场查看")),
    Deed(2, "unit", "contact", _with(reached=True)),
    Deed(3, "unit", "request_extension", _with(days=2, reason="雨季")),
    Deed(3, "reviewer", "decide_extension", _with(approved=True)),
    Deed(1, "reviewer", "decide_extension", _with(approved=False, note="理由不足")),
    Deed(6, "unit", "request_pause", _with(reason_code="judicial", evidence="鉴定中", days=2)),
    Deed(7, "reviewer", "decide_pause", _with(approved=True)),
    Deed(6, "unit", "resume"),
    Deed(2, "leader", "instruct", _soon),
    Deed(1, "supervisor", "open_supervision", _with(level="blue", demand="限期答复")),
    Deed(1, "supervisor", "send_letter", _with(kind="reminder", text="请抓紧办理")),
)
DEEDS: Mapping[str, tuple[Deed, ...]] = {
    "accepted": AT_DESK,
    "to_dispatch": AT_DESK,
    "dispatched": (
        Deed(30, "unit", "sign"),
        Deed(6, "unit", "request_return", _with(reason_code="wrong_area", evidence="不在辖区")),
        *WITH_UNIT,
    ),
    "in_progress": (
        Deed(14, "unit", "reply", _with(text="已修复。", disposition="resolved")),
        Deed(3, "water", "sign"),
        Deed(3, "water", "contribute", _with(text="管线无异常。")),
        *WITH_UNIT,
    ),
    "submitted": (
        Deed(8, "reviewer", "pass_reply"),
        Deed(3, "reviewer", "return_reply", _with(remark="请附照片")),
        Deed(1, "unit", "note", _with(what="补充照片")),
    ),
    "concluded": (
        Deed(3, "operator", "follow_up", _with(outcome="reached")),
        Deed(3, "operator", "redo", _with(reason="又坏了")),
        Deed(3, "operator", "redo", _with(reason="又坏了", same_unit=True)),
    ),
    "following_up": (Deed(1, "operator", "redo", _with(reason="又坏了")),),
}


@dataclass
class Known:
    """What the crowd knows of a ticket; others may know more already."""

    serial_no: str
    state: str
    version: int = 0
    unit: str = "roads"


class Crowd:
    """The callers and the tickets that they have in hand together."""

    def __init__(self, port: int, tokens: Mapping[str, str], journal: Journal, seed: int, *, callers: int) -> None:
        self._port, self._tokens, self._journal, self._seed = port, tokens, journal, seed
        self._tickets: list[Known] = []
        self._lock = threading.Lock()
        self._going_home = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(callers)]
        self.failures: list[BaseException] = []

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was begun, until it is acknowledged, and work no more."""
        self._going_home.set()
        for thread in self._threads:
            thread.join()

    def _work(self, number: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        caller = Caller(self._port, self._tokens, self._journal, chance)
        try:
            while not self._going_home.is_set():
                known = self._some_ticket(chance)
                if known is None:
                    self._take_in(caller, chance)
                else:
                    self._do_something(caller, known, chance)
        except BaseException as error:
            self.failures.append(error)

    def _some_ticket(self, chance: random.Random) -> Known | None:
        with self._lock:
            if len(self._tickets) < len(self._threads):
                return None
            if len(self._tickets) < TICKETS_AT_ONCE and chance.random() < ACCEPTED_SHARE:
                return None
            return chance.choice(self._tickets)

    def _take_in(self, caller: Caller, chance: random.Random) -> None:
        where = chance.choice(("道路坑洼", "水管漏水", "树木倒伏"))
        contact = {"name": "示范人", "phone": f"0280000{chance.randrange(10_000):04}"} if chance.random() < 0.3 else {}
        serial_no = caller.hand_in({"text": f"{where}，出行不便。", "place": "示范路", "contact": contact})
        with self._lock:
            self._tickets.append(Known(serial_no, "accepted"))

    def _do_something(self, caller: Caller, known: Known, chance: random.Random) -> None:
        deeds = DEEDS[known.state]
        deed = chance.choices(deeds, [deed.weight for deed in deeds])[0]
        arguments = dict(deed.arguments(chance))
        if chance.random() < STALE_SHARE:
            arguments["version"] = max(0, known.version - 1)
        who = known.unit if deed.who == "unit" else deed.who
        told = caller.command(who, known.serial_no, deed.command, arguments)
        if told is not None:
            self._learn(known, told, arguments.get("lead"), chance)

    def _learn(self, known: Known, told: Mapping[str, Any], lead: str | None, chance: random.Random) -> None:
        with self._lock:
            if told["version"] < known.version:
                return
            known.state, known.version, known.unit = told["state"], told["version"], lead or known.unit
            is_over = known.state not in DEEDS or (known.state == "concluded" and chance.random() > GOES_ON_SHARE)
            if is_over and known in self._tickets:
                self._tickets.remove(known)
