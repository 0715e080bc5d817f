"""What can be done with many tickets at once: the same commands as with one, and for which tickets they make no sense.

Every deed is a command of the house, done with each ticket for itself. The table says besides how its arguments are
completed for a ticket, and what can be told beforehand about tickets with which it cannot be done.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, false

from core.intake.clearances.models import OPEN as WAITING
from core.intake.clearances.models import Clearance
from core.journey import desk, handle, persons, press
from core.journey.command import Carried
from core.kit.saying import said
from core.routing.models import Assignment, Consultation
from core.routing.states import AssignmentState
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import MOVES, WAITING_FOR_DISPATCH, Command, State
from core.tickets.timeline import Actor
from core.units.queries import directory

Arguments = Mapping[str, Any]
Complete = Callable[[Scope, Ticket, Arguments], dict[str, Any]]
Test = Callable[[Scope, Arguments, Actor], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps a deed from being done with a ticket, as far as the ticket's row tells: a code, words, the condition."""

    code: str
    words: str
    test: Test


def as_given(_scope: Scope, _ticket: Ticket, given: Arguments) -> dict[str, Any]:
    """Do the same with each."""
    return dict(given)


@dataclass(frozen=True, eq=False, kw_only=True)
class BulkDeed:
    """A command on many tickets. `is_held`: it leaves the house, and can be taken back whole for some seconds."""

    name: str
    label: str
    command: Carried[Any]
    hindrances: tuple[Hindrance, ...] = ()
    complete: Complete = as_given
    is_held: bool = False


def _standing_elsewhere(states: Collection[State]) -> Hindrance:
    return Hindrance("state", said("现在的状态不能这样办"), lambda *_: Ticket.state.not_in(tuple(states)))


def _has(table: type[Consultation] | type[Clearance], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.tenant_id == Ticket.tenant_id, table.ticket_id == Ticket.id, condition)


def _share(state: AssignmentState | None = None) -> Test:
    """The unit has no share in that state."""

    def test(_scope: Scope, _given: Arguments, actor: Actor) -> ColumnElement[bool]:
        conditions = [
            Assignment.tenant_id == Ticket.tenant_id,
            Assignment.ticket_id == Ticket.id,
            Assignment.unit_id == actor.unit_id,
            Assignment.ended_at.is_(None),
            Assignment.role != "info",
        ]
        if state is not None:
            conditions.append(Assignment.state == state)
        return ~exists().where(*conditions)

    return test


def _goes_elsewhere(scope: Scope, given: Arguments, _actor: Actor) -> ColumnElement[bool]:
    """Another unit is suggested, and no reason is given."""
    if str(given.get("reason", "")).strip():
        return false()
    unit = directory(scope).find_unit(str(given["lead"]))
    return Ticket.suggested_unit_id != (unit.id if unit else 0)


def _suggested(scope: Scope, ticket: Ticket, given: Arguments) -> dict[str, Any]:
    unit = directory(scope).unit_of_id(ticket.suggested_unit_id) if ticket.suggested_unit_id else None
    return {**given, "lead": unit.code if unit else ""}


def _as_it_is(_scope: Scope, ticket: Ticket, given: Arguments) -> dict[str, Any]:
    return {"nature": ticket.nature, "complexity": ticket.complexity, **given}


WAITS_FOR_DISPATCH = _standing_elsewhere(WAITING_FOR_DISPATCH)
CONSULTING = Hindrance(
    "consulting", said("正在会商，先不派单"), lambda *_: _has(Consultation, Consultation.state == "open")
)
UNCLEARED = Hindrance("uncleared", said("电话工单还没有审定"), lambda *_: _has(Clearance, Clearance.state.in_(WAITING)))
CLOSED = (State.ARCHIVED, State.VOIDED)
DEEDS: dict[str, BulkDeed] = {
    deed.name: deed
    for deed in (
        BulkDeed(
            name="dispatch-suggested",
            label=said("按建议派单"),
            command=desk.dispatch,
            hindrances=(
                WAITS_FOR_DISPATCH,
                CONSULTING,
                UNCLEARED,
                Hindrance(
                    "no-suggestion",
                    said("没有建议的承办单位，要逐件判定"),
                    lambda *_: Ticket.suggested_unit_id.is_(None),
                ),
            ),
            complete=_suggested,
            is_held=True,
        ),
        BulkDeed(
            name="dispatch-to",
            label=said("派给同一单位"),
            command=desk.dispatch,
            hindrances=(
                WAITS_FOR_DISPATCH,
                CONSULTING,
                UNCLEARED,
                Hindrance("override", said("建议派给别的单位，改派要写明理由"), _goes_elsewhere),
            ),
            is_held=True,
        ),
        BulkDeed(
            name="correct-matter",
            label=said("更正事项"),
            command=desk.correct,
            hindrances=(
                WAITS_FOR_DISPATCH,
                Hindrance(
                    "same",
                    said("已是这个事项"),
                    lambda _scope, given, _actor: (Ticket.matter == given["matter"]) & Ticket.matter_guessed.is_(False),
                ),
            ),
            complete=_as_it_is,
        ),
        BulkDeed(
            name="raise-urgency",
            label=said("升为紧急"),
            command=desk.change_urgency,
            hindrances=(
                _standing_elsewhere(desk.CHANGEABLE),
                Hindrance("same", said("已是紧急"), lambda *_: Ticket.urgency == "urgent"),
            ),
            complete=lambda _scope, _ticket, given: {**given, "urgency": "urgent"},
        ),
        BulkDeed(
            name="lower-urgency",
            label=said("降为一般"),
            command=desk.change_urgency,
            hindrances=(
                _standing_elsewhere(desk.CHANGEABLE),
                Hindrance("same", said("已是一般"), lambda *_: Ticket.urgency == "normal"),
            ),
            complete=lambda _scope, _ticket, given: {**given, "urgency": "normal"},
        ),
        BulkDeed(
            name="send-letter",
            label=said("向承办单位发函"),
            command=press.send_letter,
            hindrances=(
                _standing_elsewhere(press.PRESSABLE),
                Hindrance("nobody", said("还没有承办单位"), lambda *_: Ticket.lead_unit_id.is_(None)),
            ),
        ),
        BulkDeed(
            name="remark",
            label=said("记一笔"),
            command=handle.remark,
            hindrances=(_standing_elsewhere([state for state in State if state not in CLOSED]),),
        ),
        BulkDeed(
            name="answer",
            label=said("同一答复直接办结"),
            command=desk.answer_directly,
            hindrances=(
                _standing_elsewhere(MOVES[Command.ANSWER_DIRECTLY].sources),
                UNCLEARED,
                Hindrance("attached", said("已并单，随主单一并答复"), lambda *_: Ticket.is_attached.is_(True)),
            ),
            is_held=True,
        ),
        BulkDeed(
            name="sign",
            label=said("签收"),
            command=handle.sign,
            hindrances=(Hindrance("not-to-sign", said("不在等本单位签收"), _share(AssignmentState.PENDING_SIGN)),),
        ),
        BulkDeed(
            name="hand-to",
            label=said("转给同事"),
            command=persons.hand_to,
            hindrances=(Hindrance("no-share", said("不在本单位手上"), _share()),),
        ),
        BulkDeed(
            name="note",
            label=said("记办理记录"),
            command=handle.note,
            hindrances=(Hindrance("no-share", said("不在本单位手上"), _share()),),
        ),
    )
}
"""Every deed on many tickets by its name."""
