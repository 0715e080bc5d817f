"""A bad feature in front of all others hurts nobody: the published cases end in every district as they did without it.

One thing waits for a person: where no one can say whether a unit is exempt, it is accused by an officer and not by a rule.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Letter
from core.escalation.service import UNASKED
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.specs import ALL_HOOKS
from core.journey.accountability import judge_exemption
from core.tickets.timeline import Order
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import make_actor, make_feature, make_installation
from tests.tenants.test_cases_replayed import NOW, SCENARIOS, Case, replayed

BAD = "bad"
HANGS_IN = ("propose_routes", "time_limits", "clock_marks", "escalation_steps")
"""Questions that a hanging feature is asked here: each costs its whole time."""
OFFICER_ID = 7
ELSEWHERE = 1
"""Another tenant's id, whose rows a meddling feature would like to write."""


def hangs() -> Sequence[Any]:
    """Work for ever: it is cut as soon as its time is over. One that only waits is left ten times as long (tests/hooks)."""
    while True:
        pass


def raises() -> Sequence[Any]:
    raise RuntimeError("broken")


def exits() -> Sequence[Any]:
    raise SystemExit("good-bye")


def answers_rubbish() -> Sequence[Any]:
    return ["x" * 10_000_000, object(), None, b"\x00"]


def writes_to_another_tenant(ctx: Any, settings: Any) -> Sequence[Any]:
    """Turn the context round to another tenant, and the settings into others."""
    object.__setattr__(ctx, "tenant_id", ELSEWHERE)
    object.__setattr__(ctx, "tenant", "elsewhere")
    settings["unit"] = "elsewhere"
    return []


def bad_feature(answer: Callable[..., Sequence[Any]]) -> Feature:
    asked = HANGS_IN if answer is hangs else [hook.name for hook in ALL_HOOKS if hook.kind != "effect"]
    return make_feature(BAD, **dict.fromkeys(asked, answer))


def outcome(case: Case) -> list[Any]:
    """Return what the district promised and did: states, due times, lights, alerts, letters and units of each ticket."""
    return [
        (
            label,
            case.ticket(label).state,
            case.due_times(label),
            [step for step in case.steps_of_light(label) if step[2] != "letter"],
            sorted((row.kind, row.title, row.issued_at) for row in case.records(Letter, label)),
            case.units(label),
        )
        for label in sorted(case.serials)
    ]


def judged(case: Case) -> Case:
    """Let an officer judge at once each case of accountability whose exemption could not be asked: the unit is not exempt."""
    for label, serial_no in case.serials.items():
        for held in case.records(AccountabilityCase, label):
            if UNASKED in {ground["rule_id"] for ground in held.proposed}:
                letters = {row.kind for row in case.records(Letter, label)}
                assert (held.state, letters & {"case_notice"}) == ("open", set()), "accused before anybody judged"
                officer = make_actor("纪检甲", "discipline", id=OFFICER_ID, unit_id=held.authority_unit_id)
                with case.installation.scope(case.slug) as scope:
                    order = Order(officer, held.opened_at)
                    judge_exemption(scope, serial_no, order, case_id=held.id, granted=False, reason="没有免责情形")
    return case


def outcomes(database_url: str, *extra: Feature, cases: Collection[str] = tuple(SCENARIOS)) -> dict[str, list[Any]]:
    """Replay these cases in fresh copies of their districts, these features first in each."""
    installation = make_installation(database_url, features=[*Roster.installed().features.values(), *extra])
    names = {}
    for profile in shipped_profiles():
        if profile.slug in {SCENARIOS[case].tenant for case in cases}:
            mark = secrets.token_hex(3)
            names[profile.slug] = f"{profile.slug}-{mark}"
            features = (*(feature.id for feature in extra), *profile.features)
            copy = replace(profile, slug=names[profile.slug], serial_prefix=f"Y{mark.upper()}", features=features)
            apply_profile(installation, copy, now=NOW)
    try:
        return {case_id: outcome(judged(replayed(installation, names, case_id))) for case_id in cases}
    finally:
        installation.database.engine.dispose()


@pytest.fixture(scope="module")
def published(database_url: str) -> dict[str, list[Any]]:
    return outcomes(database_url)


@pytest.mark.parametrize(
    "answer",
    [hangs, raises, exits, answers_rubbish, writes_to_another_tenant],
    ids=lambda answer: answer.__name__,
)
def test_the_cases_end_as_they_did_without_it(
    database_url: str,
    published: dict[str, list[Any]],
    answer: Callable[..., Sequence[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = tuple(SCENARIOS)
    if answer is hangs:  # it costs its whole time as often as it is asked before it is left alone
        monkeypatch.setattr("core.hooks.breaker.IN_A_ROW", 2)
        cases = tuple({scenario.tenant: case for case, scenario in SCENARIOS.items()}.values())

    found = outcomes(database_url, bad_feature(answer), cases=cases)

    assert found == {case: published[case] for case in cases}
