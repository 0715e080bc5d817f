"""Taking part in a campaign without an account: one entry a phone, at a person's pace, and what is collected is a ticket."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from core.engagement.models import Campaign, CampaignEntry
from core.engagement.queries import PHONE_OF_ENTRY, get_campaign, get_rules, is_running, questions_of
from core.engagement.rules import PHONE
from core.intake.rules import Appeal
from core.journey.accept import Accepted, accept
from core.kit.db import insert_rows
from core.kit.errors import Refused
from core.kit.keys import CROCKFORD
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.rates import count, key_of
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, normal_phone
from core.tickets.timeline import Actor

BY_CAMPAIGN = Actor("agent", "线上互动", permissions=frozenset({Permission.ACCEPT}))
"""Who takes a collection's entries in: nobody of the house."""
NUMBER_LENGTH = 8
CollectedNature = Literal["suggestion", "help"]


class NotRunning(Refused):
    """The campaign has not begun, or is over."""

    code = "campaign-not-running"


class EntryUnusable(Refused):
    """Something is missing that taking part needs."""

    code = "entry-unusable"


class TooFast(Refused):
    """The questions were answered faster than anybody can read them."""

    code = "entry-too-fast"


class TooManyEntries(Refused):
    """The address took part too often today."""

    code = "too-many-entries"


class EnteredBefore(Refused):
    """The phone took part in this campaign before."""

    code = "entered-before"


@dataclass(frozen=True, slots=True)
class Entering:
    """What somebody sends: `form_id` names the form, `begun_at` is when it was shown to them."""

    form_id: str
    begun_at: datetime
    phone: str
    is_no_staff: bool
    """They say that they do not work for the organiser."""
    answers: Sequence[int | None] = ()
    text: str = ""
    nature: CollectedNature = "suggestion"


@dataclass(frozen=True, slots=True)
class Entered:
    """The number under which they are in the draw, and of a collection what the resident of any appeal is told."""

    number: str
    receipt: Accepted | None


def find_entry(scope: Scope, campaign: Campaign, form_id: str) -> CampaignEntry | None:
    """Return what this very form became before."""
    return scope.session.scalar(
        select(CampaignEntry).where(
            CampaignEntry.tenant_id == scope.tenant.id,
            CampaignEntry.campaign_id == campaign.id,
            CampaignEntry.form_id == form_id,
        )
    )


def take_part(scope: Scope, campaign_id: int, entering: Entering, *, address: str, now: datetime) -> Entered:
    """Keep somebody's entry; the same form twice is one.

    Raises `NoSuchCampaign`, `NotRunning`, `TooFast`, `TooManyEntries`, `EnteredBefore`, `EntryUnusable`,
    `AppealUnusable`. `core.kit.errors.Collision` means that the same phone took part at the same moment.
    """
    campaign = get_campaign(scope, campaign_id, shared=True)
    if known := find_entry(scope, campaign, entering.form_id):
        receipt = accept(scope, _appeal(campaign, entering), actor=BY_CAMPAIGN, now=now) if known.ticket_id else None
        return Entered(known.number, receipt)
    if not is_running(campaign, now=now):
        raise NotRunning(said("活动“{title}”现在不能参加：还没有开始，或者已经截止。", title=campaign.title))
    answers = _checked(campaign, entering)
    _refuse_machines(scope, campaign, entering, address, now=now)
    phone = normal_phone(entering.phone)
    phone_hash = scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone")
    _refuse_second(scope, campaign, phone_hash)
    receipt = accept(scope, _appeal(campaign, entering), actor=BY_CAMPAIGN, now=now) if campaign.channel else None
    entry_id = scope.new_id()
    entry = CampaignEntry(
        tenant_id=scope.tenant.id,
        id=entry_id,
        campaign_id=campaign.id,
        number="".join(secrets.choice(CROCKFORD) for _ in range(NUMBER_LENGTH)),
        form_id=entering.form_id,
        phone=scope.keys.encrypt(phone, tenant_id=scope.tenant.id, field=PHONE_OF_ENTRY, row_id=entry_id),
        phone_hash=phone_hash,
        answers=answers,
        ticket_id=receipt.ticket_id if receipt else None,
        entered_at=now,
    )
    number = entry.number
    insert_rows(scope.session, [entry])
    return Entered(number, receipt)


def _checked(campaign: Campaign, entering: Entering) -> list[int]:
    """Return the answers, when everything is there. Raises `EntryUnusable`."""
    if not PHONE.fullmatch(normal_phone(entering.phone)):
        raise EntryUnusable("请填写 11 位手机号。中奖后凭它联系您；没有中奖的，结果公布时删除。")
    if not entering.is_no_staff:
        raise EntryUnusable("主办单位工作人员不参加抽奖。请确认您不是，再参加。")
    questions = questions_of(campaign)
    if not questions:
        return []
    answers = [
        answer
        for question, answer in zip(questions, entering.answers, strict=False)
        if answer is not None and 0 <= answer < len(question.choices)
    ]
    if len(answers) < len(questions):
        raise EntryUnusable(said("还有 {number} 题没有答。请都答完再提交。", number=len(questions) - len(answers)))
    return answers


def _refuse_machines(scope: Scope, campaign: Campaign, entering: Entering, address: str, *, now: datetime) -> None:
    rules = get_rules(scope)
    least = timedelta(seconds=rules.seconds_per_question * len(campaign.questions))
    if now - entering.begun_at < least:
        raise TooFast(
            said(
                "答得太快了：这 {number} 题至少要看 {least} 秒。请看过题目再提交。",
                number=len(campaign.questions),
                least=int(least.total_seconds()),
            )
        )
    if not address:
        return
    found = count(scope, "entries-from-address", key_of(scope, "entries-from-address", address), now=now)
    if found > rules.entries_per_address:
        raise TooManyEntries(
            said(
                "从您的网络地址 24 小时内已参加 {entries_per_address} 次，不能再参加。请换一个网络，或明天再来。",
                entries_per_address=rules.entries_per_address,
            )
        )


def _refuse_second(scope: Scope, campaign: Campaign, phone_hash: bytes) -> None:
    known = select(CampaignEntry.id).where(
        CampaignEntry.tenant_id == scope.tenant.id,
        CampaignEntry.campaign_id == campaign.id,
        CampaignEntry.phone_hash == phone_hash,
    )
    if scope.session.scalar(known) is not None:
        raise EnteredBefore("这个手机号已经参加过这次活动，每人一次。")


def _appeal(campaign: Campaign, entering: Entering) -> Appeal:
    return Appeal(
        channel=campaign.channel,
        text=entering.text,
        contact=Contact(phone=entering.phone),
        external_id=f"campaign/{campaign.id}/{entering.form_id}",
        nature=entering.nature,
    )
