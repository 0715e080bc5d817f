"""Where commands belong: from which states each one is usually given."""

from random import Random

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
    "act_first": WAITING_FOR_DISPATCH,
    "decide_consultation": (*WAITING_FOR_DISPATCH, *WITH_UNIT, *CONCLUDED),
    "detach": (State.ATTACHED,),
    "redirect": WITH_UNIT,
    "sign": WITH_UNIT,
    "contact": WITH_UNIT,
    "arrive": WITH_UNIT,
    "contribute": WITH_UNIT,
    "hand_to": WITH_UNIT,
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
    "clear": WAITING_FOR_DISPATCH,
    "correct_and_clear": WAITING_FOR_DISPATCH,
    "return_for_rewriting": WAITING_FOR_DISPATCH,
    "rewrite": WAITING_FOR_DISPATCH,
    "bring_in": WITH_UNIT,
    "add_unit": WITH_UNIT,
    "verify": WITH_UNIT,
    "read_answer": (*CONCLUDED, State.ARCHIVED),
    "track": CONCLUDED,
    "look_again": CONCLUDED,
    "prepare_disclosure": (*CONCLUDED, State.ARCHIVED),
    "publish_disclosure": (*CONCLUDED, State.ARCHIVED),
    "publish_in_time": (*CONCLUDED, State.ARCHIVED),
    "send_back": WAITING_FOR_DISPATCH,
    "transfer_out": OPEN,
    "propose_void": OPEN,
    "void": OPEN,
    "withdraw": OPEN,
}
"""A command that is not named here belongs anywhere."""
NEXT = {
    State.REGISTERED: "accept_registered",
    State.PENDING_ACCEPT: "accept_registered",
    State.ACCEPTED: "dispatch",
    State.TO_DISPATCH: "dispatch",
    State.DISPATCHED: "sign",
    State.IN_PROGRESS: "reply",
    State.SUBMITTED: "pass_reply",
    State.CONCLUDED: "follow_up",
    State.FOLLOWING_UP: "rate",
    State.EVALUATED: "redo",
    State.ARCHIVED: "ask_review",
}
ENDING = ("transfer_out", "propose_void", "void", "withdraw", "archive", "reject", "send_back")
"""Commands that end a life early."""


def places_of(state: str, commands: list[str]) -> list[str]:
    """Return the commands that are not out of place in this state."""
    return [name for name in commands if name not in PLACES or state in PLACES[name]]


def moving(state: str, rng: Random) -> list[str]:
    """Return commands that belong in this state and not anywhere: often just the next one of an ordinary walk."""
    if state in NEXT and rng.random() < 0.35:
        return [NEXT[State(state)]]
    here = [name for name, places in PLACES.items() if state in places]
    return [name for name in here if name not in ENDING or rng.random() < 0.1] or here or ["remark"]
