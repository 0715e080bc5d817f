"""The form in which an administrator sets a feature: plain data, which a page, a printout or a test can draw."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import missing

from core.hooks.settings.choices import NOTHING_CHOSEN, NamedChoice, OneOf, YesNo
from core.hooks.settings.field import Choice, Choices, SettingField
from core.hooks.settings.frozen import plain
from core.hooks.settings.posting import seal_of, typed_in
from core.hooks.settings.reading import Inherited, Problem, inheritance
from core.hooks.settings.rows import Rows
from core.hooks.settings.schema import Settings, fields_of
from core.kit.saying import said, word

EMPTIED = {"whole": "不设", "line": "留空", "paragraph": "留空", "words": "一个也不要", "choices": "一个也不选"}
"""By which words a field is left empty on purpose, where empty means: as inherited."""


@dataclass(frozen=True, slots=True)
class SecretState:
    """That a secret is set, by whom and when; the secret itself is not told."""

    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list to choose from."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Emptied:
    """A box to tick when the field is to be empty, and not as inherited."""

    name: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class FormField:
    """One control. `name` is its name and id in HTML, `path` its field; `kind` says what it looks like.

    `values` are the texts it holds: own values, or inherited ones to be edited; most inherited ones stand beside it in
    words, as `inherited`. `words` say what holds now; a locked field shows them and has no control. A hidden field
    `<name>-shown` with `shown` goes with a control that has one, or what is unchanged would be taken for the tenant's
    own. `options` of kind `choices` may be several; of other kinds one is selected. A control of kind `secret` holds
    nothing; typing replaces, a button `<name>-remove` removes.
    """

    name: str
    path: str
    kind: str
    label: str
    help: str
    unit: str
    values: tuple[str, ...]
    options: tuple[Option, ...]
    min: int | None
    max: int | None
    longest: int | None
    required: bool
    is_inherited: bool
    inherited: str
    words: str
    shown: str
    emptied: Emptied | None
    locked: bool
    risk: str
    affects: str
    secret: SecretState | None
    errors: tuple[str, ...]
    source: str = ""
    """Of one thing of the tenant's own that is chosen: from which list, so that a page draws a long one once."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row; its buttons are names to submit, empty where the button would do nothing."""

    number: int
    label: str
    fields: "tuple[FormField | FormRows, ...]"
    remove: str
    up: str
    down: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormRows:
    """Rows of fields. Hidden fields named `mark`, one that is empty and one with each row's number, say which are there.

    `add` adds a row, `inherit` goes back to what is inherited; both are names to submit, empty where there is nothing
    to do. `<name>-shown` with `shown` is hidden, too.
    """

    name: str
    path: str
    kind: str
    label: str
    help: str
    rows: tuple[FormRow, ...]
    mark: str
    shown: str
    add: str
    inherit: str
    most: int
    required: bool
    is_inherited: bool
    inherited: str
    locked: bool
    risk: str
    affects: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields that belong together under a heading; the heading is empty where the feature gives none."""

    title: str
    fields: tuple[FormField | FormRows, ...]


@dataclass(frozen=True, slots=True)
class FormError:
    """What is wrong, and the control it is about; of something that has no control only the label is known."""

    name: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class FormModel:
    """A form: its fields in groups, and everything that is wrong with them in the order of the fields."""

    groups: tuple[FormGroup, ...]
    errors: tuple[FormError, ...]


def form_of(
    schema: type[Settings],
    values: Mapping[str, Any],
    *,
    inherited: Mapping[str, Inherited],
    locked: Collection[str] = (),
    choices: Choices | None = None,
    errors: Sequence[Problem] = (),
    secrets: Mapping[str, SecretState] | None = None,
) -> FormModel:
    """Return the form with a tenant's own values, right or wrong, and beside each what it inherits.

    Fields named in `locked` hold what is inherited and cannot be typed into.
    """
    drawing = _Drawing(choices or {}, secrets or {}, errors)
    groups: dict[str, list[FormField | FormRows]] = defaultdict(list)
    for name, each in fields_of(schema).items():
        own = missing if name in locked else values.get(name, missing)
        place = _Place(name, name, each.title, name in locked)
        groups[each.group].append(drawing.control(each, own, inherited.get(name), place))
    return FormModel(
        tuple(FormGroup(title, tuple(held)) for title, held in groups.items()),
        (*drawing.found, *drawing.problems.left()),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a control stands: its name in HTML, its path, and how it is called from outside its row."""

    name: str
    path: str
    called: str
    locked: bool


class _Problems:
    """What is wrong, to be asked for field by field; what nobody asked for is left."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._messages: dict[str, list[str]] = defaultdict(list)
        for problem in problems:
            self._messages[problem.field].append(problem.message)

    def of(self, path: str) -> tuple[str, ...]:
        return tuple(self._messages.pop(path, ()))

    def of_items(self, path: str) -> tuple[str, ...]:
        """Return also what is wrong with single items of a list that stands in one control."""
        numbered = [each for each in self._messages if each.rpartition(".")[0] == path]
        items = [(int(each.rpartition(".")[2]), each) for each in numbered if each.rpartition(".")[2].isdecimal()]
        return (
            *self.of(path),
            *(
                said("第 {number} 项：{message}", number=number + 1, message=message)
                for number, each in sorted(items)
                for message in self.of(each)
            ),
        )

    def left(self) -> tuple[FormError, ...]:
        return tuple(FormError("", path, message) for path, messages in self._messages.items() for message in messages)


@dataclass(slots=True)
class _Drawing:
    """Draws controls and keeps, in their order, what is wrong with them."""

    choices: Choices
    secrets: Mapping[str, SecretState]
    errors: Sequence[Problem]
    found: list[FormError] = field(default_factory=list)
    problems: _Problems = field(init=False)
    drawn: dict[tuple[int, str], tuple[list[Option], dict[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.problems = _Problems(self.errors)

    def control(self, each: SettingField, own: Any, inherited: Inherited | None, place: _Place) -> FormField | FormRows:
        if isinstance(each, Rows):
            return self._rows(each, own, inherited, place)
        return self._field(each, own, inherited, place)

    def _field(self, each: SettingField, own: Any, inherited: Inherited | None, place: _Place) -> FormField:
        held = inherited.value if inherited else missing
        is_own = own is not missing
        effective = own if is_own else held
        in_control = effective if each.is_prefilled else own
        texts = each.texts(in_control) if in_control is not missing else ()
        emptied = _emptied(each, own, held, place.name)
        return FormField(
            name=place.name,
            path=place.path,
            kind=each.kind,
            label=each.title,
            help=each.help,
            unit=each.unit,
            values=texts,
            options=self._options(each, texts, inherited),
            min=getattr(each, "min", None),
            max=getattr(each, "max", None),
            longest=getattr(each, "longest", None) if each.kind != "words" else None,
            required=each.required and inherited is None,
            is_inherited=not is_own and inherited is not None,
            inherited=_inherited_words(each, inherited, self.choices),
            words="" if effective is missing else each.words(effective, self.choices),
            shown=seal_of(typed_in(each, texts), is_own=is_own) if emptied or each.is_prefilled else "",
            emptied=emptied,
            locked=place.locked,
            risk=each.risk,
            affects=each.affects,
            secret=self.secrets.get(place.path) if each.kind == "secret" else None,
            errors=self._wrong(self.problems.of_items(place.path), place),
            source=f"{each.SOURCE}-{each.of_kind}" if isinstance(each, NamedChoice) and not each.many else "",
        )

    def _options(self, each: SettingField, texts: Sequence[str], inherited: Inherited | None) -> tuple[Option, ...]:
        offered = [Choice("", _first_option(each, inherited, self.choices))] if each.kind != "choices" else []
        match each:
            case YesNo():
                offered += [Choice("yes", "是"), Choice("no", "否")]
            case OneOf():
                offered += [Choice(value, label) for value, label in each.choices.items()]
            case NamedChoice():
                none = [Choice(NOTHING_CHOSEN, "不设")] if each.may_be_empty and not each.many else []
                there = self.choices.get(each.SOURCE, ())
                offered += [*none, *(one for one in there if each.of_kind in ("", one.kind))]
            case _:
                return ()
        key = (id(each), offered[0].label if offered else "")
        if key not in self.drawn:  # rows of long lists would else be made of millions of entries
            entries = [Option(choice.value, choice.label, False) for choice in offered]
            self.drawn[key] = entries, {entry.value: place for place, entry in enumerate(entries)}
        entries, places = self.drawn[key]
        drawn = list(entries)
        for text in dict.fromkeys(texts or ("",)):
            if text in places:
                drawn[places[text]] = Option(text, entries[places[text]].label, True)
            elif text:
                drawn.append(Option(text, said("{text}（已不在可选之列）", text=text), True))
        return tuple(drawn)

    def _rows(self, each: Rows, own: Any, inherited: Inherited | None, place: _Place) -> FormRows:
        is_own = own is not missing
        held = own if is_own else (inherited.value if inherited else ())
        rows = held if isinstance(held, list | tuple) else ()
        errors = self._wrong(self.problems.of(place.path), place)
        defaults = inheritance(each.row, {})
        can_go_back = is_own and inherited is not None and not place.locked
        return FormRows(
            name=place.name,
            path=place.path,
            kind=each.kind,
            label=each.title,
            help=each.help,
            rows=tuple(
                self._row(each, number, row, place, defaults, is_last=number == len(rows) - 1)
                for number, row in enumerate(rows)
            ),
            mark=f"{place.name}-row",
            shown=seal_of(plain(rows), is_own=is_own),
            add="" if place.locked or len(rows) >= each.most else f"{place.name}-add",
            inherit=f"{place.name}-inherit" if can_go_back else "",
            most=each.most,
            required=each.required and inherited is None,
            is_inherited=not is_own and inherited is not None,
            inherited=_inherited_words(each, inherited, self.choices),
            locked=place.locked,
            risk=each.risk,
            affects=each.affects,
            errors=errors,
        )

    def _row(
        self, rows: Rows, number: int, row: Any, place: _Place, defaults: Mapping[str, Inherited], *, is_last: bool
    ) -> FormRow:
        name, path, label = (
            f"{place.name}-{number}",
            f"{place.path}.{number}",
            said("第 {number} 行", number=number + 1),
        )
        values = row if isinstance(row, Mapping) else {}
        errors = self._wrong(
            self.problems.of(path),
            _Place(name, path, said("{called} {label}", called=place.called, label=word(label)), place.locked),
        )
        return FormRow(
            number=number,
            label=label,
            fields=tuple(
                self.control(
                    each,
                    values.get(inner, missing),
                    defaults.get(inner),
                    _Place(
                        f"{name}-{inner}",
                        f"{path}.{inner}",
                        said(
                            "{called} {label} {title}", called=place.called, label=word(label), title=word(each.title)
                        ),
                        place.locked,
                    ),
                )
                for inner, each in rows.fields.items()
            ),
            remove="" if place.locked else f"{name}-remove",
            up="" if place.locked or number == 0 else f"{name}-up",
            down="" if place.locked or is_last else f"{name}-down",
            errors=errors,
        )

    def _wrong(self, messages: tuple[str, ...], place: _Place) -> tuple[str, ...]:
        self.found += [FormError(place.name, place.called, message) for message in messages]
        return messages


def _emptied(each: SettingField, own: Any, held: Any, name: str) -> Emptied | None:
    """Return the box for an empty value, where the field takes one and would not inherit it anyhow."""
    label = EMPTIED.get(each.kind)
    is_empty = own is not missing and plain(own) == plain(each.empty)
    inherits_empty = held is not missing and plain(held) == plain(each.empty)
    if label is None or (inherits_empty and not is_empty) or not each.accepts(each.empty):
        return None
    return Emptied(f"{name}-none", label, is_empty)


def _inherited_words(each: SettingField, inherited: Inherited | None, choices: Choices) -> str:
    """Return what is inherited and from where: 默认 5 个工作日; 5 个工作日，继承自全市."""
    if inherited is None:
        return ""
    words = each.words(inherited.value, choices) or (
        "不设" if isinstance(each, NamedChoice) and not each.many else "空"
    )
    return (
        said("默认 {words}", words=word(words))
        if inherited.source == "default"
        else said("{words}，继承自全市", words=word(words))
    )


def _first_option(each: SettingField, inherited: Inherited | None, choices: Choices) -> str:
    return said("沿用（{inherited}）", inherited=_inherited_words(each, inherited, choices)) if inherited else "请选择"
