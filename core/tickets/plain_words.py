"""Where an appeal stands, as it is told to who made it."""

from core.tickets.states import State

STANDS = {
    State.REGISTERED: "我们已经登记您的诉求，正在看能否受理。",
    State.PENDING_ACCEPT: "我们已经登记您的诉求，正在看能否受理。",
    State.ACCEPTED: "您的诉求已受理，正在确定由哪个单位办理。",
    State.REJECTED: "您的诉求没有受理，原因和办法见下面的办理经过。",
    State.ATTACHED: "您的诉求已受理，和同一事项的诉求一并办理，答复会一样送达。",
    State.TO_DISPATCH: "您的诉求已受理，正在确定由哪个单位办理。",
    State.DISPATCHED: "您的诉求已派给承办单位，等它签收。",
    State.IN_PROGRESS: "承办单位正在办理。",
    State.SUBMITTED: "承办单位已办理，答复正在审核。",
    State.CONCLUDED: "已经办结并答复，请评价。",
    State.FOLLOWING_UP: "已经办结并答复，请评价。",
    State.EVALUATED: "已经办结，您已评价。",
    State.ARCHIVED: "已经办结归档。",
    State.VOIDED: "这件诉求已作废，不再办理。",
}
"""Where an appeal stands, in plain words for who made it."""
WITHDRAWN = "您已经撤回这件诉求，不再办理。"
"""The same of what was withdrawn by who made it."""
