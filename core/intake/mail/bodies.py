"""The text of a mail's body: plain where there is some, else what an HTML body says, never its markup."""

import html
import re

import nh3

LARGEST_HTML = 2_000_000
"""Characters of an HTML body that are read."""
MOST_TAGS = 10_000
MOST_ENTITIES = 50_000
"""The HTML parser takes the square of how deep tags are nested, and of how many ampersands stand in a row."""
BREAKS = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
}
"""Elements that begin a line of their own."""
CELLS = {"td", "th"}
UNREAD = {"head", "noscript", "script", "style", "template", "title"}
TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
BLANKS = re.compile(r"[^\S\n]+")
MORE_LINES = re.compile(r"\n{3,}")


class BodyTooIntricate(Exception):  # noqa: N818 -- a fact about what was sent
    """The HTML is larger or more nested than what a person writes."""


def text_of_html(given: str) -> str:
    """Return what an HTML body says, in lines. Raises `BodyTooIntricate`."""
    if len(given) > LARGEST_HTML or given.count("<") > MOST_TAGS or given.count("&") > MOST_ENTITIES:
        raise BodyTooIntricate
    bare = nh3.clean(given, tags=BREAKS | CELLS, clean_content_tags=UNREAD, attributes={})
    # In HTML the ends of lines are blanks; what nh3 leaves has a `<` nowhere but in the tags that it was told to keep.
    lines = TAG.sub(lambda tag: " " if tag[2] in CELLS else "\n", bare.replace("\n", " "))
    return tidied(html.unescape(lines))


def tidied(text: str) -> str:
    """Return text without blanks at the ends of lines, and with one empty line at most in a row."""
    lines = (BLANKS.sub(" ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return MORE_LINES.sub("\n\n", "\n".join(lines)).strip()
