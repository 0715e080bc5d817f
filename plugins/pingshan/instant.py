"""热点问题“秒回”: what is asked often is answered at once, from approved answers, when an operator agrees."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ReplyHint, TicketView, hookimpl
from core.hooks.settings import Line, Paragraph, Rows, Settings, Words, YesNo


class TopicSettings(Settings):
    """A question that is asked often, and its approved answer."""

    words = Words(
        required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即建议这个答复"
    )
    answer = Paragraph(required=True, shortest=5, longest=2000, title="答复", help="经业务单位审定的文字")
    source = Line(required=True, longest=100, title="依据", help="答复由谁审定，或依据什么文件")


class InstantSettings(Settings):
    """Which questions are answered at once, from what was approved."""

    topics = Rows(
        TopicSettings,
        load_default=[],
        most=500,
        title="热点问题",
        help="按顺序，第一个对得上的生效；答复由受理席核对后发出",
        group="秒回",
    )
    only_inquiries = YesNo(
        load_default=True,
        title="只对咨询类建议",
        help="投诉、求助要有人去办，不宜只作答复；关闭后各类诉求都建议",
        group="秒回",
    )


@hookimpl
def suggest_reply(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[ReplyHint] | None:
    """Offer the answer of the first topic whose words are in the question."""
    if settings["only_inquiries"] and ticket.nature != "inquiry":
        return None
    for row in settings["topics"]:
        words = [word for word in row["words"] if word in ticket.title or word in ticket.text]
        if words:
            return [
                ReplyHint(
                    text=row["answer"],
                    rule_id="pingshan.instant/topic",
                    reason=f"问到“{'、'.join(words)}”，依据：{row['source']}",
                )
            ]
    return None
