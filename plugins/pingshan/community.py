"""社区党群服务中心: its workers take in at the counter or at the door, and nothing falls back on the community 社区不再兜底."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import TakingInOnly, hookimpl
from core.hooks.settings import Settings, YesNo

CENTER = "community_center"


class CommunitySettings(Settings):
    """What is kept off the community."""

    no_fallback = YesNo(
        load_default=True,  # the article: 把全部事项纳入流程进行分拨办理，社区不再兜底负责
        title="社区不再兜底",
        help="社区党群服务中心只受理不承办：谁也不能把工单派给它主办或协办；清单和规则写了社区的不能发布。关闭后社区可以承办",
        group="社区减负",
        risk="accountability",
    )


@hookimpl
def taking_in_only(settings: Mapping[str, Any]) -> Sequence[TakingInOnly] | None:
    """Keep every ticket off community centres: all matters go through the common flow and are dispatched by the list."""
    if not settings["no_fallback"]:
        return None
    return [TakingInOnly(CENTER, "pingshan.community/no-fallback", "社区不再兜底")]
