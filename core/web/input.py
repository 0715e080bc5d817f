"""Reading what was typed into a form: storable text, numbers, and paths within this site."""

from dataclasses import dataclass
from datetime import date

from flask import abort, request

from core.kit.errors import Refused
from core.kit.saying import said

LONGEST = 20_000


class InputUnusable(Refused):
    """Something in the form cannot be used."""

    code = "input-unusable"


@dataclass(frozen=True, slots=True)
class Sent:
    """What every command carries: the ticket, the version the visitor saw, and an id that makes it happen once."""

    serial_no: str
    version: int
    command_id: str | None


def sent(serial_no: str | None = None) -> Sent:
    """Read the ticket, version and command id of a command. Raises `InputUnusable`."""
    version = request.form.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise InputUnusable("页面不完整，缺少工单的版本。请刷新后重试。")
    return Sent(serial_no or text("serial_no"), int(version), text("command_id", longest=64) or None)


def text(name: str, *, longest: int = LONGEST) -> str:
    """Return a field without surrounding blanks. Raises `InputUnusable` when it is too long or cannot be stored."""
    return usable_input(request.form.get(name, ""), longest)


def texts(name: str, *, longest: int = LONGEST) -> list[str]:
    """Return all fields of this name as `text` does, empty ones too."""
    return [usable_input(value, longest) for value in request.form.getlist(name)]


def usable_input(typed: str, longest: int = LONGEST) -> str:
    """Return what was typed without surrounding blanks. Raises `InputUnusable` as `text`."""
    value = typed.replace("\r\n", "\n").strip()
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InputUnusable("填写的内容里有无法保存的字符。请删除后重新提交。")
    if len(value) > longest:
        raise InputUnusable(
            said(
                "填写的内容有 {number:,} 个字，超过 {longest:,} 字的上限。请精简后再提交。",
                number=len(value),
                longest=longest,
            )
        )
    return value


def required(name: str, *, ask: str, longest: int = LONGEST) -> str:
    """Return a field that must not be empty. Raises `InputUnusable` with the words `ask`."""
    value = text(name, longest=longest)
    if not value:
        raise InputUnusable(ask)
    return value


def day(words: str) -> date:
    """Read a day such as `2026-03-12`. Raises `InputUnusable`."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise InputUnusable(said("日期“{words}”看不懂。请写成 年-月-日，如 2026-03-12。", words=words)) from None


def refuse_unprintable_addresses() -> None:
    """Answer 404 to an address with characters that nothing here is named with, and no database could look for."""
    if not all(str(part).isprintable() for part in (request.view_args or {}).values()):
        abort(404)


def own_path(wanted: str | None, *, otherwise: str = "/") -> str:
    """Return the path if it leads into this site: nobody is to be led away by a link."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return otherwise
    return wanted
