"""Settings are the articles' practice until somebody changes them, and refuse nonsense in words."""

from typing import Any

import pytest

from core.hooks import Feature
from core.hooks.settings import SettingsInvalid, describe, inheritance, migrated, own_values, read, risks_of
from plugins.chengdu.routing import RoutingSettings
from plugins.nanhai.discipline import NOTICE
from tests.plugins.making import SHIPPED

FEATURES = SHIPPED.features
GROUPS = ("official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen")
SEATS = tuple(f"{group}_seats" for group in GROUPS)
OCCASIONS = ("on_unit_disputes", "on_two_stories", "on_large_gap")
"""Of a third-party panel: the seats of its groups, and when one is proposed."""


def test_without_a_word_the_articles_hold() -> None:
    numbers = {
        feature.id: {
            name: value
            for name, value in feature.read({}).items()
            if isinstance(value, int | str) and "\n" not in str(value)
        }
        for feature in FEATURES.values()
    }

    assert numbers == {
        "chengdu.channels": {"hotline": "12345", "wechat_account": "成都网络理政"},
        "chengdu.limits": {"simple_days": 5, "complex_days": 20, "on_site_minutes": 60, "extension_days": 15},
        "chengdu.routing": {},
        "chengdu.urgent": {"affected_from": 30, "leaders_unit": "", "warn_hours": 7},
        "chengdu.metrics": {},
        "chengdu.leaders": {
            "group_name": "蓉城纤夫",
            "second_group_name": "蓉城挑夫",
            "tell_instructions": True,
            "tell_urgent": True,
            "tell_overdue": True,
            "only_urgent": True,
            "morning": True,
            "morning_at": "08:30",
        },
        "chengdu.mailboxes": {},
        "chengdu.receipt": {
            "text": "您反映的事项{tenant}已收到，受理流水号 {serial_no}，提取码 {access_code}。"
            "凭受理流水号和提取码，可随时查询、监督办理情况，无需注册账号。"
        },
        "chengdu.scope": {},
        "chengdu.disclosure": {
            "open_matter": True,
            "open_process": True,
            "open_result": True,
            "after_days": 5,
            "read_first": True,
            "ask_consent": False,
        },
        "chengdu.knowledge": {"valid_days": 365, "remind_days": 14, "repeated_from": 5, "repeated_days": 30},
        "chengdu.warning": {
            "window_days": 7,
            "baseline_weeks": 8,
            "factor_percent": 200,
            "least": 8,
            "urgent_least": 4,
            "chance_percent": 5,
        },
        "chengdu.review_panel": {
            **dict.fromkeys(SEATS, 1),
            "substitutes": 2,
            "quorum": 5,
            "majority": 50,
            "days": 5,
            "extension_days": 3,
            "binds": False,
            **dict.fromkeys(OCCASIONS, True),
            "gap_rounds": 2,
        },
        "chengdu.bulletin": {
            "top": 10,
            "enterprise": True,
            "audience": "市长办公会",
            "monthly": True,
            "floor": 85,
            "sample": 30,
        },
        "pingshan.entrance": {"entrance": "@坪山", "account": "坪山发布", "hotline": "12345"},
        "pingshan.engagement": {
            "most_budget": 5_000,
            "most_prize": 200,
            "most_days": 30,
            "seconds_per_question": 3,
            "entries_per_address": 5,
        },
        "pingshan.catalogue": {"direct": True, "filing_minutes": 3, "scene_score": 60},
        "pingshan.first_owner": {
            "max_returns": 1,
            "consult_after": 8,
            "asked_informed": True,
            "asked_follows_up": False,
            "owner_keeps": True,
            "owner_returns": 0,
        },
        "pingshan.reminder": {
            "mark_by": "share",
            "share_percent": 80,
            "hours_left": 3,
            "letter_at": "both",
            "window_days": 30,
            "repeated_least": 10,
            "rise_least": 6,
            "rise_percent": 200,
            "due_hours": 24,
            "due_least": 10,
            "fall_points": 5,
            "again_days": 30,
            "again_least": 3,
            "acknowledge_days": 1,
            "answer_days": 5,
        },
        "pingshan.metrics": {},
        "pingshan.community": {"no_fallback": True},
        "pingshan.meetings": {},
        "pingshan.sorting": {"similar_percent": 35, "within_days": 7, "within_metres": 250, "part_length": 6},
        "pingshan.instant": {"only_inquiries": True, "suggest_from": 35, "threshold": 70},
        "pingshan.progress": {
            "sender": "坪山区民生诉求中心",
            **dict.fromkeys(("filed", "replied", "concluded"), "both"),
            **dict.fromkeys(("dispatched", "signed", "on_site", "extended", "paused", "resumed"), "wechat"),
            **dict.fromkeys(("redone", "attached", "detached"), "wechat"),
        },
        "nanhai.channels": {"hotline": "81812345", "weibo_account": "南海微力"},
        "nanhai.light": {
            "inquiry_days": 1,
            "handling_days": 5,
            "application_days": 5,
            "begins": "dispatch",
            "yellow_hours": 3,
            "yellow_counts": "working",
        },
        "nanhai.discipline": {
            "unit": "discipline",
            "substitute": "",
            "statement_days": 3,
            "appeal_days": 5,
            "notice": NOTICE,
            "talk_from": 1,
            "bulletin_from": 2,
            "referral_from": 4,
        },
        "nanhai.performance": {
            "on_time_weight": 60,
            "satisfied_weight": 40,
            "overdue_loss": 1,
            "redo_loss": 2,
            "case_loss": 5,
            "objection_days": 5,
        },
        "nanhai.metrics": {},
        "nanhai.interview": {"minutes": 90, "extension_minutes": 10, "alike_percent": 85},
        "nanhai.openness": {
            "complaints": True,
            "inquiries": True,
            "applications": True,
            "delay_hours": 24,
            "show_title": False,
        },
        "nanhai.loop": {"attempts": 1, "proof": True, "notice": True, "try_days": 3, "back_days": 0},
    }


@pytest.mark.parametrize(
    ("feature", "values", "messages"),
    [
        ("chengdu.channels", {"hotline": "一二三"}, {"hotline": ["热线号码须为 5 到 12 位数字"]}),
        ("chengdu.channels", {"wechat_account": ""}, {"wechat_account": ["微信公众号须为 1 到 30 个字"]}),
        ("chengdu.limits", {"simple_days": 0}, {"simple_days": ["简单诉求答复时限须在 1 到 20 个工作日之间"]}),
        ("chengdu.limits", {"simple_days": "五"}, {"simple_days": ["请填写整数"]}),
        ("chengdu.limits", {"complex_days": 20.5}, {"complex_days": ["请填写整数"]}),
        ("chengdu.limits", {"complex_days": None}, {"complex_days": ["不能为空"]}),
        (
            "chengdu.limits",
            {"on_site_minutes": 5},
            {"on_site_minutes": ["紧急诉求到场核实时限须在 10 到 1440 分钟之间"]},
        ),
        (
            "chengdu.receipt",
            {"text": "您的来信已收到，请耐心等待。"},
            {"text": ["回执文字里没有 {serial_no}、{access_code}，诉求人将无法查询"]},
        ),
        (
            "chengdu.mailboxes",
            {"titles": [{"title": "市长", "mailbox": "甲"}, {"title": "市长", "mailbox": "乙"}]},
            {"titles": {1: {"title": ["第 1 行已写了这个称呼"]}}},
        ),
        (
            "chengdu.scope",
            {"grounds": [{"words": ["天气"], "rejection": "weather", "advice": "无"}]},
            {"grounds": {0: {"rejection": ["请选择不予受理的理由"]}}},
        ),
        (
            "pingshan.instant",
            {"topics": [{"words": [], "answer": "好的，谢谢。", "source": "审定"}]},
            {"topics": {0: {"words": ["问法至少 1 个词"]}}},
        ),
        ("chengdu.limits", {"extension_days": 61}, {"extension_days": ["累计最多延期须在 0 到 60 个工作日之间"]}),
        ("chengdu.routing", {"direct_domains": "旅游"}, {"direct_domains": ["请填写列表，每项一个词"]}),
        ("chengdu.routing", {"direct_domains": ["旅"]}, {"direct_domains": {0: ["每个词须为 2 到 20 个字"]}}),
        ("chengdu.routing", {"mailboxes": {"市长信箱": "office"}}, {"mailboxes": ["请填写列表，每行一组设置"]}),
        (
            "chengdu.routing",
            {"mailboxes": [{"mailbox": "市长信箱", "unit": "市政府 办公厅"}, {"mailbox": ""}]},
            {
                "mailboxes": {
                    0: {"unit": ["不是单位代码，请从单位名录中选择"]},
                    1: {"mailbox": ["信箱名称须为 1 到 50 个字"], "unit": ["必须填写"]},
                }
            },
        ),
        (
            "chengdu.routing",
            {"mailboxes": [{"mailbox": name, "unit": "office"} for name in ("市长信箱", "书记信箱", "市长信箱")]},
            {"mailboxes": {2: {"mailbox": ["第 1 行已写了这个信箱"]}}},
        ),
        (
            "chengdu.urgent",
            {"affected_from": 1},
            {"affected_from": ["可能引发群体性事件的人数须在 2 到 10000 人（户）之间"]},
        ),
        ("chengdu.urgent", {"warn_hours": 41}, {"warn_hours": ["剩余多少工作小时亮黄灯须在 1 到 40 个工作小时之间"]}),
        ("chengdu.bulletin", {"floor": 101}, {"floor": ["群众满意率底线须在 1 到 100% 之间"]}),
        ("pingshan.entrance", {"entrance": 7}, {"entrance": ["请填写文字"]}),
        ("pingshan.catalogue", {"direct": "也许"}, {"direct": ["请选择是或否"]}),
        ("pingshan.first_owner", {"max_returns": 0}, {"max_returns": ["退单几次即会商须在 1 到 5 次之间"]}),
        ("pingshan.reminder", {"mark_by": "mood"}, {"mark_by": ["请选择提醒方式"]}),
        (
            "pingshan.reminder",
            {"share_percent": 100},
            {"share_percent": ["已用时限的百分之几时提醒须在 10 到 99% 之间"]},
        ),
        ("pingshan.reminder", {"letter_at": "never"}, {"letter_at": ["请选择何时发提醒函"]}),
        ("nanhai.light", {"inquiry_days": 11}, {"inquiry_days": ["咨询类答复时限须在 1 到 10 个工作日之间"]}),
        ("nanhai.light", {"yellow_hours": 8}, {"yellow_hours": ["剩余多少小时变黄须在 1 到 7 个工作小时之间"]}),
        ("nanhai.discipline", {"unit": ""}, {"unit": ["不是单位代码，请从单位名录中选择"]}),
    ],
)
def test_nonsense_is_refused_in_words(feature: str, values: dict[str, Any], messages: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        FEATURES[feature].read(values)

    assert refused.value.messages == messages


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_every_setting_has_a_title_a_help_and_a_group_that_administrators_read(feature: Feature) -> None:
    fields = describe(feature.schema())["fields"]

    assert [each["name"] for each in fields if not (each["title"] and each["help"] and each["group"])] == []


def test_settings_that_hold_people_to_account_or_show_their_appeals_need_a_second_person() -> None:
    risks = {feature.id: risks_of(feature.schema()) for feature in FEATURES.values()}

    assert {feature: named for feature, named in risks.items() if named} == {
        "chengdu.routing": {"mailboxes": "privacy"},
        "chengdu.urgent": {"leaders_unit": "privacy"},
        "chengdu.disclosure": dict.fromkeys(
            ("open_matter", "open_process", "open_result", "after_days", "read_first", "ask_consent"), "privacy"
        )
        | dict.fromkeys(("exceptions", "hidden_words"), "privacy"),
        "chengdu.leaders": dict.fromkeys(
            ("webhook", "second_webhook", "tell_instructions", "tell_urgent", "tell_overdue", "only_urgent"), "privacy"
        ),
        "chengdu.mailboxes": {"titles": "privacy"},
        "chengdu.scope": {"grounds": "accountability"},
        "chengdu.review_panel": dict.fromkeys(
            (
                *(*SEATS, "substitutes", "quorum", "majority", "days", "extension_days", "criteria", "binds"),
                *(*OCCASIONS, "gap_rounds"),
            ),
            "accountability",
        ),
        "chengdu.bulletin": dict.fromkeys(("floor", "sample"), "accountability"),
        "pingshan.engagement": dict.fromkeys(("most_budget", "most_prize"), "accountability"),
        "nanhai.openness": dict.fromkeys(
            ("complaints", "inquiries", "applications", "delay_hours", "show_title", "closed_words"), "privacy"
        ),
        "nanhai.discipline": dict.fromkeys(
            (
                *("unit", "substitute", "exempt_matters", "exempt_words", "statement_days", "appeal_days", "notice"),
                *("talk_from", "bulletin_from", "referral_from"),
            ),
            "accountability",
        ),
        "nanhai.performance": dict.fromkeys(
            ("on_time_weight", "satisfied_weight", "overdue_loss", "redo_loss", "case_loss", "objection_days"),
            "accountability",
        ),
        "pingshan.catalogue": {"major_units": "privacy"},
        "pingshan.community": {"no_fallback": "accountability"},
        "pingshan.first_owner": dict.fromkeys(("owner_keeps", "owner_returns"), "accountability"),
    }


def test_the_mailboxes_of_before_become_rows() -> None:
    before = {"direct_domains": ["旅游"], "mailboxes": {"市长信箱": "office", "书记信箱": "party"}}

    now = migrated(RoutingSettings, before, from_version=1)

    assert now == {
        "direct_domains": ["旅游"],
        "mailboxes": [{"mailbox": "市长信箱", "unit": "office"}, {"mailbox": "书记信箱", "unit": "party"}],
    }
    assert own_values(RoutingSettings, now, inherited=inheritance(RoutingSettings, {})) == now
    assert migrated(RoutingSettings, {}, from_version=1) == {}


def test_a_form_takes_a_hundred_mailboxes_and_the_rest_is_a_list() -> None:
    rows = [{"mailbox": f"第 {number} 号信箱", "unit": "office"} for number in range(101)]

    assert len(read(RoutingSettings, {"mailboxes": rows[:100]})["mailboxes"]) == 100
    with pytest.raises(SettingsInvalid) as refused:
        read(RoutingSettings, {"mailboxes": rows})
    assert refused.value.messages == {"mailboxes": ["领导信箱所属单位最多 100 行"]}
