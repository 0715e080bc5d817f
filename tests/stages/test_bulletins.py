"""Bulletins 公开通报: counted as by hand, frozen, decided by a second person, corrected under a number of their own."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from core.cli import bulletin as command
from core.disclosure.models import Disclosure
from core.documents.forms import FORMS
from core.documents.model import Document, Number, Table, Words
from core.escalation.models import Letter
from core.hooks import BulletinRules, BulletinSection, GradeBand
from core.jobs.bulletins import Bulletins
from core.jobs.bulletins import draft as do_job
from core.journey import bulletins as journey
from core.journey.bulletins import BULLETIN, CannotSummon
from core.journey.warnings import follow_topic
from core.kit.outbox import Job
from core.people.roles import SameHands
from core.statistics.bulletins.cases import CaseUnusable
from core.statistics.bulletins.models import Bulletin, BulletinNaming
from core.statistics.bulletins.queries import BulletinDamaged, document_of, get_bulletin
from core.statistics.bulletins.service import BulletinNotReady, BulletinStands, MonthNotOver
from core.statistics.periods import Month
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import directory
from tests.builders import alone, beijing, make_actor, make_city, make_district, make_feature, make_installation
from tests.journey.asking import raises
from tests.stages.lives import DUTIES, Life, happenings

FLOOR = GradeBand("satisfied", 0.85, "低于底线", "点名", "f/naming", "满意率低于 85%")
MARCH = Month(2026, 3)
NOW = beijing("2026-04-01 08:00")
MAKER = make_actor("分析员甲", "analyst", id=71)
SECOND = make_actor("督办员乙", "supervisor", id=72)
RULES = BulletinRules("f/naming", "点名", editions=("general", "enterprise"), sample=4, audience="办公会")


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    """An installation with a feature that says how bulletins are made, and one whose sections fail."""
    odd = [
        BulletinSection(core="overview"),
        BulletinSection(core="no-such"),
        BulletinSection(heading="本区", lines=("好",)),
    ]
    features = [
        make_feature("f", bulletin_rules=lambda: [RULES], grade_bands=lambda: [FLOOR]),
        make_feature("broken", bulletin_sections=raises),
        make_feature("odd", bulletin_sections=lambda: odd),
    ]
    installation = make_installation(database_url, features=features)
    yield installation
    installation.database.engine.dispose()


def make_life(installation: Installation, *features: str, at: str = "2026-03-02 09:00", **more: Any) -> Life:
    slug = make_district(installation, features={feature: {} for feature in features or ("f",)}, duties=DUTIES, **more)
    return Life(installation, slug, now=beijing(at))


def rate(life: Life, unit: str, *ratings: str, **appeal: Any) -> None:
    """Have the unit answer so many tickets that are rated so."""
    for rating in ratings:
        life.take_in("路灯不亮" if unit == "parks" else "道路坑洼", **appeal)
        to = "dispatch elsewhere" if unit == "parks" else "dispatch"
        life.walk(to, "sign", "reply", "pass reply", rating, hours=0.1)


def drafted(life: Life, edition: str = "general", *, by: Actor = MAKER, now: datetime = NOW) -> int:
    with life.installation.scope(life.slug) as scope:
        found = journey.edition_named(edition)
        made = journey.draft_bulletin(scope, life.installation, MARCH, found, actor=by, address="", now=now)
        return made.number


def do(life: Life, what: Callable[..., Any], number: int, *, actor: Actor = SECOND, **more: Any) -> Any:
    with life.installation.scope(life.slug) as scope:
        return what(scope, number, actor=actor, address="", now=NOW, **more)


def kept(life: Life, number: int) -> tuple[str, Document]:
    """Return the frozen text and the document of a bulletin."""
    with life.installation.scope(life.slug) as scope:
        bulletin = get_bulletin(scope, number)
        return bulletin.document, document_of(bulletin)


def namings(life: Life, number: int) -> Mapping[str, BulletinNaming]:
    with life.installation.scope(life.slug) as scope:
        return {each.name: each for each in journey.show_bulletin(scope, number).namings}


def rows_of(document: Document, heading: str, table: int = 0) -> dict[str, list[Any]]:
    """Return a table of a section by its first column; numbers as numbers."""
    section = next(each for each in document.sections if each.heading.endswith(f"、{heading}"))
    tables = [block for block in section.blocks if isinstance(block, Table)]
    return {
        str(row[0]): [cell.value if isinstance(cell, Number) else cell for cell in row[1:]]
        for row in tables[table].rows
    }


def words_of_section(document: Document, heading: str) -> list[str]:
    section = next(each for each in document.sections if each.heading.endswith(f"、{heading}"))
    return [block.text for block in section.blocks if isinstance(block, Words)]


def headings(document: Document) -> list[str]:
    return [section.heading.partition("、")[2] for section in document.sections]


def by_hand(life: Life, month: date) -> Counter[tuple[str, str, str, str]]:
    """Count by hand what happened in a month: by measure, who appeals, unit and matter."""
    with life.installation.scope(life.slug) as scope:
        units = {unit.id: unit.name for unit in directory(scope).units}
        return Counter(
            (measure, ticket.appellant, units.get(unit or 0, "尚未派单"), ticket.matter or "")
            for day, measure, ticket, unit, _ in happenings(scope)
            if (day.year, day.month) == (month.year, month.month)
        )


def test_what_a_bulletin_adds_up_to_is_what_is_counted_by_hand(installation: Installation) -> None:
    life = make_life(installation, at="2025-03-05 09:00")
    rate(life, "roads", "rate well")
    life.now = beijing("2026-02-03 09:00")
    rate(life, "roads", "rate well", "rate badly", appellant="enterprise")
    life.now = beijing("2026-03-02 09:00")
    rate(life, "roads", "rate well", "rate badly", "rate well", "rate badly", "rate badly")
    rate(life, "roads", "rate well", "rate badly", appellant="enterprise")
    rate(life, "parks", "rate well", "rate well", appellant="enterprise")
    life.take_in("路灯不亮")
    life.walk("dispatch elsewhere", "give back", "dispatch", "ask in vain", "instruct")
    life.take_in("随手一拍", appellant="organisation")
    life.wait(24 * 12)
    with installation.scope(life.slug) as scope:
        follow_topic(scope, name="出行", matters=["road"], why="", actor=SECOND, now=life.now)

    general, enterprise = (kept(life, drafted(life, edition))[1] for edition in ("general", "enterprise"))

    months = {
        name: by_hand(life, day)
        for name, day in (("now", date(2026, 3, 1)), ("before", date(2026, 2, 1)), ("year", date(2025, 3, 1)))
    }

    def n(measure: str, month: str = "now", **narrowed: str) -> int:
        names = ("appellant", "unit", "matter")
        return sum(
            count
            for (what, *parts), count in months[month].items()
            if what == measure
            and all(narrowed.get(name, part) == part for name, part in zip(names, parts, strict=True))
        )

    volumes = rows_of(general, "群众与企业诉求办理回复情况")
    for label, kind in (("个人", "person"), ("企业", "enterprise"), ("其他单位", "organisation")):
        counted = [n("accepted", month, appellant=kind) for month in ("now", "before", "year")]
        assert [volumes[label][place] for place in (0, 1, 3)] == counted, label
    assert [volumes["合计"][place] for place in (0, 1, 3)] == [
        n("accepted", each) for each in ("now", "before", "year")
    ]
    for document, only in ((general, {}), (enterprise, {"appellant": "enterprise"})):
        units = rows_of(document, "各单位办理回复情况")
        levels = rows_of(document, "各级办理回复情况")
        matters = rows_of(document, "诉求量前十")
        for unit in set(units) - {"合计"}:
            assert units[unit][0] == n("accepted", unit=unit, **only), unit
        assert units["合计"][0] == sum(row[0] for unit, row in units.items() if unit != "合计") == n("accepted", **only)
        assert (
            levels["合计"][0] == sum(row[0] for name, row in levels.items() if name != "合计") == n("accepted", **only)
        )
        assert matters["合计"][0] == sum(row[0] for name, row in matters.items() if name != "合计")
        assert matters["城市管理 / 道路"][0] == n("accepted", matter="road", **only)
        overview = rows_of(document, "总体情况")
        assert overview["受理量"][0] == n("accepted", **only)
        assert overview["群众满意率"][0] * n("rated", **only) == n("satisfied", **only)
    assert rows_of(general, "各单位办理回复情况")["道路管理处"][1:3] == [
        n("accepted", appellant=kind, unit="道路管理处") for kind in ("person", "enterprise")
    ]
    assert rows_of(general, "不满意件前十") == {
        "城市管理 / 道路": [4, 7, rows_of(general, "不满意件前十")["城市管理 / 道路"][2], 1, 0]
    }
    conduct = rows_of(general, "推诿扯皮、久拖不决")["合计（全部单位）"]
    assert [conduct[place] for place in (0, 1, 2, 4, 5)] == [
        n(each) for each in ("dispatched", "returned", "returned_in_vain", "due", "overdue")
    ]
    assert conduct[5] > 0
    assert rows_of(general, "领导批示")["合计"][0] == 1
    assert rows_of(general, "不满意原因")["合计"][0] == n("dissatisfied")
    topic = rows_of(general, "话题跟踪")["出行"]
    assert [topic[place] for place in (4, 5, 7)] == [
        n("accepted", each, matter="road") for each in ("before", "now", "year")
    ]
    assert words_of_section(general, "话题跟踪") == ["话题所含事项——出行：城市管理 / 道路。一件诉求可以属于几个话题。"]
    assert "领导批示" not in headings(enterprise)


def test_what_happens_later_does_not_change_a_bulletin_until_it_is_counted_anew(installation: Installation) -> None:
    life = make_life(installation)
    rate(life, "roads", "rate well")
    number = drafted(life)
    text, document = kept(life, number)
    files = {name: form.write(document) for name, form in FORMS.items()}

    late = life.take_in()
    again = kept(life, number)

    assert again[0] == text
    assert {name: form.write(again[1]) for name, form in FORMS.items()} == files
    assert rows_of(document, "总体情况")["受理量"][0] == 1
    with pytest.raises(BulletinStands):
        drafted(life)
    do(life, lambda scope, number, **who: journey.recount_bulletin(scope, installation, number, **who), number)
    assert late
    assert rows_of(kept(life, number)[1], "总体情况")["受理量"][0] == 2


def test_a_unit_is_named_by_a_second_person_and_one_rated_too_few_times_never(installation: Installation) -> None:
    life = make_life(installation, units=[("lamps", "照明中心", "district_department")])
    rate(life, "roads", "rate badly", "rate badly", "rate well", "rate well", "rate badly")
    rate(life, "parks", "rate badly", "rate badly", "rate badly")
    number = drafted(life)
    document = kept(life, number)[1]

    assert rows_of(document, "各单位办理回复情况")["园林管理处"][-1] == "样本太少\n0/3"
    assert words_of_section(document, "点名通报") == [
        "满意率低于 85.00%、评价不少于 4 件的有 1 个，是否点名由第二人逐个核准，核准前不列出。",
        "另有 1 个满意率虽低于此数，但评价不足 4 件，样本太少，不作评判，也不点名。",
    ]
    proposed = namings(life, number)
    assert [(name, each.satisfied, each.rated) for name, each in proposed.items()] == [("道路管理处", 2, 5)]
    decision: dict[str, Any] = {"naming_id": proposed["道路管理处"].id, "names": True, "reason": "数字属实"}
    with pytest.raises(SameHands):
        do(life, journey.decide_naming, number, actor=MAKER, **decision)
    with pytest.raises(BulletinNotReady, match="还有 1 个单位是否点名没有决定"):
        do(life, journey.approve_bulletin, number)
    do(life, journey.decide_naming, number, **decision)
    with pytest.raises(SameHands):
        do(life, journey.approve_bulletin, number, actor=MAKER)
    do(life, journey.approve_bulletin, number)

    assert rows_of(kept(life, number)[1], "点名通报")["道路管理处"][1] == "2/5"
    assert "园林管理处" not in str(rows_of(kept(life, number)[1], "点名通报"))
    for late in (
        journey.approve_bulletin,
        lambda scope, number, **who: journey.recount_bulletin(scope, installation, number, **who),
    ):
        with pytest.raises(BulletinStands):
            do(life, late, number)
    with installation.scope(life.slug) as scope:
        naming = journey.show_bulletin(scope, number).namings[0]
        ticket = journey.show_bulletin(scope, number).tickets[naming.id][0]
        order = Order(SECOND, NOW)
        given: dict[str, Any] = {"serial_no": ticket.serial_no, "text": "请于周五上午到场说明", "order": order}
        assert journey.summon(scope, number, naming.id, **given).startswith("约谈通知〔2026〕")
        with pytest.raises(CannotSummon, match="已由约谈通知"):
            journey.summon(scope, number, naming.id, **given)
        assert [letter.kind for letter in scope.session.scalars(select(Letter))] == ["talk"]


def test_a_case_is_chosen_from_what_everybody_may_read_and_in_those_words(installation: Installation) -> None:
    life = make_life(installation)
    rate(life, "roads", "rate well", "rate well")
    with installation.scope(life.slug) as scope:
        for place, serial in enumerate(life.tickets):
            ticket = scope.session.scalars(select(Ticket).where(Ticket.serial_no == serial)).one()
            scope.session.add(
                Disclosure(
                    tenant_id=scope.tenant.id,
                    id=scope.new_id(),
                    ticket_id=ticket.id,
                    public_no=f"P{place}",
                    state="published" if place else "prepared",
                    opens_matter=True,
                    opens_result=True,
                    title="某路坑洼",
                    text="某处路面坑洼",
                    result="已修补",
                    changed_at=NOW,
                    published_at=NOW,
                )
            )
    number = drafted(life)

    with pytest.raises(CaseUnusable, match="不是当月答复并已公开的诉求"):
        do(life, journey.put_case, number, public_no="P0", wanted=True)
    do(life, journey.put_case, number, public_no="P1", wanted=True)
    with installation.scope(life.slug) as scope:
        scope.session.execute(update(Disclosure).where(Disclosure.public_no == "P1").values(state="withdrawn"))
    with pytest.raises(CaseUnusable, match="已不公开"):
        do(life, journey.approve_bulletin, number)
    with installation.scope(life.slug) as scope:
        scope.session.execute(update(Disclosure).where(Disclosure.public_no == "P1").values(state="published"))
    do(life, journey.approve_bulletin, number)

    assert words_of_section(kept(life, number)[1], "典型案例") == [
        "案例1：某路坑洼（公开编号 P1）",
        "某处路面坑洼",
        "办理结果：已修补",
    ]


def test_a_published_bulletin_is_corrected_by_another_one_and_stays(installation: Installation) -> None:
    life = make_life(installation)
    rate(life, "roads", "rate well")
    first = drafted(life)

    def correct(number: int) -> int:
        def erratum(scope: Scope, number: int, **who: Any) -> int:
            return journey.correct_bulletin(scope, installation, number, reason="漏计一件", **who).number

        return int(do(life, erratum, number, actor=MAKER))

    with pytest.raises(BulletinNotReady, match="还没有发布"):
        correct(first)
    with pytest.raises(BulletinNotReady, match="没有经第二人核准"):
        do(life, journey.publish_bulletin, first)
    do(life, journey.approve_bulletin, first)
    do(life, journey.publish_bulletin, first)
    published = kept(life, first)[0]
    life.take_in()
    second = correct(first)

    assert second == first + 1
    assert f"更正：本期更正第 {first} 期，理由：漏计一件" in kept(life, second)[1].lead
    assert rows_of(kept(life, second)[1], "总体情况")["受理量"][0] == 2
    assert kept(life, first)[0] == published
    with pytest.raises(BulletinStands, match=f"已由第 {second} 期更正"):
        correct(first)


def test_a_month_is_over_when_its_last_day_is_in_the_district(installation: Installation) -> None:
    life = make_life(installation)
    with pytest.raises(MonthNotOver, match="2026年3月还没有结束（今天是 2026-03-31）"):
        drafted(life, now=beijing("2026-03-31 23:59"))
    assert drafted(life, now=beijing("2026-04-01 00:00")) == 1


def test_a_section_that_fails_is_said_and_the_bulletin_is_made_all_the_same(installation: Installation) -> None:
    broken, odd = make_life(installation, "broken"), make_life(installation, "f", "odd")

    document, other = (kept(life, drafted(life))[1] for life in (broken, odd))

    assert words_of_section(document, "broken") == ["本节未生成：功能“broken”没有给出内容，已记入待修复。"]
    assert headings(document)[:2] == ["总体情况", "领导批示"]
    assert words_of_section(document, "点名通报") == ["没有功能规定满意率的底线，不点名。"]
    assert headings(other) == ["总体情况", "odd", "本区", "指标口径"]
    assert words_of_section(other, "odd") == ["本节未生成：没有这个章节。"]


def test_a_bulletin_that_was_tampered_with_is_not_used(installation: Installation) -> None:
    life = make_life(installation)
    number = drafted(life)
    with installation.scope(life.slug) as scope:
        scope.session.execute(update(Bulletin).values(document=Bulletin.document + " "))
    with pytest.raises(BulletinDamaged):
        kept(life, number)
    with pytest.raises(BulletinDamaged):
        do(life, journey.approve_bulletin, number)


def test_the_clock_has_the_month_that_is_over_drafted_once_of_those_who_want_it(installation: Installation) -> None:
    life, other = make_life(installation), make_life(installation, "broken")
    rate(life, "roads", "rate well")
    for _ in range(2):
        clock = Bulletins(installation, is_ending=lambda: False)
        for at in ("2026-04-01 01:59", "2026-04-01 02:00", "2026-04-17 10:00"):
            with alone(installation, life.slug, other.slug):
                clock.order(now=partial(beijing, at))

    def jobs(of: Life) -> Sequence[Job]:
        with installation.scope(of.slug) as scope:
            return scope.session.scalars(select(Job).where(Job.kind == BULLETIN)).all()

    assert [job.payload for job in jobs(life)] == [{"month": "2026-03"}]
    assert jobs(other) == []
    for _ in range(2):
        with installation.scope(life.slug) as scope:
            do_job(installation, scope, jobs(life)[0].payload, NOW)
    with installation.scope(life.slug) as scope:
        found = [(each.edition, each.made_by, each.state) for each in journey.list_bulletins(scope)]
    assert found == [("enterprise", "系统", "draft"), ("general", "系统", "draft")]


def test_a_citys_bulletin_adds_up_its_districts_and_is_written_alike_twice(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    lives = make_life(installation), make_life(installation)
    rate(lives[0], "roads", *["rate badly"] * 3, "rate well", "rate well")
    rate(lives[1], "parks", "rate well", appellant="enterprise")
    city = make_city(installation, [life.slug for life in lives], features={"f": {}})

    class Installed:
        def __enter__(self) -> Installation:
            return installation

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(command, "installed", Installed)
    for folder in ("one", "two"):
        asked = ["--tenant", city, "--month", "2026-03", "--format", "pdf,docx,xlsx", "--into", str(tmp_path / folder)]
        result = CliRunner().invoke(command.bulletin, asked, catch_exceptions=False)
        assert result.exit_code == 0

    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()} == files
    assert sorted(files) == [
        f"bulletin-{city}-2026-03-{edition}.{form}"
        for edition in ("enterprise", "general")
        for form in ("docx", "pdf", "xlsx")
    ]
    with installation.scope(city) as scope:
        shown = journey.show_bulletin(scope, 1)
    units = rows_of(shown.document, "各级办理回复情况")
    assert [units[name][:3] for name in (f"测试区 {lives[0].slug}", f"测试区 {lives[1].slug}", "合计")] == [
        [5, 5, 0],
        [1, 0, 1],
        [6, 5, 1],
    ]
    assert words_of_section(shown.document, "话题跟踪") == [
        "话题由各区（市）县自己选定，所含事项各不相同，不能相加，见各区（市）县的通报。"
    ]
    district = f"测试区 {lives[0].slug}"
    assert [(each.name, each.satisfied, each.rated) for each in shown.namings] == [
        (district, 2, 5),
        (f"{district} 道路管理处", 2, 5),
    ]
