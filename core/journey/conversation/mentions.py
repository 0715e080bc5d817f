"""What a mention on Weibo becomes, and a comment that its writer adds below it: a ticket, more to it, how it stands, its rating."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.evaluation.models import Rating
from core.intake.inbound import payload_of
from core.intake.models import InboundItem, WeiboPost
from core.intake.repeated import too_many_on_weibo
from core.intake.rules import Appeal
from core.intake.weibo.keeping import find_mention
from core.intake.weibo.reading import Post, Unreadable, is_weibo, read_kept
from core.intake.weibo.settings import Weibo, find_weibo
from core.journey.accept import accept, register
from core.journey.conclude import rate
from core.journey.conversation.person import speak_in_turn
from core.journey.conversation.understanding import SATISFACTION, shortened, understand
from core.journey.filing import tell_filed
from core.journey.news_ways import stop_these
from core.journey.supplement import supplement
from core.kit.errors import Refused
from core.kit.outbox import enqueue
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.plain_words import STANDS
from core.tickets.sealing import weibo_hash
from core.tickets.service import note
from core.tickets.states import MOVES, Command, State
from core.tickets.timeline import RESIDENT, SYSTEM, Actor, Order

ON_WEIBO = Actor("agent", "微博账号", permissions=frozenset({Permission.ACCEPT}))
"""Who takes it in: nobody of the house."""
WEIBO_PICTURE = "weibo-picture"
"""Kind of the job that fetches a picture of a mention and adds it to a ticket."""
RESOLVED = {"satisfied": "yes", "basically": "partly", "dissatisfied": "no"}
"""What a rating by one digit says of the matter; the prompt, `core.journey.answer_news.RATE_ON_WEIBO`, says it with the digit."""


def hear(scope: Scope, item: InboundItem, *, now: datetime) -> None:
    """Do what a mention or comment that waits asks for. Raises `core.kit.errors.Collision` as `accept`."""
    weibo = find_weibo(scope.hooks)
    if weibo is None:
        item.state, item.failure = "needs_person", "微博账号已停用，没有自动登记。"
        return
    try:
        post = read_kept(payload_of(scope, item).body)
    except Unreadable:
        item.state, item.failure = "needs_person", "微博接口给的内容看不懂，没有自动登记。请到微博上查看后录入。"
        return
    if post.is_deleted:
        item.state, item.reason = "refused", "微博在读到之前已被删除"
        return
    person = weibo_hash(scope.keys, post.person, tenant_id=scope.tenant.id)
    speak_in_turn(scope, person)
    item.state, item.failure = "waiting", ""
    ticket: Ticket | None = None
    try:
        with scope.session.begin_nested():
            ticket = _Heard(scope, weibo, item, post, person, now).become()
            scope.session.flush()
    except Refused as refusal:
        item.state, item.failure = "needs_person", said("没有自动登记：{message}", message=refusal.message)
    _keep(scope, item, post, person, ticket, now=now)


def _keep(scope: Scope, item: InboundItem, post: Post, person: bytes, ticket: Ticket | None, *, now: datetime) -> None:
    kept = _kept(scope, item) or _begin(scope, item, post, person, now=now)
    kept.ticket_id = ticket.id if ticket else None
    if ticket is not None:
        item.state, item.tickets = "taken_in", {"1": ticket.id}
    scope.session.flush()


def mention_to_enter(scope: Scope, item: InboundItem) -> Post | None:
    """Return the mention that an item is, which a person may make a ticket of; None for anything else, or once it is one."""
    if not is_weibo(item.content_type):
        return None
    try:
        post = read_kept(payload_of(scope, item).body)
    except Unreadable:
        return None
    kept = _kept(scope, item)
    is_free = kept is None or kept.ticket_id is None
    return post if is_free and post.kind == "mention" and not post.is_deleted else None


def remember_mention(scope: Scope, item: InboundItem, post: Post, ticket: Ticket, *, now: datetime) -> None:
    """Let a ticket that a person made of a mention be answered below it, as one that nobody had to enter."""
    kept = _kept(scope, item) or _begin(
        scope, item, post, weibo_hash(scope.keys, post.person, tenant_id=scope.tenant.id), now=now
    )
    kept.ticket_id = ticket.id
    scope.session.flush()
    tell_filed(scope, ticket, now=now)
    _fetch_pictures(scope, item, post, ticket, now=now)


def _kept(scope: Scope, item: InboundItem) -> WeiboPost | None:
    return scope.session.scalar(
        select(WeiboPost).where(WeiboPost.tenant_id == scope.tenant.id, WeiboPost.item_id == item.id)
    )


def _begin(scope: Scope, item: InboundItem, post: Post, person: bytes, *, now: datetime) -> WeiboPost:
    kept = WeiboPost(
        tenant_id=scope.tenant.id, id=scope.new_id(), item_id=item.id, person=person, kind=post.kind, at=now
    )
    scope.session.add(kept)
    return kept


def _fetch_pictures(scope: Scope, item: InboundItem, post: Post, ticket: Ticket, *, now: datetime) -> None:
    for number in range(len(post.pictures)):
        enqueue(
            scope.session,
            WEIBO_PICTURE,
            dedup_key=f"{WEIBO_PICTURE}/{item.id}/{number}",
            payload={"item_id": item.id, "number": number, "ticket_id": ticket.id},
            now=now,
        )


@dataclass(frozen=True, slots=True)
class _Heard:
    """One mention or comment in the hands of who reads it."""

    scope: Scope
    weibo: Weibo
    item: InboundItem
    post: Post
    person: bytes
    now: datetime

    def become(self) -> Ticket | None:
        """Make a ticket of it, or add it to the one that it belongs to; None, with the reason on the item, for neither."""
        if self.post.kind == "comment":
            return self._on_comment()
        if not self.post.mentions(self.weibo.account.name):
            self.item.state, self.item.reason = "refused", "只是转发，转发的人自己没有 @ 本账号"
            return None
        words = self.post.said(self.weibo.account.name)
        if not words:
            self.item.state = "needs_person"
            self.item.failure = "只 @ 了本账号，没有写要反映什么。请到微博上查看后录入，或认定不是诉求。"
            return None
        return self._appeal(words)

    def _appeal(self, words: str) -> Ticket:
        appeal = Appeal(
            channel=self.weibo.channel,
            text=words,
            contact=Contact(weibo=self.post.person),
            external_id=f"{self.item.channel}/{self.item.message_id}",
            submitted_at=min(self.post.written_at, self.item.received_at),
        )
        held_back = too_many_on_weibo(self.scope, self.post.person, most=self.weibo.appeals_per_day, now=self.now)
        by_person = held_back or self.weibo.acceptance == "by_person"
        accepted = (register if by_person else accept)(self.scope, appeal, actor=ON_WEIBO, now=self.now)
        ticket = self.scope.session.get_one(Ticket, (self.scope.tenant.id, accepted.ticket_id))
        if accepted.created:
            if held_back:
                note(self.scope, ticket, "held_back", Order(SYSTEM, self.now), summary=held_back)
            if not by_person:
                tell_filed(self.scope, ticket, now=self.now)
            _fetch_pictures(self.scope, self.item, self.post, ticket, now=self.now)
        return ticket

    def _on_comment(self) -> Ticket | None:
        ticket = self._find_ticket()
        if ticket is None:
            self.item.state, self.item.reason = "refused", "不在诉求人自己的微博下"
            return None
        words, order = self.post.own_words, Order(RESIDENT, self.now)
        meaning = understand(words).meaning
        satisfaction = SATISFACTION.get(shortened(words))
        if satisfaction is not None and self._is_to_be_rated(ticket):
            rate(
                self.scope,
                ticket.serial_no,
                order,
                resolved=RESOLVED[satisfaction],
                satisfaction=satisfaction,
            )
        elif meaning == "progress":
            self._tell_progress(ticket)
        elif meaning in ("stop", "resume"):
            stop_these(self.scope, [ticket.serial_no], stopped=meaning == "stop", now=self.now)
        elif meaning != "greeting":
            supplement(self.scope, ticket.serial_no, order, words=words)
        return ticket

    def _find_ticket(self) -> Ticket | None:
        """Return the ticket below whose mention the comment stands, if the same person wrote both."""
        mention = find_mention(self.scope, self.post.below)
        if mention is None or mention.person != self.person or mention.ticket_id is None:
            return None
        return self.scope.session.get(Ticket, (self.scope.tenant.id, mention.ticket_id))

    def _is_to_be_rated(self, ticket: Ticket) -> bool:
        rated = select(Rating.id).where(
            Rating.tenant_id == self.scope.tenant.id, Rating.ticket_id == ticket.id, Rating.cycle_no == ticket.cycle_no
        )
        return ticket.state in MOVES[Command.EVALUATE].sources and self.scope.session.scalar(rated) is None

    def _tell_progress(self, ticket: Ticket) -> None:
        say(
            self.scope,
            ticket_id=ticket.id,
            transport="weibo",
            text=STANDS[State(ticket.state)],
            to_unit_id=None,
            now=self.now,
            at_night=True,
        )
