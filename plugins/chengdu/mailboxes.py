"""领导信箱: a letter that says in its first line to whom it is written goes into that leader's mailbox."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Draft, DraftPatch, hookimpl

SALUTATION = re.compile(r"\s*+(?P<honour>尊敬的|敬爱的)?\s*+(?P<who>\w{2,20}?)\s*+(?P<hail>您好|你好)?\s*+[：:，,！!]")
"""How a letter begins: 尊敬的市长： or 王书记您好， ; nothing behind the first line is looked at."""
DEPUTY = "副"


@hookimpl
def normalise_draft(settings: Mapping[str, Any], draft: Draft) -> Sequence[DraftPatch] | None:
    """Read the mailbox out of the salutation; the longest title that ends it tells, a deputy's is none of theirs."""
    who = _addressee(draft.text)
    rows = sorted(settings["titles"], key=lambda row: -len(row["title"]))
    for row in rows:
        if who.endswith(row["title"]) and not who.removesuffix(row["title"]).endswith(DEPUTY):
            return [
                DraftPatch(
                    rule_id="chengdu.mailboxes/salutation",
                    reason=f"来信开头称呼“{row['title']}”",
                    mailbox=row["mailbox"],
                )
            ]
    return None


def _addressee(text: str) -> str:
    """Return whom the first line speaks to, empty when it speaks to nobody."""
    begun = SALUTATION.match(text.split("\n", 1)[0][:60])
    if begun is None or not (begun["honour"] or begun["hail"] or begun[0].rstrip()[-1] in "：:"):
        return ""
    return begun["who"]
