"""The base of every feature's settings: which version they are, how older ones are read, what is checked across fields.

A schema is declared with marshmallow, which loads it; what is said to administrators is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, cast

from marshmallow import RAISE, Schema, ValidationError, validates_schema
from marshmallow.exceptions import SCHEMA
from marshmallow.fields import Field

from core.hooks.settings.field import SettingField
from core.hooks.settings.frozen import frozen

S = TypeVar("S", bound="Settings")
Sentences = str | Sequence[str]
Complaint = Sentences | Mapping[str, Sentences] | None
"""What a check across fields says: nothing, sentences, or sentences for each field by its dotted path."""


class Settings(Schema):
    """Base of a feature's settings: fields whose defaults are the published practice.

    Unknown names are refused, so a misspelt setting is noticed when it is written and not when it is missed. Raise
    `VERSION` whenever values written earlier no longer load, or no longer mean the same, and say in `migrate` what they
    have become.
    """

    VERSION: ClassVar[int] = 1

    error_messages = {  # noqa: RUF012 -- marshmallow declares it so
        "unknown": "没有这一项设置",
        "type": "设置应是一组名称和值",
    }

    class Meta:
        unknown = RAISE

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Return the values of an older version as this version has them. Asks for nothing but its arguments."""
        return values

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        """Refuse a field from which no form could be made."""
        if not isinstance(field_obj, SettingField):
            raise TypeError(f"{type(self).__name__}.{field_name} is no field of core.hooks.settings")


def fields_of(schema: type[Settings]) -> dict[str, SettingField]:
    """Return the schema's fields by name, in their order. Raises `TypeError` where one is no setting."""
    return cast(dict[str, SettingField], schema().fields)


def cross_check(check: Callable[[S, Mapping[str, Any]], Complaint]) -> Callable[..., None]:
    """Mark a method `(self, values)` that checks fields against each other, whether or not single fields are wrong.

    It returns what is wrong, or raises `ValidationError`: sentences, or sentences by field, e.g.
    `{"steps.1.at": "须晚于上一步"}`. Values are unchangeable; a field that did not load is not among them, and a check
    that asks for it by `values["at"]` ends there without a word, for that field has its own complaint.
    """

    @wraps(check)
    def checked(self: S, data: Mapping[str, Any], **_: Any) -> None:
        try:
            complaint = check(self, MappingProxyType(_Loaded(data, self.load_fields)))
        except _NotLoaded:
            return
        if complaint:
            raise ValidationError(_nested(complaint if isinstance(complaint, Mapping) else {"": complaint}))

    return cast(Callable[..., None], validates_schema(checked, skip_on_field_errors=False))


class _NotLoaded(KeyError):  # noqa: N818 -- a fact that ends a check, not an error
    """A check asks for a field that is wrong already."""


class _Loaded(dict[str, Any]):
    """The values that loaded; asking for one that did not ends the check."""

    def __init__(self, values: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
        super().__init__({name: frozen(value) for name, value in values.items()})
        self._declared = declared

    def __missing__(self, name: str) -> Any:
        raise _NotLoaded(name) if name in self._declared else KeyError(name)


def _nested(complaints: Mapping[str, Sentences]) -> dict[str | int, Any]:
    """Return sentences by dotted path as marshmallow keeps them: by name, then by number of the row."""
    tree: dict[str | int, Any] = {}
    for path, sentences in complaints.items():
        branch = tree
        for part in path.split(".") if path else ():
            branch = branch.setdefault(int(part) if part.isdecimal() else part, {})
        branch.setdefault(SCHEMA, []).extend([sentences] if isinstance(sentences, str) else sentences)
    return {part: _pruned(inner) for part, inner in tree.items()}


def _pruned(branch: Any) -> Any:
    """Return the sentences of a field alone where nothing is said of what it holds."""
    if not isinstance(branch, dict):
        return branch
    return branch[SCHEMA] if branch.keys() == {SCHEMA} else {part: _pruned(inner) for part, inner in branch.items()}
