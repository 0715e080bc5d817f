"""Questions from a file: emoji, doubled ones, 5,000 lines and broken rows; what came is not lost and not taken in twice."""

import csv
import io
import json
from contextlib import contextmanager
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from click.testing import CliRunner

from core.cli import interview as command
from core.intake.interviews.counts import Counts
from core.intake.interviews.service import InterviewSettled
from core.journey import import_appeals
from core.journey.interview_files import Imported, import_file, preview_file, returned_file, template_file
from tests.builders import OPERATOR
from tests.interviews.asking import (
    AFTER,
    SLUG,
    close,
    counted,
    hand_all_over,
    make_house,
    open_session,
    questions,
    tickets,
)
from tests.journey.walking import Walk

HEADINGS = ("编号", "网友提问（必填）", "昵称", "手机", "提问对象", "时间", "平台", "答复", "答复人", "备注")
ROWS = (
    (
        "w1",
        "村口的路灯不亮😡，什么时候修？",
        "@夜归人",
        "13800000009",
        "道路管理处",
        "2026-06-10 12:40",
        "微博",
        "",
        "",
        "",
    ),
    (
        "w2",
        "村口的路灯不亮，什么时候修",
        "夜归人",
        "13800000009",
        "道路管理处",
        "2026-06-10 12:50",
        "微博",
        "",
        "",
        "又问",
    ),
    ("w3", "行道树多久剪一次？", "树下", "", "parks", "2026-06-10 12:41", "微信", "每季度一次", "冼知行", ""),
    ("w4", "😂😂😂", "路过", "", "", "", "", "", "", ""),
    ("w5", "=桥头护栏坏了", "桥头", "", "园林管理处", "六月十日中午吃饭的时候", "", "", "", ""),
    ("w1", "另一条编号相同的提问", "别人", "", "", "", "", "", "", ""),
)


@pytest.fixture
def walk(database_url: str) -> Walk:
    house = make_house(database_url)
    open_session(house)
    close(house)
    return house


def as_csv(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows((headings, *rows))
    return written.getvalue().encode("utf-8-sig")


def imported(walk: Walk, name: str, content: bytes) -> Imported:
    return walk.run(lambda scope: import_file(scope, SLUG, name, content, actor=OPERATOR, now=AFTER))


def test_rows_that_cannot_be_read_come_back_with_the_reason_and_the_mended_file_adds_only_them(walk: Walk) -> None:
    content = as_csv(*ROWS)
    foreseen = walk.run(lambda scope: preview_file(scope, SLUG, "q.csv", content, actor=OPERATOR))

    first = imported(walk, "q.csv", content)

    assert (foreseen.created, foreseen.answered, len(foreseen.returned)) == (3, 1, 3)
    assert (first.created, first.doubled, first.answered, first.existing) == (3, 1, 1, 0)
    assert [(row.number, why.partition("。")[0][:22]) for row, why in first.returned] == [
        (5, "提问里只有标点或表情，没有文字"),
        (6, "“时间”一格有误：“六月十日中午吃饭的时候”"[:22]),
        (7, "编号 w1 已有另一条不同的提问；如是新的提"),
    ]
    told = questions(walk)
    assert [(each.place, each.state, each.answer) for each in told] == [
        ("weibo", "waiting", ""),
        ("weibo", "doubled", ""),
        ("wechat", "answered", "每季度一次"),
    ]
    assert told[2].host_id is not None
    returned = walk.run(lambda scope: returned_file(scope, SLUG, actor=OPERATOR)).decode("utf-8-sig")
    assert "'=桥头护栏坏了" in returned

    mended = (
        returned.replace("六月十日中午吃饭的时候", "2026-06-10 12:55").replace("w1,另", "w6,另").encode("utf-8-sig")
    )
    second = imported(walk, "q.csv.rejects.csv", mended)
    third, again = imported(walk, "q.csv", content), imported(walk, "mended.csv", mended)

    assert (second.created, second.existing, len(second.returned)) == (2, 0, 1)
    assert (third.created, third.existing, len(third.returned)) == (0, 3, 3)
    assert (again.created, again.existing) == (0, 2)
    assert questions(walk)[3].text == "=桥头护栏坏了"
    assert counted(walk) == Counts(asked=5, doubled=1, answered_live=1, waiting=3)
    assert hand_all_over(walk).filed == 3
    assert counted(walk) == Counts(asked=5, doubled=1, answered_live=1, filed=3, merged=3, in_progress=3)
    assert tickets(walk)[0].submitted_at == questions(walk)[0].asked_at < AFTER


def test_rows_of_no_number_that_are_wholly_alike_count_as_often_as_they_stand_there(walk: Walk) -> None:
    content = as_csv(
        ("路灯不亮", "甲"), ("路灯不亮", "甲"), ("路灯不亮", ""), ("路灯不亮", ""), headings=("提问", "昵称")
    )

    first, second = imported(walk, "q.csv", content), imported(walk, "other-name.csv", content)

    assert (first.created, first.doubled) == (4, 1), "nobody knows whether the nameless are one person"
    assert (second.created, second.existing) == (0, 4)


def test_a_text_has_a_question_in_each_line_and_a_workbook_one_in_each_row(walk: Walk) -> None:
    text = imported(walk, "q.txt", "路灯不亮，谁管？\n\n路灯，什么时候修\n".encode("gb18030"))
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("提问内容", "镇街"))
        sheet.write_row(1, 0, ("河涌发黑", "道路管理处"))

    table = imported(walk, "q.xlsx", packed.getvalue())

    assert (text.created, table.created) == (2, 1)
    assert [each.text for each in questions(walk)] == ["路灯不亮，谁管？", "路灯，什么时候修", "河涌发黑"]
    assert imported(walk, "template.csv", template_file()).created == 1


def test_returned_rows_are_settled_by_the_next_file(walk: Walk) -> None:
    imported(walk, "q.csv", as_csv(("", "甲"), headings=("提问", "昵称")))
    imported(walk, "q.csv", as_csv(("路灯不亮", "甲"), headings=("提问", "昵称")))

    with pytest.raises(InterviewSettled, match="没有退回的行"):
        walk.run(lambda scope: returned_file(scope, SLUG, actor=OPERATOR))


def test_the_command_line_shows_how_far_it_is_goes_on_after_a_crash_and_hands_over(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def already():  # type: ignore[no-untyped-def]
        yield walk.installation

    monkeypatch.setattr(command, "installed", already)
    monkeypatch.setattr(import_appeals, "BATCH", 10)
    rows = [(f"第{number}号路口的路灯不亮", f"网友{number}", "道路管理处") for number in range(24)]
    path = tmp_path / "q.csv"
    path.write_bytes(as_csv(*rows, rows[7], headings=("提问", "昵称", "对象")))
    run = walk.installation.run
    batches = iter(range(1))

    def dies(slug, work):  # type: ignore[no-untyped-def]
        if next(batches, None) is None:
            raise KeyboardInterrupt
        return run(slug, work)

    def told(*args: str) -> dict[str, object]:
        result = CliRunner().invoke(command.interview, [*args, "--json"])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout.splitlines()[-1]))

    monkeypatch.setattr(walk.installation, "run", dies)
    CliRunner().invoke(command.interview, ["import", SLUG, str(path), "--tenant", walk.slug])
    monkeypatch.setattr(walk.installation, "run", run)
    half = counted(walk).asked

    rest = told("import", SLUG, str(path), "--tenant", walk.slug, "--hand-over")
    again = told("import", SLUG, str(path), "--tenant", walk.slug, "--hand-over")

    assert half == 10
    assert (rest["existing"], rest["created"], rest["doubled"]) == (10, 15, 1)
    assert rest["handed_over"] == {"filed": 24, "attached": 0, "failed": 0, "left": 0}
    assert (again["created"], again["existing"], again["handed_over"]) == (
        0,
        25,
        {"filed": 0, "attached": 0, "failed": 0, "left": 0},
    )
    shown = told("show", SLUG, "--tenant", walk.slug)
    assert shown["counts"] == {
        **dict.fromkeys(("set_aside", "answered_live", "waiting", "finished"), 0),
        "asked": 25,
        "doubled": 1,
        "filed": 24,
        "merged": 24,
        "in_progress": 24,
        "backlog": 24,
    }
    listed = CliRunner().invoke(command.interview, ["list", "--tenant", walk.slug]).output
    assert "已转办" in listed
    pressed = told("press", SLUG, "--tenant", walk.slug)
    assert [(each["unit"], each["open"]) for each in pressed["letters"]] == [("道路管理处", 24)]  # type: ignore[attr-defined]
