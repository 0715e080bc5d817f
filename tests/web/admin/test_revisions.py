"""A change from the draft to its end: two who edit at once, another's approval, a time to begin at, going back, the log."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from core.hooks.core_features import ROUTING, UNDO
from core.journey.dry_run import run_whole
from core.journey.settings.drafting import Wish
from core.journey.settings.editing import Form, open_editor, save
from core.journey.settings.trying import newest_trial
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from tests.builders import BEIJING, make_actor, make_ticket
from tests.web.conftest import House
from tests.web.making import Visitor, make_account

ELSEWHERE = make_actor("管理员甲", "administrator", id=999)
FORM = f"/admin/features/{UNDO.id}/settings"
TO_PARKS = {
    "rules": [
        {
            "id": "r-all",
            "label": "道路归园林",
            "phase": "override",
            "priority": 10,
            "when": {"field": "text", "op": "contains_any", "value": ["道路"]},
            "then": {"assign": {"lead": "parks"}},
            "explain": "道路一律由园林处办",
        }
    ]
}


def drafted(
    house: House, feature: str, changes: Mapping[str, Any], actor: Actor = ELSEWHERE, reason: str = "试一试"
) -> int:
    """Draft a change as somebody who has the newest before them; return the number."""
    roster = house.installation.roster

    def work(scope: Scope) -> int:
        opened = open_editor(scope, roster, feature, None, actor=actor)
        form, now = Form(opened.base, opened.newest), datetime.now(UTC)
        wish = Wish(changes=changes)
        return save(scope, roster, feature, wish, form=form, reason=reason, actor=actor, now=now).drafted.number

    return house.installation.run(house.slug, work)


def administrator(house: House, login: str = "admin", name: str = "管理员乙") -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, login, ["administrator"], name=name))


def save_form(visitor: Visitor, seconds: int) -> int:
    """Save the form that is open, with another time; return the status."""
    carried: dict[str, Any] = {name: visitor.hidden(name) for name in ("base", "newest", "continues")}
    return visitor.post(FORM, **{"f-undo_seconds": str(seconds), "reason": "太短", **carried}).status_code


def words(visitor: Visitor) -> str:
    """Return what stands on the page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", visitor.page)).split())


def at(feature: str, number: int) -> str:
    return f"/admin/features/{feature}/revisions/{number}"


def test_of_two_who_edit_at_once_the_slower_one_is_told_what_the_other_did_and_may_still_mean_it(house: House) -> None:
    visitor = administrator(house)
    visitor.get(FORM)
    number = drafted(house, UNDO.id, {"undo_seconds": 20})

    assert save_form(visitor, 5) == 409
    assert f"您打开之后，管理员甲起草了第 {number} 次修订，还没有生效：可撤销的时间 0 秒 → 20 秒。" in words(visitor)
    assert 'value="5"' in visitor.page

    assert save_form(visitor, 5) == 303
    mine = number + 1
    other = administrator(house, "bing", "管理员丙")
    other.get(FORM)
    third = administrator(house, "ding", "管理员丁")
    third.get(at(UNDO.id, mine))
    assert third.post(f"{at(UNDO.id, mine)}/approve").status_code == 303
    assert third.post(f"{at(UNDO.id, mine)}/activate", when="now").status_code == 303

    assert save_form(other, 7) == 409
    assert f"您打开之后，管理员乙（系统管理员）起草的第 {mine} 次修订已经生效：可撤销的时间 0 秒 → 5 秒。" in words(
        other
    )


def test_a_draft_that_is_edited_further_gives_way_to_the_new_one(house: House) -> None:
    visitor = administrator(house)
    visitor.get(FORM)
    assert save_form(visitor, 20) == 303
    visitor.get(f"{FORM}?draft=2")
    assert 'value="20"' in visitor.page

    assert save_form(visitor, 25) == 303

    visitor.get(at(UNDO.id, 2))
    assert "已撤回" in visitor.page
    assert "改为第 3 次修订" in visitor.page
    visitor.get(f"{FORM}?draft=2")
    assert "已撤回，不能再修改" in words(visitor)


def test_who_drafted_does_not_approve_and_another_lets_it_hold_from_a_time_on(house: House) -> None:
    author, other = administrator(house), administrator(house, "bing", "管理员丙")
    author.get(FORM)
    save_form(author, 20)
    page = at(UNDO.id, 2)

    author.get(page)
    assert "第 2 次修订是您起草的，须由另一位管理员批准" in words(author)
    assert f'action="{page}/approve"' not in author.page
    assert author.post(f"{page}/approve").status_code == 403
    assert author.post(f"{page}/activate", when="now").status_code == 409

    other.get(page)
    assert other.post(f"{page}/approve", note="同意").status_code == 303
    assert other.post(f"{page}/activate", when="later", at="昨天").status_code == 422
    assert other.post(f"{page}/activate", when="later", at="2020-01-01T08:00").status_code == 422
    tomorrow = (datetime.now(BEIJING) + timedelta(days=1)).replace(hour=8, minute=0)
    assert other.post(f"{page}/activate", when="later", at=f"{tomorrow:%Y-%m-%dT%H:%M}").status_code == 303
    other.get(page)
    assert f"第 2 次修订定于 {tomorrow:%Y-%m-%d} 08:00 生效" in words(other)

    assert other.post(f"{page}/withdraw", reason="再等等").status_code == 303
    other.get(page)
    assert "第 2 次修订已撤回，没有改动现行的设置" in words(other)


@pytest.fixture
def tried(house: House) -> tuple[House, Visitor, str]:
    """A district whose draft sends all its roads to the gardeners, tried to the end; its approver, and its page."""
    for _ in range(6):
        make_ticket(house.installation, house.slug, text="道路坑洼", now=datetime.now(UTC))
    number = drafted(house, ROUTING.id, {"rules": TO_PARKS["rules"]})
    visitor, page = administrator(house), at(ROUTING.id, number)
    visitor.get(page)
    assert visitor.post(f"{page}/trial", which="last", last="100", hx=True).status_code == 200
    assert 'hx-trigger="every 2s"' in visitor.page
    assert "共 6 件" in visitor.page
    assert visitor.client.get(f"{page}/trial?steps", headers={"HX-Request": "true"}).status_code == 200
    run = house.installation.run(house.slug, lambda scope: newest_trial(scope, ROUTING.id, number))
    assert run is not None
    run_whole(house.installation, house.slug, run.id, now=datetime.now(UTC))
    return house, visitor, page


def test_a_try_is_followed_read_and_taken_along_and_what_sends_everything_to_one_unit_is_said_twice(
    tried: tuple[House, Visitor, str],
) -> None:
    _house, visitor, page = tried
    warning = "按这份草稿，6 件中有 6 件（100%）都派给园林管理处，现行只有 0 件。"

    ended = visitor.client.get(f"{page}/trial?steps", headers={"HX-Request": "true"})
    assert ended.status_code == 286  # the page asks no more
    told = ended.get_data(as_text=True)
    assert 'id="steps" hx-swap-oob="true"' in told
    assert warning in told

    visitor.get(page)
    counted = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", visitor.page.split('id="trial-panel"')[1])
    assert counted == [("试跑", "6"), ("不变", "0"), ("改变", "6"), ("无规则命中", "0"), ("出错", "0")]
    visitor.get(f"{page}/trial/changed")
    assert len(re.findall(r'<tr class="begins">', visitor.page)) == 6
    rows = list(csv.reader(io.StringIO(visitor.client.get(f"{page}/trial/file.csv").get_data().decode("utf-8-sig"))))
    assert [row[4:6] for row in rows[1:]] == [["道路管理处", "园林管理处"]] * 6
    assert visitor.client.get(f"{page}/trial/file.xlsx").get_data()[:2] == b"PK"

    visitor.get(page)
    assert visitor.post(f"{page}/approve").status_code == 409
    assert "确实要这样的，表明已看过提醒再办" in words(visitor)
    assert visitor.post(f"{page}/approve", aware="yes").status_code == 303
    assert visitor.post(f"{page}/activate", when="now").status_code == 409
    assert visitor.post(f"{page}/activate", when="now", aware="yes").status_code == 303


def test_the_log_is_read_by_discipline_without_a_button_and_says_what_differs_between_any_two(house: House) -> None:
    first = administrator(house)
    for seconds in (20, 25):
        number = drafted(house, UNDO.id, {"undo_seconds": seconds}, reason=f"改为 {seconds} 秒")
        first.get(at(UNDO.id, number))
        first.post(f"{at(UNDO.id, number)}/approve")
        assert first.post(f"{at(UNDO.id, number)}/activate", when="now").status_code == 303
    first.get(at(UNDO.id, 3))
    assert first.post(f"{at(UNDO.id, 3)}/roll-back", to="2", reason="退回", command_id="once").status_code == 303
    waiting = drafted(house, ROUTING.id, {"rules": TO_PARKS["rules"]}, reason="还没有定")

    reader = house.visitor(make_account(house.installation, house.slug, "jian", ["discipline"], name="纪检员"))
    reader.get("/admin/revisions")
    numbers = re.findall(r'href="/admin/features/([\w.]+)/revisions/(\d+)"', reader.page)
    assert numbers[0] == (ROUTING.id, str(waiting))  # what waits stands first
    assert [each for each in numbers if each[0] == UNDO.id] == [(UNDO.id, str(number)) for number in (4, 3, 2, 1)]
    reader.get(f"/admin/features/{UNDO.id}/revisions?from=2&to=3")
    assert "第 2 次与第 3 次相比 设置 原来 改为 可撤销的时间 " in words(reader)
    assert "20 秒 25 秒" in words(reader)
    reader.get(at(UNDO.id, 4))
    assert "与在它以前生效的第 3 次修订相比" in words(reader)
    assert "25 秒 20 秒" in words(reader)
    assert 'action="/admin' not in reader.page
    reader.get("/admin/revisions?q=还没有定&kind=open")
    assert len(re.findall(r"<tr>", reader.page)) == 2

    assert reader.post(f"{at(UNDO.id, 4)}/roll-back", to="3", reason="x").status_code == 403
    assert house.visitor(house.operator).get("/admin/revisions").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (at(UNDO.id, 77), 404),
        (at(UNDO.id, 0), 404),
        (at(UNDO.id, 2**31), 404),
        (at("no.such", 1), 404),
        (f"{at(UNDO.id, 1)}/trial/changed?page=0", 200),
        (f"{at(UNDO.id, 1)}/trial/changed?page=99999999999", 200),
        (f"{at(UNDO.id, 1)}/trial/file.exe", 404),
        (f"{FORM}?draft=99999999999999", 422),
        (f"{FORM}?draft=-1", 422),
        (f"/admin/features/{UNDO.id}/revisions?from=1&to=88", 404),
        ("/admin/revisions?q=%00%EF%BF%BF&since=2026-13-40&page=-3&kind=x&feature=%00", 200),
    ],
)
def test_what_is_not_there_or_no_number_is_answered_in_words(house: House, path: str, status: int) -> None:
    assert administrator(house).get(path).status_code == status
