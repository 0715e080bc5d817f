"""Answers that no page of ours gives: errors, static files, and cookies over https."""

import gzip
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from core.web import create_app
from core.web.assets import STATIC
from core.web.headers import ALWAYS, HSTS
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor

STATICS = sorted(str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file() and path.suffix != ".gz")


def lacking(headers: object) -> dict[str, str | None]:
    """Return the strict headers that an answer lacks, with what it says instead."""
    get: Callable[[str], str | None] = headers.get  # type: ignore[attr-defined]
    return {name: get(name) for name, value in ALWAYS.items() if get(name) != value}


@pytest.mark.parametrize("name", [*STATICS, "no-such-file.js", "../core.py", "vendor/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_static_files_carry_the_strict_headers(app: Flask, name: str, method: str) -> None:
    answer = app.test_client().open(f"/static/{name}", method=method)
    assert lacking(answer.headers) == {}
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (answer.status_code == 200) == (name in STATICS)


def test_a_compressed_copy_carries_them_too(app: Flask) -> None:
    copy = next((each for each in STATICS if (STATIC / f"{each}.gz").exists()), None)
    if copy is None:
        pytest.skip("the assets were not copied")
    answer = app.test_client().get(f"/static/{copy}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.get_data()) == Path(STATIC / copy).read_bytes()
    assert lacking(answer.headers) == {}


def break_down(status: int) -> Callable[..., object]:
    def broken(*_: object, **__: object) -> object:
        if status == 503:
            raise OperationalError("SELECT 1", {}, psycopg.OperationalError("no answer"))
        raise RuntimeError("broken")

    return broken


@pytest.mark.parametrize("path", ["/desk", "/sign-in?at={slug}", "/api/v1/tickets/X", "/in/{slug}/web"])
@pytest.mark.parametrize("status", [500, 503])
def test_errors_nobody_expected_carry_them(
    house: House, monkeypatch: pytest.MonkeyPatch, status: int, path: str
) -> None:
    visitor = house.visitor(house.operator)
    monkeypatch.setattr(house.installation, "run", break_down(status))
    token = {"Authorization": f"Bearer hy_{house.slug}_x"}
    method = "POST" if path.startswith("/in/") else "GET"
    answer = visitor.client.open(path.format(slug=house.slug), method=method, headers=token)
    assert (answer.status_code, lacking(answer.headers)) == (status, {})
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_refused_before_any_page_carries_them(house: House) -> None:
    client = house.visitor().client
    named = create_app(house.installation, trusted_hosts=["huiying.example"]).test_client()
    client.get("/sign-in")
    answers = {
        421: named.get("/sign-in", base_url="http://evil.example"),
        403: client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}),
        404: client.get("/no/such/page"),
        405: client.put("/sign-in"),
        413: client.post("/sign-out", data={"next": "x" * 3_000_000}),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    assert {status: lacking(answer.headers) for status, answer in answers.items()} == {status: {} for status in answers}
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"no-store"}


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "OPTIONS"])
def test_other_methods_do_nothing_and_echo_nothing(house: House, method: str) -> None:
    answer = house.visitor(house.operator).client.open("/desk", method=method, headers={"X-Secret": "geheim"})
    assert answer.status_code == (200 if method == "OPTIONS" else 405)
    assert "geheim" not in answer.get_data(as_text=True)
    assert lacking(answer.headers) == {}


def test_over_https_cookies_are_bound_to_the_host_and_work(house: House) -> None:
    visitor, https = Visitor(house.app), "https://localhost"
    visitor.page = visitor.client.get("/sign-in", base_url=https).get_data(as_text=True)
    form = {"csrf_token": visitor.hidden("csrf_token"), "login": house.operator, "password": PASSWORD}
    referer = {"Referer": f"{https}/sign-in", "Origin": https}
    entered = visitor.client.post("/sign-in", base_url=https, headers=referer, data=form)
    themed = visitor.client.get("/desk", base_url=https)
    visitor.page = themed.get_data(as_text=True)
    form = {"csrf_token": visitor.hidden("csrf_token"), "theme": "dark"}
    dark = visitor.client.post("/account/preferences", base_url=https, headers=referer, data=form)
    left = visitor.client.post("/sign-out", base_url=https, headers=referer, data=form)

    cookies = [each for answer in (entered, dark, left) for each in answer.headers.getlist("Set-Cookie")]
    assert (entered.status_code, themed.status_code, themed.headers["Strict-Transport-Security"]) == (303, 200, HSTS)
    choices = {"theme", "type", "language"}
    assert {each.partition("=")[0] for each in cookies} == {"__Host-huiying_staff", "__Host-huiying_form", *choices}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts, cookie
        assert not any(part.startswith("Domain") for part in parts)
    assert visitor.client.get("/desk", base_url=https).location.startswith("/sign-in")


def test_a_cookie_that_was_set_without_https_opens_nothing_over_https(house: House) -> None:
    visitor = house.visitor(house.operator)
    assert visitor.get("/desk").status_code == 200
    cookie = visitor.client.get_cookie("huiying_staff")
    assert cookie is not None
    answer = house.app.test_client(use_cookies=False).get(
        "/desk", base_url="https://localhost", headers={"Cookie": f"huiying_staff={cookie.value}"}
    )
    assert answer.location.startswith("/sign-in")


def test_a_sign_out_of_another_site_by_its_origin_is_refused(house: House) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/desk")
    token = {"csrf_token": visitor.hidden("csrf_token")}
    statuses = [
        visitor.client.post("/sign-out", data=token, headers={"Origin": origin}).status_code
        for origin in ("https://evil.example", "null", "", "http://localhost:81", "http://localhost")
    ]
    assert statuses == [403, 403, 403, 403, 303]
