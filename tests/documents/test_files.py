"""One document as PDF, Word and Excel: the same words, numbers that are numbers, and the same bytes each time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from core.documents.charts import Mark, Series
from core.documents.excel import to_excel
from core.documents.model import Bars, Document, Dots, Lines, Number, Section, Table, Words
from core.documents.typeset import to_pdf
from core.documents.word import to_word

MADE_AT = datetime(2026, 4, 1, tzinfo=UTC)
FORMULA = "=1+1"
MARKUP = "#set page(width: 1cm) <b>粗</b> $x$ @人 *星*"


def sample(made_at: datetime = MADE_AT) -> Document:
    table = Table(
        ("单位", "受理", "满意率"),
        [
            ("青石街道办事处", Number("1,204", 1204), Number("95.76%", Fraction(113, 118), "0.00%")),
            (FORMULA, Number("3", 3), "—"),
            (MARKUP, Number("0", 0), "—"),
        ],
    )
    return Document(
        title="某区 2026年3月月报",
        lead=("对比：2026年2月",),
        sections=[
            Section("单位/对照: 前十", [Words("本月数字如下。"), table, Bars("受理", [Mark("青石", 1204, "1,204")])]),
            Section("满意率", [Dots("满意率", [Mark("青石", 95.76, "95.76%"), Mark("白桥", 80, "80%")], 85, 75)]),
            Section("走势", [Lines("近两周", [Series("受理", [1, 2]), Series("办结", [1, 1])], ["03-01", "03-08"])]),
            Section("单位/对照: 前十", [Table(("单位",), [], empty="没有低于底线的单位。")]),
        ],
        maker="某区",
        made_at=made_at,
        footer="内部资料",
    )


@pytest.mark.parametrize("write", [to_pdf, to_word, to_excel])
def test_the_same_document_gives_the_same_bytes_and_another_gives_others(write: Callable[[Document], bytes]) -> None:
    assert write(sample()) == write(sample())
    assert write(sample()) != write(sample(MADE_AT + timedelta(days=1)))


def test_the_pdf_says_everything_in_characters_that_can_be_searched() -> None:
    read = PdfReader(BytesIO(to_pdf(sample())))
    said = "".join(page.extract_text() for page in read.pages).replace("\n", "")

    for words in (
        "某区 2026年3月月报",
        "青石街道办事处",
        "1,204",
        "95.76%",
        FORMULA,
        "没有低于底线的单位。",
        "内部资料",
    ):
        assert words in said, words
    assert "<b>粗</b>" in said
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.author) == ("某区 2026年3月月报", "某区")
    assert [round(float(side)) for side in read.pages[0].mediabox[2:]] == [595, 842]


def test_the_word_file_has_headings_tables_and_a_picture_for_each_chart() -> None:
    read = docx.Document(BytesIO(to_word(sample())))

    headings = [part.text for part in read.paragraphs if part.style and part.style.name == "Heading 1"]
    assert headings == ["单位/对照: 前十", "满意率", "走势", "单位/对照: 前十"]
    assert [[cell.text for cell in row.cells] for row in read.tables[0].rows][1:3] == [
        ["青石街道办事处", "1,204", "95.76%"],
        [FORMULA, "3", "—"],
    ]
    assert len(read.inline_shapes) == 3
    assert read.core_properties.created == MADE_AT


def test_the_workbook_holds_numbers_as_numbers_and_text_as_text() -> None:
    made = to_excel(sample())
    book = CalamineWorkbook.from_filelike(BytesIO(made))

    assert book.sheet_names == ["说明", "单位 对照  前十", "满意率", "走势", "单位 对照  前十 (2)"]
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[3] == ["青石街道办事处", 1204.0, pytest.approx(113 / 118)]
    assert rows[4][0] == FORMULA
    assert rows[5][0] == MARKUP
    with ZipFile(BytesIO(made)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets"))
        assert sum(name.startswith("xl/charts/chart") for name in archive.namelist()) == 3
