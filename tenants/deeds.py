"""What each step of a scenario does, through the product's own journeys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

from sqlalchemy import select

from core.coordination.models import Errand, Meeting
from core.escalation.models import Instruction
from core.hooks.values import Complexity, Nature
from core.intake.joining import parts_of
from core.journey import (
    conclude,
    consult,
    coordinate,
    desk,
    findings,
    give_back,
    handle,
    join,
    joint,
    lead,
    press,
    time,
    void,
)
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH, WITH_UNIT
from core.tickets.timeline import RESIDENT, Order
from core.units.queries import directory
from tenants import steps as verbs
from tenants.cast import CONFIRMED, Cast
from tenants.steps import Step

RowT = TypeVar("RowT", Errand, Instruction, Meeting)


class ReplayDiffers(Refused):
    """The product did not do what the scenario says it does."""

    code = "replay-differs"


AS_IT_WAS = "按当时的实际去向"
"""Why the desk dispatches as it does, where the published case tells no reason."""


@dataclass
class Stage:
    """Where a scenario is replayed: the district, who acts in it, and the tickets' numbers by their labels."""

    scope: Scope
    scenario_id: str
    cast: Cast = field(default_factory=Cast)
    serials: dict[str, str] = field(default_factory=dict)

    def ticket(self, label: str) -> Ticket:
        """Return the ticket of a label."""
        found = self.scope.session.scalar(
            select(Ticket).where(Ticket.tenant_id == self.scope.tenant.id, Ticket.serial_no == self.serials[label])
        )
        assert found is not None
        return found

    def records(self, model: type[RowT], step: Step) -> Sequence[RowT]:
        """Return the rows of a table that belong to the step's ticket, in the order in which they were written."""
        return self.scope.session.scalars(
            select(model)
            .where(model.tenant_id == self.scope.tenant.id, model.ticket_id == self.ticket(step.ticket).id)
            .order_by(model.id)
        ).all()

    def newest(self, model: type[RowT], step: Step) -> RowT:
        """Return the newest of them. Raises `ReplayDiffers` when there is none."""
        rows = self.records(model, step)
        if not rows:
            raise ReplayDiffers(f"案例 {self.scenario_id} 第 {step.line} 行要用到的记录不存在。请先写产生它的步骤。")
        return rows[-1]

    def serial_no(self, step: Step) -> str:
        return self.serials[step.ticket]

    def by_desk(self, step: Step) -> Order:
        return Order(self.cast.at_desk(), step.at)

    def by_reviewer(self, step: Step) -> Order:
        return Order(self.cast.in_review(), step.at)

    def by_supervisor(self, step: Step) -> Order:
        return Order(self.cast.supervising(), step.at)

    def by_unit(self, step: Step, code: str) -> Order:
        return Order(self.cast.of_unit(self.scope, code), step.at)

    def name_parts(self, step: verbs.Split) -> None:
        """Give the parts of a split ticket their labels."""
        parts = parts_of(self.scope, self.ticket(step.ticket))
        self.serials |= {label: part.serial_no for label, part in zip(step.parts, parts, strict=True)}


def do(stage: Stage, step: Step) -> None:
    """Do what a step says, at its time. Raises `ReplayDiffers` and the refusals of the journeys."""
    _DEEDS[type(step)](stage, step)


def _classify(stage: Stage, step: verbs.Classify) -> None:
    desk.correct(
        stage.scope,
        stage.serial_no(step),
        stage.by_desk(step),
        nature=cast(Nature, step.nature),
        matter=step.matter or None,
        complexity=cast(Complexity, step.complexity),
    )


def _attach(stage: Stage, step: verbs.Attach) -> None:
    master = stage.serials[step.to]
    join.attach(stage.scope, stage.serial_no(step), stage.by_desk(step), master=master, reason=step.text)


def _split(stage: Stage, step: verbs.Split) -> None:
    join.split(stage.scope, stage.serial_no(step), stage.by_desk(step), texts=step.texts, matters=step.matters)
    stage.name_parts(step)


def _dispatch(stage: Stage, step: verbs.Dispatch) -> None:
    ticket = stage.ticket(step.ticket)
    units = directory(stage.scope)
    lead = step.unit
    if not lead and ticket.state in WAITING_FOR_DISPATCH:
        suggested = units.unit_of_id(ticket.suggested_unit_id) if ticket.suggested_unit_id else None
        lead = suggested.code if suggested else units.desk.code
    if lead and ticket.state in WAITING_FOR_DISPATCH:
        order = stage.by_desk(step)
        ticket = desk.dispatch(
            stage.scope,
            ticket.serial_no,
            order,
            lead=lead,
            co=step.co,
            reason=step.reason or (AS_IT_WAS if step.unit else ""),
        )
    went_to = units.unit_of_id(ticket.lead_unit_id) if ticket.lead_unit_id else None
    wanted = step.expect or step.unit
    if wanted and (went_to is None or went_to.code != wanted):
        where = went_to.name if went_to else "派单台"
        raise ReplayDiffers(
            f"案例 {stage.scenario_id} 应派给 {units.get_unit(wanted).name}，实际到了 {where}。请检查派单规则和职责清单。"
        )


def _redirect(stage: Stage, step: verbs.Redirect) -> None:
    order = stage.by_desk(step)
    desk.redirect(stage.scope, stage.serial_no(step), order, lead=step.unit, co=step.co, reason=step.reason)


def _answer(stage: Stage, step: verbs.Answer) -> None:
    order = Order(stage.cast.at_desk(step.by), step.at)
    desk.answer_directly(
        stage.scope, stage.serial_no(step), order, text=step.text, disposition=step.disposition, confirmed=CONFIRMED
    )


def _sign(stage: Stage, step: verbs.Sign) -> None:
    handle.sign(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit))


def _return(stage: Stage, step: verbs.Return) -> None:
    give_back.request_return(
        stage.scope,
        stage.serial_no(step),
        stage.by_unit(step, step.unit),
        reason_code=step.reason,
        evidence=step.text,
        proposed_unit=step.to or None,
        clause=step.clause,
    )


def _extend(stage: Stage, step: verbs.Extend) -> None:
    order = stage.by_unit(step, step.unit)
    time.request_extension(stage.scope, stage.serial_no(step), order, days=step.days, reason=step.text)


def _pause(stage: Stage, step: verbs.Pause) -> None:
    time.request_pause(
        stage.scope,
        stage.serial_no(step),
        stage.by_unit(step, step.unit),
        reason_code=step.reason,
        evidence=step.text,
        days=step.days,
    )


def _decide(stage: Stage, step: verbs.Decide) -> None:
    scope, serial_no = stage.scope, stage.serial_no(step)
    match step.on:
        case "return" if step.approved:
            give_back.approve_return(scope, serial_no, stage.by_desk(step), reason=step.text)
        case "return":
            give_back.deny_return(scope, serial_no, stage.by_desk(step), reason=step.text)
        case "extension":
            order = stage.by_reviewer(step)
            time.decide_extension(scope, serial_no, order, approved=step.approved, days=step.days, note=step.text)
        case _:
            time.decide_pause(scope, serial_no, stage.by_reviewer(step), approved=step.approved, note=step.text)


def _resume(stage: Stage, step: verbs.Resume) -> None:
    time.resume(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit), note=step.text)


def _on_site(stage: Stage, step: verbs.OnSite) -> None:
    handle.arrive(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit), what=step.text)


def _contact(stage: Stage, step: verbs.ContactResident) -> None:
    order = stage.by_unit(step, step.unit)
    handle.contact(stage.scope, stage.serial_no(step), order, reached=step.reached, what=step.text)


def _note(stage: Stage, step: verbs.Note) -> None:
    if step.unit:
        handle.note(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit), what=step.text)
    else:
        handle.remark(stage.scope, stage.serial_no(step), stage.by_desk(step), what=step.text)


def _verify(stage: Stage, step: verbs.Verify) -> None:
    findings.verify(
        stage.scope,
        stage.serial_no(step),
        stage.by_unit(step, step.unit),
        result=cast(findings.Finding, step.result),
        found=step.text,
        on_site=step.on_site,
    )


def _enforce(stage: Stage, step: verbs.Enforce) -> None:
    order, measure = stage.by_unit(step, step.unit), cast(findings.Measure, step.measure)
    findings.record_enforcement(stage.scope, stage.serial_no(step), order, measure=measure, words=step.text)


def _bring_in(stage: Stage, step: verbs.BringIn) -> None:
    order = stage.by_unit(step, step.unit)
    joint.bring_in(stage.scope, stage.serial_no(step), order, unit=step.to, task=step.text)


def _meet(stage: Stage, step: verbs.Meet) -> None:
    scope, serial_no, order = stage.scope, stage.serial_no(step), stage.by_desk(step)
    coordinate.call_meeting(
        scope,
        serial_no,
        order,
        kind=step.kind,
        subject=step.subject,
        meets_at=step.at,
        place=step.place,
        units=list(step.tasks),
        guests=step.guests,
    )
    meeting = stage.newest(Meeting, step)
    coordinate.hold_meeting(scope, serial_no, order, meeting_id=meeting.id, outcome=step.text)
    for unit, what in step.tasks.items():
        coordinate.assign_errand(scope, serial_no, order, meeting_id=meeting.id, unit=unit, what=what)


def _check(stage: Stage, step: verbs.Check) -> None:
    instruction = stage.newest(Instruction, step)
    lead.order_check(
        stage.scope,
        stage.serial_no(step),
        Order(stage.cast.leader(instruction.leader), step.at),
        alike=step.alike,
        areas=step.areas,
        demand=step.text,
        units=step.units,
        due=step.due,
        instruction_id=instruction.id,
    )


def _later(stage: Stage, step: verbs.Later) -> None:
    order = stage.by_unit(step, step.unit)
    coordinate.plan_stage(stage.scope, stage.serial_no(step), order, what=step.text, due=step.due)


def _fulfil(stage: Stage, step: verbs.Fulfil) -> None:
    unit = directory(stage.scope).get_unit(step.unit)
    given = [row for row in stage.records(Errand, step) if row.unit_id == unit.id and row.answered_at is None]
    if not given:
        raise ReplayDiffers(
            f"案例 {stage.scenario_id} 里{unit.name}没有待回复的交办事项。请先写 meet、check 或 later 步骤。"
        )
    coordinate.answer_errand(
        stage.scope,
        stage.serial_no(step),
        stage.by_unit(step, step.unit),
        errand_id=given[0].id,
        text=step.text,
        found=None if step.found < 0 else step.found,
        mended=None if step.mended < 0 else step.mended,
    )


def _make_policy(stage: Stage, step: verbs.MakePolicy) -> None:
    coordinate.record_policy(
        stage.scope,
        stage.serial_no(step),
        stage.by_unit(step, step.unit),
        title=step.title,
        analysis=step.analysis,
        measure=step.text,
    )


def _hand_on(stage: Stage, step: verbs.HandOn) -> None:
    order = stage.by_unit(step, step.unit)
    joint.sub_dispatch(stage.scope, stage.serial_no(step), order, unit=step.to, reason=step.text)


def _contribute(stage: Stage, step: verbs.Contribute) -> None:
    joint.contribute(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit), text=step.text)


def _waive(stage: Stage, step: verbs.Waive) -> None:
    joint.waive(stage.scope, stage.serial_no(step), stage.by_desk(step), unit=step.unit, reason=step.reason)


def _consult(stage: Stage, step: verbs.Consult) -> None:
    consult.open_consultation(stage.scope, stage.serial_no(step), stage.by_desk(step), question=step.text)


def _opinion(stage: Stage, step: verbs.Opinion) -> None:
    consult.give_opinion(stage.scope, stage.serial_no(step), stage.by_unit(step, step.unit), text=step.text)


def _designate(stage: Stage, step: verbs.Designate) -> None:
    order = stage.by_supervisor(step)
    consult.decide_consultation(stage.scope, stage.serial_no(step), order, unit=step.unit, reason=step.reason)


def _instruct(stage: Stage, step: verbs.Instruct) -> None:
    press.instruct(
        stage.scope,
        stage.serial_no(step),
        Order(stage.cast.leader(step.leader), step.at),
        leader=step.leader,
        level=step.level,
        text=step.text,
        deadline=step.deadline,
    )


def _report_instruction(stage: Stage, step: verbs.ReportInstruction) -> None:
    unreported = [row.id for row in stage.records(Instruction, step) if row.feedback_at is None]
    if not unreported:
        raise ReplayDiffers(f"案例 {stage.scenario_id} 反馈的批示不存在。请先写 instruct 步骤。")
    order = stage.by_unit(step, step.unit)
    press.report_instruction(stage.scope, stage.serial_no(step), order, instruction_id=unreported[0], text=step.text)


def _send_letter(stage: Stage, step: verbs.SendLetter) -> None:
    order = stage.by_unit(step, step.unit) if step.unit else stage.by_supervisor(step)
    press.send_letter(stage.scope, stage.serial_no(step), order, kind=step.kind, text=step.text)


def _reply(stage: Stage, step: verbs.Reply) -> None:
    order = stage.by_unit(step, step.unit)
    handle.reply(
        stage.scope, stage.serial_no(step), order, text=step.text, disposition=step.disposition, confirmed=CONFIRMED
    )


def _review(stage: Stage, step: verbs.Review) -> None:
    decide = partial(conclude.pass_reply, confirmed=CONFIRMED) if step.passed else conclude.return_reply
    decide(stage.scope, stage.serial_no(step), stage.by_reviewer(step), remark=step.text)


def _follow_up(stage: Stage, step: verbs.FollowUp) -> None:
    order = stage.by_desk(step)
    conclude.follow_up(stage.scope, stage.serial_no(step), order, outcome=step.outcome, remark=step.text)


def _rate(stage: Stage, step: verbs.Rate) -> None:
    conclude.rate(
        stage.scope,
        stage.serial_no(step),
        Order(RESIDENT, step.at),
        resolved=step.resolved,
        satisfaction=step.satisfaction,
        comment=step.text,
    )


def _redo(stage: Stage, step: verbs.Redo) -> None:
    order = stage.by_desk(step)
    conclude.redo(stage.scope, stage.serial_no(step), order, reason=step.text, same_unit=step.same_unit)


def _void(stage: Stage, step: verbs.Void) -> None:
    scope, serial_no = stage.scope, stage.serial_no(step)
    if stage.ticket(step.ticket).state in WITH_UNIT:
        asking = Order(stage.cast.at_desk(stage.cast.second_operator), step.at)
        void.propose_void(scope, serial_no, asking, reason=step.reason)
    void.void(scope, serial_no, stage.by_desk(step), reason=step.reason)


_DEEDS: Mapping[type[Step], Callable[[Stage, Step], None]] = cast(
    Mapping[type[Step], Callable[[Stage, Step], None]],
    {
        verbs.Classify: _classify,
        verbs.Attach: _attach,
        verbs.Split: _split,
        verbs.Dispatch: _dispatch,
        verbs.Redirect: _redirect,
        verbs.Answer: _answer,
        verbs.Sign: _sign,
        verbs.Return: _return,
        verbs.Extend: _extend,
        verbs.Pause: _pause,
        verbs.Decide: _decide,
        verbs.Resume: _resume,
        verbs.OnSite: _on_site,
        verbs.ContactResident: _contact,
        verbs.Note: _note,
        verbs.Verify: _verify,
        verbs.Enforce: _enforce,
        verbs.BringIn: _bring_in,
        verbs.Meet: _meet,
        verbs.Check: _check,
        verbs.Later: _later,
        verbs.Fulfil: _fulfil,
        verbs.MakePolicy: _make_policy,
        verbs.HandOn: _hand_on,
        verbs.Contribute: _contribute,
        verbs.Waive: _waive,
        verbs.Consult: _consult,
        verbs.Opinion: _opinion,
        verbs.Designate: _designate,
        verbs.Instruct: _instruct,
        verbs.ReportInstruction: _report_instruction,
        verbs.SendLetter: _send_letter,
        verbs.Reply: _reply,
        verbs.Review: _review,
        verbs.FollowUp: _follow_up,
        verbs.Rate: _rate,
        verbs.Redo: _redo,
        verbs.Void: _void,
    },
)
