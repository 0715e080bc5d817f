"""Settings that are chosen: yes or no, one of a few, or something of the tenant's own by its name."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

from marshmallow import ValidationError

from core.hooks.settings.field import Choices, Common, SettingField
from core.kit.saying import joined

YES = frozenset({"yes", "true", "on", "1", "是"})
NO = frozenset({"no", "false", "off", "0", "否"})
CODE = re.compile(r"[\w.-]{1,64}")
NOTHING_CHOSEN = "!none"
"""How a form says that nothing is chosen on purpose; no code can be written so."""


class YesNo(SettingField):
    """A switch."""

    kind = "yes-no"

    default_error_messages = {"invalid": "请选择是或否"}  # noqa: RUF012 -- marshmallow reads it so

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        truth = _truth(value)
        if truth is None:
            raise self.make_error("invalid")
        return truth

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return which of the two is chosen."""
        truth = _truth(value)
        return () if truth is None else ("yes" if truth else "no",)

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the truth, or the text where it is none."""
        truth = _truth(texts[0])
        return texts[0] if truth is None else truth

    def words(self, value: Any, choices: Choices) -> str:
        """Return 是 or 否."""
        truth = _truth(value)
        return "" if truth is None else ("是" if truth else "否")


class OneOf(SettingField):
    """One of a few values, each with the label by which it is chosen."""

    kind = "one-of"

    default_error_messages = {"invalid": "请选择{title}"}  # noqa: RUF012 -- marshmallow reads it so

    def __init__(self, *, choices: Mapping[str, str], **common: Unpack[Common]) -> None:
        if not all(value.strip() for value in choices):
            raise TypeError("a choice needs a value; nothing chosen means: as inherited")
        super().__init__(**common)
        self.choices = dict(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.make_error("invalid", title=self.title)
        return value

    def words(self, value: Any, choices: Choices) -> str:
        """Return the label."""
        return self.choices.get(value, value) if isinstance(value, str) else ""

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        return {**super().shape(), "choices": sorted(self.choices)}


class NamedChoice(SettingField):
    """Something the tenant has, stored by its code and chosen by its name; the core knows what there is.

    `kind` leaves only things of this kind to choose from. `may_be_empty` takes none; `many` takes a list of up to `most`,
    in whatever order.
    """

    SOURCE: ClassVar[str]
    THING: ClassVar[str]
    BOOK: ClassVar[str]

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "code": "不是{thing}代码，请从{book}中选择",
        "invalid": "请填写列表，每项一个{thing}代码",
        "twice": "同一个{thing}选了两次",
        "too_many": "{title}最多选 {most} 个",
        "none": "{title}至少选一个",
    }

    def __init__(
        self,
        *,
        kind: str = "",
        may_be_empty: bool = False,
        many: bool = False,
        most: int = 50,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.of_kind, self.may_be_empty, self.many, self.most = kind, may_be_empty, many, most
        if many:
            self.kind, self.empty, self.is_prefilled = "choices", (), True

    kind = "choice"

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | list[str]:
        if not self.many:
            if self.may_be_empty and value == "":
                return ""
            if (code := _code(value)) is None:
                raise self._error("code")
            return code
        if not isinstance(value, list | tuple):
            raise self._error("invalid")
        return self._codes(value)

    def _codes(self, values: Sequence[Any]) -> list[str]:
        if len(values) > self.most:
            raise self._error("too_many")
        if not values and not self.may_be_empty:
            raise self._error("none")
        codes = [_code(value) for value in values]
        wrong = {number: self._error("code").messages for number, code in enumerate(codes) if code is None}
        twice = {number: self._error("twice").messages for number, code in enumerate(codes) if code in codes[:number]}
        if wrong or twice:
            raise ValidationError({**twice, **wrong})
        return sorted(code for code in codes if code is not None)

    def _error(self, key: str) -> ValidationError:
        return self.make_error(key, title=self.title, thing=self.THING, book=self.BOOK, most=self.most)

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return the codes that are chosen; or that none is, on purpose."""
        if isinstance(value, list | tuple):
            return tuple(str(code) for code in value)
        return (NOTHING_CHOSEN,) if value == "" and self.may_be_empty else super().texts(value)

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the code, or the codes."""
        if self.many:
            return sorted(text for text in texts if text)
        return "" if texts[0] == NOTHING_CHOSEN and self.may_be_empty else texts[0]

    def words(self, value: Any, choices: Choices) -> str:
        """Return the names, and the code where there is no name."""
        names = {choice.value: choice.label for choice in choices.get(self.SOURCE, ())}
        return joined("、", (names.get(code, code) for code in self.texts(value) if code != NOTHING_CHOSEN))

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        bounds = {"may_be_empty": self.may_be_empty, "most": self.most if self.many else 1}
        return {**super().shape(), "source": self.SOURCE, "of_kind": self.of_kind, **bounds}


class UnitChoice(NamedChoice):
    """A unit of the tenant."""

    SOURCE, THING, BOOK = "units", "单位", "单位名录"


class MatterChoice(NamedChoice):
    """An item of the duty list."""

    SOURCE, THING, BOOK = "matters", "事项", "职责清单"


class RoleChoice(NamedChoice):
    """A role that people of the tenant have."""

    SOURCE, THING, BOOK = "roles", "角色", "角色表"


class ChannelChoice(NamedChoice):
    """A channel through which the tenant is reached."""

    SOURCE, THING, BOOK = "channels", "渠道", "渠道表"


def _truth(value: Any) -> bool | None:
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in YES else False if word in NO else None
    return value if isinstance(value, bool) else None


def _code(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and CODE.fullmatch(value.strip()) else None
