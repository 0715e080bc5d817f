"""`huiying demo interview`: two live interviews of invented questions, from the announcement to the answers, counted from rows.

It lives in October 2013, as the article does; what is there already is left as it is, so that it can be run again.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import exists, select
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.interview import Imported, handed_in_words, handed_over, import_questions, imported_in_words, in_words
from core.intake.interviews.counts import Counts, tally
from core.intake.interviews.models import Interview, InterviewQuestion
from core.intake.interviews.rules import Announcement, Asker, Host, Question
from core.intake.interviews.service import NoSuchInterview, get_interview, questions_of
from core.journey import conclude, handle
from core.journey.interview_questions import answer_live, set_aside, take_question
from core.journey.interviews import (
    announce_interview,
    close_interview,
    extend_interview,
    get_interview_rules,
    open_interview,
)
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketContact
from core.tickets.news import untold
from core.tickets.states import State
from core.tickets.timeline import Actor, Order
from core.units.queries import directory
from tenants.cast import CONFIRMED, Cast
from tenants.interview_questions import Line, Wanted, lines

CAST = Cast(operator="黎思齐", reviewer="关雨桐")
HEADINGS = ("编号", "提问内容", "昵称", "手机", "提问对象", "地点", "来源", "提问时间")
BEFORE = timedelta(days=2)
"""How long before it opens an interview is announced."""
BATCH = 20
"""Tickets that are answered in one transaction."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """One interview of the demonstration."""

    slug: str
    topic: str
    opens: str
    hosts: tuple[tuple[str, str, str, str], ...]
    """Name, post, code of the unit, and what the unit is called in questions."""
    wanted: Wanted


SESSIONS = (
    Session(
        "nanhai-east",
        "南海东部三镇街微访谈",
        "2013-10-16T12:30:00",
        (
            ("麦建中", "桂城街道主任", "street-guicheng", "桂城街道办事处"),
            ("黄志明", "大沥镇镇长", "town-dali", "大沥镇人民政府"),
            ("谢国荣", "里水镇镇长", "town-lishui", "里水镇人民政府"),
        ),
        Wanted(live=36, aside=6, doubled=42, distinct=1250, alike=470),
    ),
    Session(
        "nanhai-west",
        "南海西部镇街和罗村微访谈",
        "2013-10-18T12:30:00",
        (
            ("区炳坤", "西樵镇镇长", "town-xiqiao", "西樵镇人民政府"),
            ("关伟成", "丹灶镇镇长", "town-danzao", "丹灶镇人民政府"),
            ("陈耀文", "罗村社会管理处主任", "luocun", "罗村社会管理处"),
        ),
        Wanted(live=30, aside=4, doubled=18, distinct=582, alike=166),
    ),
)
"""The article names neither the people, who are invented, nor how much the second interview was asked."""
FINISHED = 331
"""So many of what both came to were finished a week later."""
ANSWER = "已到{place}核实，列入近期整改，有进展再向您反馈。"
LIVE_ANSWER = "这件事我们记下了，会后马上到现场看，一周内给大家一个答复。"


@click.command(name="interview")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名，如 nanhai")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def demo_interview(tenant: str, *, as_json: bool) -> None:
    """演示微访谈:两场虚构的访谈，从提问、当场答复、导入、并单、分发到办结，数字都从记录里数出来。

    重复运行不会重复收入，也不会重复办理。
    """
    with installed() as installation:
        told = [_hold(installation, tenant, session, part) for part, session in enumerate(SESSIONS)]
        _finish(installation, tenant)
        counts = _counts(installation, tenant, SESSIONS)
    click.echo(f"两场合计：{in_words(counts)}")
    if as_json:
        say_json({"tenant": tenant, "sessions": told, "together": _plain(counts)})


def _hold(installation: Installation, tenant: str, session: Session, part: int) -> dict[str, object]:
    """Hold one interview as far as it is not held, import its questions twice, and hand them over."""
    zone = installation.tenant(tenant).zone
    opens = datetime.fromisoformat(session.opens).replace(tzinfo=zone)
    run = partial(_untold, installation, tenant)
    rules = run(get_interview_rules)
    minutes = rules.minutes + rules.extension_minutes
    asked = lines(session.slug, session.wanted, hosts=[host[3] for host in session.hosts], minutes=minutes, part=part)
    click.echo(f"\n{session.topic}（{opens:%Y-%m-%d %H:%M}，虚构的提问）")
    if not run(partial(_state, session)):
        run(partial(announce, session=session, opens=opens, minutes=rules.minutes, now=opens - BEFORE))
    if run(partial(_state, session)) in ("announced", "open"):
        run(partial(live, session=session, asked=asked, opens=opens))
    after = opens + timedelta(minutes=minutes + 20)
    with as_file(asked, opens) as path:
        first = import_questions(installation, tenant, session.slug, path, clock=lambda: after)
        _say_imported("导入", first)
        run(partial(put_aside, session=session, asked=asked, now=after))
        handed = handed_over(installation, tenant, session.slug, clock=lambda: after + timedelta(minutes=10))
        click.echo(handed_in_words(handed))
        _say_imported("再导入一次", import_questions(installation, tenant, session.slug, path, clock=lambda: after))
    counts = _counts(installation, tenant, [session])
    click.echo(in_words(counts))
    for name, each in run(partial(_by_unit, session)):
        click.echo(
            f"  {name}：提问 {each.asked:,}，当场答复 {each.answered_live:,}，转工单 {each.filed:,}，合并后 {each.merged:,}"
        )
    return {"slug": session.slug, "imported": first.created, "counts": _plain(counts)}


def announce(scope: Scope, *, session: Session, opens: datetime, minutes: int, now: datetime) -> None:
    """Announce an interview that lasts so many minutes."""
    hosts = tuple(Host(name, post, unit) for name, post, unit, _ in session.hosts)
    said = Announcement(
        session.slug,
        session.topic,
        opens,
        opens + timedelta(minutes=minutes),
        hosts,
        get_interview_rules(scope).units,
        note="演示：提问和姓名都是虚构的",
    )
    announce_interview(scope, said, actor=CAST.at_desk(), now=now)


def live(scope: Scope, *, session: Session, asked: Sequence[Line], opens: datetime) -> None:
    """Open the interview, answer what is answered live, extend it and close it."""
    desk = CAST.at_desk()
    interview = get_interview(scope, session.slug)
    if interview.state == "announced":
        open_interview(scope, session.slug, actor=desk, now=opens)
    for place, line in enumerate(each for each in asked if each.is_live):
        at = opens + timedelta(minutes=line.minute)
        host = next(
            (number for number, each in enumerate(session.hosts, start=1) if each[3] == line.unit),
            place % len(session.hosts) + 1,
        )
        number = take_question(scope, session.slug, _question(line, at), actor=desk, now=at).number
        answer_live(scope, session.slug, number, text=LIVE_ANSWER, host=host, actor=desk, now=at)
    extend_interview(scope, session.slug, reason="提问踊跃", actor=desk, now=interview.ends_at - timedelta(minutes=2))
    close_interview(scope, session.slug, actor=desk, now=interview.until)


def _question(line: Line, at: datetime) -> Question:
    places = {"微博": "weibo", "网页": "page", "微信": "wechat", "电话": "phone"}
    return Question(
        text=line.text,
        key=f"file/{line.number}",
        place=places[line.place],
        asker=Asker(handle=line.handle, phone=line.phone),
        asked_at=at,
        unit=line.unit,
        location=line.location,
    )


def put_aside(scope: Scope, *, session: Session, asked: Sequence[Line], now: datetime) -> None:
    """Set aside what asks nothing of anybody."""
    aside = {f"file/{line.number}" for line in asked if line.is_aside}
    for question in questions_of(scope, get_interview(scope, session.slug), "waiting"):
        if question.key in aside:
            reason = "广告或闲聊，没有提出问题"
            set_aside(scope, session.slug, question.number, reason=reason, actor=CAST.at_desk(), now=now)


def _finish(installation: Installation, tenant: str) -> None:
    """Have units answer, and the reviewer pass, as many as were finished; tickets that have the most behind them first."""
    run = partial(_untold, installation, tenant)
    missing = FINISHED - _counts(installation, tenant, SESSIONS).finished
    open_ones = run(partial(_masters, count=max(0, missing)))
    with tqdm(total=len(open_ones), desc="办结", unit="件") as bar:
        for start in range(0, len(open_ones), BATCH):
            some = open_ones[start : start + BATCH]
            run(partial(_answer, tickets=some))
            bar.update(len(some))


def _masters(scope: Scope, *, count: int) -> Sequence[tuple[str, int, str]]:
    """Return number, unit and place of tickets that wait for their units, of askers who left a phone, in their order."""
    has_phone = exists().where(
        TicketContact.tenant_id == Ticket.tenant_id,
        TicketContact.ticket_id == Ticket.id,
        TicketContact.phone_hash.is_not(None),
    )
    rows = scope.session.execute(
        select(Ticket.serial_no, Ticket.lead_unit_id, Ticket.place)
        .join(
            InterviewQuestion,
            (InterviewQuestion.tenant_id == Ticket.tenant_id) & (InterviewQuestion.ticket_id == Ticket.id),
        )
        .join(
            Interview,
            (Interview.tenant_id == InterviewQuestion.tenant_id) & (Interview.id == InterviewQuestion.interview_id),
        )
        .where(
            Ticket.tenant_id == scope.tenant.id,
            Interview.slug.in_([session.slug for session in SESSIONS]),
            InterviewQuestion.state == "filed",
            Ticket.state.in_((State.DISPATCHED, State.IN_PROGRESS)),
            Ticket.urgency == "normal",
            has_phone,
        )
        .order_by(Ticket.submitted_at, Ticket.id)
        .limit(count)
    ).all()
    return [(serial_no, unit_id, place) for serial_no, unit_id, place in rows if unit_id is not None]


def _answer(scope: Scope, *, tickets: Sequence[tuple[str, int, str]]) -> None:
    signed = datetime.fromisoformat("2013-10-21T09:00:00").replace(tzinfo=scope.tenant.zone)
    answer(scope, tickets=tickets, signed=signed, answered=signed + timedelta(days=2))


def answer(scope: Scope, *, tickets: Sequence[tuple[str, int, str]], signed: datetime, answered: datetime) -> None:
    """Have units sign tickets, given by number, unit and place, and answer them, and the reviewer pass them."""
    for serial_no, unit_id, place in tickets:
        unit = directory(scope).unit_of_id(unit_id)
        assert unit is not None
        clerk = CAST.of_unit(scope, unit.code)
        ticket = handle.sign(scope, serial_no, Order(clerk, signed))
        if ticket.state == State.IN_PROGRESS:
            _reply(scope, serial_no, clerk, place, answered)


def _reply(scope: Scope, serial_no: str, clerk: Actor, place: str, at: datetime) -> None:
    handle.contact(scope, serial_no, Order(clerk, at), reached=True, what="电话说明办理情况")
    words = ANSWER.format(place=place or "现场")
    handle.reply(
        scope,
        serial_no,
        Order(clerk, at + timedelta(minutes=20)),
        text=words,
        disposition="planned",
        confirmed=CONFIRMED,
    )
    conclude.pass_reply(scope, serial_no, Order(CAST.in_review(), at + timedelta(hours=2)), confirmed=CONFIRMED)


def _counts(installation: Installation, tenant: str, sessions: Sequence[Session]) -> Counts:
    with installation.scope(tenant) as scope:
        return tally(scope, [get_interview(scope, session.slug) for session in sessions]).total


def _by_unit(session: Session, scope: Scope) -> list[tuple[str, Counts]]:
    counted = tally(scope, [get_interview(scope, session.slug)]).by_unit
    named = [(directory(scope).name_of(unit) if unit else "没有写明单位", each) for unit, each in counted.items()]
    return sorted(named, key=lambda each: -each[1].asked)


def _state(session: Session, scope: Scope) -> str:
    """Return how an interview stands, empty = it is not announced."""
    try:
        return get_interview(scope, session.slug).state
    except NoSuchInterview:
        return ""


def _say_imported(what: str, done: Imported) -> None:
    click.echo(f"{what}：{imported_in_words(done)}")


def _plain(counts: Counts) -> dict[str, int]:
    return asdict(counts) | {"backlog": counts.backlog}


def _untold(installation: Installation, tenant: str, work: Callable[[Scope], T]) -> T:
    """Run a piece of work of the past: nobody is told of it, for nobody asked."""

    def live(scope: Scope) -> T:
        with untold(scope):
            return work(scope)

    return installation.run(tenant, live)


@contextmanager
def as_file(asked: Sequence[Line], opens: datetime) -> Iterator[Path]:
    """Write what was not answered live as the file that is imported."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(HEADINGS)
            for line in asked:
                if not line.is_live:
                    rows.writerow((*line.cells, f"{opens + timedelta(minutes=line.minute):%Y-%m-%d %H:%M:%S}"))
        yield path
