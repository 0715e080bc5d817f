"""Who may work a case of accountability: an officer of the authority, never of the accused unit, never one who stood aside 回避."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import func, select

from core.escalation.accountability.labels import ENDED
from core.escalation.accountability.models import AccountabilityCase, AccountabilityStep
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.models import Account, AccountRole
from core.people.roles import Permission, roles_granting
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.queries import directory


class OwnCase(Refused):
    """Nobody of the accused unit works its case, nor decides on its ticket while the case is under way."""

    code = "own-case"
    is_trespass = True


class StoodAside(Refused):
    """The officer said that they are partial 回避."""

    code = "stood-aside"
    is_trespass = True


class NotTheAuthority(Refused):
    """The case is in the hands of another authority."""

    code = "not-the-authority"
    is_trespass = True


def belongs_to(scope: Scope, unit_id: int | None, accused_id: int) -> bool:
    """Tell whether a unit is the accused one, or lies below it."""
    units = directory(scope)
    while unit_id is not None and unit_id != accused_id:
        unit = units.unit_of_id(unit_id)
        unit_id = unit.parent_id if unit else None
    return unit_id is not None


def refuse_partial(scope: Scope, case: AccountabilityCase, actor: Actor) -> None:
    """Raise `OwnCase`, `StoodAside` or `NotTheAuthority` unless the actor may work this case."""
    units = directory(scope)
    if belongs_to(scope, actor.unit_id, case.unit_id):
        raise OwnCase(
            said(
                "{label}问责的是{name}，您属于该单位，不能办理，这次操作已记录。{who_has_it}",
                label=word(case.label),
                name=units.name_of(case.unit_id),
                who_has_it=word(_who_has_it(case)),
            )
        )
    if actor.id is not None and actor.id in recused_from(scope, case):
        raise StoodAside(
            said(
                "您已对{label}申请回避，不能再办理，这次操作已记录。{who_has_it}",
                label=word(case.label),
                who_has_it=word(_who_has_it(case)),
            )
        )
    if case.authority_unit_id is None:
        raise NotTheAuthority(said("{label}还没有办理机关。请系统管理员先指定。", label=word(case.label)))
    if actor.unit_id is not None and actor.unit_id != case.authority_unit_id:
        raise NotTheAuthority(
            said(
                "{label}由{name}办理，您的单位不能办理。",
                label=word(case.label),
                name=units.name_of(case.authority_unit_id),
            )
        )


def refuse_accused(scope: Scope, ticket: Ticket, actor: Actor, deed: str) -> None:
    """Raise `OwnCase` where a case on this ticket is under way against the actor's unit: nobody of it decides there."""
    if actor.unit_id is None:
        return
    for case in live_cases(scope, ticket):
        if belongs_to(scope, actor.unit_id, case.unit_id):
            raise OwnCase(
                said(
                    "工单 {serial_no} 正在对{name}问责（{label}），该单位的人员不能“{deed}”，"
                    "这次操作已记录。请由其他单位的人员办理。",
                    serial_no=ticket.serial_no,
                    name=directory(scope).name_of(case.unit_id),
                    label=word(case.label),
                    deed=word(deed),
                )
            )


def live_cases(scope: Scope, ticket: Ticket) -> Iterator[AccountabilityCase]:
    """Yield the ticket's cases that have not ended, those of this transaction too."""
    found = select(AccountabilityCase).where(
        AccountabilityCase.tenant_id == scope.tenant.id,
        AccountabilityCase.ticket_id == ticket.id,
        AccountabilityCase.state.not_in(ENDED),
    )
    fresh = [row for row in scope.session.fresh if isinstance(row, AccountabilityCase) and row.ticket_id == ticket.id]
    for case in (*fresh, *scope.session.scalars(found.order_by(AccountabilityCase.id))):
        if case.state not in ENDED:
            yield case


def recused_from(scope: Scope, case: AccountabilityCase) -> frozenset[int]:
    """Return the accounts that stood aside from a case."""
    kept = scope.session.scalars(
        select(AccountabilityStep.by_id).where(
            AccountabilityStep.tenant_id == scope.tenant.id,
            AccountabilityStep.case_id == case.id,
            AccountabilityStep.kind == "recused",
        )
    )
    fresh = (
        row.by_id
        for row in scope.session.fresh
        if isinstance(row, AccountabilityStep) and (row.case_id, row.kind) == (case.id, "recused")
    )
    return frozenset(each for each in (*kept, *fresh) if each is not None)


def choose_officer(
    scope: Scope, case: AccountabilityCase, *, but: Collection[int] = (), now: datetime
) -> tuple[int, str] | None:
    """Return the account and name of the officer who has the fewest cases in hand and may work this one; None = nobody."""
    if case.authority_unit_id is None:
        return None
    roles = [role.name for role in roles_granting(Permission.DISCIPLINE)]
    in_hand = (
        select(func.count())
        .where(
            AccountabilityCase.tenant_id == scope.tenant.id,
            AccountabilityCase.officer_id == Account.id,
            AccountabilityCase.state.not_in(ENDED),
        )
        .scalar_subquery()
    )
    candidates = scope.session.execute(
        select(Account.id, Account.name, Account.unit_id)
        .where(
            Account.tenant_id == scope.tenant.id,
            Account.active.is_(True),
            Account.valid_until.is_(None) | (Account.valid_until > now),
            Account.unit_id.is_(None) | (Account.unit_id == case.authority_unit_id),
            Account.id.in_(
                select(AccountRole.account_id).where(
                    AccountRole.tenant_id == scope.tenant.id, AccountRole.role.in_(roles)
                )
            ),
        )
        .order_by(in_hand, Account.id)
    )
    excluded = {*but, *recused_from(scope, case)}
    for account_id, name, unit_id in candidates:
        if account_id not in excluded and not belongs_to(scope, unit_id, case.unit_id):
            return account_id, name
    return None


def _who_has_it(case: AccountabilityCase) -> str:
    return said("本案由{officer}办理。", officer=case.officer) if case.officer else "请由其他人员办理。"
