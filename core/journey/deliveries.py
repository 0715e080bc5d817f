"""Sending figures by mail when a week or month is over 定期发送: who gets what, ordered once per period and address."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.documents.data import ALL_FORMS
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.people.roles import NotPermitted, Permission
from core.statistics.city_documents import MONTH, pages_of, read_arguments
from core.statistics.days import Span
from core.statistics.deliveries.models import FigureDelivery, FigureSending
from core.statistics.deliveries.periods import EVERY_LABELS, Every, last_whole
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.timeline import Actor
from core.units.models import Unit

FIGURE_SENDING = "figure-sending"
"""Kind of the job that sends one period's figures to one address."""
SETS = frozenset({Permission.SEE_CITY, Permission.ADMINISTER})
"""Who says what is sent to whom."""
GOVERNMENT = ".gov.cn"
MOST_ADDRESSES = 20
MOST_DELIVERIES = 50
LONGEST_ADDRESS = 254
SHOWN = 12


class DeliveryUnusable(Refused):
    """A delivery cannot be made like this."""

    code = "delivery-unusable"


class NotOfficial(Refused):
    """An address is not one of an office, by its government domain or as a unit's own: figures are not sent elsewhere.

    A domain at which some unit has its mailbox is not enough: everybody may have one at a public provider.
    """

    code = "address-not-official"


class NoSuchDelivery(Refused):
    """There is no such delivery or sending."""

    code = "no-such-delivery"


class NothingToRetry(Refused):
    """Only what failed is sent again."""

    code = "nothing-to-retry"


def set_delivery(
    scope: Scope,
    *,
    name: str,
    page: str,
    arguments: Mapping[str, str],
    form: str,
    every: str,
    addresses: str,
    actor: Actor,
    address: str,
    now: datetime,
) -> FigureDelivery:
    """Have a page of figures sent from the next whole period on. `addresses` are written one a line, or between commas.

    Raises `NotPermitted`, `DeliveryUnusable`, `NotOfficial`, and what the page refuses to be narrowed by.
    """
    _refuse(actor)
    if page not in pages_of(scope):
        raise DeliveryUnusable("没有这个页面，或本级没有它。请从列表里选择要发送的内容。")
    if form not in ALL_FORMS or every not in EVERY_LABELS:
        raise DeliveryUnusable("请选择文件格式和发送周期。")
    if page == MONTH and every != MONTH:
        raise DeliveryUnusable("月度报告按整月统计，没有按周的版本。请选择每月发送。")
    wanted = name.strip() or pages_of(scope)[page]
    kept = read_arguments(scope, page, arguments, today=now.astimezone(scope.tenant.zone).date())
    to = _addresses(scope, addresses)
    count = scope.session.scalar(
        select(func.count()).where(FigureDelivery.tenant_id == scope.tenant.id, FigureDelivery.is_on)
    )
    if (count or 0) >= MOST_DELIVERIES:
        raise DeliveryUnusable(said("正在发送的已有 {most} 项，不能再加。请先停用不需要的。", most=MOST_DELIVERIES))
    newest = scope.session.scalar(
        select(func.max(FigureDelivery.number)).where(FigureDelivery.tenant_id == scope.tenant.id)
    )
    delivery = FigureDelivery(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=(newest or 0) + 1,
        name=wanted,
        page=page,
        arguments=dict(kept),
        form=form,
        every=every,
        addresses=to,
        is_on=True,
        set_by=actor.name,
        set_at=now,
    )
    scope.session.add(delivery)
    scope.session.flush()
    _note(scope, delivery, actor, address, now=now)
    return delivery


def switch_delivery(
    scope: Scope, number: int, *, is_on: bool, actor: Actor, address: str, now: datetime
) -> FigureDelivery:
    """Stop a delivery, or have it go on. Raises `NotPermitted`, `NoSuchDelivery`."""
    _refuse(actor)
    delivery = _locked(scope, number)
    delivery.is_on, delivery.set_by, delivery.set_at = is_on, actor.name, now
    _note(scope, delivery, actor, address, now=now)
    return delivery


def send_now(scope: Scope, number: int, *, actor: Actor, now: datetime) -> int:
    """Have the last whole period sent to all who have not got it, and return to how many.

    Raises `NotPermitted`, `NoSuchDelivery`.
    """
    _refuse(actor)
    delivery = _locked(scope, number)
    today = now.astimezone(scope.tenant.zone).date()
    return _order(scope, delivery, last_whole(cast(Every, delivery.every), today), now=now)


def retry(scope: Scope, sending_id: int, *, actor: Actor, now: datetime) -> FigureSending:
    """Send once more what failed, under its old id. Raises `NotPermitted`, `NoSuchDelivery`, `NothingToRetry`."""
    _refuse(actor)
    asked = select(FigureSending).where(FigureSending.tenant_id == scope.tenant.id, FigureSending.id == sending_id)
    sending = scope.session.scalar(asked.with_for_update())
    if sending is None:
        raise NoSuchDelivery("没有这一次发送。请刷新后查看。")
    if sending.state != "failed":
        raise NothingToRetry("这一次没有失败，不需要重新发送。")
    sending.state = "waiting"
    _enqueue(scope, sending.id, again=scope.new_id(), now=now)
    return sending


def order_sendings(scope: Scope, *, now: datetime) -> int:
    """Order what is due: the last whole period of each delivery that was set before it ended; return how many sendings."""
    zone = scope.tenant.zone
    today, ordered = now.astimezone(zone).date(), 0
    asked = select(FigureDelivery).where(FigureDelivery.tenant_id == scope.tenant.id, FigureDelivery.is_on)
    for delivery in scope.session.scalars(asked.order_by(FigureDelivery.number)):
        span = last_whole(cast(Every, delivery.every), today)
        if delivery.set_at.astimezone(zone).date() <= span.last:
            ordered += _order(scope, delivery, span, now=now)
    return ordered


def deliveries(scope: Scope) -> Sequence[tuple[FigureDelivery, Sequence[FigureSending]]]:
    """Return all deliveries, those that go on first, each with its last sendings."""
    asked = select(FigureDelivery).where(FigureDelivery.tenant_id == scope.tenant.id)
    found = scope.session.scalars(asked.order_by(FigureDelivery.is_on.desc(), FigureDelivery.number.desc())).all()
    ranked = (
        select(
            FigureSending.id,
            func.row_number()
            .over(partition_by=FigureSending.delivery_id, order_by=FigureSending.id.desc())
            .label("place"),
        )
        .where(FigureSending.tenant_id == scope.tenant.id)
        .subquery()
    )
    newest = (
        select(FigureSending)
        .join(ranked, ranked.c.id == FigureSending.id)
        .where(FigureSending.tenant_id == scope.tenant.id, ranked.c.place <= SHOWN)
        .order_by(FigureSending.first.desc(), FigureSending.address)
    )
    of: dict[int, list[FigureSending]] = {}
    for sending in scope.session.scalars(newest):
        of.setdefault(sending.delivery_id, []).append(sending)
    return [(each, of.get(each.id, [])) for each in found]


def _order(scope: Scope, delivery: FigureDelivery, span: Span, *, now: datetime) -> int:
    ordered = 0
    for to in delivery.addresses:
        sending_id = scope.session.execute(
            insert(FigureSending)
            .values(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                delivery_id=delivery.id,
                first=span.first,
                last=span.last,
                address=to,
                state="waiting",
                ordered_at=now,
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "delivery_id", "first", "address"])
            .returning(FigureSending.id)
        ).scalar()
        if sending_id is not None:
            _enqueue(scope, sending_id, now=now)
            ordered += 1
    return ordered


def _enqueue(scope: Scope, sending_id: int, *, now: datetime, again: int = 0) -> None:
    key = f"{FIGURE_SENDING}/{sending_id}" + (f"/{again}" if again else "")
    enqueue(scope.session, FIGURE_SENDING, dedup_key=key, payload={"sending_id": sending_id}, now=now)


def _locked(scope: Scope, number: int) -> FigureDelivery:
    asked = select(FigureDelivery).where(FigureDelivery.tenant_id == scope.tenant.id, FigureDelivery.number == number)
    delivery = scope.session.scalar(asked.with_for_update())
    if delivery is None:
        raise NoSuchDelivery("没有这一项定期发送。请刷新后查看。")
    return delivery


def _addresses(scope: Scope, typed: str) -> list[str]:
    wanted = list(dict.fromkeys(each for each in re.split(r"[\s,，;；、]+", typed) if each))
    if not wanted:
        raise DeliveryUnusable("请填写收件的官方邮箱，一行一个。")
    if len(wanted) > MOST_ADDRESSES:
        raise DeliveryUnusable(said("一项最多发给 {most} 个邮箱。请分成几项。", most=MOST_ADDRESSES))
    registered = {
        mail.lower()
        for mail in scope.session.scalars(select(Unit.mail).where(Unit.tenant_id == scope.tenant.id, Unit.mail != ""))
    }
    for each in wanted:
        _refuse_unreadable(each)
        if not each.lower().endswith(GOVERNMENT) and each.lower() not in registered:
            raise NotOfficial(
                said(
                    "{address} 不是官方邮箱，没有保存。可以用 {government} 的邮箱，或单位目录里登记的邮箱。",
                    address=each,
                    government=GOVERNMENT,
                )
            )
    return wanted


def _refuse_unreadable(address: str) -> None:
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError):
        parsed = None
    usable = parsed is not None and parsed.username and "." in parsed.domain and address.isascii()
    if not usable or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise DeliveryUnusable(said("“{address}”不是能用的邮箱地址。请核对。", address=address[:80]))


def _refuse(actor: Actor) -> None:
    if SETS.isdisjoint(actor.permissions):
        raise NotPermitted(said("定期发送由市级分析席或系统管理员设置，{name}没有这项权限。", name=actor.name))


def _note(scope: Scope, delivery: FigureDelivery, actor: Actor, address: str, *, now: datetime) -> None:
    detail = {
        "number": delivery.number,
        "page": delivery.page,
        "form": delivery.form,
        "every": delivery.every,
        "to": delivery.addresses,
        "on": delivery.is_on,
    }
    note_done(scope, "delivery_set", By(actor.name, actor.id, address), subject=delivery.name, detail=detail, now=now)
