"""Two districts full of people, systems and things, so that there is something that could leak, and somebody to whom."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.disclosure.service import public_no
from core.documents.frozen import digest_of, to_text
from core.documents.model import Document, Section, Words
from core.engagement.models import Campaign
from core.escalation.accountability.evidence import put_in_file
from core.escalation.accountability.models import AccountabilityCase
from core.evaluation.panels.models import PanelMember, PanelSeat, ReviewPanel
from core.evaluation.panels.rules_in_force import kept
from core.files.judging import Upload, judge
from core.files.queries import get_file
from core.hooks import EngagementRules, Feature, InterviewRules, OutreachKind, PageSpec, PanelRules, TextBlock
from core.hooks.settings import Line, Secret, SecretText, Settings
from core.intake.calls.rules import IncomingCall
from core.intake.calls.service import keep_call
from core.intake.inbound import new_item
from core.intake.interviews.rules import Announcement, Asker, Host, Question
from core.intake.mail.reading import MAIL_TYPE
from core.intake.outreach.rules import Occasion, Said
from core.intake.outreach.service import keep_line, keep_occasion
from core.journey import center, desk, entrusting, handle, knowledge, people, press, warnings
from core.journey.accept import Accepted
from core.journey.calendar_drafts import Seen, draft_calendar
from core.journey.files import add_files
from core.journey.handover import write_handover
from core.journey.import_task import hand_in
from core.journey.interview_questions import take_question
from core.journey.interviews import announce_interview
from core.journey.queries.lanes import Filters
from core.journey.saved_lists import save_list
from core.journey.settings.drafting import Wish, draft
from core.journey.settings.trying import ask_trial
from core.knowledge.drafts import Draft
from core.people.identities import Provider, add_provider
from core.people.roles import ROLES, Permission, permissions_of
from core.people.service import open_account, revoke_token, start_session
from core.statistics.bulletins.models import Bulletin, BulletinNaming
from core.statistics.deliveries.models import FigureDelivery, FigureSending
from core.statistics.granting.models import CityGrant
from core.statistics.models import CubeMatter
from core.statistics.performance.models import (
    PerformanceItem,
    PerformanceLine,
    PerformanceObjection,
    PerformanceSheet,
    PerformanceUnit,
)
from core.statistics.performance.queries import fingerprint_of
from core.statistics.screens.links import make_screen
from core.tenancy.scope import Installation, Scope
from core.tenancy.secret_rows import keep_text
from core.tickets.contact import Contact
from core.tickets.held import HeldDeed
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import directory
from core.web.visit import COOKIE
from core.workdays.editing import with_days
from core.workdays.specification import DatedDay, DayKind
from tests.builders import (
    OPERATOR,
    SUPERVISOR,
    make_actor,
    make_district,
    make_feature,
    make_ticket,
    set_duties,
    set_rates,
)
from tests.files.samples import photo
from tests.permissions.operations import Operation
from tests.reminders.making import issued_reminder
from tests.warnings.making import warning_row

FEATURE = "trust.place"
PLUGIN, PAGE = FEATURE.split(".")[0], "page"
PAGE_PERMISSION = Permission.SEE_TICKETS
PHOTO = photo()
PASSWORD = "青山隔岸灯火三更明日再来看"
DRAFTER = make_actor("另一位管理员", "administrator", id=999)
"""Who drafts settings, so that the administrator of the place may approve them."""
UNREACHABLE = "https://127.0.0.1:9"
"""Where no identity provider answers."""
ELSEWHERE = "clerk of another unit"
"""Somebody with the role of a clerk, whose unit has no share in the ticket."""
WORKER = "community-worker"
NO_ROLE, REVOKED, STRANGER = "token without role", "revoked token", "nobody"
KINDS = {
    "serial_no": "ticket",
    "public_no": "public case",
    "slug": "interview",
    "case_code": "case of accountability",
    "file": "file",
    "article": "article",
    "warning": "warning",
    "topic": "topic",
    "reminder": "reminder letter",
    "question": "question",
    "dry_run": "dry run",
    "task": "task",
    "role": "file of a task",
    "list_no": "saved list",
    "code": "unit",
    "matter": "matter",
    "login": "account",
    "token": "link",
    "provider": "identity provider",
    "name": "secret",
    "feature": "feature",
    "plugin": "plugin",
    "path": "page",
    "tenant": "tenant",
    "channel": "channel",
    "way_in": "way in",
    "way_out": "way out",
    "command": "command",
    "naming": "naming",
    "line": "performance line",
    "objection": "performance objection",
    "form": "form of a document",
    "page": "page of the city",
    "held": "held deed",
    "screen": "screen",
}
"""What a parameter in an address names, wherever it stands."""
NUMBERED = {
    "/panel/": "panel",
    "/admin/city/grants/": "city grant",
    "/city/deliveries/sendings/": "sending of figures",
    "/city/deliveries/": "delivery of figures",
    "/admin/calendar/drafts/": "calendar draft",
    "/desk/calls/": "call record",
    "/desk/handover/": "handover",
    "/desk/inbound/": "inbound item",
    "/admin/duties/": "duty list",
    "/api/v1/duty-lists/": "duty list",
    "/api/v1/features/": "revision",
    "/admin/features/": "revision",
    "/bulletins/": "bulletin",
    "/performance/": "performance sheet",
    "/unit/performance/": "performance sheet",
    "/api/v1/performance/": "performance sheet",
    "/center/meeting/": "outreach",
    "/interviews/<slug>/question/": "interview question",
    "/public/<tenant>/bulletins/": "bulletin",
    "/public/<tenant>/activities/": "campaign",
}
"""What `number` names, by the beginning of the address."""
PAGE_OF_SECRETS = "/admin/features/"
"""Where `name` names the secret that the page removes; the other is left to systems."""


class PlaceSettings(Settings):
    """Something to set, and secrets: two of each place's own, of which a system and a page may each remove one."""

    word = Line(title="一个词", longest=40, load_default="原来")
    first = Secret(title="第一个密钥", shortest=8)
    second = Secret(title="第二个密钥", shortest=8)
    third = Secret(title="第三个密钥", shortest=8)
    fourth = Secret(title="第四个密钥", shortest=8)


def place_feature() -> Feature:
    """Return a feature with settings, secrets and a page."""
    page = PageSpec(PAGE, "试验页", str(PAGE_PERMISSION), show="show")
    bounds = EngagementRules(most_budget_yuan=100, most_prize_yuan=10)
    made = make_feature(
        FEATURE,
        pages=lambda: [page],
        engagement_rules=lambda: [bounds],
        interview_rules=lambda: [InterviewRules("api")],
    )
    module: Any = made.answers
    module.show = lambda: [TextBlock("看得到")]
    return Feature(made.id, made.label, made.summary, module, PlaceSettings, permissions=(str(PAGE_PERMISSION),))


@dataclass
class Persona:
    """Somebody who asks: what they may, whether their unit has a share in the place's ticket, and their way in."""

    name: str
    permissions: frozenset[Permission]
    has_share: bool
    client: FlaskClient
    headers: Mapping[str, str] = field(default_factory=dict)
    form_token: str = ""

    @property
    def has_entry(self) -> bool:
        """Whether it was their centre that took the place's ticket in."""
        return self.name == WORKER


@dataclass
class Place:
    """A district with one ticket in hand, and one of everything that an address can name."""

    installation: Installation
    app: Flask
    slug: str
    mark: str
    has: dict[str, list[object]] = field(default_factory=dict)
    """What there is, by kind; the first is what is asked for."""
    accounts: dict[str, int] = field(default_factory=dict)
    staff: dict[str, Persona] = field(default_factory=dict)
    systems: dict[str, Persona] = field(default_factory=dict)

    def signed_in(self, name: str) -> Persona:
        """Return somebody of the staff with a session of their own, straight from the service that starts them."""
        now = datetime.now(UTC)
        with self.installation.scope(self.slug) as scope:
            token = start_session(scope, self.accounts[name], address="", now=now)
        client = self.app.test_client()
        client.set_cookie(COOKIE, f"{self.slug}:{token}")
        role = "clerk" if name == ELSEWHERE else name
        return Persona(name, permissions_of([role]), name == "clerk", client, form_token=form_token(client))

    def stranger(self) -> Persona:
        """Return somebody who is not signed in, with a browser of their own."""
        client = self.app.test_client()
        return Persona(STRANGER, frozenset(), False, client, form_token=form_token(client))

    def values(self, operation: Operation) -> dict[str, object]:
        """Return a value that this place has for each parameter of the address."""
        return {name: self.has[kind_of(operation.rule, name)][0] for name in operation.parameters}

    def foreign(self, operation: Operation, other: "Place") -> dict[str, object] | None:
        """Return the parameters with one value of the other place's, None where it has nothing that is not here too."""
        values = self.values(operation)
        for name in reversed(operation.parameters):
            kind = kind_of(operation.rule, name)
            theirs = [each for each in other.has[kind] if each not in self.has[kind]]
            if theirs:
                return values | {name: theirs[0]}
        return None


def kind_of(rule: str, parameter: str) -> str:
    """Return what a parameter names. Fails in words where nobody has said it yet."""
    if parameter == "number":
        kind = next((kind for start, kind in NUMBERED.items() if rule.startswith(start)), None)
    elif parameter == "name" and rule.startswith(PAGE_OF_SECRETS):
        kind = "secret on a page"
    else:
        kind = KINDS.get(parameter)
    assert kind, (
        f"{rule}: nothing is known of the parameter <{parameter}>. Say in KINDS or NUMBERED of tests/permissions/places.py "
        "what it names, and make one of them in `make_place`, so that strangers can be seen to be refused."
    )
    return kind


def form_token(client: FlaskClient) -> str:
    """Return the token that this browser's forms must carry."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get("/sign-in").get_data(as_text=True))
    assert found
    return found[1]


def make_place(installation: Installation, app: Flask, *, more: int) -> Place:
    """Make a district; `more` is how many further versions of what it counts for itself it has."""
    mark = f"机密{secrets.token_hex(4)}"
    code, matter = f"unit-{secrets.token_hex(3)}", f"m-{secrets.token_hex(3)}"
    slug = make_district(
        installation, features={FEATURE: {}}, units=[(code, f"{mark}处", "district_department")], kind="district"
    )
    place = Place(installation, app, slug, mark)
    now = datetime.now(UTC)
    with installation.scope(slug) as scope:
        numbers = [
            set_duties(scope, [{"code": matter, "subcategory": f"道路{each}", "lead": code}])
            for each in range(1 + more)
        ]
    set_rates(installation, slug, now=now)  # a walk asks as often as a flood
    _people(place, code, now)
    place.has |= {"duty list": list(reversed(numbers)), "unit": [code], "matter": [matter]}
    _things(place, code, second=bool(more), more=more, now=now)
    place.has |= {"feature": [FEATURE], "plugin": [PLUGIN], "page": [PAGE]}
    place.has |= {"tenant": [slug], "channel": ["web"], "command": ["no-such-command"]}
    place.has |= {"way in": ["desk"], "way out": ["sms"]}
    return place


def administrator_of(place: Place, name: str = "administrator") -> Actor:
    """Return the administrator of a place as who decides."""
    return make_actor(name, "administrator", id=place.accounts["administrator"])


def _sent_figures(scope: Scope, mark: str, now: datetime, *, more: int) -> dict[str, list[object]]:
    """Make what the district lets a city see, and what it sends by mail, under numbers of its own; return both."""
    ids, number, today = [scope.new_id() for _ in range(3)], 1 + more, now.date()
    scope.session.add(
        CityGrant(
            tenant_id=scope.tenant.id,
            id=ids[0],
            number=number,
            city=f"city-{number}",
            valid_from=today,
            valid_until=today + timedelta(days=9),
            why=mark,
            given_by=mark,
            given_at=now,
        )
    )
    scope.session.add(
        FigureDelivery(
            tenant_id=scope.tenant.id,
            id=ids[1],
            number=number,
            name=mark,
            page="month",
            arguments={},
            form="pdf",
            every="month",
            addresses=[f"office-{number}@example.gov.cn"],
            is_on=False,
            set_by=mark,
            set_at=now,
        )
    )
    scope.session.flush()
    scope.session.add(
        FigureSending(
            tenant_id=scope.tenant.id,
            id=ids[2],
            delivery_id=ids[1],
            first=today,
            last=today,
            address=f"office-{number}@example.gov.cn",
            state="failed",
            failure=mark,
            ordered_at=now,
        )
    )
    return {
        "city grant": [str(number)],
        "delivery of figures": [str(number)],
        "sending of figures": [str(ids[2])],
    }


def _people(place: Place, code: str, now: datetime) -> None:
    names = {**{name: name for name in ROLES}, ELSEWHERE: "clerk"}
    with place.installation.scope(place.slug) as scope:
        units = {"clerk": code, ELSEWHERE: "parks", "discipline": "parks", "community-worker": "parks"}
        for number, (name, role) in enumerate(names.items()):
            unit = directory(scope).get_unit(units[name]).id if name in units else None
            login, called = f"{role}-{place.mark[2:]}-{number}", f"{place.mark}{number}"
            account = open_account(
                scope, login=login, name=called, password=PASSWORD, roles=[role], unit_id=unit, now=now
            )
            place.accounts[name] = account.id
            place.has |= {"login": [login]} if name == "clerk" else {}
            place.has |= {"operator login": [login]} if name == "operator" else {}
        tokens = {
            name: people.issue_token(scope, f"{place.mark}{name}", role=role, unit=units.get(name), now=now)
            for name, role in names.items()
        }
        spare = f"spare-{secrets.token_hex(4)}"
        link = entrusting.invite(scope, login=spare, name=f"{place.mark}备用", roles=["leader"], unit=None, now=now)
        place.has |= {"account": [spare], "link": [link.token]}
        provider = f"idp-{secrets.token_hex(4)}"
        add_provider(scope, Provider(provider, f"{place.mark}认证", UNREACHABLE, "client", ""), now=now)
        place.has |= {"identity provider": [provider]}
        tokens[NO_ROLE] = people.issue_token(scope, f"{place.mark}{NO_ROLE}", now=now)
        tokens[REVOKED] = people.issue_token(scope, f"{place.mark}{REVOKED}", role="administrator", now=now)
        revoke_token(scope, f"{place.mark}{REVOKED}", now=now)
    place.staff = {name: place.signed_in(name) for name in names}
    place.staff[STRANGER] = place.stranger()
    for name, token in tokens.items():
        held = permissions_of([names[name]]) if name in names else frozenset()
        headers = {"Authorization": f"Bearer {token}"}
        place.systems[name] = Persona(name, held, name == "clerk", place.app.test_client(), headers)
    place.systems[STRANGER] = Persona(STRANGER, frozenset(), False, place.app.test_client())


def _things(place: Place, code: str, *, second: bool, more: int, now: datetime) -> None:
    contact = Contact(f"{place.mark}女士", "13800000001")
    files = [judge(Upload(f"{place.mark}.jpg", PHOTO))]
    accepted = make_ticket(place.installation, place.slug, text=f"{place.mark}道路坑洼", now=now, contact=contact)
    with place.installation.scope(place.slug) as scope:
        clerk = make_actor("经办人", "clerk", id=place.accounts["clerk"], unit_id=directory(scope).get_unit(code).id)
        at = datetime.now(UTC)
        desk.dispatch(scope, accepted.serial_no, Order(OPERATOR, at), lead=code, reason="受理席派单")
        handle.sign(scope, accepted.serial_no, Order(clerk, at))
        place.has["campaign"] = [_campaign(scope, place.mark, now)]
        of_kinds = {"secret": "second" if second else "first", "secret on a page": "fourth" if second else "third"}
        for kind, secret in of_kinds.items():
            keep_text(scope, FEATURE, secret, SecretText(f"{place.mark}密钥"), by="测试", now=now)
            place.has[kind] = [secret]
        place.has["ticket"] = [accepted.serial_no]
        _entered(scope, accepted, place.accounts[WORKER], at)
        place.has |= _accused(scope, place.mark, code, accepted.serial_no, at)
        place.has |= {"public case": [public_no(scope, accepted.ticket_id)]}
        added = add_files(scope, accepted.serial_no, Order(OPERATOR, datetime.now(UTC)), files)
        place.has |= {"file": [added[0].id]}
        case = scope.session.scalars(select(AccountabilityCase)).one()
        file = get_file(scope, case.ticket_id, added[0].id)
        put_in_file(scope, case, file, title=f"{place.mark}照片", actor=OPERATOR, now=at)
        place.has |= {"inbound item": [str(_item(scope, place.mark, now))]}
        place.has |= _bulletin(scope, place.mark, now) | {"form of a document": ["pdf"]}
        place.has |= _performance(scope, place.mark, code, accepted.serial_no, now)
        place.has |= _sent_figures(scope, place.mark, now, more=more) | {"page of the city": ["overview"]}
        place.has |= {"screen": [str(make_screen(scope, f"{place.mark}大厅", made_by="测试", now=now).screen.id)]}
        place.has |= {"outreach": [str(_outreach(scope, place.mark, now))]}
        place.has |= _interview(scope, place.mark, code, now)
        place.has |= {"panel": [open_panel(scope, place, accepted.serial_no, now)]}
        call = IncomingCall(place.mark, now, "desk", line=f"{place.mark}线", phone="13800000003", answered_by="坐席")
        handover = write_handover(scope, words=f"{place.mark}交班", actor=OPERATOR, now=now)
        place.has |= {"handover": [str(handover.id)]}
        place.has |= _own_work(scope, place, now)
        place.has |= {"held deed": [_held_deed(scope, place, accepted, at)]}
        place.has |= {"call record": [str(keep_call(scope, call, by="测试", now=now)[0].id)]}
        unit = directory(scope).get_unit(code)
        letter = issued_reminder(scope, unit, text=f"{place.mark}请降噪", tickets=[accepted.serial_no], now=at)
        place.has |= {"reminder letter": [str(letter.id)]}
        place.has |= _knowledge(scope, place.mark, code, str(place.has["matter"][0]), clerk, at)
    numbers: list[object] = []
    for each in range(1 + more):
        with place.installation.scope(place.slug) as scope:
            wish, who = Wish({"word": f"{place.mark}{each}"}), administrator_of(place)
            roster = place.installation.roster
            numbers.append(draft(scope, roster, FEATURE, wish, reason="测试", actor=DRAFTER, now=at).number)
            run = ask_trial(scope, roster, FEATURE, int(str(numbers[-1])), actor=who, now=at)
            place.has.setdefault("dry run", []).append(run.id)
    place.has["revision"] = list(reversed(numbers))
    place.has["calendar draft"] = list(reversed(_calendar_drafts(place, 1 + more, now)))


def _calendar_drafts(place: Place, count: int, now: datetime) -> list[object]:
    """Draft days of rest, one after the other; return the numbers of the drafts."""
    numbers: list[object] = []
    for each in range(count):
        rest = DatedDay((now + timedelta(days=400 + each)).date(), DayKind.REST, f"{place.mark}放假")
        with place.installation.scope(place.slug) as scope:
            drafted = draft_calendar(
                scope,
                lambda spec, rest=rest: with_days(spec, [rest]),  # type: ignore[misc]
                what=f"{place.mark}放假",
                seen=Seen(1, each),
                reason="测试",
                actor=administrator_of(place),
                now=now,
            )
            numbers.append(drafted.number)
    return numbers


def _own_work(scope: Scope, place: Place, now: datetime) -> dict[str, list[object]]:
    """Have the operator hand in a file to be imported, and save a list."""
    actor = make_actor("坐席", "operator", id=place.accounts["operator"])
    content = f"诉求内容\n{place.mark}路灯不亮\n".encode()
    task = hand_in(scope, "来件.csv", content, actor=actor, request="place", now=now)
    number = save_list(scope, place.mark, "all", Filters(), shared=False, actor=actor, now=now)
    return {"task": [str(task.id)], "file of a task": ["result"], "saved list": [str(number)]}


def _accused(scope: Scope, mark: str, code: str, serial_no: str, now: datetime) -> dict[str, list[object]]:
    """Hold the clerk's unit to account for the ticket, under a number that no other place has."""
    press.hold_to_account(scope, serial_no, Order(SUPERVISOR, now), authority="desk", reason=f"{mark}超期")
    case = scope.session.scalars(select(AccountabilityCase)).one()
    case.number = int(mark[2:8], 16) + 1
    scope.session.flush()
    return {"case of accountability": [case.code]}


def _outreach(scope: Scope, mark: str, now: datetime) -> int:
    """Open a residents' meeting of the community worker's unit, with a line that is still a draft."""
    kind = OutreachKind("residents-meeting", "民情联系会", "meeting")
    occasion = Occasion(kind.id, now, "parks", f"{mark}联系会")
    held = keep_occasion(scope, occasion, kind, directory(scope).get_unit("parks"), actor=OPERATOR, now=now)
    keep_line(scope, held, Said(f"{mark}路灯不亮"), number=1, key="1", actor=OPERATOR, now=now)
    return held.id


def _interview(scope: Scope, mark: str, code: str, now: datetime) -> dict[str, list[object]]:
    """Announce a live interview of the clerk's unit, and ask a question in it."""
    name = f"live-{mark.encode().hex()}"
    hosts = (Host(f"{mark}局长", "局长", code),)
    said = Announcement(name, f"{mark}答网友问", now, now + timedelta(hours=1), hosts, units=("parks",))
    announce_interview(scope, said, actor=OPERATOR, now=now)
    asked = Question(f"{mark}路灯不亮", key="1", place="phone", asker=Asker(phone="13800000001"))
    question = take_question(scope, name, asked, actor=OPERATOR, now=now)
    return {"interview": [name], "interview question": [str(question.number)]}


def _entered(scope: Scope, accepted: Accepted, worker_id: int, now: datetime) -> None:
    """Let it be the worker's centre that took the place's ticket in."""
    worker = make_actor("社工", WORKER, id=worker_id, unit_id=directory(scope).get_unit("parks").id)
    said = center.Said("代录", "counter", "self", "place", no_phone=True, told=True)
    center.keep_as_entry(scope, said, accepted, "", actor=worker, now=now)


def _knowledge(scope: Scope, mark: str, code: str, matter: str, clerk: Actor, now: datetime) -> dict[str, list[object]]:
    """Ask a unit a question, write an article, follow a topic, and warn of a rise of a matter that figures know by name."""
    asked = knowledge.ask_unit(scope, unit=code, question=f"{mark}怎么申请", actor=OPERATOR, now=now)
    draft = Draft(f"{mark}的答案", f"{mark}怎么办", f"{mark}找本处")
    written = knowledge.write_article(scope, draft, actor=clerk, now=now)
    topic = warnings.follow_topic(scope, name=f"{mark}话题", matters=[matter], why="", actor=OPERATOR, now=now)
    warned = warning_row(scope, matter=matter, now=now)
    called = CubeMatter(
        tenant_id=scope.tenant.id, matter=matter, category=f"{mark}一类", subcategory=f"{mark}一项", central=""
    )
    scope.session.add_all([warned, called])
    return {
        "question": [str(asked.id)],
        "article": [str(written.id)],
        "warning": [str(warned.id)],
        "topic": [str(topic.id)],
    }


def _bulletin(scope: Scope, mark: str, now: datetime) -> dict[str, list[object]]:
    """Make a draft of a bulletin that proposes to name somebody, under a number that no other place has."""
    text = to_text(Document(f"{mark}通报", (), [Section("一、点名通报", [Words(mark)])], mark, now))
    bulletin = Bulletin(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=int(mark[2:8], 16) + 1,
        month="2026-03",
        edition="general",
        document=text,
        sha256=digest_of(text),
        for_all=text,
        for_all_sha256=digest_of(text),
        naming_at=0,
        definitions={},
        made_by=mark,
        made_at=now,
    )
    scope.session.add(bulletin)
    scope.session.flush()
    naming = BulletinNaming(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        bulletin_id=bulletin.id,
        name=f"{mark}处",
        satisfied=1,
        rated=40,
        satisfied_adjudicated=1,
        rated_adjudicated=40,
    )
    scope.session.add(naming)
    return {"bulletin": [str(bulletin.number)], "naming": [str(naming.id)]}


def _performance(scope: Scope, mark: str, code: str, serial_no: str, now: datetime) -> dict[str, list[object]]:
    """Keep a year's sheet of one unit with a line, a ticket behind it and an objection, under a number of its own."""
    of: dict[str, Any] = {"tenant_id": scope.tenant.id}
    unit = directory(scope).get_unit(code)
    ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
    sheet = PerformanceSheet(
        **of,
        id=scope.new_id(),
        number=int(mark[2:8], 16) + 1,
        year=2025,
        version=1,
        state="frozen",
        first=date(2025, 1, 1),
        last=date(2025, 12, 31),
        rules=[],
        failures=[],
        differences=[],
        made_by=mark,
        made_at=now,
        frozen_by=mark,
        frozen_at=now,
        object_until=now + timedelta(days=30),
    )
    there: dict[str, Any] = {**of, "sheet_id": sheet.id, "unit_id": unit.id}
    scored = PerformanceUnit(**there, id=scope.new_id(), code=code, name=f"{mark}处", facts={}, total=100, rank=1)
    behind = [{"measure": "redone", "label": f"{mark}重办", "n": 1}]
    line = PerformanceLine(
        **there, id=scope.new_id(), label=f"{mark}重办", points=100, rule_id="t/1", by="t", reason=mark, behind=behind
    )
    item = PerformanceItem(**there, measure="redone", place=1, ticket_id=ticket.id, serial_no=serial_no, at=now)
    for rows in ([sheet], [scored, line, item]):
        scope.session.add_all(rows)
        scope.session.flush()
    objection = PerformanceObjection(
        **there, id=scope.new_id(), line_id=line.id, text=f"{mark}不服", raised_by=mark, raised_at=now
    )
    scope.session.add(objection)
    scope.session.flush()
    sheet.sha256 = fingerprint_of(scope, sheet)
    return {
        "performance sheet": [sheet.number],
        "performance line": [line.id],
        "performance objection": [objection.id],
    }


def _held_deed(scope: Scope, place: Place, accepted: Accepted, now: datetime) -> int:
    """Make a deed that somebody gave, that was not carried out, and of which they do not know yet."""
    deed = HeldDeed(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        account_id=place.accounts["operator"],
        ordered_by=f"{place.mark}坐席",
        ticket_id=accepted.ticket_id,
        command="dispatch",
        command_id=f"held/{place.mark}",
        seen_version=1,
        doing=f"派给{place.mark}",
        sealed=None,
        ordered_at=now,
        due_at=now,
        state="failed",
        ended_at=now,
        why=f"{place.mark}已有变动",
    )
    scope.session.add(deed)
    return deed.id


def _campaign(scope: Scope, mark: str, now: datetime) -> int:
    """Make a quiz that was opened."""
    campaign = Campaign(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        kind="quiz",
        title=f"{mark}答题",
        words="自愿参加",
        organiser_id=directory(scope).get_unit("parks").id,
        channel="",
        way="draw",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        budget_yuan=10,
        prizes=[{"name": "红包", "number": 1, "yuan": 10}],
        questions=[{"ask": "几点？", "choices": ["一点", "两点"], "right": 0}],
        staff_hashes=[],
        state="open",
        seed_sha256="0" * 64,
        written_by="张",
        written_by_id=None,
    )
    scope.session.add(campaign)
    scope.session.flush()
    return campaign.id


def open_panel(scope: Scope, place: Place, serial_no: str, now: datetime) -> str:
    """Open a panel on a ticket, on which the place's panel member sits, and has accepted; return its number."""
    ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial_no)).one()
    account_id = place.accounts["panel-member"]
    member = scope.session.scalar(select(PanelMember).where(PanelMember.account_id == account_id))
    member = member or PanelMember(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number="NE-1",
        name=f"{place.mark}评议员",
        member_group="netizen",
        recruited="application",
        organisation="",
        ties=[],
        account_id=account_id,
        added_at=now,
        added_by="测试",
    )
    panel = ReviewPanel(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        number=f"PY{serial_no}",
        ticket_id=ticket.id,
        cycle_no=1,
        cause="two_stories",
        question=f"{place.mark}修好没有",
        parties=[],
        verdicts=["keep", "redo"],
        rules=kept(PanelRules()),
        opened_by="测试",
        opened_by_id=None,
        opened_at=now,
        closes_at=now + timedelta(days=5),
    )
    scope.session.add_all([member, panel])
    scope.session.flush()
    seat = PanelSeat(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        panel_id=panel.id,
        round=1,
        member_id=member.id,
        member_group="netizen",
        place=1,
        state="accepted",
        changed_at=now,
    )
    scope.session.add(seat)
    scope.session.flush()
    return panel.number


def _item(scope: Scope, mark: str, now: datetime) -> int:
    item = new_item(
        scope,
        channel="web",
        message_id=f"{mark}-1",
        content_type=MAIL_TYPE,
        body=f"Subject: {mark}\r\n\r\n{mark}来件".encode(),
        state="needs_person",
        vouched_by="",
        now=now,
    )
    scope.session.add(item)
    scope.session.flush()
    return item.id
