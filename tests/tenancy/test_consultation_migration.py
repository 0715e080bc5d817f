"""Consultations of before are there after the upgrade, and those of now in a form that the version before knows."""

from alembic import command

from core.journey import consult
from core.migrations import migrate_core
from tests.builders import OPERATOR, make_district, make_installation
from tests.journey.consulting import bounced
from tests.journey.walking import Walk
from tests.tenancy.addresses import Address, core_config

NOW_ON = "SELECT question || ' ' || opened_because || ' ' || state || ' ' || rule_note FROM consultation ORDER BY id"
BEFORE = "SELECT question || ' ' || state || ' ' || decision FROM consultation ORDER BY id"
UNITS = "SELECT code || ' ' || kind FROM unit WHERE code = 'office'"


def test_consultations_and_units_are_kept_back_and_forth(address: Address) -> None:
    installation = make_installation(address.app)
    slug = make_district(installation, units=[("office", "区政府办公室", "government")], duties=[{"code": "road"}])
    returned, asked = Walk(installation, slug), Walk(installation, slug)
    bounced(returned)
    asked.take_in("2026-03-12 10:00", matter="road")
    asked.do(consult.open_consultation, "2026-03-12 15:00", actor=OPERATOR, question="归谁")
    asked.answer("2026-03-12 16:00")
    installation.database.engine.dispose()

    command.downgrade(core_config(address), "0008")
    before = address.see("consultation", question=BEFORE)
    kind_before = address.see("unit", question=UNITS)
    migrate_core(address.owner)

    assert before == ["已退单 2 次，主办单位待明确 open ", "归谁 decided 工单已另行了结，没有裁决"]
    assert kind_before == ["office district_department"]
    assert address.see("consultation", question=NOW_ON) == [
        "已退单 2 次，主办单位待明确 returns open ",
        "归谁 asked decided ",
    ]
