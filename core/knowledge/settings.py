"""What a district says of its knowledge base: its rules, and what units' replies may begin with."""

from collections.abc import Sequence

from core.hooks import specs
from core.hooks.values import KnowledgeRules, ReplyTemplate
from core.tenancy.scope import Scope

CUSTOMARY = KnowledgeRules()


def rules_of(scope: Scope) -> KnowledgeRules:
    """Return the rules of the first feature that has any, else the core's; asked once per process and epoch."""
    asked = lambda: next(iter(scope.hooks.ask(specs.knowledge_rules).values), CUSTOMARY)  # noqa: E731 -- asked once
    return scope.remember("knowledge_rules", asked)


def templates_for(scope: Scope, nature: str) -> Sequence[ReplyTemplate]:
    """Return what a reply to an appeal of this nature may begin with, in the district's order."""
    every = scope.remember("reply_templates", lambda: tuple(scope.hooks.ask(specs.reply_templates).values))
    return [template for template in every if not template.natures or nature in template.natures]
