"""The knowledge base: how long answers hold, and what a unit's reply begins with."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.contract import hook
from core.hooks.values import Context, InstantRules, KnowledgeRules, ReplyTemplate


@hook(
    label="知识库规则",
    kind="load",
    merge="first",
    on_error="quarantine",
    item=KnowledgeRules,
    budget_ms=1000,
    since="1.1",
)
def knowledge_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[KnowledgeRules] | None:
    """How long articles hold, when their unit is told that they end, and what is asked so often that one is missing.

    Asked once per tenant and epoch. The first feature in the tenant's order decides. Nobody answers: the defaults of
    `KnowledgeRules`.
    """


@hook(
    label="答复模板", kind="load", merge="all", on_error="quarantine", item=ReplyTemplate, budget_ms=1000, since="1.1"
)
def reply_templates(ctx: Context, settings: Mapping[str, Any]) -> Sequence[ReplyTemplate] | None:
    """What a unit's reply may begin with 答复模板, by the nature of the appeal.

    Asked once per tenant and epoch. They are offered beside the empty form, and nothing is filled in unless somebody
    chooses one. Nobody answers: none is offered.
    """


@hook(
    label="秒回规则", kind="load", merge="first", on_error="quarantine", item=InstantRules, budget_ms=1000, since="1.1"
)
def instant_rules(ctx: Context, settings: Mapping[str, Any]) -> Sequence[InstantRules] | None:
    """When a question is answered at once 秒回, and which questions are asked often.

    Asked once per tenant and epoch. The core looks for an answer among the topics and the approved articles, and says how
    sure it is; from the threshold on a resident is answered before anything is filed, and says whether it helped. A ticket
    that waits for dispatch shows its operator the answer with confidence and source. No ticket is ever answered by itself.
    Nobody answers: nobody is answered at once, and the operator is shown nothing.
    """
