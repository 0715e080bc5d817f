"""The forms of deeds on many tickets: the same fields as for one, over the deeds of `core.journey.bulk`."""

from core.escalation.labels import LETTER_LABELS
from core.handling.dispositions import DISPOSITION_LABELS
from core.journey.bulk import DEEDS
from core.web.desk.acts import Act, Deed, listed
from core.web.desk.fields import REASON, Field


def _deed(name: str) -> Deed:
    deed = DEEDS[name]
    return Deed(deed.command, deed.label, "", name=name)


DESK_BULK_ACTS = (
    Act(
        "按建议派单",
        (_deed("dispatch-suggested"),),
        (Field("reason", "要求", required=False, hint="每个承办单位都会看到。"),),
        hint="每件派给它自己的建议单位；没有建议的不派。",
    ),
    Act(
        "派给同一单位",
        (_deed("dispatch-to"),),
        (
            Field("lead", "派给", "unit"),
            Field("reason", "理由", required=False, hint="与建议单位不同的必填，不填的那些不派。"),
        ),
    ),
    Act(
        "更正事项",
        (_deed("correct-matter"),),
        (Field("matter", "事项", "matter"),),
        hint="建议的承办单位和时限随之改变。",
    ),
    Act("升为紧急", (_deed("raise-urgency"),), (REASON,), hint="时限按紧急件重新计算，只会提前。"),
    Act("降为一般", (_deed("lower-urgency"),), (REASON,), hint="时限按一般件重新计算，仍从原来的起点算起。"),
    Act(
        "向承办单位发函",
        (_deed("send-letter"),),
        (
            Field("kind", "函件", "list", options=listed(LETTER_LABELS), preset=lambda _: "reminder"),
            Field("text", "内容"),
        ),
        hint="每件一份，编号各不相同，发出后不能修改。",
    ),
    Act("记一笔", (_deed("remark"),), (Field("what", "记下什么"),), hint="内部记录，诉求人看不到。"),
    Act(
        "同一答复直接办结",
        (_deed("answer"),),
        (
            Field("text", "答复", hint="发给每一位诉求人，请不要写只与其中一件有关的话。"),
            Field(
                "disposition",
                "结果",
                "list",
                options=listed(DISPOSITION_LABELS),
                preset=lambda _: "explained",
                within=tuple(DISPOSITION_LABELS),
            ),
        ),
        hint="每件照常核对能否办结，不能的不办，原因列出。",
    ),
)
UNIT_BULK_ACTS = (
    Act("签收", (_deed("sign"),), hint="签收表示本单位来办。不是本单位的事，请逐件申请退单。"),
    Act("转给同事", (_deed("hand-to"),), (Field("person", "承办人", "list"), REASON)),
    Act("记办理记录", (_deed("note"),), (Field("what", "进展、到场情况"),)),
)
BULK_NEEDS = frozenset(deed.command.permission for act in DESK_BULK_ACTS for deed in act.deeds)
"""Any of them lets somebody do something with many tickets of the desk."""
