"""The forms in which a document is written: by the ending of the file, the writer and the media type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.documents.excel import to_excel
from core.documents.model import Document
from core.documents.typeset import to_pdf
from core.documents.word import to_word

OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a document: what people call it, its media type, and how a document is written in it."""

    label: str
    media_type: str
    write: Callable[[Document], bytes]


FORMS: Mapping[str, Form] = {
    "pdf": Form("PDF", "application/pdf", to_pdf),
    "docx": Form("Word", f"{OFFICE}.wordprocessingml.document", to_word),
    "xlsx": Form("Excel", f"{OFFICE}.spreadsheetml.sheet", to_excel),
}
