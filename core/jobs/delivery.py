"""Delivering messages to people: at least once, under an id that stays the same at every try.

A message that cannot be delivered stays to be seen as failed, with the reason; none is dropped in silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from core.intake.portal import link_to, page_of
from core.intake.wechat.settings import find_wechat
from core.intake.weibo.settings import find_weibo
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet
from core.jobs.resident_mail import UNCONFIRMED, is_answer, is_unconfirmed, mail_to
from core.jobs.transports.outgoing import Gateway, NotAccepted, Outgoing
from core.jobs.transports.wechat import About, Tokens, send_template
from core.jobs.transports.weibo import AskedTooOften, StatusGone, TokenEnded, post_comment
from core.journey.answer_news import RATE_HERE, answered_words
from core.journey.inbound.weibo import find_thread, note_gone, tell_trouble
from core.journey.resident_links import rating_link
from core.journey.spoken_openly import open_words
from core.kit import saying
from core.kit.errors import Refused
from core.kit.serials import access_code, spoken_code
from core.people.roster.duty import duty_phone
from core.tenancy.scope import Scope
from core.tickets.answering import ANSWER
from core.tickets.contact import Contact
from core.tickets.messages import BY_DAY, CODE_HERE, OR_SMS, RECEIPT, OrSms, may_go_at, put_again, say
from core.tickets.models import Message, Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.states import STATE_LABELS, State
from core.units.models import Unit
from core.units.queries import directory

LABELS = {"sms": "短信", "mail": "邮件", "wechat": "微信通知", "weibo": "微博评论"}
ADDRESS_LABELS = {"sms": "电话", "mail": "邮箱", "wechat": "微信", "weibo": "微博"}
SETTINGS = {"sms": "SMS_URL", "mail": "SMTP_URL"}


WHEN_AUTHORISED = timedelta(minutes=10)
"""When a comment is tried again that Weibo did not take for want of a token, or because it was asked too often."""


class NotFailed(Refused):
    """Only a message that failed can be sent again."""

    code = "message-not-failed"


def delivering(gateways: Mapping[str, Gateway], tokens: Tokens) -> JobKind:
    """Return how jobs of kind `deliver` are done through these gateways, and the WeChat account of each tenant."""
    return JobKind(do=partial(deliver, gateways, tokens), tell=tell_failure, acts_as=ActsAs.NOBODY)


def deliver(
    gateways: Mapping[str, Gateway], tokens: Tokens, scope: Scope, payload: Mapping[str, Any], now: datetime
) -> None:
    """Send one message, or keep it as failed when nothing but a person can help: no address, no gateway, refused.

    What WeChat, Weibo or the mail server refuses for good, or who has no account or server would have sent by it, goes by SMS
    where the resident left a phone, unless it is not worth one. A comment on Weibo waits as long as nobody authorises us there, and is no try.

    A message that is not to wake anybody, but comes up at night after an outage or a failed try, waits for the morning.
    Raises `core.jobs.drain.NotYet` for that, and `core.jobs.drain.TryLater` when the gateway does not take it now.
    """
    message = _locked(scope, payload["message_id"])
    if message.state == "sent":
        return
    if payload.get(BY_DAY) and (morning := may_go_at(scope, message, now=now)) > now:
        raise NotYet(morning)
    if message.transport == "wechat":
        or_sms: OrSms = payload.get(OR_SMS) or ("by_day" if payload.get(BY_DAY) else "at_once")
        _send_by_wechat(tokens, scope, message, or_sms=or_sms, now=now)
        return
    if message.transport == "weibo":
        _post_on_weibo(scope, message, or_sms=payload.get(OR_SMS) or "by_day", now=now)
        return
    label = LABELS[message.transport]
    gateway = gateways.get(message.transport)
    to = _address(scope, message, now=now)
    or_sms = payload.get(OR_SMS) or "by_day"
    if gateway is None:
        _fail_or_sms(
            scope,
            message,
            saying.said(
                "没有配置{label}网关（{settings}），{label}没有发出。配置后请重新发送。",
                label=saying.word(label),
                settings=saying.word(SETTINGS[message.transport]),
            ),
            or_sms=or_sms,
            now=now,
        )
    elif not to:
        _fail(
            message,
            saying.said(
                "{receiver}没有登记{address}，{label}没有发出。",
                receiver=saying.word(_receiver(message)),
                address=saying.word(ADDRESS_LABELS[message.transport]),
                label=saying.word(label),
            ),
        )
    else:
        _hand_over(gateway, scope, message, to, or_sms=or_sms, now=now)


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Write onto the message why it is not delivered yet, or never will be without a person."""
    message = _locked(scope, payload["message_id"])
    if message.state != "waiting":
        return
    if failure.is_last:
        _fail(
            message,
            saying.said(
                "试了 {attempt} 次，没有发出：{reason}。请查明原因后重新发送。",
                attempt=failure.attempt,
                reason=failure.reason,
            ),
        )
    else:
        message.failure = saying.said(
            "第 {attempt} 次没有发出，稍后自动重试：{reason}。", attempt=failure.attempt, reason=failure.reason
        )


def resend(scope: Scope, message_id: int, *, now: datetime) -> None:
    """Send a failed message again, under its old id. Raises `NotFailed`."""
    message = _locked(scope, message_id)
    if message.state != "failed":
        raise NotFailed("这条消息没有失败，不需要重新发送。")
    put_again(scope, message, now=now)


def resend_failed(scope: Scope, *, since: datetime, now: datetime) -> int:
    """Send all messages again that were written since then and failed; return how many."""
    failed = scope.session.scalars(
        select(Message.id)
        .where(Message.tenant_id == scope.tenant.id, Message.state == "failed", Message.created_at >= since)
        .order_by(Message.id)
    ).all()
    for message_id in failed:
        resend(scope, message_id, now=now)
    return len(failed)


def _locked(scope: Scope, message_id: int) -> Message:
    return scope.session.scalars(
        select(Message).where(Message.tenant_id == scope.tenant.id, Message.id == message_id).with_for_update()
    ).one()


def _hand_over(gateway: Gateway, scope: Scope, message: Message, to: str, *, or_sms: OrSms, now: datetime) -> None:
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, message.ticket_id))
    outgoing, mail = _outgoing(scope, message, to, ticket.serial_no), None
    contact = _left(scope, message)
    if message.transport == "mail" and contact is not None:
        mail = mail_to(scope, ticket, message, contact, now=now)
        outgoing = replace(outgoing, subject=mail.subject, text=mail.text, unsubscribe=mail.unsubscribe)
    try:
        gateway.send(outgoing, now=now)
    except NotAccepted as refusal:
        _fail_or_sms(scope, message, str(refusal), or_sms=or_sms, now=now)
        return
    message.state, message.sent_at, message.failure = "sent", now, None
    if mail is not None and contact is not None and is_unconfirmed(contact):
        message.text = mail.kept
        message.news = f"{UNCONFIRMED}/{message.news}" if is_answer(message) else message.news


def _send_by_wechat(tokens: Tokens, scope: Scope, message: Message, *, or_sms: OrSms, now: datetime) -> None:
    to, wechat = _address(scope, message, now=now), find_wechat(scope.hooks)
    refused = ""
    if not to:
        refused = saying.said("{receiver}没有登记微信，微信通知没有发出。", receiver=saying.word(_receiver(message)))
    elif wechat is None:
        refused = "没有接入微信公众号（功能 core.wechat），微信通知没有发出。"
    else:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, message.ticket_id))
        outgoing = _outgoing(scope, message, to, ticket.serial_no)
        about = _about(scope, ticket, message)
        try:
            message.receipt = send_template(tokens, wechat.account, outgoing, about, now=now) or None
        except NotAccepted as refusal:
            refused = str(refusal)
    if refused:
        _fail_or_sms(scope, message, refused, or_sms=or_sms, now=now)
    else:
        message.state, message.sent_at, message.failure = "sent", now, None


def _post_on_weibo(scope: Scope, message: Message, *, or_sms: OrSms, now: datetime) -> None:
    """Post the message below the mention that became the ticket, and keep the words as everybody reads them.

    Raises `core.jobs.drain.NotYet` as long as Weibo wants another token, or to be asked less often.
    """
    weibo, thread = find_weibo(scope.hooks), find_thread(scope, message.ticket_id)
    if weibo is None:
        refused = "没有接入微博账号（功能 core.weibo），没有在微博上回复。"
    elif thread is None:
        refused = "找不到诉求人的微博，没有在微博上回复。"
    else:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, message.ticket_id))
        said = open_words(scope, ticket, message, answers=weibo.answers)
        try:
            message.receipt = post_comment(weibo.account, thread.status, said, since=message.created_at) or None
        except (TokenEnded, AskedTooOften) as waits:
            message.failure = saying.said("还没有发出，等待微博接口恢复：{waits}", waits=waits)
            if isinstance(waits, TokenEnded):
                tell_trouble(scope, str(waits), now=now)
            raise NotYet(now + WHEN_AUTHORISED) from None
        except StatusGone as gone:
            note_gone(scope, thread.post_id, str(gone), now=now)
            refused = saying.said("{gone}没有在微博上回复。", gone=gone)
        except NotAccepted as refusal:
            refused = str(refusal)
        else:
            message.text = f"{said.words}{said.mark}"
            message.state, message.sent_at, message.failure = "sent", now, None
            return
    _fail_or_sms(scope, message, refused, or_sms=or_sms, now=now)


def _fail_or_sms(scope: Scope, message: Message, refused: str, *, or_sms: OrSms, now: datetime) -> None:
    """Keep a message as failed, and say it by SMS where the resident left a phone and it is worth one.

    Of an answer that would have gone whole, an SMS says that it is there.
    """
    contact = _left(scope, message)
    has_phone = message.transport != "sms" and contact is not None and bool(contact.phone)
    by_sms = has_phone and or_sms != "never"
    _fail(message, f"{refused}{'已改发短信。' if by_sms else ''}")
    if by_sms:
        say(
            scope,
            ticket_id=message.ticket_id,
            transport="sms",
            text=_in_an_sms(scope, message, now=now),
            to_unit_id=None,
            now=now,
            at_night=or_sms == "at_once",
            news=f"{message.news}/sms" if message.news else None,
        )


def _in_an_sms(scope: Scope, message: Message, *, now: datetime) -> str:
    """Return the words of a message as an SMS says them: nobody rates by writing back to one, and no answer is whole in it."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, message.ticket_id))
    if message.transport == "mail" and (message.news or "").startswith(f"{ANSWER}/"):
        return answered_words(scope, ticket, now=now)
    if RATE_HERE not in message.text:
        return message.text
    link, page = rating_link(scope, ticket, now=now), page_of(scope, ticket.serial_no)
    where = saying.said("评价：{link}", link=link) if link else ""
    return message.text.replace(f"{page} {RATE_HERE}", link or page).replace(RATE_HERE, where).rstrip()


def _left(scope: Scope, message: Message) -> Contact | None:
    """Return what the resident left to whom the message goes; None = it goes to a unit, or nobody left anything."""
    if message.to_unit_id is not None:
        return None
    row = scope.session.get(TicketContact, (scope.tenant.id, message.ticket_id))
    return opened(scope.keys, row) if row is not None else None


def _about(scope: Scope, ticket: Ticket, message: Message) -> About:
    tenant = scope.tenant
    return About(
        number=ticket.serial_no,
        code=access_code(scope.keys, tenant_id=tenant.id, ticket_id=ticket.id, version=ticket.code_version),
        title=ticket.title,
        state=STATE_LABELS[State(ticket.state)],
        time=f"{message.created_at.astimezone(tenant.zone):%Y年%m月%d日 %H:%M}",
        tenant=tenant.name,
        link=link_to(scope, ticket.serial_no),
    )


def _outgoing(scope: Scope, message: Message, to: str, serial_no: str) -> Outgoing:
    return Outgoing(
        id=f"{scope.tenant.slug}-{message.id}",
        to=to,
        subject=saying.said("{name} 工单 {serial_no}", name=scope.tenant.name, serial_no=serial_no),
        text=_with_code(scope, message),
    )


def _with_code(scope: Scope, message: Message) -> str:
    """Return the words of a message, of one that gives number and code again with the code, which stands nowhere before."""
    if not (message.news or "").startswith(f"{RECEIPT}/") or message.to_unit_id is not None:
        return message.text
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, message.ticket_id))
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return message.text.replace(CODE_HERE, spoken_code(code))


def _fail(message: Message, reason: str) -> None:
    message.state, message.failure = "failed", reason


def _receiver(message: Message) -> str:
    return "诉求人" if message.to_unit_id is None else "承办单位"


def _address(scope: Scope, message: Message, *, now: datetime) -> str:
    """Return where the message goes, empty when that is not known. A resident's phone or mail address is decrypted here and only here.

    An SMS to the desk goes to the phone of the shift that sits there when it goes out, where the shift has one.
    """
    if message.to_unit_id is not None:
        if message.transport == "wechat":
            return ""
        is_to_desk = message.transport == "sms" and message.to_unit_id == directory(scope).desk.id
        if is_to_desk and (phone := duty_phone(scope, now)):
            return phone
        column = Unit.phone if message.transport == "sms" else Unit.mail
        return scope.session.scalars(
            select(column).where(Unit.tenant_id == scope.tenant.id, Unit.id == message.to_unit_id)
        ).one()
    left = _left(scope, message)
    if left is None:
        return ""
    if message.transport == "wechat":
        return left.wechat
    if message.transport == "sms":
        return left.phone
    return left.email or (left.address if "@" in left.address else "")
