"""Campaigns 有奖征集、答题 in the house's hands: written, opened by another person, drawn, signed by another person, paid elsewhere."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from core.engagement.models import Campaign, CampaignEntry
from core.engagement.queries import (
    SEED,
    digest_of_list,
    entries_of,
    get_campaign,
    get_rules,
    phone_of,
    prizes_of,
    questions_of,
    seed_of,
)
from core.engagement.rules import (
    CAMPAIGN_STATES,
    ERASED,
    NOT_RIGHT,
    NOT_TAKEN_IN,
    STAFF,
    Won,
    draw_prizes,
    is_right,
    read_campaign,
    refuse_faults,
)
from core.intake.channels import open_channels_of
from core.journey.lists import Ordered, SamePerson
from core.kit.errors import Refused
from core.kit.lots import commitment
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.models import Ticket
from core.tickets.states import State
from core.units.queries import directory

DEED = "办理线上互动"
SEED_BYTES = 16


class NotNow(Refused):
    """The campaign does not stand where this can be done."""

    code = "campaign-not-now"


class AwardUnusable(Refused):
    """The jury's decision names too many, somebody twice, or somebody who cannot win."""

    code = "award-unusable"


@dataclass(frozen=True, slots=True)
class Payment:
    """What the finance office pays to whom: the one place where a winner's phone stands in full."""

    prize: str
    number: str
    phone: str
    yuan: int


def write_campaign(scope: Scope, text: str, order: Ordered) -> Campaign:
    """Keep a campaign as a file in TOML says it; nobody sees it before another person opens it.

    What it is, its prizes, its budget and who works for the organiser stand fixed from here. Raises `NoSuchCampaign`
    where the tenant holds none, `CampaignUnusable`.
    """
    written = read_campaign(text, get_rules(scope), zone=scope.tenant.zone)
    unit = directory(scope).find_unit(written.organiser)
    wrong: list[str] = (
        [] if unit else [said("没有主办单位“{organiser}”（organiser 写单位代码）", organiser=written.organiser[:30])]
    )
    if (written.kind == "collection") != bool(written.channel):
        wrong.append("有奖征集要写 channel（征集来的诉求登记到哪个渠道），答题不写")
    if written.channel and written.channel not in open_channels_of(scope):
        wrong.append(said("本区没有渠道“{channel}”", channel=written.channel[:30]))
    if written.closes_at <= order.now:
        wrong.append("截止时间已经过了")
    refuse_faults(wrong)
    assert unit is not None, "refused above"
    campaign = Campaign(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        kind=written.kind,
        title=written.title,
        words=written.words,
        organiser_id=unit.id,
        channel=written.channel,
        way=written.way,
        opens_at=written.opens_at,
        closes_at=written.closes_at,
        budget_yuan=written.budget_yuan,
        prizes=[asdict(each) for each in written.prizes],
        questions=[{**asdict(each), "choices": list(each.choices)} for each in written.questions],
        staff_hashes=sorted(
            scope.keys.lookup_hash(phone, tenant_id=scope.tenant.id, field="phone").hex()
            for phone in set(written.staff)
        ),
        written_by=order.actor.name,
        written_by_id=order.actor.id,
    )
    scope.session.add(campaign)
    scope.session.flush()
    prizes = [
        said("{name} {number}×{yuan} 元", name=each.name, number=each.number, yuan=each.yuan) for each in written.prizes
    ]
    _note(scope, campaign, "登记", order, {"budget": written.budget_yuan, "prizes": prizes})
    return campaign


def open_campaign(scope: Scope, campaign_id: int, order: Ordered) -> Campaign:
    """Let people take part from its beginning on, and commit to the seed of its draw: its SHA-256 is public from now.

    Raises `NoSuchCampaign`, `NotNow`, `SamePerson`.
    """
    campaign = _standing(scope, campaign_id, "draft")
    _refuse_same(order, campaign.written_by_id, "开启活动", "登记")
    if campaign.closes_at <= order.now:
        raise NotNow("截止时间已经过了，不能开启。请重新登记一个活动。")
    seed = secrets.token_hex(SEED_BYTES)
    campaign.state, campaign.opened_by = "open", order.actor.name
    campaign.seed = scope.keys.encrypt(seed, tenant_id=scope.tenant.id, field=SEED, row_id=campaign.id)
    campaign.seed_sha256 = commitment(seed)
    scope.session.flush()
    _note(scope, campaign, "开启", order, {"seed_sha256": campaign.seed_sha256})
    return campaign


def draw_campaign(scope: Scope, campaign_id: int, order: Ordered) -> Campaign:
    """Draw the prizes when the time is over: from the seed committed to, among the numbers that can win.

    The seed and the whole list are public from now. Raises `NoSuchCampaign`, `NotNow`.
    """
    campaign = _over(scope, campaign_id, "draw")
    entries = entries_of(scope, campaign)
    left_out = _left_out(scope, campaign, entries)
    numbers = [each.number for each in entries if each.number not in left_out]
    won = draw_prizes(seed_of(scope, campaign), prizes_of(campaign), numbers)
    return _decided(scope, campaign, numbers, left_out, won, order)


def award_campaign(scope: Scope, campaign_id: int, picked: Mapping[str, Sequence[str]], order: Ordered) -> Campaign:
    """Give the prizes to the numbers that a jury picked, by the name of the prize; the order's reason is why.

    Raises `NoSuchCampaign`, `NotNow`, `AwardUnusable`.
    """
    campaign = _over(scope, campaign_id, "jury")
    entries, prizes = entries_of(scope, campaign), prizes_of(campaign)
    left_out = _left_out(scope, campaign, entries)
    numbers = [each.number for each in entries if each.number not in left_out]
    names = [prize.name for prize in prizes]
    every = [number for listed in picked.values() for number in listed]
    wrong: list[str] = [said("没有奖项“{name}”", name=name) for name in picked if name not in names]
    wrong += [
        said("{name}只有 {number} 名", name=prize.name, number=prize.number)
        for prize in prizes
        if len(picked.get(prize.name, ())) > prize.number
    ]
    wrong += [
        said("号码 {number} 不在可评选的名单里", number=number)
        for number in dict.fromkeys(every)
        if number not in numbers
    ]
    if len(set(every)) < len(every):
        wrong.append("一个号码只能得一个奖")
    if wrong:
        raise AwardUnusable(said("评选结果不能用，没有保存：{wrong}。请改正后再试。", wrong=joined("；", wrong)))
    won = [
        Won(names.index(name), nth, number)
        for name in names
        for nth, number in enumerate(picked.get(name, ()), start=1)
    ]
    return _decided(scope, campaign, numbers, left_out, won, order)


def sign_campaign(scope: Scope, campaign_id: int, order: Ordered) -> Campaign:
    """Sign the result: the winners are public, masked, and of everybody else the phone goes.

    Raises `NoSuchCampaign`, `NotNow`, `SamePerson`.
    """
    campaign = _standing(scope, campaign_id, "drawn")
    _refuse_same(order, campaign.drawn_by_id, "签发结果", "产生")
    prizes = {number: prize for prize, _, number in campaign.record["won"]}
    for entry in entries_of(scope, campaign):
        entry.prize = prizes.get(entry.number)
        if entry.prize is None:
            entry.phone = entry.phone_hash = None
    campaign.state, campaign.signed_by, campaign.signed_at = "signed", order.actor.name, order.now
    scope.session.flush()
    _note(scope, campaign, "签发结果", order, {"winners": len(prizes)})
    return campaign


def pay_list(scope: Scope, campaign_id: int, order: Ordered) -> Sequence[Payment]:
    """Return what the finance office has to pay, phones in full; who took it out is kept. Never more than the budget.

    Raises `NoSuchCampaign`, `NotNow`.
    """
    campaign = _standing(scope, campaign_id, "signed")
    prizes = prizes_of(campaign)
    phones = {each.number: phone_of(scope, each) for each in entries_of(scope, campaign) if each.prize is not None}
    listed = [
        Payment(prizes[prize].name, number, phones[number], prizes[prize].yuan)
        for prize, _, number in campaign.record["won"]
    ]
    assert sum(each.yuan for each in listed) <= campaign.budget_yuan, "prizes were within the budget from the beginning"
    by = By(order.actor.name, order.actor.id, reason=order.reason)
    detail = {"rows": len(listed)}
    note_done(
        scope, "exported", by, subject=said("线上互动 {id} 发放名单", id=campaign.id), detail=detail, now=order.now
    )
    return listed


def _standing(scope: Scope, campaign_id: int, state: str) -> Campaign:
    campaign = get_campaign(scope, campaign_id, lock=True)
    if campaign.state != state:
        raise NotNow(
            said(
                "活动“{title}”现在是“{campaign_states}”，不能这样办。",
                title=campaign.title,
                campaign_states=word(CAMPAIGN_STATES[campaign.state]),
            )
        )
    return campaign


def _over(scope: Scope, campaign_id: int, way: str) -> Campaign:
    campaign = _standing(scope, campaign_id, "open")
    if order_words := "" if campaign.way == way else "评选" if campaign.way == "jury" else "抽签":
        raise NotNow(
            said("活动“{title}”的奖品由{order}产生，这是开启前定下的。", title=campaign.title, order=word(order_words))
        )
    return campaign


def _decided(
    scope: Scope,
    campaign: Campaign,
    numbers: Sequence[str],
    left_out: Mapping[str, str],
    won: Sequence[Won],
    order: Ordered,
) -> Campaign:
    if order.now < campaign.closes_at:
        raise NotNow(said("活动“{title}”还没有截止，截止后才能产生结果。", title=campaign.title))
    campaign.record = {
        "list": list(numbers),
        "list_sha256": digest_of_list(numbers),
        "left_out": dict(left_out),
        "won": [[each.prize, each.place, each.number] for each in won],
    }
    campaign.state, campaign.drawn_by, campaign.drawn_by_id = "drawn", order.actor.name, order.actor.id
    campaign.drawn_at = order.now
    scope.session.flush()
    detail = {"list_sha256": campaign.record["list_sha256"], "winners": [each.number for each in won]}
    _note(scope, campaign, "产生结果", order, detail)
    return campaign


def _left_out(scope: Scope, campaign: Campaign, entries: Sequence[CampaignEntry]) -> dict[str, str]:
    """Return who cannot win, by number, and why."""
    ended = select(Ticket.id).where(
        Ticket.tenant_id == scope.tenant.id,
        Ticket.id.in_([each.ticket_id for each in entries if each.ticket_id]),
        Ticket.state.in_((State.REJECTED, State.VOIDED)),
    )
    staff, not_taken_in = set(campaign.staff_hashes), set(scope.session.scalars(ended))
    questions, found = questions_of(campaign), dict[str, str]()
    for entry in entries:
        if entry.phone_hash is None:
            found[entry.number] = ERASED
        elif entry.phone_hash.hex() in staff:
            found[entry.number] = STAFF
        elif entry.ticket_id in not_taken_in:
            found[entry.number] = NOT_TAKEN_IN
        elif not is_right(questions, entry.answers):
            found[entry.number] = NOT_RIGHT
    return found


def _refuse_same(order: Ordered, before: int | None, deed: str, earlier: str) -> None:
    if order.actor.id == before:
        raise SamePerson(
            said(
                "{deed}要由另一位系统管理员来做，不能是{earlier}的人自己。请换一个账号。",
                deed=word(deed),
                earlier=word(earlier),
            )
        )


def _note(scope: Scope, campaign: Campaign, what: str, order: Ordered, detail: Mapping[str, object]) -> None:
    by = By(order.actor.name, order.actor.id, reason=order.reason)
    subject = f"{campaign.id} {campaign.title}"
    note_done(scope, "engagement", by, subject=subject, detail={"decided": what, **detail}, now=order.now)
