"""Settings as administrators read them: what holds, from where, which revisions there were and what differs, in words."""

from collections.abc import Callable
from typing import Any

import pytest

from core.journey.settings.showing import RevisionShown, Shown, diff, history, show, show_revision
from core.people.roles import NotPermitted
from tests.builders import make_installation
from tests.settings.making import ANNA, BORIS, CLERK, LIGHT, District, later, later_light


def shown(district: District) -> Shown:
    told: Shown = district.run(lambda scope: show(scope, district.roster, LIGHT, actor=ANNA))
    return told


def one(district: District, number: int) -> RevisionShown:
    told: RevisionShown = district.run(lambda scope: show_revision(scope, district.roster, LIGHT, number, actor=ANNA))
    return told


def compared(district: District, number: int, against: int | None = None) -> list[tuple[str, str, str]]:
    told = district.run(lambda scope: diff(scope, district.roster, LIGHT, number, against=against, actor=ANNA))
    return [(each.label, each.before, each.after) for each in told]


def test_each_setting_is_told_with_its_value_in_words_and_where_it_comes_from(district: District) -> None:
    district.make_active({"yellow_hours": 5, "watcher": "panel", "steps": [{"at": 4, "unit": "audit"}]})

    told = shown(district)

    assert (told.label, told.state, told.revision, told.used, told.note) == ("信号灯", "on", 2, 2, "")
    assert [(each.label, each.words, each.source_words) for each in told.values] == [
        ("剩余多少工作小时变黄", "5 个工作小时", "本区第 2 次修订"),
        ("答复时限", "5 个工作日", "默认"),
        ("关键词", "井盖", "默认"),
        ("监督单位", "纪检监察组", "本区第 2 次修订"),
        ("只用于事项", "空", "默认"),
        ("升级步骤", "几个工作小时后：4 个工作小时；告知单位：审计处", "本区第 2 次修订"),
        ("函件名称", "提醒函", "默认"),
    ]
    assert [each.name for each in told.values if each.risk] == ["watcher"]


def test_settings_that_no_longer_fit_are_told_with_what_is_used_instead(district: District, database_url: str) -> None:
    district.make_active({"yellow_hours": 4})
    district.make_active({"answer_days": 9}, now=later(minutes=1))
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    told = shown(newer)

    assert (told.revision, told.used) == (3, 2)
    assert told.note == "第 3 次修订与现在的功能版本或全市预设不合，暂用第 2 次修订。请另起草一次修订。"
    assert told.values[0].words == "4 个工作小时"


def test_the_history_tells_who_wrote_each_revision_why_and_what_became_of_it(district: District) -> None:
    number = district.make_active({"yellow_hours": 5}, now=later(hours=1))
    open_draft = district.draft({"answer_days": 7}, actor=BORIS, reason="试行", now=later(hours=2))

    told = district.run(lambda scope: history(scope, district.roster, LIGHT, actor=ANNA))

    assert [(each.number, each.state_label, each.author, each.reason) for each in told] == [
        (open_draft, "草稿", "鲍里斯", "试行"),
        (number, "生效中", "安娜", "雨季将至"),
        (1, "已被取代", "区配置文件", "测试"),
    ]
    assert told[1].approvers == ("鲍里斯",)
    assert (told[1].created_at, told[1].effective_at, told[1].ended_at) == (later(hours=1), later(hours=1), None)
    assert told[2].ended_at == later(hours=1)
    assert str(told[1].created_at) == "2026-03-12 11:00:00+08:00"


def test_one_revision_is_told_with_what_is_still_needed(district: District) -> None:
    number = district.draft({"watcher": "panel"})
    district.check(number)

    told = one(district, number)

    assert told.needs == ("trial", "approval")
    assert [(each.label, each.after, each.risk) for each in told.changes] == [
        ("监督单位", "纪检监察组", "accountability")
    ]
    assert [(each.what, each.who) for each in told.events] == [("检查通过", "安娜")]
    assert [finding.level for finding in told.findings] == ["warning"]
    assert one(district, 1).needs == ()


def test_two_revisions_are_compared_in_words_or_one_with_what_holds(district: District) -> None:
    district.make_active({"yellow_hours": 5, "words": ["井盖", "路灯"]})
    district.make_active({"yellow_hours": 6}, now=later(minutes=1))

    assert compared(district, 2) == [("剩余多少工作小时变黄", "6 个工作小时", "5 个工作小时")]
    assert compared(district, 3, against=1) == [
        ("剩余多少工作小时变黄", "3 个工作小时", "6 个工作小时"),
        ("关键词", "其余 1 项不变", "路灯（其余 1 项不变）"),
    ]
    assert compared(district, 3) == []


@pytest.mark.parametrize("look", [show, history])
def test_who_administers_nothing_reads_nothing(district: District, look: Callable[..., Any]) -> None:
    with pytest.raises(NotPermitted):
        district.run(lambda scope: look(scope, district.roster, LIGHT, actor=CLERK))
