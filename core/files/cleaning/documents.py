"""PDFs: the pages and what they show, copied into a new file without scripts, attachments, forms that act, or metadata."""

import io
from collections.abc import Iterator

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

from core.files.cleaning.cleaned import Cleaned
from core.files.limits import MOST_PAGES, MOST_PDF_OBJECTS
from core.files.refusals import FileDamaged, FileLocked, FileTooHard, FileTooLarge
from core.kit import saying

OF_PAGES = frozenset({"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Annots", "/UserUnit"})
"""What is copied of a page; all else of it, its actions and its metadata, is left."""
LEFT_OUT = frozenset(
    [
        "/AA",
        "/OpenAction",
        "/JS",
        "/JavaScript",
        "/EmbeddedFiles",
        "/EmbeddedFile",
        "/EF",
        "/AF",
        "/RichMediaContent",
        "/RichMediaSettings",
        "/XFA",
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/Measure",
        "/PtData",
        "/LGIDict",
        "/StructParent",
        "/StructParents",
    ]
)
"""Keys that do something, hold other files, or tell of maker, time and place; wherever they stand."""
LEFT_OUT_OF_ANNOTATIONS = frozenset(
    ["/A", "/PA", "/Parent", "/Popup", "/IRT", "/T", "/M", "/CreationDate", "/NM", "/FS", "/Movie", "/Sound"]
)
SHOWN_ANNOTATIONS = frozenset(
    [
        "/Text",
        "/FreeText",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Stamp",
        "/Caret",
        "/Ink",
        "/Widget",
    ]
)
"""Marks that show something by themselves: a signature, the filled-in field of a form, a stamp."""
JPEG_START, SCAN, STANDALONE = b"\xff\xd8", 0xDA, range(0xD0, 0xDA)
KEPT_SEGMENT = 0xEE
"""Adobe's, without which colours would be wrong."""


def clean_document(content: bytes) -> Cleaned:
    """Copy a PDF's pages. Raises `FileLocked`, `FileTooLarge`, `FileDamaged`."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise FileLocked("这份 PDF 设了密码，不能查看。请去掉密码后再上传。")
        _refuse_long(reader)
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page, excluded_keys=[key for key in page if key not in OF_PAGES])
        for found in _dictionaries(writer):
            _strip(found)
        writer.metadata = None
        writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
        written = io.BytesIO()
        writer.write(written)
    except (PyPdfError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError) as error:
        raise FileDamaged("PDF 读不下去，已损坏或没有传完。请重新导出后再上传。") from error
    except NotImplementedError as error:
        raise FileDamaged("PDF 用了不能读的写法。请重新导出后再上传。") from error
    except RecursionError as error:
        raise FileTooHard("PDF 的结构太复杂，没有收下。请打印成新的 PDF 后再上传。") from error
    return Cleaned("pdf", written.getvalue())


def _refuse_long(reader: PdfReader) -> None:
    """Raise `FileTooLarge` by what the file says of its pages first, so that a long one need not be walked through."""
    told = reader.root_object["/Pages"].get_object()
    said = told.get("/Count", 0) if isinstance(told, DictionaryObject) else 0
    pages = int(said) if isinstance(said, int) else 0
    objects = sum(map(len, reader.xref.values())) + len(reader.xref_objStm)
    if pages > MOST_PAGES or objects > MOST_PDF_OBJECTS or len(reader.pages) > MOST_PAGES:
        raise FileTooLarge(saying.said("PDF 超过 {most_pages} 页，没有收下。请拆成几份再上传。", most_pages=MOST_PAGES))
    if not reader.pages:
        raise FileDamaged("PDF 里没有一页。请重新导出后再上传。")


def _dictionaries(writer: PdfWriter) -> Iterator[DictionaryObject]:
    """Yield every dictionary of the new file, those within others too."""
    waiting: list[PdfObject] = [each for each in writer._objects if each is not None]
    while waiting:
        found = waiting.pop()
        if isinstance(found, DictionaryObject):
            yield found
            waiting += [value for value in found.values() if not isinstance(value, IndirectObject)]
        elif isinstance(found, ArrayObject):
            waiting += [value for value in found if not isinstance(value, IndirectObject)]


def _strip(found: DictionaryObject) -> None:
    is_annotation = "/Rect" in found and "/Subtype" in found
    for key in [key for key in found if key in LEFT_OUT or (is_annotation and key in LEFT_OUT_OF_ANNOTATIONS)]:
        del found[key]
    if "/Annots" in found:
        _keep_shown(found)
    if isinstance(found, StreamObject):
        _strip_photo(found)


def _keep_shown(page: DictionaryObject) -> None:
    listed = page["/Annots"].get_object()
    kept = [each for each in listed if _is_shown(each)] if isinstance(listed, ArrayObject) else []
    del page["/Annots"]
    if kept:
        page[NameObject("/Annots")] = ArrayObject(kept)


def _is_shown(annotation: PdfObject) -> bool:
    found = annotation.get_object()
    return isinstance(found, DictionaryObject) and found.get("/Subtype") in SHOWN_ANNOTATIONS


def _strip_photo(stream: StreamObject) -> None:
    """Take out of a photo within the file what it tells of place and device; its pixels stay as they are."""
    if stream.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        stream._data = without_segments(stream._data)


def without_segments(photo: bytes) -> bytes:
    """Return a JPEG without comments and the segments of applications; one that is none as it is, empty."""
    if not photo.startswith(JPEG_START):
        return b""
    kept, at = bytearray(JPEG_START), 2
    while at + 4 <= len(photo) and photo[at] == 0xFF:
        marker = photo[at + 1]
        if marker == SCAN:
            return bytes(kept + photo[at : _end_of(photo)])
        if marker == 0xFF or marker in STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
        if marker == KEPT_SEGMENT or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += photo[at:end]
        at = end
    return bytes(kept)


def _end_of(photo: bytes) -> int:
    """Return where the photo ends: what follows behind it is no part of it."""
    end = photo.rfind(b"\xff\xd9")
    return end + 2 if end >= 0 else len(photo)
