"""Pure decisions of outreach: what an occasion and what is said there must be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.hooks.values import Nature, OutreachKind, Urgency
from core.intake.outreach.labels import LINE_LABELS
from core.intake.rules import Appeal, AppealUnusable, is_storable, usable
from core.kit import saying
from core.kit.errors import Refused
from core.tickets.contact import Contact

LONGEST_AHEAD = timedelta(days=60)
"""So long before it is held a meeting can be opened, so that lines are entered while people speak."""
LONGEST = {"subject": 200, "place": 200, "host": 100, "attendants": 1000}
NAMES = {"subject": "主题", "place": "地点", "host": "主持人", "attendants": "参加的单位和人员"}
ANSWER_MAX = 5000


class OutreachUnusable(Refused):
    """What was written of an occasion cannot be: something is missing, too long, or lies too far ahead."""

    code = "outreach-unusable"


class LineUnusable(Refused):
    """What was written of a line cannot be taken in."""

    code = "line-unusable"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting or a visit as it is written down: its kind, when and where, who held it, about what."""

    kind: str
    held_at: datetime
    unit: str
    """Code of the unit that holds it."""
    subject: str
    area: str = ""
    place: str = ""
    host: str = ""
    attendants: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said 条目: what, by whom, where, and what is to become of it (`labels.LINE_LABELS`).

    `answer` is what was said to it there and then, of a line that is answered.
    """

    text: str
    kind: str = "handle"
    name: str = ""
    phone: str = ""
    place: str = ""
    answer: str = ""
    address: str = ""
    title: str = ""
    nature: Nature | None = None
    matter: str = ""
    urgency: Urgency | None = None
    affected_count: int = 1


def usable_occasion(occasion: Occasion, *, now: datetime) -> Occasion:
    """Return the occasion without blanks around its words. Raises `OutreachUnusable`, naming what is wrong."""
    trimmed = {name: getattr(occasion, name).strip() for name in LONGEST}
    for name, value in trimmed.items():
        if not is_storable(value):
            raise OutreachUnusable(
                saying.said("{names}含有无法保存的字符，没有保存。请删去后重填。", names=saying.word(NAMES[name]))
            )
        if len(value) > LONGEST[name]:
            raise OutreachUnusable(
                saying.said(
                    "{names}超过 {longest} 字，没有保存。请写得短一些。",
                    names=saying.word(NAMES[name]),
                    longest=LONGEST[name],
                )
            )
    if not trimmed["subject"]:
        raise OutreachUnusable("没有写主题，没有保存。请写明这次联系群众谈什么，或走访哪里。")
    if occasion.held_at > now + LONGEST_AHEAD:
        raise OutreachUnusable(saying.said("时间在 {days} 天以后，没有保存。请核对日期。", days=LONGEST_AHEAD.days))
    return replace(occasion, **trimmed)


def usable_line(said: Said, kind: OutreachKind) -> Said:
    """Return the line without blanks around its words. Raises `LineUnusable`, `AppealUnusable`."""
    trimmed = replace(
        said,
        text=said.text.strip(),
        name=said.name.strip(),
        phone=said.phone.strip(),
        place=said.place.strip(),
        answer=said.answer.strip(),
    )
    if trimmed.kind not in LINE_LABELS:
        raise LineUnusable(
            saying.said(
                "没有“{kind}”这种办理方式。请在{values}中选一种。",
                kind=said.kind,
                values=saying.joined("、", map(saying.word, LINE_LABELS.values())),
            )
        )
    if trimmed.kind == "answered" and not kind.on_the_spot:
        raise LineUnusable(
            saying.said(
                "本区规定{label}上的诉求不当场办结。请改为“{handle}”。",
                label=saying.word(kind.label),
                handle=saying.word(LINE_LABELS["handle"]),
            )
        )
    if trimmed.kind == "answered" and not trimmed.answer:
        raise LineUnusable("当场答复的，请写下是怎么答复的；没有答复的请改为“交办”。")
    if trimmed.kind != "answered" and trimmed.answer:
        raise LineUnusable("写了答复，却没有选“当场答复”。请选“当场答复”，或删去答复。")
    if not is_storable(trimmed.answer):
        raise AppealUnusable("答复含有无法保存的字符。请删去后重填。")
    if len(trimmed.answer) > ANSWER_MAX:
        raise LineUnusable(saying.said("答复超过 {answer_max:,} 字。请写得短一些。", answer_max=ANSWER_MAX))
    usable(appeal_of(trimmed, channel=kind.id))
    return trimmed


def appeal_of(
    said: Said, *, channel: str, place: str = "", held_at: datetime | None = None, external_id: str | None = None
) -> Appeal:
    """Return the appeal that a line is; without a place of its own it is about where people met."""
    return Appeal(
        channel=channel,
        text=said.text,
        title=said.title,
        place=said.place or place,
        contact=Contact(said.name, said.phone, said.address),
        external_id=external_id,
        submitted_at=held_at,
        nature="praise" if said.kind == "thanks" else said.nature,
        matter=said.matter or None,
        urgency=said.urgency,
        affected_count=said.affected_count,
    )
