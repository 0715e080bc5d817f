"""Blanks in texts that a district or a feature writes, such as {serial_no}."""

import re
from collections.abc import Mapping

BLANK = re.compile(r"\{([a-z_]{1,40})\}")


def filled(text: str, names: Mapping[str, str]) -> str:
    """Fill in the blanks that are named, all at once: what is filled in, a resident's own words perhaps, is not read for blanks.

    Not str.format: a brace that a district typed, or a name that nobody knows, stays as it is and stops nothing.
    """
    return BLANK.sub(lambda blank: names.get(blank[1], blank[0]), text)
