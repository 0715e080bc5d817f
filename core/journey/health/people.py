"""Whether there is somebody: units with work and nobody to do it, hours without anybody at the desk, too few administrators."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from core.journey.access_review import DEMONSTRATION, REVIEW_EVERY, AccessLine, access_lines
from core.journey.health.signs import Asked, Sign, some
from core.journey.rota import gap_words, watch_of
from core.kit.saying import joined, said
from core.people.models import Account, AccountRole
from core.people.roles import Permission, roles_granting
from core.routing.models import Assignment
from core.routing.states import ACTIVE
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_in_force
from core.units.models import Unit
from core.units.queries import DirectoryUnit, directory

TWO = 2
"""Administrators, at least: what needs two persons cannot be done by one."""
NEVER_BY_ACCOUNT = frozenset({"dispatch_desk"})


def units_peopled(asked: Asked) -> Iterator[Sign]:
    """Tell of units that have tickets, or would get them, and nobody who could handle them."""
    scope = asked.scope
    manned, loads = _manned(scope), _loads(scope)
    ours = [each for each in directory(scope).units if not each.refers_to and each.kind not in NEVER_BY_ACCOUNT]
    empty = [each for each in ours if each.id not in manned]
    stuck = sorted((each for each in empty if loads.get(each.id)), key=lambda each: -loads[each.id])
    if stuck:
        named, more = some(said("{name}（{count} 件）", name=each.name, count=loads[each.id]) for each in stuck)
        words = said("{count} 个单位手里有工单，却没有一个承办账号，没有人能签收和答复。", count=len(stuck))
        yield Sign("over", words, named, more, "/admin/rosters?without=people", "开设承办账号")
    named_in_list = _leads(scope)
    waiting = [each for each in empty if each.code in named_in_list and each not in stuck]
    if waiting:
        named, more = some(each.name for each in waiting)
        words = said("{count} 个单位列在职责清单上，还没有承办账号。", count=len(waiting))
        yield Sign("soon", words, named, more, "/admin/rosters?without=people", "开设承办账号")


def units_reachable(asked: Asked) -> Iterator[Sign]:
    """Tell of units with people that have neither phone nor mail: messages to them are not delivered."""
    missing = [each.name for each in _unreachable(asked.scope)]
    if missing:
        named, more = some(missing)
        words = said("{count} 个承办单位没有登记电话和邮箱，提醒、督办短信发不到。", count=len(missing))
        yield Sign("soon", words, named, more, "/admin/units", "补上电话或邮箱")


def desk_attended(asked: Asked) -> Iterator[Sign]:
    """Tell of hours of the coming week in which nobody sits at a desk that is to be attended at every hour."""
    watch = watch_of(asked.scope, now=asked.now)
    if watch.is_declared and watch.gaps:
        yield Sign("soon", gap_words(watch.gaps, asked.scope.tenant.zone), href="/desk/handover", mend="排班")


def two_administrators(asked: Asked) -> Iterator[Sign]:
    """Tell of a tenant with one administrator, who can approve nothing of their own."""
    scope = asked.scope
    roles = [role.name for role in roles_granting(Permission.ADMINISTER)]
    count = scope.session.scalar(
        select(func.count(func.distinct(Account.id)))
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(Account.tenant_id == scope.tenant.id, Account.active, AccountRole.role.in_(roles))
    )
    if (count or 0) < TWO:
        yield Sign(
            "soon",
            "本区只有一位系统管理员：须两人同意的改动没有人批准，他不在时也没有人能办。",
            remedy="请操作人员用 huiying user roles 再任命一位。",
        )


def access_reviewed(asked: Asked) -> Iterator[Sign]:
    """Tell of accounts that are out of the ordinary, and of those that nobody has looked through for half a year."""
    lines = access_lines(asked.scope, actor=asked.actor, now=asked.now)
    odd = [line for line in lines if any(words != DEMONSTRATION for words in line.unusual)]
    if odd:
        named, more = some(
            said("{name}：{words}", name=line.name, words=joined("，", (each for each in line.unusual))) for line in odd
        )
        words = said("{count} 个账号有异常。", count=len(odd))
        yield Sign("soon", words, named, more, "/admin/access?kind=unusual", "逐个复核")
    late = [
        line
        for line in lines
        if line.is_due and asked.now - max(line.opened_at, *_looked(line)) > REVIEW_EVERY and line not in odd
    ]
    if late:
        words = said("{count} 个账号半年多没有复核权限了。", count=len(late))
        yield Sign("soon", words, href="/admin/access?kind=due", mend="去复核")


def _looked(line: AccessLine) -> tuple[datetime, ...]:
    return (line.reviewed.at,) if line.reviewed else (line.opened_at,)


def _manned(scope: Scope) -> frozenset[int]:
    """Return the units that somebody can handle tickets for."""
    roles = [role.name for role in roles_granting(Permission.HANDLE)]
    found = scope.session.scalars(
        select(Account.unit_id)
        .join(AccountRole, (AccountRole.tenant_id == Account.tenant_id) & (AccountRole.account_id == Account.id))
        .where(
            Account.tenant_id == scope.tenant.id,
            Account.active,
            Account.unit_id.is_not(None),
            AccountRole.role.in_(roles),
        )
    )
    return frozenset(unit_id for unit_id in found if unit_id is not None)


def _loads(scope: Scope) -> dict[int, int]:
    """Return how many tickets each unit has in hand."""
    rows = scope.session.execute(
        select(Assignment.unit_id, func.count())
        .where(
            Assignment.tenant_id == scope.tenant.id,
            Assignment.state.in_([str(state) for state in ACTIVE]),
            Assignment.role != "info",
        )
        .group_by(Assignment.unit_id)
    )
    return dict(rows.all())


def _leads(scope: Scope) -> frozenset[str]:
    return frozenset(row.lead for row in duty_list_in_force(scope).catalogue.rows if row.lead)


def _unreachable(scope: Scope) -> Iterator[DirectoryUnit]:
    """Yield the units that somebody works for and that are reached by nothing."""
    manned, reached = _manned(scope), _reached(scope)
    for each in directory(scope).units:
        if each.id in manned and each.id not in reached and not each.refers_to:
            yield each


def _reached(scope: Scope) -> frozenset[int]:
    return frozenset(
        scope.session.scalars(
            select(Unit.id).where(Unit.tenant_id == scope.tenant.id, (Unit.phone != "") | (Unit.mail != ""))
        )
    )
