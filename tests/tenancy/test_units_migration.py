"""What is in use before the upgrade is what files said last: the files were the truth until then."""

from alembic import command
from sqlalchemy import update

from core.migrations import migrate_core
from core.units.models import Unit
from tests.builders import make_district, make_installation
from tests.tenancy.addresses import Address, core_config

UNITS = "SELECT code || ' ' || coalesce(declared->>'name', '') || ' ' || coalesce(declared->>'parent', '') FROM unit ORDER BY code"
CALENDAR = """
    SELECT (c.declared->>'name') || ' ' || (c.declared->'specification' = v.specification - 'imported')
    FROM work_calendar c JOIN work_calendar_version v ON v.calendar_id = c.id AND v.number = c.current_version"""


def test_units_and_calendar_in_use_are_what_files_said_last(address: Address) -> None:
    installation = make_installation(address.app)
    slug = make_district(installation, units=[("crew", "道路养护队", "section")], parents={"crew": "roads"})
    with installation.scope(slug) as scope:
        scope.session.execute(
            update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == "parks").values(active=False)
        )
    installation.database.engine.dispose()

    command.downgrade(core_config(address), "0061")
    migrate_core(address.owner)

    assert address.see("unit", question=UNITS) == [
        "crew 道路养护队 roads",
        "desk 受理中心 ",
        "parks  ",
        "roads 道路管理处 ",
    ]
    assert address.see("work_calendar", "work_calendar_version", question=CALENDAR) == ["工作日历 true"]
