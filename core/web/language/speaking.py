"""The language of the page at hand, and the values of the code said in it.

A value that the code made 话 is in the catalogue as it stands, or is a `Said` whose sentence is. Everything else Chinese is
what people wrote: between tags it is put into an element with lang="zh-CN", so that it is read out as what it is.
"""

import json
import re
from typing import Any

from flask import Flask, has_request_context
from flask.json.tag import JSONTag, TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from jinja2 import Template
from markupsafe import Markup, escape

from core.kit.saying import Said, carried, recalled
from core.web.language.catalogue import english
from core.web.language.scripts import spoken_by_scripts
from core.web.language.translating import HAN, make_english, on_button
from core.web.wishes import wishes

CHINESE = Markup(' lang="zh-CN"')
IN_BETWEEN = re.compile(r"([\u3400-\u9fff](?:[^\n.,;:()“”]*[\u3400-\u9fff）」】》])?)")
"""A run of Chinese within an English sentence: what people wrote, put into a place of it."""


def language() -> str:
    """Return the language of the page at hand: as it is wished, and Chinese outside of any page."""
    return wishes().language if has_request_context() else "zh-CN"


def t(value: Any) -> Any:
    """Filter: say a word or a sentence of the code in the language of the page; anything else stays as it is."""
    if not isinstance(value, str) or isinstance(value, Markup) or language() == "zh-CN":
        return value
    said = translated(value)
    return value if said is None else said


def shown(value: Any, is_button: bool = False) -> Any:
    """Filter, which English templates have at every value between tags: say it, or mark it as Chinese that people wrote."""
    if not isinstance(value, str) or isinstance(value, Markup) or not HAN.search(value):
        return value
    said = (is_button and find(on_button(value))) or translated(value)
    if said is None:
        return marked(value)
    if not HAN.search(said):
        return said
    return Markup("").join(marked(piece) if HAN.search(piece) else escape(piece) for piece in IN_BETWEEN.split(said))


def marked(value: str) -> Markup:
    """Return a text in an element that says it is Chinese."""
    return Markup('<span lang="zh-CN">{}</span>').format(value)


def language_of(*values: Any) -> Markup:
    """Return the attribute that says an option is Chinese, when what is shown in it is what people wrote."""
    for value in values:
        if isinstance(value, str) and HAN.search(value) and translated(value) is None:
            return CHINESE
    return Markup("")


def translated(value: str) -> str | None:
    """Return a text of the code in English; None = it is not in the catalogue, or is no text of the code.

    Several sentences, or words in a row, are said one by one, if all of them can be.
    """
    if isinstance(value, Said):
        return value.translated(find)
    words = english()
    if (said := words.get(value)) is not None:
        return said.replace("{{", "{").replace("}}", "}")
    for between, ending, joined in (("。", "。", " "), ("、", "", ", ")):
        parts = [part for part in value.split(between) if part]
        if len(parts) > 1:
            each_said = [words.get(part + ending) or words.get(part) for part in parts]
            if None not in each_said:
                return joined.join(map(str, each_said))
    return None


def find(text: str) -> str | None:
    """Look a text up in the catalogues; None = it is not there."""
    return english().get(text)


def script_words() -> Markup:
    """Return what the scripts say, as JSON that may stand in an element `script`."""
    words = english()
    said = json.dumps({text: words[text] for text in spoken_by_scripts() if text in words}, ensure_ascii=False)
    return Markup(said.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 -- nothing in it can end the element  # nosec B704


class Bilingual(Environment):
    """Flask's templates; a page in English is made from the same files, compiled beside these."""

    beside: Any = None

    def _load_template(self, name: str, globals: Any) -> Template:
        if self.beside is not None and language() == "en":
            template: Template = self.beside._load_template(name, globals)
            return template
        return super()._load_template(name, globals)


class SaidTag(JSONTag):
    """Keeps a sentence, with what it was made of, in the cookie that carries notices to the next page."""

    __slots__ = ()
    key = " said"

    def check(self, value: Any) -> bool:
        return isinstance(value, Said)

    def to_json(self, value: Any) -> Any:
        return carried(value)

    def to_python(self, value: Any) -> Any:
        return recalled(value)


def init_app(app: Flask) -> None:
    """Have pages made in the language of the visitor. To be called before anything else asks for the templates."""
    app.jinja_environment = Bilingual
    env = app.jinja_env
    assert isinstance(env, Bilingual)
    env.filters.update(t=t, shown=shown)
    env.globals.update(language_of=language_of, script_words=script_words)
    env.beside = make_english(env, find)
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    interface.serializer = TaggedJSONSerializer()
    interface.serializer.register(SaidTag, index=0)
