"""`TextBlock` is a paragraph, `FactsBlock` names beside values, `TableBlock` a table. All are text: a `<b>` is shown as it stands."""

from core.hooks import FactsBlock, hookimpl


@hookimpl
def ticket_blocks(duty):
    if duty is None:
        return None
    return [FactsBlock((("大类", duty.category), ("小类", duty.subcategory)), heading="清单事项")]
