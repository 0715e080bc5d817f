"""The file of a ticket 案卷: everything on record beside the appeal and its answers, as its pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select

from core.evaluation.telling.reading import Tellings, tellings_of
from core.journey.queries.consultations import ConsultationLine, consultations_of
from core.journey.queries.coordination import (
    CheckLine,
    ErrandLine,
    MeetingLine,
    PolicyLine,
    ReportLine,
    checks_of,
    errands_of,
    meetings_of,
    policies_of,
    reports_of,
)
from core.journey.queries.decisions import Why, why_here
from core.journey.queries.disclosures import Openness, openness_of
from core.journey.queries.disputes import DisputeLine, dispute_lines
from core.journey.queries.findings import (
    ClearanceLine,
    FindingLine,
    TrackingLine,
    clearances_of,
    enforcements_of,
    trackings_of,
    verifications_of,
)
from core.journey.queries.overruns import OverrunLine, overruns_of
from core.journey.queries.panels import PanelLine, panels_of
from core.journey.queries.pressing import (
    AccountabilityLine,
    InstructionLine,
    LetterLine,
    SupervisionLine,
    accountability_of,
    instructions_of,
    letters_of,
    supervisions_of,
)
from core.journey.queries.related import ReferralLine, Related, referrals_of, related_to
from core.journey.queries.requests import RequestLine, extensions_of, pauses_of, returns_of
from core.journey.queries.units_on_case import UnitOnCase, units_on_case, walk_down
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent

LineT = TypeVar(
    "LineT", RequestLine, SupervisionLine, LetterLine, AccountabilityLine, DisputeLine, OverrunLine, ErrandLine
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody's wish that the ticket be voided, which another person may grant."""

    actor_id: int | None
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is on record around a ticket; every list with the newest first, units as a tree.

    `why` says why it is with its unit, None as long as nothing was decided.
    """

    why: Why | None
    units: tuple[UnitOnCase, ...]
    returns: tuple[RequestLine, ...]
    extensions: tuple[RequestLine, ...]
    pauses: tuple[RequestLine, ...]
    consultations: tuple[ConsultationLine, ...]
    instructions: tuple[InstructionLine, ...]
    supervisions: tuple[SupervisionLine, ...]
    letters: tuple[LetterLine, ...]
    accountability: tuple[AccountabilityLine, ...]
    disputes: tuple[DisputeLine, ...]
    panels: tuple[PanelLine, ...]
    overruns: tuple[OverrunLine, ...]
    related: Related
    referrals: tuple[ReferralLine, ...]
    proposals: tuple[Proposal, ...]
    openness: Openness
    clearances: tuple[ClearanceLine, ...]
    verifications: tuple[FindingLine, ...]
    enforcements: tuple[FindingLine, ...]
    trackings: tuple[TrackingLine, ...]
    tellings: Tellings
    meetings: tuple[MeetingLine, ...]
    checks: tuple[CheckLine, ...]
    errands: tuple[ErrandLine, ...]
    reports: tuple[ReportLine, ...]
    policies: tuple[PolicyLine, ...]

    @property
    def pending_return(self) -> RequestLine | None:
        return next((each for each in self.returns if each.is_pending), None)

    @property
    def clearance(self) -> ClearanceLine | None:
        """The clearance for which the ticket waits."""
        return next((each for each in self.clearances if each.is_open), None)

    @property
    def tracking(self) -> TrackingLine | None:
        """The day that is set for looking again."""
        return next((each for each in self.trackings if each.is_open), None)

    @property
    def consultation(self) -> ConsultationLine | None:
        """The consultation that is open."""
        return next((each for each in self.consultations if each.is_open), None)

    @property
    def came_from_elsewhere(self) -> bool:
        """Whether another tenant referred the ticket here and still waits for what comes of it."""
        return any(each.came_in and not each.has_ended for each in self.referrals)

    @property
    def all_units(self) -> tuple[UnitOnCase, ...]:
        return tuple(walk_down(self.units))

    def awaited_by(self, assignment_id: int) -> tuple[str, ...]:
        """Return the units whose answer the one that leads by this assignment has to wait for."""
        return tuple(
            unit.unit
            for unit in self.all_units
            if unit.is_active and not unit.has_answered and unit.assignment_id != assignment_id
        )

    def seen_by(self, unit_id: int) -> "CaseFile":
        """Return what a unit may see: what the lead may, and of others only what is its own or what it handed down."""
        own = [unit for unit in self.all_units if unit.unit_id == unit_id]
        leads = any(unit.role == "lead" and unit in self.units for unit in own)
        if leads:
            hears = {unit.assignment_id for unit in self.all_units}
        else:
            hears = {unit.assignment_id for unit in walk_down(own)}
        return replace(
            self,
            units=_with_words_of(self.units, hears),
            returns=_own(self.returns, unit_id),
            extensions=_own(self.extensions, unit_id),
            pauses=_own(self.pauses, unit_id),
            supervisions=_own(self.supervisions, unit_id),
            letters=_own(self.letters, unit_id),
            accountability=_own(self.accountability, unit_id),
            disputes=_own(self.disputes, unit_id),
            panels=tuple(panel.for_parties for panel in self.panels),
            overruns=_own(self.overruns, unit_id),
            proposals=(),
            openness=self.openness.seen_by(unit_id),
            clearances=(),
            tellings=self.tellings if leads else replace(self.tellings, lines=(), untold=(), is_wanted=False),
            checks=self.checks if leads else (),
            errands=self.errands if leads else _own(self.errands, unit_id),
        )


def case_file(scope: Scope, ticket_id: int) -> CaseFile:
    """Return everything on record around a ticket."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    errands, consultations = errands_of(scope, ticket), consultations_of(scope, ticket)
    return CaseFile(
        why=why_here(scope, ticket),
        units=units_on_case(scope, ticket),
        returns=returns_of(scope, ticket),
        extensions=extensions_of(scope, ticket),
        pauses=pauses_of(scope, ticket),
        consultations=consultations,
        instructions=instructions_of(scope, ticket),
        supervisions=supervisions_of(scope, ticket),
        letters=letters_of(scope, ticket),
        accountability=accountability_of(scope, ticket),
        disputes=dispute_lines(scope, ticket),
        panels=panels_of(scope, ticket),
        overruns=overruns_of(scope, ticket),
        related=related_to(scope, ticket),
        referrals=referrals_of(scope, ticket),
        proposals=_proposals(scope, ticket),
        openness=openness_of(scope, ticket),
        clearances=clearances_of(scope, ticket),
        verifications=verifications_of(scope, ticket),
        enforcements=enforcements_of(scope, ticket),
        trackings=trackings_of(scope, ticket),
        tellings=tellings_of(scope, ticket),
        meetings=meetings_of(scope, ticket),
        checks=checks_of(scope, ticket, errands),
        errands=errands,
        reports=reports_of(scope, ticket) if consultations else (),
        policies=policies_of(scope, ticket),
    )


def _proposals(scope: Scope, ticket: Ticket) -> tuple[Proposal, ...]:
    rows = scope.session.execute(
        select(TicketEvent.actor_id, TicketEvent.actor_name, TicketEvent.summary)
        .where(
            TicketEvent.tenant_id == scope.tenant.id,
            TicketEvent.ticket_id == ticket.id,
            TicketEvent.kind == "void_proposed",
            TicketEvent.to_state == ticket.state,
        )
        .order_by(TicketEvent.seq.desc())
    )
    return tuple(Proposal(actor_id, name, words) for actor_id, name, words in rows)


def _own(lines: Iterable[LineT], unit_id: int) -> tuple[LineT, ...]:
    return tuple(line for line in lines if line.unit_id == unit_id)


def _with_words_of(units: Iterable[UnitOnCase], hears: set[int]) -> tuple[UnitOnCase, ...]:
    """Leave out what units wrote that are not among those heard."""
    return tuple(
        replace(
            unit,
            contributions=unit.contributions if unit.assignment_id in hears else (),
            contacts=unit.contacts if unit.assignment_id in hears else (),
            below=_with_words_of(unit.below, hears),
        )
        for unit in units
    )
