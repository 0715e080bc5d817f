"""What every setting says of itself, and how it is put into a form, taken from one, and said in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Required, TypedDict

from marshmallow import ValidationError, fields, missing

from core.kit.saying import said

Risk = Literal["", "accountability", "privacy", "dispatch"]
Affects = Literal["new", "open"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be chosen by name, e.g. a unit: what is stored, and what is read."""

    value: str
    label: str
    kind: str = ""


Choices = Mapping[str, Sequence[Choice]]
"""What can be chosen at the tenant, by source: units, matters, roles, channels."""


class Common(TypedDict, total=False):
    """What is said of every setting, whichever its kind."""

    title: Required[str]
    help: str
    group: str
    unit: str
    risk: Risk
    affects: Affects
    load_default: Any
    required: bool


def complaint(*sentences: str) -> ValidationError:
    """Return the error that a field raises of a value that does not fit, with what is wrong in words."""
    return ValidationError(list(sentences))


class SettingField(fields.Field[Any]):
    """One setting. `risk` makes a change need a second person; `affects` says whose tickets a change concerns.

    A setting is `required` or has a `load_default`, so that features always find it. `empty` is what an administrator
    means by leaving it empty on purpose; it is offered where the field takes it.
    """

    kind: str = ""
    empty: Any = ""
    UNIT: ClassVar[str] = ""
    is_prefilled: bool = False
    """Whether a form shows the inherited value for editing; short fields are left empty beside what they inherit."""

    default_error_messages = {"required": "必须填写", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so

    def __init__(
        self,
        *,
        title: str,
        help: str = "",
        group: str = "",
        unit: str = "",
        risk: Risk = "",
        affects: Affects = "new",
        load_default: Any = missing,
        required: bool = False,
    ) -> None:
        if load_default is missing and not required:
            raise TypeError(said("setting “{title}” needs a load_default, or required=True", title=title))
        if load_default is None and self.empty is not None:
            raise TypeError(
                said("setting “{title}” has no value that means nothing; give another load_default", title=title)
            )
        super().__init__(load_default=load_default, required=required)
        self.title, self.help, self.group = title, help, group
        self.unit = unit or self.UNIT
        self.risk, self.affects = risk, affects

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the value as features get it; a default goes the same way, so a wrong one is noticed. Raises."""
        if value is missing and self.load_default is not missing:
            value = self.load_default
        return super().deserialize(value, attr, data, **kwargs)

    def accepts(self, value: Any) -> bool:
        """Say whether the value would load."""
        try:
            self.deserialize(value)
        except ValidationError:
            return False
        return True

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return the value as the controls of a form hold it; also a wrong one, so that it can be corrected."""
        return (str(value),) if isinstance(value, str | int) else ()

    def typed(self, texts: Sequence[str]) -> Any:
        """Return what the controls of a form say: the value, or the text itself where it is none, to be refused."""
        return texts[0]

    def words(self, value: Any, choices: Choices) -> str:
        """Return the value as a person reads it; empty when there is nothing to read."""
        return with_unit("".join(self.texts(value)), self.unit)

    def told_apart(self, before: Any, after: Any, choices: Choices) -> "Sequence[tuple[str, str, str]] | None":
        """Return what differs of two values, part by part: which part, before, after; None = as for others of its kind."""
        return None

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on, as plain data: kind and bounds, not titles."""
        return {"kind": self.kind, "required": self.required, "risk": self.risk}


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit as it is written: 5 个工作日, but 85%."""
    if not text or not unit:
        return text
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}"
