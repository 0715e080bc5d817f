"""Changing bulletins: drafting, counting anew, deciding whom to name, approving, publishing, correcting."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy import text as sql

from core.documents.frozen import digest_of, from_text, to_text
from core.documents.model import Block, Section
from core.hooks.values import BulletinEdition
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import SameHands
from core.statistics.bulletins import naming
from core.statistics.bulletins.assembling import assemble, definitions_of
from core.statistics.bulletins.cases import cases_of, refuse_withdrawn
from core.statistics.bulletins.cases import decided_blocks as decided_cases
from core.statistics.bulletins.facts import gather
from core.statistics.bulletins.for_all import shown_of
from core.statistics.bulletins.in_force import rules_of
from core.statistics.bulletins.models import Bulletin, BulletinNaming
from core.statistics.bulletins.naming import Proposal, propose
from core.statistics.bulletins.queries import (
    copy_for_all,
    document_of,
    find_newest,
    name_of,
    namings_of,
    replaced_by,
    undecided,
)
from core.statistics.periods import Month
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By

NUMBERING = 0x62756C6C
"""Name of the advisory lock under which one transaction at a time gives out a tenant's numbers."""


class MonthNotOver(Refused):
    """A bulletin was asked for of a month that is not over."""

    code = "month-not-over"


class BulletinStands(Refused):
    """A bulletin is there already, or too far on, for what was asked."""

    code = "bulletin-stands"


class BulletinNotReady(Refused):
    """A bulletin is not far enough on for what was asked."""

    code = "bulletin-not-ready"


class NoSuchNaming(Refused):
    """The bulletin proposes nobody with this number."""

    code = "no-such-naming"


def refuse_running(scope: Scope, month: Month, *, now: datetime) -> None:
    """Raise `MonthNotOver` unless the month is over where the tenant is."""
    today = now.astimezone(scope.tenant.zone).date()
    if month.span.last >= today:
        raise MonthNotOver(
            said(
                "{words}还没有结束（今天是 {today}），数字还会变，不能出通报。请从 {first} 起再出，当月情况请看月报。",
                words=word(month.words),
                today=today,
                first=month.following.first,
            )
        )


def draft(
    scope: Scope, installation: Installation, month: Month, edition: BulletinEdition, by: By, *, now: datetime
) -> Bulletin:
    """Freeze what a month was, as a draft with the next number; days marked dirty are not counted first.

    Raises `MonthNotOver`, and `BulletinStands` where there is one.
    """
    refuse_running(scope, month, now=now)
    _wait_for_numbers(scope)
    there = find_newest(scope, month, edition)
    if there is not None:
        raise BulletinStands(said("已有{name}。草稿可以重新统计；已发布的请出更正。", name=name_of(there)))
    return _add(scope, installation, month, edition, by, now=now)


def correct(
    scope: Scope, installation: Installation, bulletin: Bulletin, by: By, *, reason: str, now: datetime
) -> Bulletin:
    """Draft an erratum 更正 of a published bulletin: the month as it is counted now, under a number of its own.

    The one before stays as it is. Raises `BulletinNotReady` and `BulletinStands`.
    """
    _wait_for_numbers(scope)
    if bulletin.state != "published":
        raise BulletinNotReady(said("{name}还没有发布，不用更正：草稿可以重新统计。", name=name_of(bulletin)))
    if later := replaced_by(scope, bulletin):
        raise BulletinStands(
            said(
                "{name}已由第 {number} 期更正。还要改的，请更正第 {number} 期。",
                name=name_of(bulletin),
                number=later.number,
            )
        )
    edition = _edition(bulletin)
    return _add(
        scope, installation, Month.parse(bulletin.month), edition, by, now=now, replaces=bulletin, reason=reason
    )


def recount(scope: Scope, installation: Installation, bulletin: Bulletin, by: By, *, now: datetime) -> None:
    """Count a draft anew; who was proposed to be named is proposed anew as well. Raises `BulletinStands`."""
    refuse_settled(bulletin, "重新统计")
    namings = (BulletinNaming.tenant_id == scope.tenant.id, BulletinNaming.bulletin_id == bulletin.id)
    scope.session.execute(delete(BulletinNaming).where(*namings))
    bulletin.made_by, bulletin.made_by_id, bulletin.made_at = by.name, by.id, now
    replaced = scope.session.get(Bulletin, (scope.tenant.id, bulletin.replaces_id)) if bulletin.replaces_id else None
    _propose(scope, bulletin, _count(scope, installation, bulletin, replaced))


def decide_naming(
    scope: Scope, bulletin: Bulletin, naming_id: int, by: By, *, names: bool, reason: str, now: datetime
) -> BulletinNaming:
    """Keep whether somebody proposed is named 点名. Whoever made the draft does not decide it.

    Raises `NoSuchNaming`, `BulletinStands` and `SameHands`.
    """
    refuse_settled(bulletin, "改动点名")
    row = naming_of(scope, bulletin, naming_id)
    _refuse_maker(bulletin, by, "点名须由另一人核准")
    row.state = "named" if names else "spared"
    row.decided_by, row.decided_by_id, row.decided_at, row.reason = by.name, by.id, now, reason
    return row


def approve(scope: Scope, bulletin: Bulletin, by: By, *, now: datetime) -> None:
    """Approve a draft: who was named and the cases are written into it, and from now on it never changes.

    Raises `BulletinStands`, `SameHands`, `BulletinNotReady` and `CaseUnusable`.
    """
    refuse_settled(bulletin, "核准")
    _refuse_maker(bulletin, by, "须由另一人核准")
    if open_still := undecided(scope, bulletin):
        raise BulletinNotReady(
            said(
                "{name}还有 {open_still} 个单位是否点名没有决定。请逐个决定后再核准。",
                name=name_of(bulletin),
                open_still=open_still,
            )
        )
    document_of(bulletin)  # a draft that was tampered with is not approved
    copy_for_all(bulletin)
    named, cases = [each for each in namings_of(scope, bulletin) if each.state == "named"], cases_of(scope, bulletin)
    refuse_withdrawn(scope, cases)

    def filled(text: str, name: Callable[[Sequence[BulletinNaming], Sequence[Block]], Sequence[Block]]) -> str:
        document = from_text(text)
        sections = list(document.sections)

        def fill(place: int | None, blocks: Callable[[Sequence[Block]], Sequence[Block]]) -> None:
            if place is not None:
                sections[place] = Section(sections[place].heading, blocks(sections[place].blocks))

        fill(bulletin.naming_at, lambda draft: name(named, draft))
        fill(bulletin.cases_at, lambda _: decided_cases(cases))
        return to_text(replace(document, sections=sections))

    _freeze(bulletin, filled(bulletin.document, naming.decided_blocks), filled(bulletin.for_all, naming.blocks_for_all))
    bulletin.state = "approved"
    bulletin.approved_by, bulletin.approved_by_id, bulletin.approved_at = by.name, by.id, now


def publish(bulletin: Bulletin, by: By, *, now: datetime) -> None:
    """Publish what was approved. Raises `BulletinNotReady` and `BulletinStands`."""
    if bulletin.state == "draft":
        raise BulletinNotReady(said("{name}还没有经第二人核准，不能发布。", name=name_of(bulletin)))
    if bulletin.state == "published":
        raise BulletinStands(said("{name}已经发布，不用再发布。", name=name_of(bulletin)))
    document_of(bulletin)
    copy_for_all(bulletin)
    bulletin.state, bulletin.published_by, bulletin.published_at = "published", by.name, now


def naming_of(scope: Scope, bulletin: Bulletin, naming_id: int) -> BulletinNaming:
    """Return somebody whom the bulletin proposes. Raises `NoSuchNaming`."""
    row = scope.session.get(BulletinNaming, (scope.tenant.id, naming_id))
    if row is None or row.bulletin_id != bulletin.id:
        raise NoSuchNaming(said("{name}没有这个拟点名的单位。请刷新页面后再试。", name=name_of(bulletin)))
    return row


def refuse_settled(bulletin: Bulletin, what: str) -> None:
    """Raise `BulletinStands` unless the bulletin is a draft."""
    if bulletin.state != "draft":
        raise BulletinStands(
            said(
                "{name}已经核准，内容不能再变，不能{what}。确有错误的，请在发布后出更正。",
                name=name_of(bulletin),
                what=word(what),
            )
        )


def _refuse_maker(bulletin: Bulletin, by: By, rule: str) -> None:
    if by.id is None or by.id == bulletin.made_by_id:
        raise SameHands(
            said(
                "{name}是{made_by}生成的，{rule}，{by_name}不能自己核准。",
                name=name_of(bulletin),
                made_by=bulletin.made_by,
                rule=word(rule),
                by_name=by.name,
            )
        )


def _wait_for_numbers(scope: Scope) -> None:
    names = {"what": NUMBERING, "tenant": scope.tenant.id}
    scope.session.execute(sql("SELECT pg_advisory_xact_lock(:what, :tenant)"), names)


def _add(
    scope: Scope,
    installation: Installation,
    month: Month,
    edition: BulletinEdition,
    by: By,
    *,
    now: datetime,
    replaces: Bulletin | None = None,
    reason: str = "",
) -> Bulletin:
    newest = scope.session.scalar(select(func.max(Bulletin.number)).where(Bulletin.tenant_id == scope.tenant.id))
    bulletin = Bulletin(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=(newest or 0) + 1,
        month=str(month),
        edition=edition,
        document="",
        sha256="",
        definitions={},
        made_by=by.name,
        made_by_id=by.id,
        made_at=now,
        replaces_id=replaces.id if replaces else None,
        reason=reason,
    )
    proposed = _count(scope, installation, bulletin, replaces)
    scope.session.add(bulletin)
    scope.session.flush()
    _propose(scope, bulletin, proposed)
    return bulletin


def _count(
    scope: Scope, installation: Installation, bulletin: Bulletin, replaces: Bulletin | None
) -> Sequence[Proposal]:
    """Fill the bulletin with what its month was, and return whom it proposes to name."""
    edition, rules = _edition(bulletin), rules_of(scope)
    facts = gather(installation, scope, Month.parse(bulletin.month), edition)
    proposals = propose(facts, rules)
    correction = (
        said("更正：本期更正第 {number} 期，理由：{reason}", number=replaces.number, reason=bulletin.reason)
        if replaces
        else ""
    )
    assembled = assemble(scope, facts, rules, proposals, number=bulletin.number, correction=correction)
    for_all = assemble(
        scope,
        facts,
        rules,
        proposals,
        number=bulletin.number,
        correction=correction,
        shown=shown_of(installation, scope, facts),
    )
    bulletin.naming_at, bulletin.cases_at = assembled.naming_at, assembled.cases_at
    bulletin.definitions = definitions_of(facts, rules)
    _freeze(bulletin, to_text(assembled.document), to_text(for_all.document))
    return proposals.proposed if assembled.naming_at is not None else ()


def _propose(scope: Scope, bulletin: Bulletin, proposed: Sequence[Proposal]) -> None:
    scope.session.add_all(
        BulletinNaming(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            bulletin_id=bulletin.id,
            unit_id=each.unit_id,
            name=each.name,
            satisfied=each.satisfied,
            rated=each.rated,
            satisfied_adjudicated=each.satisfied_adjudicated,
            rated_adjudicated=each.rated_adjudicated,
        )
        for each in proposed
    )
    scope.session.flush()


def _freeze(bulletin: Bulletin, text: str, for_all: str) -> None:
    bulletin.document, bulletin.sha256 = text, digest_of(text)
    bulletin.for_all, bulletin.for_all_sha256 = for_all, digest_of(for_all)


def _edition(bulletin: Bulletin) -> BulletinEdition:
    return "enterprise" if bulletin.edition == "enterprise" else "general"
