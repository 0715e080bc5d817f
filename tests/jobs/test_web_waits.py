"""The web program before its database answers: it waits, for the supervisor gives up on a program that keeps failing."""

from tests.jobs.conftest import OwnDatabase, Start
from tests.jobs.making import soon


def test_the_web_program_waits_for_its_database(start: Start, database: OwnDatabase) -> None:
    database.close()
    web = start("core.wsgi")
    assert soon(lambda: "数据库没有应答" in web.said())

    database.open()

    assert web.process.wait(20) == 0


def test_the_web_program_refuses_at_once_what_waiting_cannot_mend(start: Start, owner_url: str) -> None:
    web = start("core.wsgi", DATABASE_URL=owner_url)

    assert web.process.wait(20) != 0
    assert "数据库账号权限过大" in web.said()
