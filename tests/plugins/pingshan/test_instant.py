"""逐步建立热点问题“秒回”等机制: what is asked every day is answered at once, in words that were approved."""

from core.hooks import InstantTopic
from core.hooks.specs import instant_rules
from tests.plugins.making import answers

TOPICS = {
    "topics": [
        {
            "words": ["居住证怎么办理", "办居住证要什么材料"],
            "answer": "请在小程序申领，15 个工作日内制发。",
            "source": "公安分局审定",
        }
    ]
}


def test_topics_are_answered_at_once_to_who_asks_and_danger_or_a_person_is_for_somebody() -> None:
    [rules] = answers("pingshan.instant", instant_rules, TOPICS)

    assert rules.topics == (
        InstantTopic(
            ("居住证怎么办理", "办居住证要什么材料"),
            "请在小程序申领，15 个工作日内制发。",
            "公安分局审定",
            "pingshan.instant/topic",
        ),
    )
    assert (rules.threshold, rules.suggest_from, rules.only_inquiries) == (70, 35, True)
    assert {"着火", "被困"} <= set(rules.urgent_words)
    assert {"态度", "受贿"} <= set(rules.person_words)
