"""Pure decisions of live interviews: what an announcement and a question must be, and what says the same."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.intake.interviews.labels import PLACES
from core.intake.rules import Appeal, AppealUnusable, is_storable, usable, usable_text
from core.kit import saying
from core.kit.errors import Refused
from core.tickets.contact import Contact, normal_phone

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,49}")
LONGEST = {"topic": 100, "note": 1000}
NAMES = {"topic": "主题", "note": "说明"}
LONGEST_NAME = 60
LONGEST_HANDLE = 100
LONGEST_TEXT = 2000
LONGEST_ANSWER = 5000
LONGEST_KEY = 200
MOST_HOSTS = 20
LONGEST_SESSION = timedelta(hours=12)
MOST_MINUTES = 120
"""So many minutes an interview may be extended by in one act."""
_MARK = re.compile(r"[\W_]+")


class InterviewUnusable(Refused):
    """What was written of an interview cannot be: something is missing, too long, or its times are not in order."""

    code = "interview-unusable"


class QuestionUnusable(Refused):
    """What was asked, answered or said of a question cannot be kept as it is."""

    code = "question-unusable"


@dataclass(frozen=True, slots=True)
class Host:
    """Somebody in charge who answers: name, post, and the code of the unit."""

    name: str
    post: str
    unit: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """An interview as it is announced. `units` are the codes of those that can be asked, beside the hosts' own."""

    slug: str
    topic: str
    opens_at: datetime
    ends_at: datetime
    hosts: Sequence[Host]
    units: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as they said: name, phone, the name of their account, and as whom WeChat knows them."""

    name: str = ""
    phone: str = ""
    handle: str = ""
    wechat: str = ""

    def called(self) -> str:
        """Return what to call them: the name, else the name of the account."""
        return self.name or (saying.said("网友{handle}", handle=self.handle) if self.handle else "")

    @property
    def contact(self) -> Contact:
        """How they are reached once the question is a ticket."""
        return Contact(name=self.called(), phone=self.phone, wechat=self.wechat)

    def known_by(self, place: str) -> str:
        """Return what tells them from others, the surest first; empty = nothing does."""
        if phone := normal_phone(self.phone):
            return f"phone/{phone}"
        if self.wechat:
            return f"wechat/{self.wechat}"
        return f"{place}/{self.handle}" if self.handle else ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question 提问 as a place hands it over: the same `key` of a session comes in once.

    `unit` is the code of the unit asked, or what the asker calls it; with an `answer`, a host had answered it already
    (`host` is their name).
    """

    text: str
    key: str
    place: str
    asker: Asker = field(default_factory=Asker)
    asked_at: datetime | None = None
    unit: str = ""
    location: str = ""
    answer: str = ""
    host: str = ""


def usable_announcement(said: Announcement, *, now: datetime) -> Announcement:
    """Return the announcement without blanks around its words. Raises `InterviewUnusable`, naming what is wrong."""
    trimmed = {name: getattr(said, name).strip() for name in LONGEST}
    for name, value in trimmed.items():
        _refuse_words(NAMES[name], value, LONGEST[name], InterviewUnusable)
    slug = said.slug.strip()
    if not SLUG.fullmatch(slug):
        raise InterviewUnusable(
            "访谈的短名只能用小写字母、数字和短横，2 到 50 个字符，如 dongbu-1016。没有保存，请改后再试。"
        )
    if not trimmed["topic"]:
        raise InterviewUnusable("没有写主题，没有保存。请写明访谈谈什么。")
    if not said.opens_at < said.ends_at <= said.opens_at + LONGEST_SESSION:
        raise InterviewUnusable("结束时间须晚于开始时间，且一场不超过 12 小时。没有保存，请核对时间。")
    if said.ends_at <= now:
        raise InterviewUnusable("访谈的结束时间已经过去，没有保存。请核对日期。")
    if not 1 <= len(said.hosts) <= MOST_HOSTS:
        raise InterviewUnusable(saying.said("请写 1 到 {most_hosts} 位答复的领导，没有保存。", most_hosts=MOST_HOSTS))
    hosts = []
    for host in said.hosts:
        name, post = host.name.strip(), host.post.strip()
        if not name or not post or not host.unit:
            raise InterviewUnusable("每位答复的领导都要写姓名、职务和单位，没有保存。请补全。")
        for label, words in (("姓名", name), ("职务", post)):
            _refuse_words(label, words, LONGEST_NAME, InterviewUnusable)
        hosts.append(replace(host, name=name, post=post))
    return replace(said, slug=slug, hosts=tuple(hosts), **trimmed)


def usable_question(asked: Question) -> Question:
    """Return the question as it can be kept. Raises `QuestionUnusable`, `AppealUnusable`."""
    if asked.place not in PLACES:
        raise QuestionUnusable(
            saying.said(
                "没有“{place}”这种来源。请在{values}中选一种。",
                place=asked.place,
                values=saying.joined("、", map(saying.word, PLACES.values())),
            )
        )
    if not asked.key or len(asked.key) > LONGEST_KEY or not is_storable(asked.key):
        raise QuestionUnusable(
            saying.said("提问的编号为空、超过 {longest_key} 字或无法保存。请检查来源。", longest_key=LONGEST_KEY)
        )
    text = usable_text(asked.text)
    if len(text) > LONGEST_TEXT:
        raise QuestionUnusable(
            saying.said(
                "提问有 {number:,} 个字，超过 {longest_text:,} 字。请写得短一些，或分成几条。",
                number=len(text),
                longest_text=LONGEST_TEXT,
            )
        )
    if not words_of_question(text):
        raise QuestionUnusable("提问里只有标点或表情，没有文字。请写明要问什么。")
    asker = Asker(
        name=asked.asker.name.strip(),
        phone=asked.asker.phone.strip(),
        handle=asked.asker.handle.strip().removeprefix("@"),
        wechat=asked.asker.wechat.strip(),
    )
    _refuse_words("昵称", asker.handle, LONGEST_HANDLE, QuestionUnusable)
    answer = usable_answer(asked.answer) if asked.answer.strip() else ""
    usable(Appeal(channel="", text=text, place=asked.location.strip(), contact=asker.contact))
    return replace(asked, text=text, asker=asker, location=asked.location.strip(), answer=answer)


def usable_answer(words: str) -> str:
    """Return an answer without blanks around it. Raises `QuestionUnusable`."""
    answer = words.strip()
    if not answer:
        raise QuestionUnusable("没有写答复。请写明当场是怎么答复的。")
    _refuse_words("答复", answer, LONGEST_ANSWER, QuestionUnusable)
    return answer


def words_of_question(text: str) -> str:
    """Return the words alone: one width and case, without marks, blanks and emoji. What says the same is the same."""
    return _MARK.sub("", unicodedata.normalize("NFKC", text).casefold())


def _refuse_words(label: str, words: str, longest: int, refusal: type[Refused]) -> None:
    if not is_storable(words):
        raise AppealUnusable(saying.said("{label}含有无法保存的字符。请删去后重填。", label=saying.word(label)))
    if len(words) > longest:
        raise refusal(
            saying.said(
                "{label}超过 {longest:,} 字，没有保存。请写得短一些。", label=saying.word(label), longest=longest
            )
        )
