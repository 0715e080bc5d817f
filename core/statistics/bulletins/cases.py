"""Typical cases 典型案例 of a bulletin: chosen by a person from what everybody may read, in the words that are public."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, delete, select

from core.disclosure.models import Disclosure
from core.documents.model import Block, Words
from core.kit.errors import Refused
from core.kit.saying import said
from core.statistics.bulletins.models import Bulletin, BulletinCase
from core.statistics.periods import Month
from core.tenancy.scope import Scope
from core.tickets.models import Ticket

OFFERED, MOST = 50, 10
"""How many public tickets are offered, the newest first, and how many cases a bulletin may have."""
WAITING = "案例由人从已公开的诉求中选定，核准时写入。"


class CaseUnusable(Refused):
    """A ticket cannot be a case of the bulletin: it is not public, or there are enough."""

    code = "bulletin-case-unusable"


def cases_of(scope: Scope, bulletin: Bulletin) -> Sequence[BulletinCase]:
    """Return the cases of a bulletin in the order in which they were chosen."""
    asked = (
        select(BulletinCase)
        .where(BulletinCase.tenant_id == scope.tenant.id, BulletinCase.bulletin_id == bulletin.id)
        .order_by(BulletinCase.id)
    )
    return scope.session.scalars(asked).all()


def offered(scope: Scope, bulletin: Bulletin) -> Sequence[Disclosure]:
    """Return what is public of tickets that were answered in the bulletin's month, the newest first."""
    month, zone = Month.parse(bulletin.month), scope.tenant.zone
    starts, ends = (datetime.combine(each.first, time(), zone) for each in (month, month.following))
    asked = (
        select(Disclosure)
        .join(Ticket, and_(Ticket.tenant_id == Disclosure.tenant_id, Ticket.id == Disclosure.ticket_id))
        .where(_is_public(scope), Ticket.replied_at >= starts, Ticket.replied_at < ends)
        .order_by(Disclosure.published_at.desc(), Disclosure.id)
        .limit(OFFERED)
    )
    return scope.session.scalars(asked).all()


def choose(scope: Scope, bulletin: Bulletin, public_no: str, *, by: str, now: datetime) -> None:
    """Take a public ticket as a case, in the words that everybody may read now. Raises `CaseUnusable`."""
    chosen = cases_of(scope, bulletin)
    row = next((each for each in offered(scope, bulletin) if each.public_no == public_no), None)
    if row is None:
        raise CaseUnusable(
            said("公开编号 {public_no} 不是当月答复并已公开的诉求，不能选作案例。请从列表中选择。", public_no=public_no)
        )
    if any(each.ticket_id == row.ticket_id for each in chosen):
        raise CaseUnusable(said("公开编号 {public_no} 已经选作案例。", public_no=public_no))
    if len(chosen) >= MOST:
        raise CaseUnusable(said("一期通报最多选 {most} 个案例。请先移除一个。", most=MOST))
    scope.session.add(
        BulletinCase(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            bulletin_id=bulletin.id,
            ticket_id=row.ticket_id,
            public_no=row.public_no,
            title=row.title,
            text=row.text,
            result=row.result if row.opens_result else "",
            chosen_by=by,
            chosen_at=now,
        )
    )
    scope.session.flush()


def drop(scope: Scope, bulletin: Bulletin, public_no: str) -> None:
    """Take a case out again; one that is not there is none."""
    scope.session.execute(
        delete(BulletinCase).where(
            BulletinCase.tenant_id == scope.tenant.id,
            BulletinCase.bulletin_id == bulletin.id,
            BulletinCase.public_no == public_no,
        )
    )


def refuse_withdrawn(scope: Scope, cases: Sequence[BulletinCase]) -> None:
    """Raise `CaseUnusable` for a case that is no longer public, or in other words than were taken."""
    asked = select(Disclosure).where(_is_public(scope), Disclosure.ticket_id.in_([case.ticket_id for case in cases]))
    public = {row.ticket_id: (row.title, row.text) for row in scope.session.scalars(asked)}
    for case in cases:
        if public.get(case.ticket_id) != (case.title, case.text):
            raise CaseUnusable(
                said(
                    "案例“{title}”（公开编号 {public_no}）已不公开或改了文字。请移除后再核准。",
                    title=case.title,
                    public_no=case.public_no,
                )
            )


def decided_blocks(cases: Sequence[BulletinCase]) -> Sequence[Block]:
    """Return what stands in the bulletin that was approved."""
    told: list[Block] = []
    for number, case in enumerate(cases, start=1):
        told.append(
            Words(
                said(
                    "案例{number}：{title}（公开编号 {public_no}）",
                    number=number,
                    title=case.title,
                    public_no=case.public_no,
                )
            )
        )
        told += [
            Words(words)
            for words in (case.text, said("办理结果：{result}", result=case.result) if case.result else "")
            if words
        ]
    return told or [Words("本月没有选用案例。")]


def _is_public(scope: Scope) -> ColumnElement[bool]:
    return and_(
        Disclosure.tenant_id == scope.tenant.id, Disclosure.state == "published", Disclosure.opens_matter.is_(True)
    )
