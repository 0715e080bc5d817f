"""Texts that are markup or script, made of contexts, elements, handlers and ways of writing: none of them may ever be more than text."""

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import html5lib  # type: ignore[import-untyped]

MARK = "zx9q"
"""Stands in each of them, as the name of an element or attribute, or as what a script would do."""
DO = f"{MARK}()"
CONTEXTS = (
    "",
    '">',
    "'>",
    "-->",
    "</title>",
    "</textarea>",
    "</script>",
    "]]>",
    "*/",
    "`",
    "</option></select>",
    '\\">',
)
"""What would end that in which a text stands."""
ELEMENTS = (
    "<script>DO</script>",
    "<script src=//MARK.example></script>",
    "<img src=MARK onerror=DO>",
    "<svg onload=DO>",
    "<svg><script>DO</script></svg>",
    "<svg><a xlink:href=javascript:DO><text>MARK</text></a></svg>",
    "<svg><animate onbegin=DO attributeName=x dur=1s>",
    "<svg><foreignObject><MARK onload=DO></foreignObject>",
    "<math><mtext><table><mglyph><style><img src=x onerror=DO></style>",
    "<math href=javascript:DO>MARK</math>",
    "<iframe srcdoc='<script>parent.DO</script>'>",
    "<iframe src=javascript:DO>",
    "<object data=javascript:DO>",
    "<embed src=javascript:DO>",
    "<a href=javascript:DO>MARK</a>",
    "<form action=javascript:DO><button>MARK</button></form>",
    "<button formaction=javascript:DO>MARK</button>",
    "<input autofocus onfocus=DO>",
    "<details open ontoggle=DO>",
    "<video><source onerror=DO></video>",
    "<body onpageshow=DO>",
    "<meta http-equiv=refresh content='0;url=javascript:DO'>",
    "<base href=//MARK.example/>",
    "<link rel=stylesheet href=//MARK.example>",
    "<style>@import '//MARK.example'</style>",
    "<MARK autofocus tabindex=1 onfocus=DO>",
    "<template><MARK></template>",
    "<noscript><p title='</noscript><img src=x onerror=DO>'>",
    "<div hx-get=/MARK hx-trigger=load hx-on:load=DO>",
    "<div hx-on::after-request=DO data-hx-get=/MARK>",
)
ATTRIBUTES = (
    '" onMARK=DO x="',
    "' onMARK=DO x='",
    " onMARK=DO ",
    "` onMARK=DO `",
    '" style="x:MARK" hx-get="/MARK',
    "/onMARK=DO/",
)
"""What would add to the element in whose attribute a text stands."""
OTHERS = (
    "javascript:DO",
    "data:text/html,<script>DO</script>",
    "vbscript:DO",
    "[MARK](javascript:DO)",
    "![MARK](x onerror=DO)",
    "<javascript:DO>",
    "{{ MARK.__class__ }}",
    "{{ 7*7 }}MARK",
    "{% import 'os' as MARK %}{{ MARK }}",
    "${DO}",
    "#{DO}",
    "<%= DO %>",
    "{0.__class__.MARK}",
    "%(MARK)s %s",
    "{MARK}",
)
"""What addresses, plain notations and templates would run."""


def plain(text: str) -> str:
    """Leave it as it is."""
    return text


WAYS = (
    plain,
    str.swapcase,
    lambda text: text.replace("<", "<\x0b") if "<" in text else text + "\x0b",
    lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
    lambda text: text.replace("<", "&#60;").replace('"', "&#34;"),
    lambda text: text.replace("<", "＜").replace(">", "＞"),
    lambda text: text.replace("<", "%3C").replace(">", "%3E"),
    lambda text: text.replace("<", "\\u003c").replace(">", "\\x3e"),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace("script", "scr\tipt").replace("javascript:", "java\nscript:"),
    lambda text: "\u202e" + text,
    lambda text: text.replace(">", ""),
    lambda text: "<" + text,
)
"""Ways of writing that something on the way might undo."""


def corpus() -> list[str]:
    """Return all the texts, each once."""
    elements, attributes, others = ([_filled(each) for each in several] for several in (ELEMENTS, ATTRIBUTES, OTHERS))
    made = [
        *(context + text for context, text in product(CONTEXTS, [*elements, *others])),
        *(way(text) for text, way in product([*elements, *attributes, *others], WAYS)),
    ]
    return list(dict.fromkeys(made))


def _filled(text: str) -> str:
    return text.replace("DO", DO).replace("MARK", MARK)


def texts() -> Iterator[str]:
    """Yield them over and over, those that are unlike one another first."""
    all_of_them = corpus()
    return cycle([all_of_them[at * 37 % len(all_of_them)] for at in range(len(all_of_them))])


def told_as_markup(page: str) -> list[str]:
    """Return what of a page's elements and attributes was made of one of the texts: each should be text alone."""
    found: list[str] = []
    _look(html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False), found)
    return found


def _look(element: Any, found: list[str]) -> None:
    name = element.tag if isinstance(element.tag, str) else ""
    if MARK in name.lower():
        found.append(f"<{name}>")
    if name in ("script", "style") and MARK in (element.text or "").lower():
        found.append(f"<{name}>{element.text}")
    for attribute, value in element.attrib.items():
        called = str(attribute).lower()
        if MARK in called or (
            MARK in value.lower() and (called.startswith(("on", "hx-on", "style", "srcdoc")) or _runs(called, value))
        ):
            found.append(f"<{name} {attribute}={value[:60]}>")
    for child in element:
        _look(child, found)


def _runs(called: str, value: str) -> bool:
    """Tell whether following an address would run something, or lead to another site."""
    if called not in ("href", "src", "action", "formaction", "data", "xlink:href", "hx-get", "hx-post", "content"):
        return False
    address = "".join(value.split()).lower()
    return address.startswith(("javascript:", "data:", "vbscript:", "//", f"/{MARK}"))
