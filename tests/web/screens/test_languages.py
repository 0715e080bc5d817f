"""Every screen in both languages: English without Chinese but what people wrote, Chinese without English but names of things."""

import ast
import re
from html.parser import HTMLParser

import pytest

from core.web.language import speaking
from core.web.language.collecting import NOT_SHOWN, ROOT
from tests.web.screens.conftest import Theatre
from tests.web.screens.lists import SCREENS

HAN = re.compile("[\u3400-\u9fff]")
HAN_RUN = re.compile("[\u3400-\u9fff]+")
LATIN = re.compile(r"(?<![\w./@:#<&=-])[A-Za-z]{2,}(?![\w./@:=-])")
NAMES = frozenset(
    {
        *("excel", "pdf", "csv", "docx", "word", "qr", "json", "atom", "sha", "wgs84", "javascript", "mb", "huiying"),
        *(
            "ctrl",
            "enter",
            "shift",
            "esc",
            "tab",
            "wcag",
            "aa",
            "axe",
            "freeotp",
            "microsoft",
            "authenticator",
            "vs",
            "ip",
            "id",
            "jpg",
            "kb",
            "geojson",
            "appid",
            "uid",
        ),
    }
)
"""Names of products, standards, kinds of files and keys, which are the same in Chinese."""
OF_PROGRAMS = frozenset(
    {
        *("roster", "shifts", "source", "import", "audit", "verify", "web", "road", "privacy", "reveals"),
        *("low", "high", "null", "shown", "jzdt", "gx"),
        "duties",
    }
)
"""Commands of operators that a page names, codes of units, matters and media, columns, and examples of initials and of a number."""
ACCOUNTS = frozenset({"administrator"})
"""People of the house who are called by what they are, in names that are typed."""
STORED = ("core/journey/join.py",)
"""Modules whose sentences with values go into timelines and stay there as they were written."""
FEWEST = 4
"""A sentence with fewer characters of its own is met in what people write as well."""


def _sentences() -> list[re.Pattern[str]]:
    """Return the sentences that the code of pages makes with f-strings, as patterns of what comes out."""
    found = []
    for path in sorted((ROOT / "core").rglob("*.py")):
        if path.relative_to(ROOT).as_posix().startswith((*NOT_SHOWN, *STORED)):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values]
                if len(HAN.findall("".join(parts))) >= FEWEST:
                    found.append(re.compile("".join(parts), re.DOTALL))
    return found


SENTENCES = _sentences()
READ = ("title", "placeholder", "aria-label", "alt", "label")
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Reader(HTMLParser):
    """Reads a page as somebody who is told its languages: what is said in which."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.said: list[tuple[str, str, str]] = []
        """Language, element or attribute, text."""
        self.feed(page)

    @property
    def language(self) -> str:
        return self.stack[-1][1] if self.stack else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self.language
        if tag not in VOID:
            self.stack.append((tag, language))
        for name, value in attrs:
            if value and (name in READ or name in ("data-does", "data-column", "data-say")):
                self.said.append((language, f"{tag} {name}", value))

    def handle_endtag(self, tag: str) -> None:
        if tag in [each for each, _ in self.stack]:
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        element = self.stack[-1][0] if self.stack else ""
        if data.strip() and element not in ("script", "style", "textarea"):
            self.said.append((self.language, element, data.strip()))


@pytest.mark.parametrize("role", SCREENS)
def test_a_screen_in_english_is_chinese_only_where_it_says_so(
    role: str, theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not translated is either in an element of that language, or is a value in an attribute or a title, which has none.

    And it is no sentence that the code put together with its values before anybody could translate it.
    """
    values: set[str] = set()
    said = speaking.translated

    def noted(value: str) -> str | None:
        words = said(value)
        values.update(HAN_RUN.findall(value if words is None else words))
        return words

    monkeypatch.setattr(speaking, "translated", noted)
    client = theatre.client(role)
    client.set_cookie("language", "en")
    wrong = []
    for screen in SCREENS[role]:
        values.clear()
        page = client.get(theatre.path(screen)).get_data(as_text=True)
        for language, where, text in Reader(page).said:
            if language == "zh-CN" and any(sentence.fullmatch(text) for sentence in SENTENCES):
                wrong.append(f"{screen} [made by the code, see core.kit.saying] {text}")
            if language == "zh-CN" or not HAN.search(text):
                continue
            is_bare = " " in where or where in ("title", "option")  # an attribute, or nothing can be put inside
            if not is_bare or not set(HAN_RUN.findall(text)) <= values:
                wrong.append(f"{screen} [{where}] {text}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SCREENS)
def test_a_screen_in_chinese_has_no_english_but_names(role: str, theatre: Theatre) -> None:
    client = theatre.client(role)
    wrong = []
    for screen in SCREENS[role]:
        for language, where, text in Reader(client.get(theatre.path(screen)).get_data(as_text=True)).said:
            if language == "en" or where in ("kbd", "code"):
                continue
            words = [
                word
                for word in LATIN.findall(text)
                if word.lower() not in NAMES | OF_PROGRAMS | ACCOUNTS and theatre.place.mark not in text
            ]
            if words:
                wrong.append(f"{screen} [{where}] {text}: {words}")
    assert not wrong, "\n".join(wrong)
