"""The life of an assignment 承办任务: its states and the one table of moves between them."""

from enum import StrEnum


class AssignmentState(StrEnum):
    """Where one unit stands with its work. `watching` is the only state of a unit that merely looks on 知会."""

    PENDING_SIGN = "pending_sign"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    DONE = "done"
    RETURN_PENDING = "return_pending"
    RETURNED = "returned"
    RECALLED = "recalled"
    WAIVED = "waived"
    SUPERSEDED = "superseded"
    WATCHING = "watching"


ASSIGNMENT_LABELS = {
    AssignmentState.PENDING_SIGN: "待签收",
    AssignmentState.SIGNED: "办理中",
    AssignmentState.SUBMITTED: "已提交",
    AssignmentState.DONE: "已办结",
    AssignmentState.RETURN_PENDING: "退单待定",
    AssignmentState.RETURNED: "已退单",
    AssignmentState.RECALLED: "已收回",
    AssignmentState.WAIVED: "免予办理",
    AssignmentState.SUPERSEDED: "已被重新派单取代",
    AssignmentState.WATCHING: "知会",
}
ACTIVE = (
    AssignmentState.PENDING_SIGN,
    AssignmentState.SIGNED,
    AssignmentState.RETURN_PENDING,
    AssignmentState.SUBMITTED,
)
"""States in which a unit still has the ticket in hand."""
ASSIGNMENT_MOVES: dict[AssignmentState, tuple[AssignmentState, ...]] = {
    AssignmentState.PENDING_SIGN: (
        AssignmentState.SIGNED,
        AssignmentState.RETURN_PENDING,
        AssignmentState.RECALLED,
        AssignmentState.WAIVED,
        AssignmentState.SUPERSEDED,
    ),
    AssignmentState.SIGNED: (
        AssignmentState.SUBMITTED,
        AssignmentState.RETURN_PENDING,
        AssignmentState.RECALLED,
        AssignmentState.WAIVED,
        AssignmentState.SUPERSEDED,
    ),
    AssignmentState.SUBMITTED: (AssignmentState.SIGNED, AssignmentState.DONE, AssignmentState.RECALLED),
    AssignmentState.RETURN_PENDING: (
        AssignmentState.RETURNED,
        AssignmentState.PENDING_SIGN,
        AssignmentState.SIGNED,
        AssignmentState.RECALLED,
        AssignmentState.SUPERSEDED,
    ),
    AssignmentState.DONE: (),
    AssignmentState.RETURNED: (),
    AssignmentState.RECALLED: (),
    AssignmentState.WAIVED: (),
    AssignmentState.SUPERSEDED: (),
    AssignmentState.WATCHING: (),
}
"""From each state the states that may follow. A denied return leads back to where the unit stood; a returned reply to
the unit's work. A redo makes a new assignment."""
