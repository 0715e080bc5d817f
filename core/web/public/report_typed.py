"""What somebody has answered on the steps of a report, as it was typed: out of the form that was sent, and out of their draft."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from flask import request
from werkzeug.sansio.multipart import Field, File, MultipartDecoder, NeedData

from core.areas.shapes import Point
from core.hooks.values import Appellant, Wish
from core.intake.points import read_point
from core.journey.phone_proof import proven_phone, wechat_identity
from core.journey.portal import Letter
from core.journey.queries.alike import Written
from core.kit.errors import Refused
from core.residents.drafts.service import KEY, Begun, message_of
from core.residents.phones.rules import readable_phone
from core.tenancy.scope import Scope
from core.tickets.contact import TellBy
from core.web.input import usable_input

Step = Literal["what", "where", "contact", "check"]
STEPS: tuple[Step, ...] = get_args(Step)
SHOWN: Mapping[Step, tuple[str, ...]] = {
    "what": ("text",),
    "where": ("place", "use_photo", "longitude", "latitude"),
    "contact": ("name", "phone", "email", "tell_by", "appellant", "keep_private", "mailbox", "may_publish"),
    "check": (),
}
"""The answers that are asked for on each step; those of the others travel along unseen, so that no draft is needed."""
CHECKED = ("use_photo",)
"""Answers that a form leaves out where they are not ticked."""
FROM_FORM = ("photo_longitude", "photo_latitude", "proof", "proof_number", "answered", "compared", "same")
"""Answers that a form may bring whatever it shows: a script has read them, or the page itself has put them there."""
LONGEST = {"place": 200, "name": 50, "phone": 30, "email": 200, "mailbox": 100}
ONLY_RECORDED = "诉求人没有写字，内容在录音里，请听附件。"
"""What an appeal says whose words are in a recording alone."""
HEAD = 256 * 1024
"""So much is read of a form that is too large, to find in it what was typed: its fields stand before its files."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The answers, each as it was typed."""

    text: str = ""
    place: str = ""
    use_photo: str = ""
    """Not empty: it is where the photo was taken."""
    longitude: str = ""
    latitude: str = ""
    """Where the phone says that it is, by its owner's wish."""
    photo_longitude: str = ""
    photo_latitude: str = ""
    """Where the first photo that said so was taken: offered, and used only if it is chosen."""
    unknown: str = ""
    """Not empty: they do not know exactly where."""
    name: str = ""
    phone: str = ""
    email: str = ""
    tell_by: str = ""
    appellant: str = "person"
    keep_private: str = "1"
    mailbox: str = ""
    may_publish: str = "none"
    phone_proof: str = ""
    wechat: str = ""
    """What a link of the district's WeChat account carried."""
    answered: str = ""
    """Not empty when the resident has seen the answer at once to what they wrote."""
    compared: str = ""
    """Not empty when they have seen what may be the same thing."""
    same: str = ""
    """The one of those that they say it is, as `core.journey.queries.alike.token_of` names it; empty = none."""
    text_by: str = ""
    """The page that wrote the text last."""
    proof: str = ""
    proof_number: str = ""
    """The proof of work that was asked for when the first page was shown, and what was found."""

    @property
    def point(self) -> Point | None:
        """Where it is on the map, as far as they chose to say so."""
        photo = (self.photo_longitude, self.photo_latitude)
        return read_point(*photo).point if self.use_photo else read_point(self.longitude, self.latitude).point

    @property
    def photo_point(self) -> Point | None:
        """Where a photo was taken."""
        return read_point(self.photo_longitude, self.photo_latitude).point

    @property
    def is_placed(self) -> bool:
        """Whether they have said where it is, or that they do not know."""
        return bool(self.place.strip() or self.unknown or self.point)

    @property
    def written(self) -> Written:
        """What is compared with what others have brought."""
        return Written(self.text, place=self.place, point=self.point)

    @property
    def wish(self) -> Wish:
        """What was chosen of making it public."""
        return next((wish for wish in get_args(Wish) if wish == self.may_publish), "none")

    @classmethod
    def of(cls, answers: Mapping[str, str]) -> "Typed":
        """Read answers by the names of their fields; what is no answer is left out."""
        return cls(**{name: value for name, value in answers.items() if name in cls.__annotations__})

    def answers(self) -> dict[str, str]:
        """Return the answers by the names of their fields."""
        return asdict(self)

    def unseen(self, step: Step) -> dict[str, str]:
        """Return what the form of this step carries along without showing it."""
        apart = (*SHOWN[step], "proof", "proof_number")
        return {name: value for name, value in asdict(self).items() if value and name not in apart}

    def letter(self, scope: Scope, key: str, *, now: datetime) -> Letter:
        """Return the letter that was typed. Raises `InputUnusable`, `PhoneUnusable`."""
        said = {name: usable_input(getattr(self, name), longest) for name, longest in LONGEST.items()}
        return Letter(
            text=self.text,
            message_id=message_of(scope, key),
            mailbox=said["mailbox"],
            place=said["place"],
            name=said["name"],
            phone=said["phone"],
            email=said["email"],
            tell_by=next((way for way in get_args(TellBy) if way == self.tell_by), ""),
            appellant=next((kind for kind in get_args(Appellant) if kind == self.appellant), None),
            keep_private=self.keep_private != "0",
            point=self.point,
            phone_proven=self.has_proven_phone(scope, now=now),
            wechat=(wechat_identity(scope, self.wechat, now=now) or "") if self.wechat else "",
        )

    def has_proven_phone(self, scope: Scope, *, now: datetime) -> bool:
        """Tell whether this very phone was shown to be at hand."""
        proven = proven_phone(scope, self.phone_proof, purpose="report", now=now) if self.phone_proof else None
        try:
            return proven is not None and proven == readable_phone(self.phone)
        except Refused:
            return False


@dataclass(frozen=True, slots=True)
class Page:
    """A form that was sent: under which key and by which page, of which step, and what it says together with the draft."""

    key: str
    window: str
    step: Step
    typed: Typed
    begun: Begun | None = None
    elsewhere: str = ""
    """What another page of the same report wrote into the text meanwhile; it would be lost."""
    after: str = ""
    """"check" when the step was opened to change an answer: the next page is the last one then."""

    def with_(self, **answers: str) -> "Page":
        """Return it with other answers."""
        return replace(self, typed=replace(self.typed, **answers))


def new_page(typed: Typed | None = None, *, step: Step = "what", begun: Begun | None = None, key: str = "") -> Page:
    """Return a page that nobody has sent yet."""
    return Page(key or new_key(), secrets.token_hex(4), step, typed or Typed(), begun)


def new_key() -> str:
    """Return a key that nobody guesses."""
    return secrets.token_hex(16)


def step_named(name: str) -> Step:
    """Return the step of this name; what is none is the first."""
    return next((step for step in STEPS if step == name), "what")


def key_in(form: Mapping[str, str]) -> str:
    """Return the key that the form carries, a new one where it carries none."""
    return key if KEY.fullmatch(key := form.get("key", "")) else new_key()


def read_page(form: Mapping[str, str], begun: Begun | None, *, key: str) -> Page:
    """Read a form together with its draft: what the step asks for is the form's, all else the draft's, where there is one.

    A text that another page wrote meanwhile is not written over: it comes back as `elsewhere`.
    """
    step = step_named(form.get("step", ""))
    sent = {name: form[name] for name in Typed.__annotations__ if name in form}
    window = form.get("window", "")[:8]
    if begun is None:
        page = Page(key, window, step, Typed.of(sent), None, after=form.get("after", ""))
        return page.with_(text_by=window) if step == "what" else page
    shown = {*SHOWN[step], *FROM_FORM}
    answers = {**begun.answers, **{name: value for name, value in sent.items() if name in shown}}
    answers |= {name: "" for name in CHECKED if name in SHOWN[step] and name not in sent}
    before = Typed.of(begun.answers)
    is_foreign = before.text_by not in ("", window, sent.get("text_by", ""))
    is_lost = step == "what" and is_foreign and before.text.strip() not in ("", sent.get("text", "").strip())
    page = Page(key, window, step, Typed.of(answers), begun, after=form.get("after", ""))
    if is_lost:
        return replace(page, elsewhere=before.text)
    return page.with_(text_by=window) if step == "what" and page.typed.text != before.text else page


def fields_of_too_large() -> dict[str, str]:
    """Return what was typed into a form that is too large to be read: the fields at its beginning, before its files."""
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        return {}
    decoder, found, name = MultipartDecoder(boundary.encode("latin-1", "replace")), dict[str, bytes](), ""
    try:
        decoder.receive_data(request.environ["wsgi.input"].read(HEAD))
        while not isinstance(event := decoder.next_event(), NeedData | File):
            if isinstance(event, Field):
                name = event.name
            elif name and hasattr(event, "data"):
                found[name] = found.get(name, b"") + event.data
    except (ValueError, OSError):
        pass
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}


def is_named(name: str) -> bool:
    """Tell whether the form was sent by the button of this name, or with something in its field."""
    return bool(re.sub(r"\s", "", request.form.get(name, "")))
