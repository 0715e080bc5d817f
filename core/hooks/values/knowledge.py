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
