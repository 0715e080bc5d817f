"""三公开: matter, process and result of every appeal are public by rule, and closed by exception on a lawful ground."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import DisclosureDecision, HiddenSpan, Opening, TicketView, Wish, hookimpl, joined, said, word
from core.hooks.settings import OneOf, Rows, Settings, Whole, Words, WorkDays, YesNo

OPENINGS: tuple[Opening, ...] = ("matter", "process", "result")
NAMES: Mapping[Opening, str] = {"matter": "事项", "process": "过程", "result": "结果"}


class ExceptionSettings(Settings):
    """Words by which an appeal is not made public, on which ground, and for how long."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即不公开")
    ground = OneOf(
        required=True,
        choices={
            "privacy": "涉及个人隐私",
            "state-secret": "涉及国家秘密",
            "trade-secret": "涉及商业秘密",
            "investigation": "调查、诉讼或裁决未结",
            "third-party": "可能损害第三方合法权益",
            "other": "其他依法不予公开的",
        },
        title="不公开的理由",
        help="登记并告诉审核席",
    )
    days = Whole(
        load_default=0, min=0, max=3650, unit="天", title="多久后重新看", help="到期后重新判断能否公开；0 为长期"
    )


class DisclosureSettings(Settings):
    """What of an appeal is public by rule, after how long, what a person reads first, and what is closed."""

    open_matter = YesNo(
        load_default=True,
        title="公开办理事项",
        help="诉求的标题和内容，遮盖个人信息后公开",
        group="三公开",
        risk="privacy",
    )
    open_process = YesNo(
        load_default=True,
        title="公开办理过程",
        help="受理、派单、答复等各步的日期和承办单位",
        group="三公开",
        risk="privacy",
    )
    open_result = YesNo(
        load_default=True,
        title="公开办理结果",
        help="给诉求人的答复，遮盖个人信息后公开",
        group="三公开",
        risk="privacy",
    )
    after_days = WorkDays(
        load_default=5,  # no article says how long; within it the resident rates and may say no
        min=0,
        max=60,
        title="办结后多少个工作日公开",
        help="让诉求人先看到答复、评价和表示意愿",
        group="公开之前",
        risk="privacy",
    )
    read_first = YesNo(
        load_default=True,
        title="公开前由人看过",
        help="审核席看过遮盖后的文字再公开；选否则到期自动公开",
        group="公开之前",
        risk="privacy",
    )
    ask_consent = YesNo(
        load_default=False,
        title="诉求人没有同意的由人决定",
        help="诉求人可在进展页面表示同意或不愿公开；不愿公开的一律不公开，不受本项影响",
        group="公开之前",
        risk="privacy",
    )
    exceptions = Rows(
        ExceptionSettings,
        load_default=[
            {
                "words": ["正在诉讼", "法院已受理", "申请仲裁", "立案侦查", "正在调查", "纪委", "举报"],
                "ground": "investigation",
                "days": 180,
            },
            {
                "words": ["家暴", "未成年人", "病历", "精神病", "艾滋", "性侵", "收养", "低保金额"],
                "ground": "privacy",
                "days": 0,
            },
            {"words": ["商业秘密", "技术秘密", "客户名单"], "ground": "trade-secret", "days": 0},
            {"words": ["国家秘密", "涉密"], "ground": "state-secret", "days": 0},
        ],
        most=50,
        title="不公开的情形",
        help="公开为常态、不公开为例外；命中多行的，以前面的为准",
        group="例外",
        risk="privacy",
    )
    hidden_words = Words(
        load_default=[],
        shortest=2,
        longest=30,
        title="公开前另外遮盖的词",
        help="如小区名、企业简称；电话、证件号、车牌、门牌、姓名已由系统遮盖",
        group="遮盖",
        risk="privacy",
    )


@hookimpl
def disclosure_decision(settings: Mapping[str, Any], ticket: TicketView, wish: Wish) -> Sequence[DisclosureDecision]:
    """Close what one of the exceptions names, or what the resident has not agreed to where that is asked; open the rest."""
    for row in settings["exceptions"]:
        words = [each for each in row["words"] if each in ticket.title or each in ticket.text]
        if words:
            return [
                DisclosureDecision(
                    opens=(),
                    rule_id="chengdu.disclosure/exception",
                    reason=said("诉求提到“{words}”", words=joined("、", words)),
                    closed=row["ground"],
                    closed_days=row["days"],
                )
            ]
    opens = tuple(opening for opening in OPENINGS if settings[f"open_{opening}"])
    by_person = settings["read_first"] or (settings["ask_consent"] and wish != "open")
    return [
        DisclosureDecision(
            opens=opens,
            rule_id="chengdu.disclosure/open",
            reason=said("办理{opens}公开为常态", opens=joined("、", (word(NAMES[opening]) for opening in opens)))
            if opens
            else "本区未开放公开",
            after_days=settings["after_days"],
            by_person=by_person,
        )
    ]


@hookimpl
def hide_in_public(settings: Mapping[str, Any], text: str) -> Sequence[HiddenSpan]:
    """Hide the district's own words, wherever they stand."""
    return [
        HiddenSpan(at, at + len(hidden), "chengdu.disclosure/word", said("“{hidden}”不公开", hidden=hidden))
        for hidden in settings["hidden_words"]
        for at in _places(text, hidden)
    ]


def _places(text: str, sought: str) -> list[int]:
    found, at = [], text.find(sought)
    while at >= 0:
        found.append(at)
        at = text.find(sought, at + len(sought))
    return found
