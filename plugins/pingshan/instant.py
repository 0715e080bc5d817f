"""热点问题“秒回”: what is asked often is answered at once from approved answers, when it is sure enough and no person is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import InstantRules, InstantTopic, hookimpl
from core.hooks.settings import Line, Paragraph, Percent, Rows, Settings, Words, YesNo, cross_check


class TopicSettings(Settings):
    """A question that is asked often, and its approved answer."""

    words = Words(
        required=True,
        shortest=2,
        longest=40,
        least=1,
        title="问法",
        help="大家会怎么问，每种问法一行；第一种作名称。写成完整的问法比只写一个词有把握",
    )
    answer = Paragraph(required=True, shortest=5, longest=2000, title="答复", help="经业务单位审定的文字")
    source = Line(required=True, longest=100, title="依据", help="答复由谁审定，或依据什么文件；诉求人看得到")


class InstantSettings(Settings):
    """Which questions are answered at once, from what was approved, and how sure that has to be."""

    topics = Rows(
        TopicSettings,
        load_default=[],
        most=100,
        title="热点问题",
        help="知识库里已公开的解读自动参与，这里写知识库之外的",
        group="秒回",
    )
    threshold = Percent(
        load_default=70,  # the article names no number
        min=40,
        max=100,
        title="置信度到多少直接答复诉求人",
        help="诉求人提交之前看到答复和依据，由本人决定是否已解决；100 即只答一字不差的",
        group="秒回",
    )
    suggest_from = Percent(
        load_default=35,  # the article names no number
        min=10,
        max=100,
        title="置信度到多少提示受理席",
        help="受理席核对后一键发出",
        group="秒回",
    )
    only_inquiries = YesNo(
        load_default=True,
        title="只答咨询",
        help="求助、建议要有人去办，不宜只作答复；投诉无论如何不自动答复",
        group="秒回",
    )
    urgent_words = Words(
        load_default=[  # the article names none
            "救命", "着火", "起火", "火灾", "爆炸", "燃气泄漏", "煤气味", "触电", "漏电", "坍塌", "塌陷", "溺水", "受伤", "流血",
            "晕倒", "自杀", "跳楼", "轻生", "中毒", "被困", "失踪", "家暴", "打人", "报警", "紧急", "危险",
        ],
        shortest=2,
        longest=20,
        title="紧急的词",
        help="出现任意一词就不自动答复，由人处理",
        group="不自动答复",
    )  # fmt: skip
    person_words = Words(
        load_default=[  # the article names none
            "态度", "辱骂", "骂人", "刁难", "索要", "收红包", "受贿", "贪污", "滥用职权", "推诿", "不作为", "举报", "投诉",
        ],
        shortest=2,
        longest=20,
        title="投诉某人的词",
        help="出现任意一词就不自动答复，由人处理",
        group="不自动答复",
    )  # fmt: skip

    @cross_check
    def in_order(self, values: Mapping[str, Any]) -> dict[str, str] | None:
        """The operator sees no less than the resident."""
        if values["suggest_from"] > values["threshold"]:
            return {"suggest_from": "不应高于直接答复诉求人的置信度"}
        return None


@hookimpl
def instant_rules(settings: Mapping[str, Any]) -> Sequence[InstantRules]:
    """Return topics, thresholds and the words that are nothing for a machine."""
    return [
        InstantRules(
            threshold=settings["threshold"],
            suggest_from=settings["suggest_from"],
            topics=tuple(
                InstantTopic(tuple(row["words"]), row["answer"], row["source"], "pingshan.instant/topic")
                for row in settings["topics"]
            ),
            urgent_words=tuple(settings["urgent_words"]),
            person_words=tuple(settings["person_words"]),
            only_inquiries=settings["only_inquiries"],
        )
    ]
