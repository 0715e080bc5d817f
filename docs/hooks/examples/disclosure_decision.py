"""What was answered is public in matter and result; what speaks of a hospital is read by a person first."""

from core.hooks import DisclosureDecision, hookimpl


@hookimpl
def disclosure_decision(ticket, wish):
    if "法院" in ticket.text:
        return [DisclosureDecision((), "elsewhere.open/court", "诉讼未结", closed="investigation", closed_days=180)]
    return [
        DisclosureDecision(
            ("matter", "result"), "elsewhere.open/usual", "办结即公开", after_days=3, by_person="医院" in ticket.text
        )
    ]
