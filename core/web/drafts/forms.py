"""Finding the forms in a page that was drawn: what each is called, and filling in what was typed before.

The pages are ours and well formed; so a form is found by its tags, and what is not a form stays as it was.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape

from core.people.drafts.models import LONGEST_NAME

FORM = re.compile(r"<form\b([^<>]*)>(.*?)</form>", re.S)
TEXTAREA = re.compile(r"<textarea\b([^<>]*)>([^<]*)</textarea>")
INPUT = re.compile(r"<input\b([^<>]*)>")
SELECT = re.compile(r"<select\b([^<>]*)>(.*?)</select>", re.S)
OPTION = re.compile(r"<option\b([^<>]*)>([^<]*)")
ATTRIBUTE = re.compile(r"([\w:.-]+)(?:\s*=\s*\"([^\"]*)\")?")
MAXLENGTH = re.compile(r"(<(?:textarea|input)\b[^<>]*?)\bmaxlength=\"(\d+)\"")
OPEN_DETAILS = re.compile(r"<(/?)details\b([^<>]*)>")
WRITTEN = ("text", "search", "tel", "email", "url", "number", "date", "datetime-local", "month", "time")
"""Kinds of inputs into which something is typed."""
ABOUT = frozenset(
    {
        "serial_no",
        "number",
        "inbound",
        "call",
        "slot",
        "unit",
        "line",
        "naming",
        "public_no",
        "role",
        "matter",
        "area",
        "name",
        "master",
        "host",
        "answered",
    }
)
"""Hidden fields that say what a form is about, beside those that end in `_id`."""
NOT_ABOUT = frozenset({"command_id", "message_id", "form_id"})
APART = ("/sign", "/account", "/set-password", "/theme", "/drafts", "/held", "/second", "/oidc")
"""Where forms lead that are about who somebody is, not about work: they have no drafts."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form in a page: where it begins and ends, its start tag's attributes, and the name of its draft."""

    begin: int
    end: int
    attributes: str
    inside: str
    name: str


def attributes_of(tag: str) -> dict[str, str]:
    """Return the attributes of a tag; one without a value is empty."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def forms_in(page: str, *, here: str) -> Iterator[Form]:
    """Yield the forms that can have a draft, in their order. `here` is where a form without an address is sent."""
    for found in FORM.finditer(page):
        given, inside = attributes_of(found[1]), found[2]
        if given.get("method", "").lower() != "post" or "data-entry" in given or "data-no-draft" in given:
            continue
        sent_to = given.get("action", "").partition("?")[0] or here
        if sent_to.startswith(APART) or not _takes_words(inside):
            continue
        yield Form(found.start(), found.end(), found[1], inside, name_of(sent_to, inside))


def name_of(sent_to: str, inside: str) -> str:
    """Return the name of a form's draft: where it is sent, and what it is about."""
    about = []
    for tag in INPUT.finditer(inside):
        given = attributes_of(tag[1])
        field = given.get("name", "")
        is_about = field in ABOUT or (field.endswith("_id") and field not in NOT_ABOUT)
        if given.get("type") == "hidden" and is_about and given.get("value"):
            about.append(f"{field}={given['value']}")
    return (sent_to + ("?" + "&".join(about) if about else ""))[:LONGEST_NAME]


def with_limits_said(inside: str) -> str:
    """Let no field cut what is pasted: its limit is said by the page, and kept by the server in words."""
    return MAXLENGTH.sub(lambda found: f'{found[1]}data-longest="{found[2]}"', inside)


def filled(inside: str, typed: Sequence[tuple[str, str]]) -> str:
    """Return a form's inside with what was typed before; what it has no field for is left out."""
    values: dict[str, list[str]] = {}
    for name, value in typed:
        values.setdefault(name, []).append(value)
    waiting = {name: list(each) for name, each in values.items()}

    def area(found: re.Match[str]) -> str:
        name = attributes_of(found[1]).get("name", "")
        if not waiting.get(name):
            return found[0]
        return f"<textarea{found[1]}>\n{escape(waiting[name].pop(0))}</textarea>"

    def entry(found: re.Match[str]) -> str:
        given = attributes_of(found[1])
        name, kind = given.get("name", ""), given.get("type", "text")
        if kind in WRITTEN and waiting.get(name):
            rest = re.sub(r'\s?\bvalue="[^"]*"', "", found[1])
            return f'<input{rest} value="{escape(waiting[name].pop(0))}">'
        if kind in ("checkbox", "radio") and name:
            rest = re.sub(r'\s?\bchecked(="[^"]*")?', "", found[1])
            is_on = given.get("value", "on") in values.get(name, ())
            return f"<input{rest}{' checked' if is_on else ''}>"
        return found[0]

    def select(found: re.Match[str]) -> str:
        given = attributes_of(found[1])
        name = given.get("name", "")
        if name not in values and "multiple" not in given:
            return found[0]
        return f"<select{found[1]}>{_chosen(found[2], values.get(name, []))}</select>"

    return SELECT.sub(select, INPUT.sub(entry, TEXTAREA.sub(area, inside)))


def opened(before: str) -> str:
    """Return what stands before a form with the fold around it open, so that what is filled in is seen."""
    depth: list[re.Match[str]] = []
    for tag in OPEN_DETAILS.finditer(before):
        if not tag[1]:
            depth.append(tag)
        elif depth:
            depth.pop()
    if not depth or re.search(r"\bopen\b", depth[-1][2]):
        return before
    return before[: depth[-1].end() - 1] + " open" + before[depth[-1].end() - 1 :]


def _chosen(options: str, values: Sequence[str]) -> str:
    def option(found: re.Match[str]) -> str:
        given: Mapping[str, str] = attributes_of(found[1])
        value = given["value"] if "value" in given else unescape(found[2]).strip()
        rest = re.sub(r'\s?\bselected(="[^"]*")?', "", found[1])
        return f"<option{rest}{' selected' if value in values else ''}>{found[2]}"

    return OPTION.sub(option, options)


def _takes_words(inside: str) -> bool:
    """Tell whether somebody writes into the form, and no password; a code in it is no part of the draft."""
    if 'type="password"' in inside:
        return False
    if "<textarea" in inside:
        return True
    kinds = [attributes_of(tag[1]) for tag in INPUT.finditer(inside)]
    return any(given.get("type", "text") == "text" and given.get("name") for given in kinds)
