"""Showing a step of a report: its question, what was answered, what is wrong with it, and what may settle it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from core.classification.locating import area_words
from core.files.limits import LARGEST_OF_STRANGERS, MEGABYTE, MOST_AT_ONCE
from core.hooks.values.words import APPELLANT_LABELS
from core.journey.mailboxes import find_mailboxes
from core.journey.phone_proof import Sent, find_sent, wechat_identity
from core.journey.portal import get_portal
from core.journey.queries.alike import Duplicate
from core.journey.queries.danger import dangers_in
from core.journey.queries.whereabouts import area_around
from core.kit.errors import Refused
from core.knowledge.instant import ReadyAnswer
from core.residents.drafts.service import KEPT, begun_files
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.queries import mailbox_book
from core.units.mailboxes.rules import Mailbox
from core.web.proof import carried_challenge, new_challenge
from core.web.public.report_typed import ONLY_RECORDED, Page, new_page
from core.web.public.site import Guest, not_kept
from core.web.refusals import WRONG_INPUT, remember_words, words_of

PURPOSE = "report"
"""What a proof of work is for that is asked here."""
FEW = 8
"""So many mailboxes are shown at once without being looked for."""
LONGEST_WORD = 50
OWN_DEVICE = "camera=(), geolocation=(self), microphone=(self)"
"""These pages may ask for the place of the phone and for its microphone, and no others of ours may."""
FIELD_OF = {
    "appeal-unusable": "text",
    "draft-too-long": "text",
    "phone-needed": "phone",
    "phone-unusable": "phone",
    "phone-not-proven": "code",
    "code-wrong": "code",
    "code-too-soon": "code",
    "codes-too-many": "code",
    "codes-not-sent": "code",
    "email-unusable": "email",
    "mailbox-closed": "mailbox",
}
"""The field that a refusal is about, by its code."""
WISHES = {"none": "按规定办", "open": "可以", "closed": "不可以"}
"""What can be said of making it public."""
WAYS = {"": "按常规告诉我", "sms": "短信", "mail": "电子邮件", "wechat": "微信", "none": "不用告诉我，我自己查"}
"""By which way somebody can be told; WeChat only for whom the district's account knows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a step shows beside its question: what is wrong, what may settle it, and what may be the same thing."""

    problem: str = ""
    faults: Mapping[str, str] | None = None
    ready: ReadyAnswer | None = None
    alike: Sequence[tuple[str, Duplicate]] = ()
    finding: bool = False
    sent: Sent | None = None

    @property
    def status(self) -> int:
        return WRONG_INPUT if self.problem else 200


def refusal_offer(refusal: Refused) -> Offer:
    """Return what a step shows that is shown again because of a refusal, the words beside the field that it is about."""
    remember_words(refusal)
    is_file = refusal.code.startswith("file") or refusal.code == "begun-too-many"
    field = "files" if is_file else FIELD_OF.get(refusal.code, "")
    return Offer(words_of(refusal), {field: words_of(refusal)} if field else {})


def show_page(guest: Guest, page: Page, offer: Offer | None = None) -> ResponseReturnValue:
    """Show a step with everything that was answered."""
    not_kept()
    scope, now, offer, typed = guest.scope, guest.now, offer or Offer(), page.typed
    challenge = carried_challenge(scope, PURPOSE, now=now, carried=typed.proof)
    facts: dict[str, Any] = {}
    if page.step == "contact":
        facts = _of_contact(guest, page, offer)
    body = render_template(
        f"public/report_{page.step}.html",
        page=replace(page, window=new_page().window),
        typed=replace(typed, text="") if typed.text == ONLY_RECORDED and page.step == "what" else typed,
        portal=get_portal(scope),
        offer=offer,
        faults=offer.faults or {},
        files=begun_files(scope, page.begun),
        dangers=dangers_in(scope, typed.text, place=typed.place, now=now),
        saved_at=page.begun.saved_at if page.begun else None,
        days=KEPT.days,
        box=mailbox_book(scope).find(typed.mailbox),
        appellants=APPELLANT_LABELS,
        publicity=WISHES,
        ways=WAYS,
        photo_at=_around(guest, page),
        most_files=MOST_AT_ONCE,
        most_megabytes=LARGEST_OF_STRANGERS // MEGABYTE,
        challenge=challenge or new_challenge(scope, PURPOSE, now=now),
        proof_number=typed.proof_number if challenge else "",
        **facts,
    )
    response = current_app.make_response((body, offer.status))
    response.headers["Permissions-Policy"] = OWN_DEVICE
    return response


def _around(guest: Guest, page: Page) -> str:
    """Return in words where a photo was taken: the area, where the gazetteer knows it, else the degrees."""
    point = page.typed.photo_point
    if point is None:
        return ""
    return area_words(guest.scope, area_around(guest.scope, point)) or f"{point.y:.4f}, {point.x:.4f}"


def _of_contact(guest: Guest, page: Page, offer: Offer) -> dict[str, Any]:
    """Return what only the step about contact shows: mailboxes to choose from, and how the code stands."""
    scope, typed = guest.scope, page.typed
    book = mailbox_book(scope)
    wanted = {name: request.form.get(name, "")[:LONGEST_WORD] for name in ("matter", "area", "words")}
    found: list[Mailbox] = []
    if offer.finding or any(wanted.values()):
        found = list(
            find_mailboxes(scope, matter=wanted["matter"], area=wanted["area"], words=wanted["words"], most=FEW)
        )
    elif len(book.public) <= FEW:
        found = list(book.public)
    chosen = book.find(typed.mailbox)
    if chosen and chosen.is_public and chosen not in found:
        found.insert(0, chosen)
    is_proven = typed.has_proven_phone(scope, now=guest.now)
    return {
        "book": book,
        "offered": found,
        "wanted": wanted,
        "levels": MAILBOX_LEVELS,
        "sent": offer.sent or (None if is_proven else find_sent(scope, typed.phone, purpose="report", now=guest.now)),
        "is_proven": is_proven,
        "is_known": bool(typed.wechat and wechat_identity(scope, typed.wechat, now=guest.now)),
    }
