"""What holds of every page without sign-in: kept for a minute, no cookie, unknown and suspended tenants told in words."""

from datetime import UTC, datetime

from core.tenancy.ending import put_state
from core.tenancy.security_log import By
from tests.web.conftest import House


def test_a_public_page_may_be_kept_and_sets_no_cookie(house: House) -> None:
    answer = house.app.test_client().get(f"/public/{house.slug}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "Set-Cookie" not in answer.headers
    assert 'lang="zh-CN"' in answer.get_data(as_text=True)


def test_an_unknown_tenant_is_told_in_words_and_no_other_is_named(house: House) -> None:
    answer = house.app.test_client().get("/public/no-such-place")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "没有这个区县的公开页面" in answer.get_data(as_text=True)
    assert house.slug not in answer.get_data(as_text=True)


def test_a_suspended_tenant_says_so_and_shows_nothing(house: House) -> None:
    with house.installation.scope(house.slug) as scope:
        put_state(scope, "suspended", By("值守", None, "检修"), now=datetime.now(UTC))
    house.installation.forget()

    answer = house.app.test_client().get(f"/public/{house.slug}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert "已暂停使用" in answer.get_data(as_text=True)


def test_what_is_not_found_there_leads_nobody_to_the_sign_in_page(house: House) -> None:
    answer = house.app.test_client().get(f"/public/{house.slug}/no-such-page")

    assert answer.status_code == 404
    assert 'href="/"' not in answer.get_data(as_text=True)
