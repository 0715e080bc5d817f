"""What residents say in a storm, most of it with time enough: few clocks run out, and they are looked at all the same."""

import random

from benchmarks.district.hurry import LEISURE

TROUBLES = ("道路坑洼", "水管漏水", "树木倒伏")
HURRIED_SHARE = 0.06
"""Of what is taken in by the thousand so much is hurried."""


def text(chance: random.Random) -> str:
    """Return what somebody says."""
    return f"{'' if chance.random() < HURRIED_SHARE else LEISURE}{chance.choice(TROUBLES)}，出行不便。"
