"""What is opened of a ticket when rules, the resident and nobody disagree: the strictest wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.hooks.values import ClosedGround, DisclosureDecision, Opening, Wish
from core.kit.saying import joined

OPENINGS: Mapping[Opening, str] = {"matter": "办理事项", "process": "办理过程", "result": "办理结果"}
"""The three openings 三公开."""
ALL: Final = tuple(OPENINGS)
Ground = ClosedGround | Literal["resident"]
GROUND_LABELS: Mapping[Ground, str] = {
    "privacy": "涉及个人隐私",
    "state-secret": "涉及国家秘密",
    "trade-secret": "涉及商业秘密",
    "investigation": "调查、诉讼或裁决未结",
    "third-party": "可能损害第三方合法权益",
    "other": "其他依法不予公开的",
    "resident": "诉求人不愿公开",
}
"""The exceptions 不公开的理由; the last is the resident's own word and nobody's decision."""
WISH_LABELS: Mapping[Wish, str] = {"none": "没有表示", "open": "同意公开", "closed": "不愿公开"}
NOBODY = "person"


@dataclass(frozen=True, slots=True)
class Decided:
    """What comes of all answers. `ground` empty = nothing is closed; `days` 0 = the exception does not lapse by itself.

    `after_days` None = a person alone may publish it.
    """

    opens: tuple[Opening, ...]
    reason: str
    by: str
    ground: Ground | Literal[""] = ""
    days: int = 0
    after_days: int | None = None


def decide(answers: Sequence[tuple[str, DisclosureDecision]], *, wish: Wish, has_failed: bool) -> Decided | None:
    """Return what is opened, None where nobody has a rule. `answers` are decisions with the stamps of their features.

    The resident's word comes first; then one ground closes all, and of several the first, until the latest of their ends;
    only what every answer opens is opened. After a failure a person decides, with what the others said before them.
    """
    if wish == "closed":
        return Decided((), GROUND_LABELS["resident"], NOBODY, "resident")
    if not answers and not has_failed:
        return None
    by = joined("、", dict.fromkeys((stamp for stamp, _ in answers))) or NOBODY
    closing = [(stamp, each) for stamp, each in answers if each.closed]
    if closing:
        stamp, first = closing[0]
        days = 0 if any(not each.closed_days for _, each in closing) else max(each.closed_days for _, each in closing)
        return Decided((), joined("；", _reasons((each for _, each in closing))), stamp, first.closed, days)
    opens: tuple[Opening, ...] = ALL
    for _, each in answers:
        opens = tuple(opening for opening in opens if opening in each.opens)
    reasons = [*_reasons(each for _, each in answers), *(["有规则没有答复，由人决定"] if has_failed else [])]
    alone = has_failed or any(each.by_person for _, each in answers)
    after = None if alone else max(each.after_days for _, each in answers)
    return Decided(opens if answers else (), joined("；", reasons), by, after_days=after)


def _reasons(decisions: Iterable[DisclosureDecision]) -> list[str]:
    return list(dict.fromkeys(each.reason for each in decisions if each.reason))
