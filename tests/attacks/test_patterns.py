"""No pattern of ours, and none that administrators can write, takes more than about as long as its text is."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from time import thread_time
from types import FrameType

import pytest

from core.areas.boundaries import read_boundary, read_features
from core.areas.names import normalised, number_after
from core.hooks.settings.wording import flaw_of
from core.intake.points import read_point
from core.intake.times import parse_time
from core.intake.weibo.reading import Post
from core.journey.roster_words import read_table
from core.kit.errors import Refused
from core.kit.headings import plain, remark_in
from core.people.passwords import check_password
from core.sla.budgets import parse_budget
from core.tickets.contact import Contact, blanked
from core.units.catalogue.keywords import GAP, Keywords
from core.units.catalogue.limits import read_limit
from plugins.pingshan.sorting import STYLES, _parts
from tests.attacks.patterns import RUNS, Written, hard_texts, written
from tests.builders import BEIJING

SHORT, LONG = 1_000, 4_000
AT = datetime(2030, 3, 12, 10, tzinfo=BEIJING)
SMALL = 20
"""Repetitions at which what doubles with each of them is already noticed, and nothing hangs yet."""
GROWTH = 9.0
"""Four times the text is four times the work; what goes by the square is sixteen times."""
TOO_SHORT_TO_TELL = 0.003
PATIENCE = 1.0
MADE_IN_FUNCTIONS = {
    'core/conformance/browser.py f\'name="{name}" value="([^"]*)"\'': "our own page, in the kit",
    "core/conformance/walk.py '|'.join(map(re.escape, (serial_no, *(case.label for case in cases))))": "plain words, in the kit",
    "core/disclosure/names/finding.py re.escape(word)": "plain words",
    "core/handling/checking/persons.py f'(?<!\\\\d){re.escape(own)}(?!\\\\d)'": "the digits of one number",
    "core/hooks/settings/texts.py pattern": "what features give, each found above by its keyword",
    "core/intake/weibo/reading.py f'@{re.escape(name)}(?![\\\\w-])[:：]?'": "a plain name of at most 30 characters; tried below",
    "core/journey/queries/alike.py f'(?<![A-Za-z0-9]){re.escape(scope.tenant.serial_prefix)}[0-9]{{13}}(?![0-9])'": (
        "a fixed number of digits"
    ),
    "core/journey/queries/disclosures.py '(' + '|'.join(map(re.escape, (HIDDEN, *known))) + ')'": "plain words",
    "core/journey/queries/search.py f'({wanted})'": "plain words, of a search that takes 100 characters",
    "core/journey/queries/search.py wanted": "plain words, of a search that takes 100 characters",
    "core/people/passwords.py ''.join((_as_written(character) for character in word))": "one class per character",
    "core/tickets/contact.py re.escape(contact.email)": "plain words",
    "core/tickets/contact.py f'(?<!\\\\d){spelt}(?!\\\\d)'": "one blank at most between the digits of a phone",
    "core/units/catalogue/limits.py _NUMERAL": "read_limit takes 100 characters",
    "tenants/source.py f'\\\\s*(\\\\[+)?\\\\\"?{re.escape(key)}\\\\\"?\\\\s*(=|\\\\]|\\\\.)'": "a line of a file of the installation",
}
"""Patterns that cannot be read from the code, and why they are bounded."""
BOUNDED = {
    "core.hooks.manifest.MODULE": "only matched from the start, by a reader that it is given to",
    "core.hooks.manifest.CLASS": "only matched from the start, by a reader that it is given to",
    "core.units.catalogue.limits._TAIL": "read_limit takes 100 characters",
    "core.units.catalogue.limits._PART": "read_limit takes 100 characters",
    "core/units/catalogue/limits.py": "read_limit takes 100 characters",
    "core.intake.mail.bodies.TAG": "what cleans HTML leaves whole tags and nothing else that begins like one",
    "core.web.language.translating.ATTRIBUTE": "only what stands before a value in a template of ours",
    "core.intake.times._AS_PEOPLE_WRITE": "parse_time takes 100 characters",
}
"""Patterns that would take long on a text that they are never given; the readers are tried below."""


KEYWORDS = Keywords({run: (GAP.join([*[run] * 8, "1"]),) for run in RUNS})
"""Keywords as an administrator may write them: what is between the gaps stands in the texts again and again."""
READERS: dict[str, Callable[[str], object]] = {
    "time": lambda text: parse_time(text, BEIJING),
    "limit": read_limit,
    "keywords": KEYWORDS.found_in,
    "budget": lambda text: parse_budget("wall", text),
    "point": lambda text: read_point(text, text),
    "boundary": read_boundary,
    "boundaries": read_features,
    "heading": lambda text: (plain(text), remark_in(text)),
    "road and number": lambda text: (normalised(text), number_after(text, 0)),
    "roster": read_table,
    "password": check_password,
    "contact": lambda text: blanked(text, Contact("王小明", "138 0000 0001", "某路一号")),
    "mention on Weibo": lambda text: Post("mention", 1, "", AT, text, is_repost=True).said("a"),
    "parts of a letter": lambda text: [_parts(text, style) for style in STYLES],
    "text of settings": flaw_of,
}
"""What reads texts that somebody else wrote."""
BEGINNINGS = {
    "time": "2026-1-1",
    "limit": "5",
    "boundary": "POLYGON((",
    "heading": "(",
    "mention on Weibo": "@",
    "parts of a letter": "一、",
}


class TooLong(Exception):  # noqa: N818 -- a fact about a pattern
    """It goes on and on."""


def hardest(each: Written) -> str:
    """Return how a text made a pattern take too long, empty where none did."""
    texts = (hard_texts(each.pattern.pattern, each.pattern.flags, length) for length in (SMALL, SHORT, LONG))
    for small, short, long in zip(*texts, strict=True):
        try:
            with _patience():
                each.run(small)
                each.run(short)
                taken = _taken(each, long)
        except TooLong:
            return f"{small[:60]!r}… takes too long"
        if taken < TOO_SHORT_TO_TELL:
            continue
        growth = min(_taken(each, long) / _taken(each, short) for _ in range(3))
        if growth > GROWTH:
            return f"{small[:60]!r}… takes {growth:.0f} times as long when it is four times as long"
    return ""


def _taken(each: Written, text: str) -> float:
    begun = thread_time()
    each.run(text)
    return max(thread_time() - begun, 1e-6)


@contextmanager
def _patience() -> Iterator[None]:
    """Raise `TooLong` when it takes long in the processor's time: the engine of patterns lets signals through."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_no_pattern_takes_longer_than_its_text_grows() -> None:
    found, _ = written()
    patterns = {(each.pattern.pattern, each.from_start): each for each in found if bounded(each) is None}

    slow = {f"{each.where} {each.pattern.pattern!r}": told for each in patterns.values() if (told := hardest(each))}

    assert slow == {}
    assert len(patterns) > 80


def test_every_exception_is_one_that_is_known() -> None:
    found, made = written()

    assert made == sorted(MADE_IN_FUNCTIONS)
    assert {where for each in found if (where := bounded(each))} == set(BOUNDED)


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_takes_longer_than_its_text_grows(reader: str) -> None:
    read = READERS[reader]

    for before in ("", BEGINNINGS.get(reader, "1")):
        for run in RUNS:
            short, long = (before + run * (length // len(run)) + "\x00" for length in (SHORT, LONG))
            if _time_of(read, long) < TOO_SHORT_TO_TELL:
                continue
            growth = min(_time_of(read, long) / _time_of(read, short) for _ in range(3))
            assert growth < GROWTH, (before, run)


def _time_of(read: Callable[[str], object], text: str) -> float:
    begun = thread_time()
    with _patience(), suppress(Refused):
        read(text)
    return max(thread_time() - begun, 1e-6)


@pytest.mark.parametrize("pattern", ["(a+)+$", r"\s+$", "(a|aa)+b", r"(.*),(.*),(.*)x"])
def test_a_pattern_that_takes_long_is_found(pattern: str) -> None:
    assert hardest(Written("planted", re.compile(pattern), from_start=False)) != ""


def bounded(each: Written) -> str | None:
    """Return the exception that a pattern falls under."""
    return next((where for where in BOUNDED if each.where.partition(":")[0] == where), None)
