"""The checks of a reply before it is sent 发出前检查, in words, and whether it is held back 暂不能发出."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.handling.checking.persons import Personal, gives_phone, names_office, personal_in
from core.handling.checking.points import Matched, matched
from core.handling.checking.words import phrases_of
from core.kit.saying import joined, said, unstopped, word
from core.tickets.contact import Contact

VERSION = "1"
"""Of these checks: it is kept with each result, and raised when the same reply could be judged otherwise."""
Level = Literal["failed", "notice", "passed"]
LEVEL_LABELS: dict[Level, str] = {"failed": "未通过", "notice": "请留意", "passed": "通过"}
JUDGED_FROM = 3
"""Points that an appeal must have, before a reply without any of them is held back: two can both be said in other words."""
SAYS_NOTHING = 4
"""Characters beside courtesy and the language of offices, below which a reply that only confirms receipt says nothing."""
FEW = 5
"""A reply that takes up no more than one point of so many is worth a look."""
RECEIVED = re.compile(r"收悉|收到|阅悉|知悉|已阅|转交|转办|已转|交办")
NOBODY = Contact()
SHOWN = 3
"""Phrases that a sentence names."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a district asks of replies: points to take up (0 = none is held back), percent alike, characters."""

    points: int = 1
    likeness: int = 80
    length: int = 20


@dataclass(frozen=True, slots=True)
class Copy:
    """Another reply that says nearly the same: of which ticket, by how much, and whether its appeal is alike too."""

    serial_no: str
    percent: int
    is_same_matter: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """An appeal and what is known around it. `vouched`: the answer is an approved one of the knowledge base."""

    title: str
    text: str
    wants_answer: bool = True
    """Whether it asks for anything: praise does not."""
    contact: Contact = NOBODY
    office_names: tuple[str, ...] = ()
    office_phones: tuple[str, ...] = ()
    copy: Copy | None = None
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    code: str
    level: Level
    words: str

    @property
    def label(self) -> str:
        return LEVEL_LABELS[self.level]


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was found of a reply, the gravest first, and which points of the appeal it takes up."""

    findings: tuple[Finding, ...]
    matched: Matched

    @property
    def level(self) -> Level:
        return self.findings[0].level

    @property
    def is_held_back(self) -> bool:
        """Whether it may go out only when somebody says why."""
        return self.level == "failed"

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.level == "failed")


def check(asked: Asked, reply: str, limits: Limits) -> Checked:
    """Check a reply against its appeal."""
    match = matched(asked.title, asked.text, reply)
    findings = [
        _of_points(asked, match, limits),
        _of_substance(reply, limits),
        _of_copy(asked, match, limits),
        *_of_persons(personal_in(reply, asked.contact, asked.office_phones)),
        _of_office(asked, reply),
    ]
    order = tuple(LEVEL_LABELS)
    return Checked(tuple(sorted(findings, key=lambda each: order.index(each.level))), match)


def return_reason(checked: Checked) -> str:
    """Return with which words the reply can be given back, by what failed; empty when nothing did."""
    said_so: list[str] = []
    for each in checked.findings:
        if each.level == "failed" and each.code == "points":
            missing = joined("、", checked.matched.missing[:SHOWN])
            said_so.append(said("回复与诉求不符，请核对后重新答复：{missing}", missing=missing))
        elif each.level == "failed" or (each.level == "notice" and each.code in ("copy", "persons")):
            said_so.append(unstopped(each.words))
    return joined("；", said_so) + "。" if said_so else ""


def _of_points(asked: Asked, match: Matched, limits: Limits) -> Finding:
    answered, every = match.answered, len(match.points)
    count = said("（{answered} / {every}）", answered=answered, every=every)
    if not answered:
        if not every:
            return Finding("points", "passed", "诉求里没有可以逐条核对的要点")
        holds = every >= JUDGED_FROM and limits.points > 0 and asked.wants_answer and not asked.vouched
        return Finding("points", "failed" if holds else "notice", "没有回应诉求要点" + count)
    if answered < min(limits.points, every):
        level: Level = "failed" if every >= JUDGED_FROM and asked.wants_answer and not asked.vouched else "notice"
        return Finding("points", level, "回应的诉求要点太少" + count)
    if every >= FEW and answered == 1:
        return Finding("points", "notice", "只回应了一个诉求要点" + count)
    return Finding("points", "passed", "回应了诉求要点" + count)


def _of_substance(reply: str, limits: Limits) -> Finding:
    substance = sum(len(each.words) for each in phrases_of(reply))
    if substance < SAYS_NOTHING and RECEIVED.search(reply):
        return Finding("substance", "failed", "只说了收悉或转办，没有说查了什么、办了什么")
    if len(reply.strip()) < limits.length:
        return Finding("substance", "notice", said("回复只有 {count} 个字", count=len(reply.strip())))
    return Finding("substance", "passed", "写了办理的内容")


def _of_copy(asked: Asked, match: Matched, limits: Limits) -> Finding:
    copy = asked.copy
    if copy is None or copy.percent < limits.likeness or asked.vouched:
        return Finding("copy", "passed", "与近期别的回复不雷同")
    words = said("与 {serial} 的回复 {percent}% 相同", serial=copy.serial_no, percent=copy.percent)
    if copy.is_same_matter and match.answered:
        return Finding("copy", "passed", words + "，两件诉求也相近")
    return Finding("copy", "notice", words)


def _of_persons(found: Personal) -> Iterator[Finding]:
    said_so: list[tuple[Level, str]] = []
    if found.own_phone:
        said_so.append(("failed", "写了诉求人的电话"))
    if found.identity:
        said_so.append(("failed", "写了身份证号"))
    if found.own_name:
        said_so.append(("notice", "写了诉求人的姓名"))
    if found.own_address:
        said_so.append(("notice", "写了诉求人留下的住址"))
    if found.strange_phones:
        phones = joined("、", found.strange_phones[:SHOWN])
        said_so.append(("notice", said("有不是本单位登记的手机号（{phones}）", phones=phones)))
    if not said_so:
        yield Finding("persons", "passed", "没有出现诉求人的姓名、电话、身份证号")
    for level, words in said_so:
        yield Finding("persons", level, words)


def _of_office(asked: Asked, reply: str) -> Finding:
    named, phone = names_office(reply, asked.office_names), gives_phone(reply)
    if named and phone:
        return Finding("office", "passed", "写明了经办单位和联系电话")
    missing = "联系电话" if named else "经办单位" if phone else "经办单位和联系电话"
    return Finding("office", "notice", said("没有写明{missing}", missing=missing))


def held_back_words(checked: Checked) -> str:
    """Return why a reply is held back, with the points that it misses and what it speaks of instead; empty = it is not."""
    if not checked.is_held_back:
        return ""
    if any(each.code == "points" for each in checked.failures):
        missing, foreign = _quoted(checked.matched.missing), _quoted(checked.matched.foreign)
        words = said("这份回复可能答错了对象，暂不能发出。诉求里的{missing}在回复中没有出现", missing=missing)
        if foreign:
            words = words + said("；回复里的{foreign}在诉求中没有出现", foreign=foreign)
        return words + "。"
    return said("这份回复暂不能发出：{why}。", why=joined("、", (word(each.words) for each in checked.failures)))


def _quoted(phrases: Sequence[str]) -> str:
    return said("“{phrases}”", phrases=joined("、", phrases[:SHOWN])) if phrases else ""
