"""By which way, when and of what a resident wants to be told 告知方式: chosen by themselves, kept in the timeline without an address.

An e-mail address is first asked whose it is (`core.jobs.resident_mail`): till whoever reads there says that the appeal is theirs,
it is told the number and that there is news. Of an address that turns out to be somebody else's nothing is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from sqlalchemy import select

from core.journey.command import command
from core.journey.own_appeal import NEWS_WISH, NewsAsWished, has_stopped_news, wish_news
from core.kit.errors import Refused
from core.kit.gateways import has_mail
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, TellBy, normal_phone, readable_email
from core.tickets.hours import CHOICES
from core.tickets.messages import contact_of, say, ways_to
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import keep_email, opened
from core.tickets.service import note
from core.tickets.states import OPEN
from core.tickets.timeline import RESIDENT, Order

WAY_LABELS: dict[TellBy, str] = {"sms": "短信", "mail": "邮件", "wechat": "微信", "none": "不通知"}
NEEDED: dict[TellBy, str] = {"sms": "您没有留电话，不能用短信通知", "wechat": "您不是从微信来的，不能用微信通知"}
"""Why a way cannot be chosen, by what it lacks; an e-mail address is left with the choice itself."""


class WayUnusable(Refused):
    """The way cannot be taken: what it needs was not left, or there is no such way or hour."""

    code = "news-way-unusable"


class NoEmail(Refused):
    """There is no e-mail address to say anything of, or it is known already whose it is."""

    code = "no-email-to-confirm"


@command(Permission.SPEAK, "选择告知方式")
def choose_news(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    by: TellBy,
    email: str = "",
    hours: str = "",
    stopped: bool = False,
) -> None:
    """The resident chooses by which way they are told, "none" = they look themselves, in which hours, and whether of each step or
    of the answer alone. An `email` that is new is written to, so that its reader says whose it is.

    Raises `WayUnusable`, `EmailUnusable`, and `NewsAsWished` where it is so already.
    """
    row = contact_of(scope, ticket)
    if row is None:
        raise WayUnusable(said("工单 {serial_no} 没有留联系方式，不能通知。", serial_no=ticket.serial_no))
    before, address = opened(scope.keys, row), readable_email(email)
    _refuse_unusable(row, by=by, address=address, hours=hours)
    is_new = bool(address) and address != before.email
    if not is_new and (by, hours, stopped) == (before.tell_by, before.tell_hours, ticket.news_stopped):
        raise NewsAsWished(
            said("工单 {serial_no} 现在就是这样通知的，没有改动，无需再选。", serial_no=ticket.serial_no)
        )
    if is_new:
        keep_email(scope.keys, row, address)
    row.tell_by, row.tell_hours, ticket.news_stopped = by, hours, stopped
    note(scope, ticket, NEWS_WISH, order, summary=_in_words(by, hours, stopped=stopped))
    if is_new and by == "mail":
        words = said("您选择用邮件接收诉求 {serial_no} 的消息。", serial_no=ticket.serial_no)
        key = f"email/{ticket.version}"
        say(
            scope,
            ticket_id=ticket.id,
            transport="mail",
            text=words,
            to_unit_id=None,
            now=order.now,
            at_night=True,
            news=key,
        )


@command(Permission.SPEAK, "确认邮箱")
def confirm_email(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Whoever reads mail at the address that was left says that the appeal is theirs: from now on they are told what happens.

    Raises `NoEmail`.
    """
    row = contact_of(scope, ticket)
    if row is None or row.email is None or row.email_confirmed:
        raise NoEmail(said("工单 {serial_no} 没有待确认的邮箱，没有改动。", serial_no=ticket.serial_no))
    row.email_confirmed = True
    note(scope, ticket, NEWS_WISH, order, summary="诉求人确认了邮箱，进展和答复发到邮箱")


@command(Permission.SPEAK, "不是本人的邮箱")
def disown_email(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Whoever reads mail at the address that was left says that it is not theirs: it is erased, and never written to again.

    Raises `NoEmail`.
    """
    row = contact_of(scope, ticket)
    if row is None or row.email is None:
        raise NoEmail(said("工单 {serial_no} 没有留邮箱，没有改动。", serial_no=ticket.serial_no))
    keep_email(scope.keys, row, "")
    row.tell_by = "" if row.tell_by == "mail" else row.tell_by
    note(scope, ticket, NEWS_WISH, order, summary="收件人说邮箱不是诉求人的，已删除，不再发邮件")


def stop_all(scope: Scope, phone: str, *, stopped: bool, now: datetime) -> Sequence[str]:
    """Do for all open tickets of a phone what its owner asked by SMS 退订: no more news, or again; return their numbers."""
    phone_hash = scope.keys.lookup_hash(normal_phone(phone), tenant_id=scope.tenant.id, field="phone")
    numbers = scope.session.scalars(
        select(Ticket.serial_no)
        .join(TicketContact, (TicketContact.tenant_id == Ticket.tenant_id) & (TicketContact.ticket_id == Ticket.id))
        .where(Ticket.tenant_id == scope.tenant.id, TicketContact.phone_hash == phone_hash, Ticket.state.in_(OPEN))
        .order_by(Ticket.id)
    ).all()
    return stop_these(scope, numbers, stopped=stopped, now=now)


def stop_these(scope: Scope, numbers: Sequence[str], *, stopped: bool, now: datetime) -> Sequence[str]:
    """Have these tickets' residents told of no more steps, or again; what is so already stays. Return the numbers."""
    for number in numbers:
        if has_stopped_news(scope, number) != stopped:
            wish_news(scope, number, Order(RESIDENT, now), stopped=stopped)
    return numbers


def stopped_words(numbers: Sequence[str], *, stopped: bool) -> str:
    """Return what is answered to who wanted no more news, or again."""
    if not numbers:
        return "您现在没有在办的诉求，没有进展要推送。"
    listed = joined("、", numbers)
    if stopped:
        return said("已记下：{numbers} 的进展不再推送，答复出来时仍会告诉您。发“恢复推送”可以恢复。", numbers=listed)
    return said("已记下：{numbers} 每办一步都会告诉您。", numbers=listed)


def ways_for(contact: Contact) -> tuple[TellBy, ...]:
    """Return the ways that a resident may choose: those they left an address for, e-mail where there is a mail server, none."""
    known = {*ways_to(contact), *(("mail",) if has_mail() else ())}
    return (*(way for way in ("sms", "mail", "wechat") if way in known), "none")


def _refuse_unusable(row: TicketContact, *, by: TellBy, address: str, hours: str) -> None:
    if by not in get_args(TellBy) or hours not in CHOICES:
        raise WayUnusable("没有这种告知方式或时段。请在给出的选项里选。")
    if by == "mail" and not (address or row.email):
        raise WayUnusable("选择用邮件通知，请填写邮箱。")
    if by in NEEDED and by not in ways_to(row):
        raise WayUnusable(said("{why}。请另选一种。", why=word(NEEDED[by])))


def _in_words(by: TellBy, hours: str, *, stopped: bool) -> str:
    if by == "none":
        return "诉求人选择不接收通知，自己查看"
    way = said("用{way}通知", way=word(WAY_LABELS[by])) if by else "按来时的渠道通知"
    return said(
        "诉求人选择{way}，时段：{hours}，{what}",
        way=way,
        hours=word(CHOICES[hours]),
        what=word("只通知答复" if stopped else "每办一步都通知"),
    )
