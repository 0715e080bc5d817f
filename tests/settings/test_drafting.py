"""A draft holds what is asked for, checked where it enters; what cannot be is refused and nothing is written."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.hooks.roster import UnknownFeature
from core.hooks.settings import SettingsInvalid
from core.journey.settings.administering import ReasonUnusable
from core.journey.settings.drafting import FieldLocked, NotACitysPreset, NothingChanged, Wish, draft, typed_changes
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.tenancy.models import SettingsPreset
from core.tickets.service import CommandReused, ReasonMissing
from core.units.models import Unit
from tests.settings.making import ANNA, BORIS, CLERK, GATE, LIGHT, NOW, District


def preset(district: District, values: Mapping[str, Any], *, locked: list[str] | None = None, number: int = 3) -> None:
    """Let the city preset something, as if a job had brought it."""
    with district.installation.scope(district.slug) as scope:
        scope.session.merge(
            SettingsPreset(
                tenant_id=scope.tenant.id,
                feature=LIGHT,
                city="mid",
                number=number,
                schema_version=1,
                values=dict(values),
                locked=locked or [],
                set_at=NOW,
            )
        )


def test_a_draft_keeps_what_differs_from_what_is_inherited(district: District) -> None:
    number = district.draft({"yellow_hours": 5, "answer_days": 5})

    revision = district.revision(number)
    assert (revision.number, revision.values, revision.schema_version) == (2, {"yellow_hours": 5}, 1)
    assert (revision.author, revision.author_id, revision.reason) == ("安娜", ANNA.id, "雨季将至")
    assert revision.created_at == NOW
    assert district.settings()["yellow_hours"] == 3


def test_a_draft_goes_on_from_what_holds(district: District) -> None:
    district.make_active({"yellow_hours": 5})

    assert district.revision(district.draft({"answer_days": 7})).values == {"yellow_hours": 5, "answer_days": 7}


def test_a_draft_can_be_given_as_a_whole(district: District) -> None:
    district.make_active({"yellow_hours": 5})

    assert district.revision(district.draft(whole={"answer_days": 7})).values == {"answer_days": 7}


def test_a_setting_goes_back_to_what_is_inherited(district: District) -> None:
    district.make_active({"yellow_hours": 5, "answer_days": 7})

    assert district.revision(district.draft(inherit=["yellow_hours"])).values == {"answer_days": 7}


def test_the_change_is_told_in_words_with_names(district: District) -> None:
    wish = Wish({"yellow_hours": 5, "watcher": "panel", "words": ["井盖", "路灯"]})

    drafted = district.run(lambda scope: draft(scope, district.roster, LIGHT, wish, reason="试", actor=ANNA, now=NOW))

    assert [(each.label, each.before, each.after, each.risk) for each in drafted.changes] == [
        ("剩余多少工作小时变黄", "3 个工作小时", "5 个工作小时", ""),
        ("关键词", "其余 1 项不变", "路灯（其余 1 项不变）", ""),
        ("监督单位", "空", "纪检监察组", "accountability"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"yellow_hours": 8}, "yellow_hours", "须在 1 到 7 个工作小时之间"),
        ({"yellow_hours": "很多"}, "yellow_hours", "请填写整数"),
        ({"yellow_hours": None}, "yellow_hours", "不能为空"),
        ({"yellow": 5}, "yellow", "没有这一项设置"),
        ({"title": "<b>提醒</b>"}, "title", "不能含有 HTML 标记"),
        ({"title": "提醒\x00"}, "title", "控制字符"),
        ({"title": "长" * 21}, "title", "20"),
        ({"words": ["井盖", "<script>x</script>"]}, "words.1", "HTML"),
        ({"watcher": "nobody"}, "watcher", "本区没有代码为 nobody 的单位"),
        ({"watcher": "foreign"}, "watcher", "本区没有代码为 foreign 的单位"),
        ({"only": "Z9"}, "only", "本区没有代码为 Z9 的事项"),
        ({"steps": [{"unit": "foreign"}]}, "steps.0.unit", "本区没有代码为 foreign 的单位"),
        ({"steps": [{"at": 99}]}, "steps.0.at", "1 到 40"),
        ({"steps": [{}] * 4}, "steps", "最多 3 行"),
        ({"yellow_hours": 7, "answer_days": 30, "steps": "all"}, "steps", "请填写列表"),
    ],
)
def test_what_cannot_be_is_refused_where_it_enters(
    make: Callable[..., District], changes: Mapping[str, Any], field: str, words: str
) -> None:
    district = make()
    elsewhere = make()
    with elsewhere.installation.scope(elsewhere.slug) as scope:
        scope.session.add(
            Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code="foreign", name="外区单位", kind="section")
        )

    with pytest.raises(SettingsInvalid) as refused:
        district.draft(changes)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert words in refused.value.message
    assert [line.number for line in district.revisions()] == [1]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"changes": {}}, NothingChanged),
        ({"changes": {"yellow_hours": 3}}, NothingChanged),
        ({"changes": {"yellow_hours": 5}, "reason": "  "}, ReasonMissing),
        ({"changes": {"yellow_hours": 5}, "reason": "长" * 501}, ReasonUnusable),
        ({"changes": {"yellow_hours": 5}, "reason": "<i>雨季</i>"}, ReasonUnusable),
        ({"changes": {"yellow_hours": 5}, "reason": "雨季\ud800"}, ReasonUnusable),
        ({"changes": {"yellow_hours": 5}, "actor": CLERK}, NotPermitted),
        ({"changes": {"yellow_hours": 5}, "feature": "test.nothing"}, UnknownFeature),
        ({"changes": {"yellow_hours": 5}, "inherit": ["yellow_hours"]}, SettingsInvalid),
        ({"inherit": ["yellow"]}, SettingsInvalid),
        ({"changes": {"yellow_hours": 5}, "lock": ["yellow_hours"]}, NotACitysPreset),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(
    district: District, given: dict[str, Any], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        district.draft(**given)

    assert refused.value.message.endswith("。")
    assert [line.number for line in district.revisions()] == [1]


def test_a_district_leaves_what_its_city_has_locked(district: District) -> None:
    preset(district, {"yellow_hours": 2}, locked=["yellow_hours"])

    with pytest.raises(FieldLocked, match="“剩余多少工作小时变黄”由全市统一（mid 第 3 次修订）"):
        district.draft({"yellow_hours": 5})
    with pytest.raises(FieldLocked):
        district.draft(whole={"yellow_hours": 5, "answer_days": 7})

    number = district.draft({"yellow_hours": 2, "answer_days": 7})
    assert district.revision(number).values == {"answer_days": 7}


def test_a_setting_that_was_the_districts_own_before_it_was_locked_is_left_to_the_city(district: District) -> None:
    district.make_active({"yellow_hours": 5})
    preset(district, {"yellow_hours": 2}, locked=["yellow_hours"])

    assert district.revision(district.draft({"answer_days": 7})).values == {"answer_days": 7}


def test_two_who_draft_at_once_get_two_revisions(district: District) -> None:
    numbers: list[int] = []
    begin = threading.Barrier(2)

    def work(actor: Any, changes: Mapping[str, Any]) -> None:
        begin.wait()
        numbers.append(district.draft(changes, actor=actor))

    threads = [
        threading.Thread(target=work, args=(ANNA, {"yellow_hours": 5})),
        threading.Thread(target=work, args=(BORIS, {"answer_days": 7})),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == [2, 3]
    assert {line.author for line in district.revisions()[1:]} == {"安娜", "鲍里斯"}


def test_the_same_call_drafts_once(district: District) -> None:
    first = district.draft({"yellow_hours": 5}, command_id="k-1")

    assert district.draft({"yellow_hours": 5}, command_id="k-1") == first
    assert district.draft({"yellow_hours": 5}, command_id="k-1", actor=BORIS) == first + 1
    with pytest.raises(CommandReused):
        district.draft({"address": "up"}, feature=GATE, command_id="k-1")


def test_a_secret_is_no_setting(district: District) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        district.draft({"address": "up", "token": "hunter-2-canary"}, feature=GATE)

    assert "密钥另行保存" in refused.value.message
    assert "canary" not in refused.value.message


def test_what_is_typed_is_read_as_the_setting_reads_it(district: District) -> None:
    typed = typed_changes(
        district.roster, LIGHT, {"yellow_hours": "５", "words": "井盖、路灯，渗水", "watcher": "panel", "title": "很多"}
    )

    assert typed == {"yellow_hours": 5, "words": ["井盖", "路灯", "渗水"], "watcher": "panel", "title": "很多"}
    assert typed_changes(district.roster, LIGHT, {"yellow_hours": "多", "words": "", "watcher": ""}) == {
        "yellow_hours": "多",
        "words": [],
        "watcher": "",
    }


@pytest.mark.parametrize(("name", "words"), [("yellow", "没有这一项设置"), ("steps", "请用文件给出")])
def test_what_cannot_be_typed_on_a_line_is_refused(district: District, name: str, words: str) -> None:
    with pytest.raises(SettingsInvalid, match=words):
        typed_changes(district.roster, LIGHT, {name: "5"})
