"""The papers 所需材料 that an application needs, as the guide 受理指引 of its matter lists them."""

import re

_LIST = re.compile(r"(?:所需|申请|提交|须带)?材料\s*[:\uff1a]\s*([^。\n]+)")
_BETWEEN = re.compile(r"[、;；,，]")


def papers_in(guide: str) -> tuple[str, ...]:
    """Return what a guide lists after 材料： or 所需材料：, up to the end of that sentence; nothing where it lists none."""
    found = _LIST.search(guide)
    return tuple(paper for each in _BETWEEN.split(found[1]) if (paper := each.strip())) if found else ()
