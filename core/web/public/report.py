"""The public entry: what happened, in one's own words, to a leader's mailbox or to nobody in particular; no account, no menu.

Nothing typed is lost: whatever goes wrong, the same form comes back with all of it. A form has a name of its own, so that a
second click, or a page loaded again, is the same appeal with the same number.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.hooks.values import Appellant, Wish
from core.hooks.values.words import APPELLANT_LABELS
from core.intake.portal import find_portal
from core.intake.rules import TEXT_MAX, Appeal
from core.journey.instant import answer_question, say_helped
from core.journey.mailboxes import find_mailboxes
from core.journey.portal import HandedIn, Letter, appeal_of, came_before, get_portal, hand_in
from core.journey.queries.alike import Duplicate, Written, alike_in_public, master_chosen, token_of
from core.journey.queries.progress import progress_of
from core.kit.errors import Refused
from core.knowledge.instant import ReadyAnswer
from core.tickets.models import Ticket
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.queries import mailbox_book
from core.units.mailboxes.rules import Mailbox
from core.web.input import text
from core.web.proof import carried_challenge, is_proved, new_challenge
from core.web.public.site import Entry, Guest, not_kept, public, public_page, said
from core.web.refusals import WRONG_INPUT, remember_words, words_of

PURPOSE = "report"
"""What a proof of work is for that is asked here."""
ENTRY = Entry(
    "反映诉求",
    "report",
    "用自己的话写下来即可，不用注册；可以写给某位领导的信箱，也可以不选",
    lambda scope: find_portal(scope.hooks) is not None,
)
FOR_ENTERPRISES = Entry(
    "企业反映诉求",
    "report?as=enterprise",
    "企业的问题写在这里，按服务企业的渠道受理",
    lambda scope: find_portal(scope.hooks) is not None,
)
MAILBOXES = Entry(
    "领导信箱",
    "mailboxes",
    "按层级、诉求类型和区域查找领导信箱",
    lambda scope: find_portal(scope.hooks) is not None and bool(mailbox_book(scope).public),
)
FEW = 8
"""So many mailboxes are shown at once without being looked for."""
ON_A_PAGE = 50
LONGEST_WORD = 50
FIELD_OF = {"appeal-unusable": "text", "phone-needed": "phone", "mailbox-closed": "mailbox"}
"""The field that a refusal is about, by its code."""
NOT_PROVED = "还没有提交：安全校验没有完成。您写的都还在，请稍等几秒再点一次“提交”。"
SENT_BEFORE = "这一页您刚才已经提交过一件，这次的内容不同，还没有提交。要另外反映这件事，请再点一次“提交”。"
WISHES = {"none": "按规定办", "open": "可以", "closed": "不可以"}
"""What can be said of making it public."""
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form, as it was typed."""

    text: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    appellant: str = "person"
    keep_private: bool = True
    mailbox: str = ""
    matter: str = ""
    area: str = ""
    words: str = ""
    may_publish: str = "none"
    message_id: str = ""
    answered: str = ""
    """Not empty when the resident has seen the answer at once to what they wrote."""
    compared: str = ""
    """Not empty when they have seen what may be the same thing."""
    same: str = ""
    """The one of those that they say it is, as `core.journey.queries.alike.token_of` names it; empty = none."""

    @property
    def written(self) -> Written:
        """What is compared with what others have brought."""
        return Written(self.text, place=self.place)

    @property
    def wish(self) -> Wish:
        """What was chosen of making it public."""
        return next((wish for wish in get_args(Wish) if wish == self.may_publish), "none")

    @classmethod
    def of_form(cls) -> "Typed":
        """Read the form without judging it."""
        fields = {name: request.form.get(name, "") for name in cls.__annotations__ if name != "keep_private"}
        if not _MESSAGE_ID.fullmatch(fields["message_id"]):
            fields["message_id"] = secrets.token_hex(16)
        return cls(**fields, keep_private="keep_private" in request.form)

    def letter(self) -> Letter:
        """Return the letter that was typed. Raises `InputUnusable`."""
        return Letter(
            text=request.form.get("text", ""),
            message_id=self.message_id,
            mailbox=text("mailbox", longest=100),
            place=text("place", longest=200),
            name=text("name", longest=50),
            phone=text("phone", longest=30),
            appellant=next((kind for kind in get_args(Appellant) if kind == self.appellant), None),
            keep_private=self.keep_private,
        )


@public.get("/report")
@public_page
def show_report(guest: Guest) -> ResponseReturnValue:
    """Show the form: empty, or begun with a mailbox (`to`) or for an enterprise (`as`)."""
    box = mailbox_book(guest.scope).find(request.args.get("to", ""))
    return _form(
        guest,
        Typed(
            mailbox=box.name if box and box.is_public else "",
            appellant=request.args.get("as", "person"),
            message_id=secrets.token_hex(16),
        ),
    )


@public.post("/report")
@public_page
def hand_in_report(guest: Guest) -> ResponseReturnValue:
    """Accept what was written and show number and code; or look for a mailbox; or say what is missing, with all of it kept.

    Where an approved answer fits well enough it is shown first: the resident says whether that was all. So is what others
    brought that may be the same thing: one click files the resident's own ticket and has both handled together.
    """
    typed, scope = Typed.of_form(), guest.scope
    if request.form.get("act") == "find":
        return _form(guest, typed, finding=True)
    if request.form.get("act") == "solved":
        return _solved(guest, typed)
    try:
        appeal = appeal_of(scope, typed.letter())
        if not typed.answered and (ready := _answer(guest, typed, appeal)):
            return _form(guest, replace(typed, answered="1"), ready=ready)
        if not is_proved(scope, PURPOSE, now=guest.now) and not came_before(scope, appeal):
            return _form(guest, typed, problem=NOT_PROVED), WRONG_INPUT
        if not typed.compared and (alike := _alike(guest, typed, appeal)):
            return _form(guest, replace(typed, compared="1"), alike=alike)
        master = master_chosen(scope, typed.written, typed.same, now=guest.now)
        with scope.session.begin_nested():
            address = request.remote_addr or ""
            handed_in = hand_in(scope, appeal, may_publish=typed.wish, address=address, master=master, now=guest.now)
    except Refused as refusal:
        remember_words(refusal)
        return _refused(guest, typed, refusal), WRONG_INPUT
    return _done(guest, handed_in)


@public.get("/mailboxes")
@public_page
def list_mailboxes(guest: Guest) -> ResponseReturnValue:
    """Look through the leaders' mailboxes by type, area and words; each leads to the form, addressed to it."""
    get_portal(guest.scope)
    book, wanted = mailbox_book(guest.scope), Typed(matter=_asked("matter"), area=_asked("area"), words=_asked("words"))
    found = find_mailboxes(
        guest.scope, matter=wanted.matter, area=wanted.area, words=wanted.words, most=len(book.public)
    )
    page = max(1, int(number)) if (number := request.args.get("page", "1")).isdecimal() and len(number) < 6 else 1
    return render_template(
        "public/mailboxes.html",
        typed=wanted,
        book=book,
        levels=MAILBOX_LEVELS,
        found=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        count=len(found),
        page=page,
        pages=-(-len(found) // ON_A_PAGE),
    )


def _answer(guest: Guest, typed: Typed, appeal: Appeal) -> ReadyAnswer | None:
    """Return the answer that may settle what was written, unless it is filed already."""
    if came_before(guest.scope, appeal):
        return None
    return answer_question(guest.scope, appeal.text, key=typed.message_id, medium="web", now=guest.now)


def _alike(guest: Guest, typed: Typed, appeal: Appeal) -> list[tuple[str, Duplicate]]:
    """Return what may be the same thing with the names by which it is chosen, unless the form is filed already."""
    if came_before(guest.scope, appeal):
        return []
    found = alike_in_public(guest.scope, typed.written, now=guest.now)
    return [(token_of(guest.scope, each.serial_no), each) for each in found]


def _solved(guest: Guest, typed: Typed) -> str:
    not_kept()
    if say_helped(guest.scope, typed.message_id, now=guest.now):
        return said("已解决", "谢谢，很高兴帮到您。您写的内容没有提交，也没有保存。以后还有问题，随时可以再来反映。")
    return said("没有提交", "这一页没有显示过答复，或者已经提交过了。要反映问题，请回到“反映诉求”重新填写。")


def _asked(name: str) -> str:
    return request.args.get(name, "")[:LONGEST_WORD]


def _refused(guest: Guest, typed: Typed, refusal: Refused) -> str:
    if refusal.code == "message-reused":
        return _form(guest, replace(typed, message_id=secrets.token_hex(16)), problem=SENT_BEFORE)
    field = FIELD_OF.get(refusal.code, "")
    return _form(guest, typed, problem=words_of(refusal), faults={field: words_of(refusal)} if field else {})


def _form(
    guest: Guest,
    typed: Typed,
    *,
    problem: str = "",
    faults: dict[str, str] | None = None,
    finding: bool = False,
    ready: ReadyAnswer | None = None,
    alike: Sequence[tuple[str, Duplicate]] = (),
) -> str:
    not_kept()
    portal, book = get_portal(guest.scope), mailbox_book(guest.scope)
    return render_template(
        "public/report.html",
        typed=typed,
        portal=portal,
        book=book,
        offered=_offered(guest, typed, finding=finding),
        finding=finding,
        ready=ready,
        alike=alike,
        levels=MAILBOX_LEVELS,
        appellants=APPELLANT_LABELS,
        publicity=WISHES,
        problem=problem,
        faults=faults or {},
        longest=TEXT_MAX,
        challenge=carried_challenge(guest.scope, PURPOSE, now=guest.now)
        or new_challenge(guest.scope, PURPOSE, now=guest.now),
    )


def _offered(guest: Guest, typed: Typed, *, finding: bool) -> list[Mailbox]:
    """Return the mailboxes to choose from: those that were looked for, all where there are few, and the chosen one."""
    book = mailbox_book(guest.scope)
    found: list[Mailbox] = []
    if finding or typed.matter or typed.area or typed.words:
        found = list(find_mailboxes(guest.scope, matter=typed.matter, area=typed.area, words=typed.words, most=FEW))
    elif len(book.public) <= FEW:
        found = list(book.public)
    chosen = book.find(typed.mailbox)
    if chosen and chosen.is_public and chosen not in found:
        found.insert(0, chosen)
    return found


def _done(guest: Guest, handed_in: HandedIn) -> str:
    not_kept()
    ticket = guest.scope.session.get_one(Ticket, (guest.scope.tenant.id, handed_in.accepted.ticket_id))
    return render_template(
        "public/reported.html",
        receipt=handed_in.accepted,
        grounds=handed_in.grounds,
        progress=progress_of(guest.scope, ticket, now=guest.now),
    )
