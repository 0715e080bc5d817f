"""The pool of panel members 评议员库: taking members over, noting who is away, and as whom the draw sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from core.evaluation.panels.draw import Candidate
from core.evaluation.panels.models import PanelMember, PanelSeat, ReviewPanel
from core.evaluation.panels.reading import PoolRow, PoolUnreadable
from core.evaluation.panels.words import SITTING
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.people.models import Account, AccountRole
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone
from core.tickets.models import Ticket

ROLE = "panel-member"
"""Name of the role 评议员."""


class NoSuchMember(Refused):
    """The pool has no member with this number."""

    code = "no-such-panel-member"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many members of a file were new, and how many were there and are now as the file says."""

    added: int
    changed: int


def pool(scope: Scope) -> list[PanelMember]:
    """Return all members in the order of their groups and numbers."""
    return list(
        scope.session.scalars(
            select(PanelMember)
            .where(PanelMember.tenant_id == scope.tenant.id)
            .order_by(PanelMember.member_group, PanelMember.number)
        )
    )


def panel_logins(scope: Scope) -> dict[str, int]:
    """Return the accounts by login that are open and have the role of a panel member."""
    rows = scope.session.execute(
        select(Account.login, Account.id)
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(Account.tenant_id == scope.tenant.id, Account.active, AccountRole.role == ROLE)
    )
    return {each.login: each.id for each in rows}


def take_over(scope: Scope, rows: Sequence[PoolRow], *, by: str, now: datetime) -> TakenOver:
    """Take members over from a file: new numbers are added, known ones are from now on as the file says.

    Raises `PoolUnreadable` when somebody stands in the pool under another number already.
    """
    logins = panel_logins(scope)
    known = {member.number: member for member in pool(scope)}
    _refuse_known(rows, list(known.values()), logins)
    added = 0
    for row in rows:
        member = known.get(row.number)
        if member is None:
            member = PanelMember(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                number=row.number,
                name=row.name,
                member_group=row.group,
                recruited=row.recruited,
                organisation=row.organisation,
                ties=list(row.ties),
                added_at=now,
                added_by=by,
            )
            scope.session.add(member)
            added += 1
        member.name, member.member_group, member.recruited = row.name, row.group, row.recruited
        member.organisation, member.ties, member.active_until = row.organisation, list(row.ties), row.until
        member.account_id = logins[row.login] if row.login else None
        if row.phone:
            member.phone_hash = scope.keys.lookup_hash(
                normal_phone(row.phone), tenant_id=scope.tenant.id, field="phone"
            )
    scope.session.flush()
    return TakenOver(added, len(rows) - added)


def get_member(scope: Scope, number: str) -> PanelMember:
    """Return the member with this number. Raises `NoSuchMember`."""
    member = scope.session.scalar(
        select(PanelMember).where(PanelMember.tenant_id == scope.tenant.id, PanelMember.number == number)
    )
    if member is None:
        raise NoSuchMember(
            said("评议员库里没有编号为 {number} 的人。用 huiying panel pool list 查看现有的人。", number=number)
        )
    return member


def note_away(scope: Scope, number: str, *, first: date | None, last: date | None) -> PanelMember:
    """Note from when to when a member is away, None as `first` = not at all; `last` None = until further notice.

    Raises `NoSuchMember`, `PoolUnreadable`.
    """
    if first is not None and last is not None and last < first:
        raise PoolUnreadable(
            said("止于 {last} 早于始于 {first}，没有一天算数。请把日期改正后再保存。", last=last, first=first)
        )
    member = get_member(scope, number)
    member.away_first, member.away_last = first, last if first else None
    scope.session.flush()
    return member


def candidates(scope: Scope, ticket: Ticket) -> list[Candidate]:
    """Return the pool as the draw for this ticket sees it."""
    sat = set(
        scope.session.scalars(
            select(PanelSeat.member_id)
            .join(ReviewPanel, (ReviewPanel.tenant_id == PanelSeat.tenant_id) & (ReviewPanel.id == PanelSeat.panel_id))
            .where(
                PanelSeat.tenant_id == scope.tenant.id,
                ReviewPanel.ticket_id == ticket.id,
                PanelSeat.state.in_((*SITTING, "recused")),
            )
        )
    )
    open_accounts = set(panel_logins(scope).values())
    return [
        Candidate(
            number=member.number,
            name=member.name,
            group=member.member_group,
            organisation=member.organisation,
            ties=tuple(member.ties),
            has_account=member.account_id in open_accounts,
            phone=member.phone_hash,
            active_until=member.active_until,
            away_first=member.away_first,
            away_last=member.away_last,
            sat_before=member.id in sat,
        )
        for member in pool(scope)
    ]


def _refuse_known(rows: Sequence[PoolRow], members: Sequence[PanelMember], logins: dict[str, int]) -> None:
    """Raise `PoolUnreadable` for a row whose person, or account, stands in the pool under another number."""
    numbers = {row.number for row in rows}
    staying = [member for member in members if member.number not in numbers]
    people = {(member.name, member.organisation): member.number for member in staying}
    accounts = {member.account_id: member.number for member in staying if member.account_id}
    faults = []
    for row in rows:
        there = people.get((row.name, row.organisation)) or accounts.get(logins.get(row.login, 0))
        if there:
            faults.append(said("编号 {number}：这个人已在库中，编号是 {there}。", number=row.number, there=there))
    if faults:
        raise PoolUnreadable(
            said("{faults}没有导入任何一行。请沿用原来的编号，或从名册中删去。", faults=joined("", faults))
        )
