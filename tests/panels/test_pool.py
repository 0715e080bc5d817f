"""The pool from a file, and the draw over it at the command line's own door: faults row by row, too few told by group."""

from functools import partial
from pathlib import Path

import pytest

from core.evaluation.panels.drawing import TooFewMembers
from core.evaluation.panels.pool import pool
from core.evaluation.panels.reading import PoolUnreadable
from core.intake.tabular.rows import TableUnusable
from core.journey.panel_pool import import_pool, note_member_away
from core.journey.queries.drawn import drawn_for, pool_lines
from core.journey.sealing import seal_now
from core.people.roles import NotPermitted
from tests.builders import REVIEWER, SUPERVISOR, beijing
from tests.panels.making import OPENED, PanelCase, member_row, write_pool

NOW = beijing(OPENED)


def test_a_file_takes_members_over_and_the_same_file_again_changes_nobody(case: PanelCase, tmp_path: Path) -> None:
    rows = [member_row("lawyer", 1, 聘期至="2026-12-31"), member_row("lawyer", 9, 登录名="", 产生方式="网络征集")]
    path = write_pool(tmp_path / "more.csv", rows)

    first = case.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=NOW))
    again = case.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=NOW))

    assert ((first.added, first.changed), (again.added, again.changed)) == ((1, 1), (0, 2))
    lines = {line.number: line for line in case.run(pool_lines)}
    assert (len(lines), str(lines["LA-1"].until)) == (15, "2026-12-31")
    assert (lines["LA-9"].recruited, lines["LA-9"].login) == ("网络征集", "")


def test_faulty_and_doubled_rows_are_told_one_by_one_and_nothing_is_taken_over(case: PanelCase, tmp_path: Path) -> None:
    rows = [
        member_row("deputy", 3, 登录名=""),
        member_row("deputy", 3, 登录名="", 姓名="别人"),
        member_row("deputy", 4, 登录名="", 姓名="评议人大3", 单位="人大代表单位3"),
        member_row("deputy", 5, 登录名="nobody", 回避单位="no-such-unit", 聘期至="明年"),
        member_row("deputy", 6, 登录名="", 组别="明星", 产生方式="抽奖", 编号="一号"),
    ]
    path = write_pool(tmp_path / "bad.csv", rows)

    with pytest.raises(PoolUnreadable) as refusal:
        case.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=NOW))

    words = refusal.value.message
    assert "第 5 行：没有代码为 no-such-unit 的承办单位；没有登录名为 nobody 的评议员账号" in words
    assert "聘期请写成 2026-12-31 这样。" in words
    assert "第 6 行：编号须为 1 到 20 位字母、数字或 -；没有“明星”这个组别" in words
    assert "第 3 行：编号与第 2 行重复。" in words
    assert "第 4 行：姓名和单位与第 2 行重复。" in words
    assert len(case.run(pool)) == 14


def test_somebody_who_is_there_under_another_number_is_refused(case: PanelCase, tmp_path: Path) -> None:
    path = write_pool(tmp_path / "twice.csv", [member_row("lawyer", 1, 编号="LA-77")])

    with pytest.raises(PoolUnreadable, match="编号 LA-77：这个人已在库中，编号是 LA-1"):
        case.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=NOW))
    with pytest.raises(NotPermitted):
        case.run(lambda scope: import_pool(scope, path, actor=REVIEWER, now=NOW))
    path.write_text("姓名\n甲\n", encoding="utf-8")
    with pytest.raises(PoolUnreadable, match="缺少编号、组别、产生方式"):
        case.run(lambda scope: import_pool(scope, path, actor=SUPERVISOR, now=NOW))
    with pytest.raises(TableUnusable):
        case.run(lambda scope: import_pool(scope, tmp_path / "none.csv", actor=SUPERVISOR, now=NOW))


def test_too_few_eligible_members_are_told_by_group_and_nothing_is_opened(case: PanelCase) -> None:
    for number in ("LA-1", "LA-2"):
        case.run(partial(note_member_away, number=number, first=NOW.date(), last=None, actor=SUPERVISOR, now=NOW))

    tried = case.run(lambda scope: drawn_for(scope, case.serial_no, seed="7", now=NOW))
    with pytest.raises(TooFewMembers, match="律师缺 1 名"):
        case.open()

    assert tried.lacking == ("律师缺 1 名",)
    assert [(each.number, each.why) for each in tried.excluded] == [
        ("LA-1", "评议期间不在（2026-03-16 至 另行通知）"),
        ("LA-2", "评议期间不在（2026-03-16 至 另行通知）"),
    ]
    assert not [entry for entry in case.entries() if entry.kind == "panel"]


def test_a_draw_that_is_tried_is_the_one_that_is_kept_and_comes_out_again(case: PanelCase) -> None:
    tried = case.run(lambda scope: drawn_for(scope, case.serial_no, seed="7", now=NOW))
    assert tried == case.run(lambda scope: drawn_for(scope, case.serial_no, seed="7", now=NOW))

    case.open(seed="7")

    kept = case.run(lambda scope: drawn_for(scope, case.serial_no, seed="7", now=NOW))
    assert (kept.places, kept.comes_out_again) == (tried.places, True)
    assert len([each for each in kept.places if each.standing == "席位"]) == 7
    case.run(lambda scope: note_member_away(scope, "LA-1", first=NOW.date(), last=None, actor=SUPERVISOR, now=NOW))
    assert case.run(lambda scope: drawn_for(scope, case.serial_no, seed="", now=NOW)) == kept


def test_a_seed_that_nobody_chose_follows_from_the_sealed_timeline(case: PanelCase) -> None:
    case.run(lambda scope: seal_now(scope, now=beijing("2026-03-14 01:00")))

    first = case.run(lambda scope: drawn_for(scope, case.serial_no, seed="", now=NOW))
    case.open(seed="")

    assert case.draw().seed == first.seed
    assert "封存 1:" in first.source


def test_ties_and_the_appellants_own_phone_keep_members_out(case: PanelCase, tmp_path: Path) -> None:
    rows = [
        member_row("lawyer", 1, 回避单位="roads"),
        member_row("deputy", 1, 单位="道路管理处"),
        member_row("cppcc", 1, 手机="138 0000 0001"),
    ]
    case.run(lambda scope: import_pool(scope, write_pool(tmp_path / "ties.csv", rows), actor=SUPERVISOR, now=NOW))

    case.open()

    excluded = {each["number"]: each["reason"] for each in case.draw().record["excluded"]}
    assert excluded == {"LA-1": "ties", "DE-1": "organisation", "CP-1": "interest"}
