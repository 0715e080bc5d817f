"""The desk: one lane as a list, and beside it the ticket that is open."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request

from core.handling.calling import calling_at, not_now
from core.journey.bulk import MOST, Selection, count_selected
from core.journey.queries.case import Case, get_case
from core.journey.queries.case_file import case_file
from core.journey.queries.choices import choices
from core.journey.queries.lanes import COUNTED, LANES, Filters, LaneName, TabCounts, tab_counts
from core.journey.queries.queue import Queue, find_following, find_serial, queue
from core.journey.queries.reply_checks import find_override, look_at_reply_under_review
from core.journey.saved_lists import ListLine, gone_from, open_list
from core.kit import saying
from core.people.access import may
from core.people.roles import Permission
from core.routing.rules_in_force import rules_of
from core.statistics.places import area_label
from core.statistics.queries import Cube, matter_names
from core.statistics.report import matter_label
from core.units.catalogue.queries import gazetteer_in_force
from core.web.desk.acts import offered
from core.web.desk.answers import known_for
from core.web.desk.bulk_acts import BULK_NEEDS
from core.web.desk.desk_acts import BESIDE_DISPATCH, DESK_ACTS
from core.web.desk.standing import standing_at_desk
from core.web.menu import LANE_LABELS, lanes_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("lanes", __name__)
LONGEST_ARGUMENT = 200
LONGEST_NUMBER = 9
PARTS = {"pane": "pane", "list": "list", "work": "work"}
"""What htmx asks for, by the id of the element it will fill."""
RETURNABLE: tuple[LaneName, ...] = ("dispatch", "review", "all")
PRESSED: tuple[LaneName, ...] = ("accept", "clearance", "returns", "consult", "time", "supervised")
"""Lanes in which the light, and for those of `RETURNABLE` the returns, divide the tickets."""
TABS = (
    ("", "全部", "everything"),
    ("pressing", "临期与超期", "pressing"),
    ("urgent", "紧急", "urgent"),
    ("returned", "退回的", "returned"),
)


@dataclass(frozen=True, slots=True)
class LaneWords:
    """What a lane says of itself."""

    name: LaneName
    order_words: str
    empty_title: str
    empty_words: str
    decides: bool = False
    """Whether a ticket stands in it for a decision on something on record, which its pane then shows."""

    @property
    def label(self) -> str:
        return LANE_LABELS[self.name]


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab above a list."""

    label: str
    href: str
    current: bool
    count: str | None


NEAREST_FIRST = "按时限由近到远"
LANE_WORDS = {
    words.name: words
    for words in (
        LaneWords("accept", "先登记的在前", "没有等待受理的来件", "登记后还没有受理的来件会出现在这里。", decides=True),
        LaneWords(
            "clearance",
            NEAREST_FIRST,
            "没有待审定的电话工单",
            "受理席交审定、审定退回的工单会出现在这里。",
            decides=True,
        ),
        LaneWords("dispatch", NEAREST_FIRST, "没有待派单的工单", "新来件会自动出现在这里。"),
        LaneWords("returns", NEAREST_FIRST, "没有待决定的退单申请", "承办单位申请退单后会出现在这里。", decides=True),
        LaneWords("consult", NEAREST_FIRST, "没有进行中的会商", "发起会商的工单会出现在这里。", decides=True),
        LaneWords("review", NEAREST_FIRST, "没有待审核的答复", "承办单位提交答复后会出现在这里。"),
        LaneWords(
            "time", NEAREST_FIRST, "没有待审批的延期和挂起", "承办单位申请延期或挂起后会出现在这里。", decides=True
        ),
        LaneWords("follow_up", "先办结的在前", "没有待回访的工单", "答复发出后，工单会出现在这里。"),
        LaneWords(
            "redo",
            "先办结的在前",
            "没有要求重办的工单",
            "诉求人不满意、要求重办的工单会出现在这里。",
            decides=True,
        ),
        LaneWords(
            "untold",
            "先办结的在前",
            "没有待告知的工单",
            "已答复而没有诉求人已被告知的记录的工单会出现在这里。",
            decides=True,
        ),
        LaneWords("tracking", "先办结的在前", "没有要再看的工单", "定了日子再看效果的工单会出现在这里。", decides=True),
        LaneWords("supervised", NEAREST_FIRST, "没有未销号的督办", "发出督办的工单会出现在这里。", decides=True),
        LaneWords(
            "errands",
            NEAREST_FIRST,
            "没有等待回复的交办事项",
            "会议分工、举一反三和后续安排没有全部回复的工单会出现在这里。",
            decides=True,
        ),
        LaneWords("disputes", "先登记的在前", "没有待裁定的申诉", "提出申诉或复核申请后会出现在这里。", decides=True),
        LaneWords("overruns", "先登记的在前", "没有待核定的超期原因", "单位说明超期原因后会出现在这里。", decides=True),
        LaneWords("all", "新的在前", "还没有工单", "受理第一件之后，这里可以查到全部工单。"),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: a lane, narrowed, from some place on, with a ticket open."""

    lane: LaneName
    filters: Filters
    after: str
    at: str
    saved: ListLine | None = None
    """The saved list that it is, as long as nothing else narrows it."""

    @classmethod
    def read(cls, visit: Visit) -> "Wanted":
        """Read the query string; what makes no sense there is passed over. Raises `NoSuchList`."""
        if number := _argument("list"):
            lanes = lanes_of(visit.permissions)
            whole = int(number) if number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER else 0
            line = open_list(visit.scope, whole, actor=visit.actor, lanes=lanes)
            return cls(line.lane, line.filters, _argument("after"), _argument("at"), line)
        given = {name: _argument(name) for name in Filters.__annotations__}
        lane: LaneName = next((lane for lane in LANES if lane == request.args.get("lane")), "dispatch")
        return cls(lane, Filters(**given), _argument("after"), _argument("at"))

    def href(self, **changes: str) -> str:
        """Return the address of this list, with some of it changed; the open ticket and the page are left out."""
        if self.saved and not changes.keys() - {"after", "at"}:
            parts: dict[str, Any] = {"list": self.saved.number, **changes}
        else:
            parts = {"lane": self.lane, **asdict(self.filters), **changes}
        return "/desk?" + urlencode({name: value for name, value in parts.items() if value})


@pages.get("/desk")
@allows(Permission.SEE_TICKETS)
def show_lane(visit: Visit) -> Answer:
    """Show a lane whole, or for htmx the part that changes. A search for a serial number opens its ticket."""
    wanted = Wanted.read(visit)
    if wanted.filters.q and (serial_no := find_serial(visit.scope, wanted.filters.q)):
        return redirect(f"/t/{serial_no}", 303)
    part = PARTS.get(request.headers.get("HX-Target", "")) if request.headers.get("HX-Request") else None
    if part == "pane":
        return _render("desk/fragment.html", visit, wanted, part=part, case=_open(visit, wanted.at))
    page = queue(visit.scope, wanted.lane, wanted.filters, now=visit.now, after=wanted.after)
    counts = tab_counts(visit.scope, wanted.lane) if wanted.lane != "all" else None
    facts: dict[str, Any] = {
        "rows": page.rows,
        "total": _total(wanted, page, counts),
        "tabs": _tabs(wanted, counts),
        "after": page.after,
        "bulk": may(visit.permissions, BULK_NEEDS),
    }
    if facts["bulk"] and (page.after or wanted.after):
        facts["whole"] = _whole(visit, wanted)
    if part == "list":
        response = make_response(_render("desk/fragment.html", visit, wanted, part=part, open_at=wanted.at, **facts))
        return _only_if_changed(response, page, counts)
    case = _open(visit, wanted.at or (page.rows[0].serial_no if page.rows else ""))
    template = "desk/fragment.html" if part else "desk/queue.html"
    return _render(template, visit, wanted, part=part, case=case, **facts)


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:LONGEST_ARGUMENT]


def _open(visit: Visit, serial_no: str) -> Case | None:
    return get_case(visit.scope, serial_no, now=visit.now) if serial_no else None


def _render(template: str, visit: Visit, wanted: Wanted, *, case: Case | None = None, **facts: Any) -> str:
    row_href: Callable[[str], str] = lambda serial_no: wanted.href(at=serial_no)  # noqa: E731 -- called by the template
    following = (
        find_following(visit.scope, wanted.lane, wanted.filters, case.serial_no, now=visit.now) if case else None
    )
    after, words = facts.get("after"), LANE_WORDS[wanted.lane]
    if case and words.decides:
        facts |= _to_decide(visit, case)
    elif case and case.waits_for_dispatch:
        facts |= _to_dispatch(visit, case)
    elif case and wanted.lane == "review" and case.reply:
        facts |= _to_review(visit, case)
    elif case and wanted.lane == "follow_up" and case.reply:
        rules = rules_of(visit.scope)
        facts["most_attempts"] = rules.follow_up_attempts
        facts["not_now"] = not_now(calling_at(rules.callback_hours, visit.now.astimezone(visit.scope.tenant.zone)))
    return render_template(
        template,
        lane=words,
        filters=wanted.filters,
        choices=choices(visit.scope),
        here=wanted.href(),
        back=wanted.href(at=following or ""),
        row_href=row_href,
        more_href=wanted.href(after=str(after)) if after else None,
        picked=bool(wanted.at),
        search=wanted.filters.q,
        narrowed=_narrowed(visit, wanted.filters),
        saved=wanted.saved,
        gone=gone_from(visit.scope, wanted.filters) if wanted.filters.any else (),
        export_href="/desk/export?" + wanted.href().partition("?")[2],
        save_href="/desk/lists?" + urlencode({"lane": wanted.lane, **wanted.filters.given}),
        case=case,
        **{"open_at": case.serial_no if case else "", **facts},
    )


def _to_review(visit: Visit, case: Case) -> dict[str, Any]:
    """Return what the checks find of the reply that waits, and that its unit was told of it and handed it in all the same."""
    return {
        "look": look_at_reply_under_review(visit.scope, case, now=visit.now),
        "overridden": find_override(visit.scope, case.id),
    }


def _narrowed(visit: Visit, filters: Filters) -> str:
    """Say what figures have narrowed the list to, empty for nothing."""
    said = []
    if filters.matter:
        names = matter_names(Cube.of(visit.scope))
        said.append(matter_label(names, filters.matter) if filters.matter in names else "清单上没有的事项")
    if filters.area:
        is_known = filters.area in gazetteer_in_force(visit.scope).areas
        said.append(area_label(visit.scope, filters.area) if is_known else "地名库里没有的区域")
    if filters.since or filters.until:
        said.append(saying.said("{since} 至 {until} 受理的", since=filters.since, until=filters.until))
    return saying.joined("、", said)


def _to_decide(visit: Visit, case: Case) -> dict[str, Any]:
    """Return what is on record of the ticket, and the forms beside it."""
    file = case_file(visit.scope, case.id)
    acts = offered(DESK_ACTS, standing_at_desk(visit, case, file), refusal=None)
    return {"file": file, "acts": acts, "act_base": f"/t/{case.serial_no}"}


def _to_dispatch(visit: Visit, case: Case) -> dict[str, Any]:
    """Return what is needed to dispatch the ticket, or to do something else with it, without leaving the desk."""
    file = case_file(visit.scope, case.id)
    standing = standing_at_desk(visit, case, file)
    return {
        "hints": standing.hints,
        "known": known_for(visit, case),
        "file": file,
        "acts": offered(BESIDE_DISPATCH, standing, refusal=None),
        "act_base": f"/t/{case.serial_no}",
    }


def _tabs(wanted: Wanted, counts: TabCounts | None) -> list[Tab]:
    shown = TABS if wanted.lane in RETURNABLE else TABS[:3] if wanted.lane in PRESSED else TABS[:1]
    return [
        Tab(
            label,
            wanted.href(tab=tab),
            wanted.filters.tab == tab,
            _number(getattr(counts, counted)) if counts else None,
        )
        for tab, label, counted in shown
    ]


def _total(wanted: Wanted, page: Queue, counts: TabCounts | None) -> str | None:
    """Return how many there are, if that is known without counting again."""
    if page.after is None and not wanted.after:
        return str(len(page.rows))
    return _number(counts.everything) if counts and not wanted.filters.any else None


def _whole(visit: Visit, wanted: Wanted) -> str:
    """Return how many the whole list has, as far as one deed may reach."""
    selection = Selection(visit.now, lane=wanted.lane, filters=wanted.filters)
    count = count_selected(visit.scope, selection, actor=visit.actor, most=MOST + 1, now=visit.now)
    return f"{MOST:,}+" if count > MOST else f"{count:,}"


def _number(count: int) -> str:
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def _only_if_changed(response: Response, page: Queue, counts: TabCounts | None) -> Answer:
    """Answer 304 when the list reads as it did before: the page asks every 15 seconds."""
    read = [(row.serial_no, row.title, row.state, row.unit, row.light.words, row.light.tone) for row in page.rows]
    response.set_etag(hashlib.sha256(repr((read, counts)).encode()).hexdigest()[:16], weak=True)
    return response.make_conditional(request)
