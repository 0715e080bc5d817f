"""Whoever supervises sees on the ticket that a case was not opened, and why, and may open it."""

from core.hooks import Exemption, hookimpl


@hookimpl
def exemptions(ticket):
    if "台风" not in ticket.text:
        return None
    return [Exemption("elsewhere.mercy/typhoon", "台风期间集中来件，不因超时问责")]
