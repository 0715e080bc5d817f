"""Taking part online 线上互动 for everybody: what is on, the form of each, and what came of it with all that checks the draw.

A form says when it was shown, signed, so that nobody answers faster than a person reads; and it brings a proof of work. Taking
part is voluntary, asks for a phone and no account, and earns nothing but the chance of a prize.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.engagement.models import Campaign
from core.engagement.queries import (
    NoSuchCampaign,
    campaigns,
    comes_out_again,
    count_entries,
    get_campaign,
    is_running,
    prizes_of,
    questions_of,
    rules_of,
    seed_of,
    winners_of,
)
from core.engagement.rules import CAMPAIGN_KINDS, LEFT_OUT, WAYS
from core.intake.rules import TEXT_MAX
from core.journey.taking_part import Entering, find_entry, take_part
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Scope
from core.units.queries import directory
from core.web.proof import carried_challenge, is_proved, new_challenge
from core.web.public.report_moves import NOT_PROVED
from core.web.public.site import Entry, Guest, not_kept, public, public_page
from core.web.refusals import WRONG_INPUT, remember_words, words_of

PURPOSE = "campaign"
"""What a proof of work is for that is asked here."""
ENTRY = Entry(
    "线上互动",
    "activities",
    "有奖征集和答题，自愿参加；抽签可以自己复核",
    lambda scope: rules_of(scope) is not None and bool(campaigns(scope, only_public=True)),
)
GOOD = timedelta(hours=12)
"""How long after a form was shown it can be sent."""
_FORM_ID = re.compile(r"[0-9a-f]{32}")
NOT_OURS = "这一页打开得太久，或者不是从活动页面打开的，没有提交。请刷新页面后重新填写。"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form, as it was typed."""

    form_id: str
    begun: str
    phone: str = ""
    is_no_staff: bool = False
    answers: tuple[int | None, ...] = ()
    text: str = ""
    nature: str = "suggestion"


@public.get("/activities")
@public_page
def list_activities(guest: Guest) -> ResponseReturnValue:
    """List what is on and what was, the newest first."""
    if rules_of(guest.scope) is None:
        raise NoSuchCampaign(said("{name}没有开通线上互动。", name=guest.scope.tenant.name))
    shown = [(each, _standing(each, now=guest.now)) for each in campaigns(guest.scope, only_public=True)]
    return render_template(
        "public/activities.html", campaigns=shown, kinds=CAMPAIGN_KINDS, zone=guest.scope.tenant.zone
    )


@public.get("/activities/<int:number>")
@public_page
def show_activity(guest: Guest, number: int) -> ResponseReturnValue:
    """Show a campaign: its form while it is on, its result when there is one."""
    campaign = _public(guest.scope, number)
    begun = _begun(guest.scope, campaign.id, guest.now)
    return _page(guest, campaign, Typed(secrets.token_hex(16), begun))


@public.post("/activities/<int:number>")
@public_page
def enter_activity(guest: Guest, number: int) -> ResponseReturnValue:
    """Take somebody's entry, and show its number; or say what is missing, with all of it kept."""
    campaign = _public(guest.scope, number)
    typed = _typed(campaign)
    begun_at = _begun_at(guest.scope, campaign.id, typed.begun, now=guest.now)
    if begun_at is None or not _FORM_ID.fullmatch(typed.form_id):
        fresh = Typed(secrets.token_hex(16), _begun(guest.scope, campaign.id, guest.now))
        return _page(guest, campaign, fresh, problem=NOT_OURS), WRONG_INPUT
    try:
        is_known = find_entry(guest.scope, campaign, typed.form_id) is not None
        if not is_known and not is_proved(guest.scope, PURPOSE, now=guest.now):
            return _page(guest, campaign, typed, problem=NOT_PROVED), WRONG_INPUT
        with guest.scope.session.begin_nested():
            entering = Entering(
                form_id=typed.form_id,
                begun_at=begun_at,
                phone=typed.phone,
                is_no_staff=typed.is_no_staff,
                answers=typed.answers,
                text=typed.text,
                nature="help" if typed.nature == "help" else "suggestion",
            )
            entered = take_part(guest.scope, number, entering, address=request.remote_addr or "", now=guest.now)
    except Refused as refusal:
        remember_words(refusal)
        return _page(guest, campaign, typed, problem=words_of(refusal)), WRONG_INPUT
    not_kept()
    return render_template("public/entered.html", campaign=campaign, entered=entered, zone=guest.scope.tenant.zone)


def _public(scope: Scope, number: int) -> Campaign:
    campaign = get_campaign(scope, number)
    if campaign.state == "draft":
        raise NoSuchCampaign("没有这个活动。请核对编号。")
    return campaign


def _page(guest: Guest, campaign: Campaign, typed: Typed, *, problem: str = "") -> str:
    not_kept()
    scope, running = guest.scope, is_running(campaign, now=guest.now)
    decided = campaign.state in ("drawn", "signed")
    shown: Mapping[str, Any] = {
        "campaign": campaign,
        "standing": _standing(campaign, now=guest.now),
        "kind": CAMPAIGN_KINDS[campaign.kind],
        "way": WAYS[campaign.way],
        "organiser": directory(scope).name_of(campaign.organiser_id),
        "prizes": prizes_of(campaign),
        "questions": questions_of(campaign),
        "entries": count_entries(scope, campaign),
        "running": running,
        "decided": decided,
        "seed": seed_of(scope, campaign) if decided else "",
        "is_fair": decided and campaign.way == "draw" and comes_out_again(scope, campaign),
        "left_out": _counted(campaign) if decided else {},
        "winners": winners_of(scope, campaign),
        "typed": typed,
        "problem": problem,
        "longest": TEXT_MAX,
        "zone": scope.tenant.zone,
    }
    challenge = None
    if running:
        challenge = carried_challenge(scope, PURPOSE, now=guest.now) or new_challenge(scope, PURPOSE, now=guest.now)
    return render_template("public/activity.html", challenge=challenge, **shown)


def _counted(campaign: Campaign) -> dict[str, int]:
    """Return how many were left out of the draw, by why."""
    reasons = list(campaign.record["left_out"].values())
    return {label: reasons.count(code) for code, label in LEFT_OUT.items() if code in reasons}


def _standing(campaign: Campaign, *, now: datetime) -> str:
    if campaign.state == "signed":
        return "结果已公布"
    if campaign.state == "drawn":
        return "结果待签发"
    if now < campaign.opens_at:
        return "还没有开始"
    return "正在进行" if now < campaign.closes_at else "已截止，待产生结果"


def _typed(campaign: Campaign) -> Typed:
    def answer(place: int) -> int | None:
        given = request.form.get(f"answer-{place}", "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 3 else None

    return Typed(
        form_id=request.form.get("form_id", ""),
        begun=request.form.get("begun", ""),
        phone=request.form.get("phone", "")[:30],
        is_no_staff="is_no_staff" in request.form,
        answers=tuple(answer(place) for place in range(len(campaign.questions))),
        text=request.form.get("text", ""),
        nature=request.form.get("nature", ""),
    )


def _begun(scope: Scope, campaign_id: int, at: datetime) -> str:
    """Return when a form was shown, signed for this campaign."""
    stamp = str(int(at.timestamp()))
    return f"{stamp}~{_mark(scope, campaign_id, stamp)}"


def _begun_at(scope: Scope, campaign_id: int, written: str, *, now: datetime) -> datetime | None:
    """Return when the form was shown, if it was us who showed it, and not too long ago."""
    stamp, _, mark = written.partition("~")
    if not mark.isascii() or not hmac.compare_digest(mark, _mark(scope, campaign_id, stamp)):
        return None
    at = datetime.fromtimestamp(int(stamp), UTC)
    return at if now - at <= GOOD else None


def _mark(scope: Scope, campaign_id: int, stamp: str) -> str:
    key = scope.keys.derive("campaign-form", scope.tenant.id)
    return hmac.digest(key, f"{campaign_id}~{stamp}".encode(), sha256).hex()
