"""The case is opened all the same; an officer sees the ground, and judges it before the unit is told."""

from core.hooks import Exemption, hookimpl


@hookimpl
def exemptions(ticket):
    if "台风" not in ticket.text:
        return None
    return [Exemption("elsewhere.mercy/typhoon", "台风期间集中来件，不因超时问责")]
