"""Handing in an appeal on the public page: written freely, to a leader's mailbox or to nobody in particular, and accepted."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from core.areas.shapes import Point
from core.hooks.values import Appellant, Wish
from core.intake.admission import Ground, grounds_of
from core.intake.channels import open_channels_of
from core.intake.portal import PORTAL, Portal, find_portal
from core.intake.repeated import too_many_of_address
from core.intake.rules import Appeal, usable
from core.intake.service import find_ticket_of
from core.journey.accept import Accepted, accept, register
from core.journey.begun import bring_files
from core.journey.disclose import wish_disclosure
from core.journey.filing import tell_filed
from core.journey.instant import is_unsettled, say_unhelped
from core.journey.join import accept_alike
from core.journey.phone_proof import refuse_unproven
from core.journey.queries.danger import has_rules, words_of_danger
from core.kit.errors import Refused
from core.kit.saying import said
from core.knowledge.instant import instant_rules
from core.people.roles import Permission
from core.residents.drafts.service import drop_begun
from core.residents.phones.rules import readable_phone
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, EmailUnusable, TellBy
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import RESIDENT, SYSTEM, Actor, Order
from core.units.mailboxes.queries import mailbox_book

AT_THE_PORTAL = Actor("agent", "网上提交", permissions=frozenset({Permission.ACCEPT}))
"""Who takes it in: nobody of the house. Beyond what its phone is allowed a person looks first, as with other systems."""

FEWEST_DIGITS = 7
"""Of a phone that somebody can call."""


class NoPortal(Refused):
    """The tenant has no public entry."""

    code = "no-such-portal"


class NoSuchMailbox(Refused):
    """The mailbox that was chosen is not offered any more."""

    code = "mailbox-closed"


class PhoneNeeded(Refused):
    """The tenant asks for a phone, and there is none that could be called."""

    code = "phone-needed"


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody hands in. `mailbox` is the name of the leader's mailbox, empty = to nobody in particular;
    `message_id` names the form that was sent, so that a second click hands in nothing new.
    """

    text: str
    message_id: str
    mailbox: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    appellant: Appellant | None = None
    keep_private: bool = True
    point: Point | None = None
    email: str = ""
    tell_by: TellBy = ""
    phone_proven: bool = False
    """Whether `core.journey.phone_proof` showed that the phone is at hand of who writes."""
    wechat: str = ""
    """As whom the district's WeChat account knows who writes, out of a link that it gave out."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What the resident is told: number, code and receipt, and the lawful way for what may not be the district's to answer."""

    accepted: Accepted
    grounds: tuple[Ground, ...]


def get_portal(scope: Scope) -> Portal:
    """Return the tenant's public entry. Raises `NoPortal`."""
    portal = find_portal(scope.hooks)
    if portal is None:
        raise NoPortal(said("{name}没有开通网上提交。请拨打热线，或到服务窗口反映。", name=scope.tenant.name))
    return portal


def appeal_of(scope: Scope, letter: Letter) -> Appeal:
    """Return the appeal that a letter is, checked so far that it can be kept. It comes in by the mailbox's channel; what an
    enterprise writes to nobody in particular by the channel for enterprises, where there is one.

    Raises `NoPortal`, `AppealUnusable`, `PhoneNeeded`, `NoSuchMailbox`, `EmailUnusable`, `PhoneUnusable`.
    """
    portal = get_portal(scope)
    phone = "" if portal.phone == "none" else letter.phone
    appeal = Appeal(
        channel=_channel(scope, letter),
        text=letter.text,
        place=letter.place,
        mailbox=letter.mailbox,
        contact=Contact(
            letter.name,
            readable_phone(phone) if phone.strip() else "",
            keep_private=letter.keep_private,
            email=letter.email,
            tell_by=letter.tell_by,
            phone_proven=letter.phone_proven,
            wechat=letter.wechat,
        ),
        external_id=letter.message_id,
        appellant=letter.appellant,
        point=letter.point,
    )
    usable(appeal)
    if letter.tell_by == "mail" and not letter.email.strip():
        raise EmailUnusable("您选择用邮件通知，请填写邮箱，或另选一种。")
    if portal.phone == "required" and not appeal.contact.phone:
        raise PhoneNeeded("请填写能联系到您的电话号码，承办单位可能要向您了解情况。")
    return appeal


def came_before(scope: Scope, appeal: Appeal) -> bool:
    """Tell whether this very form was handed in before."""
    return find_ticket_of(scope, appeal.channel, appeal.external_id) is not None


def hand_in(
    scope: Scope,
    appeal: Appeal,
    *,
    may_publish: Wish,
    address: str,
    master: str = "",
    draft: str = "",
    now: datetime,
) -> HandedIn:
    """Accept the appeal; the same form twice is one ticket. Nothing is refused for what it is about: the lawful way is told.

    `may_publish` is what the resident says of making it public, `master` the number of the ticket in hand that they say is
    about the same thing, empty = none. Beyond what an `address` is allowed in a day it is registered only, and a person
    looks first. The files of the `draft` with this key become the ticket's, and the draft is dropped. Where no rule of the
    district says what is urgent, the core's words of danger make it so. What the same form was answered at once, and did not help, is noted on it. Raises `PhoneNotProven` where the district asks for
    a code, and as `accept`.
    """
    if not came_before(scope, appeal):
        refuse_unproven(scope, appeal.contact, now=now)
    held_back = too_many_of_address(scope, address, now=now)
    if appeal.urgency is None and not has_rules(scope) and words_of_danger(appeal.text):
        appeal = replace(appeal, urgency="urgent")
    take_in = register if held_back else partial(accept_alike, master=master) if master else accept
    accepted = take_in(scope, appeal, actor=AT_THE_PORTAL, now=now)
    if accepted.created and held_back:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
        note(scope, ticket, "held_back", Order(SYSTEM, now), summary=held_back)
    answered = appeal.external_id or ""
    if accepted.created and instant_rules(scope) is not None and is_unsettled(scope, answered):
        say_unhelped(scope, accepted.serial_no, Order(RESIDENT, now), key=answered)
    if accepted.created and may_publish != "none":
        wish_disclosure(scope, accepted.serial_no, Order(RESIDENT, now), wish=may_publish)
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
    if accepted.created and not held_back:
        tell_filed(scope, ticket, now=now)
    if accepted.created and draft:
        bring_files(scope, ticket, draft, now=now)
    elif draft:
        drop_begun(scope, draft)
    return HandedIn(accepted, grounds_of(scope, ticket))


def _channel(scope: Scope, letter: Letter) -> str:
    channels = open_channels_of(scope)
    if letter.mailbox:
        mailbox = mailbox_book(scope).find(letter.mailbox)
        if mailbox is None or not mailbox.is_public:
            raise NoSuchMailbox(
                said("信箱“{mailbox}”现在不接收来信。请另选一个信箱，或不选，由受理人员转交。", mailbox=letter.mailbox)
            )
        return mailbox.channel if mailbox.channel in channels else PORTAL.id
    for_enterprises = (each.id for each in channels.values() if each.appellant == "enterprise")
    return next(for_enterprises, PORTAL.id) if letter.appellant == "enterprise" else PORTAL.id
