"""Sentences of the house 话: Chinese as it is said, and what another language needs to say it anew.

A `Said` is the finished Chinese text, usable wherever text is; it remembers the sentence it was made of and the values
that were put in. Pages translate it when they are shown; what is stored is the Chinese text and stays as it was written.
"""

from typing import Any


class Said(str):
    """A finished sentence, with its pattern (the message id of catalogues) and the values by name."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, Any]


def said(pattern: str, /, **values: Any) -> Said:
    """Fill a pattern such as `“{name}”最大 {most} MB`. A value that is itself `Said` is translated with the sentence."""
    sentence = Said(pattern.format(**values) if values else pattern)
    sentence.pattern, sentence.values = pattern, values
    return sentence
