"""Settings that are texts: a line, a paragraph, a list of words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from marshmallow import ValidationError

from core.hooks.settings.field import Choices, Common, SettingField
from core.hooks.settings.wording import flaw_of
from core.kit.saying import joined, said

LISTED = 12
"""How many words of a list are read out where the list stands among other things."""


class _Text(SettingField):
    """A text of so many characters, without spaces around it."""

    ALLOWED = ""

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "invalid": "请填写文字",
        "length": "{title}须为 {shortest} 到 {longest} 个字",
        "too_long": "{title}最多 {longest} 个字",
    }

    def __init__(self, *, longest: int, shortest: int = 1, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.longest, self.shortest = longest, shortest

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip() if self.ALLOWED else value.strip()
        self._check(text)
        return text

    def _check(self, text: str) -> None:
        if not self.shortest <= len(text) <= self.longest:
            key = "length" if self.shortest else "too_long"
            raise self.make_error(key, title=self.title, shortest=self.shortest, longest=self.longest)
        if flaw := flaw_of(text, allowed=self.ALLOWED):
            raise ValidationError(flaw)

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        return {**super().shape(), "shortest": self.shortest, "longest": self.longest}


class Line(_Text):
    """A line of text. `pattern` must fit the whole line; `pattern_says` tells how it is written, in words."""

    kind = "line"

    def __init__(
        self,
        *,
        longest: int,
        shortest: int = 1,
        pattern: str = "",
        pattern_says: str = "",
        **common: Unpack[Common],
    ) -> None:
        if bool(pattern) != bool(pattern_says):
            raise TypeError("a pattern needs words that say how the line is written")
        super().__init__(longest=longest, shortest=shortest, **common)
        self.pattern, self.pattern_says = re.compile(pattern), pattern_says

    def _check(self, text: str) -> None:
        if not self.pattern_says:
            super()._check(text)
        elif len(text) > self.longest or not self.pattern.fullmatch(text):
            raise ValidationError(self.pattern_says)
        elif flaw := flaw_of(text):
            raise ValidationError(flaw)

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        return {**super().shape(), "pattern": self.pattern.pattern}


class Paragraph(_Text):
    """A text of several lines, e.g. what a letter says."""

    kind = "paragraph"
    ALLOWED = "\n\t"
    is_prefilled = True


class Words(SettingField):
    """A list of words, each of `shortest` to `longest` characters, one on a line."""

    kind = "words"
    empty = ()
    is_prefilled = True

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "invalid": "请填写列表，每项一个词",
        "too_many": "{title}最多 {most} 个词",
        "too_few": "{title}至少 {least} 个词",
    }

    def __init__(
        self, *, shortest: int = 1, longest: int = 20, least: int = 0, most: int = 200, **common: Unpack[Common]
    ) -> None:
        super().__init__(**common)
        self.shortest, self.longest, self.least, self.most = shortest, longest, least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:
        if not isinstance(value, list | tuple):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise self.make_error("too_many", title=self.title, most=self.most)
        if len(value) < self.least:
            raise self.make_error("too_few", title=self.title, least=self.least)
        flaws = {number: [flaw] for number, word in enumerate(value) if (flaw := self._flaw(word))}
        if flaws:
            raise ValidationError(flaws)
        return [word.strip() for word in value]

    def _flaw(self, word: Any) -> str:
        if not isinstance(word, str):
            return "请填写文字"
        if not self.shortest <= len(word.strip()) <= self.longest:
            return said("每个词须为 {shortest} 到 {longest} 个字", shortest=self.shortest, longest=self.longest)
        return flaw_of(word.strip())

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return the words, one on each line of one control."""
        return ("\n".join(str(word) for word in value),) if isinstance(value, list | tuple) else super().texts(value)

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the words of all lines that are not blank."""
        return [line.strip() for line in texts[0].split("\n") if line.strip()]

    def words(self, value: Any, choices: Choices) -> str:
        """Return the words in a row, the first of them where there are many."""
        if not isinstance(value, list | tuple):
            return super().words(value, choices)
        listed = joined("、", (str(word) for word in value[:LISTED]))
        return said("{listed} 等 {number} 项", listed=listed, number=len(value)) if len(value) > LISTED else listed

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        bounds = {"shortest": self.shortest, "longest": self.longest, "least": self.least, "most": self.most}
        return {**super().shape(), **bounds}
