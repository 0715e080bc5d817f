"""What somebody wrote for the knowledge base, before it becomes a version."""

from dataclasses import dataclass
from datetime import date

LONGEST_TITLE, LONGEST_TEXT = 100, 5_000
"""Characters of a title, and of a question or an answer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote for the knowledge base; `expires_on` None = as long as the district's rules say."""

    title: str
    question: str
    answer: str
    also_asked: str = ""
    policy: str = ""
    matter: str = ""
    is_public: bool = True
    expires_on: date | None = None
