"""A document at the command line: as text, or written into files of the forms asked for."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from core.cli.tables import table
from core.documents.forms import FORMS
from core.documents.model import Document, Table, Words, words_of
from core.kit.errors import Refused

F = TypeVar("F", bound=Callable[..., Any])


class FormUnknown(Refused):
    """A document was asked for in a form that there is not."""

    code = "document-form-unknown"


class NotWritable(Refused):
    """A file could not be written where it was asked for."""

    code = "file-not-writable"


def written_as(command: F) -> F:
    """Give a command the options `--format` and `--into`, to be passed on to `write`."""
    command = click.option(
        "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="放文件的目录,默认当前目录"
    )(command)
    return click.option("--format", "forms", default="", metavar="格式", help="写成文件:pdf、docx、xlsx,可用逗号分隔")(
        command
    )


def forms_of(asked: str) -> list[str]:
    """Return the forms named in `pdf,docx`. Raises `FormUnknown`."""
    forms = [form.strip().lower() for form in asked.split(",") if form.strip()]
    for form in forms:
        if form not in FORMS:
            raise FormUnknown(f"没有 {form} 这种格式。可选:{'、'.join(FORMS)}。")
    return forms


def write(document: Document, name: str, forms: Iterable[str], into: Path) -> None:
    """Write the document into `into/name.form`, whole or not at all, and say where. Raises `NotWritable`."""
    for form in forms:
        path = into / f"{name}.{form}"
        beside = path.with_name(f".{path.name}.part")
        try:
            into.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(FORMS[form].write(document))
            beside.replace(path)
        except OSError as error:
            raise NotWritable(f"{path} 写不进去:{error.strerror}。请换一个目录。") from error
        click.echo(f"已写入 {path}")


def lines_of(document: Document) -> Iterable[str]:
    """Return the document as lines of text. Charts are left out: beside each stands the table of its numbers."""
    yield document.title
    yield from document.lead
    for section in document.sections:
        yield ""
        if section.heading:
            yield section.heading
        for block in section.blocks:
            if isinstance(block, Words):
                yield block.text
            elif isinstance(block, Table):
                yield from _table_lines(block)


def _table_lines(block: Table) -> list[str]:
    if not block.rows:
        return [block.empty]
    return table(block.head, [[words_of(cell) for cell in row] for row in block.rows], right=sorted(block.numeric))
