"""逐步建立热点问题“秒回”等机制: what is asked every day is answered at once, in words that were approved."""

from core.hooks import ReplyHint
from core.hooks.specs import suggest_reply
from tests.plugins.making import answers, make_ticket

TOPICS = {
    "topics": [
        {
            "words": ["居住证怎么办", "办居住证"],
            "answer": "请在小程序申领，15 个工作日内制发。",
            "source": "公安分局审定",
        },
        {"words": ["居住证"], "answer": "请咨询派出所。", "source": "公安分局审定"},
    ]
}


def test_the_first_topic_that_is_asked_about_answers() -> None:
    ticket = make_ticket(title="请问办居住证要多久", nature="inquiry")

    assert answers("pingshan.instant", suggest_reply, TOPICS, ticket=ticket) == [
        ReplyHint("请在小程序申领，15 个工作日内制发。", "pingshan.instant/topic", "问到“办居住证”，依据：公安分局审定")
    ]


def test_a_complaint_is_not_answered_with_a_leaflet_unless_the_district_wants_that() -> None:
    complaint = make_ticket(title="办居住证被拒绝", nature="complaint")
    for_all = TOPICS | {"only_inquiries": False}

    assert answers("pingshan.instant", suggest_reply, TOPICS, ticket=complaint) == []
    assert len(answers("pingshan.instant", suggest_reply, for_all, ticket=complaint)) == 1


def test_what_nobody_asks_often_has_no_answer() -> None:
    assert answers("pingshan.instant", suggest_reply, TOPICS, ticket=make_ticket(nature="inquiry")) == []
