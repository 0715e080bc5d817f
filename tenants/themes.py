"""Themes: what residents write about again and again, each time in other words and of another place.

`tenants/letters/themes.toml` holds `[[theme]]` tables, shared by the districts whose duty lists have the matter:

    matters = ["C0101", "N0103", "P02002"]     # one of them is the district's
    where = "road"                             # at which of its places
    nature = "complaint"
    said = ["{place}路灯不亮｜{place}的路灯…"]   # title｜text
    replies = ["{who}您好，{place}的路灯…"]
    appellant = "enterprise"                   # who writes so; left out = residents

A district's own file begins with how many such letters came, how, from where, and how content people were:

    weeks = [3, 4, 8, 11]                      # in each week before the present one, the latest last
    channels = ["hotline", "wechat"]           # in turn
    ratings = ["satisfied/yes", "refused"]     # in turn: what the resident says, and whether it is resolved
    late_every = 14                            # each 14th answer comes after its time
    extended_every = 13                        # each 13th answer takes more days, which the unit asked for
    astray_every = 17                          # each 17th letter goes to a wrong unit first, where the desk dispatches
    redone_every = 29                          # each 29th answer does not content, and is followed by a better one
    enterprise_every = 4                       # each 4th letter is an enterprise's
    instructed_every = 11                      # each 11th letter has an instruction of a leader
    [mailboxes]
    mailbox-mayor = "市长信箱"                  # whom letters of a channel are addressed to
    [places]
    road = ["天府三街"]
    [[rise]]                                   # a sudden rise in the last week, written like a theme
    count = 12                                 # so many letters
    weeks_ago = 7                              # so long before, left out = in the last week
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import time
from pathlib import Path
from typing import cast, get_args
from zlib import crc32

from core.escalation.labels import LEVEL_LABELS
from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import OVERDUE_LABELS
from core.handling.dispositions import DISPOSITION_LABELS
from core.hooks.values import Appellant, Nature
from tenants.ages import OnDay
from tenants.faults import Faults
from tenants.letter import REFUSED, Instructed, Letter
from tenants.profile import Profile
from tenants.source import Table, read_table

WEEK = 7
HOURS = range(7, 22)
RATINGS = (*(f"{said}/{resolved}" for said in SATISFACTION_LABELS for resolved in RESOLVED_LABELS), REFUSED)
EXTENDED = 3
"""Working days for which units ask."""
PLACE, WHO, BAR = "{place}", "{who}", "｜"


@dataclass(frozen=True, slots=True)
class Theme:
    """One subject with its wordings, each a title and a text, and its answers."""

    matters: tuple[str, ...]
    where: str
    nature: Nature
    said: tuple[tuple[str, str], ...]
    replies: tuple[str, ...]
    disposition: str
    appellant: Appellant | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of letters that go astray, need more time or are done again: why, and the second answer.

    `instructed` is level, leader, instruction and report, `late` the cause of a missed limit and its evidence.
    """

    astray: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()
    unhappy: tuple[str, ...] = ()
    redone: tuple[str, ...] = ()
    instructed: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Themes:
    """All that `themes.toml` holds."""

    themes: tuple[Theme, ...] = ()
    words: Words = Words()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many themed letters a district got in the weeks before this one, how, from where, how content people were."""

    weeks: tuple[int, ...]
    channels: tuple[str, ...]
    ratings: tuple[str, ...]
    late_every: int
    extended_every: int
    astray_every: int
    redone_every: int
    enterprise_every: int
    instructed_every: int
    mailboxes: Mapping[str, str]
    places: Mapping[str, tuple[str, ...]]


def read_themes(path: Path, faults: Faults) -> Themes:
    """Return the themes and words of a file, noting its faults."""
    document = read_table(path, faults)
    if document is None:
        return Themes()
    themes = tuple(_theme(table) for table in document.tables("theme"))
    words = {key: tuple(map(str, said)) for key, said in document.mapping("words").items()}
    for key in words.keys() - {each.name for each in fields(Words)}:
        document.fault("words", f"words 里不认识 {key}，写了也不起作用；请改正或删去")
        del words[key]
    document.refuse_others()
    found = Words(**words)
    for line in found.instructed:
        if line.count(BAR) != 3 or line.partition(BAR)[0] not in LEVEL_LABELS:
            document.fault("instructed", f"“{line[:20]}”要写成“层级｜领导｜批示｜反馈”，反馈可以不写；请改正")
    for line in found.late:
        if line.partition(BAR)[0] not in OVERDUE_LABELS or not line.partition(BAR)[2]:
            document.fault("late", f"“{line[:20]}”要写成“超期原因代码｜证明”；请改正")
    return Themes(themes, found)


def read_backlog(document: Table) -> Backlog:
    """Return what a district's file says of its themed letters, noting its faults."""
    backlog = Backlog(
        weeks=_counts(document),
        channels=document.texts("channels", ()),
        ratings=document.texts("ratings", ()),
        late_every=document.number("late_every", 0),
        extended_every=document.number("extended_every", 0),
        astray_every=document.number("astray_every", 0),
        redone_every=document.number("redone_every", 0),
        enterprise_every=document.number("enterprise_every", 0),
        instructed_every=document.number("instructed_every", 0),
        mailboxes={channel: str(mailbox) for channel, mailbox in document.mapping("mailboxes").items()},
        places={kind: tuple(map(str, names)) for kind, names in document.mapping("places").items()},
    )
    for rating in backlog.ratings:
        if rating not in RATINGS:
            document.fault("ratings", f"ratings 没有“{rating}”这一项；请从 {'、'.join(RATINGS)} 中选择")
    for key in ("channels", "ratings"):
        if backlog.weeks and not document.texts(key, ()):
            document.fault(key, f"weeks 里有往日来信，却没有 {key}；请补上，写成列表")
    return backlog


def themed_letters(
    backlog: Backlog, themes: Themes, profile: Profile, *, after: int, document: Table
) -> Iterator[Letter]:
    """Yield the district's themed letters, the oldest first, numbered from `after` + 1.

    Themes take turns, so that neighbours differ; a theme's letters differ by place, and as far as they go by wording.
    """
    usable, enterprises = _usable(themes, profile, None), _usable(themes, profile, "enterprise")
    if backlog.weeks and not usable:
        document.fault("weeks", f"themes.toml 中没有一个事项在 {profile.slug}/duties.csv 里，写不出信；请删去 weeks")
    wanted = [*usable, *(enterprises if backlog.enterprise_every else ())]
    missing = {theme.where for theme, _ in wanted if not backlog.places.get(theme.where)}
    for key in ("extended", "astray", "redone", "instructed"):
        if document.number(f"{key}_every", 0) and not getattr(themes.words, key):
            document.fault(f"{key}_every", f"themes.toml 的 words 里没有 {key}，不知怎么说；请补上")
            return
    if backlog.weeks and missing:
        document.fault("places", f"places 里没有 {'、'.join(sorted(missing))} 的地名，往日来信没有地点；请补上")
    if missing or not (usable and backlog.channels and backlog.ratings):
        return
    for count, age in enumerate(_ages(backlog.weeks, profile.slug)):
        number = after + 1 + count
        turn, kind = divmod(count, len(usable))
        theme, matter = usable[kind]
        if _is_each(backlog.enterprise_every, count) and enterprises:
            turn, kind = divmod(count // backlog.enterprise_every, len(enterprises))
            theme, matter = enterprises[kind]
        names = backlog.places[theme.where]
        place = names[(turn + kind) % len(names)]
        channel = backlog.channels[count % len(backlog.channels)]
        title, text = theme.said[turn % len(theme.said)]
        letter = Letter(
            number=number,
            title=title.replace(PLACE, place),
            text=text.replace(PLACE, place),
            place=place,
            channel=channel,
            mailbox=backlog.mailboxes.get(channel, ""),
            age=age,
            stands="rated",
            nature=theme.nature,
            matter=matter,
            reply=theme.replies[turn % len(theme.replies)].replace(PLACE, place),
            disposition=theme.disposition,
            rating=backlog.ratings[count % len(backlog.ratings)],
            late=_is_each(backlog.late_every, count),
            appellant=theme.appellant,
        )
        elsewhere = usable[(kind + 1) % len(usable)][1]
        pressed = _pressed(letter, backlog, themes.words, count=count)
        yield _detoured(pressed, backlog, themes.words, profile, count=count, elsewhere=elsewhere)


def risen_letters(backlog: Backlog, profile: Profile, *, after: int, document: Table) -> Iterator[Letter]:
    """Yield the letters of each sudden rise, numbered from `after` + 1: in the last week, or so many `weeks_ago`."""
    number = after
    for table in document.tables("rise"):
        count, back, theme = table.number("count"), WEEK * table.number("weeks_ago", 0), _theme(table)
        names = backlog.places.get(theme.where, ())
        if not names or not set(theme.matters) <= {duty.code for duty in profile.duties}:
            table.fault("rise", "rise 的事项要在本区的职责清单里，where 的地名要在 places 里；请补上")
            return
        for each in range(count):
            number += 1
            place = names[each % len(names)]
            title, text = theme.said[each % len(theme.said)]
            yield Letter(
                number=number,
                title=title.replace(PLACE, place),
                text=text.replace(PLACE, place),
                place=place,
                channel=backlog.channels[each % len(backlog.channels)],
                mailbox=backlog.mailboxes.get(backlog.channels[each % len(backlog.channels)], ""),
                age=OnDay(back + WEEK - 1 - each * (WEEK - 1) // count, _hour(f"{profile.slug}/rise/{number}")),
                stands="rated",
                nature=theme.nature,
                matter=theme.matters[0],
                reply=theme.replies[each % len(theme.replies)].replace(PLACE, place),
                disposition=theme.disposition,
                rating=backlog.ratings[each % len(backlog.ratings)],
            )


def _usable(themes: Themes, profile: Profile, appellant: Appellant | None) -> list[tuple[Theme, str]]:
    known = {duty.code for duty in profile.duties}
    own = (theme for theme in themes.themes if theme.appellant == appellant)
    return [(theme, matter) for theme in own for matter in theme.matters if matter in known]


def _pressed(letter: Letter, backlog: Backlog, words: Words, *, count: int) -> Letter:
    """Let a letter whose turn it is be instructed on, and a late one say why it was late."""
    if letter.late and words.late:
        cause, _, evidence = words.late[count // backlog.late_every % len(words.late)].partition(BAR)
        letter = replace(letter, late_because=(cause, evidence))
    if _is_each(backlog.instructed_every, count):
        turn = count // backlog.instructed_every
        level, leader, text, report = words.instructed[turn % len(words.instructed)].split(BAR)
        return replace(letter, instructed=Instructed(leader, level, text, report))
    return letter


def _detoured(
    letter: Letter, backlog: Backlog, words: Words, profile: Profile, *, count: int, elsewhere: str
) -> Letter:
    """Let a letter whose turn it is be done again, take longer, or go astray to whoever has the matter `elsewhere`."""
    if _is_each(backlog.redone_every, count):
        turn = count // backlog.redone_every
        return replace(
            letter,
            rating="dissatisfied/no",
            why=words.unhappy[turn % len(words.unhappy)],
            redone=words.redone[turn % len(words.redone)],
        )
    if _is_each(backlog.extended_every, count):
        turn = count // backlog.extended_every
        return replace(letter, extended=EXTENDED, why=words.extended[turn % len(words.extended)])
    if _is_each(backlog.astray_every, count):
        turn = count // backlog.astray_every
        leads = {duty.code: duty.lead for duty in profile.duties if not duty.areas}
        if leads[elsewhere] != leads[letter.matter]:
            return replace(letter, astray=leads[elsewhere], why=words.astray[turn % len(words.astray)])
    return letter


def _is_each(every: int, count: int) -> bool:
    return bool(every) and count % every == every - 1


def _ages(weeks: Sequence[int], slug: str) -> Iterator[OnDay]:
    """Spread each week's letters over its days, and over the hours in which people write; the oldest first."""
    for number, letters in enumerate(weeks):
        newest = (len(weeks) - number) * WEEK
        for count in range(letters):
            yield OnDay(newest + WEEK - 1 - count * WEEK // letters, _hour(f"{slug}/{number}/{count}"))


def _hour(of: str) -> time:
    """Return a time at which people write, always the same for the same thing."""
    chance = crc32(of.encode())
    return time(HOURS[chance % len(HOURS)], chance // len(HOURS) % 60)


def _counts(document: Table) -> tuple[int, ...]:
    counts = document.value("weeks") or []
    if not isinstance(counts, list) or not all(isinstance(count, int) and count >= 0 for count in counts):
        document.fault("weeks", "weeks 要写每周的封数，由远到近；请写成 [3, 4, 8] 这样的整数列表")
        return ()
    return tuple(counts)


def _theme(table: Table) -> Theme:
    nature = table.text("nature")
    if nature not in get_args(Nature):
        table.fault("nature", f"nature 没有“{nature}”这一项；请从 {'、'.join(get_args(Nature))} 中选择")
    disposition = table.text("disposition", "resolved")
    if disposition not in DISPOSITION_LABELS:
        table.fault("disposition", f"办理结果没有“{disposition}”；请从 {'、'.join(DISPOSITION_LABELS)} 中选择")
    appellant = table.text("appellant", "")
    if appellant not in ("", *get_args(Appellant)):
        table.fault("appellant", f"appellant 没有“{appellant}”这一项；请从 {'、'.join(get_args(Appellant))} 中选择")
    theme = Theme(
        matters=table.texts("matters"),
        where=table.text("where"),
        nature=cast(Nature, nature),
        said=tuple(_wording(table, line) for line in table.texts("said")),
        replies=table.texts("replies"),
        disposition=disposition,
        appellant=cast(Appellant, appellant) if appellant else None,
    )
    table.refuse_others()
    return theme


def _wording(table: Table, line: str) -> tuple[str, str]:
    title, bar, text = line.partition(BAR)
    if not bar or PLACE not in line:
        table.fault("said", f"“{line[:20]}”要写成“标题｜内容”，其中用 {PLACE} 代替地点；请改正")
    return title, text
