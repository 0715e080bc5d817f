"""Which command a timeline entry tells of, by the name under which features are asked about it."""

from collections.abc import Mapping

from core.journey.dry_run.past import Entry
from core.journey.guarding import UNGUARDED
from core.journey.refer import SENDER
from core.tickets.states import MOVES, NOTE_LABELS, Command

MOVING: Mapping[str, str] = {
    Command.SUBMIT_REVIEW: "submit_for_acceptance",
    Command.ACCEPT: "accept_registered",
    Command.REJECT: "reject",
    Command.ANSWER_DIRECTLY: "answer_directly",
    Command.ATTACH: "attach",
    Command.DETACH: "detach",
    Command.SPLIT: "split",
    Command.DISPATCH: "dispatch",
    Command.SIGN: "sign",
    Command.RETURN: "approve_return",
    Command.REDIRECT: "redirect",
    Command.SUB_DISPATCH: "sub_dispatch",
    Command.SUBMIT_RESULT: "reply",
    Command.AUDIT_RETURN: "return_reply",
    Command.AUDIT_PASS: "pass_reply",
    Command.FOLLOW_UP: "follow_up",
    Command.REDO: "redo",
    Command.TRANSFER_OUT: "transfer_out",
    Command.ARCHIVE: "archive",
    Command.VOID: "void",
    Command.SET_ASIDE: "set_aside",
    Command.PUT_BACK: "put_back",
    Command.REOPEN: "reopen",
}
"""Commands that move the ticket. Rating and withdrawing are the resident's, against whom no rule stands."""
NOTED: Mapping[str, str] = {
    "return_request": "request_return",
    "co_sign": "sign",
    "contact": "contact",
    "on_site": "arrive",
    "contribute": "contribute",
    "waive": "waive",
    "void_proposed": "propose_void",
    "screening": "doubt",
    "progress": "report_progress",
    "second": "pass_reply",
    "follow_up_attempt": "follow_up",
    "case": "hold_to_account",
}
"""Commands that leave the ticket where it is, told by one entry each."""
BY_CONSULTATION = {"consultation": "decide_consultation", "acting-first": "act_first"}
"""Commands of a consultation that move the ticket, by what the entry says decided."""


def command_of(entry: Entry, *, was_registered: bool) -> str | None:
    """Return the command of a person that an entry tells of; None where time or a rule acted, or no rule is asked.

    `was_registered`: the ticket waited for its acceptance, which then was a command of its own.
    """
    if entry.actor_kind in UNGUARDED:
        return None
    detail = entry.detail
    match entry.kind:
        case Command.ACCEPT if not was_registered:
            return None
        case Command.AUDIT_PASS | Command.ANSWER_DIRECTLY | Command.TRANSFER_OUT if "master" in detail:
            return None  # answered with its master
        case Command.TRANSFER_OUT if detail.get("destination") == SENDER:
            return "send_back"
        case Command.DISPATCH | Command.REDIRECT if detail.get("rule_id") in BY_CONSULTATION:
            return BY_CONSULTATION[detail["rule_id"]]
        case "extension" if detail.get("state") in ("pending", "approved", "denied"):
            return "request_extension" if detail["state"] == "pending" else "decide_extension"
        case "pause" if detail.get("state") in ("pending", "holding", "denied"):
            return "request_pause" if detail["state"] == "pending" else "decide_pause"
        case "brought_in":
            return "bring_in" if detail["asked_by"] == "lead" else "add_unit"
        case "instruction":
            return "instruct" if "level" in detail else "report_instruction"
    return MOVING.get(entry.kind) or NOTED.get(entry.kind)


def label_of(entry: Entry) -> str:
    """Return what the house calls that which an entry tells of."""
    return MOVES[Command(entry.kind)].label if entry.kind in MOVES else NOTE_LABELS[entry.kind]
