"""`kind` is a kind of unit as the directory has it, `reason` a few words that stand in brackets behind each refusal."""

from core.hooks import TakingInOnly, hookimpl


@hookimpl
def taking_in_only():
    return [TakingInOnly("community_center", "demo-district.dispatch/no-fallback", "社区只受理")]
