"""Whatever is typed or sent, nobody sees an error of ours."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from core.people.roles import Permission
from core.web import create_app
from core.web.desk.desk_acts import DESK_ACTS
from core.web.desk.unit_acts import UNIT_ACTS
from tests.builders import make_installation, make_ticket
from tests.web.conftest import House

NASTY = ("\x00", "x" * 30_000, "%_\\'\"<script>", "\u202e右到左", "🙂" * 50, "-1", "9" * 30)


def posted_to(house: House) -> Iterator[tuple[str, Permission | None, list[str]]]:
    """Yield every address that forms are sent to, whose it is, and the fields of its form where they are declared."""
    for rule in house.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith(("/api", "/sign-out")):
            continue
        permission = getattr(house.app.view_functions[rule.endpoint], "permission", None)
        if "<deed>" not in rule.rule:
            yield rule.rule, permission, []
            continue
        for act in UNIT_ACTS if permission is Permission.HANDLE else DESK_ACTS:
            fields = [*(field.name for field in act.fields), *filter(None, [act.record]), "back"]
            for deed in act.deeds:
                yield rule.rule.replace("<deed>", deed.key), permission, fields


def test_what_is_too_large_is_refused_in_words(house: House) -> None:
    operator = house.visitor(house.operator)
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator.get(f"/t/{serial_no}")
    assert operator.post(f"/t/{serial_no}/remark", text="长" * 400_000).status_code == 413
    assert "超过 1 MB" in operator.page
    operator.get("/desk/new")
    assert operator.post("/desk/new", channel="desk", text="长" * 400_000).status_code == 422  # files may come with it
    assert "400,000 个字，超过 20,000 字的上限" in operator.page


@pytest.mark.parametrize("turn", range(len(NASTY)))
def test_no_field_of_no_form_brings_an_error_of_ours(house: House, turn: int) -> None:
    def nasty(place: int) -> str:
        """Return another value for each place of a form, and in each turn another for the same place."""
        return NASTY[(place + turn) % len(NASTY)]

    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no
    operator, clerk = house.visitor(house.operator), house.visitor(house.clerk)
    operator.get(f"/desk?at={serial_no}")
    operator.post("/desk/dispatch", serial_no=serial_no, unit="roads")
    fields = [
        "text",
        "title",
        "place",
        "name",
        "phone",
        "channel",
        "matter",
        "nature",
        "urgency",
        "unit",
        "co",
        "back",
        "verdict",
        "note",
        "outcome",
        "resolved",
        "satisfaction",
        "reason",
        "better",
        "what",
        "kind",
        "disposition",
        "complexity",
        "login",
        "password",
        "next",
        "theme",
    ]
    pages = {}
    for visitor, form in ((operator, "/desk/new"), (clerk, f"/unit/{serial_no}")):
        assert visitor.get(form).status_code == 200, form
        pages[visitor] = visitor.page
    for path, permission, own_fields in posted_to(house):
        visitor = clerk if permission is Permission.HANDLE else operator
        sent: dict[str, Any] = {name: nasty(place) for place, name in enumerate(own_fields or fields)}
        for fixed in (
            # What names no ticket ends before the fields are read: once is enough.
            *([{}, {"serial_no": nasty(0), "version": nasty(1), "command_id": nasty(2)}] if turn == 0 else []),
            {"serial_no": serial_no, "version": "1", "command_id": str(uuid4())},
        ):
            visitor.page = pages[visitor]
            status = visitor.post(path.replace("<serial_no>", serial_no), **(sent | fixed)).status_code
            assert status < 500, (path, fixed)
    for visitor, overview in ((operator, "/desk"), (clerk, "/unit")):
        assert visitor.get(overview).status_code == 200, overview


@pytest.mark.parametrize("value", ["%00", "%ff", "..%2f..", "a" * 5000, "%F0%9F%99%82", "%ED%A0%80"])
def test_no_address_brings_an_error_of_ours(house: House, value: str) -> None:
    operator, clerk = house.visitor(house.operator), house.visitor(house.clerk)
    for visitor, paths in (
        (
            operator,
            (
                "/t/{}",
                "/desk?at={}",
                "/desk?after={}",
                "/desk?q={}&lane=all",
                "/desk?unit={}&lane=all",
                "/desk/{}/classify",
            ),
        ),
        (clerk, ("/unit/{}", "/unit?tab={}", "/sign-in?next=/{}")),
    ):
        for path in paths:
            assert visitor.get(path.format(value)).status_code < 500, path


def test_no_cookie_brings_an_error_of_ours(house: House) -> None:
    for value in ('"a\\000b:token"', "x", ":", "a:", ":b", f"{house.slug}:x", "乱：码"):
        visitor = house.visitor()
        status = visitor.client.get("/desk", headers={"Cookie": f"huiying_staff={value}"}).status_code
        assert status == 303, value


def test_what_was_typed_is_shown_as_text_and_never_as_markup(house: House) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    serial_no = make_ticket(house.installation, house.slug, text=nasty, place=nasty, now=datetime.now(UTC)).serial_no
    operator = house.visitor(house.operator)
    for path in ("/desk", f"/t/{serial_no}", f"/desk?lane=all&q={nasty}"):
        assert nasty not in operator.get(path).get_data(as_text=True), path


def test_without_its_database_the_product_says_so() -> None:
    nowhere = create_app(make_installation("postgresql://nobody@127.0.0.1:1/nothing"))
    client = nowhere.test_client()
    client.set_cookie("huiying_staff", "somewhere:token")
    page = client.get("/desk")
    assert page.status_code == 503
    assert "数据库暂时没有应答" in page.get_data(as_text=True)
    assert (client.get("/healthz").status_code, client.get("/healthz").get_json()["database"]) == (503, "down")
