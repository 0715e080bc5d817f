"""The life of a ticket: its states and the one table of moves that code, manual and pages read."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands. Pausing, extension, supervision and the like are records of their own, not states."""

    REGISTERED = "registered"
    PENDING_ACCEPT = "pending_accept"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ATTACHED = "attached"
    TO_DISPATCH = "to_dispatch"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CONCLUDED = "concluded"
    FOLLOWING_UP = "following_up"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    VOIDED = "voided"


STATE_LABELS = {
    State.REGISTERED: "已登记",
    State.PENDING_ACCEPT: "待受理审核",
    State.ACCEPTED: "已受理",
    State.REJECTED: "不予受理",
    State.ATTACHED: "已并单",
    State.TO_DISPATCH: "待派单",
    State.DISPATCHED: "待签收",
    State.IN_PROGRESS: "办理中",
    State.SUBMITTED: "待审核",
    State.CONCLUDED: "已办结",
    State.FOLLOWING_UP: "回访中",
    State.EVALUATED: "已评价",
    State.ARCHIVED: "已归档",
    State.VOIDED: "作废",
}

WAITING_FOR_DISPATCH = (State.ACCEPTED, State.TO_DISPATCH)
WITH_UNIT = (State.DISPATCHED, State.IN_PROGRESS)
OPEN = (State.REGISTERED, State.PENDING_ACCEPT, *WAITING_FOR_DISPATCH, *WITH_UNIT, State.SUBMITTED)
"""States in which the resident still waits for an answer."""
ANSWERED = (State.CONCLUDED, State.FOLLOWING_UP, State.EVALUATED, State.ARCHIVED)


class Command(StrEnum):
    """What can be done that changes a ticket's state."""

    REGISTER = "register"
    ACCEPT = "accept"
    ANSWER_DIRECTLY = "answer_directly"
    DISPATCH = "dispatch"
    SIGN = "sign"
    RETURN = "return"
    SUBMIT_RESULT = "submit_result"
    AUDIT_RETURN = "audit_return"
    AUDIT_PASS = "audit_pass"  # noqa: S105 -- the reviewer's pass, not a password
    FOLLOW_UP = "follow_up"
    EVALUATE = "evaluate"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted change of state. `sources` empty = the ticket does not exist yet."""

    command: Command
    label: str
    sources: tuple[State, ...]
    target: State


MOVES: dict[Command, Move] = {
    move.command: move
    for move in (
        Move(Command.REGISTER, "登记", (), State.REGISTERED),
        Move(Command.ACCEPT, "受理", (State.REGISTERED, State.PENDING_ACCEPT), State.ACCEPTED),
        Move(Command.ANSWER_DIRECTLY, "直接答复", WAITING_FOR_DISPATCH, State.CONCLUDED),
        Move(Command.DISPATCH, "派单", WAITING_FOR_DISPATCH, State.DISPATCHED),
        Move(Command.SIGN, "签收", (State.DISPATCHED,), State.IN_PROGRESS),
        Move(Command.RETURN, "退单", WITH_UNIT, State.TO_DISPATCH),
        Move(Command.SUBMIT_RESULT, "提交办结", (State.IN_PROGRESS,), State.SUBMITTED),
        Move(Command.AUDIT_RETURN, "审核退回", (State.SUBMITTED,), State.IN_PROGRESS),
        Move(Command.AUDIT_PASS, "审核通过", (State.SUBMITTED,), State.CONCLUDED),
        Move(Command.FOLLOW_UP, "回访", (State.CONCLUDED,), State.FOLLOWING_UP),
        Move(Command.EVALUATE, "评价", (State.CONCLUDED, State.FOLLOWING_UP), State.EVALUATED),
        Move(Command.REDO, "重办", (State.CONCLUDED, State.FOLLOWING_UP, State.EVALUATED), State.TO_DISPATCH),
    )
}

NOTE_LABELS = {
    "note": "办理记录",
    "on_site": "到场",
    "classify": "分类",
    "watch": "知会",
    "clock_started": "开始计时",
    "clock_stopped": "停止计时",
    "clock_mark": "时限提示",
    "escalate": "督促",
    "follow_up_attempt": "回访未接通",
}
"""Timeline entries that tell of something without changing the state."""
