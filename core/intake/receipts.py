"""The receipt 受理回执: what the resident is told when their appeal came in."""

import re
from datetime import datetime

from core.hooks import specs
from core.kit.blanks import filled
from core.tenancy.scope import Scope
from core.tickets.failing import note_failures
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_ACCEPTANCE
from core.tickets.views import view_of

CUSTOMARY = "{tenant}已{taken_in}您的诉求，受理流水号 {serial_no}，提取码 {access_code}。凭这两样可以查询办理进度。"
TAKEN_IN = ("登记", "受理")
"""Waiting to be accepted, and accepted."""

_CLAUSE = re.compile(r"([^，；。！？\n]*)([，；。！？\n]?)")


def receipt_of(scope: Scope, ticket: Ticket, *, now: datetime | None = None) -> str:
    """Return the receipt with its names still to be filled in: the first feature's that has one, else the core's.

    With `now`, when the ticket is taken in, a failure is noted on it.
    """
    answers = scope.hooks.ask(specs.receipt, ticket=view_of(scope, ticket))
    if now is not None:
        note_failures(scope, ticket, answers.failures, instead="回执改用通用的文字", now=now)
    if answers.first is not None:
        return answers.first.text
    return CUSTOMARY.replace("{taken_in}", TAKEN_IN[ticket.state not in WAITING_FOR_ACCEPTANCE])


def in_words(text: str, *, serial_no: str, access_code: str, tenant: str) -> str:
    """Return the receipt with its names filled in."""
    return filled(text, {"serial_no": serial_no, "access_code": access_code, "tenant": tenant})


def beside_numbers(text: str, *, serial_no: str, access_code: str, tenant: str) -> str:
    """Return what a filled-in receipt says besides number and code, for where both stand already.

    Clauses with either are left out. Of the core's own words nothing is left: such a page says the same by itself.
    """
    names = {"serial_no": serial_no, "access_code": access_code, "tenant": tenant}
    if any(text == filled(CUSTOMARY.replace("{taken_in}", word), names) for word in TAKEN_IN):
        return ""
    kept = ""
    for clause, mark in _CLAUSE.findall(text):
        if serial_no not in clause and access_code not in clause:
            kept += clause + mark
        elif mark not in "，；" and kept[-1:] in ("，", "；"):
            kept = kept[:-1] + mark
    return kept.rstrip("，；").strip()
