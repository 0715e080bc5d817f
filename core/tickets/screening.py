"""How a ticket stands before the screening 初筛: words of the column `screened`, and from which states it is screened."""

from core.tickets.states import WAITING_FOR_ACCEPTANCE, WAITING_FOR_DISPATCH

DOUBTED, INVALID = "doubted", "invalid"
"""One person doubts that it is an appeal; two have found that it is none. Empty = nobody doubts it."""
SCREENABLE = (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH)
"""Before a unit has it: afterwards it is voided 作废 by two."""
