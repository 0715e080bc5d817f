"""Why residents were dissatisfied, and why limits were missed: closed codes, of which each case bears one, the main one."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.kit.saying import said, word


@dataclass(frozen=True, slots=True)
class Group:
    """What dissatisfaction is about at first: the result of the handling, or how it went. With the causes in it."""

    label: str
    causes: Mapping[str, str]


ASKED_IN_SHORT = {"result": "办理结果", "process": "办理态度或过程"}
"""What residents are asked on their page, where only the group is asked: the codes are those of a group without a cause."""
DISSATISFACTION_GROUPS: Mapping[str, Group] = {
    "result": Group(
        "办理结果",
        {
            "unsolved": "问题未解决或难以彻底解决",
            "judicial": "须经司法程序解决",
            "several_units": "涉及多个部门，协调时间长",
            "policy": "诉求与政策规定不符，有争议",
            "untrue": "答复与实际不符",
            "result_other": "结果方面其他原因",
            "result": "没有细说",
        },
    ),
    "process": Group(
        "沟通过程",
        {
            "attitude": "服务态度不好",
            "no_contact": "没有联系或说明不清",
            "late": "办理超期、拖延",
            "passed_on": "推诿、敷衍",
            "process_other": "过程方面其他原因",
            "process": "没有细说",
        },
    ),
}
DISSATISFACTION_LABELS = {
    code: said("{label}：{label_2}", label=word(group.label), label_2=label)
    for group in DISSATISFACTION_GROUPS.values()
    for code, label in group.causes.items()
}
"""Causes of dissatisfaction 不满意原因."""
GROUP_OF = {code: name for name, group in DISSATISFACTION_GROUPS.items() for code in group.causes}
OVERDUE_LABELS = {
    "planning": "制度和规划",
    "governance": "社会综合治理",
    "judicial": "司法协同",
    "technical": "技术能力",
    "several_units": "多部门协调",
    "other": "其他",
}
"""Causes of a missed limit 超期原因."""
