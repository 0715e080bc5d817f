"""Offered beside the reply of a unit to a complaint; those of all features, in the district's order."""

from core.hooks import ReplyTemplate, hookimpl


@hookimpl
def reply_templates():
    return [ReplyTemplate("投诉答复", "一、核实情况：\n二、采取措施：", natures=("complaint",))]
