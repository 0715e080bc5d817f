"""What a tenant's words in an imported table stand for."""

from collections.abc import Mapping
from typing import get_args

from core.evaluation.answers import RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.causes import DISSATISFACTION_GROUPS, DISSATISFACTION_LABELS
from core.handling.dispositions import DISPOSITION_LABELS
from core.hooks.values import Nature
from core.hooks.values.words import NATURE_LABELS
from core.intake.channels import open_channels_of
from core.intake.reading import Vocabulary
from core.tenancy.scope import Scope
from core.units.queries import directory

OTHER_NATURE_WORDS: dict[str, Nature] = {
    "举报": "complaint",
    "投诉举报": "complaint",
    "求决": "help",
    "意见建议": "suggestion",
    "感谢": "praise",
}
"""What hotlines and mailboxes call natures besides the product's own labels."""


def vocabulary_of(scope: Scope) -> Vocabulary:
    """Return labels and codes of the tenant's channels, natures, matters and results, read once per epoch."""
    return scope.remember("import/vocabulary", lambda: _vocabulary(scope))


def _vocabulary(scope: Scope) -> Vocabulary:
    natures: tuple[Nature, ...] = get_args(Nature)
    channels = open_channels_of(scope)
    dispositions = {label: code for code, label in DISPOSITION_LABELS.items()}
    return Vocabulary(
        channels={channel.label: channel.id for channel in channels.values()} | {code: code for code in channels},
        natures={NATURE_LABELS[code]: code for code in natures} | OTHER_NATURE_WORDS | {code: code for code in natures},
        matters=_matters(scope),
        dispositions=dispositions | {code: code for code in DISPOSITION_LABELS},
        resolved=_by_word(RESOLVED_LABELS) | {"是": "yes", "否": "no"},
        satisfaction=_by_word(SATISFACTION_LABELS) | {"非常满意": "satisfied", "非常不满意": "dissatisfied"},
        causes=_by_word(DISSATISFACTION_LABELS)
        | {label: code for group in DISSATISFACTION_GROUPS.values() for code, label in group.causes.items()},
    )


def _by_word(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the codes by their labels, each code being a word for itself."""
    return {label: code for code, label in labels.items()} | {code: code for code in labels}


def _matters(scope: Scope) -> dict[str, str]:
    """Return the matters by code, by category and subcategory, and by subcategory alone where only one has it."""
    duties = directory(scope).duties.values()
    subcategories = [duty.subcategory for duty in duties]
    alone = {duty.subcategory: duty.code for duty in duties if subcategories.count(duty.subcategory) == 1}
    full = {f"{duty.category} / {duty.subcategory}": duty.code for duty in duties}
    return alone | full | {duty.code: duty.code for duty in duties}
