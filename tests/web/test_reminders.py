"""The pages of reminder letters: a draft signed at the desk, shown to its unit alone, answered, judged, and a supervision."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.escalation.models import Supervision
from core.statistics.reminders.models import Reminder
from core.tenancy.security_log import security_events
from core.units.queries import directory
from tests.builders import make_ticket
from tests.reminders.making import issued_reminder
from tests.web.conftest import House
from tests.web.making import Life


def made(house: House, *, ago: timedelta = timedelta(0), draft: bool = False) -> tuple[int, str]:
    """Make a letter to the road unit on one ticket of its own; return its id and the ticket's number."""
    life = Life(house.installation, house.slug).take_in().handled()
    now = datetime.now(UTC) - ago
    with house.installation.scope(house.slug) as scope:
        unsigned: dict[str, Any] = {"state": "draft", "letter_id": None, "settled_by": "", "settled_at": None}
        columns = unsigned if draft else {}
        unit = directory(scope).get_unit("roads")
        made = issued_reminder(scope, unit, text="道路管理处：请降噪。", tickets=[life.serial_no], now=now, **columns)
        return made.id, life.serial_no


def test_a_draft_is_signed_with_other_words_and_reaches_its_unit_alone(house: House) -> None:
    letter, serial_no = made(house, draft=True)
    chief, clerk, stranger = (house.visitor(each) for each in (house.supervisor, house.clerk, house.gardener))
    listed = chief.get("/letters").get_data(as_text=True)
    page = chief.get(f"/letters/{letter}").get_data(as_text=True)

    assert 'href="/letters" aria-current="page">提醒函<span data-count>1</span>' in listed
    assert '<td class="num">12 件</td><td class="num">2 件</td>' in page
    assert clerk.get(f"/unit/letters/{letter}").status_code == 404
    assert chief.post(f"/letters/{letter}/sign", text=" ").status_code == 422
    assert chief.post(f"/letters/{letter}/sign", text="道路管理处：夜间停工。").status_code == 303

    assert "待签收" in clerk.get("/unit").get_data(as_text=True)
    shown = clerk.get(f"/unit/letters/{letter}").get_data(as_text=True)
    assert "道路管理处：夜间停工。" in shown
    assert f'href="/unit/{serial_no}"' in shown
    assert stranger.get(f"/unit/letters/{letter}").status_code == 404
    assert "提醒函" not in stranger.get("/unit").get_data(as_text=True)
    assert clerk.post(f"/unit/letters/{letter}/acknowledge").status_code == 303
    assert clerk.post(f"/unit/letters/{letter}/acknowledge").status_code == 409
    assert clerk.post(f"/unit/letters/{letter}/answer", text="夜间停工，月底完成").status_code == 303
    assert clerk.client.get(f"/unit/letters/{letter}/pdf").data[:5] == b"%PDF-"
    answered = chief.get("/letters?tab=answered").get_data(as_text=True)
    assert "道路管理处" in answered
    with house.installation.scope(house.slug) as scope:
        [told] = security_events(scope, kind="reminder_signed")
        assert told.subject.endswith("→ 道路管理处")


def test_an_unanswered_letter_may_become_a_supervision_by_a_person(house: House) -> None:
    letter, serial_no = made(house, ago=timedelta(days=6))
    early, _ = made_early(house)
    chief = house.visitor(house.supervisor)
    page = chief.get(f"/letters/{letter}").get_data(as_text=True)

    assert "逾期未答复" in page
    fields: dict[str, Any] = {"level": "yellow", "demand": "三日内答复"}
    assert chief.post(f"/letters/{letter}/supervise", serial_no="T0", **fields).status_code == 422
    assert chief.post(f"/letters/{early}/supervise", serial_no=serial_no, **fields).status_code == 409
    chief.get(f"/letters/{letter}")
    assert chief.post(f"/letters/{letter}/supervise", serial_no=serial_no, **fields).status_code == 303

    with house.installation.scope(house.slug) as scope:
        [supervision] = scope.session.scalars(select(Supervision)).all()
        assert (supervision.source, supervision.level, supervision.demand) == ("reminder", "yellow", "三日内答复")


def made_early(house: House) -> tuple[int, str]:
    """Make a letter whose time to answer runs, to another unit."""
    now = datetime.now(UTC)
    with house.installation.scope(house.slug) as scope:
        letter = issued_reminder(scope, directory(scope).get_unit("parks"), text="请答复", tickets=[], now=now)
        return letter.id, ""


def test_a_discarded_draft_says_why_and_an_effect_is_judged_once(house: House) -> None:
    letter, _ = made(house, draft=True)
    make_ticket(house.installation, house.slug, now=datetime.now(UTC))
    chief = house.visitor(house.supervisor)
    chief.get(f"/letters/{letter}")
    assert chief.post(f"/letters/{letter}/discard", reason="").status_code == 422
    assert chief.post(f"/letters/{letter}/discard", reason="已经约谈").status_code == 303
    assert chief.post(f"/letters/{letter}/sign", text="再发").status_code == 409
    assert "已经约谈" in chief.get(f"/letters/{letter}").get_data(as_text=True)

    followed, _ = made_early(house)
    with house.installation.scope(house.slug) as scope:
        reminder = scope.session.get_one(Reminder, (scope.tenant.id, followed))
        reminder.effect = [{**reminder.figures[0], "numerator": 3, "numerator_before": 12}]
        reminder.effect_at = datetime.now(UTC)
    page = chief.get(f"/letters/{followed}").get_data(as_text=True)
    assert "总体<b>好转</b>" in page
    judged: dict[str, Any] = {"verdict": "effective", "finding": "少了四分之三"}
    assert chief.post(f"/letters/{followed}/judge", **{**judged, "verdict": "great"}).status_code == 422
    assert chief.post(f"/letters/{followed}/judge", **judged).status_code == 303
    assert chief.post(f"/letters/{followed}/judge", **judged).status_code == 409
    assert "见到成效</dt><dd>1/1（100%）" in chief.get("/letters").get_data(as_text=True)
