"""Levels of leaders' mailboxes 3+2: three of government, and two of bodies beside it."""

from collections.abc import Mapping

MAILBOX_LEVELS: Mapping[str, str] = {
    "city": "市级",
    "county": "区（市）县",
    "township": "乡镇（街道）",
    "public_utility": "公共服务单位",
    "central_body": "中央及省驻地单位",
}
"""What each is called, in the order in which they are shown."""
LEVEL_WORDS: Mapping[str, str] = {
    **{level: level for level in MAILBOX_LEVELS},
    **{words: level for level, words in MAILBOX_LEVELS.items()},
    "市": "city",
    "市级部门": "city",
    "区县": "county",
    "区": "county",
    "县": "county",
    "区级": "county",
    "县级": "county",
    "区(市)县": "county",
    "镇街": "township",
    "街道": "township",
    "乡镇": "township",
    "乡镇(街道)": "township",
    "驻地单位": "central_body",
}
"""How tables write them, but for those told by a part of the words."""
PARTS: Mapping[str, str] = {"公共服务单位": "public_utility", "中央": "central_body"}


def level_named(word: str) -> str:
    """Return the level that a table calls so, "" where it is none."""
    known = LEVEL_WORDS.get(word)
    return known or next((level for part, level in PARTS.items() if part in word), "")
