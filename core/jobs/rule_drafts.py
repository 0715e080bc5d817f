"""Drafting what consultations decided as routing rules."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core.hooks.core_features import ROUTING
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.journey.remember import draft_rule
from core.journey.settings.deciding import put_card
from core.kit.saying import said
from core.tenancy.scope import Installation, Scope

Payload = Mapping[str, Any]
"""Names the consultation by its id, and nothing else."""


def drafting_rules(installation: Installation) -> JobKind:
    """Return how jobs of kind `routing-rule-draft` are done."""
    return JobKind(do=partial(draft, installation), tell=tell_failure, acts_as=ActsAs.SYSTEM)


def draft(installation: Installation, scope: Scope, payload: Payload, now: datetime) -> None:
    """Draft the rule of a consultation, unless it was done before."""
    draft_rule(scope, installation.roster, payload["consultation"], now=now)


def tell_failure(scope: Scope, payload: Payload, failure: Failure) -> None:
    """Put up a repair card once no further try is made."""
    if failure.is_last:
        words = said(
            "会商 {consultation} 的裁决多次没有记成规则草稿：{reason}。请手工起草",
            consultation=payload["consultation"],
            reason=failure.reason,
        )
        put_card(scope, ROUTING.id, "settings", 0, words, now=failure.at)
