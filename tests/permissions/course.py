"""What people and systems of a district really do with tickets and settings, request by request, to be recorded and replayed.

Every id that a request carries is written as `Id`, so that a replay knows what to exchange for another district's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.test import TestResponse

from tests.permissions.places import NO_ROLE, Persona, Place

SERIAL = re.compile(r'data-copy="([^"]+)"')


class Id(str):
    """The name of something that belongs to one district."""

    __slots__ = ()


@dataclass(frozen=True)
class Request:
    """One request before it is sent: who, what, with ids marked. `path` has its ids apart, in order of their places."""

    who: str
    method: str
    path: str
    ids: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    json: Mapping[str, Any] | None = None
    key: str = ""
    is_api: bool = False

    def values(self) -> dict[tuple[str, ...], str]:
        """Return the ids in it by where they stand."""
        found: dict[tuple[str, ...], str] = {("path", str(place)): value for place, value in enumerate(self.ids)}
        for where, mapping in (("query", self.query), ("form", self.form or {}), ("json", self.json or {})):
            found |= {(where, *place): value for place, value in _ids_in(mapping)}
        return found

    def with_value(self, place: tuple[str, ...], value: str) -> "Request":
        """Return the request with another id in this place."""
        where, *rest = place
        if where == "path":
            ids = tuple(value if str(number) == rest[0] else each for number, each in enumerate(self.ids))
            return _changed(self, ids=ids)
        mapping = getattr(self, where)
        return _changed(self, **{where: _put(mapping, rest, value)})

    def send(self, asker: Persona) -> TestResponse:
        """Send it in somebody's session, or with a system's token."""
        path = self.path.format(*self.ids)
        headers = dict(asker.headers) | ({"Idempotency-Key": self.key} if self.key else {})
        body: dict[str, Any] = {}
        if self.form is not None:
            body = {"data": {"csrf_token": asker.form_token, **self.form}}
        elif self.json is not None:
            body = {"json": self.json}
        return asker.client.open(path, method=self.method, query_string=dict(self.query), headers=headers, **body)


Send = Callable[[Request], TestResponse]


class Course:
    """One district's course of work. `send` gives each request to whoever records or attacks, and returns its answer."""

    def __init__(self, place: Place, send: Send) -> None:
        self._place = place
        self._send = send

    def run(self) -> None:
        """Take an appeal from its beginning to its end, then do what else is done with tickets, persons and settings."""
        serial_no = self._accepted(f"{self._place.mark}路面塌陷")
        self._looked_up(serial_no)
        self._dispatched_and_in_hand(serial_no)
        self._pressed(serial_no)
        self._led(serial_no)
        self._joined(serial_no)
        self._answered(serial_no)
        self._consulted(self._accepted(f"{self._place.mark}无人认领"))
        self._entered()
        self._interviewed()
        self._known()
        self._by_systems()
        self._administered()
        self._administered_on_pages(serial_no)
        self._signed_in_elsewhere()

    def _accepted(self, text: str) -> Id:
        answer = self._form(
            "operator", "/desk/new", text=text, channel="desk", nature="complaint", name="王女士", phone="13800000002"
        )
        found = SERIAL.search(answer.get_data(as_text=True))
        assert found
        return Id(found[1])

    def _looked_up(self, serial_no: Id) -> None:
        code = self._id("unit")
        self._get("operator", "/desk", at=serial_no, lane="all")
        self._get("operator", "/desk", lane="all", q=serial_no)
        self._get("operator", "/desk", lane="all", unit=code)
        self._get("operator", "/desk", lane="all", matter=self._id("matter"))
        self._get("leader", "/explore", matter=self._id("matter"), unit=code)
        self._get("leader", "/t/{0}", serial_no)
        self._get("operator", "/desk/{0}/classify", serial_no)
        self._form(
            "operator", "/desk/{0}/classify", serial_no, nature="help", complexity="simple", matter=self._id("matter")
        )

    def _dispatched_and_in_hand(self, serial_no: Id) -> None:
        code = self._id("unit")
        self._form("operator", "/desk/dispatch", of=serial_no, serial_no=serial_no, unit=code, reason="就近")
        self._get("clerk", "/unit/{0}", serial_no)
        self._form("clerk", "/unit/{0}/sign", serial_no)
        self._form("clerk", "/unit/{0}/note", serial_no, what="已到现场")
        self._form("clerk", "/unit/{0}/request_extension", serial_no, days="1", reason="下雨")
        self._form("reviewer", "/t/{0}/approve_extension", serial_no, unit=code, days="1")

    def _pressed(self, serial_no: Id) -> None:
        self._form("supervisor", "/t/{0}/open_supervision", serial_no, level="yellow", demand="尽快")
        supervision = self._record("clerk", serial_no, "supervision_id")
        self._form("clerk", "/unit/{0}/answer_supervision", serial_no, supervision_id=supervision, text="在办")
        self._form("supervisor", "/t/{0}/close_supervision", serial_no, supervision_id=supervision, note="销号")
        self._form("leader", "/t/{0}/instruct", serial_no, leader="某领导", level="district", text="请办好")
        instruction = self._record("clerk", serial_no, "instruction_id")
        self._form("clerk", "/unit/{0}/report_instruction", serial_no, instruction_id=instruction, text="照办")
        self._form("supervisor", "/t/{0}/send_letter", serial_no, kind="reminder", text="请按时")
        letter = self._record("clerk", serial_no, "letter_id")
        self._form("clerk", "/unit/{0}/acknowledge_letter", serial_no, letter_id=letter)

    def _led(self, serial_no: Id) -> None:
        code, due = self._id("unit"), "2031-03-12T18:00"
        self._get("leader", "/leader")
        self._get("leader", "/leader/{0}", serial_no)
        self._form("leader", "/leader/{0}/instruct", serial_no, text="举一反三", unit=code, days="3")
        self._form("leader", "/leader/{0}/read", serial_no)
        self._get("leader", "/leader/instructions")
        self._form("supervisor", "/t/{0}/order_check", serial_no, alike="同类", demand="查出即改", units=code, due=due)
        check = self._record("clerk", serial_no, "errand_id")
        self._form("clerk", "/unit/{0}/answer_check", serial_no, errand_id=check, text="已查", found="1", mended="1")
        self._form(
            "operator",
            "/t/{0}/call_meeting",
            serial_no,
            kind="on_site",
            subject="谁来修",
            meets_at=due,
            place="现场",
            units=code,
        )
        meeting = self._number("operator", "/t/{0}", serial_no, "meeting_id")
        self._form("operator", "/t/{0}/hold_meeting", serial_no, meeting_id=meeting, outcome="由本处修")
        self._form("operator", "/t/{0}/assign_errand", serial_no, meeting_id=meeting, unit=code, what="修好")
        errand = self._record("clerk", serial_no, "errand_id")
        self._form("clerk", "/unit/{0}/answer_errand", serial_no, errand_id=errand, text="已修")
        self._form("clerk", "/unit/{0}/plan_stage", serial_no, what="雨季后重铺")
        self._form("clerk", "/unit/{0}/record_policy", serial_no, title="办法", analysis="分析", measure="措施")

    def _joined(self, master: Id) -> None:
        other = self._accepted(f"{self._place.mark}同一处塌陷")
        self._form("operator", "/t/{0}/attach", other, master=master, reason="同一件事")
        self._form("operator", "/t/{0}/detach", other, reason="不是同一件事")

    def _answered(self, serial_no: Id) -> None:
        self._form("clerk", "/unit/{0}/reply", serial_no, text="已修复", disposition="resolved")
        self._form("reviewer", "/desk/review", of=serial_no, serial_no=serial_no, verdict="pass", note="同意")
        self._form(
            "operator", "/desk/follow-up", of=serial_no, serial_no=serial_no, outcome="unreachable", note="无人接听"
        )

    def _consulted(self, serial_no: Id) -> None:
        self._form("operator", "/t/{0}/open_consultation", serial_no, question="谁来办")
        self._form("supervisor", "/t/{0}/decide_consultation", serial_no, unit=self._id("unit"), reason="就近")

    def _interviewed(self) -> None:
        name, question = self._id("interview"), self._id("interview question")
        self._form("operator", "/interviews/{0}/open", name, of="-")
        self._get("clerk", "/interviews/{0}/hour", name)
        self._form("operator", "/interviews/{0}/question/{1}/show", name, question, of="-", shown="yes")
        self._form("operator", "/interviews/{0}/extend", name, of="-", reason="提问踊跃")
        self._form("clerk", "/interviews/{0}/question/{1}/answer", name, question, of="-", text="已修", host="1")
        self._form("operator", "/interviews/{0}/close", name, of="-")
        self._get("leader", "/interviews/{0}", name)

    def _entered(self) -> None:
        item = self._id("inbound item")
        self._get("operator", "/desk/inbound/{0}", item)
        self._get("operator", "/desk/new", inbound=item)
        call = self._id("call record")
        self._get("operator", "/desk/calls/{0}", call)
        self._get("operator", "/desk/new", call=call)
        self._form("operator", "/desk/calls/{0}/call-back", call, of="-", reached="no", words="")
        self._form("operator", "/desk/handover/{0}/take", self._id("handover"), of="-", remark="知道了")
        self._form("operator", "/desk/calls/{0}/answer", call, of="-", words="已告知")
        self._form(
            "operator",
            "/desk/new",
            inbound=item,
            text=f"{self._place.mark}来件所说",
            channel="desk",
            nature="complaint",
        )

    def _known(self) -> None:
        question, article = self._id("question"), self._id("article")
        self._get("operator", "/knowledge", tab="questions")
        self._get("clerk", "/knowledge/new", question=question)
        self._get("reviewer", "/knowledge/{0}", article)
        self._form("reviewer", "/knowledge/{0}/return", article, of="-", number="1", reason="写全")
        self._form("clerk", "/knowledge/{0}/revise", article, of="-", title="题", question="问", answer="答")
        self._form("reviewer", "/knowledge/{0}/approve", article, of="-", number="2")
        self._form("reviewer", "/knowledge/{0}/withdraw", article, of="-", reason="过时")
        self._form("operator", "/knowledge/questions/{0}/drop", question, of="-", reason="不用了")
        warning, topic = self._id("warning"), self._id("topic")
        self._get("leader", "/warnings/{0}", warning)
        self._form("operator", "/warnings/{0}/ask", warning, of="-", unit=self._id("unit"), question="何时修好")
        self._form("supervisor", "/warnings/{0}/acknowledge", warning, of="-", reason="属实")
        self._form(
            "supervisor", "/topics/{0}/measures", topic, of="-", on=str(datetime.now(UTC).date()), text="夜间停工"
        )
        self._form("supervisor", "/topics/{0}/end", topic, of="-")
        letter = self._id("reminder letter")
        self._get("leader", "/letters/{0}", letter)
        self._get("clerk", "/unit/letters/{0}", letter)
        self._form("clerk", "/unit/letters/{0}/acknowledge", letter, of="-")
        self._form("clerk", "/unit/letters/{0}/answer", letter, of="-", text="夜间停工")

    def _by_systems(self) -> None:
        mine, code = self._handed_in(NO_ROLE), self._id("unit")
        ticket = "/api/v1/tickets/{0}"
        self._call(NO_ROLE, "GET", ticket, mine)
        self._call(
            "operator", "POST", f"{ticket}/commands/dispatch", mine, json={"lead": code, "reason": "就近"}, key="give"
        )
        self._call("clerk", "POST", f"{ticket}/commands/sign", mine, json={})
        self._call("operator", "POST", f"{ticket}/contact", mine, json={"purpose": "verify", "words": "核实"})
        self._call("supervisor", "GET", f"{ticket}/decisions", mine)

    def _administered(self) -> None:
        login, code, revision = self._id("login"), self._id("unit"), self._id("revision")
        administer = "administrator"
        roster = "/api/v1/units/{0}/roster"
        self._call(administer, "GET", roster, code)
        self._call(administer, "PUT", roster, code, json={"duties": [{"login": login}], "head": login})
        self._call(administer, "GET", "/api/v1/accounts/{0}/sessions", self._id("account"))
        self._call(administer, "GET", "/api/v1/dry-runs/{0}", self._id("dry run"))
        revisions = "/api/v1/features/trust.place/revisions/{0}"
        self._call(administer, "GET", revisions, revision)
        self._call(administer, "GET", f"{revisions}/diff", revision)
        self._call(administer, "POST", f"{revisions}/check", revision)
        lists = "/api/v1/duty-lists/{0}"
        number = self._id("duty list")
        for path in (lists, f"{lists}/coverage", f"{lists}/diff", f"{lists}/export"):
            self._call(administer, "GET", path, number)
        self._call(administer, "GET", f"{lists}/diff", number, against=number)

    def _administered_on_pages(self, serial_no: Id) -> None:
        code, revision, number = self._id("unit"), self._id("revision"), self._id("duty list")
        administer = "administrator"
        revisions = "/admin/features/trust.place/revisions/{0}"
        for path in (revisions, f"{revisions}/trial", f"{revisions}/trial/changed"):
            self._get(administer, path, revision)
        self._get(administer, "/admin/features/trust.place/settings", draft=revision)
        self._get(administer, "/admin/duties/{0}", number)
        self._get(administer, "/admin/duties/{0}/items/{1}", number, self._id("matter"))
        self._get(administer, "/admin/escalation", serial=serial_no)
        page = self._get(administer, "/admin/units/{0}", code).get_data(as_text=True)
        seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
        named = {"name": f"{self._place.mark}新处", "kind": "district_department", "seen": seen, "reason": "改名"}
        self._form(administer, "/admin/units/{0}/change", code, of="-", **named)
        self._get(administer, "/admin/rosters/{0}", code)
        self._get(administer, "/admin/calendar/drafts/{0}", self._id("calendar draft"))
        self._form(administer, "/admin/city/grants/{0}/end", self._id("city grant"), of="-", why="期满")
        self._form(administer, "/city/deliveries/{0}/on", self._id("delivery of figures"), of="-")
        self._form(administer, "/city/deliveries/sendings/{0}/retry", self._id("sending of figures"), of="-")

    def _signed_in_elsewhere(self) -> None:
        self._place.signed_in("leader")
        page = self._get("leader", "/account").get_data(as_text=True)
        other = re.findall(r'name="session" value="(\d+)"', page)[-1]
        self._form("leader", "/account/sessions/end", session=Id(other))

    def _handed_in(self, who: str) -> Id:
        contact = {"name": "王女士", "phone": "13800000003"}
        body = {"text": f"{self._place.mark}网上反映", "contact": contact}
        answer = self._call(who, "POST", "/api/v1/tickets", json=body, key="the same in every district")
        return Id(answer.get_json()["serial_no"])

    def _id(self, kind: str) -> Id:
        return Id(self._place.has[kind][0])

    def _record(self, who: str, serial_no: Id, name: str) -> Id:
        return self._number(who, "/unit/{0}", serial_no, name)

    def _number(self, who: str, path: str, serial_no: Id, name: str) -> Id:
        page = self._get(who, path, serial_no).get_data(as_text=True)
        found = re.search(rf'name="{name}" value="(\d+)"', page)
        assert found, f"no form for {name}"
        return Id(found[1])

    def _get(self, who: str, path: str, *ids: Id, **query: str) -> TestResponse:
        return self._done(Request(who, "GET", path, ids, query=query), 200, 303)

    def _form(self, who: str, path: str, *ids: Id, of: str = "", **fields: Any) -> TestResponse:
        """Send a form with the version that the ticket has now."""
        ticket = "" if of == "-" else of or (ids[0] if ids else "")
        version = {"version": str(self._version(ticket))} if ticket else {}
        return self._done(Request(who, "POST", path, ids, form={**version, **fields}), 200, 303)

    def _call(
        self,
        who: str,
        method: str,
        path: str,
        *ids: Id,
        json: Mapping[str, Any] | None = None,
        key: str = "",
        **query: str,
    ) -> TestResponse:
        return self._done(Request(who, method, path, ids, query=query, json=json, key=key, is_api=True), 200, 201, 202)

    def _done(self, request: Request, *statuses: int) -> TestResponse:
        answer = self._send(request)
        words = answer.get_data(as_text=True)[-2500:] if answer.status_code not in statuses else ""
        assert answer.status_code in statuses, f"{request}: {answer.status_code} {words}"
        return answer

    def _version(self, serial_no: str) -> int:
        system = self._place.systems["operator"]
        answer = system.client.get(f"/api/v1/tickets/{serial_no}", headers=dict(system.headers))
        version: int = answer.get_json()["version"]
        return version


def _changed(request: Request, **changes: Any) -> Request:
    given = {name: getattr(request, name) for name in Request.__dataclass_fields__}
    return Request(**{**given, **changes})


def _ids_in(value: Any, place: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(value, Id):
        return [(place, value)]
    if isinstance(value, Mapping):
        return [found for name, each in value.items() for found in _ids_in(each, (*place, name))]
    if isinstance(value, list):
        return [found for number, each in enumerate(value) for found in _ids_in(each, (*place, str(number)))]
    return []


def _put(value: Any, place: list[str], new: str) -> Any:
    if not place:
        return Id(new)
    name, *rest = place
    if isinstance(value, list):
        return [_put(each, rest, new) if str(number) == name else each for number, each in enumerate(value)]
    return {key: _put(each, rest, new) if key == name else each for key, each in value.items()}
