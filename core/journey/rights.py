"""Asking for what the law gives to whom data is about 本人信息申请: erasure and explanation, answered by staff within a time.

Erasing takes the person out of the tickets of the request alone and of nobody else's; what must not go yet is found here, told
and kept. What was done is in the security log, with numbers and counts and no data.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Literal

from sqlalchemy import func, select

from core.journey.erase import erase_beside_tickets, erase_contact
from core.journey.own_data import Holder, grounds_against, is_alone, own_tickets, subject_of
from core.journey.person import tickets_of_person
from core.kit.outbox import enqueue
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.residents.phones.codes import phone_hash
from core.residents.rights.keeping import ANSWER, PHONE, WORDS, number_of, seal, unseal
from core.residents.rights.models import RightsRequest
from core.residents.rights.rules import (
    GROUND_LABELS,
    KIND_LABELS,
    LONGEST_ANSWER,
    LONGEST_WORDS,
    STATE_LABELS,
    WORKING_DAYS,
    AnsweredAlready,
    AskedAlready,
    NoSuchRequest,
    NothingErasable,
    RequestUnusable,
)
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.contact import masked_phone
from core.tickets.models import Ticket
from core.tickets.sealing import name_hash
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor, Order
from core.workdays.queries import timetable

RIGHTS_ANSWER = "rights-answer"
"""Kind of the job that tells a resident that their request is answered."""
Decision = Literal["grant", "refuse"]
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class AskedTicket:
    """A ticket of a request, and why the person is not erased from it now."""

    serial_no: str
    title: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as people see it. `kept` are the tickets from which the person was not erased, with the grounds."""

    number: str
    kind: str
    state: str
    state_label: str
    asked_at: datetime
    due_on: date
    proven_by: str
    phone: str
    """Masked; empty = shown by the code of an appeal."""
    words: str
    tickets: tuple[str, ...]
    grounds: tuple[str, ...]
    answer: str
    answered_by: str
    answered_at: datetime | None
    erased: tuple[str, ...]
    kept: Mapping[str, Sequence[str]]
    named: int
    """Records that cannot be changed and name the person."""
    told: str

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been answered."""
        return self.answered_at is None and today > self.due_on


def ask(
    scope: Scope, holder: Holder, *, kind: str, words: str, form_id: str, address: str, now: datetime
) -> RequestLine:
    """Ask for something of the data about oneself; the same form twice is one request.

    Raises `RequestUnusable`, `AskedAlready`.
    """
    before = scope.session.scalar(
        select(RightsRequest).where(RightsRequest.tenant_id == scope.tenant.id, RightsRequest.form_id == form_id)
    )
    if before is not None:
        scope.session.vouch_for_earlier()
        return _line(scope, before)
    tickets = own_tickets(scope, holder, now=now)
    if kind not in KIND_LABELS:
        raise RequestUnusable("请选择要申请什么。")
    if not tickets and not is_alone(scope, holder, now=now):
        raise RequestUnusable("没有找到您的信息，没有可以申请的。请核对姓名，或用受理流水号和提取码打开。")
    if len(words) > LONGEST_WORDS:
        raise RequestUnusable(
            said(
                "说明有 {number} 个字，最多 {longest} 个字。请精简后再提交。", number=len(words), longest=LONGEST_WORDS
            )
        )
    if kind == "explain" and not words.strip():
        raise RequestUnusable("请写下想知道什么。")
    for each in requests_of(scope, holder, now=now):
        if each.kind == kind and each.answered_at is None:
            raise AskedAlready(
                said(
                    "同样的申请 {number} 还在办理，{due} 前答复，不用再提。",
                    number=each.number,
                    due=f"{each.due_on:%Y-%m-%d}",
                )
            )
    id_ = scope.new_id()
    request = RightsRequest(
        tenant_id=scope.tenant.id,
        id=id_,
        number=number_of(scope, id_, now),
        form_id=form_id,
        kind=kind,
        proven_by=holder.proven_by,
        phone=seal(scope, id_, PHONE, holder.phone),
        phone_hash=phone_hash(scope, holder.phone) if holder.phone else None,
        name_hash=name_hash(scope.keys, holder.name, tenant_id=scope.tenant.id) if holder.name else None,
        tickets=[each.serial_no for each in tickets],
        words=seal(scope, id_, WORDS, words.strip()),
        asked_at=now,
        due_on=timetable(scope).working_day_after(now.astimezone(scope.tenant.zone).date(), WORKING_DAYS),
    )
    scope.session.add(request)
    scope.session.flush()
    note_security(
        scope,
        "rights_asked",
        actor=holder.called,
        address=address,
        subject=request.number,
        detail={"kind": kind, "about": subject_of(scope, holder), "tickets": request.tickets},
        now=now,
    )
    return _line(scope, request)


def requests_of(scope: Scope, holder: Holder, *, now: datetime) -> list[RequestLine]:
    """Return what the holder asked, the newest first: under this phone and name, or about this appeal."""
    query = select(RightsRequest).where(RightsRequest.tenant_id == scope.tenant.id)
    if holder.ticket_id:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, holder.ticket_id))
        query = query.where(RightsRequest.tickets.contains([ticket.serial_no]))
    else:
        hashed = name_hash(scope.keys, holder.name, tenant_id=scope.tenant.id) if holder.name else None
        query = query.where(
            RightsRequest.phone_hash == phone_hash(scope, holder.phone), RightsRequest.name_hash == hashed
        )
    rows = scope.session.scalars(query.order_by(RightsRequest.id.desc()).limit(MOST_ROWS)).all()
    # Who opens one appeal by its code is told of it alone.
    return [_line(scope, each) for each in rows if not holder.ticket_id or len(each.tickets) == 1]


def requests(scope: Scope, *, is_open: bool = True) -> list[RequestLine]:
    """Return the requests that wait for an answer, the most urgent first, or those that were answered, the newest first."""
    which = RightsRequest.answered_at.is_(None) if is_open else RightsRequest.answered_at.is_not(None)
    order = (RightsRequest.due_on, RightsRequest.id) if is_open else (RightsRequest.answered_at.desc(),)
    rows = scope.session.scalars(
        select(RightsRequest).where(RightsRequest.tenant_id == scope.tenant.id, which).order_by(*order).limit(MOST_ROWS)
    )
    return [_line(scope, each) for each in rows]


def asked_tickets(scope: Scope, line: RequestLine) -> list[AskedTicket]:
    """Return the tickets of a request with what speaks against erasing the person from each now."""
    return [
        AskedTicket(each.serial_no, each.title, grounds_against(scope, each)) for each in _tickets(scope, line.tickets)
    ]


def answer_request(
    scope: Scope,
    number: str,
    actor: Actor,
    *,
    decision: str,
    grounds: Sequence[str],
    words: str,
    address: str = "",
    now: datetime,
) -> RequestLine:
    """Answer a request: grant it, which erases at once what may go, or refuse it with grounds and words. Told by SMS where a
    phone was shown; the resident reads it on the page.

    Raises `NotPermitted`, `NoSuchRequest`, `AnsweredAlready`, `RequestUnusable`, `NothingErasable`.
    """
    refuse_actor(actor, Permission.ADMINISTER, "答复本人信息申请")
    request = scope.session.scalar(
        select(RightsRequest)
        .where(RightsRequest.tenant_id == scope.tenant.id, RightsRequest.number == number)
        .with_for_update()
    )
    if request is None:
        raise NoSuchRequest(said("没有编号为 {number} 的申请。请核对编号。", number=number))
    if request.answered_at is not None:
        raise AnsweredAlready(said("申请 {number} 已经答复，没有改动。", number=number))
    text = _usable_answer(request, decision, grounds, words)
    if decision == "refuse":
        request.state, request.grounds = "refused", [each for each in GROUND_LABELS if each in grounds]
    elif request.kind == "erase":
        _erase(scope, request, actor, now=now)
    else:
        request.state = "granted"
    request.answer = seal(scope, request.id, ANSWER, text)
    request.answered_by, request.answered_by_id, request.answered_at = actor.name, actor.id, now
    note_security(
        scope,
        "rights_answered",
        actor=actor.name,
        actor_id=actor.id,
        address=address,
        subject=request.number,
        detail={"kind": request.kind, "state": request.state, "grounds": request.grounds, **request.done},
        now=now,
    )
    if request.phone is not None:
        request.told = "waiting"
        key = f"{RIGHTS_ANSWER}/{request.id}"
        enqueue(scope.session, RIGHTS_ANSWER, dedup_key=key, payload={"request_id": request.id}, now=now)
    scope.session.flush()
    return _line(scope, request)


def count_open(scope: Scope) -> int:
    """Return how many requests wait for an answer."""
    is_open = (RightsRequest.tenant_id == scope.tenant.id, RightsRequest.state == "open")
    return scope.session.scalar(select(func.count()).where(*is_open)) or 0


def _usable_answer(request: RightsRequest, decision: str, grounds: Sequence[str], words: str) -> str:
    text = words.strip()
    if decision not in ("grant", "refuse"):
        raise RequestUnusable("请选择办理，还是不予办理。")
    if len(text) > LONGEST_ANSWER:
        raise RequestUnusable(
            said("答复有 {number} 个字，最多 {longest} 个字。请精简。", number=len(text), longest=LONGEST_ANSWER)
        )
    if decision == "refuse" and not [each for each in grounds if each in GROUND_LABELS]:
        raise RequestUnusable("不予办理的，请选择依据。可以多选。")
    if not text and (decision == "refuse" or request.kind == "explain"):
        raise RequestUnusable("请写下给诉求人看的答复。")
    return text


def _erase(scope: Scope, request: RightsRequest, actor: Actor, *, now: datetime) -> None:
    """Erase the person from the tickets of the request that may be, and from what has their phone alone if all of it is theirs."""
    kept: dict[str, list[str]] = {}
    erased: list[str] = []
    named: Counter[str] = Counter()
    alone = _is_alone(scope, request)
    for each in _tickets(scope, request.tickets):
        if against := grounds_against(scope, each):
            kept[each.serial_no] = list(against)
            continue
        why = said("本人申请 {number}", number=request.number)
        named.update(erase_contact(scope, each.serial_no, Order(actor, now), reason=why))
        erased.append(each.serial_no)
    if kept and not erased:
        told = joined("、", (word(GROUND_LABELS[each]) for each in dict.fromkeys(chain.from_iterable(kept.values()))))
        raise NothingErasable(said("现在一件都不能删除：{told}。请选“不予办理”并写明理由，到时可以再申请。", told=told))
    beside: Mapping[str, int] = {}
    if alone and not kept and request.phone is not None:
        beside = erase_beside_tickets(scope, unseal(scope, request, PHONE, request.phone))
    request.state = "partly" if kept else "granted"
    request.grounds = [each for each in GROUND_LABELS if any(each in grounds for grounds in kept.values())]
    request.done = {"erased": erased, "kept": kept, "named": dict(named), **beside}


def _is_alone(scope: Scope, request: RightsRequest) -> bool:
    """Tell whether all tickets of the phone that was shown are those of the request."""
    if request.phone is None:
        return False
    phone = unseal(scope, request, PHONE, request.phone)
    return {each.serial_no for each in tickets_of_person(scope, phone)} <= {*request.tickets}


def _tickets(scope: Scope, serial_nos: Sequence[str]) -> Sequence[Ticket]:
    return scope.session.scalars(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(serial_nos)).order_by(Ticket.id)
    ).all()


def _line(scope: Scope, request: RightsRequest) -> RequestLine:
    done = request.done
    return RequestLine(
        number=request.number,
        kind=request.kind,
        state=request.state,
        state_label=STATE_LABELS[request.state],
        asked_at=request.asked_at,
        due_on=request.due_on,
        proven_by=request.proven_by,
        phone=masked_phone(unseal(scope, request, PHONE, request.phone)),
        words=unseal(scope, request, WORDS, request.words),
        tickets=tuple(request.tickets),
        grounds=tuple(request.grounds),
        answer=unseal(scope, request, ANSWER, request.answer),
        answered_by=request.answered_by,
        answered_at=request.answered_at,
        erased=tuple(done.get("erased", ())),
        kept=done.get("kept", {}),
        named=sum(done.get("named", {}).values()),
        told=request.told,
    )
