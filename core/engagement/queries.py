"""Reading campaigns: the rules under which a tenant holds any, what everybody may see, and whether a draw comes out again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.engagement.models import Campaign, CampaignEntry
from core.engagement.rules import Prize, Question, draw_prizes
from core.hooks import specs
from core.hooks.values import EngagementRules
from core.kit.errors import Refused
from core.kit.lots import commitment
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.tickets.contact import masked_phone

SEED, PHONE_OF_ENTRY = "engagement.seed", "engagement.phone"
"""Fields under which the two are encrypted."""
MOST_ID = 2**63 - 1
"""Of a row."""


class NoSuchCampaign(Refused):
    """The tenant has no such campaign, or none at all."""

    code = "no-such-campaign"


@dataclass(frozen=True, slots=True)
class Winner:
    """Who won, as everybody sees it."""

    prize: str
    number: str
    phone: str


def rules_of(scope: Scope) -> EngagementRules | None:
    """Return the rules of the tenant's campaigns, None where no feature lets it hold any; asked once per epoch."""
    asked = lambda: next(iter(scope.hooks.ask(specs.engagement_rules).values), None)  # noqa: E731 -- asked once
    return scope.remember("engagement_rules", asked)


def get_rules(scope: Scope) -> EngagementRules:
    """Return the rules. Raises `NoSuchCampaign` where the tenant holds no campaigns."""
    rules = rules_of(scope)
    if rules is None:
        raise NoSuchCampaign(said("{name}没有开通线上互动。", name=scope.tenant.name))
    return rules


def get_campaign(scope: Scope, campaign_id: int, *, lock: bool = False, shared: bool = False) -> Campaign:
    """Return a campaign, locked where wanted: `shared` lets others take part, and nobody draw. Raises `NoSuchCampaign`."""
    get_rules(scope)
    found = select(Campaign).where(Campaign.tenant_id == scope.tenant.id, Campaign.id == campaign_id)
    if lock or shared:
        found = found.with_for_update(read=shared)
    campaign = scope.session.scalars(found).one_or_none() if 0 < campaign_id <= MOST_ID else None
    if campaign is None:
        raise NoSuchCampaign("没有这个活动。请核对编号。")
    return campaign


def campaigns(scope: Scope, *, only_public: bool = False) -> Sequence[Campaign]:
    """Return the campaigns, the newest first; drafts are nothing for everybody."""
    found = select(Campaign).where(Campaign.tenant_id == scope.tenant.id).order_by(Campaign.id.desc())
    if only_public:
        found = found.where(Campaign.state != "draft")
    return scope.session.scalars(found).all() if rules_of(scope) else ()


def entries_of(scope: Scope, campaign: Campaign) -> Sequence[CampaignEntry]:
    """Return who took part, by number."""
    return scope.session.scalars(
        select(CampaignEntry)
        .where(CampaignEntry.tenant_id == scope.tenant.id, CampaignEntry.campaign_id == campaign.id)
        .order_by(CampaignEntry.number)
    ).all()


def count_entries(scope: Scope, campaign: Campaign) -> int:
    """Return how many took part."""
    counted = select(func.count()).where(
        CampaignEntry.tenant_id == scope.tenant.id, CampaignEntry.campaign_id == campaign.id
    )
    return scope.session.scalars(counted).one()


def prizes_of(campaign: Campaign) -> tuple[Prize, ...]:
    return tuple(Prize(**each) for each in campaign.prizes)


def questions_of(campaign: Campaign) -> tuple[Question, ...]:
    return tuple(Question(each["ask"], tuple(each["choices"]), each["right"]) for each in campaign.questions)


def is_running(campaign: Campaign, *, now: datetime) -> bool:
    """Tell whether people can take part now."""
    return campaign.state == "open" and campaign.opens_at <= now < campaign.closes_at


def seed_of(scope: Scope, campaign: Campaign) -> str:
    """Return the seed in plain; only for the draw, and for everybody after it."""
    if campaign.seed is None:
        return ""
    return scope.keys.decrypt(campaign.seed, tenant_id=scope.tenant.id, field=SEED, row_id=campaign.id)


def phone_of(scope: Scope, entry: CampaignEntry) -> str:
    """Return the phone in plain, empty when it is not kept any more."""
    if entry.phone is None:
        return ""
    return scope.keys.decrypt(entry.phone, tenant_id=scope.tenant.id, field=PHONE_OF_ENTRY, row_id=entry.id)


def winners_of(scope: Scope, campaign: Campaign) -> Sequence[Winner]:
    """Return who won, phones masked, in the order of the prizes; empty before the result is signed."""
    if campaign.state != "signed":
        return ()
    phones = {each.number: phone_of(scope, each) for each in entries_of(scope, campaign) if each.prize is not None}
    names = [prize.name for prize in prizes_of(campaign)]
    return [
        Winner(names[prize], number, masked_phone(phones[number]) if phones[number] else "已删除")
        for prize, _, number in campaign.record["won"]
    ]


def digest_of_list(numbers: Sequence[str]) -> str:
    """Return the SHA-256 of a list of numbers, one a line, by which everybody sees that it is the list that was drawn from."""
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()


def comes_out_again(scope: Scope, campaign: Campaign) -> bool:
    """Draw again from the seed and the published list, and tell whether all is as it was promised and recorded."""
    seed, record = seed_of(scope, campaign), campaign.record
    again = [[each.prize, each.place, each.number] for each in draw_prizes(seed, prizes_of(campaign), record["list"])]
    return (
        commitment(seed) == campaign.seed_sha256
        and digest_of_list(record["list"]) == record["list_sha256"]
        and again == record["won"]
    )
