"""The knowledge base: how long answers hold, when one is asked for, and what a unit's reply begins with."""

from dataclasses import dataclass

from core.hooks.values.ticket import Nature


@dataclass(frozen=True, slots=True)
class KnowledgeRules:
    """How a district keeps its knowledge base 知识库.

    An article holds for `valid_days` days unless its author says otherwise; its unit is told `remind_days` days before it
    ends. The desk is shown `most_offered` articles at once. A matter about which `repeated_from` tickets came in within
    `repeated_days` days, and on which no article is offered, is one that a unit should be asked about.
    """

    valid_days: int = 365
    remind_days: int = 14
    most_offered: int = 5
    repeated_from: int = 5
    repeated_days: int = 30


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """What a unit's reply to appeals of these natures may begin with 答复模板; none = of every nature."""

    label: str
    text: str
    natures: tuple[Nature, ...] = ()


@dataclass(frozen=True, slots=True)
class InstantTopic:
    """A question that is asked often 热点问题: the words by which it is known, the approved answer, and who approved it."""

    words: tuple[str, ...]
    answer: str
    source: str
    rule_id: str


@dataclass(frozen=True, slots=True)
class InstantRules:
    """When a question is answered at once 秒回, and with what besides the articles of the knowledge base.

    A resident is answered without an operator from a confidence of `threshold` (1 to 100) on, an operator is shown an answer
    from `suggest_from` on. Nobody is answered by a machine who speaks of danger (`urgent_words`), of a person
    (`person_words`), or, with `only_inquiries`, who does not ask but wants something done.
    """

    threshold: int
    suggest_from: int
    topics: tuple[InstantTopic, ...] = ()
    urgent_words: tuple[str, ...] = ()
    person_words: tuple[str, ...] = ()
    only_inquiries: bool = True
