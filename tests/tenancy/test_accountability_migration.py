"""Cases of before get their numbers in the upgrade; what only the newer version knows goes in the version before."""

from alembic import command

from core.migrations import migrate_core
from tests.accountability.accusing import accuse, make_accused, rules, spare
from tests.builders import make_feature, make_installation
from tests.tenancy.addresses import Address, core_config

ASK = "SELECT year || ' ' || number || ' ' || state FROM accountability_case ORDER BY id"
BEFORE = "SELECT state FROM accountability_case ORDER BY id"
CLOCKS = "SELECT name FROM sla_clock WHERE name='statement'"


def test_cases_are_numbered_on_the_way_up_and_stay_open_or_closed_on_the_way_back(address: Address) -> None:
    feature = make_feature("accuse", escalation_steps=accuse, exemptions=spare, accountability_rules=rules)
    installation = make_installation(address.app, features=[feature])
    walk = make_accused(installation)
    walk.overdue()
    walk.acknowledge("2026-03-20 08:00")
    other = type(walk)(walk.installation, walk.slug)
    other.officers = walk.officers
    other.overdue(text="法院已受理")
    other.act("judge_exemption", "2026-03-20 09:00", walk.officers["纪检甲"], granted=True, reason="候判")
    installation.database.engine.dispose()
    command.downgrade(core_config(address), "0039")
    assert address.see("accountability_case", question=BEFORE) == ["open", "closed"]
    assert address.see("sla_clock", question=CLOCKS) == []
    migrate_core(address.owner)
    assert address.see("accountability_case", question=ASK) == ["2026 1 open", "2026 2 closed"]
