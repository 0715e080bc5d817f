"""`huiying route`: the story as text and JSON, why a rule did not decide, trying an appeal, rules as files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.cli.route import RulesFileUnusable
from core.journey.queries.explained import NeverAsked, RulesGone
from core.routing.models import RouteDecision
from core.routing.ruleset import dump_rules, parse_rules
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.queries import NoSuchTicket
from core.units.catalogue.queries import duty_list_in_force
from tests.builders import beijing, let_hold, make_district
from tests.decisions.making import RULES, UNITS, Run, begin, explained
from tests.journey.walking import Walk


def lines(run: Run, *words: str, exit_code: int = 0) -> list[str]:
    result = run(*words)
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result.output.splitlines()


def another_set(walk: Walk, rules: Sequence[Mapping[str, Any]]) -> None:
    """Let other rules hold from now on."""
    walk.run(lambda scope: let_hold(scope, duty_list_in_force(scope).number, rules))
    walk.installation.forget()


@pytest.fixture
def own(installation: Installation) -> Walk:
    """A ticket of a district whose rules a test changes."""
    slug = make_district(installation, units=UNITS)
    installation.run(slug, begin)
    installation.forget()
    return Walk(installation, slug)


def test_the_story_as_text(walk: Walk, run: Run) -> None:
    walk.take_in(text="道路坑洼", affected_count=80)
    walk.dispatch("2026-03-12 10:10", lead="roads", reason="人数有误")

    told = lines(run, "explain", walk.serial_no, "--tenant", walk.slug)

    digest = explained(walk).steps[0].decision
    assert digest is not None
    ground = "依据规则“多人反映”，五十人以上由水务局牵头；这件工单涉及人数是 80 人，不少于 50 人"
    against = f"2026-03-12 10:10，坐席甲派给道路管理处，理由：人数有误；系统原建议派给水务局，{ground}。"
    assert told == [
        f"{walk.serial_no} 道路坑洼（待签收）",
        f"为什么在这里：{against}",
        "",
        f"1. 【系统判定】2026-03-12 10:00，系统按派单依据第 1 次设置建议派给水务局，{ground}。",
        f"   决定：派单规则（系统），派单依据第 1 次设置；职责清单第 1 版，规则摘要 {digest.rules[:12]}",
        "   派给水务局，依据规则“多人反映”。",
        "   专项：命中规则“多人反映”（many），五十人以上由水务局牵头。依据：涉及人数是 80 人，不少于 50 人。",
        "   没有派给道路管理处（职责清单所提）：前面的规则“多人反映”已指定单位。",
        "   规则“多人反映”（many，专项）逐项：",
        "     符合：涉及人数不少于 50 人——涉及人数是 80 人，不少于 50 人",
        "",
        f"2. 【派单】{against}",
        "   决定：人员（坐席甲）；职责清单第 1 版",
        "   没有按建议派给水务局，理由：人数有误",
    ]


def test_the_story_as_json_by_id(walk: Walk, run: Run) -> None:
    walk.take_in(text="道路坑洼")
    walk.dispatch("2026-03-12 10:10", lead="parks", reason="坑在绿化带里")

    told = json.loads(lines(run, "explain", str(walk.ticket().id), "--tenant", walk.slug, "--json")[-1])

    assert told["sentence"] == explained(walk).sentence
    assert [(step["at"], step["kind"], step["decision"]["kind"]) for step in told["steps"]] == [
        ("2026-03-12T10:00:00+08:00", "decision", "duty_list"),
        ("2026-03-12T10:10:00+08:00", "decision", "person"),
    ]
    assert told["steps"][1]["decision"]["override"] == "坑在绿化带里"


def test_a_ticket_that_is_not_there(run: Run, district: str) -> None:
    assert isinstance(run("explain", "T0", "--tenant", district).exception, NoSuchTicket)


def test_why_a_rule_did_not_decide_by_the_rules_and_facts_of_then(own: Walk, run: Run) -> None:
    own.take_in(text="西街道灯杆漏电", affected_count=3)
    another_set(own, [])

    assert lines(run, "explain", own.serial_no, "--tenant", own.slug, "--why-not", "danger") == [
        "2026-03-12 10:00 的判定：",
        "规则“用电险情”（danger）的条件不符：区域不明。",
    ]
    assert lines(run, "explain", own.serial_no, "--tenant", own.slug, "--why-not", "many")[1:] == [
        "规则“多人反映”（many）的条件不符：涉及人数是 3 人，并非不少于 50 人。"
    ]
    assert lines(run, "explain", own.serial_no, "--tenant", own.slug, "--why-not", "none")[1:] == ["没有规则“none”。"]


def test_rules_that_can_no_longer_be_found_are_not_guessed(own: Walk, run: Run) -> None:
    own.take_in(text="道路坑洼")

    def decide_by_others(scope: Scope) -> None:
        [row] = scope.session.scalars(select(RouteDecision).where(RouteDecision.tenant_id == scope.tenant.id))
        kept = {column.key: getattr(row, column.key) for column in RouteDecision.__table__.columns}
        other = {"id": scope.new_id(), "record": {**(row.record or {}), "rules": "0" * 64}}
        scope.session.add(RouteDecision(**{**kept, **other, "decided_at": beijing("2026-03-12 11:00")}))

    own.run(decide_by_others)

    assert isinstance(run("explain", own.serial_no, "--tenant", own.slug, "--why-not", "danger").exception, RulesGone)


def test_rules_that_were_never_asked(own: Walk, run: Run) -> None:
    own.register(text="道路坑洼")

    refused = run("explain", own.serial_no, "--tenant", own.slug, "--why-not", "danger").exception

    assert isinstance(refused, NeverAsked)
    assert explained(own).sentence == "还没有派单决定：工单还没有受理。"


def test_trying_an_appeal_tells_whose_it_would_be_and_keeps_nothing(own: Walk, run: Run) -> None:
    def kept(scope: Scope) -> list[int | None]:
        tables = (Ticket, TicketEvent, RouteDecision)
        return [
            scope.session.scalar(select(func.count()).select_from(table).where(table.tenant_id == scope.tenant.id))
            for table in tables
        ]

    own.take_in(text="道路坑洼")
    before = own.run(kept)

    told = lines(run, "try", "--tenant", own.slug, "--text", "灯杆漏电，路面坑洼", "--place", "东街道 3 号")
    listed = json.loads(lines(run, "try", "--tenant", own.slug, "--text", "枯树", "--matter", "road", "--json")[-1])

    assert told == [
        "事项：城市管理 / 道路（依据词：坑洼）",
        "区域：东街道（按“东街道”定位到 测试区 / 东街道）",
        "紧急程度：紧急（规则“用电险情”）",
        "直接派给：供电局，协办 东街道办",
        "依据：用电险情先断电（core.routing/danger，派单依据第 1 次设置；职责清单第 1 版）",
        "  直接派给供电局，由东街道办协办，依据规则“用电险情”，紧急程度定为紧急。",
        "  安全：命中规则“用电险情”（danger），用电险情先断电。依据：正文提到“漏电”；区域已知（“东街道”）。",
        "  没有派给道路管理处（职责清单所提）：前面的规则“用电险情”已指定单位。",
        "以上只是试问，没有登记工单。",
    ]
    assert (listed["unit"], listed["is_direct"], listed["matter_because"]) == ("roads", False, "已写明")
    assert own.run(kept) == before


def test_rules_in_force_are_written_as_a_draft_takes_them(walk: Walk, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"

    told = lines(run, "rules", "show", "--tenant", walk.slug, "--file", str(file))

    assert told[0] == f"现行的 2 条派单规则已写到 {file}。"
    written = json.loads(file.read_text("utf-8"))
    assert written == {**dump_rules(parse_rules({"rules": list(RULES)})), "limits": []}
    assert json.loads("\n".join(lines(run, "rules", "show", "--tenant", walk.slug))) == written
    checked = lines(run, "rules", "check", str(file), "--tenant", walk.slug)
    assert checked[0].startswith("共 2 条规则，可以起草（摘要 ")


def test_limits_beside_the_rules_of_a_file_are_known_to_them(walk: Walk, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    quick = {**RULES[1], "then": {"limit": "quick"}}
    limit = {"code": "quick", "label": "快办", "clock": "handle", "mode": "wd_eod", "amount": 1}

    file.write_text(json.dumps({"rules": [quick], "limits": [limit]}), "utf-8")
    assert lines(run, "rules", "check", str(file), "--tenant", walk.slug)[0].startswith("共 1 条规则，可以起草")
    file.write_text(json.dumps({"rules": [quick]}), "utf-8")
    told = lines(run, "rules", "check", str(file), "--tenant", walk.slug, exit_code=1)
    assert "quick" in told[1]


def test_rules_that_cannot_hold_are_told_with_exit_code_1(walk: Walk, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    stranger = {**RULES[1], "then": {"assign": {"lead": "nobody-here"}}}
    file.write_text(json.dumps({"rules": [stranger]}), "utf-8")
    told = lines(run, "rules", "check", str(file), "--tenant", walk.slug, exit_code=1)
    assert told[0].startswith("共 1 条规则，有错误，不能启用（摘要 ")
    assert "  错误：" in told[1]
    assert "nobody-here" in told[1]

    file.write_text("{", "utf-8")
    told = lines(run, "rules", "check", str(file), "--tenant", walk.slug, exit_code=1)
    assert told[0] == "这些规则读不通，有 1 处要改："

    missing = run("rules", "check", str(tmp_path / "none.json"), "--tenant", walk.slug).exception
    assert isinstance(missing, RulesFileUnusable)
