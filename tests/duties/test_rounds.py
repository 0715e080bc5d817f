"""A round of tightening is drafted by a rule or a table, holds as any version, and its history says what came of it."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.journey.duties.tightening import RoundChangesNothing, RoundNameTaken, RoundUnclear
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.units.catalogue.service import keep_limit_changes
from tests.builders import beijing, make_ticket
from tests.duties.commanding import District

FIRST, DAY = "第一轮时限压缩", beijing("2026-03-12 10:00").date()


@pytest.fixture
def listed(district: District) -> District:
    """A district in which a list with limits of 5 and 3 working days and of one hour holds."""
    district.imported()
    district.let_hold(1)
    return district


def tighten(district: District, *words: str, name: str = FIRST) -> list[str]:
    return district.said("tighten", "--round", name, *words, by="anna")


def test_a_rule_shortens_the_limits_of_a_category_and_none_below_its_floor(listed: District) -> None:
    told = tighten(listed, "--under", "城市管理", "--by-share", "1/3", "--floor", "1小时")

    assert told[:7] == [
        "已起草职责清单第 2 版，还没有生效（现行第 1 版）。",
        "第一轮时限压缩：城市管理的时限缩短1/3，不低于 1小时；1 个事项的时限缩短。",
        "与第 1 版相比：",
        "  改时限 01.01 城市管理 / 道路（全区）：5个工作日 → 4个工作日",
        "1 个事项、3 种事项与区域的组合结果不同：时限 3 种。",
        "时限：01.01 城市管理 / 道路（全区）时限压缩 5个工作日 → 4个工作日",
        "3 个事项 × 3 个区域，共 9 种情形，9 种有主办单位，0 种没有；写明主办单位的有 4 行。",
    ]
    assert listed.said("rounds")[0] == "第一轮时限压缩（第 2 版，未启用）：城市管理的时限缩短1/3，不低于 1小时"


def test_a_table_says_limits_item_by_item_and_is_refused_whole_with_every_fault(listed: District) -> None:
    good = listed.file("01.01,3", "环境卫生/垃圾,2", head="编码,时限（工作日）", name="good.csv")
    bad = listed.file("01.01,3", "99,3", "02.01,很快", head="编码,时限（工作日）", name="bad.csv")
    longer = listed.file("01.01,9", head="编码,时限（工作日）", name="longer.csv")

    refused = listed.refused("tighten", "--round", FIRST, "--file", bad, by="anna")
    loosened = listed.refused("tighten", "--round", FIRST, "--file", longer, by="anna")
    told = tighten(listed, "--file", good)

    assert isinstance(refused, RoundUnclear)
    assert refused.message == (
        "第 3 行：清单里没有事项“99”。请写编码或名称，可先用 huiying duties list 查看；"
        "第 4 行：时限“很快”看不懂；请写成 5个工作日、24小时、8个工作小时、3天、30分钟或即时。请改正后再起草，现在什么也没有改。"
    )
    assert loosened.code == "limits-loosened"
    assert told[1] == "第一轮时限压缩：按表格 good.csv，2 处；2 个事项的时限缩短。"


def test_a_round_needs_a_name_of_its_own_a_share_and_something_to_shorten(listed: District) -> None:
    tighten(listed, "--by-share", "20%", "--floor", "1小时")

    def refused(*words: str) -> str:
        return type(listed.refused("tighten", "--round", *words, by="anna")).__name__

    assert refused(FIRST, "--by-share", "1/2") == RoundNameTaken.__name__
    assert refused("第二轮", "--by-share", "20%", "--floor", "1小时") == RoundChangesNothing.__name__
    assert refused("第二轮", "--by-share", "1%", "--under", "路灯") == RoundChangesNothing.__name__
    assert refused("第二轮", "--by-share", "三成") == RoundUnclear.__name__
    assert refused("第二轮") == RoundUnclear.__name__


def test_the_history_of_a_round_tells_means_and_whether_answers_came_in_time(listed: District) -> None:
    tighten(listed, "--by-share", "1/3", "--floor", "1小时")
    ages = ((-30, 1), (-20, 9), (-10, 1), (0, 1), (3, 1))
    for day, took in ages:
        begin = beijing("2026-03-12 10:00") + timedelta(days=day)
        serial = make_ticket(listed.installation, listed.slug, matter="01.01", now=begin).serial_no
        assert serial
        listed.ask(lambda scope, begin=begin, took=took: _answered(scope, begin, timedelta(days=took)))
    listed.let_hold(2)
    listed.ask(lambda scope: keep_limit_changes(scope, before=1, after=2, on=DAY, reason="夏季整治"))
    listed.installation.forget()

    told = listed.said("rounds")
    (plain,) = json.loads("\n".join(listed.said("rounds", "--json")))

    assert told[2:] == [
        "  2026-03-12 起生效，2 个事项",
        "  时限 2 处，平均 4个工作日 → 3个工作日",
        "  按时答复：之前 90 天 66.7%（2/3），之后 90 天 100.0%（2/2）",
    ]
    assert (plain["on_time_before"], plain["on_time_after"]) == ({"kept": 2, "ended": 3}, {"kept": 2, "ended": 2})


def _answered(scope: Scope, begin: datetime, took: timedelta) -> None:
    """Let the answer that was begun then be given after so long; four days are the limit."""
    clock = scope.session.scalars(
        select(Clock).where(Clock.tenant_id == scope.tenant.id, Clock.name == "reply").order_by(Clock.id.desc())
    ).first()
    assert clock is not None
    clock.started_at, clock.due_at, clock.stopped_at = begin, begin + timedelta(days=4), begin + took
    clock.state = "met" if took <= timedelta(days=4) else "breached"
