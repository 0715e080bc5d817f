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
    "filed": "诉求 {serial_no} 已立案，{until}查询退订：{stop}",
    "dispatched": "诉求 {serial_no} 已交{unit}办理，{until}查询退订：{stop}",
    "signed": "诉求 {serial_no} 已由{unit}接手。查询退订：{stop}",
    "on_site": "{unit}已到现场处理诉求 {serial_no}。查询退订：{stop}",
    "extended": "诉求 {serial_no} 比预计费时，{until}查询退订：{stop}",
    "paused": "诉求 {serial_no} 要等一等才能接着办，重新开始时告诉您。查询退订：{stop}",
    "resumed": "诉求 {serial_no} 已重新开始办理，{until}查询退订：{stop}",
    "replied": "诉求 {serial_no} 已办完，答复核对后送给您。查询退订：{stop}",
    "concluded": "诉求 {serial_no} 已办结。看答复、作评价：{rate}",
    "redone": "诉求 {serial_no} 将重新办理，{until}查询退订：{stop}",
    "attached": "诉求 {serial_no} 和同一件事由{unit}一起办，编号不变，答复照样送给您。查询退订：{stop}",
    "detached": "诉求 {serial_no} 改为单独办理，{until}查询退订：{stop}",
}
"""What is said of each step; {until} is when the answer is due at the latest, where that is known. Short, because an SMS is paid by parts
of 70 characters."""
UNTIL = "{due}前答复。"


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
    words = WORDS[step.name].replace("，{until}", f"，{UNTIL}" if step.due else "。")
    return [
        ProgressNews(
            text=said("{sender}：{words}", sender=settings["sender"], words=words),
            by_wechat=way in BY_WECHAT,
            by_sms=way in BY_SMS,
            rule_id="pingshan.progress/step",
            reason=WAYS[way],
        )
    ]
