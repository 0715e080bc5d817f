"""The page of the own account: a phone bound and changed, sessions seen and ended, the password changed, each with proof."""

import re
from datetime import UTC, datetime, timedelta

from core.journey.sign_in import SignedIn, resume, sign_in
from core.people.queries import accounts, sessions_of
from core.people.rules import MOST_SESSIONS
from core.people.service import open_account
from core.tenancy.security_log import security_events
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor
from tests.web.phone import Phone, recovery_codes_on

OTHER = "另一句没有人想得到的长话"


def enter(house: House, login: str = "operator", *, now: datetime | None = None, address: str = "10.0.0.7") -> str:
    """Sign in elsewhere and return the token."""
    with house.installation.scope(house.slug) as scope:
        outcome = sign_in(scope, login=login, password=PASSWORD, address=address, now=now or datetime.now(UTC))
    assert isinstance(outcome, SignedIn)
    return outcome.token


def holds(house: House, token: str) -> bool:
    return house.installation.run(house.slug, lambda scope: resume(scope, token, now=datetime.now(UTC))) is not None


def bind(visitor: Visitor, *, code: str = "") -> tuple[Phone, list[str]]:
    """Bind a phone on the own page and return it with its recovery codes."""
    visitor.get("/account")
    assert visitor.post("/account/second-factor", password=PASSWORD, code=code).location == "/account/second-factor"
    visitor.get("/account/second-factor")
    phone = Phone.scanning(visitor.page)
    assert visitor.post("/account/second-factor/bind", code=phone.code()).status_code == 200
    return phone, recovery_codes_on(visitor.page)


def test_everybody_sees_the_own_account_and_reaches_it_from_every_page(house: House) -> None:
    for login in (house.operator, house.clerk):
        visitor = house.visitor(login)
        visitor.get("/account")
        assert f"<dd>{login}</dd>" in visitor.page
    assert 'href="/account"' in house.visitor(house.operator).get("/desk").get_data(as_text=True)


def test_a_phone_is_bound_by_a_proof_and_a_first_code(house: House) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/account")
    assert visitor.get("/account/second-factor").location == "/account", "nothing is offered yet"
    visitor.get("/account")
    assert visitor.post("/account/second-factor", password="不是这个密码").status_code == 422
    assert "密码不对" in visitor.page

    _, codes = bind(visitor)
    assert len(codes) == 10
    visitor.get("/account")
    assert "还剩 10 个恢复码" in visitor.page
    assert Visitor(house.app).sign_in(house.operator).location.startswith("/sign-in/code")


def test_another_phone_needs_a_code_of_the_one_before_and_ends_it(house: House) -> None:
    visitor = house.visitor(house.operator)
    old, codes = bind(visitor)
    visitor.get("/account")
    assert visitor.post("/account/second-factor", password=PASSWORD, code="").status_code == 422
    new, _ = bind(visitor, code=codes[0])
    assert new != old

    elsewhere = Visitor(house.app)
    elsewhere.get(elsewhere.sign_in(house.operator).location)
    assert elsewhere.post("/sign-in/code", code=codes[1]).status_code == 422, "codes of before"
    assert elsewhere.post("/sign-in/code", code=new.code(steps_on=1)).status_code == 303


def test_recovery_codes_are_made_anew_and_the_second_factor_is_given_up_with_proof(house: House) -> None:
    visitor = house.visitor(house.operator)
    _, codes = bind(visitor)
    visitor.get("/account")
    assert visitor.post("/account/recovery-codes", password=PASSWORD, code=codes[0]).status_code == 200
    renewed = recovery_codes_on(visitor.page)
    assert not set(renewed) & set(codes)

    visitor.get("/account")
    assert visitor.post("/account/second-factor/off", password=PASSWORD, code=codes[1]).status_code == 422
    assert visitor.post("/account/second-factor/off", password=PASSWORD, code=renewed[0]).location == "/account"
    assert Visitor(house.app).sign_in(house.operator).location == "/"


def test_a_role_that_needs_the_second_factor_cannot_give_it_up(house: House) -> None:
    with house.installation.scope(house.slug) as scope:
        now = datetime.now(UTC)
        open_account(scope, login="keeper", name="管", password=PASSWORD, roles=["administrator"], now=now)
    visitor = Visitor(house.app)
    visitor.get(visitor.sign_in(f"keeper@{house.slug}").location)
    visitor.post("/sign-in/bind", code=Phone.scanning(visitor.page).code())
    codes = recovery_codes_on(visitor.page)
    visitor.get("/account")
    assert visitor.post("/account/second-factor/off", password=PASSWORD, code=codes[0]).status_code == 409
    assert "不能停用" in visitor.page


def test_sessions_are_listed_and_ended_one_by_one_and_all_others_at_once(house: House) -> None:
    one, two = enter(house, address="10.0.0.8"), enter(house, address="10.0.0.9")
    elsewhere = enter(house, "reviewer")
    visitor = house.visitor(house.operator)
    visitor.get("/account")
    assert "10.0.0.8" in visitor.page
    assert "10.0.0.9" in visitor.page
    listed = re.findall(r'name="session" value="(\d+)"', visitor.page)
    assert len(listed) == 2, "this session itself is ended by signing out"

    visitor.post("/account/sessions/end", session=listed[1])
    assert (holds(house, one), holds(house, two)) == (False, True)
    visitor.get("/account")
    visitor.post("/account/sessions/end", session="others")
    assert not holds(house, two)
    assert visitor.get("/account").status_code == 200
    assert holds(house, elsewhere)
    with house.installation.scope(house.slug) as scope:
        assert [event.subject for event in security_events(scope, kind="session_revoked")] == ["operator"] * 2


def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    token = enter(house, "reviewer")
    with house.installation.scope(house.slug) as scope:
        reviewer = next(each.id for each in accounts(scope) if each.login == "reviewer")
        (session,) = sessions_of(scope, reviewer, now=datetime.now(UTC))
    visitor = house.visitor(house.operator)
    visitor.get("/account")
    assert visitor.post("/account/sessions/end", session=str(session.session_id)).status_code == 404
    visitor.get("/account")
    assert visitor.post("/account/sessions/end", session="9" * 19).status_code == 422
    assert holds(house, token)


def test_the_password_is_changed_with_proof_and_every_other_session_ends(house: House) -> None:
    elsewhere, visitor = enter(house), house.visitor(house.operator)
    before = visitor.client.get_cookie("huiying_staff")
    visitor.get("/account")
    assert visitor.post("/account/password", password="不是这个密码", new=OTHER, again=OTHER).status_code == 422
    assert visitor.post("/account/password", password=PASSWORD, new=OTHER, again=PASSWORD).status_code == 422
    assert "两次填写的新密码不一样" in visitor.page
    assert visitor.post("/account/password", password=PASSWORD, new=OTHER, again=OTHER).location == "/account"

    after = visitor.client.get_cookie("huiying_staff")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert visitor.get("/account").status_code == 200
    assert not holds(house, elsewhere)
    assert Visitor(house.app).sign_in(house.operator, OTHER).location == "/"


def test_wrong_proofs_count_as_failed_sign_ins(house: House) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/account")
    statuses = [visitor.post("/account/second-factor", password="猜").status_code for _ in range(6)]
    assert statuses == [422, 422, 422, 422, 422, 429]


def test_the_session_unused_for_longest_ends_when_there_are_too_many(house: House) -> None:
    now = datetime.now(UTC)
    tokens = [enter(house, now=now - timedelta(minutes=15 - number)) for number in range(MOST_SESSIONS + 1)]
    assert [holds(house, token) for token in tokens] == [False, *[True] * MOST_SESSIONS]


def test_how_the_pages_are_wanted_holds_for_the_account_wherever_it_signs_in(house: House) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/account")
    wanted = {"density": "compact", "type": "large", "theme": "dark", "language": "zh-CN", "keys_asked": "1"}
    assert visitor.post("/account/preferences", **wanted).location == "/account"
    elsewhere = house.visitor(house.operator)
    elsewhere.get("/account")
    assert '<html lang="zh-CN" data-theme="dark" data-density="compact" data-type="large" data-keys-off>' in (
        elsewhere.page
    )
    elsewhere.post("/account/preferences", theme="light", next="/desk")
    visitor.get("/desk")
    assert 'data-theme="light" data-density="compact"' in visitor.page, "a quick button changes what it says alone"
    assert "data-theme" not in house.visitor(house.clerk).get("/unit").get_data(as_text=True), "each account its own"
    assert house.visitor().get("/sign-in").status_code == 200
    clerk = house.visitor(house.clerk)
    clerk.client.set_cookie("theme", "dark")
    clerk.get("/account")
    clerk.post("/account/preferences", density="loose")
    assert 'data-theme="dark" data-density="loose"' in house.visitor(house.clerk).get("/unit").get_data(as_text=True)
    visitor.get("/account")
    assert visitor.post("/account/preferences", density="无限").status_code == 422
    assert "没有这一项选择" in visitor.page
