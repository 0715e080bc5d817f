"""在用户微信上实时反馈办理进度: each step is told to the resident in plain words, by WeChat, or by SMS where that is worth its price."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ProgressNews, ProgressStep, TicketView, hookimpl, said
from core.hooks.settings import Line, OneOf, Settings

WAYS = {"both": "推微信，没有微信的发短信", "wechat": "只推微信", "sms": "只发短信", "none": "不推送"}
BY_WECHAT, BY_SMS = ("both", "wechat"), ("both", "sms")
GROUP = "每一步怎么告诉诉求人"
HELP = "短信按条计费；诉求人选了不再推送的，只通知办结"
WORDS: Mapping[str, str] = {
    "filed": "您反映的问题已立案，编号 {serial_no}。{until}办到哪一步随时可查：{page}",
    "dispatched": "您反映的问题（{serial_no}）已交给{unit}办理。{until}进展：{page}",
    "signed": "{unit}已接手您反映的问题（{serial_no}），正在安排人办理。进展：{page}",
    "on_site": "{unit}的人员已到现场处理您反映的问题（{serial_no}）。进展：{page}",
    "extended": "您反映的问题（{serial_no}）比预计的费时，办理时间延长了。{until}进展：{page}",
    "paused": "您反映的问题（{serial_no}）要等一等才能接着办，重新开始时会告诉您。进展：{page}",
    "resumed": "您反映的问题（{serial_no}）已重新开始办理。{until}进展：{page}",
    "replied": "{unit}已办完您反映的问题（{serial_no}）并写好答复，核对后就送给您。进展：{page}",
    "concluded": "您反映的问题（{serial_no}）已办结。看答复、作评价：{page}",
    "redone": "您反映的问题（{serial_no}）将重新办理，办好后再答复您。{until}进展：{page}",
    "attached": "您反映的问题（{serial_no}）和别人反映的同一件事由{unit}一起办，您的编号不变，答复同样会送给您。进展：{page}",
    "detached": "您反映的问题（{serial_no}）改为单独办理。{until}进展：{page}",
}
"""What is said of each step; {until} is when the answer is due at the latest, where that is known."""
UNTIL = "最迟 {due} 答复您。"


def _way(default: str, title: str) -> OneOf:
    return OneOf(load_default=default, choices=WAYS, title=title, help=HELP, group=GROUP)


class ProgressSettings(Settings):
    """How each step is told. An SMS costs money: by default only the first, the reply and the end go by it."""

    sender = Line(
        load_default="坪山区民生诉求中心", longest=30, title="以谁的名义", help="写在每条消息开头", group="落款"
    )
    filed = _way("both", "立案")
    dispatched = _way("wechat", "分拨到承办单位")
    signed = _way("wechat", "承办单位签收")
    on_site = _way("wechat", "到达现场")
    extended = _way("wechat", "延期")
    paused = _way("wechat", "暂停办理")
    resumed = _way("wechat", "恢复办理")
    replied = _way("both", "承办单位提交答复")
    concluded = _way("both", "办结")
    redone = _way("wechat", "重新办理")
    attached = _way("wechat", "并入同一件事")
    detached = _way("wechat", "改为单独办理")


@hookimpl
def progress_news(settings: Mapping[str, Any], ticket: TicketView, step: ProgressStep) -> Sequence[ProgressNews] | None:
    """Tell the step in plain words, by the ways that the settings name for it."""
    way = settings[step.name]
    if way == "none":
        return None
    words = WORDS[step.name].replace("{until}", UNTIL if step.due else "")
    return [
        ProgressNews(
            text=said("{sender}：{words}", sender=settings["sender"], words=words),
            by_wechat=way in BY_WECHAT,
            by_sms=way in BY_SMS,
            rule_id="pingshan.progress/step",
            reason=WAYS[way],
        )
    ]
