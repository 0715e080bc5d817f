"""整合 151 个线上受理渠道: Pingshan's registry, and a message of each source by its name and by an alias."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from core.hooks.roster import Roster
from core.hooks.settings import SecretText
from core.intake.sources.queries import SourceBook, source_book
from core.journey.lists import ListUnusable, Ordered
from core.journey.queries.sources import registry
from core.journey.sources import import_sources, try_sources
from core.kit.db import Database
from core.kit.lists import ListPut
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from core.tickets.timeline import SYSTEM
from core.web import create_app
from tenants.demonstration import SOURCES
from tenants.profile import SHIPPED, shipped_profiles
from tests.builders import KEYS, make_district
from tests.inbound.making import KEY, push, tickets_of, work

FEATURE = "pingshan.entrance"
SHIPPED_LIST = SHIPPED / "pingshan" / SOURCES
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)
ORDER = Ordered(SYSTEM, None, "整合各渠道", NOW)


@pytest.fixture(scope="module")
def shipped(database_url: str) -> Iterator[Installation]:
    installation = Installation(Database(database_url), KEYS, Roster.installed())
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def served(shipped: Installation) -> Flask:
    return create_app(shipped)


@pytest.fixture
def slug(shipped: Installation) -> str:
    profile = next(each for each in shipped_profiles() if each.slug == "pingshan")
    units = [(unit.code, unit.name, unit.kind) for unit in profile.units if unit.code != "desk"]
    made = make_district(shipped, features={FEATURE: {}}, units=units)
    with shipped.scope(made) as scope:
        keep_text(scope, FEATURE, "platform_secret", SecretText(KEY), by="测试", now=NOW)
    shipped.forget()
    return made


def put(installation: Installation, slug: str, path: Path = SHIPPED_LIST) -> ListPut:
    done = installation.run(slug, lambda scope: import_sources(scope, path, ORDER).put)
    installation.forget()  # elsewhere it is read anew after some seconds
    return done


def book_of(installation: Installation, slug: str) -> SourceBook:
    return installation.run(slug, source_book)


def test_each_of_151_sources_comes_in_under_its_own_name_and_one_channel(
    shipped: Installation, served: Flask, slug: str
) -> None:
    assert put(shipped, slug) == ListPut(151, 0, 0, 0)
    assert put(shipped, slug) == ListPut(0, 0, 0, 151)
    sources = book_of(shipped, slug).sources
    written = [(each, word) for each in sources for word in (each.name, f" {each.aliases[0]}")]
    appeals = [{"content": f"从{word}来的一件事", "source": word} for _, word in written]

    pushed = json.dumps({"appeals": appeals}, ensure_ascii=False).encode()
    assert push(served, slug, pushed, message_id="all", channel="entrance").status_code == 202
    work(shipped)

    came = tickets_of(shipped, slug)
    assert [(each.source, each.channel) for each in came] == [(source.code, source.channel) for source, _ in written]
    lines = shipped.run(slug, lambda scope: registry(scope, now=datetime.now(UTC))).lines
    assert (len(lines), {line.in_all for line in lines}, any(line.is_silent for line in lines)) == (151, {2}, False)


def test_a_name_that_nobody_knows_is_kept_until_it_is_made_an_alias(
    shipped: Installation, served: Flask, slug: str, tmp_path: Path
) -> None:
    put(shipped, slug)
    body = {
        "source": "坪山热心人小程序",
        "appeals": [{"content": "路灯不亮"}, {"content": "井盖松动", "source": "微博"}],
    }
    push(served, slug, json.dumps(body).encode(), message_id="unknown", channel="entrance")
    work(shipped)

    found = shipped.run(slug, lambda scope: registry(scope, now=datetime.now(UTC)))
    assert [(each.name, each.in_all) for each in found.unknown] == [("坪山热心人小程序", 1)]
    assert [(each.source, each.channel) for each in tickets_of(shipped, slug)] == [
        ("坪山热心人小程序", "entrance"),
        ("psfb-wb", "weibo"),
    ]
    known = SHIPPED_LIST.read_text(encoding="utf-8").replace("坪山通、", "坪山通、坪山热心人小程序、")
    (changed := tmp_path / "sources.csv").write_text(known, encoding="utf-8")
    tried = shipped.run(slug, lambda scope: try_sources(scope, changed, ORDER))
    assert [(each.code, each.words) for each in tried.changes] == [("psap", "更改别名")]
    assert put(shipped, slug) == ListPut(0, 0, 0, 151)  # a trial changes nothing
    assert put(shipped, slug, changed) == ListPut(0, 1, 0, 150)
    found = shipped.run(slug, lambda scope: registry(scope, now=datetime.now(UTC)))
    assert (found.unknown, next(line.in_all for line in found.lines if line.code == "psap")) == ([], 1)


def test_sources_without_a_message_for_longer_than_their_days_are_silent_and_stand_first(
    shipped: Installation, served: Flask, slug: str, tmp_path: Path
) -> None:
    (few := tmp_path / "few.csv").write_text(
        "代码,来源名称,渠道,状态,静默天数\ngrid,网格,网格管理,,7\nold,旧平台,,已关闭,7\nweibo,微博,weibo,仍开通,40\n",
        encoding="utf-8",
    )
    put(shipped, slug, few)
    for number, (source, day) in enumerate((("网格", "2026-03-04"), ("微博", "2026-02-10"))):
        appeal = {"content": "路灯不亮", "reported_at": f"{day}T09:00:00+08:00"}
        body = json.dumps({"source": source, "appeals": [appeal]}).encode()
        push(served, slug, body, message_id=f"{number}", channel="entrance")
    work(shipped)

    lines = shipped.run(slug, lambda scope: registry(scope, now=NOW)).lines

    assert [(line.code, line.is_silent, line.silent_for, line.in_month) for line in lines] == [
        ("grid", True, 8, 1),
        ("old", False, None, 0),
        ("weibo", False, None, 0),
    ]


def test_what_stands_for_two_sources_or_names_no_channel_is_refused_by_row(
    shipped: Installation, slug: str, tmp_path: Path
) -> None:
    (bad := tmp_path / "bad.csv").write_text(
        "代码,来源名称,别名,渠道,类别,静默天数\na,网格,ＷＧ,,,\nb,wg,,,电台,0\nc,微博,,电报,,\n", encoding="utf-8"
    )

    with pytest.raises(ListUnusable) as refused:
        put(shipped, slug, bad)

    assert refused.value.message == (
        "来源名册有 2 行不能用，整张表都没有改动。第 3 行：类别“电台”不认得，可写：热线、手机应用、网站、邮箱信箱、"
        "微信、微博、网格、业务系统、窗口与服务点、代表委员、其他；静默天数“0”要写 1 到 400 的整数；“wg”与第 2 行重复，"
        "一个写法只能指一个来源。第 4 行：本区没有渠道“电报”。请改好后重新导入。"
    )
