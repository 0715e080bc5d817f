"""领导理政群: what the group is told of, and what is said of a draft whose robot could not be reached."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.hooks import DomainEvent, Finding, TableBlock
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import SecretText
from core.hooks.specs import check_settings, jobs
from core.hooks.values import Urgency
from core.tenancy.guest import guest
from plugins.chengdu.leaders import INSTRUCTED, OVERDUE, REPORTED, URGENT, list_told, occasion_of, show_told
from plugins.chengdu.tables import TOLD
from tests.builders import make_district, make_installation
from tests.plugins.making import CONTEXT, SHIPPED, make_ticket

LEADERS = SHIPPED.features["chengdu.leaders"]


def settings(webhook: str = "", **values: Any) -> Any:
    return LEADERS.read(values, secrets={"webhook": SecretText(webhook)} if webhook else None)


def happened(kind: str, detail: Mapping[str, str], *, to: Urgency = "urgent") -> DomainEvent:
    """Return an entry of the timeline of a ticket that is as urgent as `to` says."""
    at = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
    return DomainEvent("somewhere-1-3", kind, at, "……", make_ticket(urgency=to), detail)


REPLY_OVERDUE = {"clock": "reply", "mark": "overdue"}


@pytest.mark.parametrize(
    ("event", "values", "occasion"),
    [
        (happened("classify", {"urgency": "urgent"}), {}, URGENT),
        (happened("classify", {"urgency": "urgent"}), {"tell_urgent": False}, None),
        (happened("classify", {"urgency": "normal"}, to="normal"), {}, None),
        (happened("classify", {"nature": "complaint"}), {}, None),
        (happened("clock_mark", REPLY_OVERDUE), {}, OVERDUE),
        (happened("clock_mark", REPLY_OVERDUE), {"tell_overdue": False}, None),
        (happened("clock_mark", REPLY_OVERDUE, to="normal"), {}, None),
        (happened("clock_mark", REPLY_OVERDUE, to="normal"), {"only_urgent": False}, OVERDUE),
        (happened("clock_mark", {"clock": "reply", "mark": "last-day"}), {}, None),
        (happened("clock_mark", {"clock": "sign", "mark": "overdue"}), {}, None),
        (happened("dispatch", {"urgency": "urgent"}), {}, None),
        (happened("instruction", {"level": "city"}, to="normal"), {}, INSTRUCTED),
        (happened("instruction", {"instruction": "1"}, to="normal"), {}, REPORTED),
        (happened("instruction", {"level": "city"}), {"tell_instructions": False}, None),
    ],
)
def test_the_group_is_told_of_what_the_district_wants(
    event: DomainEvent, values: dict[str, Any], occasion: str | None
) -> None:
    assert occasion_of(settings(**values), event) == occasion


@pytest.mark.parametrize(
    ("webhook", "level", "words"),
    [
        ("", "warning", "还没有设置群机器人地址"),
        ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-secret", "error", "没有加密"),
        ("https://127.0.0.1/send?key=a-secret", "error", "内部网络"),
        ("不是地址", "error", "地址写得不对"),
    ],
)
def test_a_draft_whose_robot_cannot_be_reached_says_so(webhook: str, level: str, words: str) -> None:
    [finding] = _check(webhook)
    assert (finding.level, finding.field, words in finding.text) == (level, "webhook", True)
    assert "a-secret" not in finding.text


def test_the_morning_line_comes_when_the_district_wants_it() -> None:
    assert [(job.name, job.at) for job in _jobs(morning_at="07:45")] == [("morning", "07:45")]
    assert _jobs(morning=False) == []


def test_what_the_groups_were_told_can_be_read_the_latest_first(database_url: str) -> None:
    installation = make_installation(database_url)
    slug = make_district(installation)
    with installation.scope(slug) as scope, guest(scope, "chengdu", writes=True, seconds=5) as store:
        assert list_told(store, {"most": 5}) == ["还没有向领导理政群发过消息。"]
        for day, occasion in ((11, URGENT), (12, OVERDUE)):
            store.add(
                TOLD,
                event_id=f"e{day}",
                happened_on=date(2026, 3, day),
                serial_no=f"CD-{day}",
                occasion=occasion,
                urgent=occasion == URGENT,
            )

        [table] = show_told(store)
        assert isinstance(table, TableBlock)
        assert table.rows == (
            ("2026-03-12", "CD-12", "答复超期", "一般"),
            ("2026-03-11", "CD-11", "紧急诉求", "紧急"),
        )
        assert list_told(store, {"most": 1}) == ["2026-03-12  CD-12  答复超期"]
    installation.database.engine.dispose()


def _check(webhook: str) -> Sequence[Finding]:
    secrets = {"webhook": SecretText(webhook)} if webhook else {}
    table = Roster([LEADERS]).table(CONTEXT, [Wanted(LEADERS.id, secrets=secrets)])
    return table.perform(check_settings, LEADERS.id, units=())


def _jobs(**values: Any) -> list[Any]:
    return Roster([LEADERS]).table(CONTEXT, [Wanted(LEADERS.id, values)]).ask(jobs).values
