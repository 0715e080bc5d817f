"""Values that a setting takes, drawn at random."""

from typing import Any

from hypothesis import strategies as st

from core.hooks.settings import (
    Line,
    OneOf,
    Paragraph,
    Rows,
    Secret,
    SettingField,
    Settings,
    Whole,
    Words,
    YesNo,
    fields_of,
)
from core.hooks.settings.choices import NamedChoice
from core.hooks.settings.frozen import plain
from tests.hooks.schemas import CHOICES

CHARACTERS = st.one_of(
    st.sampled_from("街道办 \u3000<>&\"'/-=#!\n\r\taB7０，。😀"),
    st.characters(exclude_categories=["Cs"]),
)

OF_WORDS = st.one_of(st.sampled_from("街道办 &\"'/-=#!aB7０，。😀"), st.characters(categories=["L", "N", "S"]))
"""Without most of what no word may hold, so that not every other list of words is refused."""


def own_values_of(schema: type[Settings]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw values for some of the schema's fields, each of which loads and stands as it is written after loading."""
    optional = {name: values_of(field) for name, field in fields_of(schema).items() if not isinstance(field, Secret)}
    return st.fixed_dictionaries({}, optional=optional)


def values_of(field: SettingField) -> st.SearchStrategy[Any]:
    """Draw values that the field takes."""
    return _written(field).filter(field.accepts).map(lambda value: plain(field.deserialize(value)))


def _written(field: SettingField) -> st.SearchStrategy[Any]:
    match field:
        case Whole():
            numbers = st.integers(field.min, field.max)
            return st.one_of(st.none(), numbers) if field.allow_none else numbers
        case YesNo():
            return st.booleans()
        case OneOf():
            return st.sampled_from(list(field.choices))
        case NamedChoice():
            codes = [choice.value for choice in CHOICES[field.SOURCE]]
            code = st.sampled_from([*codes, "abolished-9"])
            if field.many:
                return st.lists(code, unique=True, max_size=field.most)
            return st.one_of(code, st.just("")) if field.may_be_empty else code
        case Words():
            word = st.text(OF_WORDS, min_size=field.shortest, max_size=field.longest)
            return st.lists(word, min_size=field.least, max_size=min(field.most, 6))
        case Line() if field.pattern_says:
            return st.from_regex(field.pattern, fullmatch=True)
        case Rows():
            return st.lists(_row(field), min_size=field.least, max_size=min(field.most, 4))
        case Line() | Paragraph():
            return st.text(CHARACTERS, min_size=field.shortest, max_size=min(field.longest, field.shortest + 40))
        case _:
            return st.text(CHARACTERS, max_size=40)


def _row(rows: Rows) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: values_of(field) for name, field in rows.fields.items() if field.required}
    optional = {name: values_of(field) for name, field in rows.fields.items() if not field.required}
    return st.fixed_dictionaries(required, optional=optional)
