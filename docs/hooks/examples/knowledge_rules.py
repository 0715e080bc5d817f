"""The first feature in the district's order decides; its value holds whole."""

from core.hooks import KnowledgeRules, hookimpl


@hookimpl
def knowledge_rules():
    return [KnowledgeRules(valid_days=180, repeated_from=3)]
