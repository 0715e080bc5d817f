"""The calendar in administrators' hands: a notice comes in, what it moves is seen first, another one publishes it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.jobs.kinds import job_kinds
from core.journey.calendar_drafts import open_draft
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tenancy.security_log import security_events
from core.workdays.models import CalendarShift
from core.workdays.national import published_notices
from core.workdays.notice_text import read_notice
from core.workdays.queries import current_calendar
from tests.jobs.making import drain
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

PRINTED = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""
TODAY = datetime.now(UTC).astimezone().date()


class Office:
    """Two administrators of a district, and what the worker does for them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ann, self.ben = (
            house.visitor(make_account(house.installation, house.slug, login, ["administrator"], name=name))
            for login, name in (("ann", "安管"), ("ben", "白管"))
        )

    def run(self, work: Callable[[Scope], Any]) -> Any:
        return self.house.installation.run(self.house.slug, work)

    def work(self) -> None:
        """Do what is due, as a worker does when others have heard of the change."""
        later = timedelta(seconds=20)
        self.house.installation.forget()
        drain(self.house.installation, job_kinds({}, self.house.installation), now=lambda: datetime.now(UTC) + later)

    def rest(self, day: date, *, who: Visitor | None = None, label: str = "台风停工", **more: Any) -> Any:
        """Draft a day of rest from the page of the calendar; return the answer."""
        visitor = who or self.ann
        visitor.get("/admin/calendar")
        return self.send(visitor, "days", first=day.isoformat(), kind="rest", label=label, **more)

    def send(self, visitor: Visitor, form: str, **fields: Any) -> Any:
        seen = {name: visitor.hidden(name) for name in ("base", "drafted")}
        return visitor.post(f"/admin/calendar/{form}", **(seen | fields))

    def publish(self, visitor: Visitor, number: int = 1, **fields: Any) -> Any:
        visitor.get(f"/admin/calendar/drafts/{number}")
        return visitor.post(
            f"/admin/calendar/drafts/{number}/publish",
            **({"mark": visitor.hidden("mark"), "command_id": f"publish-{number}"} | fields),
        )


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def working_days(office: Office, count: int) -> list[date]:
    """Return the next working days after today."""
    table = office.run(lambda scope: current_calendar(scope).timetable)
    days, day = list[date](), TODAY
    while len(days) < count:
        day += timedelta(days=1)
        if table.is_working_day(day):
            days.append(day)
    return days


def test_the_printed_notice_says_the_same_as_the_library_does() -> None:
    known = {notice.year: notice for notice in published_notices()}[2026]

    read = read_notice(PRINTED)

    assert (read.year, read.source) == (2026, "国办发明电〔2025〕7号")
    assert [day for day, _ in read.rest] == [day for day, _ in known.rest]
    assert [day for day, _ in read.work] == [day for day, _ in known.work]


def test_a_day_of_rest_is_drafted_seen_published_by_another_and_moves_exactly_what_was_shown(
    office: Office,
) -> None:
    life = Life(office.house.installation, office.house.slug).take_in()
    reply = office.run(
        lambda scope: scope.session.query(Clock).filter_by(name="reply", tenant_id=scope.tenant.id).one().due_at
    )
    resting = working_days(office, 2)[1]

    assert office.rest(resting).status_code == 303
    unready = office.publish(office.ben)
    assert (unready.status_code, "还没有试算完" in office.ben.page) == (409, True)
    office.work()

    office.ann.get("/admin/calendar/drafts/1")
    assert life.serial_no in office.ann.page
    assert office.publish(office.ann).status_code == 403, "who drafted does not publish"
    assert office.publish(office.ben, mark="0" * 64).status_code == 409, "what was not looked at is not published"
    shown = office.run(
        lambda scope: [
            (each.serial_no, each.clock, each.before, each.after)
            for each in scope.session.query(CalendarShift).filter_by(tenant_id=scope.tenant.id)
            if each.clock == "reply"
        ]
    )
    assert office.publish(office.ben).status_code == 303
    assert office.publish(office.ben, mark=office.ben.hidden("mark")).status_code in (303, 409)
    office.work()

    moved = office.run(
        lambda scope: scope.session.query(Clock).filter_by(name="reply", tenant_id=scope.tenant.id).one().due_at
    )
    assert moved > reply
    assert shown == [(life.serial_no, "reply", reply, moved)]
    [told] = office.run(lambda scope: [each.detail for each in security_events(scope, kind="calendar_published")])
    assert (told["version"], told["author"]) == (2, "安管（系统管理员）")
    office.ben.get("/admin/calendar/drafts/1")
    assert re.search(r"[1-9]\d* 个时限已变动", office.ben.page)


def test_two_administrators_on_one_calendar_are_told_of_each_other_and_keep_what_they_typed(office: Office) -> None:
    first, second = working_days(office, 2)
    office.ben.get("/admin/calendar")
    assert office.rest(first).status_code == 303

    refused = office.send(office.ben, "days", first=second.isoformat(), kind="rest", label="运动会")

    assert refused.status_code == 409
    assert "安管（系统管理员）起草了第 1 份草稿" in office.ben.page
    assert 'value="运动会"' in office.ben.page
    draft = office.run(open_draft)
    assert draft.number == 1


@pytest.mark.parametrize(
    ("form", "fields", "words"),
    [
        ("days", {"first": "2020-01-02", "kind": "rest", "label": "台风停工"}, "已经过去"),
        ("days", {"first": f"{TODAY.year + 1}-06-01", "last": f"{TODAY.year + 1}-08-31", "kind": "rest", "label": "长假"}, "没有工作日"),
        ("days", {"first": "2\x00", "kind": "rest", "label": "x"}, "无法保存"),
        ("days", {"first": TODAY.isoformat(), "kind": "dance", "label": "x"}, "请选择放假"),
        ("days", {"first": "9999-12-31", "kind": "rest", "label": "x"}, "太远"),
        ("hours", {"weekday": list("0123456"), "first": f"{TODAY.year + 1}-06-01", "segments": "", "reason": "省事"}, "没有工作日"),
        ("hours", {"weekday": "0", "first": f"{TODAY.year + 1}-06-01", "segments": "09:00-12:00、11:00-18:00", "reason": "x"}, "重叠"),
        ("hours", {"weekday": "0", "first": f"{TODAY.year + 1}-06-01", "segments": "25点", "reason": "x"}, "看不懂时段"),
        ("notice", {"act": "read", "pasted": "今年放假通知随后发布"}, "哪一年"),
        ("notice", {"act": "draft", "year": "2028", "festival": "元旦", "first": "2028-01-01", "last": "2028-01-03", "work": "1月2日"}, "重叠"),
        ("notice", {"act": "draft", "year": "2028", "festival": ["元旦", "春节"], "first": ["2028-01-01"] * 2, "last": ["2028-01-03"] * 2, "work": ["", ""]}, "重叠"),
        ("notice", {"act": "draft", "year": "二〇二八"}, "年份"),
        ("hours/remove", {"place": "99", "reason": "x"}, "没有这一条作息"),
        ("days/remove", {"day": "2030-01-01", "reason": "x"}, "没有本区安排"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_calendar_is_refused_in_words_and_nothing_is_drafted(
    office: Office, form: str, fields: dict[str, Any], words: str
) -> None:
    office.ann.get("/admin/calendar")

    refused = office.send(office.ann, form, **fields)

    assert (refused.status_code, words in office.ann.page) == (422, True), office.ann.page
    assert office.run(open_draft) is None


def test_a_pasted_notice_fills_the_rows_and_a_year_is_no_longer_provisional(office: Office) -> None:
    year = max(notice.year for notice in published_notices()) + 1
    pasted = f"国务院办公厅关于{year}年部分节假日安排的通知\n一、元旦：1月1日至3日放假，共3天。1月9日上班。"
    office.ann.get(f"/admin/calendar?year={year}")
    assert "只按法定节日暂定" in office.ann.page

    assert office.send(office.ann, "notice", act="read", pasted=pasted).status_code == 200
    assert f'value="{year}-01-03"' in office.ann.page
    answer = office.send(
        office.ann, "notice", act="draft", year=str(year), source="国办发明电", festival="元旦",
        first=f"{year}-01-01", last=f"{year}-01-03", work="1月9日",
    )  # fmt: skip

    assert answer.status_code == 303
    page = office.ann.get(f"/admin/calendar?year={year}").get_data(as_text=True)
    assert "只按法定节日暂定" not in page
    assert "通知里没有写到春节、清明节" in page
    withdrawn = office.ann.post("/admin/calendar/drafts/1/withdraw")
    assert withdrawn.status_code == 303
    assert office.run(open_draft) is None
