"""A gazetteer is brought in by drafting it together with a duty list of the same rows on its areas; both or neither."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core.areas.checking import GazetteerUnusable
from core.areas.gazetteer import Gazetteer, PlaceName
from core.areas.queries import gazetteer_of, gazetteer_versions
from core.areas.tree import Area
from core.cli import area as command
from core.journey.areas import AreasDrafted, NoGazetteerYet, draft_areas
from core.people.roles import NotPermitted
from core.tenancy.revisions import FILES
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import CatalogueUnusable
from core.units.catalogue.queries import duty_list_in_force, duty_list_of, duty_list_versions, gazetteer_in_force
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft as draft_duties
from tests.areas.places import AREAS, BEGINNING, GAZETTEER, NAMES, let_hold
from tests.builders import OPERATOR, beijing, make_actor, make_district, set_duties
from tests.builders import let_hold as let_duties_hold

ADMINISTRATOR = make_actor("管理员庚", "administrator", id=7)
NOW = beijing("2026-03-12 10:00")
LARGER = Gazetteer.of([*AREAS, Area("nanbu", "南布社区", "longtian")], NAMES)
TABLE = """类型,编码,名称,上级,属地单位,所属区域,门牌起,门牌止,单双,边界
区,D,示例区,,,,,,,
街道,S,石井街道,D,石井街道办,,,,,
社区,T,田头社区,S,,,,,,
道路,,创景路,,,田头社区,1,99,,
村庄,,某村,,,,,,,
"""


def drafted(
    installation: Installation, slug: str, gazetteer: Gazetteer, *, actor: Actor = ADMINISTRATOR
) -> AreasDrafted:
    return installation.run(slug, lambda scope: draft_areas(scope, gazetteer, reason="区划调整", actor=actor, now=NOW))


def test_rows_in_force_are_drafted_on_the_new_areas_and_nothing_holds_yet(installation: Installation) -> None:
    slug = make_district(installation)
    let_hold(installation, slug)

    found = drafted(installation, slug, LARGER)

    assert (found.gazetteer, found.is_new) == (2, True)
    assert found.duty_list is not None
    assert (found.duty_list.number, found.duty_list.is_new) == (2, True)
    with installation.scope(slug) as scope:
        list_drafted = duty_list_of(scope, 2)
        assert "nanbu" in list_drafted.areas
        assert len(list_drafted.areas) == len(LARGER.areas)
        assert list_drafted.rows == duty_list_of(scope, 1).rows
        assert (duty_list_in_force(scope).number, gazetteer_in_force(scope)) == (1, GAZETTEER)


def test_the_list_that_was_drafted_holds_together_with_its_areas(installation: Installation) -> None:
    slug = make_district(installation)
    let_hold(installation, slug)
    found = drafted(installation, slug, LARGER)
    assert found.duty_list is not None
    number = found.duty_list.number

    installation.run(slug, lambda scope: let_duties_hold(scope, number))
    installation.forget()

    with installation.scope(slug) as scope:
        assert gazetteer_in_force(scope) == LARGER


def test_the_same_again_is_not_drafted_again(installation: Installation) -> None:
    slug = make_district(installation)
    let_hold(installation, slug)

    found = drafted(installation, slug, GAZETTEER)

    assert (found.gazetteer, found.is_new) == (1, False)
    assert found.duty_list is not None
    assert (found.duty_list.number, found.duty_list.is_new) == (1, False)


def test_a_tenant_without_a_duty_list_keeps_the_gazetteer_alone(installation: Installation) -> None:
    slug = make_district(installation)

    assert drafted(installation, slug, GAZETTEER) == AreasDrafted(1, is_new=True, duty_list=None)


def test_rows_that_speak_of_areas_that_are_gone_are_told_and_nothing_is_kept(installation: Installation) -> None:
    slug = make_district(installation)
    number = let_hold(installation, slug)

    def speak_of_laokeng(scope: Scope) -> None:
        held = duty_list_in_force(scope).catalogue
        rows = [*held.rows, Row(matter="road", area="laokeng", lead="parks")]
        spoken = Catalogue.of(held.matters.nodes, held.areas.nodes, rows)
        let_duties_hold(
            scope,
            draft_duties(scope, spoken, gazetteer=number, reason="测试", author=FILES, now=BEGINNING).number,
        )

    installation.run(slug, speak_of_laokeng)
    installation.forget()

    with pytest.raises(CatalogueUnusable) as refused:
        drafted(installation, slug, Gazetteer.of([area for area in AREAS if area.code != "laokeng"]))

    assert "写的区域“laokeng”不在区域表中" in refused.value.message
    with installation.scope(slug) as scope:
        assert (len(gazetteer_versions(scope)), len(duty_list_versions(scope))) == (1, 2)


def test_a_faulty_gazetteer_or_one_of_a_stranger_is_refused(installation: Installation) -> None:
    slug = make_district(installation)

    with pytest.raises(GazetteerUnusable):
        drafted(installation, slug, Gazetteer.of(AREAS, [PlaceName("湖边", "sea")]))
    with pytest.raises(NotPermitted):
        drafted(installation, slug, GAZETTEER, actor=OPERATOR)

    with installation.scope(slug) as scope:
        assert gazetteer_versions(scope) == []


@pytest.fixture
def slug(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> str:
    """A district whose administrator is at the command line, where the test database is used."""

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield installation

    def done_by(_installation: Installation, tenant: str, login: str, work: Any) -> Any:
        assert login == "admin"
        return installation.run(tenant, lambda scope: work(scope, ADMINISTRATOR, NOW))

    monkeypatch.setattr(command, "installed", installed)
    monkeypatch.setattr(command, "done_by", done_by)
    slug = make_district(installation, units=[("st-1", "石井街道办", "street")])
    installation.run(slug, lambda scope: set_duties(scope, [{"code": "road"}]))
    installation.forget()
    return slug


def run(*words: str) -> Result:
    return CliRunner().invoke(command.area, list(words), catch_exceptions=False)


def as_json(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "areas.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_an_import_ends_with_the_next_step(slug: str, table: Path) -> None:
    told = run("import", str(table), "--tenant", slug, "--by", "admin", "--reason", "首次导入").stdout.splitlines()

    assert told == [
        "读入 5 行，采用 4 行，退回 1 行。",
        "  第 6 行：类型“村庄”不认识；请写 区、街道、社区、别名、道路、地标",
        f"退回的行和原因在 {table}.rejects.csv，改好后放回原表，再导入一次。",
        "已起草地名库第 1 版，还没有生效。",
        "职责清单第 2 版：各行照旧，改用这些区域。",
        f"下一步：huiying settings draft --tenant {slug} --feature core.routing --by admin --reason 理由 --set duty_list=2",
    ]


def test_boundaries_come_from_a_file_of_their_own(installation: Installation, slug: str, table: Path) -> None:
    ring = [[114.3, 22.6], [114.4, 22.6], [114.4, 22.7]]
    features = [
        {"properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}} for code in ("T", "X")
    ]
    outlines = table.with_name("outlines.json")
    outlines.write_text(json.dumps({"features": features}), encoding="utf-8")

    told = as_json(
        run(
            "import",
            str(table),
            "--tenant",
            slug,
            "--by",
            "admin",
            "--reason",
            "首次导入",
            "--boundaries",
            str(outlines),
            "--json",
        )
    )

    assert (told["gazetteer"], told["duty_list"], told["accepted"]) == (1, 2, 4)
    assert told["boundary_faults"] == ["边界的区域 X 不在地名库里，没有采用；请核对编码"]
    with installation.scope(slug) as scope:
        assert [area.code for area in gazetteer_of(scope, 1).areas.nodes if area.shape] == ["T"]


def test_words_and_points_are_located_in_a_draft_too(slug: str, table: Path) -> None:
    run("import", str(table), "--tenant", slug, "--by", "admin", "--reason", "首次导入")

    assert run("locate", "创景路 8 号", "--tenant", slug).stdout.splitlines() == [
        "示例区 / 石井街道 / 田头社区（地名库第 1 版）",
        "按“创景路 8 号”定位到 示例区 / 石井街道 / 田头社区。",
        "属地单位：st-1",
    ]
    assert run("locate", "--point", "114.3468,22.6909", "--tenant", slug).stdout.splitlines() == [
        "未知（地名库第 1 版）",
        "这个点不在任何一个区域的边界内。",
    ]
    for words in (("locate",), ("locate", "创景路", "--point", "1,2")):
        with pytest.raises(command.WhatToLocate):
            run(*words, "--tenant", slug)
    for point in ("114.3", "经度,纬度", "22.6,114.3"):
        with pytest.raises(command.PointUnclear):
            run("locate", "--point", point, "--tenant", slug)


def test_a_version_is_shown_listed_and_written(slug: str, table: Path) -> None:
    with pytest.raises(NoGazetteerYet):
        run("show", "--tenant", slug)
    run("import", str(table), "--tenant", slug, "--by", "admin", "--reason", "首次导入")

    shown = run("show", "--tenant", slug).stdout.splitlines()
    written = table.with_name("out.csv")
    said = run("export", str(written), "--tenant", slug).stdout

    assert shown[0] == "地名库第 1 版（没有生效）：3 个区域，1 个地名。"
    assert [line.split() for line in shown[2:5]] == [
        ["D", "示例区", "区", "无", "无"],
        ["S", "石井街道", "街道", "st-1", "无"],
        ["T", "田头社区", "社区", "无", "无"],
    ]
    assert as_json(run("versions", "--tenant", slug, "--json"))[0]["reason"] == "首次导入"
    assert said == f"地名库第 1 版已写到 {written}，共 4 行。\n"
    assert run("import", str(written), "--tenant", slug, "--by", "admin", "--reason", "再导").stdout.splitlines()[
        1
    ] == ("与地名库第 1 版相同，没有新起草。")
