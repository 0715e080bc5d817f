"""What each role is shown of a ticket, part by part and field by field: `ticket_fields.json` is the whole of it, and nothing more.

Whoever adds a field to the page or the API says there to whom it is shown. The file is written anew by
`python -m tests.web.test_fields_shown FOUND`, from what the failing test puts beside it as FOUND.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from core.journey.people import issue_token
from core.people.roles import ROLES
from core.tickets.contact import Contact
from tests.web.conftest import House
from tests.web.making import Life, make_account

GOLDEN = Path(__file__).parent / "ticket_fields.json"
SPOKE = Contact("欧阳小路", "13700001234", "松柏街 99 号", keep_private=True)
VALUES = {
    "name": "欧阳小路",
    "phone": "13700001234",
    "address": "松柏街 99 号",
    "masked name": "欧**",
    "masked phone": "137****1234",
    "words": "夜里有人摔倒",
    "place": "梧桐路 7 号",
    "reply": "坑洼已补好",
}
"""Where each of these stands on a page, the role is shown it."""
NAMED = re.compile(r"<(h2|dt)\b[^>]*>(.*?)</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>|\s+")
UNITS = {"clerk": "roads", "discipline": "parks", "community-worker": "parks"}


def shown_on(page: str) -> dict[str, list[str]]:
    """Return what a page names, as parts and fields, and which of the values stand on it."""
    named: dict[str, set[str]] = {"h2": set(), "dt": set()}
    for tag, words in NAMED.findall(page):
        named[tag].add(re.sub(r"\d+", "…", TAG.sub("", words)))
    return {
        "parts": sorted(named["h2"]),
        "fields": sorted(named["dt"]),
        "values": [name for name, value in VALUES.items() if value in page],
    }


def found_in(house: House) -> dict[str, Any]:
    """Return what every role, and every role's system, is shown of one ticket that its unit has answered."""
    life = Life(house.installation, house.slug)
    life.take_in(text=f"道路坑洼，{VALUES['words']}", place=VALUES["place"], contact=SPOKE).handled("roads")
    clerk = house.visitor(house.clerk)
    clerk.get(f"/unit/{life.serial_no}")
    assert clerk.post(f"/unit/{life.serial_no}/reply", text=VALUES["reply"], disposition="resolved").status_code == 303
    found: dict[str, Any] = {"pages": {}, "api": {}}
    for role in ROLES:
        unit = UNITS.get(role)
        visitor = house.visitor(make_account(house.installation, house.slug, f"of-{role}"[:32], [role], unit=unit))
        path = f"/{'unit' if role == 'clerk' else 't'}/{life.serial_no}"
        answer = visitor.get(path)
        found["pages"][role] = shown_on(visitor.page) if answer.status_code == 200 else answer.status_code
        with house.installation.scope(house.slug) as scope:
            token = issue_token(scope, f"system of {role}", role=role, unit=unit, now=life.entries()[-1].at)
        headers = {"Authorization": f"Bearer {token}"}
        told = house.app.test_client().get(f"/api/v1/tickets/{life.serial_no}", headers=headers)
        found["api"][role] = sorted(told.get_json()) if told.status_code == 200 else told.status_code
    return found


def test_every_role_is_shown_exactly_its_fields(house: House, tmp_path: Path) -> None:
    found = found_in(house)

    beside = tmp_path / "found.json"
    beside.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8")), f"what was found stands in {beside}"


def test_what_the_list_says_is_what_it_may_say() -> None:
    pages = json.loads(GOLDEN.read_text(encoding="utf-8"))["pages"]
    seen = {role: set(shown["values"]) for role, shown in pages.items() if isinstance(shown, dict)}

    assert not any(values & {"name", "phone", "address"} for values in seen.values()), "nobody, without saying what for"
    assert not seen["clerk"] & {"masked name", "masked phone"}, "whoever stays unknown to units"
    assert {role for role in pages if role not in seen} == {
        "analyst",
        "community-worker",
        "security-administrator",
        "auditor",
        "panel-member",
    }


if __name__ == "__main__":
    GOLDEN.write_text(Path(sys.argv[1]).read_text(encoding="utf-8"), encoding="utf-8")
