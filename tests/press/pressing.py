"""Pressing a ticket as leaders and supervisors do, and reading what became of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from core.escalation.models import Instruction, Letter, LetterReceipt, Supervision
from core.hooks.values import EscalationStep, Trigger
from core.journey import press
from core.kit.db import TenantRow
from core.sla.models import Clock
from core.tickets.models import Message, Ticket
from tests.builders import BEIJING, LEADER, SUPERVISOR, beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk

DUE = "2026-03-19 18:00"
"""When the answer to a ticket of 2026-03-12 is due."""
Steps = Sequence[EscalationStep]


class Pressing(Walk):
    """A walk with leaders, supervisors and the units that they press."""

    def instruct(self, at: str = "2026-03-12 14:00", *, deadline: str | None = None, **how: Any) -> Ticket:
        words = {"leader": "李副区长", "level": "district", "text": "请尽快修复", "actor": LEADER}
        return self.do(press.instruct, at, deadline=beijing(deadline) if deadline else None, **{**words, **how})

    def report(self, at: str = "2026-03-13 09:00", *, text: str = "已安排抢修", **how: Any) -> Ticket:
        wanted = {"instruction_id": newest(self.rows(Instruction)), "actor": self.lead_clerk()}
        return self.do(press.report_instruction, at, text=text, **{**wanted, **how})

    def put_under_supervision(self, at: str = "2026-03-12 14:00", **how: Any) -> Ticket:
        wanted = {"level": "blue", "demand": "三日内修复", "actor": SUPERVISOR}
        return self.do(press.open_supervision, at, **{**wanted, **how})

    def raise_to(self, level: str, at: str = "2026-03-12 15:00", **how: Any) -> Ticket:
        wanted = {"supervision_id": newest(self.supervisions()), "reason": "进展迟缓", "actor": SUPERVISOR}
        return self.do(press.raise_supervision, at, level=level, **{**wanted, **how})

    def respond(self, at: str = "2026-03-13 09:00", *, text: str = "已修复", **how: Any) -> Ticket:
        wanted = {"supervision_id": newest(self.supervisions()), "actor": self.lead_clerk()}
        return self.do(press.answer_supervision, at, text=text, **{**wanted, **how})

    def close(self, at: str = "2026-03-13 10:00", *, note: str = "整改到位", **how: Any) -> Ticket:
        wanted = {"supervision_id": newest(self.supervisions()), "actor": SUPERVISOR}
        return self.do(press.close_supervision, at, note=note, **{**wanted, **how})

    def write(self, at: str = "2026-03-12 14:00", *, kind: str = "reminder", **how: Any) -> Ticket:
        return self.do(press.send_letter, at, kind=kind, **{"text": "请抓紧办理", "actor": SUPERVISOR, **how})

    def acknowledge(self, at: str = "2026-03-12 15:00", **how: Any) -> Ticket:
        wanted = {"letter_id": newest(self.letters()), "actor": self.lead_clerk()}
        return self.do(press.acknowledge_letter, at, **{**wanted, **how})

    def instruction(self) -> Instruction:
        found: Instruction = self.rows(Instruction, Instruction.id)[-1]
        return found

    def supervisions(self) -> list[Supervision]:
        return self.rows(Supervision, Supervision.id)

    def letters(self) -> list[Letter]:
        return self.rows(Letter, Letter.id)

    def receipts(self) -> list[LetterReceipt]:
        return self.run(lambda scope: list(scope.session.scalars(select(LetterReceipt))))

    def messages(self) -> list[Message]:
        return self.rows(Message, Message.id)

    def clocks_called(self, name: str) -> list[Clock]:
        return [clock for clock in self.clocks() if clock.name == name]

    def due(self, name: str = "reply") -> str:
        """Return when the newest clock of this name is due, in local time."""
        due = self.clocks_called(name)[-1].due_at
        assert due is not None
        return f"{due.astimezone(BEIJING):%Y-%m-%d %H:%M}"

    def told(self, *kinds: str) -> list[str]:
        """Return the summaries of the timeline's entries of these kinds."""
        return [entry.summary for entry in self.entries() if entry.kind in kinds]


def newest(rows: Sequence[TenantRow]) -> int:
    """Return the id of the newest row, 0 when there is none."""
    return max((row.id for row in rows), default=0)


@contextmanager
def pressed_by(database_url: str, press_by: Callable[..., Any], **more: Callable[..., Any]) -> Iterator[Pressing]:
    """A district whose feature presses so, with one ticket in the hands of its unit."""
    installation = make_installation(database_url, features=[make_feature("press", escalation_steps=press_by, **more)])
    units = [("discipline", "纪委监委", "discipline")]
    walk = Pressing(installation, make_district(installation, features={"press": {}}, units=units))
    walk.take_in("2026-03-12 10:00")
    walk.dispatch("2026-03-12 10:10")
    yield walk
    installation.database.engine.dispose()


def at_overdue(*steps: EscalationStep) -> Callable[[Trigger], Steps]:
    """Answer with these steps when the time for the reply is up, and with none before."""

    def press_by(trigger: Trigger) -> Steps:
        quiet = EscalationStep("inbox", "desk", "不催办", "press/quiet", "未到期")
        return steps if (trigger.clock, trigger.mark) == ("reply", "overdue") else [quiet]

    return press_by
