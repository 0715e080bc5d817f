"""Taking in at a community centre 代录: somebody of the centre writes down what a resident says, and it goes the common way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.areas.shapes import Point
from core.classification.locating import get_area
from core.files.judging import Upload
from core.intake.channels import open_channels_of
from core.intake.counters.labels import KIND_LABELS, PRESENT_LABELS
from core.intake.counters.models import CounterEntry
from core.intake.counters.service import content_mark, find_entry, keep_entry
from core.intake.rules import Appeal
from core.intake.service import MessageReused
from core.journey.accept import Accepted, accept
from core.journey.files import add_files, judge_all
from core.journey.join import accept_alike
from core.journey.portal import FEWEST_DIGITS
from core.journey.queries.alike import Written, master_chosen
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, normal_phone
from core.tickets.models import Ticket
from core.tickets.service import note, refuse_actor
from core.tickets.timeline import Actor, Order
from core.units.catalogue.queries import gazetteer_in_force
from core.units.queries import DirectoryUnit, directory

AT_COUNTER = frozenset({Permission.TAKE_IN, Permission.ACCEPT})
"""What a worker may with the one appeal that they write down: it is accepted at once, and dispatched as any other."""
OLDEST = timedelta(days=7)
"""An entry that a handheld kept for longer counts from when it arrives: its clock is not to be believed."""
MEDIUM = "counter"


class NoCenter(Refused):
    """The account belongs to no centre, or the tenant takes in at no counter."""

    code = "no-center"


class EntryUnusable(Refused):
    """Something is missing in what was written down, or cannot be."""

    code = "entry-unusable"


class PhoneUndecided(Refused):
    """Neither a phone was written down nor said that there is none; or both."""

    code = "phone-undecided"


class NotTold(Refused):
    """The resident was not told what becomes of name and phone, or did not agree."""

    code = "not-told"


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker wrote down for somebody. `area` is the code of the community where it is, empty = the place says it;
    `matter` the item of the duty list where the worker knows it, empty = the rules and the desk decide.

    `no_phone`: the resident leaves none, and knows that the receipt is the only way back. `told`: the worker has said what
    becomes of name and phone, and the resident agreed. `message_id` names the form, so that it is sent once however often
    it is tried. `written_at` is when it was written down on a handheld without network, None = now.
    """

    text: str
    kind: str
    present: str
    message_id: str
    place: str = ""
    area: str = ""
    matter: str = ""
    point: Point | None = None
    name: str = ""
    phone: str = ""
    address: str = ""
    no_phone: bool = False
    told: bool = False
    keep_private: bool = True
    written_at: datetime | None = None
    alike: str = ""
    """Name by which the form has a ticket in hand that is the same thing (`core.journey.queries.alike.token_of`)."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A ticket that was taken in, with number and code, and how it was."""

    accepted: Accepted
    entry: CounterEntry


def center_of(scope: Scope, actor: Actor) -> DirectoryUnit:
    """Return the centre that somebody works for. Raises `NoCenter`."""
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    if unit is None:
        raise NoCenter("您的账号没有所属的社区党群服务中心，不能代录。请联系管理员给账号写上单位。")
    return unit


def communities_of(scope: Scope, center: DirectoryUnit) -> tuple[str, ...]:
    """Return the codes of the areas in which the centre is at home, empty = the gazetteer says of none."""
    return tuple(area.code for area in gazetteer_in_force(scope).areas.nodes if area.unit == center.code)


def take_in_at_center(scope: Scope, said: Said, uploads: Sequence[Upload], *, actor: Actor, now: datetime) -> Entered:
    """Accept what was written down and dispatch it by the list, with photos; the same form again is the same ticket.

    Raises `NotPermitted`, `NoCenter`, `EntryUnusable`, `PhoneUndecided`, `NotTold`, `MessageReused`, `FilesTooMany`,
    `FileRefused`, and as `core.journey.accept.accept`.
    """
    refuse_actor(actor, Permission.TAKE_IN, "代录诉求")
    center = center_of(scope, actor)
    _refuse_unusable(said)
    mark = _mark_of(scope, said, uploads)
    known = find_entry(scope, center.id, said.message_id)
    if known is not None and known.content != mark:
        before = scope.session.get_one(Ticket, (scope.tenant.id, known.ticket_id))
        raise MessageReused(
            saying.said(
                "这一页已经提交过，工单是 {serial_no}，这次的内容不同，没有再登记。"
                "要补充，请在那件工单里跟进；是另一件事，请另录一件。",
                serial_no=before.serial_no,
            )
        )
    files = judge_all(uploads) if known is None else []
    worker = replace(actor, permissions=AT_COUNTER)
    accepted = _accepted(scope, said, center, actor=worker, now=now)
    if known is not None:
        return Entered(accepted, known)
    entry = keep_as_entry(scope, said, accepted, mark, actor=actor, now=now)
    if files:
        order = Order(worker, now, command_id=f"{center.code}/{said.message_id}/files")
        add_files(scope, accepted.serial_no, order, files)
    return Entered(accepted, entry)


def _accepted(scope: Scope, said: Said, center: DirectoryUnit, *, actor: Actor, now: datetime) -> Accepted:
    """Accept it, together with the ticket in hand of which the resident says that it is the same thing."""
    appeal, written = (
        _appeal(scope, said, center, now=now),
        Written(said.text, place=said.place, matter=said.matter, point=said.point),
    )
    if master := master_chosen(scope, written, said.alike, now=now):
        return accept_alike(scope, appeal, master=master, actor=actor, now=now)
    return accept(scope, appeal, actor=actor, now=now)


def keep_as_entry(
    scope: Scope, said: Said, accepted: Accepted, mark: str, *, actor: Actor, now: datetime
) -> CounterEntry:
    """Keep which centre took in what was accepted, and tell it in the timeline. Raises `NoCenter`."""
    center = center_of(scope, actor)
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, accepted.ticket_id))
    entry = keep_entry(
        scope,
        ticket,
        unit_id=center.id,
        kind=said.kind,
        present=said.present,
        no_phone=said.no_phone,
        message_id=said.message_id,
        content=mark,
        actor=actor,
        written_at=_written_at(said, now=now),
        now=now,
    )
    way_back = "未留电话，已告知凭回执查询" if said.no_phone else "留了电话"
    words = saying.said(
        "{name}{kind}，{present}，{way_back}",
        name=center.name,
        kind=saying.word(KIND_LABELS[said.kind]),
        present=saying.word(PRESENT_LABELS[said.present]),
        way_back=saying.word(way_back),
    )
    note(scope, ticket, "counter_entry", Order(actor, now), summary=words, records=[entry])
    scope.session.flush()  # whoever locks the ticket next reads it anew
    return entry


def _appeal(scope: Scope, said: Said, center: DirectoryUnit, *, now: datetime) -> Appeal:
    return Appeal(
        channel=_channel(scope),
        text=said.text,
        place=_place(scope, said),
        contact=Contact(said.name, "" if said.no_phone else said.phone, said.address, keep_private=said.keep_private),
        external_id=f"{center.code}/{said.message_id}",
        submitted_at=_written_at(said, now=now),
        matter=said.matter or None,
        point=said.point,
    )


def _channel(scope: Scope) -> str:
    """Return the channel by which the tenant takes in at counters. Raises `NoCenter`."""
    at_counters = (each.id for each in open_channels_of(scope).values() if each.medium == MEDIUM)
    channel = next(at_counters, None)
    if channel is None:
        raise NoCenter("本区没有开通窗口受理的渠道，不能代录。请联系系统管理员。")
    return channel


def _place(scope: Scope, said: Said) -> str:
    """Return the place with the community before it, where the words do not name it themselves. Raises `NoSuchArea`."""
    if not said.area:
        return said.place
    name = gazetteer_in_force(scope).areas.names(get_area(scope, said.area))[-1]
    return said.place if name in said.place else f"{name} {said.place}".strip()


def _written_at(said: Said, *, now: datetime) -> datetime:
    """Return when it was written down; what lies ahead, or too far back, was told by a clock that is wrong."""
    written = said.written_at
    return written if written is not None and now - OLDEST <= written <= now else now


def _mark_of(scope: Scope, said: Said, uploads: Sequence[Upload]) -> str:
    fields = {name: getattr(said, name) for name in said.__dataclass_fields__ if name != "written_at"}
    return content_mark(scope, fields, [each.content for each in uploads])


def _refuse_unusable(said: Said) -> None:
    if said.kind not in KIND_LABELS:
        raise EntryUnusable("请选择在哪里代录：窗口，还是上门。")
    if said.present not in PRESENT_LABELS:
        raise EntryUnusable("请选择谁在场：诉求人本人，还是他人代为反映。")
    if not said.message_id:
        raise EntryUnusable("页面不完整，缺少这一页的编号。请刷新后重新填写。")
    if said.no_phone and said.phone:
        raise PhoneUndecided("写了电话，又选了“不留电话”。请删去电话，或去掉“不留电话”的勾。")
    if not said.no_phone and sum(each.isdigit() for each in normal_phone(said.phone)) < FEWEST_DIGITS:
        raise PhoneUndecided(
            "没有能打通的电话。请写下诉求人的电话；确实不留的，请勾选“不留电话”，"
            "并告诉诉求人：打印的回执是查询进展的唯一凭据。"
        )
    if not said.told:
        raise NotTold("还没有告知诉求人。请把“告知”一栏的话讲给诉求人听，同意后打勾再提交。")
