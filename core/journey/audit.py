"""Auditing: proving that no timeline, no record and no seal of a tenant was changed behind the product's back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from sqlalchemy import ColumnElement, exists, select

from core.coordination.models import MeetingTicket, Policy, Reading
from core.escalation.accountability.models import AccountabilityEvidence, AccountabilityStep
from core.escalation.models import Letter, LetterReceipt
from core.evaluation.models import Adjudication, FollowUp, HomeVisit, Rating, RatingCause
from core.evaluation.panels.models import PanelDraw, PanelVote, ReviewPanel
from core.evaluation.telling.models import Telling
from core.handling.models import ContactAttempt, Contribution, Enforcement, ReplyCheck, Verification
from core.intake.counters.models import CounterEntry
from core.journey.sealing import SEALED, covers_security
from core.journey.standing import check_standing
from core.kit.db import Base
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.models import Consultation, ConsultationStep, Opinion
from core.tenancy.scope import Scope
from core.tickets.legible import legible, read
from core.tickets.models import CommandLog, ContactReveal, DistinctPair, Seal, Ticket, TicketEvent
from core.tickets.queries import Chain, NoSuchTicket, chain_of, chains, get_ticket_id
from core.tickets.records import fingerprint, marks_of, table_of
from core.tickets.sealed_records import check_records
from core.tickets.seals import SealsChecked, check_seals, find_sealed_head, removed_tickets, see_one_moment
from core.tickets.tampering import Fault, Finding, label_of, tampering_with, ticket_removed
from core.tickets.timeline import Entry

BATCH = 200
"""Tickets whose records are read at once."""
Watched = Callable[[Iterator[Chain]], Iterable[Chain]]
"""Lets somebody see how far the reading of the timelines has come."""


class KeptSealUnclear(Refused):
    """A seal that was kept elsewhere is not written as its number and its digest."""

    code = "kept-seal-unclear"


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """A seal as it was written down outside the installation: number and digest."""

    number: int
    digest: bytes

    @classmethod
    def read(cls, words: str) -> Self:
        """Read `17:0001ab…`, as `str` of a kept seal writes it. Raises `KeptSealUnclear`."""
        number, _, digest = words.partition(":")
        try:
            kept = cls(int(number), bytes.fromhex(digest))
        except ValueError:
            kept = cls(0, b"")
        if not kept.digest:
            raise KeptSealUnclear(
                said("“{words}”不是留存的封存。请写成“次数:摘要”，与 huiying audit seal 给出的一样。", words=words)
            )
        return kept

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked at, and all that is not as it was written."""

    tickets: int
    seals: int
    newest: Seal | None
    findings: tuple[Finding, ...]
    records: int = 0
    """Records beside the timelines that were looked at; none where one ticket alone was audited."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Records for which a timeline entry vouches: their table, what they are called, and of which ticket each is.

    `told_by` are the kinds of entries that told of them, at the time `at`, before entries carried fingerprints; empty for
    newer tables, whose records need no time of their own.
    """

    model: type[Base]
    label: str
    ticket_id: Any
    at: str = ""
    joined: tuple[Any, ColumnElement[bool]] | None = None
    told_by: tuple[str, ...] = ()


KINDS = (
    Kind(Rating, "评价", Rating.ticket_id, "at", told_by=("evaluate",)),
    Kind(RatingCause, "不满意原因", RatingCause.ticket_id, "at"),
    Kind(FollowUp, "回访记录", FollowUp.ticket_id, "at", told_by=("follow_up", "follow_up_attempt")),
    Kind(Letter, "函件", Letter.ticket_id, "issued_at", told_by=("escalate",)),
    Kind(
        LetterReceipt,
        "函件回执",
        Letter.ticket_id,
        "at",
        (Letter, (Letter.tenant_id == LetterReceipt.tenant_id) & (Letter.id == LetterReceipt.letter_id)),
    ),
    Kind(AccountabilityStep, "问责经过", AccountabilityStep.ticket_id, "at"),
    Kind(AccountabilityEvidence, "问责证据", AccountabilityEvidence.ticket_id, "at"),
    Kind(Adjudication, "裁定", Adjudication.ticket_id, "decided_at"),
    Kind(
        Opinion,
        "会商意见",
        Consultation.ticket_id,
        "at",
        (Consultation, (Consultation.tenant_id == Opinion.tenant_id) & (Consultation.id == Opinion.consultation_id)),
    ),
    Kind(
        ConsultationStep,
        "会商记录",
        Consultation.ticket_id,
        "at",
        (
            Consultation,
            (Consultation.tenant_id == ConsultationStep.tenant_id)
            & (Consultation.id == ConsultationStep.consultation_id),
        ),
    ),
    Kind(
        PanelDraw,
        "评议抽签",
        ReviewPanel.ticket_id,
        "drawn_at",
        (ReviewPanel, (ReviewPanel.tenant_id == PanelDraw.tenant_id) & (ReviewPanel.id == PanelDraw.panel_id)),
    ),
    Kind(
        PanelVote,
        "评议投票",
        ReviewPanel.ticket_id,
        "at",
        (ReviewPanel, (ReviewPanel.tenant_id == PanelVote.tenant_id) & (ReviewPanel.id == PanelVote.panel_id)),
    ),
    Kind(DistinctPair, "不是同一件的判定", DistinctPair.ticket_id, "found_at"),
    Kind(ReplyCheck, "答复的检查", ReplyCheck.ticket_id, "at"),
    Kind(Contribution, "协办意见", Contribution.ticket_id, "at"),
    Kind(MeetingTicket, "协调会研究的工单", MeetingTicket.ticket_id),
    Kind(Policy, "形成的政策", Policy.ticket_id, "at"),
    Kind(Reading, "阅批记录", Reading.ticket_id, "at"),
    Kind(ContactAttempt, "联系记录", ContactAttempt.ticket_id, "at"),
    Kind(Verification, "核实结果", Verification.ticket_id, "at"),
    Kind(Enforcement, "执法结果", Enforcement.ticket_id, "at"),
    Kind(ContactReveal, "查看联系方式的记录", ContactReveal.ticket_id, "at"),
    Kind(CounterEntry, "代录", CounterEntry.ticket_id, "entered_at"),
    Kind(HomeVisit, "上门回访", HomeVisit.ticket_id, "at"),
    Kind(Telling, "告知记录", Telling.ticket_id, "at"),
)
LABELS = {kind.model.__tablename__: kind.label for kind in KINDS}


def audit_tenant(scope: Scope, *, watched: Watched = iter, kept: KeptSeal | None = None) -> Audit:
    """Check every timeline, every record and every seal of the tenant. Must be the transaction's first act."""
    see_one_moment(scope)
    seals = check_seals(scope)
    findings = [*seals.findings]
    if kept is not None:
        findings += _kept_seal_missing(scope, kept)
    findings += [ticket_removed(head) for head in removed_tickets(scope)]
    tickets, remaining = 0, iter(watched(chains(scope)))
    while batch := list(islice(remaining, BATCH)):
        tickets += len(batch)
        findings += _findings(scope, batch, seals)
    findings += _unless_known(_commands_changed(scope), findings)
    records = check_records(scope, SEALED, seals.seals)
    if any(map(covers_security, seals.seals)):
        findings += check_standing(scope)
    return Audit(tickets, seals.count, seals.newest, (*findings, *records.findings), records.count)


def audit_ticket(scope: Scope, serial_no: str) -> Audit:
    """Check one ticket, against the seals in which it stands. Must be the transaction's first act.

    Raises `NoSuchTicket` when there never was one with this number.
    """
    see_one_moment(scope)
    try:
        chain = chain_of(scope, get_ticket_id(scope, serial_no))
    except NoSuchTicket:
        head = find_sealed_head(scope, serial_no)
        if head is None:
            raise
        seals = check_seals(scope, only=[head.seal_number])
        return Audit(1, seals.count, seals.newest, (*seals.findings, ticket_removed(head)))
    seals = check_seals(scope, only=[head.seal_number for head in chain.sealed])
    findings = [*seals.findings, *_findings(scope, [chain], seals)]
    findings += _unless_known(_commands_changed(scope, chain.ticket), findings)
    return Audit(1, seals.count, seals.newest, tuple(findings))


def _findings(scope: Scope, batch: Sequence[Chain], seals: SealsChecked) -> Iterator[Finding]:
    records = _records_of(scope, [chain.ticket.id for chain in batch])
    for chain in batch:
        found = tampering_with(chain.ticket, chain.entries, sealed=chain.sealed, broken_seals=seals.broken)
        # A timeline that is not whole vouches for nothing.
        yield from found or _records_changed(chain, records[chain.ticket.id])


def _unless_known(found: Iterable[Finding], before: Sequence[Finding]) -> list[Finding]:
    """Return what was found of tickets of which nothing worse is known: the rest follows from that."""
    known = {finding.serial_no for finding in before}
    return [finding for finding in found if finding.serial_no not in known]


def _records_of(scope: Scope, ticket_ids: Sequence[int]) -> dict[int, list[tuple[Kind, Base]]]:
    records: dict[int, list[tuple[Kind, Base]]] = defaultdict(list)
    for kind in KINDS:
        query = select(kind.ticket_id.label("of_ticket"), *legible(kind.model))
        if kind.joined is not None:
            query = query.join(*kind.joined)
        rows = scope.session.execute(
            query.where(kind.model.__table__.c.tenant_id == scope.tenant.id, kind.ticket_id.in_(ticket_ids))
        )
        for row in rows:
            records[row.of_ticket].append((kind, read(kind.model, row)))
    return records


def _records_changed(chain: Chain, records: Sequence[tuple[Kind, Base]]) -> Iterator[Finding]:
    """Yield the records that are not as the timeline says, and those of which it says nothing."""
    vouched = {mark: entry for entry in chain.entries for mark in marks_of(entry)}
    strangers: dict[str, list[Base]] = defaultdict(list)
    for kind, record in records:
        if vouched.pop(fingerprint(record), None) is None and not _is_told(kind, record, chain.entries):
            strangers[kind.model.__tablename__].append(record)
    for mark, entry in vouched.items():
        table = table_of(mark)
        changed = strangers[table].pop() if strangers[table] else None
        words = said(
            "所载{labels}{changed}",
            labels=word(LABELS.get(table, table)),
            changed=word("被改动") if changed else word("被删除"),
        )
        yield Finding(
            Fault.RECORD_CHANGED,
            words,
            serial_no=chain.ticket.serial_no,
            entry=entry.seq,
            kind=label_of(entry.kind),
            at=entry.at,
        )
    for table, added in strangers.items():
        for _ in added:
            words = said("{labels}被添加，流转记录没有记载", labels=word(LABELS[table]))
            yield Finding(Fault.RECORD_CHANGED, words, serial_no=chain.ticket.serial_no)


def _is_told(kind: Kind, record: Base, entries: Sequence[Entry]) -> bool:
    """Tell whether an entry of before, when entries carried no fingerprints, tells of the record."""
    told = [entry for entry in entries if entry.kind in kind.told_by]
    return any(entry.at == getattr(record, kind.at) and not marks_of(entry) for entry in told)


def _commands_changed(scope: Scope, ticket: Ticket | None = None) -> Iterator[Finding]:
    """Yield the tickets of which a kept result of a command is not what the timeline says."""
    told = exists().where(
        TicketEvent.tenant_id == CommandLog.tenant_id,
        TicketEvent.ticket_id == CommandLog.ticket_id,
        TicketEvent.seq == CommandLog.version,
        TicketEvent.to_state == CommandLog.state,
    )
    query = (
        select(CommandLog.command_id, Ticket.serial_no)
        .join(Ticket, (Ticket.tenant_id == CommandLog.tenant_id) & (Ticket.id == CommandLog.ticket_id))
        .where(CommandLog.tenant_id == scope.tenant.id, ~told)
        .order_by(CommandLog.ticket_id, CommandLog.command_id)
    )
    if ticket is not None:
        query = query.where(CommandLog.ticket_id == ticket.id)
    for command_id, serial_no in scope.session.execute(query):
        words = said("命令编号 {command_id} 的办理结果与流转记录不符", command_id=command_id)
        yield Finding(Fault.RECORD_CHANGED, words, serial_no=serial_no)


def _kept_seal_missing(scope: Scope, kept: KeptSeal) -> Iterator[Finding]:
    seal = scope.session.get(Seal, (scope.tenant.id, kept.number))
    if seal is None:
        yield Finding(Fault.SEAL_REMOVED, "被删除：另处留有它的摘要", seal=kept.number)
    elif seal.digest != kept.digest:
        yield Finding(Fault.SEAL_CHANGED, "被改动：与另处留存的摘要不符", at=seal.sealed_at, seal=kept.number)
