"""A district's letters: invented appeals with an age and an outcome, that give a demonstration a believable present.

A file `tenants/letters/<district>.toml` begins with what its themed letters need (`tenants.themes`) and goes on with
one `[[letter]]` table per letter:

    title = "天府三街夜间施工"      # at most 25 characters
    text = "…"                     # 30 to 160 characters
    place = "天府三街与剑南大道路口"
    channel = "hotline"
    before = "35m"                 # or day and at: `tenants.ages`
    stands = "in_hand"             # `tenants.letter.STANDINGS`; waiting for dispatch when not written
    matter, nature, urgency, complexity, affected    # as in a case; empty = found from the words
    unit = "street-shiyang"        # where the desk sends it, if not to the matter's lead
    note                           # what the unit notes while it has it in hand
    reply, disposition             # the answer; `{who}` is the resident
    why                            # why it goes back, needs more time, stands still, is done again or void
    return_reason, pause_reason    # that reason's code, if not the usual one
    extended = 3                   # working days that the unit asked for
    to                             # title of the letter into which it is attached
    parts, matters                 # what it is split into, and each part's matter
    rating = "satisfied/yes"       # what the resident says, and whether it is resolved
    comment                        # in the resident's words
    late = true                    # the answer comes after its time

Nobody wrote these letters. Reading changes nothing; every fault of a file is told at once.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from core.handling.dispositions import DISPOSITION_LABELS
from core.hooks.values import Complexity, Nature, PauseReason, Urgency
from core.routing.returns import RETURN_REASONS
from tenants.ages import read_age
from tenants.faults import Faults
from tenants.letter import ASKED, REASONED, REPLIED, SENT_OUT, STANDINGS, Letter
from tenants.profile import SHIPPED, Profile
from tenants.source import Table, read_table
from tenants.themes import RATINGS, read_backlog, read_themes, risen_letters, themed_letters

LETTERS = SHIPPED / "letters"
THEMES_FILE = "themes.toml"
TITLE_LENGTH = 25
TEXT_LENGTH = range(30, 161)


def shipped_letters(profiles: Sequence[Profile]) -> Mapping[str, tuple[Letter, ...]]:
    """Return all shipped letters by the short name of their district. Raises `FactsUnusable`."""
    known = {profile.slug: profile for profile in profiles}
    files = sorted(path for path in LETTERS.glob("*.toml") if path.name != THEMES_FILE)
    return {path.stem: read_letters(path, known) for path in files}


def read_letters(path: Path, profiles: Mapping[str, Profile]) -> tuple[Letter, ...]:
    """Return a district's letters, those that are written out first. Raises `FactsUnusable` with every fault."""
    faults = Faults()
    document, themes = read_table(path, faults), read_themes(path.with_name(THEMES_FILE), faults)
    faults.refuse()
    assert document is not None
    profile = profiles.get(path.stem)
    if profile is None:
        known = "、".join(profiles)
        document.fault("letter", f"没有名为“{path.stem}”的区，信无处可投；请把文件名改成 {known} 之一")
        faults.refuse()
    assert profile is not None
    backlog = read_backlog(document)
    tables = list(document.tables("letter"))
    letters = [_letter(table, number, backlog.mailboxes, profile) for number, table in enumerate(tables, start=1)]
    for letter, table in zip(letters, tables, strict=True):
        table.refuse_others()
        _check(letter, table, profile)
    letters += themed_letters(backlog, themes, profile, after=len(letters), document=document)
    letters += risen_letters(backlog, profile, after=len(letters), document=document)
    document.refuse_others()
    _check_all(letters, document)
    faults.refuse()
    return tuple(letters)


def _letter(table: Table, number: int, mailboxes: Mapping[str, str], profile: Profile) -> Letter:
    channel = table.text("channel")
    return Letter(
        number=number,
        title=table.text("title"),
        text=table.text("text"),
        place=table.text("place"),
        channel=channel,
        mailbox=mailboxes.get(channel, ""),
        age=read_age(table),
        stands=_one_of(STANDINGS, table, "stands", default="waiting"),
        nature=cast(Nature | None, _one_of(get_args(Nature), table, "nature") or None),
        matter=_one_of({duty.code for duty in profile.duties}, table, "matter", tell=False),
        urgency=cast(Urgency | None, _one_of(get_args(Urgency), table, "urgency") or None),
        complexity=cast(Complexity, _one_of(get_args(Complexity), table, "complexity", default="simple")),
        affected=table.number("affected", 1),
        unit=_one_of({unit.code for unit in profile.units}, table, "unit", tell=False),
        note=table.text("note", ""),
        reply=table.text("reply", ""),
        disposition=_one_of(DISPOSITION_LABELS, table, "disposition", default="resolved"),
        why=table.text("why", ""),
        rating=_one_of(RATINGS, table, "rating"),
        comment=table.text("comment", ""),
        late=table.truth("late", default=False),
        extended=table.number("extended", 0),
        return_reason=_one_of(RETURN_REASONS, table, "return_reason", default="not_duty"),
        pause_reason=_one_of(get_args(PauseReason), table, "pause_reason", default="awaiting_resident"),
        to=table.text("to", ""),
        parts=table.texts("parts", ()),
        matters=table.texts("matters", ()),
    )


def _one_of(choices: Collection[str], table: Table, key: str, *, default: str = "", tell: bool = True) -> str:
    word = table.text(key, default)
    if word and word not in choices:
        known = f"从 {'、'.join(choices)} 中选择" if tell else "改用本区已有的代码"
        table.fault(key, f"{key} 没有“{word}”这一项；请{known}")
    return word


def _check(letter: Letter, table: Table, profile: Profile) -> None:
    if len(letter.text) not in TEXT_LENGTH:
        sentence = f"内容有 {len(letter.text)} 个字；请写 {TEXT_LENGTH.start} 到 {TEXT_LENGTH.stop - 1} 个字"
        table.fault("text", sentence)
    if letter.stands in SENT_OUT and not (letter.unit or letter.matter):
        table.fault("stands", f"要到“{STANDINGS[letter.stands]}”，却不知派给谁；请写上 unit 或 matter")
    needed = {
        "reply": REPLIED,
        "why": REASONED,
        "rating": ASKED,
        "extended": ("extension_asked",),
        "to": ("attached",),
        "parts": ("split",),
        "matters": ("split",),
    }
    for key, standings in needed.items():
        if letter.stands in standings and key not in table:
            table.fault(key, f"要到“{STANDINGS[letter.stands]}”，还缺 {key}；请补上")
    if letter.extended and not letter.why:
        table.fault("extended", "申请延期要有理由；请写上 why")
    known = {duty.code for duty in profile.duties}
    if len(letter.parts) != len(letter.matters) or not set(letter.matters) <= known:
        table.fault("matters", "parts 的每一项都要在 matters 里有一个本区的事项；请一一对应")


def _check_all(letters: Sequence[Letter], document: Table) -> None:
    seen: dict[str, int] = {}
    titles = {letter.title for letter in letters}
    for letter in letters:
        if letter.to and letter.to not in titles:
            document.fault("letter", f"“{letter.title}”要并入的“{letter.to}”不在来信里；请改成另一封信的标题")
        if len(letter.title) > TITLE_LENGTH:
            sentence = f"标题“{letter.title}”有 {len(letter.title)} 个字，列表里放不下；请缩到 {TITLE_LENGTH} 个字以内"
            document.fault("letter", sentence)
        if letter.title in seen:
            sentence = f"标题“{letter.title}”用了两次（第 {seen[letter.title]} 封和第 {letter.number} 封）；请换个说法"
            document.fault("letter", sentence)
        seen.setdefault(letter.title, letter.number)
