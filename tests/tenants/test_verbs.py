"""Every verb of scenarios does what it says: those that no shipped case uses are tried here, in the sample district."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from tenants.apply import apply_profile
from tenants.deeds import ReplayDiffers
from tenants.profile import Profile, shipped_profiles
from tenants.replay import Replay
from tenants.scenario import Scenario, read_scenario, shipped_scenarios
from tenants.steps import VERBS
from tests.builders import beijing, make_installation
from tests.tenants.test_cases_replayed import Case

HEAD = """
tenant = "sandbox"
title = "试每一种步骤"
invented = true
basis = "为测试而写。"
""".lstrip()
TWO_MATTERS = """
do = "accept"
at = 2026-03-02T09:10:00
channel = "desk"
contact = "示范人"
text = "和平路路灯不亮，旁边的垃圾也没人清运"
---
do = "classify"
at = 2026-03-02T09:15:00
nature = "complaint"
matter = "S01"
---
do = "split"
at = 2026-03-02T09:20:00
parts = ["lamp", "rubbish"]
texts = ["和平路路灯不亮", "和平路垃圾没人清运"]
matters = ["S01", "S02"]
---
do = "consult"
ticket = "lamp"
at = 2026-03-02T09:30:00
text = "路灯在街道和市政的交界处，由谁主办？"
---
do = "opinion"
ticket = "lamp"
at = 2026-03-02T10:00:00
unit = "zhongxin-sz"
text = "灯杆由我科建设"
---
do = "designate"
ticket = "lamp"
at = 2026-03-02T11:00:00
unit = "zhongxin-sz"
reason = "谁建设谁维护"
---
do = "dispatch"
ticket = "rubbish"
at = 2026-03-02T11:10:00
unit = "street-shili"
co = ["zhongxin"]
---
do = "waive"
ticket = "rubbish"
at = 2026-03-02T11:20:00
unit = "zhongxin"
reason = "街道可以独立清运"
---
do = "sign"
ticket = "rubbish"
at = 2026-03-02T11:30:00
unit = "street-shili"
---
do = "instruct"
ticket = "rubbish"
at = 2026-03-02T14:10:00
leader = "示例街道主任"
level = "street"
text = "今天清完"
deadline = 2026-03-02T17:00:00
---
do = "report"
ticket = "rubbish"
at = 2026-03-02T15:00:00
unit = "street-shili"
text = "已清运"
---
do = "letter"
ticket = "rubbish"
at = 2026-03-02T15:10:00
kind = "reminder"
text = "请抓紧答复"
---
do = "reply"
ticket = "rubbish"
at = 2026-03-02T15:20:00
unit = "street-shili"
text = "已清运。"
---
do = "review"
ticket = "rubbish"
at = 2026-03-02T15:30:00
passed = false
text = "请附照片"
---
do = "reply"
ticket = "rubbish"
at = 2026-03-02T15:50:00
unit = "street-shili"
text = "已清运，照片附后。"
---
do = "review"
ticket = "rubbish"
at = 2026-03-02T16:00:00
passed = true
---
do = "redo"
ticket = "rubbish"
at = 2026-03-03T09:00:00
text = "又堆满了"
same_unit = true
---
do = "void"
ticket = "rubbish"
at = 2026-03-03T09:30:00
reason = "诉求人说看错了地方"
"""
DENIED = """
do = "accept"
at = 2026-03-02T09:10:00
channel = "desk"
contact = "示范人"
text = "和平路路灯不亮"
matter = "S01"
---
do = "dispatch"
at = 2026-03-02T09:20:00
---
do = "return"
at = 2026-03-02T10:00:00
unit = "zhongxin-sz"
reason = "wrong_area"
text = "路灯在邻区一侧"
---
do = "decide"
on = "return"
at = 2026-03-02T10:30:00
approved = false
text = "地图上在本区"
---
do = "sign"
at = 2026-03-02T10:40:00
unit = "zhongxin-sz"
---
do = "extend"
at = 2026-03-02T11:00:00
unit = "zhongxin-sz"
days = 3
text = "等灯具"
---
do = "decide"
on = "extension"
at = 2026-03-02T11:10:00
approved = true
days = 1
text = "一天够了"
---
do = "pause"
at = 2026-03-02T11:20:00
unit = "zhongxin-sz"
reason = "force_majeure"
text = "预报有大风"
days = 2
---
do = "decide"
on = "pause"
at = 2026-03-02T11:30:00
approved = false
text = "没有起风"
"""


def make_scenario(tmp_path: Path, steps: str) -> Scenario:
    profiles = {profile.slug: profile for profile in shipped_profiles()}
    file = tmp_path / "11-every-verb.toml"
    file.write_text(HEAD + "".join(f"[[step]]\n{step.strip()}\n" for step in steps.split("---")), encoding="utf-8")
    return read_scenario(file, profiles)


@pytest.fixture(scope="module")
def sandbox() -> Profile:
    mark = secrets.token_hex(3)
    shipped = next(profile for profile in shipped_profiles() if profile.slug == "sandbox")
    return replace(shipped, slug=f"sandbox-{mark}", serial_prefix=f"S{mark.upper()}")


def play(database_url: str, sandbox: Profile, scenario: Scenario) -> Case:
    installation = make_installation(database_url)
    apply_profile(installation, sandbox, now=beijing("2026-03-02 08:00"))
    with installation.scope(sandbox.slug) as scope:
        replay = Replay(scope, scenario)
        replay.run()
    return Case(installation, sandbox.slug, replay.serials)


def test_no_verb_is_without_use(tmp_path: Path) -> None:
    scenarios = [*shipped_scenarios(), make_scenario(tmp_path, TWO_MATTERS)]

    used = {type(step) for scenario in scenarios for step in scenario.steps}

    assert {verb for verb, kind in VERBS.items() if kind not in used} == set()


def test_a_split_ticket_goes_two_ways(tmp_path: Path, database_url: str, sandbox: Profile) -> None:
    scenario = make_scenario(tmp_path, TWO_MATTERS)

    case = play(database_url, sandbox, scenario)

    assert {label: case.ticket(label).state for label in case.serials} == {
        "ticket": "in_progress",
        "lamp": "dispatched",
        "rubbish": "voided",
    }
    assert case.at("split") == beijing("2026-03-02 09:20")
    assert case.at("consultation", "指定综合服务中心市政科承办", "lamp") == beijing("2026-03-02 11:00")
    assert case.at("waive", "示例区综合服务中心免予办理", "rubbish") == beijing("2026-03-02 11:20")
    assert case.at("instruction", "反馈示例街道主任批示", "rubbish") == beijing("2026-03-02 15:00")
    assert case.at("letter", "提醒函", "rubbish") == beijing("2026-03-02 15:10")
    assert case.at("audit_return", "请附照片", "rubbish") == beijing("2026-03-02 15:30")
    assert case.at("redo", label="rubbish") == beijing("2026-03-03 09:00")
    assert case.at("void_proposed", label="rubbish") == case.at("void", label="rubbish")

    assert play(database_url, sandbox, scenario).serials == case.serials, "the second time finds what is there"


def test_what_is_asked_for_can_be_denied_or_granted_in_part(
    tmp_path: Path, database_url: str, sandbox: Profile
) -> None:
    scenario = replace(make_scenario(tmp_path, DENIED), id="12-denied")

    case = play(database_url, sandbox, scenario)

    assert case.ticket().state == "in_progress"
    assert case.at("return_denied", "地图上在本区") == beijing("2026-03-02 10:30")
    assert case.at("extension", "准予延期 1 个工作日：一天够了") == beijing("2026-03-02 11:10")
    assert case.at("pause", "不准挂起：没有起风") == beijing("2026-03-02 11:30")


def test_a_report_on_no_instruction_is_a_fault_of_the_scenario(
    tmp_path: Path, database_url: str, sandbox: Profile
) -> None:
    steps = TWO_MATTERS.split("---")
    without = "---".join(step for step in steps if 'do = "instruct"' not in step)
    scenario = replace(make_scenario(tmp_path, without), id="13-unasked")

    with pytest.raises(ReplayDiffers, match="反馈的批示不存在"):
        play(database_url, sandbox, scenario)
