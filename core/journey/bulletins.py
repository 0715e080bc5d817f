"""Bulletins 公开通报: made of a month that is over, decided by a second person, published, corrected; units summoned 约谈."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args

from sqlalchemy import func, select

from core.disclosure.models import Disclosure
from core.documents.model import Document
from core.escalation.letters import number_of
from core.escalation.models import Letter
from core.evaluation.models import Rating
from core.hooks import specs
from core.hooks.values import BulletinEdition
from core.journey.press import PRESSABLE, send_letter
from core.kit.errors import Refused
from core.kit.outbox import enqueue_once
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.statistics.bulletins import service
from core.statistics.bulletins.cases import cases_of, choose, drop, offered
from core.statistics.bulletins.in_force import EDITION_LABELS, rules_of
from core.statistics.bulletins.models import Bulletin, BulletinCase, BulletinNaming
from core.statistics.bulletins.naming import named_for_all
from core.statistics.bulletins.queries import (
    NoSuchBulletin,
    bulletins,
    copy_for_all,
    document_of,
    find_newest,
    get_bulletin,
    name_of,
    namings_of,
    replaced_by,
)
from core.statistics.city import refresh_city
from core.statistics.periods import Month
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, note_done
from core.tickets.models import Ticket
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor, Order

BULLETIN = "bulletin"
"""The kind of job that drafts a month's bulletins."""
EDITIONS: tuple[BulletinEdition, ...] = get_args(BulletinEdition)
TICKETS_OFFERED = 50
"""Dissatisfied tickets of a unit that are offered for its summons, the newest first."""
LONGEST_NUMBER = 18
CLOCK = By("系统")
NotedKind = Literal["bulletin_drafted", "bulletin_approved", "bulletin_published"]


class EditionUnknown(Refused):
    """There is no edition of that name."""

    code = "bulletin-edition-unknown"


class CannotSummon(Refused):
    """Nobody is summoned by this naming: not named, not a unit of the tenant's own, or summoned before."""

    code = "cannot-summon"


@dataclass(frozen=True, slots=True)
class BulletinShown:
    """A bulletin as a page shows it, with its corrections and whom it proposes to name."""

    bulletin: Bulletin
    document: Document
    replaces: int | None
    replaced_by: int | None
    namings: Sequence[BulletinNaming]
    tickets: dict[int, Sequence[Ticket]]
    """By the id of a naming, the tickets on which its unit may be summoned."""
    cases: Sequence[BulletinCase]
    offered: Sequence[Disclosure]
    """Public tickets that may be taken as cases of a draft."""


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A published bulletin as everybody finds it in the list."""

    bulletin: Bulletin
    published_on: date
    replaces: int | None
    replaced_by: int | None
    named: tuple[str, ...]
    """The units it names."""


def count_first(installation: Installation, slug: str) -> None:
    """Count what is not counted yet, of a district, or of all districts of a city; in transactions of their own."""
    if installation.tenant(slug).kind == "city":
        refresh_city(installation, slug)
    else:
        refresh_all(installation, slug)


def edition_named(words: str) -> BulletinEdition:
    """Return the edition. Raises `EditionUnknown`."""
    found = next((edition for edition in EDITIONS if edition == words), None)
    if found is None:
        known = joined(
            "、", (said("{name}（{label}）", name=name, label=word(label)) for name, label in EDITION_LABELS.items())
        )
        raise EditionUnknown(said("通报没有“{words}”这种版别。可选：{known}。", words=words, known=known))
    return found


def bulletins_of_month(
    installation: Installation,
    slug: str,
    month: Month,
    by: By,
    *,
    editions: Sequence[BulletinEdition] = (),
    now: datetime,
) -> Sequence[Bulletin]:
    """Draft what a month has no bulletin of yet, and return all that it has, in transactions of their own.

    Without `editions` those that the tenant makes. Raises `UnknownTenant` and `MonthNotOver`.
    """
    if installation.run(slug, lambda scope: lacks_any(scope, month, editions=editions, now=now)):
        count_first(installation, slug)
    return installation.run(
        slug, lambda scope: draft_missing(scope, installation, month, by, editions=editions, now=now)
    )


def lacks_any(scope: Scope, month: Month, *, editions: Sequence[BulletinEdition] = (), now: datetime) -> bool:
    """Tell whether a month lacks a bulletin. Raises `MonthNotOver`."""
    service.refuse_running(scope, month, now=now)
    return not all(find_newest(scope, month, edition) for edition in editions or rules_of(scope).editions)


def draft_missing(
    scope: Scope,
    installation: Installation,
    month: Month,
    by: By,
    *,
    editions: Sequence[BulletinEdition] = (),
    now: datetime,
) -> Sequence[Bulletin]:
    """Draft what a month has no bulletin of yet, and return the newest of each edition. Raises `MonthNotOver`."""
    found: list[Bulletin] = []
    for edition in editions or rules_of(scope).editions:
        bulletin = find_newest(scope, month, edition)
        if bulletin is None:
            bulletin = service.draft(scope, installation, month, edition, by, now=now)
            _note(scope, "bulletin_drafted", bulletin, by, now=now)
        found.append(bulletin)
    return found


def draft_bulletin(
    scope: Scope,
    installation: Installation,
    month: Month,
    edition: BulletinEdition,
    *,
    actor: Actor,
    address: str,
    now: datetime,
) -> Bulletin:
    """Draft a month's bulletin by a person's hand. Raises `NotPermitted`, `MonthNotOver`, `BulletinStands`."""
    refuse_actor(actor, Permission.BULLETIN, "出通报")
    service.refuse_running(scope, month, now=now)
    count_first(installation, scope.tenant.slug)
    by = _by(actor, address)
    bulletin = service.draft(scope, installation, month, edition, by, now=now)
    _note(scope, "bulletin_drafted", bulletin, by, now=now)
    return bulletin


def recount_bulletin(
    scope: Scope, installation: Installation, number: int, *, actor: Actor, address: str, now: datetime
) -> Bulletin:
    """Count a draft anew; whoever does so has made it. Raises `NotPermitted`, `NoSuchBulletin`, `BulletinStands`."""
    refuse_actor(actor, Permission.BULLETIN, "重新统计通报")
    bulletin, by = _locked(scope, number), _by(actor, address)
    service.refuse_settled(bulletin, "重新统计")
    count_first(installation, scope.tenant.slug)
    service.recount(scope, installation, bulletin, by, now=now)
    _note(scope, "bulletin_drafted", bulletin, by, now=now)
    return bulletin


def decide_naming(
    scope: Scope, number: int, naming_id: int, *, names: bool, reason: str, actor: Actor, address: str, now: datetime
) -> BulletinNaming:
    """Decide as a second person whether a unit is named 点名.

    Raises `NotPermitted`, `NoSuchBulletin`, `NoSuchNaming`, `ReasonMissing`, `BulletinStands`, `SameHands`.
    """
    refuse_actor(actor, Permission.BULLETIN, "决定点名")
    bulletin, by = _locked(scope, number), _by(actor, address)
    why = reason_of(reason, "决定点名")
    naming = service.decide_naming(scope, bulletin, naming_id, by, names=names, reason=why, now=now)
    detail = {"unit": naming.name, "decided": naming.state, "reason": why}
    note_done(scope, "bulletin_naming", by, subject=name_of(bulletin), detail=detail, now=now)
    return naming


def put_case(
    scope: Scope, number: int, public_no: str, *, wanted: bool, actor: Actor, address: str, now: datetime
) -> Bulletin:
    """Take a public ticket as a case of a draft, or take it out again.

    Raises `NotPermitted`, `NoSuchBulletin`, `BulletinStands`, `CaseUnusable`.
    """
    refuse_actor(actor, Permission.BULLETIN, "选案例")
    bulletin = _locked(scope, number)
    service.refuse_settled(bulletin, "改动案例")
    if wanted:
        choose(scope, bulletin, public_no, by=actor.name, now=now)
    else:
        drop(scope, bulletin, public_no)
    return bulletin


def approve_bulletin(scope: Scope, number: int, *, actor: Actor, address: str, now: datetime) -> Bulletin:
    """Approve a draft as a second person; from now on it never changes.

    Raises `NotPermitted`, `NoSuchBulletin`, `BulletinStands`, `SameHands`, `BulletinNotReady`.
    """
    refuse_actor(actor, Permission.BULLETIN, "核准通报")
    bulletin, by = _locked(scope, number), _by(actor, address)
    service.approve(scope, bulletin, by, now=now)
    _note(scope, "bulletin_approved", bulletin, by, now=now)
    return bulletin


def publish_bulletin(scope: Scope, number: int, *, actor: Actor, address: str, now: datetime) -> Bulletin:
    """Publish what was approved. Raises `NotPermitted`, `NoSuchBulletin`, `BulletinNotReady`, `BulletinStands`."""
    refuse_actor(actor, Permission.BULLETIN, "发布通报")
    bulletin, by = _locked(scope, number), _by(actor, address)
    service.publish(bulletin, by, now=now)
    _note(scope, "bulletin_published", bulletin, by, now=now)
    return bulletin


def correct_bulletin(
    scope: Scope, installation: Installation, number: int, *, reason: str, actor: Actor, address: str, now: datetime
) -> Bulletin:
    """Draft an erratum 更正 of a published bulletin, under a number of its own.

    Raises `NotPermitted`, `NoSuchBulletin`, `ReasonMissing`, `BulletinNotReady`, `BulletinStands`.
    """
    refuse_actor(actor, Permission.BULLETIN, "更正通报")
    bulletin, by = _locked(scope, number), _by(actor, address)
    why = reason_of(reason, "更正通报")
    count_first(installation, scope.tenant.slug)
    erratum = service.correct(scope, installation, bulletin, by, reason=why, now=now)
    _note(scope, "bulletin_drafted", erratum, by, now=now)
    return erratum


def summon(scope: Scope, number: int, naming_id: int, *, serial_no: str, text: str, order: Order) -> str:
    """Summon a unit that was named by a letter 约谈通知 on one of its tickets, once; return the letter's number.

    Raises `NotPermitted`, `NoSuchBulletin`, `NoSuchNaming`, `CannotSummon`, and as `send_letter`.
    """
    refuse_actor(order.actor, Permission.SUPERVISE, "约谈")
    bulletin = _locked(scope, number)
    naming = service.naming_of(scope, bulletin, naming_id)
    if naming.state != "named" or bulletin.state == "draft":
        raise CannotSummon(said("{name}没有经核准点名，不能据此约谈。请先决定点名并核准通报。", name=naming.name))
    if naming.summons:
        raise CannotSummon(said("{name}已由{summons}约谈，不用再发。", name=naming.name, summons=naming.summons))
    if naming.unit_id is None:
        raise CannotSummon(said("{name}不是本级的承办单位，约谈函由其所在的区（市）县发出。", name=naming.name))
    offered = {ticket.serial_no for ticket in _dissatisfied(scope, bulletin, naming)}
    if serial_no not in offered:
        raise CannotSummon(
            said(
                "工单 {serial_no} 不是{name}当月不满意而仍可发函的工单。请从列表中选择。",
                serial_no=serial_no,
                name=naming.name,
            )
        )
    ticket = send_letter(scope, serial_no, order, kind="talk", text=text)
    newest = (
        select(Letter)
        .where(Letter.tenant_id == scope.tenant.id, Letter.ticket_id == ticket.id, Letter.unit_id == naming.unit_id)
        .order_by(Letter.id.desc())
        .limit(1)
    )
    scope.session.flush()
    naming.summons, naming.summons_ticket = number_of(scope.session.scalars(newest).one()), serial_no
    return naming.summons


def refuse_unknown(scope: Scope, number: str, naming: str = "") -> None:
    """Raise `NoSuchBulletin` or `NoSuchNaming` unless the tenant has what an address names."""
    bulletin = get_bulletin(scope, read_number(number))
    if naming:
        service.naming_of(scope, bulletin, read_number(naming))


def list_bulletins(scope: Scope) -> Sequence[Bulletin]:
    """Return all bulletins, the newest first."""
    return bulletins(scope)


def show_bulletin(scope: Scope, number: int) -> BulletinShown:
    """Return one bulletin. Raises `NoSuchBulletin` and `BulletinDamaged`."""
    bulletin = get_bulletin(scope, number)
    replaces = scope.session.get(Bulletin, (scope.tenant.id, bulletin.replaces_id)) if bulletin.replaces_id else None
    later, namings = replaced_by(scope, bulletin), namings_of(scope, bulletin)
    takes_cases = bulletin.state == "draft" and bulletin.cases_at is not None
    waiting = [each for each in namings if each.state == "named" and each.unit_id and not each.summons]
    return BulletinShown(
        bulletin,
        document_of(bulletin),
        replaces.number if replaces else None,
        later.number if later else None,
        namings,
        {each.id: _dissatisfied(scope, bulletin, each) for each in waiting} if bulletin.state != "draft" else {},
        cases_of(scope, bulletin),
        offered(scope, bulletin) if takes_cases else (),
    )


def list_published(scope: Scope) -> Sequence[PublishedLine]:
    """Return the published bulletins, the newest first, each with what it corrects and by what it was corrected."""
    found = [each for each in bulletins(scope, state="published") if each.for_all]
    numbers = {each.id: each.number for each in found}
    later = {each.replaces_id: each.number for each in found if each.replaces_id}
    zone = scope.tenant.zone
    return [
        PublishedLine(
            each,
            each.published_at.astimezone(zone).date(),
            numbers.get(each.replaces_id or 0),
            later.get(each.id),
            tuple(naming.name for naming in named_for_all(namings_of(scope, each))),
        )
        for each in found
        if each.published_at
    ]


def get_published(scope: Scope, number: str) -> Bulletin:
    """Return a bulletin that everybody may read, by its number. Raises `NoSuchBulletin` and `BulletinDamaged`."""
    bulletin = get_bulletin(scope, read_number(number))
    if bulletin.state != "published":
        raise NoSuchBulletin(said("第 {number} 期通报没有发布。请从通报列表中选择。", number=bulletin.number))
    copy_for_all(bulletin)
    return bulletin


def read_number(words: str) -> int:
    """Return the number that stands in an address. Raises `NoSuchBulletin`."""
    if not words.isascii() or not words.isdecimal() or len(words) > LONGEST_NUMBER:
        raise NoSuchBulletin("没有这一期通报。请从通报列表中选择。")
    return int(words)


def order_drafts(scope: Scope, month: Month, *, now: datetime) -> bool:
    """Write the job that drafts a month's bulletins, once, where the tenant has them made by themselves."""
    if not scope.hooks.answerers_of(specs.bulletin_rules) or not rules_of(scope).monthly:
        return False
    return enqueue_once(
        scope.session, BULLETIN, dedup_key=f"{BULLETIN}/{month}", payload={"month": str(month)}, now=now
    )


def _dissatisfied(scope: Scope, bulletin: Bulletin, naming: BulletinNaming) -> Sequence[Ticket]:
    """Return the unit's tickets that were rated badly in the month and on which a letter can still be sent."""
    month, zone = Month.parse(bulletin.month), scope.tenant.zone
    starts, ends = (datetime.combine(each.first, time(), zone) for each in (month, month.following))
    newest = (
        select(func.max(Rating.at))
        .where(
            Rating.tenant_id == Ticket.tenant_id,
            Rating.ticket_id == Ticket.id,
            Rating.satisfaction == "dissatisfied",
            Rating.at >= starts,
            Rating.at < ends,
        )
        .scalar_subquery()
    )
    asked = (
        select(Ticket)
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Ticket.lead_unit_id == naming.unit_id,
            Ticket.state.in_(PRESSABLE),
            newest.is_not(None),
        )
        .order_by(newest.desc(), Ticket.id)
        .limit(TICKETS_OFFERED)
    )
    return scope.session.scalars(asked).all()


def _locked(scope: Scope, number: int) -> Bulletin:
    """Return the bulletin, which nobody else changes until the transaction ends. Raises `NoSuchBulletin`."""
    bulletin = get_bulletin(scope, number)
    scope.session.refresh(bulletin, with_for_update=True)
    return bulletin


def _by(actor: Actor, address: str) -> By:
    return By(actor.name, actor.id, address)


def _note(scope: Scope, kind: NotedKind, bulletin: Bulletin, by: By, *, now: datetime) -> None:
    note_done(scope, kind, by, subject=name_of(bulletin), detail={"sha256": bulletin.sha256}, now=now)
