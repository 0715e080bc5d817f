"""The name that a file came under: what is kept of it, and what is not taken in."""

import unicodedata

from core.files.kinds import BY_EXTENSION, KINDS
from core.files.limits import LONGEST_NAME
from core.files.refusals import FileKindUnknown, FileNameUnusable
from core.kit.saying import joined, said

UNNAMED = "附件"
ACTIVE = frozenset(
    [
        ".app",
        ".bat",
        ".cmd",
        ".com",
        ".cpl",
        ".dll",
        ".docm",
        ".exe",
        ".hta",
        ".htm",
        ".html",
        ".jar",
        ".js",
        ".jse",
        ".jsp",
        ".lnk",
        ".mht",
        ".mhtml",
        ".msi",
        ".php",
        ".pif",
        ".ps1",
        ".py",
        ".reg",
        ".scr",
        ".sh",
        ".shtml",
        ".svg",
        ".svgz",
        ".vbe",
        ".vbs",
        ".wsf",
        ".xht",
        ".xhtml",
        ".xlsm",
        ".xml",
    ]
)
"""Ends of names that some program would run."""


def clean_name(given: str) -> str:
    """Return the name without folders, invisible characters and blanks around. Raises `FileNameUnusable`.

    Characters that turn the direction of writing go: behind them a name can look as if it ended otherwise.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(each for each in unicodedata.normalize("NFC", last) if _is_visible(each))
    name = " ".join(shown.split()).rstrip(" .") or UNNAMED
    if len(name.encode()) > LONGEST_NAME:
        raise FileNameUnusable(
            said(
                "文件名太长（超过 {longest_name} 字节，约 {longest_name_2} 个汉字）。请改短后再上传。",
                longest_name=LONGEST_NAME,
                longest_name_2=LONGEST_NAME // 3,
            )
        )
    return name


def split_name(name: str) -> tuple[str, str]:
    """Return stem and extension, the latter in small letters. Raises `FileKindUnknown`, `FileNameUnusable`."""
    stem, dot, end = name.rpartition(".")
    extension = f".{end.lower()}" if dot else ""
    if extension not in BY_EXTENSION:
        raise FileKindUnknown(
            said(
                "“{name}”不是能上传的种类。能上传的有：{kinds}。",
                name=name,
                kinds=joined("、", (kind.extension[1:] for kind in KINDS)),
            )
        )
    hidden = next((f".{part}" for part in stem.lower().split(".")[1:] if f".{part.strip()}" in ACTIVE), None)
    if hidden:
        raise FileNameUnusable(
            said("“{name}”的名字里还有另一个扩展名 {hidden}。请改名后再上传。", name=name, hidden=hidden)
        )
    return stem or UNNAMED, extension


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
