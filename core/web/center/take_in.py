"""Taking in for somebody 代录: the form at the counter and at the door, also without network, and what the server says of it.

With script the form is sent by the page itself and answered in JSON; without, it is a plain form. Both are the same entry.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import generate_csrf

from core.areas.shapes import Point
from core.files.refusals import KINDS_OF_REFUSAL
from core.intake.counters.labels import CONSENT, KIND_LABELS, PRESENT_LABELS
from core.intake.rules import TEXT_MAX
from core.journey.center import EntryUnusable, Said, center_of, communities_of, take_in_at_center
from core.journey.center_acts import print_receipt
from core.journey.queries.center import slip_of
from core.journey.queries.choices import choices
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tickets.timeline import Order
from core.web.assets import STATIC
from core.web.center.receipt import printed
from core.web.desk.alike import CHOSEN
from core.web.input import text
from core.web.refusals import status_of, words_of
from core.web.uploads import takes_files, uploads
from core.web.visit import Answer, Visit, allows, open_to_all

pages = Blueprint("center_take_in", __name__)
FIELD_OF = {
    "appeal-unusable": "text",
    "phone-undecided": "phone",
    "not-told": "told",
    "no-such-area": "area",
    "no-such-matter": "matter",
} | {each.code: "files" for each in KINDS_OF_REFUSAL}
"""The field that a refusal is about, by its code."""
PLAIN = (
    "text",
    "kind",
    "present",
    "message_id",
    "place",
    "area",
    "matter",
    "name",
    "phone",
    "address",
    "longitude",
    "latitude",
)
OWN_POSITION = "camera=(), geolocation=(self), microphone=()"
"""Permissions of the one page that offers the phone's own position."""
WORKER = "center-worker.js"
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form, as it was typed."""

    text: str = ""
    kind: str = "counter"
    present: str = "self"
    message_id: str = ""
    place: str = ""
    area: str = ""
    matter: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    longitude: str = ""
    latitude: str = ""
    no_phone: bool = False
    told: bool = False
    keep_private: bool = True

    @classmethod
    def of_form(cls) -> "Typed":
        """Read the form without judging it."""
        plain = {name: request.form.get(name, "") for name in PLAIN}
        if not _MESSAGE_ID.fullmatch(plain["message_id"]):
            plain["message_id"] = secrets.token_hex(16)
        return cls(
            **plain,
            no_phone="no_phone" in request.form,
            told="told" in request.form,
            keep_private="keep_private" in request.form,
        )

    def said(self) -> Said:
        """Return what was written down. Raises `InputUnusable`, `EntryUnusable`."""
        return Said(
            text=request.form.get("text", ""),
            kind=self.kind,
            present=self.present,
            message_id=self.message_id,
            place=text("place", longest=200),
            area=text("area", longest=40),
            matter=text("matter", longest=64),
            point=self._point(),
            name=text("name", longest=50),
            phone=text("phone", longest=30),
            address=text("address", longest=200),
            no_phone=self.no_phone,
            told=self.told,
            keep_private=self.keep_private,
            written_at=_written_at(text("written_at", longest=40)),
            alike=text(CHOSEN, longest=64),
        )

    def _point(self) -> Point | None:
        if not self.longitude and not self.latitude:
            return None
        try:
            return Point(float(self.longitude), float(self.latitude))
        except ValueError as error:
            raise EntryUnusable("位置不是经纬度。请重新点“用这台设备的位置”，或清除位置。") from error


@pages.get("/center/new")
@allows(Permission.TAKE_IN)
def show_form(visit: Visit) -> Answer:
    """Show the form: empty, or with what was typed and why it was not taken in."""
    refusal: Refused | None = g.get("refusal")
    if refusal is not None and _wants_json():
        return jsonify(code=refusal.code, message=words_of(refusal), field=FIELD_OF.get(refusal.code, "")), status_of(
            refusal
        )
    page = make_response(_form(visit, refusal))
    page.headers["Permissions-Policy"] = OWN_POSITION
    page.status_code = status_of(refusal) if refusal else 200
    return page


@pages.post("/center/new")
@takes_files
@allows(Permission.TAKE_IN, again=show_form)
def take_in(visit: Visit) -> Answer:
    """Take in what was written down; the same form again is the same ticket. Show the receipt, or tell the page of it."""
    typed = Typed.of_form()
    entered = take_in_at_center(visit.scope, typed.said(), uploads(), actor=visit.actor, now=visit.now)
    serial_no = entered.accepted.serial_no
    if _wants_json():
        receipt = {"receipt": f"/center/{serial_no}/receipt", "receipt_id": receipt_id(visit, typed.message_id)}
        return jsonify(serial_no=serial_no, created=entered.accepted.created, **receipt)
    order = Order(visit.actor, visit.now, command_id=receipt_id(visit, typed.message_id))
    print_receipt(visit.scope, serial_no, order, with_code=True, is_present=True)
    slip = slip_of(visit.scope, serial_no, now=visit.now)
    return printed(visit, serial_no, slip, code=entered.accepted.access_code)


@pages.get("/center/ready")
@allows(Permission.TAKE_IN)
def tell_ready(visit: Visit) -> Answer:
    """Tell a page that has network again who is signed in, and the token that its forms must carry."""
    return jsonify(csrf_token=generate_csrf(), owner=owner_of(visit))


@pages.get("/center/worker.js")
@open_to_all
def give_worker() -> Response:
    """Give the script that keeps the form usable without network; from here it may answer for pages below /center/ alone."""
    return current_app.response_class((STATIC / WORKER).read_bytes(), mimetype="text/javascript")


def owner_of(visit: Visit) -> str:
    """Return whose entries a device keeps: nobody else's are shown or sent."""
    return f"{visit.scope.tenant.slug}:{visit.staff.account_id}"


def receipt_id(visit: Visit, message_id: str) -> str:
    """Return the id under which the first receipt of an entry is printed: however often the form is sent, it is told once."""
    return f"{visit.staff.unit_id}/{message_id}/receipt"


def _form(visit: Visit, refusal: Refused | None) -> str:
    center = center_of(visit.scope, visit.actor)
    homes = communities_of(visit.scope, center)
    begun = Typed(area=homes[0] if homes else "", message_id=secrets.token_hex(16))
    typed = Typed.of_form() if refusal else begun
    if refusal is not None and refusal.code == "message-reused":
        typed = replace(typed, message_id=secrets.token_hex(16))
    faults = {FIELD_OF[refusal.code]: words_of(refusal)} if refusal and refusal.code in FIELD_OF else {}
    known: dict[str, Any] = {
        "typed": typed,
        "center": center,
        "areas": choices(visit.scope).areas,
        "matters": choices(visit.scope).matters,
        "kinds": KIND_LABELS,
        "presents": PRESENT_LABELS,
        "consent": CONSENT,
        "longest": TEXT_MAX,
        "owner": owner_of(visit),
        "refusal": words_of(refusal) if refusal else "",
        "faults": faults,
    }
    return render_template("center/new.html", **known)


def _wants_json() -> bool:
    return request.method == "POST" and request.accept_mimetypes.best == "application/json"


def _written_at(given: str) -> datetime | None:
    """Return when a handheld says that it was written down, None for what is no time."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
