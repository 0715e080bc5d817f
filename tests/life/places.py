"""Where commands belong: from which states each one is usually given."""

from core.tickets.states import CONCLUDED, OPEN, WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH, WITH_UNIT, State

PLACES: dict[str, tuple[State, ...]] = {
    "submit_for_acceptance": (State.REGISTERED,),
    "accept_registered": WAITING_FOR_ACCEPTANCE,
    "reject": WAITING_FOR_ACCEPTANCE,
    "dispatch": WAITING_FOR_DISPATCH,
    "answer_directly": WAITING_FOR_DISPATCH,
    "correct": WAITING_FOR_DISPATCH,
    "attach": WAITING_FOR_DISPATCH,
    "split": WAITING_FOR_DISPATCH,
    "open_consultation": WAITING_FOR_DISPATCH,
    "give_opinion": WAITING_FOR_DISPATCH,
    "refer_upward": WAITING_FOR_DISPATCH,
    "decide_consultation": WAITING_FOR_DISPATCH,
    "detach": (State.ATTACHED,),
    "redirect": WITH_UNIT,
    "sign": WITH_UNIT,
    "contact": WITH_UNIT,
    "arrive": WITH_UNIT,
    "contribute": WITH_UNIT,
    "waive": WITH_UNIT,
    "request_return": WITH_UNIT,
    "withdraw_return": WITH_UNIT,
    "approve_return": WITH_UNIT,
    "deny_return": WITH_UNIT,
    "request_extension": WITH_UNIT,
    "decide_extension": WITH_UNIT,
    "request_pause": WITH_UNIT,
    "decide_pause": WITH_UNIT,
    "resume": WITH_UNIT,
    "sub_dispatch": (State.IN_PROGRESS,),
    "reply": (State.IN_PROGRESS,),
    "pass_reply": (State.SUBMITTED,),
    "return_reply": (State.SUBMITTED,),
    "follow_up": CONCLUDED,
    "rate": CONCLUDED,
    "redo": CONCLUDED,
    "report_progress": CONCLUDED,
    "ask_review": (*CONCLUDED, State.ARCHIVED),
    "archive": (*CONCLUDED, State.REJECTED),
    "reopen": (State.ARCHIVED,),
    "transfer_out": OPEN,
    "propose_void": OPEN,
    "void": OPEN,
}
"""A command that is not named here belongs anywhere."""


def places_of(state: str, commands: list[str]) -> list[str]:
    """Return the commands that are not out of place in this state."""
    return [name for name in commands if name not in PLACES or state in PLACES[name]]
