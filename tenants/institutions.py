"""What a district's institutions did in a demonstration: knowledge, calls, meetings, letters, panels, exposure, bulletins.

A file `tenants/institutions/<district>.toml` says it in invented words, and the product's own commands do it, after the
letters were lived. The records are chosen from what the letters left: where there is none that fits, nothing is done.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from core.coordination.models import Errand, Meeting
from core.intake.calls.models import CallRecord
from core.intake.calls.rules import IncomingCall
from core.intake.rules import Appeal
from core.journey import coordinate, instant, knowledge, lead
from core.journey.call_records import answer_call, dismiss_call, make_ticket, receive_calls
from core.journey.clear import return_for_rewriting
from core.journey.desk_shifts import PlannedShift, put_shifts
from core.journey.handover import take_handover, write_handover
from core.journey.press import instruct
from core.journey.warnings import call_false, follow_topic, note_measure, watch
from core.knowledge.drafts import Draft
from core.knowledge.models import Article
from core.people.models import Account
from core.statistics.warnings.queries import warning_lines
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.news import untold
from core.tickets.states import CONCLUDED, OPEN
from core.tickets.timeline import Order
from core.units.queries import directory
from tenants.faults import Faults
from tenants.hosting import hold_interviews
from tenants.house import Institutions
from tenants.outreach import meet_residents
from tenants.outside import disclose_answers, expose_units, judge
from tenants.overseeing import decide_cases, keep_watch, leave_untold, screen
from tenants.present import AT_ONCE
from tenants.reminding import import_outside, remind
from tenants.source import Table, read_table

INSTITUTIONS = Path(__file__).parent / "institutions"
SETTLED = timedelta(hours=6)
"""How long nothing has happened on tickets over which a meeting was called."""
MET_OVER = 3
"""Tickets that one meeting is about."""
SHIFT_DAYS = 7
LINE = "12345"
UNSORTED = "本周来件有一部分还没有派单定性，派出后即归入各事项，不是真的增多"


def liven_all(installation: Installation, slugs: Sequence[str], *, now: datetime) -> bool:
    """Let the institutions of all districts that have a file do what it says, once; return whether any did."""
    wanted = [slug for slug in slugs if (INSTITUTIONS / f"{slug}.toml").is_file()]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return any(list(pool.map(lambda slug: liven(installation, slug, now=now), wanted)))


def liven(installation: Installation, slug: str, *, now: datetime) -> bool:
    """Let a district's institutions do what its file says, once; return whether they did."""
    return installation.run(slug, partial(_liven, now=now.replace(microsecond=0)))


def institutions_of(slug: str) -> Table | None:
    """Return what the file of a district says, None where it has none. Raises `FactsUnusable`."""
    path, faults = INSTITUTIONS / f"{slug}.toml", Faults()
    if not path.is_file():
        return None
    said = read_table(path, faults)
    faults.refuse()
    return said


def _liven(scope: Scope, *, now: datetime) -> bool:
    said = institutions_of(scope.tenant.slug)
    there = scope.session.scalar(select(Article.id).where(Article.tenant_id == scope.tenant.id).limit(1))
    if said is None or there is not None:
        return False
    house = Institutions(scope, said, now)
    with untold(scope):
        for key, deed in DEEDS:
            if key in said:
                deed(house)
    said.refuse_others()
    said.faults.refuse()
    return True


def _know(house: Institutions) -> None:
    """The desk writes articles for the units that answer for them, the reviewer lets them hold; a question is open."""
    scope, writer, reviewer = house.scope, house.people("operator")[0], house.people("reviewer")[0]
    for table in house.said.tables("article"):
        matter = table.text("matter")
        draft = Draft(
            title=table.text("title"),
            question=table.text("question"),
            answer=table.text("answer"),
            also_asked=table.text("also_asked", ""),
            policy=table.text("policy", ""),
            matter=matter,
            is_public=table.truth("is_public", default=True),
            expires_on=house.day(-table.number("valid_days"), 0).date(),
        )
        table.refuse_others()
        unit, at = directory(scope).get_duty(matter).lead, house.day(3, 10)
        article = knowledge.write_article(scope, draft, unit=unit or "", actor=writer, now=at)
        knowledge.approve_article(scope, article.id, 1, actor=reviewer, now=house.day(3, 15))
    asked = house.said.mapping("question")
    unit = directory(scope).get_duty(asked["matter"]).lead
    knowledge.ask_unit(
        scope, unit=unit or "", question=asked["text"], matter=asked["matter"], actor=writer, now=house.day(1, 11)
    )


def _answer_at_once(house: Institutions) -> None:
    """Residents asked what an article answers; those whom it helped said so and filed nothing."""
    for number, table in enumerate(house.said.tables("asked"), start=1):
        key, at = f"demo/{number}", house.now - timedelta(hours=table.number("hours"))
        shown = instant.answer_question(house.scope, table.text("text"), key=key, medium="web", now=at)
        if table.truth("helped") and shown is not None:
            instant.say_helped(house.scope, key, now=at + timedelta(minutes=1))
        table.refuse_others()


def _take_calls(house: Institutions) -> None:
    """Calls came in this shift: some were answered, some became drafts that wait for clearance, one was missed."""
    scope, operator, reviewer = house.scope, house.people("operator")[0], house.people("reviewer")[0]
    for number, table in enumerate(house.said.tables("call"), start=1):
        at, becomes = house.now - timedelta(minutes=table.number("minutes")), table.text("becomes")
        seconds = table.number("seconds")
        call = IncomingCall(
            source_id=f"demo/{number}",
            began_at=at,
            channel="hotline",
            line=LINE,
            phone=f"1380009{number:04}",
            seconds=seconds,
            answered_by="" if becomes == "missed" else operator.name,
        )
        receive_calls(scope, [call], actor=operator, now=at)
        kept = select(CallRecord.id).where(
            CallRecord.tenant_id == scope.tenant.id, CallRecord.source_id == call.source_id
        )
        call_id, ended = scope.session.scalars(kept).one(), at + timedelta(seconds=seconds + 60)
        match becomes:
            case "answered":
                answer_call(scope, call_id, words=table.text("words"), actor=operator, now=ended)
            case "nothing":
                dismiss_call(scope, call_id, words=table.text("words"), actor=operator, now=ended)
            case "draft":
                appeal = Appeal(
                    channel="hotline",
                    title=table.text("title"),
                    text=table.text("text"),
                    place=table.text("place"),
                    matter=table.text("matter"),
                    nature="complaint",
                )
                draft = make_ticket(scope, call_id, appeal, for_clearance=True, actor=operator, now=ended)
                if why := table.text("returned", ""):
                    order = Order(reviewer, ended + timedelta(minutes=5))
                    return_for_rewriting(scope, draft.serial_no, order, remark=why)
        table.refuse_others()


def _hand_over(house: Institutions) -> None:
    """The week's shifts are planned, and the desk changed hands just now."""
    _plan_shifts(house)
    said, operators = house.said.mapping("handover"), house.people("operator")
    at = house.now - timedelta(minutes=8)
    written = write_handover(house.scope, words=said["words"], actor=operators[0], now=at)
    taken = at + timedelta(minutes=6)
    take_handover(house.scope, written.id, remark=said["remark"], actor=operators[1], now=taken)


def _plan_shifts(house: Institutions) -> None:
    """Two operators take turns, one by day and one in the evening; at night nobody sits there."""
    scope, days = house.scope, range(SHIFT_DAYS)
    rows = scope.session.execute(select(Account.id, Account.login).where(Account.tenant_id == scope.tenant.id))
    logins = {row.id: row.login for row in rows}
    first, second = (logins[each.id] for each in house.people("operator")[:2])
    planned = [
        PlannedShift(login, house.day(-day, begins), house.day(-day, ends), label)
        for day in days
        for login, begins, ends, label in ((first, 8, 15, "白班"), (second, 15, 22, "晚班"))
    ]
    administrator = house.people("administrator")[0]
    last = planned[-1].begins_at.date()
    put_shifts(scope, planned[0].begins_at.date(), last, planned, actor=administrator, now=house.now)


def _meet(house: Institutions) -> None:
    """A leader instructs and has all that is alike looked at; units meet over it, and one has done its part."""
    scope, said, operator = house.scope, house.said.mapping("meeting"), house.people("operator")[0]
    found = house.tickets(
        Ticket.matter == said["matter"], before=house.now - SETTLED, states=(*OPEN, *CONCLUDED), limit=MET_OVER
    )
    if not found:
        return
    when, (first, *others) = house.passing(found), [ticket.serial_no for ticket in found]
    _instruct(house, first, when)
    coordinate.call_meeting(
        scope,
        first,
        Order(operator, when(0.2)),
        kind=said["kind"],
        subject=said["subject"],
        meets_at=when(0.5),
        place=said["place"],
        units=said["units"],
        guests=said["guests"],
        others="、".join(others),
    )
    newest = select(Meeting.id).where(Meeting.tenant_id == scope.tenant.id).order_by(Meeting.id.desc()).limit(1)
    meeting_id = scope.session.scalars(newest).one()
    coordinate.hold_meeting(scope, first, Order(operator, when(0.6)), meeting_id=meeting_id, outcome=said["outcome"])
    for unit, what in zip(said["units"], said["errands"], strict=True):
        coordinate.assign_errand(
            scope,
            first,
            Order(operator, when(0.7)),
            meeting_id=meeting_id,
            unit=unit,
            what=what,
            due=house.day(-9, 18),
        )
    errands = select(Errand).where(Errand.tenant_id == scope.tenant.id, Errand.meeting_id == meeting_id)
    errand = scope.session.scalars(errands.order_by(Errand.id).limit(1)).one()
    order = Order(house.of_unit(errand.unit_id), when(0.9))
    coordinate.answer_errand(scope, first, order, errand_id=errand.id, text=said["answer"])


def _instruct(house: Institutions, serial_no: str, when: Callable[[float], datetime]) -> None:
    said, leader = house.said.mapping("check"), house.people("leader")[0]
    instruct(
        house.scope,
        serial_no,
        Order(leader, when(0.05)),
        leader=said["leader"],
        level="district",
        text=said["text"],
    )
    lead.order_check(
        house.scope,
        serial_no,
        Order(leader, when(0.1)),
        alike=said["alike"],
        areas=said["areas"],
        demand=said["demand"],
        units=house.said.mapping("meeting")["units"],
        due=house.day(-12, 18),
    )


def _warn(house: Institutions) -> None:
    """The days up to yesterday are watched, and a topic is followed.

    What came in this week is still without its matter in part: a rise of that is none, and the desk says so.
    """
    said, operator = house.said.mapping("topic"), house.people("operator")[0]
    measures = said.get("measure", ())
    topic = follow_topic(
        house.scope,
        name=said["name"],
        matters=said["matters"],
        areas=said.get("areas", ()),
        why=said["why"],
        actor=operator,
        now=house.day(max([2, *(each["days"] for each in measures)]), 10),
    )
    house.scope.session.flush()
    for each in measures:
        on = house.day(each["days"], 17)
        note_measure(house.scope, topic.id, on=on.date(), text=each["text"], actor=operator, now=on)
    watch(house.scope, now=house.now)
    house.scope.session.flush()
    for line in warning_lines(house.scope, state="open"):
        if not line.matter:
            call_false(house.scope, line.id, reason=UNSORTED, actor=operator, now=house.now)


DEEDS: Sequence[tuple[str, Callable[[Institutions], None]]] = (
    ("article", _know),
    ("asked", _answer_at_once),
    ("call", _take_calls),
    ("handover", _hand_over),
    ("watch", keep_watch),
    ("meeting", _meet),
    ("outreach", meet_residents),
    ("panel", judge),
    ("article", disclose_answers),
    ("exposure", expose_units),
    ("topic", _warn),
    ("reminder", remind),
    ("outside", import_outside),
    ("interview", hold_interviews),
    ("screened", screen),
    ("case", decide_cases),
    ("untold", leave_untold),
)
"""What is done, in this order, where the district's file speaks of it."""
