"""Three administrators 三员分立: kept in different hands, never without a last one, and none decides on their own rights."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.journey import entrusting, people, stewardship
from core.journey.entrusting import ReasonMissing, open_emergency
from core.journey.people import NothingChanged
from core.journey.sign_in import SignedIn, StepNeeded, resume, sign_in
from core.journey.standing import check_standing
from core.kit.errors import Refused
from core.people.roles import ROLES, STEWARDS, DutiesNotSeparate, UnknownRole
from core.people.service import AccountClosed, AccountOpen, get_account_of, open_account, roles_of
from core.people.stewards import LastSteward
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By, security_events
from core.tickets.service import ReasonMissing as NoReason
from tests.builders import beijing, make_district, make_installation

NOW = beijing("2026-03-12 10:00")
PASSWORD = "一句只有测试才知道的长话"
REASON = "岗位调整"


class House:
    """A district with one of each of the three, an operator, and what is done there by the administrator of security."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.slug = make_district(installation)
        for login, role in (("sys", "administrator"), ("sec", "security-administrator"), ("aud", "auditor")):
            self.hire(login, role)
        self.hire("lin", "leader")

    def hire(self, login: str, *roles: str, password: str | None = PASSWORD, unit: str = "") -> None:
        self.run(
            lambda scope: open_account(
                scope, login=login, name=login.upper(), password=password, roles=roles, is_demonstration=True, now=NOW
            )
        )

    def run(self, work: Callable[[Scope], Any]) -> Any:
        return self.installation.run(self.slug, work)

    def by(self, login: str = "sec", reason: str = REASON) -> By:
        account_id: int = self.run(lambda scope: get_account_of(scope, login).id)
        return By(login.upper(), account_id, "10.0.0.1", reason)

    def do(self, act: Callable[..., Any], login: str, *more: Any, by: str = "sec", reason: str = REASON) -> Any:
        who = self.by(by, reason)
        return self.run(lambda scope: act(scope, login, *more, by=who, now=NOW))

    def roles(self, login: str) -> set[str]:
        found: set[str] = self.run(lambda scope: roles_of(scope, get_account_of(scope, login)))
        return found

    def told(self, kind: str) -> list[tuple[str, str, str, Any]]:
        return [
            (event.actor, event.subject, event.address, event.detail)
            for event in self.run(lambda scope: list(security_events(scope, kind=kind)))
        ]

    def session(self, login: str, at: datetime = NOW) -> str:
        found = self.run(lambda scope: sign_in(scope, login=login, password=PASSWORD, address="10.0.0.9", now=at))
        assert isinstance(found, SignedIn)
        return found.token


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture
def house(installation: Installation) -> House:
    return House(installation)


def test_no_one_of_the_three_brings_what_another_has() -> None:
    own = {name: ROLES[name].permissions - ROLES["leader"].permissions for name in STEWARDS}

    assert {name: {str(each) for each in found} for name, found in own.items()} == {
        "administrator": {"administer"},
        "security-administrator": {"entrust"},
        "auditor": {"audit"},
    }


@pytest.mark.parametrize(
    "roles",
    [
        ("administrator", "security-administrator"),
        ("administrator", "auditor"),
        ("security-administrator", "auditor"),
        ("auditor", "operator"),
    ],
)
def test_what_is_to_be_in_different_hands_is_in_no_one_hand(house: House, roles: tuple[str, ...]) -> None:
    with pytest.raises(DutiesNotSeparate):
        house.hire("both", *roles)
    with pytest.raises(DutiesNotSeparate):
        house.run(lambda scope: entrusting.put_roles(scope, "lin", roles, now=NOW))

    assert house.roles("lin") == {"leader"}


def test_a_small_district_joins_them_on_the_machine_for_a_reason_that_is_told(house: House) -> None:
    roles = ("administrator", "security-administrator")

    def join(reason: str) -> None:
        by = By("命令行", reason=reason)
        house.run(lambda scope: entrusting.put_roles(scope, "lin", roles, together=True, by=by, now=NOW))

    with pytest.raises(ReasonMissing):
        join("")
    join("全中心只有两个人")

    assert house.roles("lin") == set(roles)
    assert house.told("duties_joined") == [("命令行", "lin", "", {"roles": list(roles), "reason": "全中心只有两个人"})]


@pytest.mark.parametrize("role", STEWARDS)
@pytest.mark.parametrize("grants", [True, False])
def test_the_three_are_made_and_unmade_on_the_machine_alone(house: House, role: str, *, grants: bool) -> None:
    house.hire("spare", role)
    login, roles = ("lin", ["leader", role]) if grants else ("spare", [])

    with pytest.raises(stewardship.NotGrantable) as refused:
        house.do(stewardship.grant, login, roles)

    assert refused.value.is_trespass
    assert house.roles("lin") == {"leader"}


def test_roles_are_given_and_taken_for_a_reason_and_told_one_by_one(house: House) -> None:
    with pytest.raises(NoReason):
        house.do(stewardship.grant, "lin", ["reviewer"], reason=" ")
    with pytest.raises(UnknownRole):
        house.do(stewardship.grant, "lin", ["boss"])
    with pytest.raises(NothingChanged):
        house.do(stewardship.grant, "lin", ["leader"])
    before = len(house.told("role_given"))

    house.do(stewardship.grant, "lin", ["reviewer"])

    assert house.roles("lin") == {"reviewer"}
    told = ("SEC", "lin", "10.0.0.1", {"role": "reviewer", "reason": REASON})
    assert house.told("role_given")[before:] == [told]
    assert house.told("role_taken") == [("SEC", "lin", "10.0.0.1", {"role": "leader", "reason": REASON})]


OWN: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (stewardship.grant, (["operator"],)),
    (stewardship.close, ()),
    (stewardship.reopen, ()),
    (stewardship.move, ("roads",)),
    (stewardship.take_second_factor, ()),
    (stewardship.unlock, ()),
    (stewardship.send_reset, ()),
]


@pytest.mark.parametrize(("act", "more"), OWN, ids=[act.__name__ for act, _ in OWN])
def test_nobody_decides_on_their_own_rights(house: House, act: Callable[..., Any], more: tuple[Any, ...]) -> None:
    with pytest.raises(stewardship.OwnRights):
        house.do(act, "SEC ", *more)

    assert house.roles("sec") == {"security-administrator"}


@pytest.mark.parametrize(("login", "role"), list(zip(("sys", "sec", "aud"), STEWARDS, strict=True)))
def test_the_last_of_each_is_neither_closed_nor_demoted(house: House, login: str, role: str) -> None:
    house.hire("invited", role, password=None)  # cannot sign in yet
    house.run(lambda scope: open_emergency(scope, reason="手机丢失", hours=1, role=role, now=NOW))

    with pytest.raises(LastSteward, match=ROLES[role].label):
        house.run(lambda scope: people.remove_account(scope, login, now=NOW))
    with pytest.raises(LastSteward, match=ROLES[role].label):
        house.run(lambda scope: entrusting.put_roles(scope, login, ["leader"], now=NOW))
    assert house.roles(login) == {role}

    house.hire("second", role)
    house.run(lambda scope: people.remove_account(scope, login, now=NOW))
    with pytest.raises(LastSteward):
        house.run(lambda scope: people.remove_account(scope, "second", now=NOW))


def test_who_cannot_sign_in_anyway_is_not_the_last(house: House) -> None:
    house.hire("invited", "auditor", password=None)

    house.run(lambda scope: people.remove_account(scope, "invited", now=NOW))

    with pytest.raises(AccountClosed):
        house.run(lambda scope: people.remove_account(scope, "invited", now=NOW))


def test_a_closed_account_is_out_at_once_and_opened_again_as_it_was(house: House) -> None:
    token = house.session("lin")
    house.do(stewardship.close, "lin")
    assert house.run(lambda scope: resume(scope, token, now=NOW)) is None

    house.do(stewardship.reopen, "lin")

    assert house.run(lambda scope: resume(scope, token, now=NOW)) is None, "a session that ended stays ended"
    house.session("lin")
    assert house.roles("lin") == {"leader"}
    told = ("SEC", "lin", "10.0.0.1", {"reason": REASON})
    assert (house.told("account_closed"), house.told("account_reopened")) == ([told], [told])
    with pytest.raises(AccountOpen):
        house.do(stewardship.reopen, "lin")
    assert list(house.run(lambda scope: list(check_standing(scope)))) == []


def test_an_invited_person_has_no_right_until_another_gives_it(house: House) -> None:
    by = house.by("sys")
    house.run(lambda scope: stewardship.invite(scope, login="novice", name="新人", unit=None, by=by, now=NOW))

    assert house.roles("novice") == set()
    (invited,) = house.told("invited")
    assert invited[:3] == ("SYS", "novice", "10.0.0.1")


def test_an_emergency_account_is_one_of_the_three(house: House) -> None:
    with pytest.raises(UnknownRole):
        house.run(lambda scope: open_emergency(scope, reason="试", hours=1, role="operator", now=NOW))
    opened = house.run(
        lambda scope: open_emergency(scope, reason="试", hours=1, role="security-administrator", now=NOW)
    )

    assert house.roles(opened.login) == {"security-administrator"}
    (shown,) = house.run(lambda scope: entrusting.emergencies(scope, now=NOW + timedelta(minutes=1)))
    assert (shown.login, shown.label) == (opened.login, "安全管理员")


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        *((role, True) for role in (*STEWARDS, "discipline", "operator", "clerk", "community-worker")),
        *((role, False) for role in ("reviewer", "supervisor", "leader", "panel-member", "analyst")),
    ],
)
def test_whoever_sees_contacts_or_settings_does_not_get_in_by_a_password_alone(
    house: House, role: str, *, asked: bool
) -> None:
    house.run(lambda scope: open_account(scope, login="novice", name="新人", password=PASSWORD, roles=[role], now=NOW))

    outcome = house.run(lambda scope: sign_in(scope, login="novice", password=PASSWORD, address="", now=NOW))

    assert isinstance(outcome, StepNeeded if asked else SignedIn)


def test_every_refusal_has_a_code_of_its_own() -> None:
    refusals: list[type[Refused]] = [
        DutiesNotSeparate,
        LastSteward,
        AccountOpen,
        AccountClosed,
        stewardship.OwnRights,
        stewardship.NotGrantable,
    ]

    assert len({each.code for each in refusals}) == len(refusals)
