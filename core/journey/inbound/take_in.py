"""Taking in what was pushed or mailed: read by the district's features, each appeal of it accepted once, the rest for a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from psycopg.errors import DataError, IntegrityError

from core.hooks import specs
from core.hooks.core_features import MAIL_INTAKE
from core.hooks.table import Answers
from core.hooks.values import InboundAppeal
from core.intake.channels import UnknownChannel, channels_of, open_channels_of
from core.intake.inbound import failure_words, get_item, open_item, payload_of
from core.intake.mail.reading import MailUnreadable, is_mail
from core.intake.models import InboundItem
from core.intake.points import point_of
from core.intake.rules import Appeal
from core.intake.service import refuse_another_text
from core.intake.sources.queries import source_book
from core.intake.times import YEARS
from core.intake.wechat.reading import is_wechat
from core.intake.weibo.reading import is_weibo
from core.journey.accept import accept
from core.journey.conversation.converse import converse
from core.journey.conversation.mentions import hear
from core.journey.conversation.understanding import understand
from core.journey.inbound.mail import appeal_of, mail_of
from core.journey.news_ways import stop_all, stopped_words
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import EMAIL, Contact, normal_email
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.service import note
from core.tickets.timeline import Actor, Detail, Order


class NotVouchedFor(Refused):
    """Nobody knows who pushed the item, so nothing reads it but a person."""

    code = "inbound-item-not-vouched-for"


class TimeUnusable(Refused):
    """The appeal was spoken at a time that cannot be meant."""

    code = "inbound-time-unusable"


def take_in(scope: Scope, item_id: int, *, now: datetime) -> None:
    """Take in an item that waits: its appeals become tickets, and what cannot is left to a person, with the reason.

    May be repeated: each appeal comes in once. Raises `core.kit.errors.Collision` as `accept`.
    """
    item = get_item(scope, item_id, locked=True)
    if item.state == "waiting":
        _take_in(scope, item, now=now)


def read_again(scope: Scope, item_id: int, *, now: datetime) -> InboundItem:
    """Read an item again that waits for a person, for instance after a plugin was mended. A mail that was put aside as
    automatic is read as one that is none.

    Raises `NoSuchItem`, `ItemSettled`, `NotVouchedFor`.
    """
    item = open_item(scope, item_id)
    if not item.vouched_by:
        raise NotVouchedFor(
            said(
                "推送来件 {id} 的来源没有核实，不能自动登记。发送方重新推送、核实后会自动登记；也可以核对后人工录入。",
                id=item.id,
            )
        )
    _take_in(scope, item, is_asked_for=True, now=now)
    return item


def put_off(scope: Scope, item_id: int, reason: str, *, is_last: bool) -> None:
    """Note that an item could not be taken in for a reason of ours; at the last try a person has to."""
    item = get_item(scope, item_id, locked=True)
    if item.state != "waiting":
        return
    if is_last:
        item.state, item.failure = "needs_person", said("多次自动登记没有成功：{reason}", reason=reason)
    else:
        item.failure = said("没有登记成功，稍后自动重试：{reason}", reason=reason)


def _take_in(scope: Scope, item: InboundItem, *, is_asked_for: bool = False, now: datetime) -> None:
    if is_wechat(item.content_type):
        converse(scope, item, now=now)
    elif is_weibo(item.content_type):
        hear(scope, item, now=now)
    else:
        _read(scope, item, is_asked_for=is_asked_for, now=now)


def _read(scope: Scope, item: InboundItem, *, is_asked_for: bool = False, now: datetime) -> None:
    payload = payload_of(scope, item)
    answers = scope.hooks.ask(specs.parse_inbound, channel=item.channel, payload=payload)
    found, troubles = list(answers), list(_unread(scope, answers))
    if is_mail(item.content_type) and not answers and not answers.failures:
        try:
            mail = mail_of(scope, payload)
        except MailUnreadable as unreadable:
            troubles = [unreadable.message]
        else:
            if mail.automatic and not is_asked_for:
                item.state, item.failure = "aside", said("{automatic}，没有登记。", automatic=mail.automatic)
                scope.session.flush()
                return
            found, troubles = [(MAIL_INTAKE.id, appeal_of(mail))], []
    if found and all(_wishes(scope, item, appeal, now=now) for _, appeal in found):
        item.state, item.reason, item.failure = "refused", "短信里的指令", ""
        scope.session.flush()
        return
    tickets = dict(item.tickets)
    for number, (feature, appeal) in enumerate(found, start=1):
        try:
            with scope.session.begin_nested():
                tickets[str(number)] = _accept(scope, item, appeal, number, feature=feature, now=now)
        except Refused as refusal:
            troubles.append(said("第 {number} 件没有登记：{message}", number=number, message=refusal.message))
        except (DataError, IntegrityError) as error:
            troubles.append(
                said("第 {number} 件没有登记：数据库不接受（{name}）", number=number, name=type(error).__name__)
            )
    item.tickets, item.failure = tickets, " ".join(troubles)
    item.state = "needs_person" if troubles else "taken_in"
    scope.session.flush()


def _wishes(scope: Scope, item: InboundItem, found: InboundAppeal, *, now: datetime) -> bool:
    """Do what an SMS asks that is no appeal but “TD” or “退订”: no more news of what its sender has in hand, or again.

    They are answered by one SMS. Tell whether it was such a one.
    """
    channel = channels_of(scope).get(found.channel or item.channel)
    meaning = understand(found.text).meaning
    if channel is None or channel.medium != "sms" or meaning not in ("stop", "resume") or not found.contact_phone:
        return False
    stopped = meaning == "stop"
    numbers = stop_all(scope, found.contact_phone, stopped=stopped, now=now)
    if numbers:
        ticket_id, words = get_ticket_id(scope, numbers[0]), stopped_words(numbers, stopped=stopped)
        say(scope, ticket_id=ticket_id, transport="sms", text=words, to_unit_id=None, now=now, at_night=True)
    return True


def _unread(scope: Scope, answers: Answers[InboundAppeal]) -> Iterator[str]:
    """Say why nothing was read, if nothing was."""
    if not answers:
        yield from (failure_words(scope, failure) for failure in answers.failures)
        if not answers.failures:
            yield "没有功能认得这份来件的内容。"


def _accept(scope: Scope, item: InboundItem, found: InboundAppeal, number: int, *, feature: str, now: datetime) -> int:
    """Accept one appeal, and note on its ticket who read it; one that came in before stays. Raises as `accept`."""
    appeal = _appeal(scope, item, found, number)
    if known := item.tickets.get(str(number)):
        refuse_another_text(scope.session.get_one(Ticket, (scope.tenant.id, known)), appeal)
        return known
    label = channels_of(scope)[item.channel].label if item.channel in channels_of(scope) else item.channel
    way, source = ("收取", "来信") if is_mail(item.content_type) else ("推送", "推送来件")
    sender = Actor(
        "agent", said("{label}（{way}）", label=word(label), way=way), permissions=frozenset({Permission.ACCEPT})
    )
    accepted = accept(scope, appeal, actor=sender, now=now)
    if accepted.created:
        ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
        read, left_out = (
            said("从{source}读出（{reason}）", source=source, reason=found.reason),
            point_of(found.longitude, found.latitude).flaw,
        )
        unknown = found.source and source_book(scope).find(found.source) is None
        unnamed = said("来源“{source}”不在来源名册中，请系统管理员补充", source=found.source) if unknown else ""
        detail: Detail = {"rule_id": found.rule_id, "by": scope.hooks.stamp(feature), "item": item.id, "number": number}
        note(
            scope,
            ticket,
            "draft",
            Order(sender, now),
            summary=joined("；", filter(None, (read, left_out, unnamed))),
            detail=detail,
        )
    return accepted.ticket_id


def _appeal(scope: Scope, item: InboundItem, found: InboundAppeal, number: int) -> Appeal:
    """Return the appeal as `accept` takes it: by the channel that was read, else by that of its source, else by the one
    that it was pushed to. Raises `UnknownChannel`, `TimeUnusable`.
    """
    known, channels = source_book(scope).find(found.source), open_channels_of(scope)
    by_source = known.channel if known and known.channel in channels else ""
    channel = found.channel or by_source or item.channel
    if channel not in channels:
        raise UnknownChannel("读出的渠道不是本区的渠道。请核对功能的渠道对照，或人工录入。")
    spoken = found.submitted_at
    if spoken is not None and spoken.year not in YEARS:
        raise TimeUnusable("读出的提出时间不是可能的时间。请核对发送方的时间写法，或人工录入。")
    return Appeal(
        channel=channel,
        text=found.text,
        title=found.title,
        place=found.place,
        mailbox=found.mailbox,
        contact=_contact(item, found),
        external_id=f"{item.channel}/{item.message_id}/{number}",
        submitted_at=found.submitted_at or item.received_at,
        nature=found.nature,
        affected_count=found.affected_count,
        appellant=found.appellant,
        source=found.source,
        point=point_of(found.longitude, found.latitude).point,
    )


def _contact(item: InboundItem, found: InboundAppeal) -> Contact:
    """Return who spoke. Whoever wrote a mail is answered at the mailbox they wrote from, and had it at hand."""
    contact = Contact(found.contact_name, found.contact_phone, found.contact_address, keep_private=found.keep_private)
    email = normal_email(found.contact_address)
    if is_mail(item.content_type) and EMAIL.fullmatch(email):
        return replace(contact, address="", email=email, email_confirmed=True)
    return contact
