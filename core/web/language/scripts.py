"""The words of the scripts: what they look up by `w`, which a page in English carries as JSON in the element `words`."""

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
SPOKEN = re.compile(r"""\bw\(\s*(["'])((?:(?!\1)[^\\]|\\.)*)\1""")
"""A word of a script: the first argument of `w`."""


def words_in(script: str) -> list[str]:
    """Return what a script looks up."""
    return [found[2] for found in SPOKEN.finditer(script)]


@cache
def spoken_by_scripts() -> tuple[str, ...]:
    """Return what all scripts look up, once each."""
    return tuple(sorted({word for path in STATIC.glob("*.js") for word in words_in(path.read_text("utf-8"))}))
