"""Meetings with many lines: each becomes one ticket once, the broken ones say why, and the whole can be taken back."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from core.cli import import_ as command
from core.hooks import Channel, OutreachKind
from core.intake.outreach.models import Outreach, OutreachLine
from core.intake.outreach.rules import LineUnusable, Occasion, OutreachUnusable, Said
from core.intake.outreach.service import NoSuchOutreach, OutreachSettled
from core.journey import outreach as journey
from core.journey.desk import dispatch
from core.journey.erase import erase_person
from core.journey.join import split
from core.journey.outreach_feedback import feedback_document
from core.journey.outreach_minutes import TEMPLATE, read_file, returned_file
from core.journey.person import export_person
from core.journey.queries.outreach import outreach_case, outreach_figures
from core.journey.slips import NoSlips, slips_of_outreach, slips_of_parts
from core.people.roles import NotPermitted
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.tickets.timeline import Order
from core.units.queries import directory
from tests.builders import OPERATOR, beijing, make_actor, make_district, make_feature, make_installation
from tests.journey.walking import Walk
from tests.patience import patience

NOW = beijing("2026-06-10 20:00")
PHONE = "13800000009"
KINDS = (OutreachKind("residents-meeting", "民情联系会", "meeting", monthly=1), OutreachKind("visit", "走访", "visit"))
CHANNELS = tuple(Channel(kind.id, kind.label, "event") for kind in KINDS)


@pytest.fixture
def walk(database_url: str) -> Walk:
    feature = make_feature("f.meetings", outreach_kinds=lambda: KINDS, channels=lambda: CHANNELS)
    installation = make_installation(database_url, features=[feature])
    duties = [{"code": "0101", "category": "城管", "subcategory": "路灯", "lead": "roads", "keywords": ["路灯"]}]
    centre = ("centre", "金牛社区党群服务中心", "community_center")
    return Walk(installation, make_district(installation, features={"f.meetings": {}}, duties=duties, units=[centre]))


def meeting(walk: Walk, kind: str = "residents-meeting", unit: str = "roads") -> int:
    occasion = Occasion(kind, NOW, unit, "谈路灯", place="金牛社区议事厅")
    return walk.run(lambda scope: journey.open_outreach(scope, occasion, actor=OPERATOR, now=NOW).id)


def say(walk: Walk, number: int, *lines: Said) -> None:
    for place, said in enumerate(lines):
        key = f"{place}/{said.text}"
        walk.run(lambda scope, s=said, k=key: journey.add_line(scope, number, s, key=k, actor=OPERATOR, now=NOW))  # type: ignore[misc]


def submit(walk: Walk, number: int, *, afresh: bool = True, most: int = 50) -> journey.Submitted:
    return walk.run(
        lambda scope: journey.submit_outreach(scope, number, afresh=afresh, actor=OPERATOR, now=NOW, most=most)
    )


def tickets(walk: Walk) -> Sequence[Ticket]:
    return walk.run(
        lambda scope: scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.id)
        ).all()
    )


def case(walk: Walk, number: int):  # type: ignore[no-untyped-def]
    return walk.run(lambda scope: outreach_case(scope, number, actor=OPERATOR, now=NOW))


def test_each_line_becomes_one_ticket_with_its_own_slip_however_often_it_is_submitted(walk: Walk) -> None:
    number = meeting(walk)
    lines = (
        Said("北门路灯不亮", name="王女士", phone=PHONE, place="北门"),
        Said("几点可以办居住证", kind="answered", answer="工作日九点到五点，带身份证。"),
        Said("谢谢社区修好了楼道", kind="thanks"),
    )
    say(walk, number, *lines)
    say(walk, number, *lines)  # the browser sent them again

    assert submit(walk, number) == journey.Submitted(3, 0, 0)
    assert submit(walk, number) == journey.Submitted(0, 0, 0)

    made = tickets(walk)
    assert [(each.channel, each.nature, each.place) for each in made] == [
        ("residents-meeting", "help", "北门"),
        ("residents-meeting", "help", "金牛社区议事厅"),
        ("residents-meeting", "praise", "金牛社区议事厅"),
    ]
    shown = case(walk, number)
    assert [(line.kind_label, line.state, line.reply) for line in shown.taken] == [
        ("交办", "accepted", ""),
        ("当场答复", "concluded", "工作日九点到五点，带身份证。"),
        ("感谢", "accepted", ""),
    ]
    held = walk.run(lambda scope: slips_of_outreach(scope, scope.session.scalars(select(Outreach)).one(), now=NOW))
    assert [slip.serial_no for slip in held] == [each.serial_no for each in made]
    assert len({slip.access_code for slip in held}) == 3
    kept = walk.run(lambda scope: scope.session.scalars(select(OutreachLine)).all())
    assert {(line.sealed, line.phone_hash) for line in kept} == {(None, None)}


def test_each_part_of_a_split_letter_has_a_slip_of_its_own_for_two_days(walk: Walk) -> None:
    number = meeting(walk)
    say(walk, number, Said("北门路灯不亮，还有井盖松动"))
    submit(walk, number)
    (whole,) = tickets(walk)
    with pytest.raises(NoSlips, match="没有拆单"):
        walk.run(lambda scope: slips_of_parts(scope, whole.serial_no, now=NOW))
    walk.run(lambda scope: split(scope, whole.serial_no, Order(OPERATOR, NOW), texts=["北门路灯不亮", "井盖松动"]))

    slips = walk.run(lambda scope: slips_of_parts(scope, whole.serial_no, now=NOW))

    assert [(slip.serial_no, slip.title) for slip in slips] == [(t.serial_no, t.title) for t in tickets(walk)[1:]]
    assert len({slip.access_code for slip in slips}) == 2
    with pytest.raises(NoSlips, match="2 天内"):
        walk.run(lambda scope: slips_of_parts(scope, whole.serial_no, now=NOW + timedelta(days=2)))


def test_a_line_that_cannot_be_taken_in_says_why_and_the_rest_goes_on(walk: Walk) -> None:
    number = meeting(walk)
    say(walk, number, Said("路灯不亮"), Said("事项写错了", matter="没有这个事项"), Said("井盖松动"))

    assert submit(walk, number, most=1) == journey.Submitted(1, 0, 2)
    assert submit(walk, number, afresh=False) == journey.Submitted(1, 1, 0)

    shown = case(walk, number)
    (failed,) = shown.drafts
    assert shown.state == "entry"
    assert failed.failure.startswith("职责清单中没有事项 没有这个事项")
    walk.run(lambda scope: journey.change_line(scope, number, failed.id, Said("事项改对了"), actor=OPERATOR))
    assert submit(walk, number) == journey.Submitted(1, 0, 0)
    assert case(walk, number).state == "submitted"


def test_drafts_are_kept_at_once_encrypted_and_leave_with_the_person(walk: Walk) -> None:
    number = meeting(walk)
    say(walk, number, Said("楼上漏水", name="王女士", phone=PHONE), Said("井盖松动"))
    administrator = make_actor("管理员", "administrator", id=9)

    sealed = walk.run(lambda scope: [bytes(line.sealed or b"") for line in scope.session.scalars(select(OutreachLine))])
    found = walk.run(lambda scope: export_person(scope, PHONE, actor=administrator, reason="本人申请", now=NOW))
    walk.run(lambda scope: erase_person(scope, PHONE, actor=administrator, reason="本人申请", now=NOW))

    assert not any("漏水".encode() in each for each in sealed)
    assert [each["text"] for each in found["said_at_meetings"]] == ["楼上漏水"]
    assert [line.said.text for line in case(walk, number).drafts] == ["井盖松动"]


def test_of_minutes_with_500_lines_480_come_in_and_the_mended_file_adds_the_other_20(
    walk: Walk, tmp_path: Path
) -> None:
    number = meeting(walk)
    rows = [f"第 {each} 件：路灯不亮,,,{'金牛路' if each % 25 else '长' * 501},,," for each in range(500)]
    rows[0::25] = [row.replace("第", "坏", 1) for row in rows[0::25]]

    def read(content: str) -> tuple[int, int, int]:
        done = walk.run(lambda scope: read_file(scope, number, "记录.csv", content.encode(), actor=OPERATOR, now=NOW))
        return done.created, done.existing, len(done.returned)

    begun = perf_counter()
    assert read("\n".join([",".join(TEMPLATE), *rows])) == (480, 0, 20)
    back = walk.run(lambda scope: returned_file(scope, number, actor=OPERATOR)).decode("utf-8-sig")
    while (done := submit(walk, number, afresh=False)).left:
        assert done.taken_in == journey.BATCH
    assert perf_counter() - begun < patience(60)
    assert len(tickets(walk)) == 480
    header, *returned = back.splitlines()
    assert header.endswith("行号,原因")
    assert len(returned) == 20
    assert all("地点有 501 个字，超过 500 字的上限" in row for row in returned)

    assert read(back.replace("长" * 501, "金牛路")) == (20, 0, 0)
    assert read("\n".join([",".join(TEMPLATE), *rows[1:25]])) == (0, 24, 0)
    assert submit(walk, number) == journey.Submitted(20, 0, 0)
    assert len(tickets(walk)) == 500
    assert case(walk, number).returned == ()


def test_the_command_reads_minutes_and_submits_them(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, path = meeting(walk), tmp_path / "记录.csv"
    path.write_text("诉求内容,地点,答复\n路灯不亮,北门,\n,南门,\n几点上班,,九点。\n", encoding="gb18030")

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield walk.installation

    monkeypatch.setattr(command, "installed", installed)
    options = ["minutes", str(path), "--tenant", walk.slug, "--meeting", str(number), "--submit", "--json"]
    told = [json.loads(CliRunner().invoke(command.import_, options).stdout.splitlines()[-1]) for _ in range(2)]

    counts = [[each[name] for name in ("read", "created", "existing", "rejected", "taken_in")] for each in told]
    assert counts == [[3, 2, 0, 1, 2], [3, 0, 2, 1, 0]]
    assert "诉求没有内容" in Path(told[0]["rejects_file"]).read_text("utf-8-sig")
    assert [each.state for each in tickets(walk)] == ["accepted", "concluded"]


def test_a_batch_is_taken_back_while_no_unit_has_any_of_it(walk: Walk) -> None:
    first, second = meeting(walk), meeting(walk)
    say(walk, first, Said("井盖松动"), Said("垃圾满溢"))
    say(walk, second, Said("车位不够"), Said("楼道堆物"))
    submit(walk, first)
    submit(walk, second)
    serial = case(walk, second).taken[0].serial_no
    walk.run(lambda scope: dispatch(scope, serial, Order(OPERATOR, NOW), lead="roads"))

    def withdraw(number: int, who: object = OPERATOR) -> int:
        return walk.run(
            lambda scope: journey.withdraw_outreach(scope, number, reason="录错了会议", actor=who, now=NOW)  # type: ignore[arg-type]
        )

    with pytest.raises(journey.CannotWithdraw, match=f"已有 1 件派给单位或已答复（{serial}）"):
        withdraw(second)
    unit = walk.run(lambda scope: directory(scope).get_unit("roads").id)
    with pytest.raises(NotPermitted):
        withdraw(first, make_actor("社区工作人员", "community-worker", id=7, unit_id=unit))
    assert withdraw(first) == 2

    assert [each.state for each in tickets(walk)] == ["voided", "voided", "dispatched", "accepted"]
    assert case(walk, first).state == "withdrawn"
    with pytest.raises(OutreachSettled, match="已撤回"):
        say(walk, first, Said("还有一件"))


def test_a_visit_without_matters_counts_and_the_meeting_is_told_back(walk: Walk) -> None:
    visit, number = meeting(walk, "visit"), meeting(walk)
    say(walk, number, Said("几点上班", kind="answered", answer="九点。"), Said("井盖松动"))
    assert submit(walk, visit) == journey.Submitted(0, 0, 0)
    with pytest.raises(OutreachSettled, match="不能再登记反馈"):
        walk.run(lambda scope: journey.close_outreach(scope, number, words="会上通报", actor=OPERATOR, now=NOW))
    submit(walk, number)
    walk.run(lambda scope: journey.close_outreach(scope, number, words="会上逐项通报", actor=OPERATOR, now=NOW))

    told = walk.run(lambda scope: feedback_document(scope, case(walk, number), made_at=NOW))
    figures, none_held = walk.run(
        lambda scope: outreach_figures(scope, NOW.date().replace(day=1), NOW.date(), by_area=False, actor=OPERATOR)
    )

    assert [row[-1] for row in told.sections[0].blocks[0].rows] == ["九点。", "还没有答复"]  # type: ignore[union-attr]
    assert "会上逐项通报" in told.lead[-1]
    assert (figures.month, figures.name, figures.meetings, figures.visits) == ("2026-06", "道路管理处", 1, 1)
    assert (none_held.name, none_held.meetings, none_held.wanted) == ("金牛社区党群服务中心", 0, 1)
    assert (figures.lines, figures.answered, figures.on_the_spot, figures.wanted) == (2, 1, 1, 1)


def test_what_cannot_be_is_refused_in_words(walk: Walk) -> None:
    number, far = meeting(walk), Occasion("residents-meeting", beijing("2027-01-01 10:00"), "roads", "明年的会")
    worker = make_actor(
        "社区工作人员", "community-worker", id=7, unit_id=walk.run(lambda s: directory(s).get_unit("parks").id)
    )

    with pytest.raises(LineUnusable, match="写下是怎么答复的"):
        say(walk, number, Said("几点上班", kind="answered"))
    with pytest.raises(OutreachUnusable, match="60 天以后"):
        walk.run(lambda scope: journey.open_outreach(scope, far, actor=OPERATOR, now=NOW))
    with pytest.raises(OutreachSettled, match="还没有录入诉求"):
        submit(walk, number)
    with pytest.raises(NoSuchOutreach):
        walk.run(lambda scope: outreach_case(scope, number, actor=worker, now=NOW))
    with pytest.raises(NotPermitted):
        walk.run(lambda scope: outreach_case(scope, number, actor=make_actor("经办", "clerk", id=3), now=NOW))
    assert walk.run(lambda scope: scope.session.scalar(select(func.count()).select_from(OutreachLine))) == 0
