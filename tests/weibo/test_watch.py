"""The desk at every hour: who is there, who is told of gaps, and whom an urgent mention reaches at three in the night."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from core.hooks.core_features import ROTA
from core.jobs.rota import UNCOVERED, Rota
from core.jobs.transports.sms import SmsGateway
from core.journey.desk_shifts import ShiftsUnusable, put_shifts
from core.journey.roster_words import read_shifts
from core.journey.rota import gap_words, watch_of
from core.people.models import Account
from core.people.service import open_account
from core.tenancy.models import FeatureIncident
from core.tenancy.revisions import make_active, write_revision
from tests.builders import beijing, make_actor, make_district
from tests.jobs.outside import SECRET, SmsReceiver, sms_receiver
from tests.weibo.double import WeiboApi
from tests.weibo.making import SET_UP, District, set_weibo

NIGHT = beijing("2026-03-12 03:00")
ADMINISTRATOR = make_actor("管理员己", "administrator", id=8)
ZONE = ZoneInfo("Asia/Shanghai")
WEEK = ("登录名,开始,结束,班次,值班电话\n") + "".join(
    f"{who},2026-03-{day:02} {begins}:00,2026-03-{day + (begins == 20):02} {ends}:00,{label},{phone}\n"
    for day in range(11, 20)
    for who, begins, ends, label, phone in (
        ("geng", "08", "20", "白班", "13800000001"),
        ("xin", 20, "08", "夜班", "13800000002"),
    )
)


@pytest.fixture
def sms() -> Iterator[SmsReceiver]:
    with sms_receiver() as receiver:
        receiver.expects_now = False
        yield receiver


@pytest.fixture
def watched(district: District, api: WeiboApi) -> District:
    """A district that is watched at every hour, by two people, with the urgent words of Nanhai."""
    district.slug = make_district(district.installation, features={"nanhai.light": {}})
    set_weibo(district.installation, district.slug, api)
    now = beijing("2026-03-11 07:00")
    with district.installation.scope(district.slug) as scope:
        made = write_revision(
            scope,
            ROTA.id,
            values={"round_the_clock": True},
            schema_version=1,
            reason="值守",
            author=SET_UP,
            now=now,
        )
        make_active(scope, ROTA.id, made.number, actor=SET_UP, now=now)
        for login, name in (("geng", "坐席庚"), ("xin", "坐席辛")):
            open_account(
                scope,
                login=login,
                name=name,
                password="青山隔岸灯火三更明日再来看",
                roles=["operator"],
                unit_id=None,
                now=now,
            )
    district.installation.forget()
    plan(district, WEEK)
    return district


def plan(district: District, table: str) -> None:
    with district.installation.scope(district.slug) as scope:
        put_shifts(
            scope,
            date(2026, 3, 11),
            date(2026, 3, 19),
            read_shifts(table, ZONE),
            actor=ADMINISTRATOR,
            now=beijing("2026-03-11 07:00"),
        )


def cards(district: District) -> list[str]:
    Rota(district.installation, is_ending=lambda: False).check(now=lambda: NIGHT)
    return [each.words for each in district.rows(FeatureIncident) if each.hook == UNCOVERED]


def test_an_urgent_mention_at_three_in_the_night_reaches_who_sits_there(
    watched: District, api: WeiboApi, sms: SmsReceiver
) -> None:
    watched.sms = SmsGateway.configured(sms.url, SECRET)
    api.writes("@南海微力 桂城大道煤气泄漏，有爆炸危险，非常紧急", NIGHT)
    api.writes("@南海微力 公园的长椅旧了", NIGHT)

    watched.turns(NIGHT + timedelta(minutes=1))

    urgent = next(each for each in watched.tickets() if each.urgency == "urgent")
    [told] = [each for each in sms.received if each["to"] == "13800000002"]
    assert urgent.serial_no in told["text"]
    assert len(watched.tickets()) == 2


def test_every_hour_of_the_coming_week_is_looked_at_and_a_gap_is_told(watched: District) -> None:
    with watched.installation.scope(watched.slug) as scope:
        watch = watch_of(scope, now=NIGHT)
    assert ([each.name for each in watch.on_duty], watch.gaps) == (["坐席辛"], ())
    assert cards(watched) == []

    plan(watched, "".join(line for line in WEEK.splitlines(keepends=True) if "2026-03-14 08" not in line[:25]))
    [card] = cards(watched)
    assert card == ("今起七天有 1 段没有人值守：03-14 08:00 至 03-14 20:00。请系统管理员排班，或关闭 7×24 小时值守。")
    with watched.installation.scope(watched.slug) as scope:  # who has left covers nothing
        closing = update(Account).where(Account.tenant_id == scope.tenant.id, Account.login == "xin")
        scope.session.execute(closing.values(active=False))
    with watched.installation.scope(watched.slug) as scope:
        watch = watch_of(scope, now=NIGHT)
        assert watch.on_duty == ()
        assert gap_words(watch.gaps, ZONE).startswith("今起七天有 7 段没有人值守：03-12 03:00 至 03-12 08:00；")


def test_a_shift_with_a_phone_that_is_none_changes_nothing(watched: District) -> None:
    with pytest.raises(ShiftsUnusable, match="值班电话不是电话号码"):
        plan(watched, WEEK.replace("13800000002", "找辛", 1))
