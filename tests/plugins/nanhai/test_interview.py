"""Nanhai keeps its live interviews 微访谈, with both numbers of the share that was answered on the spot."""

from collections.abc import Iterator
from datetime import date

import pytest

from core.hooks.store import RowsNotAccepted
from core.tenancy.guest import guest
from core.tenancy.scope import Installation
from plugins.nanhai.interview import Interview, interviews_held, record_interview
from tests.builders import make_district, make_installation

FIRST_ROUND = Interview(
    held_on=date(2013, 10, 23),
    guest="东部三镇街镇长",
    topic="镇街民生",
    questions=1804,
    answered_live=36,
    note="延长 10 分钟；其余转南海区政务服务中心梳理分发",
)
LAST = Interview(date(2013, 10, 30), "区长", "全区民生", questions=0, answered_live=0, note="首次增加微信直播")


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def here(installation: Installation) -> str:
    return make_district(installation)


def record(installation: Installation, slug: str, *interviews: Interview) -> None:
    with installation.scope(slug) as scope, guest(scope, "nanhai", writes=True, seconds=5) as store:
        for interview in interviews:
            record_interview(store, interview)


def held(installation: Installation, slug: str) -> list[Interview]:
    with installation.scope(slug) as scope, guest(scope, "nanhai", writes=False, seconds=5) as store:
        return interviews_held(store)


def test_the_interviews_of_the_article_are_kept_the_latest_first(installation: Installation, here: str) -> None:
    record(installation, here, FIRST_ROUND, LAST)

    assert held(installation, here) == [LAST, FIRST_ROUND]


def test_36_of_1804_questions_were_answered_on_the_spot_and_1768_handed_on() -> None:
    assert FIRST_ROUND.handed_on == 1768
    assert f"{FIRST_ROUND.share_live:.2%}" == "2.00%"
    assert LAST.share_live is None


def test_another_district_has_interviews_of_its_own(installation: Installation, here: str) -> None:
    there = make_district(installation)
    record(installation, here, FIRST_ROUND)

    assert held(installation, there) == []
    record(installation, there, FIRST_ROUND)
    assert held(installation, there) == [FIRST_ROUND]


@pytest.mark.parametrize(
    ("interview", "constraint"),
    [
        (FIRST_ROUND, "uq_interview_tenant_id_held_on_guest"),
        (Interview(date(2013, 10, 24), "", "民生", 1, 0, ""), "ck_interview_guest"),
        (Interview(date(2013, 10, 24), "镇长", "民生", 1, 2, ""), "ck_interview_answered_live"),
        (Interview(date(2013, 10, 24), "镇长", "民生", 1, -1, ""), "ck_interview_answered_live"),
    ],
)
def test_an_interview_that_cannot_be_is_not_kept(
    installation: Installation, here: str, interview: Interview, constraint: str
) -> None:
    record(installation, here, FIRST_ROUND)

    with pytest.raises(RowsNotAccepted) as refused:
        record(installation, here, interview)

    assert refused.value.constraint == constraint
    assert held(installation, here) == [FIRST_ROUND]
