"""A form drawn as HTML and sent back as a browser would, whatever it looks like."""

from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

from core.hooks.settings import FormField, FormModel, FormRows


def html_of(form: FormModel) -> str:
    """Return the form as a page would hold it, every control with its label."""
    return "\n".join(line for group in form.groups for each in group.fields for line in _lines(each))


def _lines(each: FormField | FormRows) -> Iterator[str]:
    if each.locked:
        return
    if each.shown:
        yield _hidden(f"{each.name}-shown", each.shown)
    if isinstance(each, FormField):
        yield from _control(each)
        return
    yield _hidden(each.mark, "")
    for row in each.rows:
        yield _hidden(each.mark, str(row.number))
        for inner in row.fields:
            yield from _lines(inner)


def _control(each: FormField) -> Iterator[str]:
    text = each.values[0] if each.values else ""
    match each.kind:
        case "words" | "paragraph":
            # A browser drops the first newline of a text area.
            yield f'<textarea name="{escape(each.name)}">\n{escape(text)}</textarea>'
        case "choices":
            yield from (
                f'<input type="checkbox" name="{each.name}" value="{escape(option.value)}" {_if(option.selected, "checked")}>'
                for option in each.options
            )
        case "choice" | "one-of" | "yes-no":
            yield f'<select name="{each.name}">'
            yield from (
                f'<option value="{escape(option.value)}" {_if(option.selected, "selected")}>{escape(option.label)}</option>'
                for option in each.options
            )
            yield "</select>"
        case "secret":
            yield f'<input type="password" name="{each.name}">'
        case _:
            yield f'<input type="text" name="{each.name}" value="{escape(text)}">'
    if each.emptied:
        yield f'<input type="checkbox" name="{each.emptied.name}" value="1" {_if(each.emptied.checked, "checked")}>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{value}">'


def _if(condition: bool, attribute: str) -> str:
    return attribute if condition else ""


def sent_back(html: str) -> dict[str, list[str]]:
    """Return what a browser submits of the form when nobody touched it."""
    browser = _Browser(convert_charrefs=True)
    browser.feed(html)
    browser.close()
    return browser.submitted


class _Browser(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.submitted: dict[str, list[str]] = {}
        self._area, self._text = "", ""
        self._select, self._options = "", list[tuple[str, bool]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        match tag:
            case "input" if attributes["type"] not in ("checkbox", "radio") or "checked" in attributes:
                value = attributes.get("value", "")
                if attributes["type"] in ("text", "password"):
                    value = value.replace("\r", "").replace("\n", "")
                self._submit(attributes["name"], value)
            case "textarea":
                self._area, self._text = attributes["name"], ""
            case "select":
                self._select, self._options = attributes["name"], []
            case "option":
                self._options.append((attributes["value"], "selected" in attributes))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            text = self._text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self._submit(self._area, text.replace("\n", "\r\n"))
        elif tag == "select":
            chosen = [value for value, selected in self._options if selected]
            self._submit(self._select, chosen[-1] if chosen else self._options[0][0])

    def _submit(self, name: str, value: str) -> None:
        self.submitted.setdefault(name, []).append(value)
