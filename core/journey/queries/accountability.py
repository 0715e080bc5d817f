"""Cases of accountability 问责 as pages show them: lists by where they stand, one with all that is in its file, and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.escalation.accountability.evidence import fingerprint_of, said_since
from core.escalation.accountability.impartial import NotTheAuthority, OwnCase, StoodAside, refuse_partial
from core.escalation.accountability.labels import ENDED, EVIDENCE_LABELS, OUTCOME_LABELS, RUNG_LABELS, STATE_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence
from core.escalation.accountability.queries import (
    CaseLine,
    NoSuchCaseNumber,
    case_numbered,
    evidence_of,
    line_of,
    rung_due,
)
from core.files.models import TicketFile
from core.journey.queries.pressing import AccountabilityLine, accountability_of
from core.kit.saying import said, word
from core.people.roles import Permission
from core.sla.limits import STATEMENT
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.queries import directory

TAB_LABELS = {
    "new": "待核免责",
    "awaiting": "待情况说明",
    "to_decide": "待决定",
    "appealed": "申诉中",
    "decided": "已决定",
    "ended": "已结",
}
PAGE = 100
UNTOLD = ("open", "exempted")
"""States in which the unit has not been told: rules proposed an exemption, and nobody denied it."""
READS = frozenset({Permission.DISCIPLINE, Permission.SUPERVISE, Permission.ADMINISTER})
"""Who reads cases: officers, whoever supervises, and administrators, who name the authority; leaders see numbers alone."""


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list: what it is about, where it stands, and until when the unit may state the facts."""

    code: str
    label: str
    serial_no: str
    title: str
    unit: str
    cause: str
    officer: str
    opened_at: datetime
    state_label: str
    rung_label: str
    outcome_label: str
    statement_due: datetime | None
    is_silent: bool
    appeal_until: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Up to `PAGE` cases of a list, the newest first. `after` is the number behind which the next begin, empty = no more."""

    cases: tuple[ListedCase, ...]
    after: str


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """By what the list is narrowed: `unit` is a code, `cause` the reason for which cases were opened, both local days included."""

    unit: str = ""
    cause: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def any(self) -> bool:
        return bool(self.unit or self.cause or self.since or self.until)


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """How many cases were opened against a unit, and what became of them."""

    code: str
    unit: str
    opened: int
    under_way: int
    responsible: int
    cleared: int
    appealed: int


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """A piece of evidence: whether it still has the fingerprint that it was given; a file has one of its own."""

    id: int
    label: str
    title: str
    by: str
    at: datetime
    sha256: str
    file_id: int | None
    file_name: str
    is_intact: bool | None


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case with all that is in its file; `picture` is the ticket as it was frozen last, its instants read.

    `since` are messages and letters that came afterwards, or changed, read now. `barred` says why the visitor may do nothing in it, empty = they may. `rung_due` is the rung that comes next.
    """

    line: CaseLine
    about: AccountabilityLine
    case: AccountabilityCase
    title: str
    statement: Clock | None
    evidence: tuple[ShownEvidence, ...]
    picture: Mapping[str, Any]
    pictured_at: datetime
    pictured_sha256: str
    since: Mapping[str, Any]
    rung_due: str
    barred: str


def counts_by_tab(scope: Scope, filters: CaseFilters) -> dict[str, int]:
    """Return how many cases stand in each tab."""
    narrowed = and_(AccountabilityCase.tenant_id == scope.tenant.id, *_narrowed(scope, filters))
    counted = [func.count().filter(_in_tab(name)).label(name) for name in TAB_LABELS]
    row = scope.session.execute(select(*counted).where(narrowed)).one()
    return {name: getattr(row, name) for name in TAB_LABELS}


def listed_cases(scope: Scope, tab: str, filters: CaseFilters, *, after: str = "") -> CasePage:
    """Return the cases of a tab, or of all for an empty one, behind the number `after`. Raises `NoSuchCaseNumber`."""
    stands = [_in_tab(tab)] if tab else []
    return _listed(scope, [*stands, *_narrowed(scope, filters)], after)


def cases_against(scope: Scope, unit_id: int, *, after: str = "") -> CasePage:
    """Return the cases against a unit of which it was told, behind the number `after`. Raises `NoSuchCaseNumber`."""
    return _listed(scope, [AccountabilityCase.unit_id == unit_id, AccountabilityCase.state.not_in(UNTOLD)], after)


def cases_due_from(scope: Scope, unit_id: int) -> tuple[ListedCase, ...]:
    """Return the newest cases in which the unit may state the facts, or appeal."""
    of = AccountabilityCase
    may_appeal = and_(of.state == "decided", of.outcome == "responsible")
    return _listed(scope, [of.unit_id == unit_id, or_(of.state == "notified", may_appeal)], "").cases


def has_cases_against(scope: Scope, unit_id: int) -> bool:
    """Tell whether the unit was ever told of a case against it."""
    against = and_(AccountabilityCase.unit_id == unit_id, AccountabilityCase.state.not_in(UNTOLD))
    found = select(AccountabilityCase.id).where(AccountabilityCase.tenant_id == scope.tenant.id, against).limit(1)
    return scope.session.scalar(found) is not None


def causes(scope: Scope) -> list[str]:
    """Return for what reasons cases were opened, the commonest first."""
    found = select(AccountabilityCase.reason).where(AccountabilityCase.tenant_id == scope.tenant.id)
    grouped = found.group_by(AccountabilityCase.reason).order_by(func.count().desc(), AccountabilityCase.reason)
    return list(scope.session.scalars(grouped.limit(PAGE)))


def numbers_by_unit(scope: Scope, filters: CaseFilters) -> list[UnitNumbers]:
    """Return the numbers of each unit that has cases, the most first. `cleared`: not responsible, or exempt, as it holds now."""
    units, of = directory(scope), AccountabilityCase
    rows = scope.session.execute(
        select(
            of.unit_id,
            func.count().label("opened"),
            func.count().filter(of.state.not_in(ENDED)).label("under_way"),
            func.count().filter(of.outcome == "responsible").label("responsible"),
            func.count().filter(of.outcome.in_(("not_responsible", "exempt"))).label("cleared"),
            func.count().filter(of.state.in_(("appealed", "decided_on_appeal"))).label("appealed"),
        )
        .where(of.tenant_id == scope.tenant.id, *_narrowed(scope, filters))
        .group_by(of.unit_id)
        .order_by(func.count().desc(), of.unit_id)
    )
    told = []
    for unit_id, *numbers in rows:
        unit = units.unit_of_id(unit_id)
        told.append(UnitNumbers(unit.code if unit else "", units.name_of(unit_id), *numbers))
    return told


def has_cases(scope: Scope) -> bool:
    """Tell whether a case was ever opened here."""
    found = select(AccountabilityCase.id).where(AccountabilityCase.tenant_id == scope.tenant.id).limit(1)
    return scope.session.scalar(found) is not None


def waiting_cases(scope: Scope) -> int:
    """Return how many cases wait for an officer."""
    counts = counts_by_tab(scope, CaseFilters())
    return sum(counts[name] for name in ("new", "to_decide", "appealed"))


def shown_case(scope: Scope, code: str, actor: Actor) -> ShownCase:
    """Return the case of a number with its file, as an officer sees it. Raises `NoSuchCaseNumber`."""
    case = case_numbered(scope, code)
    return _shown(scope, case, barred=_barred(scope, case, actor))


def shown_to_unit(scope: Scope, code: str, unit_id: int) -> ShownCase:
    """Return a case against the unit, once it was told of it. Raises `NoSuchCaseNumber` for any other."""
    case = case_numbered(scope, code)
    if case.unit_id != unit_id or case.state in UNTOLD:
        raise NoSuchCaseNumber(said("没有编号为 {code} 的本单位问责案件。请从本单位的案件列表中打开。", code=code))
    return _shown(scope, case, barred="")


def _shown(scope: Scope, case: AccountabilityCase, *, barred: str) -> ShownCase:
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, case.ticket_id))
    about = next(each for each in accountability_of(scope, ticket) if each.id == case.id)
    evidence = evidence_of(scope, case)
    newest = [each for each in evidence if each.kind != "file"][-1]
    return ShownCase(
        line=line_of(scope, case),
        about=about,
        case=case,
        title=ticket.title,
        statement=_statements(scope, [case.id]).get(case.id),
        evidence=tuple(_shown_evidence(scope, each) for each in evidence),
        picture=_read(newest.content),
        pictured_at=newest.at,
        pictured_sha256=newest.sha256,
        since=_read(said_since(scope, ticket, newest.content)),
        rung_due=RUNG_LABELS.get(rung_due(scope, case), "") if case.state not in ENDED else "",
        barred=barred,
    )


def _barred(scope: Scope, case: AccountabilityCase, actor: Actor) -> str:
    try:
        refuse_partial(scope, case, actor)
    except OwnCase:
        return said("{label}问责的是您所在的单位，您不能办理。", label=word(case.label))
    except StoodAside:
        return said("您已对{label}申请回避，不能再办理。", label=word(case.label))
    except NotTheAuthority:
        return "本案由其他机关办理，或者还没有指定办理机关。您可以查看，不能办理。"
    return ""


def _shown_evidence(scope: Scope, each: AccountabilityEvidence) -> ShownEvidence:
    file = scope.session.get(TicketFile, (scope.tenant.id, each.file_id)) if each.file_id else None
    return ShownEvidence(
        id=each.id,
        label=EVIDENCE_LABELS[each.kind],
        title=each.title,
        by=each.by,
        at=each.at,
        sha256=each.sha256,
        file_id=file.id if file else None,
        file_name=str(each.content.get("name", "")),
        is_intact=None if each.kind == "file" else fingerprint_of(each.content) == each.sha256,
    )


def _read(value: Any) -> Any:
    """Return a frozen picture with its instants read: what ends in `_at`, and the other names under which one stands."""
    if isinstance(value, dict):
        return {name: _instant(name, each) for name, each in value.items()}
    return [_read(each) for each in value] if isinstance(value, list) else value


def _instant(name: str, value: Any) -> Any:
    is_instant = isinstance(value, str) and (name.endswith("_at") or name in ("at", "since", "until"))
    return datetime.fromisoformat(value) if is_instant and value else _read(value)


def _listed(scope: Scope, conditions: Sequence[ColumnElement[bool]], after: str) -> CasePage:
    units, of = directory(scope), AccountabilityCase
    found = scope.session.execute(
        select(of, Ticket.serial_no, Ticket.title)
        .join(Ticket, (Ticket.tenant_id == of.tenant_id) & (Ticket.id == of.ticket_id))
        .where(of.tenant_id == scope.tenant.id, *conditions, *_behind(scope, after))
        .order_by(of.opened_at.desc(), of.id.desc())
        .limit(PAGE + 1)
    ).all()
    rows = found[:PAGE]
    statements = _statements(scope, [case.id for case, _, _ in rows])
    cases = tuple(
        ListedCase(
            code=case.code,
            label=case.label,
            serial_no=serial_no,
            title=title,
            unit=units.name_of(case.unit_id),
            cause=case.reason,
            officer=case.officer,
            opened_at=case.opened_at,
            state_label=STATE_LABELS[case.state],
            rung_label=RUNG_LABELS.get(case.rung, ""),
            outcome_label=OUTCOME_LABELS.get(case.outcome, ""),
            statement_due=statements[case.id].due_at if case.id in statements else None,
            is_silent=case.silent_since is not None,
            appeal_until=case.appeal_until if case.state == "decided" else None,
        )
        for case, serial_no, title in rows
    )
    return CasePage(cases, cases[-1].code if len(found) > PAGE else "")


def _behind(scope: Scope, after: str) -> list[ColumnElement[bool]]:
    """Return the condition for cases that stand behind this one (keyset, so a late page costs no more)."""
    if not after:
        return []
    last, of = case_numbered(scope, after), AccountabilityCase
    return [or_(of.opened_at < last.opened_at, and_(of.opened_at == last.opened_at, of.id < last.id))]


def _statements(scope: Scope, case_ids: Sequence[int]) -> dict[int, Clock]:
    clocks = scope.session.scalars(
        select(Clock)
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.name == STATEMENT,
            Clock.subject == "case",
            Clock.subject_id.in_(case_ids),
        )
        .order_by(Clock.id)
    )
    return {clock.subject_id: clock for clock in clocks}


def _in_tab(tab: str) -> ColumnElement[bool]:
    of = AccountabilityCase
    is_silent = of.silent_since.is_not(None)
    match tab:
        case "new":
            return of.state == "open"
        case "awaiting":
            return and_(of.state == "notified", ~is_silent)
        case "to_decide":
            return or_(of.state == "stated", and_(of.state == "notified", is_silent))
        case "appealed":
            return of.state == "appealed"
        case "decided":
            return of.state.in_(("decided", "decided_on_appeal"))
    return of.state.in_(ENDED)


def _narrowed(scope: Scope, filters: CaseFilters) -> list[ColumnElement[bool]]:
    of, conditions = AccountabilityCase, []
    if filters.unit:
        unit = directory(scope).find_unit(filters.unit)
        conditions.append(of.unit_id == (unit.id if unit else 0))
    if filters.cause:
        conditions.append(of.reason == filters.cause)
    if filters.since:
        conditions.append(of.opened_at >= datetime.combine(filters.since, time(), scope.tenant.zone))
    if filters.until:
        end = datetime.combine(filters.until + timedelta(days=1), time(), scope.tenant.zone)
        conditions.append(of.opened_at < end)
    return conditions
