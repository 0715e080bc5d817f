"""Templates compiled into English: what becomes a text, what stays, and that nothing is escaped otherwise than before."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from core.kit.saying import Said, said
from core.web.language import speaking
from core.web.language.scripts import SPOKEN, STATIC
from core.web.language.translating import HAN, make_english

WORDS = {
    "共 {total} 件": "{total} tickets in all",
    "{a}在{b}": "{b}, by {a}",
    "标题": "Title",
    "浅色": "Light",
    "深色": "Dark",
    "没有": "None",
    "派单": "Dispatch",
    "搜 {name}": "Search {name}",
    "<b>急</b>": "<b>urgent</b>",
    "{unit} 已签收": "Signed for by {unit}",
    "已保存。": "Saved.",
    "请刷新。": "Please reload.",
}
Render = Callable[..., str]


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Render:
    """Render a template in English, with the filters of the pages."""
    monkeypatch.setattr(speaking, "english", lambda: WORDS)
    monkeypatch.setattr(speaking, "language", lambda: "en")

    def rendered(source: str, **values: Any) -> str:
        plain = Environment(loader=DictLoader({"page": source}), autoescape=True)
        plain.filters.update(t=speaking.t, shown=speaking.shown)
        plain.globals.update(language_of=speaking.language_of)
        return make_english(plain, WORDS.get).get_template("page").render(**values)

    return rendered


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<p> 共 {{ total }} 件\n</p>", "<p> 7 tickets in all\n</p>"),
        ("<p>{{ a }}在{{ b }}</p>", "<p>&amp;, by &lt;x&gt;</p>"),
        ('<p title="标题">{{ "浅色" if dark else "深色" }}</p>', '<p title="Title">Light</p>'),
        ('<input placeholder="搜 {{ name }}" value="标题">', '<input placeholder="Search n&#34;m" value="标题">'),
        ('{% if kind == "标题" %}{{ {"标题": "没有"}[kind] }}{% endif %}', "None"),
        ("<b>{{ label }}</b>（{{ label }}）", "<b>Dispatch</b> (Dispatch)"),
        ("<p>{{ typed }}</p>", '<p><span lang="zh-CN">路灯&lt;不亮</span></p>'),
        ('<p lang="zh-CN">标题：{{ label }}<i>标题</i></p>标题', '<p lang="zh-CN">标题：派单<i>标题</i></p>Title'),
        ('<option value="1">{{ typed }}</option>', '<option value="1" lang="zh-CN">路灯&lt;不亮</option>'),
        ('<option value="1">{{ label }}</option>', '<option value="1">Dispatch</option>'),
        ("<textarea>{{ label }}标题</textarea>标题", "<textarea>派单标题</textarea>Title"),
        ("<title>{% block title %}{{ typed }}{% endblock %}</title>", "<title>路灯&lt;不亮</title>"),
        ("{% block title %}{{ typed }}{% endblock %}<p>{{ label }}", "路灯&lt;不亮<p>Dispatch"),
        ("<p>{{ markup }}</p>", "<p><i>标题</i></p>"),
        (
            "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}<p>{{ m(typed) }}</p>",
            '<p><i><span lang="zh-CN">路灯&lt;不亮</span></i></p>',
        ),
        ("<!-- 标题 --><script>标题</script>标题", "<!-- 标题 --><script>标题</script>Title"),
        ('<a href="/x?q={{ name }}&amp;r={{ name }}">标题</a>', '<a href="/x?q=n&#34;m&amp;r=n&#34;m">Title</a>'),
        ("{{ signed }}", 'Signed for by <span lang="zh-CN">路政&lt;处</span>'),
        (
            "{{ '已保存。请刷新。' }}{{ '已保存。别的。' }}",
            'Saved. Please reload.<span lang="zh-CN">已保存。别的。</span>',
        ),
    ],
)
def test_a_template_says_its_texts_in_english(source: str, page: str, render: Render) -> None:
    values = {"a": "<x>", "b": "&", "dark": True, "name": 'n"m', "kind": "标题", "label": "派单", "typed": "路灯<不亮"}
    signed = said("{unit} 已签收", unit="路政<处")
    assert render(source, total=7, signed=signed, markup=Markup("<i>标题</i>"), **values) == page


def test_chinese_pages_are_compiled_as_they_stand(app: Flask) -> None:
    plain = Environment(loader=app.jinja_env.loader, autoescape=app.jinja_env.autoescape)
    plain.filters, plain.globals = app.jinja_env.filters, app.jinja_env.globals
    for name in app.jinja_env.list_templates():
        assert app.jinja_env.loader
        source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
        assert app.jinja_env.compile(source, name, raw=True) == plain.compile(source, name, raw=True), name


def test_a_notice_keeps_what_it_was_made_of_until_the_next_page(app: Flask) -> None:
    interface = app.session_interface
    assert hasattr(interface, "serializer")
    notice = said("{unit} 已签收", unit=said("{n} 个单位", n=2))
    kept = interface.serializer.loads(interface.serializer.dumps({"_flashes": [("ok", notice)]}))["_flashes"][0][1]
    assert isinstance(kept, Said)
    assert (kept, kept.pattern, kept.values["unit"].values) == ("2 个单位 已签收", notice.pattern, {"n": 2})


def test_outside_of_a_page_everything_is_chinese(app: Flask) -> None:
    with app.app_context():
        assert speaking.language() == "zh-CN"
    with app.test_request_context("/sign-in", headers={"Cookie": "language=en"}):
        assert speaking.language() == "en"


def test_scripts_say_nothing_in_chinese_but_by_w() -> None:
    for path in STATIC.glob("*.js"):
        script = path.read_text("utf-8")
        if path.name == "center-worker.js":
            assert "lang=en" in script  # it stands alone, without a page, and says it in both languages
            continue
        code = SPOKEN.sub("", re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL))
        assert [line for line in code.splitlines() if HAN.search(line)] == [], path.name
