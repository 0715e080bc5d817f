"""The catalogues: up to date with templates, code and scripts, complete, and with the same places in both languages."""

import re
from string import Formatter

import pytest

from core.web.language import catalogue
from core.web.language.collecting import collect

WRITTEN = {name: catalogue.read(path.read_bytes()) for name, path in catalogue.paths().items() if path.exists()}


def places(text: str) -> set[str]:
    """Return the names of the places of a text; what is no pattern has none."""
    try:
        return {
            name.partition(".")[0].partition("[")[0] for _, name, _, _ in Formatter().parse(text) if name is not None
        }
    except ValueError:
        return set(re.findall(r"\{(\w+)\}", text))


def test_the_catalogues_hold_what_the_pages_say_in_english_and_nothing_else() -> None:
    for name, texts in collect().items():
        known = WRITTEN.get(name, {})
        wrong = [f"without English: {text} ({', '.join(sorted(texts[text]))})" for text in texts if not known.get(text)]
        wrong += [f"gone: {text}" for text in known.keys() - texts.keys()]
        assert not wrong, f"{name}: run `python -m core.web.language`\n" + "\n".join(wrong)


def test_both_languages_have_the_same_places() -> None:
    for name, words in WRITTEN.items():
        wrong = [f"{text} -> {said}" for text, said in words.items() if said and places(text) != places(said)]
        assert not wrong, f"{name}:\n" + "\n".join(wrong)


def test_english_has_chinese_only_where_it_names_what_is_to_be_typed() -> None:
    for name, words in WRITTEN.items():
        wrong = [
            f"{text} -> {said}"
            for text, said in words.items()
            if any(run not in text for run in re.findall("[\u3400-\u9fff]+", said))
        ]
        assert not wrong, f"{name}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("entries", [{'他说“"好"”\\n': 'He said "yes"\n\t\\', "甲": ""}])
def test_a_catalogue_is_read_as_it_was_written(entries: dict[str, str]) -> None:
    written = catalogue.written(entries, {"甲": ["b.py", "a.py"]})
    assert catalogue.read(written) == entries
    assert written.index(b"a.py") < written.index(b"b.py")
    folded = 'msgid ""\n"甲"\n"乙"\nmsgstr ""\n"one "\n"two"\n#~ msgid "丙"\n#~ msgstr "gone"\n'
    assert catalogue.read(folded.encode()) == {"甲乙": "one two"}
