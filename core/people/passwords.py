"""Which passwords will do: long, and not made of what everybody tries first."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import takewhile

from core.kit.errors import Refused
from core.kit.saying import said

SHORTEST = 12
"""Characters, of any script. There is no longest: nothing is cut off."""
FEWEST_LEFT, FEWEST_DIFFERENT = 6, 5
"""So many characters must be left, and so many different ones, of what is not guessed first."""
SHORTEST_WORD, SHORTEST_RUN = 2, 3
COMMON_WORDS = (
    "password", "passwd", "passphrase", "administrator", "admin", "root", "user", "guest", "test", "demo",
    "welcome", "hello", "letmein", "login", "secret", "changeme", "default", "master", "iloveyou", "woaini", "woaizhongguo",
    "hotline", "gov", "zhongguo", "china", "mima", "回应", "huiying", "密码", "口令", "登录", "管理员", "测试", "政务", "热线", "中国",
    "我爱你", "你好", "新年快乐", "恭喜发财", "为人民服务",
)  # fmt: skip
"""Words that lists of stolen passwords are full of, and words of the trade."""
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "一二三四五六七八九十",
)
"""What fingers and alphabets go along; forwards or backwards."""
DATES = re.compile(r"(?:19|20)\d\d(?:[01]?\d[0-3]?\d)?")
LOOKALIKES = {"a": "a@4", "e": "e3", "i": "i1!", "l": "l1", "o": "o0", "s": "s$5", "t": "t7"}


class PasswordTooWeak(Refused):
    """The password is too short, or it is made of what is tried first."""

    code = "password-too-weak"


def check_password(password: str, *, known: Iterable[str] = ()) -> None:
    """Raise `PasswordTooWeak` unless the password is long enough, and enough of it is neither common nor `known`.

    `known` is what anybody knows of whose password it is: login, name, tenant. Digits alone are a telephone or identity
    number, however many.
    """
    if len(password) < SHORTEST:
        raise PasswordTooWeak(
            said("密码太短：至少 {shortest} 个字符。几个不相干的词连成一句，好记也最难猜。", shortest=SHORTEST)
        )
    left = _not_guessed_first(password, known)
    if len(left) < FEWEST_LEFT or len(set(left)) < FEWEST_DIFFERENT or left.isdigit():
        raise PasswordTooWeak(
            "这个密码容易猜中：除去登录名、姓名、地名、常见的词、日期、连号和重复，剩下的太少。请换成几个不相干的词。"
        )


def _not_guessed_first(password: str, known: Iterable[str]) -> str:
    plain = unicodedata.normalize("NFKC", password).casefold()
    words = [*COMMON_WORDS, *(part.casefold() for word in known for part in (word, *re.split(r"\W+", word)))]
    for word in sorted({word for word in words if len(word) >= SHORTEST_WORD}, key=len, reverse=True):
        plain = re.sub("".join(_as_written(character) for character in word), " ", plain)
    plain = DATES.sub(" ", plain)
    return _unrepeated("".join(character for character in _without_runs(plain) if character.isalnum()))


def _as_written(character: str) -> str:
    """Return the pattern of a character, and of those that are put in its place to look clever."""
    return f"[{re.escape(LOOKALIKES.get(character, character))}]"


def _without_runs(text: str) -> Iterator[str]:
    """Yield the characters that are in no run along a row, nor of one character over and over."""
    at = 0
    while at < len(text):
        run = max(_same(text[at:]), *(_along(text[at:], row) for row in ROWS))
        if run < SHORTEST_RUN:
            yield text[at]
        at += run if run >= SHORTEST_RUN else 1


def _same(text: str) -> int:
    return sum(1 for _ in takewhile(lambda character: character == text[0], text))


def _along(text: str, row: str) -> int:
    """Return how far a text goes along a row, in either direction."""
    return max(_begins_alike(text, row), _begins_alike(text, row[::-1]))


def _begins_alike(text: str, row: str) -> int:
    start = row.find(text[0])
    return (
        0
        if start < 0
        else sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, row[start:], strict=False)))
    )


def _unrepeated(text: str) -> str:
    """Return the part that a text repeats, the whole text when it repeats none."""
    for length in range(1, len(text) // 2 + 1):
        if text == (text[:length] * (len(text) // length + 1))[: len(text)]:
            return text[:length]
    return text
