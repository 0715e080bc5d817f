"""Settings that repeat: rows of several fields, such as the steps of an escalation."""

from collections.abc import Mapping
from typing import Any, Unpack

from marshmallow import ValidationError

from core.hooks.settings.field import Choices, Common, SettingField
from core.hooks.settings.schema import Settings, fields_of
from core.hooks.settings.secrets import Secret
from core.kit import saying

BUTTONS = ("remove", "up", "down")
"""What can be done with one row; a field of a row cannot have such a name."""


class Rows(SettingField):
    """Rows that each hold the fields of a schema, from `least` to `most` of them, in an order that counts."""

    fields: dict[str, SettingField]

    kind = "rows"
    empty = ()
    is_prefilled = True

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "invalid": "请填写列表，每行一组设置",
        "too_many": "{title}最多 {most} 行",
        "too_few": "{title}至少 {least} 行",
    }

    def __init__(self, row: type[Settings], *, most: int, least: int = 0, **common: Unpack[Common]) -> None:
        super().__init__(**common)
        self.row, self.most, self.least = row, most, least
        self._schema = row()
        self.fields = fields_of(row)
        for name, field in self.fields.items():
            if name in BUTTONS:
                raise TypeError(f"a field of a row cannot be called {name}: a button of the form is")
            if isinstance(field, Secret):
                raise TypeError(f"{row.__name__}.{name}: a row can be moved and removed, so it holds no secret")

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise self.make_error("too_many", title=self.title, most=self.most)
        if len(value) < self.least:
            raise self.make_error("too_few", title=self.title, least=self.least)
        rows, problems = [], {}
        for number, row in enumerate(value):
            try:
                rows.append(self._schema.load(row))
            except ValidationError as error:
                problems[number] = error.messages
        if problems:
            raise ValidationError(problems)
        return rows

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return nothing: the fields of the rows have controls, the rows have none."""
        return ()

    def words(self, value: Any, choices: Choices) -> str:
        """Return how many rows there are."""
        return saying.said("{number} 行", number=len(value)) if isinstance(value, list | tuple) and value else ""

    def row_words(self, row: Any, choices: Choices) -> str:
        """Return what one row says."""
        held = row if isinstance(row, Mapping) else {}
        said = ((field.title, field.words(held.get(name), choices)) for name, field in self.fields.items())
        return saying.joined(
            "；", (saying.said("{title}：{words}", title=title, words=words) for title, words in said if words)
        )

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        held = {name: field.shape() for name, field in self.fields.items()}
        return {**super().shape(), "most": self.most, "least": self.least, "row": held}
