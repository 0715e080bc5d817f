"""How headers of mails are read: none longer than people write them, and Chinese in whatever charset it was sent."""

import re
from email.policy import EmailPolicy

from core.hooks.payloads import UNKNOWN, UNSTORABLE, decoded

LONGEST_HEADER = 3_000
"""Characters of one header that are read: the parser of the standard library takes the square of its length."""
LONGEST_OF_CONTENT = 400
"""Characters of a header about a part's content: there may be one in each of many parts."""
CHINESE_WORD = re.compile(r"=\?(?:gb2312|gbk|gb_2312-80|x-gbk)\?", re.IGNORECASE)
"""How an encoded word begins that says GB2312 and mostly holds characters of its successors."""


class BoundedPolicy(EmailPolicy):
    """The standard library's policy for mails, with headers that are bounded and readable."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header, cut to what is read of it."""
        name, value = super().header_source_parse(sourcelines)
        value = value[: LONGEST_OF_CONTENT if name.lower().startswith("content-") else LONGEST_HEADER]
        if not value.isascii():  # bytes that no encoded word declares
            value = decoded(value.encode("utf-8", errors="surrogateescape"), "")
        return name, CHINESE_WORD.sub("=?gb18030?", value)


READABLE = BoundedPolicy()


def in_a_line(text: str) -> str:
    """Return text in one line, as it can be stored."""
    return UNSTORABLE.sub(UNKNOWN, " ".join(text.split()))
