"""`huiying privacy` at the command line."""

import json

from click.testing import CliRunner

from core.cli.privacy import privacy
from core.journey.reveal import reveal_contact
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district, make_ticket


def test_reveals_are_listed_in_words_and_as_json(installation: Installation) -> None:
    slug = make_district(installation)
    serial_no = make_ticket(installation, slug, contact=Contact("陈某某", "13800000001")).serial_no
    empty = CliRunner().invoke(privacy, ["reveals", "--tenant", slug])
    order = Order(OPERATOR, beijing("2026-03-12 12:00"))
    installation.run(slug, lambda scope: reveal_contact(scope, serial_no, order, purpose="verify", words="核实地点"))

    words = CliRunner().invoke(privacy, ["reveals", "--tenant", slug])
    listed = CliRunner().invoke(privacy, ["reveals", "--tenant", slug, "--since", "2026-03-12", "--json"])
    later = CliRunner().invoke(privacy, ["reveals", "--tenant", slug, "--since", "2026-03-13", "--json"])

    assert empty.stdout == "没有人查看过联系方式。\n"
    assert all(
        part in words.stdout for part in ("2026-03-12 12:00:00", "坐席甲", serial_no, "回电核实诉求", "核实地点")
    )
    assert json.loads(listed.stdout) == [
        {
            "at": "2026-03-12 04:00:00+00:00",
            "actor": "坐席甲",
            "actor_kind": "staff",
            "actor_id": 1,
            "serial_no": serial_no,
            "purpose": "verify",
            "words": "核实地点",
            "shown": ["name", "phone"],
        }
    ]
    assert json.loads(later.stdout) == []
