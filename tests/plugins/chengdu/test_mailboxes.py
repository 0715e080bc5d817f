"""以前给区长写信只能打开区上网站; now one net has every mailbox, and the first line of a letter tells which."""

import pytest

from core.hooks import Draft, DraftPatch
from core.hooks.specs import normalise_draft
from tests.plugins.making import answers


def draft(text: str) -> Draft:
    return Draft(
        channel="forum", medium="web", title="", text=text, place="", mailbox="", nature=None, affected_count=1
    )


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("尊敬的市长：您好！小区外墙墙砖脱落。", "市长信箱"),
        ("尊敬的罗市长，我家楼下……", "市长信箱"),
        ("王市长您好：路灯不亮", "市长信箱"),
        ("  市委书记：\n反映一件事", "市委书记信箱"),
        ("尊敬的王副市长：您好", None),
        ("尊敬的书记：您好", None),
        ("市长信箱打不开，怎么办？", None),
        ("我找过市长，没有用", None),
        ("路灯不亮\n尊敬的市长：", None),
        ("", None),
    ],
)
def test_a_letter_goes_into_the_mailbox_of_whom_its_first_line_speaks_to(text: str, mailbox: str | None) -> None:
    told = answers("chengdu.mailboxes", normalise_draft, draft=draft(text))

    assert [patch.mailbox for patch in told] == ([mailbox] if mailbox else [])


def test_the_longest_title_tells_and_the_reason_names_it() -> None:
    titles = {
        "titles": [{"title": "书记", "mailbox": "街道书记信箱"}, {"title": "区委书记", "mailbox": "区委书记信箱"}]
    }

    told = answers("chengdu.mailboxes", normalise_draft, titles, draft=draft("尊敬的区委书记：您好"))

    assert told == [
        DraftPatch("chengdu.mailboxes/salutation", "来信开头称呼“区委书记”", mailbox="区委书记信箱"),
    ]
