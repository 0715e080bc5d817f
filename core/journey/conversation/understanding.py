"""What a resident means by a few words, where no appeal is meant; values in, values out."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["progress", "stop", "resume", "anew", "greeting", "answer", "appeal"]
PROGRESS = frozenset({"进度", "查进度", "进展", "查进展", "查询", "办理进度", "办理进展", "查询进度"})
STOP = frozenset({"td", "t", "退订", "取消订阅", "不再推送", "不再接收", "拒收"})
RESUME = frozenset({"恢复推送", "恢复订阅", "恢复接收"})
ANEW = "新诉求"
BEGINNINGS = frozenset(
    {"反映", "我要反映", "反映问题", "反映诉求", "我要反映问题", "诉求", "提诉求", "投诉", "我要投诉"}
)
"""Words that are no appeal yet, but ask to make one."""
GREETINGS = frozenset({"你好", "您好", "在吗", "在", "有人吗", "hi", "hello", "喂", "谢谢", "好的", "好", "收到", "ok"})
SATISFACTION: Mapping[str, str] = {
    **dict.fromkeys(("1", "满意", "很满意", "非常满意"), "satisfied"),
    **dict.fromkeys(("2", "基本满意", "还行", "一般"), "basically"),
    **dict.fromkeys(("3", "不满意", "很不满意"), "dissatisfied"),
}
RESOLVED: Mapping[str, str] = {
    **dict.fromkeys(("1", "已解决", "解决了", "是"), "yes"),
    **dict.fromkeys(("2", "部分解决", "部分"), "partly"),
    **dict.fromkeys(("3", "未解决", "没解决", "没有解决", "否"), "no"),
}
CAUSES: Mapping[str, str] = {
    "1": "unsolved",
    "2": "untrue",
    "3": "attitude",
    "4": "late",
    "5": "passed_on",
}
"""What was wrong, by the number that is offered; the codes of `core.evaluation.causes`."""
YES = frozenset({"有帮助", "有用", "帮到了", "解决了", "1"})
NO = frozenset({"没帮到", "没有帮到", "没用", "没有用", "2"})


@dataclass(frozen=True, slots=True)
class Understood:
    """What is meant, and the words that belong to it."""

    meaning: Meaning
    words: str


def understand(text: str) -> Understood:
    """Return what a text means by itself; whether a digit answers something the conversation knows."""
    words = text.strip()
    short = shortened(words)
    if short in PROGRESS:
        return Understood("progress", "")
    if short in STOP or short in RESUME:
        return Understood("stop" if short in STOP else "resume", "")
    if short in BEGINNINGS:
        return Understood("anew", "")
    if words.startswith(ANEW):
        return Understood("anew", words[len(ANEW) :].strip(" ：:，,。\n\t　"))
    if short in SATISFACTION or short in RESOLVED or short in CAUSES or short.isdigit():
        return Understood("answer", short)
    if short in GREETINGS or not any(character.isalnum() for character in short):
        return Understood("greeting", words)
    return Understood("appeal", words)


def shortened(words: str) -> str:
    """Return an answer as it is compared: full-width digits as digits, without blanks and what ends a sentence."""
    return unicodedata.normalize("NFKC", words).strip().strip("。.!！,， ").lower()
