"""在用户微信上实时反馈办理进度: each step in plain words, an SMS only where it is worth its price."""

from core.hooks import ProgressStep
from core.hooks.specs import progress_news
from core.intake.portal import NO_PAGE
from core.kit.blanks import filled
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
            "坪山区民生诉求中心：诉求 {serial_no} 已立案，{due}前答复。查询退订：{stop}",
            True,
            True,
        )
    ]
    assert news("filed")[0][0] == "坪山区民生诉求中心：诉求 {serial_no} 已立案。查询退订：{stop}"


def test_each_step_goes_by_the_ways_that_are_set_and_an_sms_by_default_to_three() -> None:
    assert [name for name in WORDS if news(name)[0][2]] == ["filed", "replied", "concluded"]
    assert all(news(name)[0][1] for name in WORDS)
    assert news("signed", signed="none") == []
    assert news("signed", signed="sms")[0][1:] == (False, True)


def test_no_department_talks_to_itself_in_them() -> None:
    assert [(name, word) for name, words in WORDS.items() for word in JARGON if word in words] == []


def parts(text: str) -> int:
    """Return how many SMS a text is paid for: 70 characters alone, or 67 of each part of a longer one."""
    return 1 if len(text) <= 70 else -(-len(text) // 67)


def test_an_sms_is_one_part_and_two_with_a_link_even_to_the_unit_with_the_longest_name() -> None:
    names = {"serial_no": "PS2603124471835", "unit": "坪山区城市管理和综合执法局", "due": "3 月 17 日 18:00"}
    link = "https://suqiu.example.gov.cn/public/pingshan/r/PS2603124471835-S1GJ0123456789A"

    def lengths(where: str, *steps: str) -> dict[str, int]:
        told = {step: filled(news(step, names["due"])[0][0], {**names, "stop": where, "rate": where}) for step in steps}
        assert all(names["serial_no"] in words for words in told.values())
        return {step: parts(words) for step, words in told.items()}

    by_sms = ("filed", "replied", "concluded")
    assert lengths(NO_PAGE, *by_sms) == dict.fromkeys(by_sms, 1)
    assert lengths(link, *by_sms) == dict.fromkeys(by_sms, 2)
    others = [step for step in WORDS if step not in by_sms]
    assert {step for step, count in lengths(NO_PAGE, *others).items() if count > 1} == {
        "dispatched",
        "extended",
        "resumed",
        "redone",
        "attached",
        "detached",
    }
    assert max(lengths(link, *others).values()) == 3
