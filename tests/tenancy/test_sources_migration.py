"""Merged hotlines of before are sources after the upgrade, of every tenant, and hotlines again in the version before."""

from datetime import date

from alembic import command

from core.intake.sources.models import Source
from core.migrations import migrate_core
from tests.builders import make_district, make_installation
from tests.tenancy.addresses import Address, core_config

BEFORE = "SELECT number || ' ' || name || ' ' || (closed_at IS NULL) FROM merged_hotline ORDER BY number"
NOW_ON = "SELECT code || ' ' || kind || ' ' || state || ' ' || since FROM source ORDER BY code"


def test_hotlines_are_kept_back_and_forth(address: Address) -> None:
    installation = make_installation(address.app)
    for number, state in (("96001", "merged"), ("96002", "closed")):
        with installation.scope(make_district(installation)) as scope:
            scope.session.add(
                Source(
                    tenant_id=scope.tenant.id,
                    id=scope.new_id(),
                    code=number,
                    name="供水",
                    aliases=["自来水"],
                    kind="hotline",
                    owner="水务集团",
                    owner_id=None,
                    channel="",
                    state=state,
                    since=date(2017, 3, 1),
                    silent_days=30,
                    note="",
                )
            )
    installation.database.engine.dispose()

    command.downgrade(core_config(address), "0030")
    before = address.see("merged_hotline", question=BEFORE)
    migrate_core(address.owner)

    assert before == ["96001 供水 true", "96002 供水 false"]
    assert address.see("source", question=NOW_ON) == [
        "96001 hotline merged 2017-03-01",
        "96002 hotline closed 2017-03-01",
    ]
