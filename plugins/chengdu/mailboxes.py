"""领导信箱: a letter that says in its first line to whom it is written goes into that leader's mailbox."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Draft, DraftPatch, hookimpl, said
from core.hooks.settings import Line, Rows, Settings, cross_check
from plugins.chengdu.rows import written_before

SALUTATION = re.compile(r"\s*+(?P<honour>尊敬的|敬爱的)?\s*+(?P<who>\w{2,20}?)\s*+(?P<hail>您好|你好)?\s*+[：:，,！!]")
"""How a letter begins: 尊敬的市长： or 王书记您好， ; nothing behind the first line is looked at."""
DEPUTY = "副"


class TitleSettings(Settings):
    """Into which mailbox a letter goes that begins with this title."""

    title = Line(required=True, shortest=2, longest=20, title="称呼", help="来信开头称呼的结尾，如“市长”")
    mailbox = Line(required=True, longest=50, title="信箱", help="与领导信箱表上写的一致")


class SalutationSettings(Settings):
    """Whose mailbox a letter is read out of its salutation."""

    titles = Rows(
        TitleSettings,
        load_default=[
            {"title": "市委书记", "mailbox": "市委书记信箱"},
            {"title": "市长", "mailbox": "市长信箱"},
        ],
        most=200,
        title="称呼与信箱",
        help="来信没有写明信箱时，按开头的称呼归入；几个都对得上的取最长的，副职不归入正职的信箱",
        group="领导信箱",
        risk="privacy",  # whoever owns the mailbox sees the letter
    )

    @cross_check
    def each_title_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each title after the first that it was written before."""
        return written_before(values["titles"], "titles", "title", "这个称呼")


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
                    reason=said("来信开头称呼“{title}”", title=row["title"]),
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
