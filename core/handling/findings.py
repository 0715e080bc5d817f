"""What a unit can say of an appeal when it has looked, and which measures of enforcement there are. Codes are kept for ever."""

VERIFICATION_LABELS = {"true": "属实", "partly": "部分属实", "false": "不属实"}
MEASURE_LABELS = {
    "rectify": "责令改正",
    "stop": "责令停工停业",
    "warning": "警告、约谈",
    "fine": "罚款",
    "confiscation": "没收",
    "demolition": "拆除",
    "closure": "查封、取缔",
    "transferred": "移送其他机关",
    "case": "立案查处",
    "none": "未发现违法，不予处罚",
}
"""Measures of enforcement 执法结果, by the clerk's words; which law allows them is the unit's to know."""
WITH_AMOUNT = ("fine", "confiscation")
"""Measures of which an amount in yuan is told; a fine always."""
