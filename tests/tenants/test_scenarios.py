"""Reading scenarios: the shipped cases, and what is said when one of them could not be replayed."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tenants.faults import FactsUnusable
from tenants.profile import Profile, read_profile
from tenants.scenario import Scenario, read_scenario, shipped_scenarios
from tenants.steps import VERBS, Accept, Advance, Dispatch, Meet, OnSite, Rate, Reply, Review
from tests.tenants.making import make_folder

BEIJING = ZoneInfo("Asia/Shanghai")
HEAD = """
tenant = "xinqu"
title = "路面坑洼"
article = "某报"
inventory = ["P41"]
basis = "日期是选定的。"

""".lstrip()
ACCEPT = """
[[step]]
do = "accept"
at = 2020-11-18T08:07:40
submitted_at = 2020-11-18T08:05:20
channel = "wechat"
contact = "陈先生"
phone = "13800000009"
text = "路面坑洼"
matter = "D01"
""".lstrip()
ON_SITE = """
[[step]]
do = "on_site"
at = 2020-11-18T08:58:30
unit = "street-cg"
text = "到达"
""".lstrip()

ATTACH = """
[[step]]
do = "attach"
at = 2020-11-18T09:00:00
to = "other"
""".lstrip()
SPLIT = """
[[step]]
do = "split"
at = 2020-11-18T09:00:00
parts = ["road", "lamp"]
texts = ["路面", "路灯"]
""".lstrip()


def read(tmp_path: Path, text: str) -> Scenario:
    profile = read_profile(make_folder(tmp_path))
    file = tmp_path / "7-pothole.toml"
    file.write_text(text, encoding="utf-8")
    return read_scenario(file, {"xinqu": profile})


def cases() -> dict[str, Scenario]:
    return {scenario.id: scenario for scenario in shipped_scenarios()}


def test_a_file_becomes_steps_with_local_times(tmp_path: Path) -> None:
    scenario = read(tmp_path, HEAD + ACCEPT + ON_SITE)

    assert scenario == Scenario(
        id="7-pothole",
        tenant="xinqu",
        title="路面坑洼",
        article="某报",
        inventory=("P41",),
        basis="日期是选定的。",
        facts={},
        steps=(
            Accept(
                at=datetime(2020, 11, 18, 8, 7, 40, tzinfo=BEIJING),
                ticket="ticket",
                line=7,
                submitted_at=datetime(2020, 11, 18, 8, 5, 20, tzinfo=BEIJING),
                channel="wechat",
                contact="陈先生",
                phone="13800000009",
                text="路面坑洼",
                matter="D01",
            ),
            OnSite(
                at=datetime(2020, 11, 18, 8, 58, 30, tzinfo=BEIJING),
                ticket="ticket",
                line=16,
                unit="street-cg",
                text="到达",
            ),
        ),
    )


def test_all_nine_published_cases_and_the_invented_one_read_clean() -> None:
    assert {scenario.id: scenario.tenant for scenario in shipped_scenarios()} == {
        "1-tilted-hut": "chengdu-gaoxin",
        "2-falling-tiles": "chengdu-jinjiang",
        "3-nineteen-households": "chengdu-jinjiang",
        "4-metro-advertisement": "chengdu-gaoxin",
        "5-burning-rubbish": "chengdu-xindu",
        "6-special-school": "chengdu-gaoxin",
        "7-pothole": "pingshan",
        "8-manhole-cover": "nanhai",
        "9-live-session": "nanhai",
        "10-sunken-pavement": "sandbox",
    }


def test_cases_are_told_in_the_order_of_their_numbers() -> None:
    assert [scenario.number for scenario in shipped_scenarios()] == list(range(1, 11))


def test_only_the_tenth_is_invented_and_it_says_so() -> None:
    invented = [scenario for scenario in shipped_scenarios() if scenario.invented]

    assert [scenario.id for scenario in invented] == ["10-sunken-pavement"]
    assert (invented[0].article, invented[0].inventory) == ("", ())
    assert "虚构" in invented[0].basis


def test_the_tilted_hut_goes_out_within_two_minutes_and_is_seen_within_the_hour() -> None:
    hut = cases()["1-tilted-hut"].steps
    accepted = next(step for step in hut if isinstance(step, Accept))
    dispatched = next(step for step in hut if isinstance(step, Dispatch))
    arrived = next(step for step in hut if isinstance(step, OnSite))
    stop_work = next(step for step in hut if "停工整改" in getattr(step, "text", ""))

    assert (dispatched.at - accepted.at).total_seconds() < 120
    assert (arrived.at - accepted.at).total_seconds() < 3600
    assert (stop_work.at - accepted.at).total_seconds() < 2 * 3600


def test_the_burning_rubbish_is_answered_at_two_in_the_afternoon() -> None:
    passed = next(step for step in cases()["5-burning-rubbish"].steps if isinstance(step, Review))

    assert passed.at == datetime(2017, 1, 23, 14, 0, tzinfo=BEIJING)


def test_nineteen_households_are_one_ticket_with_three_units() -> None:
    steps = cases()["3-nineteen-households"].steps
    accepted = next(step for step in steps if isinstance(step, Accept))
    meeting = next(step for step in steps if isinstance(step, Meet))

    assert accepted.affected == 19
    assert set(meeting.tasks) == {"jyj", "street-chenglonglu", "gaj"}


def test_the_pothole_is_filed_within_three_minutes_seen_within_sixty_and_mended_two_hours_later() -> None:
    steps = cases()["7-pothole"].steps
    accepted = next(step for step in steps if isinstance(step, Accept))
    arrived = next(step for step in steps if isinstance(step, OnSite))
    mended = next(step for step in steps if "修复完成" in getattr(step, "text", ""))

    assert accepted.submitted_at is not None
    assert (accepted.at - accepted.submitted_at).total_seconds() < 180
    assert (arrived.at - accepted.at).total_seconds() < 3600
    assert (mended.at - arrived.at).total_seconds() <= 2 * 3600


def test_the_manhole_cover_runs_over_its_limit_before_it_is_mended() -> None:
    steps = cases()["8-manhole-cover"].steps
    waits = [(step.at, step.expect) for step in steps if isinstance(step, Advance)]
    replied = next(step for step in steps if isinstance(step, Reply))

    assert waits == [
        (datetime(2013, 10, 21, 14, 30, tzinfo=BEIJING), ("yellow", "sms")),
        (datetime(2013, 10, 21, 17, 31, tzinfo=BEIJING), ("red", "sms", "case")),
    ]
    assert replied.at > waits[-1][0]


def test_the_live_session_keeps_the_published_figures_as_facts() -> None:
    session = cases()["9-live-session"]

    assert session.facts == {
        "session_minutes": 90,
        "extended_minutes": 10,
        "questions": 1804,
        "answered_live": 36,
        "merged_after_two_sessions": 1832,
        "finished_by_25_october": 331,
        "in_progress_on_25_october": 1501,
    }
    assert session.facts["finished_by_25_october"] + session.facts["in_progress_on_25_october"] == 1832


def test_no_shipped_case_needs_a_step_to_go_back_in_time() -> None:
    backwards = [
        (scenario.id, later.line)
        for scenario in shipped_scenarios()
        for earlier, later in pairwise(scenario.steps)
        if later.at < earlier.at
    ]

    assert backwards == []


def test_every_published_outcome_is_kept() -> None:
    ratings = {
        scenario.id: [step.satisfaction for step in scenario.steps if isinstance(step, Rate)]
        for scenario in shipped_scenarios()
    }

    assert ratings == {
        "1-tilted-hut": ["satisfied"],
        "2-falling-tiles": ["satisfied"],
        "3-nineteen-households": ["satisfied"],
        "4-metro-advertisement": ["satisfied", "basically"],
        "5-burning-rubbish": ["satisfied"],
        "6-special-school": ["satisfied"],
        "7-pothole": ["satisfied"],
        "8-manhole-cover": ["basically"],
        "9-live-session": ["satisfied"],
        "10-sunken-pavement": ["satisfied"],
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            HEAD.replace('"xinqu"', '"dongqu"') + ACCEPT,
            "第 1 行：没有名为“dongqu”的区，案例无处重演；请从 xinqu 中选一个",
        ),
        (
            HEAD.replace('"P41"', '"第一条"') + ACCEPT,
            "第 4 行：“第一条”不是清单编号，找不到出处；请写成 A01、B12 这样的编号",
        ),
        (HEAD, "第 1 行：案例里没有任何步骤，无可重演；请至少写一个 [[step]]"),
        (
            HEAD + ACCEPT.replace('"accept"', '"open"'),
            f"第 8 行：没有名为“open”的步骤；请从 {'、'.join(VERBS)} 中选一个",
        ),
        (
            HEAD + ACCEPT.replace("at = 2020-11-18T08:07:40", 'at = "2020-11-18 08:07"'),
            "第 9 行：at 要写当地时间，不加引号和时区；请写成 2019-11-05T14:06:10",
        ),
        (
            HEAD + ACCEPT.replace("2020-11-18T08:07:40", "2020-11-18T08:07:40+08:00"),
            "第 9 行：at 要写当地时间，不加引号和时区；请写成 2019-11-05T14:06:10",
        ),
        (
            HEAD + ACCEPT.replace("08:05:20", "08:08:20"),
            "第 10 行：提交时间晚于受理时间，先后说不通；请改正其中一个",
        ),
        (
            HEAD + ACCEPT.replace("13800000009", "13912345678"),
            "第 13 行：电话“13912345678”可能是真的，这个文件会公开；请写 1380000 开头的虚构号码",
        ),
        (
            HEAD + ACCEPT.replace('"D01"', '"D99"'),
            "第 15 行：事项“D99”不在 xinqu/duties.csv 中，步骤无法重演；请改用已有的事项代码",
        ),
        (HEAD + ACCEPT.replace('contact = "陈先生"\n', ""), "第 7 行：缺少 contact，它是必填的；请补上"),
        (
            HEAD + ACCEPT + "nature = 3\n",
            "第 16 行：nature 写成了“3”，这里要写文字；请改正",
        ),
        (
            HEAD + ACCEPT + 'nature = "anger"\n',
            "第 16 行：nature 没有“anger”这一项；请从 complaint、help、inquiry、suggestion、praise、application 中选择",
        ),
        (
            HEAD + ACCEPT + ON_SITE.replace('"street-cg"', '"water"'),
            "第 19 行：单位“water”不在 xinqu/units.csv 中，步骤无法重演；请改用已有的单位代码",
        ),
        (
            HEAD + ACCEPT + ON_SITE.replace("2020-11-18", "2020-11-17"),
            "第 16 行：时间 2020-11-17 08:58:30 早于上一步，时光不能倒流；请按先后排列",
        ),
        (HEAD + ACCEPT + ACCEPT, "第 16 行：工单“ticket”已经受理过一次；请换一个 ticket 标签"),
        (
            HEAD + ACCEPT + ON_SITE + 'ticket = "other"\n',
            "第 16 行：工单“other”还没有受理，谈不上这一步；请先写它的 accept，或改正标签",
        ),
        (
            HEAD + ACCEPT + ATTACH,
            "第 16 行：工单“other”还没有受理，谈不上这一步；请先写它的 accept，或改正标签",
        ),
        (
            HEAD + ACCEPT + SPLIT.replace('["路面", "路灯"]', '["路面"]'),
            "第 19 行：parts 有 2 个标签，texts 有 1 项，对不上；请一一对应",
        ),
        (HEAD.replace('article = "某报"\n', "") + ACCEPT, "第 1 行：缺少 article，它是必填的；请补上"),
        (
            HEAD + ACCEPT + ON_SITE + 'colour = "red"\n',
            "第 21 行：不认识 colour，写了也不起作用；可用的有 at、do、text、ticket、unit，请改正或删去",
        ),
    ],
)
def test_faults_of_scenarios(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FactsUnusable) as refused:
        read(tmp_path, text)

    assert f"{tmp_path.name}/7-pothole.toml {fault}" in refused.value.faults


def test_parts_of_a_split_ticket_have_labels_for_the_steps_after(tmp_path: Path) -> None:
    on_site = ON_SITE.replace("08:58:30", "09:20:00") + 'ticket = "lamp"\n'

    scenario = read(tmp_path, HEAD + ACCEPT + SPLIT + on_site)

    assert [step.ticket for step in scenario.steps] == ["ticket", "ticket", "lamp"]


def test_an_invented_case_needs_no_article(tmp_path: Path) -> None:
    head = HEAD.replace('article = "某报"\ninventory = ["P41"]', "invented = true")

    scenario = read(tmp_path, head + ACCEPT)

    assert (scenario.invented, scenario.article, scenario.inventory) == (True, "", ())


def test_a_case_without_a_number_in_its_name_is_refused(tmp_path: Path) -> None:
    profile = read_profile(make_folder(tmp_path))
    file = tmp_path / "pothole.toml"
    file.write_text(HEAD + ACCEPT, encoding="utf-8")

    with pytest.raises(FactsUnusable) as refused:
        read_scenario(file, {"xinqu": profile})

    assert refused.value.faults == (
        f"{tmp_path.name}/pothole.toml 第 2 行：文件名“pothole”不以编号开头，排不出先后；请改成“11-pothole”这样的名称",
    )


def test_shipped_cases_name_only_units_of_their_own_tenant(tmp_path: Path) -> None:
    profile: Profile = read_profile(make_folder(tmp_path))
    pothole = Path(__file__).parents[2] / "tenants" / "cases" / "7-pothole.toml"
    elsewhere = tmp_path / "7-pothole.toml"
    elsewhere.write_text(pothole.read_text(encoding="utf-8").replace('"pingshan"', '"xinqu"'), encoding="utf-8")

    with pytest.raises(FactsUnusable) as refused:
        read_scenario(elsewhere, {"xinqu": profile})

    assert [fault for fault in refused.value.faults if "jtj-dl" in fault] != []
