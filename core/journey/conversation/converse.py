"""Answering one message of a WeChat user, once: what it is, what becomes of it, and the words that go back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core.areas.gcj02 import to_wgs84
from core.areas.shapes import Point
from core.intake.inbound import get_item, payload_of
from core.intake.models import InboundItem, WechatMessage
from core.intake.portal import address_of, find_portal
from core.intake.receipts import in_words
from core.intake.repeated import too_many_in_wechat
from core.intake.rules import Appeal
from core.intake.wechat.reading import KIND_LABELS, NOTICE_DONE, Incoming, Unreadable, read_message
from core.intake.wechat.settings import WeChat, find_wechat
from core.journey.accept import accept, register
from core.journey.conversation.person import (
    REMEMBERED,
    find_joinable,
    find_last,
    said_since,
    speak_in_turn,
    tickets_of,
    waiting_for_words,
)
from core.journey.conversation.rating import Said, begin_rating, go_on
from core.journey.conversation.understanding import NO, YES, shortened, understand
from core.journey.filing import tell_filed
from core.journey.instant import answer_question, is_unsettled, say_helped, say_unhelped
from core.journey.news_ways import stop_these, stopped_words
from core.journey.phone_proof import WECHAT_GOOD, wechat_token
from core.journey.supplement import supplement
from core.kit import saying
from core.kit.blanks import filled
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.serials import access_code
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.messages import tell_not_arrived
from core.tickets.models import Ticket
from core.tickets.plain_words import STANDS
from core.tickets.sealing import wechat_hash
from core.tickets.service import note
from core.tickets.states import OPEN, State
from core.tickets.timeline import RESIDENT, SYSTEM, Actor, Order

AT_WECHAT = Actor("agent", "微信公众号", permissions=frozenset({Permission.ACCEPT}))
"""Who takes it in: nobody of the house."""
WECHAT_MEDIA = "wechat-media"
"""Kind of the job that fetches a photo or recording and adds it to a ticket."""
MEDIA = ("image", "voice")
MOST_SHOWN = 5
MOST_STOPPED = 100
ASK_WORDS = "已收到{what}。请再写几句要反映什么事情，会和它一起登记。"
ASK_APPEAL = "请写下要反映的事情：什么地方、什么问题。写下来就是提交。"
REPORT_LINK = "report_link"
"""Blank of an answer that a link to the report page is put into when it is told, made for who wrote and for nobody else."""
ON_A_PAGE = "也可以在网页上填写，能加照片和位置，不用再验证手机号（{hours} 小时内有效，请不要转发）：{report_link}"
NO_TICKETS = "您现在没有在办的诉求。要反映事情，请直接写下来。"
NOT_UNDERSTOOD = "这类消息暂时看不懂。请用文字写下要反映的事情，也可以发照片、语音和位置；视频请截成照片。"
A_DAY = timedelta(days=1)
MOST_A_DAY = 200
"""Messages of one user in 24 hours; what comes then is kept and does nothing."""
TOO_MANY = "您 24 小时内发来的消息太多，这一条没有处理。请稍后再发，急事请拨打热线。"
TAKEN = "已收到，我们会尽快处理。"
"""What is said where nobody could read it at once."""
THANKS = "很高兴帮到您。"
DID_IT_HELP = "回复 1 有帮助；回复 2 没有帮到，我们按诉求登记，由人来办。"


def converse(scope: Scope, item: InboundItem, *, now: datetime) -> None:
    """Do what a message that waits asks for, and keep the answer. Raises `core.kit.errors.Collision` as `accept`."""
    wechat = find_wechat(scope.hooks)
    if wechat is None:
        item.state, item.failure = "needs_person", "微信公众号已停用，没有自动登记。"
        return
    incoming = read_message(payload_of(scope, item).body)
    person = wechat_hash(scope.keys, incoming.person, tenant_id=scope.tenant.id)
    speak_in_turn(scope, person)
    item.state, item.failure = "waiting", ""
    try:
        with scope.session.begin_nested():
            said = _Talk(scope, wechat, item, incoming, person, now).answer()
            scope.session.flush()
    except Refused as refusal:
        item.state, item.failure = "needs_person", saying.said("没有自动登记：{message}", message=refusal.message)
        said = Said(TAKEN)
    _keep(scope, item, incoming, person, said, now=now)


def find_answer(scope: Scope, item_id: int) -> str | None:
    """Return what is answered to the message, "" = nothing; None = it has not been read yet."""
    kept = _find_kept(scope, item_id)
    if kept is None:
        return None
    ticket = scope.session.get(Ticket, (scope.tenant.id, kept.ticket_id)) if kept.ticket_id else None
    if ticket is None:
        words = in_words(kept.answer, serial_no="", access_code="", tenant=scope.tenant.name)
        return filled(words, {REPORT_LINK: _report_link(scope, kept)}) if REPORT_LINK in words else words
    # The code stands nowhere in the database: it is reckoned when it is told.
    code = access_code(scope.keys, tenant_id=scope.tenant.id, ticket_id=ticket.id, version=ticket.code_version)
    return in_words(kept.answer, serial_no=ticket.serial_no, access_code=code, tenant=scope.tenant.name)


def _report_link(scope: Scope, kept: WechatMessage) -> str:
    """Return where the writer of a message reports on a page, known there as whom the account knows them."""
    message = find_message_of(scope, kept.item_id)
    token = wechat_token(scope, message.person, now=kept.at) if message else ""
    return address_of(scope, f"/report?wechat={token}")


def _asking_appeal(scope: Scope) -> Said:
    """Ask for the words of an appeal, and say where it can be made on a page, if the district has one."""
    if find_portal(scope.hooks) is None or not address_of(scope, ""):
        return Said(ASK_APPEAL, asks="appeal")
    hours = int(WECHAT_GOOD.total_seconds() // 3600)
    on_a_page = saying.said(ON_A_PAGE, hours=hours, report_link=f"{{{REPORT_LINK}}}")
    return Said(f"{ASK_APPEAL}\n{on_a_page}", asks="appeal")


def find_message_of(scope: Scope, item_id: int) -> Incoming | None:
    """Return a message that was kept; None when its writer was erased since."""
    try:
        return read_message(payload_of(scope, get_item(scope, item_id)).body)
    except Unreadable:
        return None


def _keep(scope: Scope, item: InboundItem, incoming: Incoming, person: bytes, said: Said, *, now: datetime) -> None:
    kept = _find_kept(scope, item.id)
    if kept is None:
        kept = WechatMessage(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            item_id=item.id,
            person=person,
            kind=incoming.kind,
            at=now,
        )
        scope.session.add(kept)
    kept.ticket_id, kept.asks, kept.answer = said.ticket.id if said.ticket else None, said.asks, said.words
    if item.state == "waiting":
        item.state = "taken_in" if item.tickets else "refused"
        item.reason = "" if item.tickets else "会话中的指令"
    scope.session.flush()


def _find_kept(scope: Scope, item_id: int) -> WechatMessage | None:
    return scope.session.scalar(
        select(WechatMessage).where(WechatMessage.tenant_id == scope.tenant.id, WechatMessage.item_id == item_id)
    )


@dataclass(frozen=True, slots=True)
class _Talk:
    """One message in the hands of who answers it."""

    scope: Scope
    wechat: WeChat
    item: InboundItem
    incoming: Incoming
    person: bytes
    now: datetime

    def answer(self) -> Said:
        kind = self.incoming.kind
        if said_since(self.scope, self.person, since=self.now - A_DAY) >= MOST_A_DAY:
            return Said(TOO_MANY)
        if kind == "event":
            return self._on_event()
        if kind in MEDIA and not (kind == "voice" and self.incoming.text and self._joinable() is None):
            return self._add_or_wait()
        if kind == "location":
            return self._add_or_wait()
        if kind in ("text", "link", "voice"):
            return self._on_words(self.incoming.text)
        return Said(NOT_UNDERSTOOD)

    def _on_event(self) -> Said:
        if self.incoming.event == NOTICE_DONE and self.incoming.status != "success":
            tell_not_arrived(self.scope, self.incoming.receipt, self.incoming.status)
        if self.incoming.event == "subscribe":
            return Said(self.wechat.welcome)
        if self.incoming.event == "click":
            wanted = self.incoming.key.strip().lower()
            if wanted == "progress":
                return self._progress()
            return _asking_appeal(self.scope) if wanted == "appeal" else Said(self.wechat.welcome)
        return Said("")

    def _on_words(self, text: str) -> Said:
        last = find_last(self.scope, self.person, since=self.now - REMEMBERED)
        understood = understand(text)
        if understood.meaning == "progress":
            return self._progress()
        if understood.meaning in ("stop", "resume"):
            return self._wish_news(stopped=understood.meaning == "stop")
        if understood.meaning == "anew":
            return self._appeal(understood.words) if understood.words else _asking_appeal(self.scope)
        if last is not None and last.asks and (said := self._on_answer(last, text)) is not None:
            return said
        if understood.meaning == "answer":
            return begin_rating(self.scope, self.person, text, thanks=self.wechat.thanks, order=self._order())
        if understood.meaning == "greeting":
            return Said(self.wechat.welcome)
        if (ticket := self._joinable()) is not None:
            supplement(self.scope, ticket.serial_no, self._order(), words=text)
            return self._joined(ticket)
        return self._at_once(understood.words) or self._appeal(understood.words)

    def _on_answer(self, last: WechatMessage, text: str) -> Said | None:
        if last.asks == "appeal":
            return self._appeal(text)
        if last.asks.startswith("helped/"):
            return self._on_helped(last, text)
        return go_on(self.scope, last, text, thanks=self.wechat.thanks, order=self._order())

    def _at_once(self, words: str) -> Said | None:
        """Answer a question that has an approved answer, before anything is filed."""
        ready = answer_question(self.scope, words, key=f"wechat/{self.item.id}", medium="wechat", now=self.now)
        if ready is None:
            return None
        return Said(
            saying.said(
                "{text}\n（{source}）\n{did_it_help}",
                text=ready.text,
                source=ready.source,
                did_it_help=saying.word(DID_IT_HELP),
            ),
            asks=f"helped/{self.item.id}",
        )

    def _on_helped(self, last: WechatMessage, text: str) -> Said | None:
        asked = last.asks.partition("/")[2]
        if shortened(text) in YES:
            say_helped(self.scope, f"wechat/{asked}", now=self.now)
            return Said(THANKS)
        if shortened(text) not in NO:
            return None
        question = find_message_of(self.scope, int(asked))
        if question is None:
            return Said(ASK_APPEAL, asks="appeal")
        said = self._appeal(question.text)
        answered = f"wechat/{asked}"
        if said.ticket is not None and is_unsettled(self.scope, answered):
            say_unhelped(self.scope, said.ticket.serial_no, self._order(), key=answered)
        return said

    def _progress(self) -> Said:
        tickets = tickets_of(self.scope, self.person, OPEN, most=MOST_SHOWN)
        if not tickets:
            return Said(NO_TICKETS)
        lines = [
            saying.said(
                "{serial_no}「{title}」：{stands}",
                serial_no=each.serial_no,
                title=each.title[:20],
                stands=saying.word(STANDS[State(each.state)]),
            )
            for each in tickets
        ]
        return Said("\n".join(lines), tickets[0] if len(tickets) == 1 else None)

    def _wish_news(self, *, stopped: bool) -> Said:
        tickets = tickets_of(self.scope, self.person, OPEN, most=MOST_STOPPED)
        numbers = stop_these(self.scope, [each.serial_no for each in tickets], stopped=stopped, now=self.now)
        return Said(stopped_words(numbers, stopped=stopped), tickets[0] if len(tickets) == 1 else None)

    def _appeal(self, text: str) -> Said:
        """Take in a new appeal with what was sent before it had words."""
        earlier = waiting_for_words(self.scope, self.person, since=self.now - self.wechat.joins_within)
        points = [point for each in earlier if (point := self._point_of(each)) is not None]
        appeal = Appeal(
            channel=self.wechat.channel,
            text=text,
            place=self.incoming.text if self.incoming.kind == "location" else "",
            contact=Contact(wechat=self.incoming.person),
            external_id=f"{self.item.channel}/{self.item.message_id}/1",
            submitted_at=min(self.incoming.sent_at, self.item.received_at),
            point=points[-1] if points else None,
        )
        held_back = too_many_in_wechat(self.scope, self.incoming.person, most=self.wechat.appeals_per_day, now=self.now)
        by_person = held_back or self.wechat.acceptance == "by_person"
        accepted = (register if by_person else accept)(self.scope, appeal, actor=AT_WECHAT, now=self.now)
        ticket = self.scope.session.get_one(Ticket, (self.scope.tenant.id, accepted.ticket_id))
        if accepted.created and held_back:
            note(self.scope, ticket, "held_back", Order(SYSTEM, self.now), summary=held_back)
        if accepted.created and not by_person:
            tell_filed(self.scope, ticket, now=self.now)
        self.item.tickets = {"1": ticket.id}
        for each in earlier:
            each.ticket_id = ticket.id
            if each.kind in MEDIA:
                self._fetch(each.item_id, ticket)
        if self.incoming.media_id:
            self._fetch(self.item.id, ticket)
        return Said(self.wechat.received, ticket)

    def _add_or_wait(self) -> Said:
        """Add a photo, recording or place to the appeal that it belongs to, or wait for the words of one."""
        ticket = self._joinable()
        if ticket is None:
            label = KIND_LABELS[self.incoming.kind]
            return Said(ASK_WORDS.replace("{what}", label), asks="appeal")
        if self.incoming.kind == "location":
            point, place = self._point(), self.incoming.text
            words = saying.joined("、", filter(None, ("发来了位置", place)))
            degrees = {"longitude": f"{point.x:.6f}", "latitude": f"{point.y:.6f}"} if point else {}
            supplement(self.scope, ticket.serial_no, self._order(), words=words, **degrees)
        else:
            if self.incoming.text:
                supplement(
                    self.scope,
                    ticket.serial_no,
                    self._order(),
                    words=saying.said("（语音）{text}", text=self.incoming.text),
                )
            self._fetch(self.item.id, ticket)
        return self._joined(ticket)

    def _joined(self, ticket: Ticket) -> Said:
        self.item.tickets = {"1": ticket.id}
        return Said(self.wechat.added, ticket)

    def _joinable(self) -> Ticket | None:
        return find_joinable(self.scope, self.person, since=self.now - self.wechat.joins_within)

    def _fetch(self, item_id: int, ticket: Ticket) -> None:
        enqueue(
            self.scope.session,
            WECHAT_MEDIA,
            dedup_key=f"{WECHAT_MEDIA}/{item_id}",
            payload={"item_id": item_id, "ticket_id": ticket.id},
            now=self.now,
        )

    def _point_of(self, message: WechatMessage) -> Point | None:
        if message.kind != "location":
            return None
        sent = find_message_of(self.scope, message.item_id)
        return to_wgs84(sent.point) if sent and sent.point else None

    def _point(self) -> Point | None:
        return to_wgs84(self.incoming.point) if self.incoming.point else None

    def _order(self) -> Order:
        return Order(RESIDENT, self.now)
