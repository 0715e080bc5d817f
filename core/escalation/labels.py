"""What letters, levels of leaders and colours of supervision are called."""

LETTER_LABELS = {"reminder": "提醒函", "supervision": "督办函", "talk": "约谈通知", "bulletin": "通报"}
CASE_LETTER_LABELS = {"case_notice": "问责立案通知书", "case_decision": "问责决定书", "referral": "移送函"}
"""Letters that only a case of accountability writes, beside those that anybody who supervises may."""
LEVEL_LABELS = {
    "province": "省级领导",
    "city": "市级领导",
    "department": "市级部门领导",
    "district": "区（县）领导",
    "bureau": "区（县）部门领导",
    "street": "街道（镇）领导",
}
"""Levels of the leaders whose instructions 批示 are counted."""
SUPERVISION_LABELS = {"blue": "蓝色督办", "yellow": "黄色督办", "red": "红色督办"}
"""Colours of supervision, from the mildest to the gravest."""
SOURCE_LABELS = {
    "breach": "超期",
    "urgent": "紧急诉求",
    "redo": "反复不满意",
    "returns": "多次退单",
    "instruction": "领导批示",
    "discipline": "纪检监察",
    "reminder": "提醒函未答复",
    "person": "人工发起",
}
"""What calls for a supervision."""
