"""The check says everything that is wrong with a draft, keeps it, and lets a failing feature fail alone."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from core.hooks import specs
from core.hooks.settings import SecretText
from core.hooks.values import Finding
from core.journey.settings.secrets import set_secret
from core.people.roles import NotPermitted
from core.tenancy.revisions import NoSuchRevision
from core.tenancy.rules import RevisionClosed
from core.tenancy.scope import Installation
from core.units.models import Unit
from tests.builders import beijing, make_feature, make_installation
from tests.settings.making import ANNA, BORIS, CLERK, GATE, District, gate, later, later_light

AUTUMN = beijing("2025-12-10 10:00")
"""When the rest days of the coming twelve months are known."""
CANARY = "hunter-2-canary"


def texts(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.level, finding.field) for finding in findings]


def test_a_draft_that_fits_passes_and_the_check_is_kept_with_what_held(district: District) -> None:
    number = district.draft({"yellow_hours": 5})

    checked = district.check(number, actor=BORIS, now=AUTUMN)

    assert (checked.passed, checked.findings) == (True, ())
    [event] = district.events(number)
    assert (event.kind, event.actor, event.detail) == ("checked", "鲍里斯", {"base": 1, "findings": []})
    assert district.revisions()[-1].state == "checked"


def test_a_year_without_its_rest_days_is_a_warning(district: District) -> None:
    number = district.draft({"yellow_hours": 5}, now=beijing("2035-01-10 10:00"))

    checked = district.check(number, now=beijing("2035-01-10 10:00"))

    assert checked.passed
    assert texts(checked.findings) == [("warning", "")]
    assert "2036 年的放假安排还没有" in checked.findings[0].text


def test_a_unit_that_is_gone_since_is_found(district: District) -> None:
    number = district.draft({"watcher": "audit"})
    district.run(
        lambda scope: scope.session.execute(
            update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == "audit").values(active=False)
        )
    )
    district.installation.forget()

    checked = district.check(number)

    assert not checked.passed
    assert texts(checked.findings) == [("error", "watcher")]
    assert district.revisions()[-1].state == "refused"


def test_a_draft_of_an_older_schema_is_read_as_the_present_one_has_it(district: District, database_url: str) -> None:
    number = district.draft({"yellow_hours": 5})
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    assert newer.check(number).passed
    assert newer.settings()["warn_hours"] == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"yellow_hours": 6}, "须在 1 到 5 个工作小时之间"), ({"answer_days": 7}, "第 1 版的设置未能转成第 2 版")],
)
def test_a_draft_that_a_newer_schema_does_not_take_fails_the_check(
    district: District, database_url: str, changes: dict[str, Any], words: str
) -> None:
    number = district.draft(changes)
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    checked = newer.check(number)

    assert not checked.passed
    assert words in checked.findings[0].text


def test_the_features_own_check_is_asked_with_the_draft(make: Callable[..., District]) -> None:
    district = make({})

    found = {
        address: district.check(district.draft({"address": address}, feature=GATE), feature=GATE)
        for address in ("up", "slow", "down")
    }

    assert {address: texts(checked.findings) for address, checked in found.items()} == {
        "up": [],
        "slow": [("warning", "address")],
        "down": [("error", "address")],
    }
    assert [checked.passed for checked in found.values()] == [True, True, False]


def test_a_check_that_fails_is_an_error_and_tells_no_secret(
    make: Callable[..., District], caplog: pytest.LogCaptureFixture
) -> None:
    district = make({})
    district.run(
        lambda scope: set_secret(
            scope, district.roster, GATE, "token", SecretText(CANARY), actor=ANNA, now=later(hours=-1)
        )
    )

    with caplog.at_level(logging.DEBUG):
        broken = district.check(district.draft({"address": "broken"}, feature=GATE), feature=GATE)
        down = district.check(district.draft({"address": "down"}, feature=GATE), feature=GATE)

    assert not broken.passed
    assert "功能自己的检查没有完成" in broken.findings[0].text
    assert down.findings[0].text == "网关没有应答，密钥为 ***"
    told = [caplog.text, *(str(event.detail) for number in (1, 2) for event in district.events(number, GATE))]
    assert all(CANARY not in text for text in told)


def test_a_check_that_hangs_is_cut(
    make: Callable[..., District], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs() -> list[Finding]:
        while True:
            pass

    monkeypatch.setitem(vars(specs.check_settings), "budget_ms", 200)
    hanging = gate(answers=make_feature(GATE, check_settings=hangs).answers)
    district = make({}, within=make_installation(database_url, features=[hanging]))

    checked = district.check(district.draft({"address": "up"}, feature=GATE), feature=GATE)

    assert not checked.passed
    assert "没有回答" in checked.findings[0].text


def test_who_administers_nothing_checks_nothing(district: District) -> None:
    number = district.draft({"yellow_hours": 5})

    with pytest.raises(NotPermitted, match="系统管理员"):
        district.check(number, actor=CLERK)
    assert district.events(number) == []


def test_what_holds_or_is_not_there_is_not_checked(district: District, installation: Installation) -> None:
    with pytest.raises(RevisionClosed):
        district.check(1)
    with pytest.raises(NoSuchRevision, match="没有第 9 次修订"):
        district.check(9)


def test_a_failed_check_can_be_repeated(district: District) -> None:
    number = district.draft({"watcher": "audit"})

    def switch(active: bool) -> None:
        district.run(
            lambda scope: scope.session.execute(
                update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == "audit").values(active=active)
            )
        )
        district.installation.forget()

    switch(False)
    district.check(number)
    switch(True)
    district.check(number, now=later(minutes=1))

    assert [event.kind for event in district.events(number)] == ["refused", "checked"]
    assert district.revisions()[-1].state == "checked"
