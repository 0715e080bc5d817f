"""What features see in a ticket, at the desk: grounds beside acceptance, duplicates, parts, an answer; a person decides."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from core.hooks import (
    Alike,
    Budget,
    DuplicateHint,
    InstantRules,
    InstantTopic,
    Objection,
    ReplyTemplate,
    ScopeIssue,
    SplitHint,
    TicketView,
    TimeLimit,
    UrgencySignal,
)
from core.journey.queries.case import get_case
from core.journey.queries.hints import NO_HINTS, hints_on
from core.tickets.queries import get_ticket_id
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation
from tests.journey.asking import nothing, raises
from tests.web.making import Life, Visitor, make_account

ROAD = {"code": "road", "keywords": ["坑洼"]}


class House:
    """A district whose feature has hints, with an operator and a supervisor, and one ticket to begin with."""

    def __init__(self, database_url: str, answers: dict[str, Callable[..., Any]]) -> None:
        self.installation = make_installation(database_url, features=[make_feature("f", **answers)])
        self.slug = make_district(self.installation, features={"f": {}}, duties=[ROAD])
        self.life = Life(self.installation, self.slug)
        self.operator = make_account(self.installation, self.slug, "operator", ["operator"], name="张丽")
        self.supervisor = make_account(self.installation, self.slug, "supervisor", ["supervisor"], name="杜督")
        self.app = create_app(self.installation)

    def seen(self, path: str, *, by: str = "") -> str:
        """Return a page as the operator, or somebody else, sees it."""
        visitor = self.visitor(by or self.operator)
        return visitor.get(path).get_data(as_text=True)

    def visitor(self, login: str) -> Visitor:
        visitor = Visitor(self.app)
        assert visitor.sign_in(login).status_code == 303
        return visitor


@contextmanager
def house_with(database_url: str, **answers: Callable[..., Any]) -> Iterator[House]:
    house = House(database_url, answers)
    try:
        yield house
    finally:
        house.installation.database.engine.dispose()


def form(page: str, deed: str) -> str:
    """Return the form of a deed on a page."""
    found = re.search(rf'<form[^>]*action="[^"]*/{deed}".*?</form>', page, re.DOTALL)
    assert found, f"no form for {deed}"
    return found[0]


def test_grounds_stand_beside_acceptance_and_the_refusal_is_filled_in(database_url: str) -> None:
    issue = ScopeIssue("litigation", "请向区人民法院反映", "f/court", "诉求提到“已起诉”")
    with house_with(database_url, scope_issues=lambda: [issue]) as house:
        house.life.register()

        page = house.seen(f"/t/{house.life.serial_no}")

        accept, refuse = form(page, "accept_registered"), form(page, "reject")
        assert "可能不属受理范围（已进入或应通过诉讼、仲裁途径解决）：诉求提到“已起诉”" in accept
        assert '<option value="litigation" selected>' in refuse
        assert "请向区人民法院反映</textarea>" in refuse
        assert re.search(r'<details class="act" id="do-reject" open>', page)
        assert "可能不属受理范围" in house.seen(f"/desk?lane=accept&at={house.life.serial_no}")


def test_without_grounds_the_refusal_is_empty_and_folded(database_url: str) -> None:
    with house_with(database_url, scope_issues=nothing) as house:
        house.life.register()

        page = house.seen(f"/t/{house.life.serial_no}")

        assert "selected" not in form(page, "reject")
        assert re.search(r'<details class="act" id="do-reject">', page)


def alike(appeal: Alike, candidates: Any) -> list[DuplicateHint]:
    return [DuplicateHint(each.serial_no, "f/alike", "地点相同", score=80) for each in candidates]


def test_tickets_in_hand_of_the_same_matter_or_place_are_candidates_and_others_not(database_url: str) -> None:
    with house_with(database_url, find_duplicates=alike) as house:
        life = house.life
        same_matter = life.take_in(text="路面坑洼").serial_no
        same_place = life.take_in(text="路灯不亮", place="金牛路").serial_no
        elsewhere = life.take_in(text="垃圾满溢", place="兰竹路").serial_no
        answered = Life(life.installation, life.slug).take_in(text="坑洼").handled().concluded().serial_no
        registered = Life(life.installation, life.slug).register().serial_no
        life.take_in(text="大坑洼，快来", place="金牛路")

        page = house.seen(f"/t/{life.serial_no}")

        attach = form(page, "attach")
        offered = re.findall(r'<option value="([^"]+)">', attach)
        assert set(offered) == {same_matter, same_place}
        assert f"疑似重复：{same_place}「路灯不亮」，已受理（地点相同）" in attach
        assert not {elsewhere, answered, registered, life.serial_no} & set(offered)


def test_duplicates_are_told_where_the_ticket_is_dispatched(database_url: str) -> None:
    with house_with(database_url, find_duplicates=alike) as house:
        first = house.life.take_in(text="路面坑洼").serial_no
        house.life.take_in(text="大坑洼，快来")

        pane = house.seen(f"/desk?lane=dispatch&at={house.life.serial_no}")

        assert f'href="/t/{first}"' in pane
        assert "疑似重复" in pane
        assert f'href="/desk/merge?t={house.life.serial_no}&amp;t={first}"' in pane


def test_a_hint_at_a_ticket_that_was_not_offered_is_passed_over(database_url: str) -> None:
    strange = [DuplicateHint("XX0000", "f/1", "别处的")]
    with house_with(database_url, find_duplicates=lambda: strange) as house:
        house.life.take_in(text="路面坑洼")
        house.life.take_in(text="大坑洼")

        assert "XX0000" not in house.seen(f"/t/{house.life.serial_no}")


def test_splitting_begins_with_the_suggested_parts_or_shows_them_where_they_are_no_sentences(database_url: str) -> None:
    hint = SplitHint(tuple(f"第 {number} 件事" for number in range(1, 9)), "f/split", "来信编号写了 8 件事")
    with house_with(database_url, suggest_split=lambda: [hint]) as house:
        house.life.take_in(text="".join(f"第 {number} 件事。" for number in range(1, 9)))

        page = house.seen(f"/desk/split/{house.life.serial_no}")
        pane = house.seen(f"/desk?lane=dispatch&at={house.life.serial_no}")

        assert 'name="parts" value="0;1;2;3;4;5;6;7"' in page
        assert "建议拆成 8 项：</b>来信编号写了 8 件事。已按建议分好" in page
        assert "建议拆成 8 项" in pane
        house.life.take_in(text="路灯不亮")
        assert '<li lang="zh-CN">第 8 件事</li>' in house.seen(f"/desk/split/{house.life.serial_no}")


def test_an_answer_that_can_be_given_at_once_stands_in_the_form_with_its_reason(database_url: str) -> None:
    topic = InstantTopic(("办事大厅几点上班",), "工作日 9:00 至 18:00 开放。", "政数局审定", "f/topic")
    with house_with(database_url, instant_rules=lambda: [InstantRules(70, 35, (topic,))]) as house:
        house.life.take_in(title="办事大厅几点上班", text="请问办事大厅几点上班？", nature="inquiry")

        pane = house.seen(f"/desk?lane=dispatch&at={house.life.serial_no}")

        assert "工作日 9:00 至 18:00 开放。</textarea>" in pane
        assert "置信度 100%：问题里有“办事大厅几点上班”。依据：政数局审定。核对后一键发出。" in pane


def test_rules_that_fail_leave_the_forms_empty(database_url: str) -> None:
    with house_with(database_url, instant_rules=raises, suggest_split=raises, find_duplicates=raises) as house:
        house.life.take_in(text="路面坑洼")
        house.life.take_in(text="大坑洼")

        page = house.seen(f"/t/{house.life.serial_no}")
        pane = house.seen(f"/desk?lane=dispatch&at={house.life.serial_no}")

        assert "疑似重复：" not in page + pane
        assert re.search(r'<textarea id="answer"[^>]*></textarea>', pane)
        assert [each.kind for each in house.life.entries()].count("rule_failed") == 0


def test_who_does_not_dispatch_is_asked_nothing(database_url: str) -> None:
    asked: list[str] = []

    def split(ticket: TicketView) -> list[SplitHint]:
        asked.append(ticket.serial_no)
        return []

    with house_with(database_url, suggest_split=split) as house:
        house.life.take_in()

        house.seen(f"/t/{house.life.serial_no}", by=house.supervisor)

        assert asked == []


def test_a_ticket_with_its_unit_has_no_hints(database_url: str) -> None:
    topic = InstantTopic(("路面坑洼",), "好的。", "常问", "f/1")
    rules = InstantRules(70, 1, (topic,), only_inquiries=False)
    with house_with(database_url, instant_rules=lambda: [rules]) as house:
        house.life.take_in().handled()

        with house.installation.scope(house.slug) as scope:
            assert hints_on(scope, get_ticket_id(scope, house.life.serial_no), now=datetime.now(UTC)) == NO_HINTS


def test_an_objection_is_told_in_words_on_the_page(database_url: str) -> None:
    objection = Objection("先拍照再派单", "f/photo", "本区规定")
    against = {"guard_command": lambda command: [objection] if command == "dispatch" else []}
    with house_with(database_url, **against) as house:
        house.life.take_in(text="路灯不亮")
        visitor = house.visitor(house.operator)
        visitor.get(f"/desk?lane=dispatch&at={house.life.serial_no}")

        refused = visitor.post("/desk/dispatch", serial_no=house.life.serial_no, unit="roads")

        assert refused.status_code == 409
        assert "先拍照再派单（本区规定）。" in refused.get_data(as_text=True)


def test_the_receipt_is_read_out_from_the_page(database_url: str) -> None:
    with house_with(database_url) as house:
        visitor = house.visitor(house.operator)
        visitor.get("/desk/new")

        page = visitor.post("/desk/new", text="路灯不亮", channel="desk", nature="help", urgency="normal")

        assert re.search(
            r'<p class="said">测试区.*已受理您的诉求，受理流水号 .*，提取码 .*</p>', page.get_data(as_text=True)
        )


def test_the_receipt_tells_until_when_it_is_sent_to_a_unit_where_time_counts_from_then(database_url: str) -> None:
    limit = TimeLimit("reply", Budget("wd_eod", 5), "f/five", "限 5 个工作日完成", from_dispatch=True)
    with house_with(database_url, time_limits=lambda ticket: [limit]) as house:
        visitor = house.visitor(house.operator)
        visitor.get("/desk/new")

        page = visitor.post("/desk/new", text="路灯不亮", channel="desk", nature="help", urgency="normal")

        assert re.search(r"<dt>派单时限</dt><dd>.*截止", page.get_data(as_text=True))
        assert "<dt>答复时限</dt>" not in page.get_data(as_text=True)


def test_danger_that_the_operator_says_nothing_of_is_judged_by_the_words(database_url: str) -> None:
    def danger(ticket: TicketView) -> list[UrgencySignal]:
        return [UrgencySignal("f/danger", "诉求提到“漏电”")] if "漏电" in ticket.text else []

    with house_with(database_url, assess_urgency=danger) as house:
        visitor = house.visitor(house.operator)
        judged = {}
        for said in ("", "normal"):
            assert '<input type="radio" name="urgency" value="" checked>' in visitor.get("/desk/new").get_data(
                as_text=True
            )
            page = visitor.post("/desk/new", text="路灯杆漏电", channel="desk", urgency=said).get_data(as_text=True)
            serial_no = page.split('data-copy="')[1].split('"')[0]
            with house.installation.scope(house.slug) as scope:
                judged[said] = get_case(scope, serial_no, now=datetime.now(UTC)).urgent

    assert judged == {"": True, "normal": False}


def test_a_unit_may_begin_its_reply_with_a_template_for_the_nature_of_the_appeal(database_url: str) -> None:
    templates = [
        ReplyTemplate("投诉", "一、解释：\n二、措施：\n三、防止：", ("complaint",)),
        ReplyTemplate("咨询", "一、依据：", ("inquiry",)),
        ReplyTemplate("通用", "您好："),
    ]
    with house_with(database_url, reply_templates=lambda: templates) as house:
        house.life.take_in(nature="complaint").handled()
        clerk = make_account(house.installation, house.slug, "clerk", ["clerk"], name="李工", unit="roads")
        page = f"/unit/{house.life.serial_no}"

        offered, begun = house.seen(page, by=clerk), house.seen(f"{page}?template=0", by=clerk)

    assert re.findall(r'\?template=(\d)#reply">([^<]*)<', offered) == [("0", "投诉"), ("1", "通用")]
    assert "></textarea>" in offered.split('name="text"')[1][:400]
    assert ">一、解释：\n二、措施：\n三、防止：</textarea>" in begun
