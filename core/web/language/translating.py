"""Turning a template into the English one while it is compiled. What is Chinese in it stays as the key of its catalogue.

Text between tags and in the attributes that are read out (`title`, `placeholder`, …) becomes one text for each run without
a tag or a block, with the `{{ }}` inside as places by name: `共 {{ total }} 件` is looked up as `共 {total} 件`. Chinese
constants within expressions are looked up as well, except where they are compared. What stands inside an element with
lang="zh-CN" is what people wrote: it stays as it is. White space around a text stays around its translation.

Values shown between tags go through the filter `shown`, those in such attributes through `t` (see `speaking`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

HAN = re.compile("[\u3400-\u9fff]")
MARKS = {
    "，": ", ",
    "。": ". ",
    "；": "; ",
    "：": ": ",
    "、": ", ",
    "？": "? ",
    "！": "! ",
    "（": " (",
    "）": ")",
    "「": "“",
    "」": "”",
    "《": "“",
    "》": "”",
    "【": "[",
    "】": "]",
    "　": " ",
    "＋": "+",
}
"""Punctuation of a run that has no word in it."""
TEXT_ATTRIBUTES = frozenset(
    {"placeholder", "title", "aria-label", "alt", "label", "data-does", "data-column", "data-say", "data-what"}
)
"""Attributes that people read or hear."""
NEVER = frozenset({"value", "content"})
"""Attributes that are handed in or read by programs."""
UNREAD = frozenset({"script", "style", "textarea"})
"""Elements whose text is no text of the page: programs, and what people typed."""
PLAIN = frozenset({"option", "title"})
"""Elements that can have no element inside; an option is told its language as a whole."""
STOPS = "。，；：、？！"
BUTTON = "button\x04"
"""Before a text that is looked up for a button: a context, as the format of catalogues has it."""
LIKE_A_BUTTON = re.compile(r'^<a\b[^>]*\bclass="button\b')
COMPARING = frozenset({"eq", "ne"})
OPERATORS = frozenset({"or", "and", "if", "else", "not", "is", "in"})
TAG_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(["'])$""")
NAMED = re.compile("[\u3400-\u9fff]+")
"""Chinese within English: something to be typed as it is."""
IN_CHINESE = re.compile(r"""\slang=["']zh-CN["']""")

Find = Callable[[str], str | None]
"""Looks a text up; None = it has no translation."""


def on_button(text: str) -> str:
    """Return the key of a text as a button says it."""
    return f"{BUTTON}{text}"


def marks_said(text: str) -> str:
    """Return a run of punctuation as English writes it."""
    return "".join(MARKS.get(sign, sign) for sign in text)


@dataclass(slots=True)
class Expression:
    """One `{{ }}`: the tokens between the braces."""

    tokens: list[Token]
    line: int

    @property
    def name(self) -> str:
        """The last name before the first filter or call, of which a method's own name is none; or nothing."""
        names: list[str] = []
        for token in self.tokens:
            if token.type == "lparen" and len(names) > 1:
                names.pop()
            if token.type in ("pipe", "lparen"):
                break
            if token.value in OPERATORS or token.type not in ("name", "dot"):
                return ""
            if token.type == "name":
                names.append(token.value)
        return names[-1] if names else ""


Piece = str | Expression


@dataclass(slots=True)
class Walk:
    """Where the walk through one template stands."""

    find: Find
    out: list[Token] = field(default_factory=list)
    run: list[Piece] = field(default_factory=list)
    line: int = 1
    place: str = "text"
    """`text`, `tag`, `value` (of an attribute), `comment`."""
    tag: str = ""
    """The tag being read, from its `<`."""
    element: str = ""
    is_button: bool = False
    attribute: str = ""
    quote: str = ""
    chinese: str = ""
    """The element inside which everything is Chinese, with how many of its kind are open."""
    depth: int = 0
    option_at: int | None = None
    option_values: list[Expression] = field(default_factory=list)

    def text(self, html: str) -> None:
        """Read a stretch of the template between two of its tags `{% %}` and `{{ }}`."""
        position = 0
        while position < len(html):
            position = getattr(self, f"_{self.place}")(html, position)

    def block(self, tokens: Sequence[Token]) -> None:
        """Read a `{% %}`: a run ends here."""
        self._flush()
        self.out += self._constants(tokens)
        if [token.value for token in tokens[1:3]] == ["block", "title"]:
            self.element = "title"  # whose tags stand in the template that this one extends
        elif self.element == "title" and tokens[1].value == "endblock":
            self.element = ""

    def expression(self, found: Expression) -> None:
        """Read a `{{ }}`: in a run it is a place of it."""
        if self.place in ("text", "value"):
            self.run.append(found)
            self.tag += "{}"
        else:
            self._put(found.tokens, line=found.line)

    def end(self) -> list[Token]:
        self._flush()
        return self.out

    def _text(self, html: str, start: int) -> int:
        closing = f"</{self.element}" if self.element in UNREAD else "<"
        end = html.find(closing, start)
        if end < 0:
            self.run.append(html[start:])
            return len(html)
        self.run.append(html[start:end])
        self._flush()
        if html.startswith("<!--", end):
            self.place = "comment"
            return end
        self.place, self.tag = "tag", ""
        return end

    def _comment(self, html: str, start: int) -> int:
        end = html.find("-->", start)
        until = len(html) if end < 0 else end + 3
        self._data(html[start:until])
        self.place = "comment" if end < 0 else "text"
        return until

    def _tag(self, html: str, start: int) -> int:
        for end in range(start, len(html)):
            sign = html[end]
            if sign in "\"'" and (found := ATTRIBUTE.search(self.tag + html[start : end + 1])):
                self.tag += html[start : end + 1]
                self._data(html[start : end + 1])
                self.place, self.attribute, self.quote = "value", found[1], sign
                return end + 1
            if sign == ">":
                self.tag += html[start : end + 1]
                self._close_tag(html[start:end])
                return end + 1
        self.tag += html[start:]
        self._data(html[start:])
        return len(html)

    def _value(self, html: str, start: int) -> int:
        end = html.find(self.quote, start)
        until = len(html) if end < 0 else end
        self.tag += html[start:until]
        self.run.append(html[start:until])
        if end < 0:
            return until
        self._flush()
        self.place = "tag"
        self.tag += self.quote
        self._data(self.quote)
        return end + 1

    def _close_tag(self, rest: str) -> None:
        found = TAG_NAME.match(self.tag)
        name = found[1].lower() if found else ""
        closes = self.tag.startswith("</")
        self._data(rest)
        if closes and name == "option":
            self._mark_option()
        if not closes and name == "option" and not self.chinese and not IN_CHINESE.search(self.tag):
            self.option_at, self.option_values = len(self.out), []
        self._data(">")
        self.place, self.element = "text", "" if closes else name
        self.is_button = not closes and (name == "button" or bool(LIKE_A_BUTTON.search(self.tag)))
        if self.chinese:
            if name == self.chinese:
                self.depth += -1 if closes else 1
                self.chinese = self.chinese if self.depth else ""
        elif not closes and IN_CHINESE.search(self.tag) and not self.tag.endswith("/>"):
            self.chinese, self.depth = name, 1

    def _mark_option(self) -> None:
        """Have an option whose text is what people wrote say that it is Chinese."""
        if self.option_at is not None and self.option_values:
            tokens = [Token(self.line, "name", "language_of"), Token(self.line, "lparen", "(")]
            for each in self.option_values:
                tokens += [*each.tokens, Token(each.line, "comma", ",")]
            tokens.append(Token(self.line, "rparen", ")"))
            after = self.out[self.option_at :]
            del self.out[self.option_at :]
            self._put(tokens, line=self.line)
            self.out += after
        self.option_at = None

    def _flush(self) -> None:
        """Write down the run read so far, in English if it is one to be read."""
        run, self.run = self.run, []
        if not run:
            return
        words = "".join(piece for piece in run if isinstance(piece, str))
        if not self._is_read(words):
            self._as_it_stands(run)
        elif HAN.search(words):
            self._sentence(run)
        else:
            for piece in run:
                if isinstance(piece, str):
                    self._data(marks_said(piece))
                else:
                    self._show(piece, is_alone=True)

    def _is_read(self, words: str) -> bool:
        if self.chinese:
            return False
        if self.place == "text":
            return self.element not in UNREAD
        return self.attribute in TEXT_ATTRIBUTES or bool(HAN.search(words) and self.attribute not in NEVER)

    def _as_it_stands(self, run: Sequence[Piece]) -> None:
        for piece in run:
            if isinstance(piece, str):
                self._data(piece)
            else:
                self._put(piece.tokens, line=piece.line)

    def _sentence(self, run: list[Piece]) -> None:
        before, after = "", ""
        if isinstance(run[0], str):
            stripped = run[0].lstrip()
            before, run[0] = run[0][: len(run[0]) - len(stripped)], stripped
        if isinstance(run[-1], str):
            stripped = run[-1].rstrip()
            after, run[-1] = run[-1][len(stripped) :], stripped
        text, places = _named(run)
        said = self._found(text)
        self._data(before)
        if said is None:
            for piece in run:
                if isinstance(piece, str):
                    self._data(piece)
                else:
                    self._show(piece)
        else:
            for literal, name, _, _ in Formatter().parse(said):
                named = self.place == "text" and self.element not in PLAIN
                self._data(NAMED.sub(r'<span lang="zh-CN">\g<0></span>', literal) if named else literal)
                if name is not None:
                    self._show(places[name])
            if not after and self.place == "text" and said[-1:].strip() and text[-1] in STOPS:
                after = " "  # Chinese puts none after its punctuation
        self._data(after)

    def _found(self, text: str) -> str | None:
        """Look a text up; what stands on a button is a verb, and may have another English there than elsewhere."""
        is_button = self.is_button if self.place == "text" else self.attribute == "data-does"
        return (is_button and self.find(on_button(text))) or self.find(text)

    def _show(self, piece: Expression, *, is_alone: bool = False) -> None:
        """Write an expression so that its value is said in English as well; alone in its run, it is what an option is."""
        tokens = self._constants(piece.tokens)
        is_plain = self.place == "value" or self.element in PLAIN
        if self.element == "option" and self.option_at is not None and is_alone:
            self.option_values.append(Expression(tokens, piece.line))
        line = piece.line
        deed = []
        if self.is_button and not is_plain:
            deed = [Token(line, "lparen", "("), Token(line, "name", "true"), Token(line, "rparen", ")")]
        self._put(
            [
                Token(line, "lparen", "("),
                *tokens,
                Token(line, "rparen", ")"),
                Token(line, "pipe", "|"),
                Token(line, "name", "t" if is_plain else "shown"),
                *deed,
            ],
            line=line,
        )

    def _constants(self, tokens: Sequence[Token]) -> list[Token]:
        """Put Chinese constants into English, except where they are compared or are keys."""
        out = []
        for position, token in enumerate(tokens):
            before = tokens[position - 1].type if position else ""
            after = tokens[position + 1].type if position + 1 < len(tokens) else ""
            is_key = (
                before == "lbracket" and position > 1 and tokens[position - 2].type in ("name", "rbracket", "rparen")
            )
            if token.type != "string" or COMPARING & {before, after} or is_key or after == "colon":
                out.append(token)
                continue
            out.append(Token(token.lineno, "string", constant_said(token.value, self.find)))
        return out

    def _put(self, tokens: Sequence[Token], *, line: int) -> None:
        self.out += [Token(line, "variable_begin", "{{"), *tokens, Token(line, "variable_end", "}}")]

    def _data(self, html: str) -> None:
        if html:
            self.out.append(Token(self.line, "data", html))


def constant_said(text: str, find: Find) -> str:
    """Return a constant of an expression in English, with the white space around it as it was."""
    core = text.strip()
    if not HAN.search(core):
        return marks_said(text)
    said = find(core)
    return text if said is None else text.replace(core, said)


def _named(run: Sequence[Piece]) -> tuple[str, dict[str, Expression]]:
    """Return the text of a run with its places by name, and what stands at each."""
    text, places = "", dict[str, Expression]()
    for piece in run:
        if isinstance(piece, str):
            text += piece.replace("{", "{{").replace("}", "}}")
            continue
        name = piece.name or str(len(places))
        while name in places:
            name += "_"
        places[name] = piece
        text += f"{{{name}}}"
    return text, places


class English(Extension):
    """The extension of the environment in which English templates are compiled; `make_english` says where it looks."""

    find: Find

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Return the tokens of the English template."""
        walk = Walk(self.find)
        inside: list[Token] | None = None
        for token in stream:
            walk.line = token.lineno
            if token.type == "data":
                walk.text(token.value)
            elif token.type in ("variable_begin", "block_begin"):
                inside = [token]
            elif token.type == "variable_end":
                assert inside is not None
                walk.expression(Expression(inside[1:], inside[0].lineno))
                inside = None
            elif token.type == "block_end":
                assert inside is not None
                walk.block([*inside, token])
                inside = None
            elif inside is not None:
                inside.append(token)
        return iter(walk.end())


def make_english(environment: Environment, find: Find, **options: Any) -> Environment:
    """Return an environment beside this one, with its filters, globals and files, that compiles templates into English."""
    beside = environment.overlay(extensions=[English], cache_size=400, **options)
    for extension in beside.iter_extensions():
        if isinstance(extension, English):
            extension.find = find
    return beside
