"""What can be done with a ticket in a life: each step by the hands that may do it, refused when it is not its time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.escalation.models import Instruction
from core.evaluation.models import Dispute
from core.journey import conclude, desk, explain, findings, give_back, handle, join, judge, press, screening
from core.journey.accept import accept_registered, reject
from core.journey.archive import archive
from core.journey.attempts import keep_return_attempt
from core.journey.give_back import ReturnWindowOver
from core.journey.queries.overruns import overruns_of
from core.journey.time import decide_extension, request_extension
from core.journey.void import propose_void, void
from core.journey.withdraw import withdraw
from core.kit.errors import Refused
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import WAITING_FOR_DISPATCH, WITH_UNIT, State
from core.tickets.timeline import RESIDENT, SYSTEM, Actor, Order
from core.units.queries import directory
from tests.builders import CLERK_ID, OPERATOR, REVIEWER, SUPERVISOR, make_actor

COLLEAGUE = make_actor("坐席戊", "operator", id=12)
UNITS = ("roads", "parks")


def clerk_of(scope: Scope, code: str) -> Actor:
    return make_actor("经办人丙", "clerk", id=CLERK_ID, unit_id=directory(scope).get_unit(code).id)


def lead_clerk(scope: Scope, serial_no: str) -> Actor:
    """Return a clerk of the unit that has the ticket, of the road unit when none has."""
    lead = ticket_of(scope, serial_no).lead_unit_id
    return make_actor("经办人丙", "clerk", id=CLERK_ID, unit_id=lead) if lead else clerk_of(scope, "roads")


def ticket_of(scope: Scope, serial_no: str) -> Ticket:
    return scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()


def _ask_back(scope: Scope, no: str, now: datetime) -> None:
    other = "parks" if ticket_of(scope, no).lead_unit_id == directory(scope).get_unit("roads").id else "roads"
    asked = {"reason_code": "not_duty", "evidence": "不属本单位职责", "proposed_unit": other}
    give_back.request_return(scope, no, Order(lead_clerk(scope, no), now), **asked)


def _give_back(scope: Scope, no: str, now: datetime) -> None:
    _ask_back(scope, no, now)
    give_back.approve_return(scope, no, Order(OPERATOR, now))


def _ask_in_vain(scope: Scope, no: str, now: datetime) -> None:
    _ask_back(scope, no, now)
    give_back.deny_return(scope, no, Order(OPERATOR, now), reason="属该单位职责")


def _extend(scope: Scope, no: str, now: datetime) -> None:
    request_extension(scope, no, Order(lead_clerk(scope, no), now), days=2, reason="材料未到")
    decide_extension(scope, no, Order(REVIEWER, now), approved=True)


def _void(scope: Scope, no: str, now: datetime) -> None:
    propose_void(scope, no, Order(COLLEAGUE, now), reason="误登记")
    void(scope, no, Order(OPERATOR, now), reason="误登记")


def _attach(scope: Scope, no: str, now: datetime) -> None:
    in_hand = Ticket.state.in_((*WAITING_FOR_DISPATCH, *WITH_UNIT))
    others = select(Ticket.serial_no).where(Ticket.serial_no != no, in_hand).order_by(Ticket.id)
    join.attach(scope, no, Order(OPERATOR, now), master=scope.session.scalars(others).first() or no)


def _adjudicate(kind: str, *, shifts: bool = False) -> Callable[[Scope, str, datetime], None]:
    """Return the step in which a unit objects, and it is decided in its favour, at the other's expense if it shifts."""

    def step(scope: Scope, no: str, now: datetime) -> None:
        _file(scope, no, now, kind=kind)
        scope.session.flush()
        dispute = scope.session.scalars(
            select(Dispute).where(Dispute.ticket_id == ticket_of(scope, no).id, Dispute.state == "open")
        ).one()
        other = next(code for code in UNITS if directory(scope).get_unit(code).id != dispute.unit_id)
        unit = other if shifts else None
        judge.decide_dispute(
            scope, no, Order(SUPERVISOR, now), dispute_id=dispute.id, upheld=True, finding="属实", unit=unit
        )

    return step


def _file(scope: Scope, no: str, now: datetime, *, kind: str) -> None:
    """Have one of the units object, whichever it concerns."""
    for code in UNITS:
        try:
            judge.file_dispute(scope, no, Order(clerk_of(scope, code), now), kind=kind, grounds="不服")
        except Refused:
            if code == UNITS[-1]:
                raise
        else:
            return


def _report_instruction(scope: Scope, no: str, now: datetime) -> None:
    newest = (
        select(Instruction.id).where(Instruction.ticket_id == ticket_of(scope, no).id).order_by(Instruction.id.desc())
    )
    press.report_instruction(
        scope,
        no,
        Order(lead_clerk(scope, no), now),
        instruction_id=scope.session.scalars(newest).first() or 0,
        text="已办",
    )


def _missed(scope: Scope, no: str) -> int:
    """Return the newest limit that was missed, none of its own where none was."""
    missed = overruns_of(scope, ticket_of(scope, no))
    return missed[-1].id if missed else 0


def _state_overdue(scope: Scope, no: str, now: datetime) -> None:
    explain.state_overdue_cause(
        scope, no, Order(lead_clerk(scope, no), now), clock_id=_missed(scope, no), cause="technical", evidence="缺设备"
    )


def _find_overdue(scope: Scope, no: str, now: datetime) -> None:
    explain.find_overdue_cause(
        scope, no, Order(SUPERVISOR, now), clock_id=_missed(scope, no), cause="planning", finding="管网未建"
    )


def _reopen(scope: Scope, no: str, now: datetime) -> None:
    if ticket_of(scope, no).state == State.ARCHIVED:
        judge.ask_review(scope, no, Order(RESIDENT, now), grounds="没有修好")
        scope.session.flush()
        dispute_id = scope.session.scalars(
            select(Dispute.id)
            .where(Dispute.ticket_id == ticket_of(scope, no).id, Dispute.kind == "review")
            .order_by(Dispute.id.desc())
        ).first()
        assert dispute_id is not None
        judge.decide_dispute(
            scope, no, Order(SUPERVISOR, now), dispute_id=dispute_id, upheld=True, finding="现场确未修好"
        )
    judge.reopen(scope, no, Order(SUPERVISOR, now), reason="复核属实")


def return_in_vain(scope: Scope, no: str, now: datetime) -> None:
    """Keep an attempt of the lead unit to give the ticket back that was refused."""
    keep_return_attempt(scope, ReturnWindowOver("期限已过"), actor=lead_clerk(scope, no), serial_no=no, now=now)


STEPS: dict[str, Callable[[Scope, str, datetime], Any]] = {
    "accept": lambda scope, no, now: accept_registered(scope, no, Order(OPERATOR, now)),
    "return in vain": return_in_vain,
    "reject": lambda scope, no, now: reject(scope, no, Order(OPERATOR, now), reason_code="outside"),
    "dispatch": lambda scope, no, now: desk.dispatch(scope, no, Order(OPERATOR, now), lead="roads", reason="核实"),
    "dispatch elsewhere": lambda scope, no, now: desk.dispatch(
        scope, no, Order(OPERATOR, now), lead="parks", reason="核实"
    ),
    "redirect": lambda scope, no, now: desk.redirect(scope, no, Order(OPERATOR, now), lead="parks", reason="派错"),
    "answer": lambda scope, no, now: desk.answer_directly(scope, no, Order(OPERATOR, now), text="请致电路政热线"),
    "correct": lambda scope, no, now: desk.correct(
        scope, no, Order(OPERATOR, now), nature="complaint", matter="lamp", complexity="simple"
    ),
    "void": _void,
    "withdraw": lambda scope, no, now: withdraw(scope, no, Order(RESIDENT, now), reason_code="solved"),
    "attach": _attach,
    "detach": lambda scope, no, now: join.detach(scope, no, Order(OPERATOR, now), reason="不是一回事"),
    "split": lambda scope, no, now: join.split(
        scope, no, Order(OPERATOR, now), texts=["路灯不亮", "道路坑洼"], matters=["lamp", "road"]
    ),
    "sign": lambda scope, no, now: handle.sign(scope, no, Order(lead_clerk(scope, no), now)),
    "give back": _give_back,
    "ask in vain": _ask_in_vain,
    "extend": _extend,
    "reply": lambda scope, no, now: handle.reply(
        scope, no, Order(lead_clerk(scope, no), now), text="已修补", disposition="resolved"
    ),
    "verify": lambda scope, no, now: findings.verify(
        scope, no, Order(lead_clerk(scope, no), now), result="partly", found="部分属实"
    ),
    "verify again": lambda scope, no, now: findings.verify(
        scope, no, Order(lead_clerk(scope, no), now), result="true", found="属实", on_site=True
    ),
    "fine": lambda scope, no, now: findings.record_enforcement(
        scope, no, Order(lead_clerk(scope, no), now), measure="fine", words="未按要求整改", amount=500
    ),
    "return reply": lambda scope, no, now: conclude.return_reply(scope, no, Order(REVIEWER, now), remark="请附照片"),
    "pass reply": lambda scope, no, now: conclude.pass_reply(scope, no, Order(REVIEWER, now)),
    "rate well": lambda scope, no, now: conclude.rate(
        scope, no, Order(RESIDENT, now), resolved="yes", satisfaction="basically"
    ),
    "rate badly": lambda scope, no, now: conclude.rate(
        scope, no, Order(RESIDENT, now), resolved="no", satisfaction="dissatisfied"
    ),
    "rate badly with cause": lambda scope, no, now: conclude.rate(
        scope, no, Order(RESIDENT, now), resolved="no", satisfaction="dissatisfied", cause="attitude"
    ),
    "ask cause": lambda scope, no, now: explain.ask_cause(scope, no, Order(OPERATOR, now), cause="policy"),
    "state overdue": _state_overdue,
    "find overdue": _find_overdue,
    "redo": lambda scope, no, now: conclude.redo(scope, no, Order(OPERATOR, now), reason="又坏了"),
    "redo there": lambda scope, no, now: conclude.redo(
        scope, no, Order(OPERATOR, now), reason="又坏了", same_unit=True
    ),
    "instruct": lambda scope, no, now: press.instruct(
        scope, no, Order(SUPERVISOR, now), leader="副市长庚", level="city", text="抓紧解决"
    ),
    "report instruction": _report_instruction,
    "exclude rating": _adjudicate("rating"),
    "shift rating": _adjudicate("rating", shifts=True),
    "exclude overdue": _adjudicate("overdue"),
    "shift overdue": _adjudicate("overdue", shifts=True),
    "shift responsibility": _adjudicate("responsibility", shifts=True),
    "doubt": lambda scope, no, now: screening.doubt(
        scope, no, Order(COLLEAGUE, now), reason_code="advertisement", remark="推销房产"
    ),
    "set aside": lambda scope, no, now: screening.set_aside(scope, no, Order(OPERATOR, now)),
    "keep valid": lambda scope, no, now: screening.keep_valid(scope, no, Order(OPERATOR, now), remark="有诉求"),
    "put back": lambda scope, no, now: screening.put_back(scope, no, Order(OPERATOR, now), reason="来电说明"),
    "ask back": lambda scope, no, now: conclude.follow_up(scope, no, Order(OPERATOR, now), outcome="reached"),
    "archive": lambda scope, no, now: archive(scope, no, Order(SYSTEM, now)),
    "reopen": _reopen,
}
