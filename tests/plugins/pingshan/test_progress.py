"""在用户微信上实时反馈办理进度: each step in plain words, an SMS only where it is worth its price."""

from core.hooks import ProgressStep
from core.hooks.specs import progress_news
from plugins.pingshan.progress import WORDS
from tests.plugins.making import answers, make_ticket

JARGON = ("工单", "签收", "承办", "派单", "分拨", "挂起", "审核", "时限", "诉求人")


def news(name: str, due: str = "", **settings: str) -> list[tuple[str, bool, bool]]:
    step = ProgressStep(name, "道路管理处", due)  # type: ignore[arg-type]  # any name of a step
    found = answers("pingshan.progress", progress_news, settings, ticket=make_ticket(), step=step)
    return [(each.text, each.by_wechat, each.by_sms) for each in found]


def test_the_first_message_names_number_and_due_time_and_the_centre_that_filed_it() -> None:
    assert news("filed", "3 月 17 日 18:00") == [
        (
            "坪山区民生诉求中心：您反映的问题已立案，编号 {serial_no}。最迟 {due} 答复您。办到哪一步随时可查：{page}",
            True,
            True,
        )
    ]
    assert "最迟" not in news("filed")[0][0]


def test_each_step_goes_by_the_ways_that_are_set_and_an_sms_by_default_to_three() -> None:
    assert [name for name in WORDS if news(name)[0][2]] == ["filed", "replied", "concluded"]
    assert all(news(name)[0][1] for name in WORDS)
    assert news("signed", signed="none") == []
    assert news("signed", signed="sms")[0][1:] == (False, True)


def test_no_department_talks_to_itself_in_them() -> None:
    assert [(name, word) for name, words in WORDS.items() for word in JARGON if word in words] == []
