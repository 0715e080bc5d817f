"""What the states, steps, rungs and outcomes of a case of accountability 问责 are called."""

STATE_LABELS = {
    "open": "待核免责",
    "notified": "待情况说明",
    "stated": "待决定",
    "decided": "已决定",
    "appealed": "申诉中",
    "decided_on_appeal": "申诉已决",
    "exempted": "已免责",
    "closed": "已结案",
}
"""States of a case in the order in which it goes through them; `exempted` and `closed` are its ends."""
ENDED = ("exempted", "closed")
RUNG_LABELS = {"reminder": "提醒", "talk": "约谈", "bulletin": "通报", "referral": "移送"}
"""The ladder 问责阶梯, from the mildest rung to the gravest."""
OUTCOME_LABELS = {"responsible": "应当问责", "not_responsible": "不予问责", "exempt": "免责"}
STEP_LABELS = {
    "opened": "立案",
    "exemption": "核免责",
    "noticed": "通知单位",
    "statement": "情况说明",
    "silent": "逾期未说明",
    "rung": "采取措施",
    "decision": "决定",
    "appeal": "申诉",
    "appeal_decision": "申诉决定",
    "evidence": "固定证据",
    "file": "补充材料",
    "recused": "回避",
    "handed": "移交经办",
    "authority": "指定机关",
    "closed": "结案",
}
EVIDENCE_LABELS = {"opening": "立案时固定", "completed": "续补固定", "decision": "决定时固定", "file": "补充材料"}
