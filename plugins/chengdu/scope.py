"""受理范围: what courts, arbitration, petition or police have in hand is theirs, and no unit answers for it alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Exemption, ScopeIssue, TicketView, hookimpl, joined, said
from core.hooks.settings import Line, OneOf, Rows, Settings, Words, YesNo, cross_check
from plugins.chengdu.rows import written_before


class GroundSettings(Settings):
    """Words that show that an appeal belongs to somebody else, and the lawful way for it."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即提示")
    rejection = OneOf(
        required=True,
        choices={
            "litigation": "诉讼、仲裁",
            "petition": "信访在办",
            "review": "行政复议",
            "secret": "涉密或隐私",
            "outside": "不属本级职责",
            "final": "已有最终答复",
        },
        title="不予受理的理由",
        help="不予受理时登记的理由",
    )
    advice = Line(required=True, longest=200, title="法定途径", help="不予受理时告诉诉求人的话")
    exempts = YesNo(load_default=False, title="免予问责", help="办理超期时不自动启动对承办单位的问责")


class ScopeSettings(Settings):
    """What is not taken in, and for what no unit is held to account by a rule."""

    grounds = Rows(
        GroundSettings,
        load_default=[
            {
                "words": [
                    "已起诉",
                    "正在诉讼",
                    "法院诉讼",
                    "法院已受理",
                    "已经立案审理",
                    "一审判决",
                    "二审判决",
                    "申请仲裁",
                    "仲裁裁决",
                ],
                "rejection": "litigation",
                "advice": "已进入诉讼、仲裁的事项，请向受理法院或仲裁机构反映",
                "exempts": True,
            },
            {
                "words": ["信访复查", "信访复核", "信访事项正在办理"],
                "rejection": "petition",
                "advice": "已进入信访程序的事项，请向受理的信访机构查询进展；不服答复的可依法申请复查、复核",
                "exempts": False,
            },
            {
                "words": ["行政复议"],
                "rejection": "review",
                "advice": "已进入行政复议的事项，请向行政复议机关反映",
                "exempts": False,
            },
            {
                "words": ["刑事案件", "刑事立案", "立案侦查", "诈骗", "刑侦"],
                "rejection": "outside",
                "advice": "刑事案件的侦查由公安机关依法办理，请向办案单位报案或查询，紧急情况请拨打 110",
                "exempts": True,
            },
        ],
        most=50,
        title="不在受理范围的情形",
        help="只作提示，是否受理由受理席决定；词不宜写日常用词",
        group="受理范围",
        risk="accountability",
    )

    @cross_check
    def each_reason_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each reason after the first that it was written before: its words belong into one row."""
        return written_before(values["grounds"], "grounds", "rejection", "这个理由")


@hookimpl
def scope_issues(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[ScopeIssue]:
    """Name each ground whose words the appeal uses, with the lawful way for it."""
    return [
        ScopeIssue(
            rejection=row["rejection"],
            advice=row["advice"],
            rule_id=f"chengdu.scope/{row['rejection']}",
            reason=said("诉求提到“{words}”", words=joined("、", words)),
        )
        for row, words in _grounds(settings, ticket)
    ]


@hookimpl
def exemptions(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Exemption]:
    """Hold no unit to account where the matter waits for a court, an arbitrator or the police."""
    return [
        Exemption(
            rule_id="chengdu.scope/exempt",
            reason=said("诉求涉及“{words}”，成因复杂，承办单位难以自行彻底解决", words=joined("、", words)),
        )
        for row, words in _grounds(settings, ticket)
        if row["exempts"]
    ]


def _grounds(settings: Mapping[str, Any], ticket: TicketView) -> list[tuple[Mapping[str, Any], list[str]]]:
    """Return the rows whose words are in the appeal, each with the words that are."""
    found = (
        (row, [word for word in row["words"] if word in ticket.title or word in ticket.text])
        for row in settings["grounds"]
    )
    return [(row, words) for row, words in found if words]
