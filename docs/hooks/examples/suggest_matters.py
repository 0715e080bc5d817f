"""`matter` is the code of an item of the district's duty list; another one is left out and reported as a failure."""

from core.hooks import MatterHint, hookimpl


@hookimpl
def suggest_matters(ticket, duties):
    return [
        MatterHint(duty.code, "elsewhere.words/item", f"来件提到“{duty.subcategory}”", score=70)
        for duty in duties
        if duty.subcategory in ticket.text
    ]
