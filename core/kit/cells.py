"""What people write into the cells of a list: a text of some length, several words, yes or no."""

import re
from typing import Final

from core.kit.saying import said

YES: Final = frozenset({"是", "公开", "有", "yes", "true", "1"})
NO: Final = frozenset({"否", "不公开", "无", "no", "false", "0"})
BETWEEN: Final = re.compile(r"[、,，;；|\n]+")
UNSTORABLE: Final = re.compile("[\x00-\x1f\ud800-\udfff]")


def flaw_of_cell(cell: str, *, longest: int) -> str:
    """Say why a cell cannot be kept, "" when it can."""
    if not cell:
        return "没有填写"
    if len(cell) > longest:
        return said("有 {number} 个字，最多 {longest} 个", number=len(cell), longest=longest)
    return "里有换行或不能保存的字符" if UNSTORABLE.search(cell) else ""


def list_of(cell: str) -> tuple[str, ...]:
    """Return the words of a cell that lists several, each once."""
    return tuple(dict.fromkeys(word for each in BETWEEN.split(cell) if (word := each.strip())))


def read_yes_no(cell: str, *, otherwise: bool) -> bool | None:
    """Return what a cell says, None when it says neither; `otherwise` for an empty one."""
    said = cell.strip().lower()
    if not said:
        return otherwise
    return True if said in YES else False if said in NO else None
