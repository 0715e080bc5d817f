"""The type face of PDF documents and drawings: brought along, so that a document looks alike on every machine."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

FAMILY = "Noto Sans CJK SC"


@cache
def fonts() -> typst.Fonts:
    """Return the faces that documents are set in, and no others."""
    folder = Path(str(files("noto_cjk_sans_otc")))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
