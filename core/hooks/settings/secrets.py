"""密钥: texts that are set and used but never shown, stored apart from the settings that name them."""

import hmac
from collections.abc import Mapping
from typing import Any, NoReturn, SupportsIndex

from marshmallow import missing

from core.hooks.settings.field import Affects, Choices, Risk, SettingField
from core.hooks.settings.wording import flaw_of
from core.kit.saying import said

HIDDEN = "***"


class SecretText:
    """A secret as a feature gets it. Whatever is printed, logged or formatted of it is `***`; it cannot be stored."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self.__text

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretText):
            return NotImplemented
        return hmac.compare_digest(*(text.encode(errors="surrogatepass") for text in (self.__text, other.reveal())))

    def __hash__(self) -> int:
        return hash((SecretText, self.__text))

    def __copy__(self) -> "SecretText":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "SecretText":
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not pickled")


class Secret(SettingField):
    """A secret: never among the values; the settings a feature gets hold a `SecretText`, or None where none is set."""

    kind = "secret"
    empty = None

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "apart": "密钥另行保存，不写在设置里；请删去这一项，再单独设置密钥",
    }

    def __init__(
        self,
        *,
        title: str,
        help: str = "",
        group: str = "",
        risk: Risk = "",
        affects: Affects = "open",
        shortest: int = 1,
        longest: int = 500,
    ) -> None:
        super().__init__(title=title, help=help, group=group, risk=risk, affects=affects, load_default=None)
        self.shortest, self.longest = shortest, longest

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Say of any value, also of none, that it does not belong among the settings. Raises `ValidationError`."""
        if value is not missing:
            raise self.make_error("apart")

    def flaw(self, text: str) -> str:
        """Return why the text cannot be kept as this secret, in words; empty when it can."""
        if not self.shortest <= len(text) <= self.longest:
            return said(
                "{title}须为 {shortest} 到 {longest} 个字符",
                title=self.title,
                shortest=self.shortest,
                longest=self.longest,
            )
        return flaw_of(text, may_have_tags=True) or ("首尾不能有空格" if text != text.strip() else "")

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return nothing: a form shows no secret."""
        return ()

    def words(self, value: Any, choices: Choices) -> str:
        """Return nothing: nobody reads a secret."""
        return ""


def scrubbed(text: str, settings: Mapping[str, Any]) -> str:
    """Return the text, e.g. of an error, with `***` in place of every secret of these settings."""
    for value in settings.values():
        if isinstance(value, SecretText) and value.reveal():
            text = text.replace(value.reveal(), HIDDEN)
    return text
