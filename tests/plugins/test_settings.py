"""Settings are the articles' practice until somebody changes them, and refuse nonsense in words."""

from typing import Any

import pytest
from marshmallow.fields import Field

from core.hooks import Feature
from core.hooks.roster import Roster
from core.hooks.settings import SettingsInvalid

FEATURES = Roster.installed().features


def test_without_a_word_the_articles_hold() -> None:
    numbers = {
        feature.id: {name: value for name, value in feature.read({}).items() if isinstance(value, int | str)}
        for feature in FEATURES.values()
    }

    assert numbers == {
        "chengdu.channels": {"hotline": "12345", "wechat_account": "成都网络理政"},
        "chengdu.limits": {"simple_days": 5, "complex_days": 20, "on_site_minutes": 60, "extension_days": 15},
        "chengdu.routing": {},
        "chengdu.urgent": {"affected_from": 30, "leaders_unit": "", "warn_hours": 7},
        "chengdu.metrics": {"satisfaction_floor": 85},
        "pingshan.channels": {"entrance": "@坪山", "account": "坪山发布", "hotline": "12345"},
        "pingshan.duty_list": {"direct": True, "max_returns": 1},
        "pingshan.reminder": {"mark_by": "share", "share_percent": 80, "hours_left": 3, "letter_at": "both"},
        "pingshan.metrics": {},
        "nanhai.channels": {"hotline": "81812345", "weibo_account": "南海微力"},
        "nanhai.light": {"inquiry_days": 1, "handling_days": 5, "yellow_hours": 3},
        "nanhai.discipline": {"unit": "discipline"},
        "nanhai.metrics": {},
    }


@pytest.mark.parametrize(
    ("feature", "values", "messages"),
    [
        ("chengdu.channels", {"hotline": "一二三"}, {"hotline": ["热线号码须为 5 到 12 位数字"]}),
        ("chengdu.channels", {"wechat_account": ""}, {"wechat_account": ["公众号名称须为 1 到 30 个字"]}),
        ("chengdu.limits", {"simple_days": 0}, {"simple_days": ["简单诉求的时限须在 1 到 20 个工作日之间"]}),
        ("chengdu.limits", {"simple_days": "五"}, {"simple_days": ["请填写整数"]}),
        ("chengdu.limits", {"complex_days": 20.5}, {"complex_days": ["请填写整数"]}),
        ("chengdu.limits", {"complex_days": None}, {"complex_days": ["不能为空"]}),
        ("chengdu.limits", {"on_site_minutes": 5}, {"on_site_minutes": ["紧急诉求的到场时限须在 10 到 1440 分钟之间"]}),
        ("chengdu.limits", {"extension_days": 61}, {"extension_days": ["累计延期须在 0 到 60 个工作日之间"]}),
        ("chengdu.routing", {"direct_domains": "旅游"}, {"direct_domains": ["请填写列表，每项一个词"]}),
        ("chengdu.routing", {"direct_domains": ["旅"]}, {"direct_domains": {0: ["每个词须为 2 到 20 个字"]}}),
        ("chengdu.routing", {"mailboxes": ["市长信箱"]}, {"mailboxes": ["请填写对照表"]}),
        (
            "chengdu.routing",
            {"mailboxes": {"市长信箱": "市政府 办公厅"}},
            {"mailboxes": {"市长信箱": {"value": ["不是单位代码，请从单位名录中选择"]}}},
        ),
        ("chengdu.urgent", {"affected_from": 1}, {"affected_from": ["涉及人数须在 2 到 10000 之间"]}),
        ("chengdu.urgent", {"warn_hours": 41}, {"warn_hours": ["黄灯提前量须在 1 到 40 个工作小时之间"]}),
        ("chengdu.metrics", {"satisfaction_floor": 101}, {"satisfaction_floor": ["满意率底线须在 1 到 100 之间"]}),
        ("pingshan.channels", {"entrance": 7}, {"entrance": ["请填写文字"]}),
        ("pingshan.duty_list", {"direct": "也许"}, {"direct": ["请选择是或否"]}),
        ("pingshan.duty_list", {"max_returns": 0}, {"max_returns": ["退单次数须在 1 到 5 之间"]}),
        ("pingshan.reminder", {"mark_by": "mood"}, {"mark_by": ["请选择提醒方式"]}),
        ("pingshan.reminder", {"share_percent": 100}, {"share_percent": ["已用时间比例须在 10 到 99 之间"]}),
        ("pingshan.reminder", {"letter_at": "never"}, {"letter_at": ["请选择何时发提醒函"]}),
        ("nanhai.light", {"inquiry_days": 11}, {"inquiry_days": ["咨询类时限须在 1 到 10 个工作日之间"]}),
        ("nanhai.light", {"yellow_hours": 8}, {"yellow_hours": ["变黄的剩余时间须在 1 到 7 个工作小时之间"]}),
        ("nanhai.discipline", {"unit": ""}, {"unit": ["不是单位代码，请从单位名录中选择"]}),
    ],
)
def test_nonsense_is_refused_in_words(feature: str, values: dict[str, Any], messages: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        FEATURES[feature].read(values)

    assert refused.value.messages == messages


@pytest.mark.parametrize("feature", FEATURES.values(), ids=lambda feature: feature.id)
def test_every_setting_has_a_title_and_a_help_that_administrators_read(feature: Feature) -> None:
    fields: dict[str, Field[Any]] = feature.settings().fields

    assert [name for name, field in fields.items() if not {"title", "help"} <= field.metadata.keys()] == []
