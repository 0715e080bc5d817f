"""A document as a Word file that can be edited further."""

from datetime import UTC
from io import BytesIO

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable

from core.documents.model import Document, Table, Words, words_of
from core.documents.packing import packed_alike
from core.documents.typeset import picture_of

LATIN, BODY, HEADINGS = "Arial", "宋体", "黑体"
"""Faces that every Chinese office machine has; the file brings none along."""
PICTURE_WIDTH = TABLE_WIDTH = Cm(16)
TABLE_STYLE = "Table Grid"
MARGINS = 3
"""What the margins within a cell take, in cells of a column's width; numbers get it twice, since they cannot be broken."""
CROWDED, CROWDED_SIZE = 6, Pt(8.5)
"""From so many columns on a table is set smaller, so that a number stands on one line."""


def to_word(document: Document) -> bytes:
    """Return the document as .docx: headings as headings, tables as tables, charts as pictures with their titles.

    The same document gives the same bytes.
    """
    file = docx.Document()
    _set_up(file, document)
    file.add_heading(document.title, level=0)
    for line in document.lead:
        file.add_paragraph(line)
    for section in document.sections:
        if section.heading:
            file.add_heading(section.heading, level=1)
        for block in section.blocks:
            if isinstance(block, Words):
                file.add_paragraph(block.text)
            elif isinstance(block, Table):
                _add_table(file, block)
            else:
                picture = file.add_picture(BytesIO(picture_of(block)), width=PICTURE_WIDTH)
                picture._inline.docPr.set("descr", block.title)
    kept = BytesIO()
    file.save(kept)
    return packed_alike(kept.getvalue())


def _set_up(file: WordFile, document: Document) -> None:
    for name, face in (("Normal", BODY), ("Title", HEADINGS), ("Heading 1", HEADINGS)):
        style = file.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name = LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    normal = file.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.size = Pt(10.5)
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    page.footer.paragraphs[0].text = document.footer
    kept = file.core_properties
    kept.title, kept.author, kept.last_modified_by, kept.comments = document.title, document.maker, document.maker, ""
    kept.created = kept.modified = document.made_at.astimezone(UTC).replace(tzinfo=None)
    kept.language = "zh-CN"


def _add_table(file: WordFile, block: Table) -> None:
    if not block.rows:
        file.add_paragraph(block.empty)
        return
    numeric = block.numeric
    table = file.add_table(rows=0, cols=len(block.head), style=TABLE_STYLE)
    table.autofit = False
    weights = [block.width(place) + MARGINS * (1 + (place in numeric)) for place in range(len(block.head))]
    widths = [int(TABLE_WIDTH * weight / sum(weights)) for weight in weights]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, row in enumerate((block.head, *([words_of(cell) for cell in row] for row in block.rows))):
        for place, (cell, words) in enumerate(zip(table.add_row().cells, row, strict=True)):
            cell.width = widths[place]
            said = cell.paragraphs[0]
            run = said.add_run(words)
            run.bold, run.font.size = number == 0, CROWDED_SIZE if len(block.head) >= CROWDED else None
            said.paragraph_format.space_after = Pt(2)
            if place in numeric:
                said.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _repeat_head(table)
    file.add_paragraph()


def _repeat_head(table: WordTable) -> None:
    """Have the head stand on every page that the table goes on to."""
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
