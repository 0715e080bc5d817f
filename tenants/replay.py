"""Replaying a scenario through the product's own journeys, on its own days and clock, in one transaction.

One transaction, because marks of those past days must be fired at their own times: no other process may see a timer
that was due years ago and press a unit for it today.
"""

from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import select

from core.hooks.values import Complexity, Nature, Urgency
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import TicketEvent
from tenants import steps as verbs
from tenants.deeds import ReplayDiffers, Stage, do
from tenants.marks import Marks
from tenants.scenario import Scenario


@dataclass
class Replay:
    """A scenario under way, and how far each ticket's timeline had come at the last step."""

    scope: Scope
    scenario: Scenario
    seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage = Stage(self.scope, self.scenario.id)
        self._marks = Marks(self.scope)

    @property
    def serials(self) -> dict[str, str]:
        """The tickets' numbers by their labels."""
        return self.stage.serials

    def run(self) -> list[str]:
        """Do all steps that are not there yet and return the serial numbers, in order of the labels' first use.

        A scenario that was replayed before is found by its tickets and left as it is. Raises `ReplayDiffers` and the
        refusals of the journeys.
        """
        for step in self.scenario.steps:
            self._marks.fire(until=step.at)
            if isinstance(step, verbs.Accept):
                if not self._accept(step):
                    self._find_rest()
                    break
            elif isinstance(step, verbs.Advance):
                self._check_advance(step)
            else:
                do(self.stage, step)
            self._marks.clocks_started()
            self.seen[step.ticket] = self.stage.ticket(step.ticket).version
        return list(self.serials.values())

    def _accept(self, step: verbs.Accept) -> bool:
        appeal = Appeal(
            channel=step.channel,
            text=step.text,
            title=step.title,
            place=step.place,
            mailbox=step.mailbox,
            contact=Contact(step.contact, step.phone, keep_private=step.keep_private, wechat=step.wechat),
            external_id=f"case/{self.scenario.id}/{step.ticket}",
            submitted_at=step.submitted_at,
            nature=cast(Nature | None, step.nature or None),
            matter=step.matter or None,
            urgency=cast(Urgency | None, step.urgency or None),
            complexity=cast(Complexity, step.complexity),
            affected_count=step.affected,
        )
        accepted = accept(self.scope, appeal, actor=self.stage.cast.at_desk(), now=step.at)
        self.serials[step.ticket] = accepted.serial_no
        return accepted.created

    def _find_rest(self) -> None:
        for step in self.scenario.steps:
            if isinstance(step, verbs.Accept) and step.ticket not in self.serials:
                self._accept(step)
            elif isinstance(step, verbs.Split):
                self.stage.name_parts(step)

    def _check_advance(self, step: verbs.Advance) -> None:
        entries = self.scope.session.scalars(
            select(TicketEvent).where(
                TicketEvent.tenant_id == self.scope.tenant.id,
                TicketEvent.ticket_id == self.stage.ticket(step.ticket).id,
                TicketEvent.seq > self.seen[step.ticket],
            )
        )
        happened = {str(entry.detail.get(key)) for entry in entries for key in ("light", "kind")}
        if missing := [what for what in step.expect if what not in happened]:
            raise ReplayDiffers(
                f"案例 {self.scenario.id} 到 {step.at:%Y-%m-%d %H:%M} 应出现 {'、'.join(missing)}，实际没有。"
                "请检查该区启用的功能和设置是否与案例一致。"
            )
