"""A district that holds interviews, and the steps of one, each a transaction of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.hooks import Alike, Channel, DuplicateHint, InterviewRules
from core.intake.interviews.counts import Counts, Tally, tally
from core.intake.interviews.models import Interview, InterviewQuestion
from core.intake.interviews.rules import Announcement, Asker, Host, Question
from core.intake.interviews.service import get_interview
from core.journey import interview_questions, interviews
from core.journey.interview_handover import HandedOver, hand_over
from core.tickets.models import Ticket
from core.units.models import Unit
from tests.builders import OPERATOR, beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk

OPENS, ENDS = beijing("2026-06-10 12:30"), beijing("2026-06-10 14:00")
DURING, AFTER = beijing("2026-06-10 13:00"), beijing("2026-06-10 14:20")
SLUG = "first"
LAMPS = [{"code": "0101", "category": "城管", "subcategory": "路灯", "lead": "roads", "keywords": ["路灯"]}]
HOSTS = (Host("麦嘉树", "路政处处长", "roads"), Host("冼知行", "园林处处长", "parks"))


def alike(appeal: Alike, candidates: Sequence[Alike]) -> list[DuplicateHint]:
    """Find alike what begins with the same six characters."""
    same = [each for each in candidates if each.text[:6] == appeal.text[:6]]
    return [DuplicateHint(each.serial_no, "f.interviews/alike", "开头相同", 90) for each in same]


def make_house(database_url: str, **more: Any) -> Walk:
    """Return a district that holds interviews, with two units and what the tests of more want."""
    feature = make_feature(
        "f.interviews",
        channels=lambda: [Channel("live", "微访谈", "web")],
        interview_rules=lambda: [InterviewRules("live", units=("roads", "parks"), alike_from=90)],
        find_duplicates=alike,
    )
    installation = make_installation(database_url, features=[feature, *more.pop("features", ())])
    district = {"features": {"f.interviews": {}}, "duties": LAMPS, **more}
    return Walk(installation, make_district(installation, **district))


def announce(walk: Walk, slug: str = SLUG, **more: Any) -> None:
    said = Announcement(**{"slug": slug, "topic": "谈路灯", "opens_at": OPENS, "ends_at": ENDS, "hosts": HOSTS, **more})
    walk.run(lambda scope: interviews.announce_interview(scope, said, actor=OPERATOR, now=beijing("2026-06-09 10:00")))


def open_session(walk: Walk, slug: str = SLUG, **more: Any) -> None:
    """Announce an interview and open it."""
    announce(walk, slug, **more)
    walk.run(lambda scope: interviews.open_interview(scope, slug, actor=OPERATOR, now=OPENS))


def close(walk: Walk, slug: str = SLUG, at: datetime = AFTER) -> None:
    walk.run(lambda scope: interviews.close_interview(scope, slug, actor=OPERATOR, now=at))


def ask(walk: Walk, text: str, *, unit: str = "道路管理处", key: str = "", slug: str = SLUG, **asked: Any) -> int:
    """Ask a question and return its number."""
    who = {name: asked.pop(name) for name in ("name", "phone", "handle", "wechat") if name in asked}
    place = asked.pop("place", "weibo")
    question = Question(text=text, key=key or f"{text}/{who}", place=place, asker=Asker(**who), unit=unit, **asked)
    return walk.run(
        lambda scope: interview_questions.take_question(scope, slug, question, actor=OPERATOR, now=DURING).number
    )


def answer(walk: Walk, number: int, text: str = "下周修好", *, host: int = 1, **how: Any) -> None:
    given = {"actor": OPERATOR, "now": DURING, **how}
    walk.run(lambda scope: interview_questions.answer_live(scope, SLUG, number, text=text, host=host, **given))


def hand_all_over(walk: Walk, slug: str = SLUG, *, most: int = 50, at: datetime = AFTER) -> HandedOver:
    return walk.run(lambda scope: hand_over(scope, slug, afresh=True, actor=OPERATOR, now=at, most=most))


def counted(walk: Walk, *slugs: str) -> Counts:
    return tallied(walk, *slugs).total


def tallied(walk: Walk, *slugs: str) -> Tally:
    return walk.run(lambda scope: tally(scope, [get_interview(scope, slug) for slug in slugs or (SLUG,)]))


def questions(walk: Walk, slug: str = SLUG) -> list[InterviewQuestion]:
    def read(scope):  # type: ignore[no-untyped-def]
        interview = select(Interview.id).where(Interview.tenant_id == scope.tenant.id, Interview.slug == slug)
        of_it = select(InterviewQuestion).where(InterviewQuestion.interview_id == interview.scalar_subquery())
        return list(scope.session.scalars(of_it.order_by(InterviewQuestion.number)))

    return walk.run(read)


def tickets(walk: Walk) -> list[Ticket]:
    return walk.run(lambda scope: list(scope.session.scalars(select(Ticket).order_by(Ticket.id))))


def leave(walk: Walk, code: str) -> int:
    """Let a unit leave the directory; return its id."""
    unit_id = walk.unit_id(code)
    walk.run(lambda scope: scope.session.execute(update(Unit).where(Unit.code == code).values(active=False)))
    walk.installation.forget()
    return unit_id
