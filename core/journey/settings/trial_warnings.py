"""What a revision's try warned of: whoever approves or activates it says that they know."""

from core.journey.dry_run import counts_of, valid_run_of, warnings_of
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.scope import Scope


class TrialWarns(Refused):
    """The try found what nobody is likely to want, and nobody has said that it is wanted."""

    code = "trial-warns"


def warnings_for(scope: Scope, feature_id: str, number: int) -> tuple[str, ...]:
    """Return what the try that counts warns of; nothing where there is none."""
    run = valid_run_of(scope, feature_id, number)
    return warnings_of(*counts_of(scope, run)) if run else ()


def refuse_unaware(scope: Scope, feature_id: str, number: int, *, aware: bool) -> None:
    """Raise `TrialWarns` where the try warns and nobody says that they know."""
    warnings = () if aware else warnings_for(scope, feature_id, number)
    if warnings:
        raise TrialWarns(
            said(
                "第 {number} 次修订的试算有要留意的：{warnings}请看清改变的工单；确实要这样的，表明已看过提醒再办。",
                number=number,
                warnings=joined("", warnings),
            )
        )
