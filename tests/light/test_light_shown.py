"""The light of one ticket, minute by minute: with the clock process killed in the last minute it ends the same."""

import pytest

from core.hooks.roster import Roster
from core.tenancy.scope import Installation
from tenants.light.course import Course, NothingRunsOver, drive, print_case_file
from tests.builders import BEIJING
from tests.jobs.conftest import OwnDatabase

UNIT, COMMISSION = "南海区市政管理处", "南海区纪委（政务监察和审计局）"
DISPATCHED, SIGNED = "10-14 08:55:00", "10-15 09:10:00"


def driven(installation: Installation, database: OwnDatabase, *, kills: bool) -> Course:
    owner = database.admin().info
    url = f"postgresql://{owner.user}:{owner.password}@/{database.name}?host={owner.host}"
    made = Installation(installation.database, installation.keys, Roster.installed(), files=installation.files)
    return drive(made, "nanhai", owner_url=url if kills else "")


def lights(course: Course) -> list[tuple[str, str]]:
    """Return the dot at each look: when, and which."""
    return [(f"{look.at.astimezone(BEIJING):%m-%d %H:%M:%S}", look.tone) for look in course.looks]


def told(course: Course) -> list[tuple[str, str]]:
    """Return what the gateway got once the countdown ran: to whom, and how the text begins after the ticket's number."""
    texts = [pair for look in course.looks[1:] for pair in look.sms]
    return [(to, text.replace(course.serial_no, "").replace(f"“{course.title}”", "")[:16]) for to, text in texts]


@pytest.mark.parametrize("kills", [False, True], ids=["watched", "killed"])
def test_light_by_light_with_each_message_and_the_case_once(
    installation: Installation, database: OwnDatabase, *, kills: bool
) -> None:
    course = driven(installation, database, kills=kills)

    seen = lights(course)
    assert seen[:5] == [
        (DISPATCHED, "green"),
        (SIGNED, "green"),
        ("10-21 14:29:59", "green"),
        ("10-21 14:30:00", "yellow"),
        ("10-21 17:29:00", "yellow"),
    ]
    if kills:
        (killed_at, before), (_, unwatched), (_, after), _ = seen[5:]
        assert "10-21 17:29:00" < killed_at < "10-21 17:30:00"
        assert (before, unwatched, after) == ("yellow", "red", "red")
    else:
        assert seen[5:] == [("10-21 17:30:01", "red"), ("10-21 17:35:00", "red")]
    assert told(course) == [
        (UNIT, "工单 尚未答复，将于 2013-"),
        (UNIT, "工单 已于 2013-10-21"),
        (UNIT, "问责立案通知书〔2013〕1 号"),
        (COMMISSION, "南海区市政管理处未在 2013-"),
    ]
    assert [len(look.sms) for look in course.looks] == ([2, 0, 0, 1, 0, 0, 0, 3, 0] if kills else [2, 0, 0, 1, 0, 3, 0])
    assert len({sms.id for sms in course.sms}) == len(course.sms) == 6
    assert [(mark, f"{at.astimezone(BEIJING):%H:%M:%S}") for mark, at in course.marks] == [
        ("yellow", "14:30:00"),
        ("overdue", "17:30:00"),
    ]
    assert [(case.code, case.unit) for case in course.cases] == [("2013-1", UNIT)]
    if not kills:
        assert print_case_file(installation, course)[:5] == b"%PDF-"


def test_a_district_without_such_a_case_is_refused_in_words(installation: Installation) -> None:
    with pytest.raises(NothingRunsOver, match="可用：nanhai"):
        drive(installation, "pingshan")
