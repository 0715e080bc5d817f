"""What may be done with a revision of settings 修订, decided from what happened to it. Values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.kit.errors import Refused
from core.kit.saying import joined, said, word

State = Literal["draft", "checked", "refused", "approved", "planned", "active", "superseded", "withdrawn"]
STATE_LABELS: Mapping[State, str] = {
    "draft": "草稿",
    "checked": "已检查",
    "refused": "检查未通过",
    "approved": "已批准",
    "planned": "待生效",
    "active": "生效中",
    "superseded": "已被取代",
    "withdrawn": "已撤回",
}
CLOSED: Mapping[State, str] = {
    "active": "要改设置，请另起草一次修订。",
    "superseded": "要用它的设置，请回退到它，或另起草一次修订。",
    "withdrawn": "要用它的设置，请另起草一次修订。",
}
"""States in which nothing more is decided about a revision, and what to do instead."""

Trial = Literal["not-needed", "none", "stale", "done"]
"""Whether the revision was tried on past tickets: need not be, was not, against settings that no longer hold, or yes."""
Need = Literal["check", "trial", "approval"]
NEED_LABELS: Mapping[Need, str] = {"check": "检查", "trial": "试算", "approval": "另一人批准"}


class RevisionClosed(Refused):
    """The revision holds already, or will never hold any more."""

    code = "revision-closed"


class NotChecked(Refused):
    """The revision was not checked since what holds has changed."""

    code = "settings-not-checked"


class CheckFailed(Refused):
    """The check of the revision found an error."""

    code = "settings-check-failed"


class NotTried(Refused):
    """The revision was not tried on past tickets."""

    code = "settings-not-tried"


class BaseChanged(Refused):
    """Other settings hold than those against which the revision was checked, tried or approved."""

    code = "settings-base-changed"


class ApprovalMissing(Refused):
    """A second person has not approved the revision."""

    code = "approval-missing"


class OwnRevision(Refused):
    """Who wrote a revision does not approve it."""

    code = "own-revision"
    is_trespass = True


class AlreadyApproved(Refused):
    """The same person approves twice."""

    code = "already-approved"


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a revision. `base` is the number of the revision that held then, None = of no matter."""

    kind: str
    at: datetime
    actor: str
    actor_id: int | None = None
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides about a revision: what happened to it, and what it would change of what holds.

    `in_force` is the number of the revision that holds, `risks` are the names of changed settings that a second person
    looks at, and of a `restricted` feature one always does.
    """

    number: int
    author_id: int | None
    happened: tuple[Happened, ...]
    in_force: int
    risks: tuple[str, ...] = ()
    restricted: bool = False
    trial: Trial = "not-needed"

    @property
    def state(self) -> State:
        """How the revision stands."""
        return state_of([each.kind for each in self.happened])

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must agree."""
        return self.restricted or bool(self.risks)

    @property
    def approvals(self) -> tuple[Happened, ...]:
        """The approvals by others than the author, against what holds now."""
        return tuple(
            each
            for each in self.happened
            if each.kind == "approved" and each.base == self.in_force and _is_another(each.actor_id, self.author_id)
        )

    @property
    def last_check(self) -> Happened | None:
        """The last check, passed or not."""
        return next((each for each in reversed(self.happened) if each.kind in ("checked", "refused")), None)


def state_of(kinds: Sequence[str]) -> State:
    """Return the state of a revision from what happened to it, in that order; nothing has happened to a draft."""
    for final in ("withdrawn", "superseded"):
        if final in kinds:
            return final
    if "activated" in kinds:
        return "active"
    refused = max((place for place, kind in enumerate(kinds) if kind == "refused"), default=-1)
    if "planned" in kinds[refused + 1 :]:
        return "planned"
    if refused >= 0 and "checked" not in kinds[refused + 1 :]:
        return "refused"
    if "approved" in kinds:
        return "approved"
    return "checked" if "checked" in kinds else "draft"


def needs_of(standing: Standing) -> tuple[Need, ...]:
    """Return what has still to be done before the revision may hold, in the order in which it is done."""
    needs: list[Need] = []
    check = standing.last_check
    if check is None or check.kind == "refused" or check.base != standing.in_force:
        needs.append("check")
    if standing.trial in ("none", "stale"):
        needs.append("trial")
    if standing.needs_approval and not standing.approvals:
        needs.append("approval")
    return tuple(needs)


def refuse_closed(standing: Standing, deed: str) -> None:
    """Raise `RevisionClosed` when the revision holds, was superseded or was withdrawn."""
    if standing.state in CLOSED:
        remedy = CLOSED[standing.state]
        raise RevisionClosed(
            said(
                "第 {number} 次修订{state}，不能再{deed}。{remedy}",
                number=standing.number,
                state=word(STATE_LABELS[standing.state]),
                deed=word(deed),
                remedy=word(remedy),
            )
        )


def refuse_trial(standing: Standing) -> None:
    """Raise `RevisionClosed`, or `CheckFailed` for a revision that could not hold whatever the trial says."""
    refuse_closed(standing, "试算")
    check = standing.last_check
    if check is not None and check.kind == "refused":
        raise _check_failed(standing)


def refuse_approval(standing: Standing, approver_id: int | None) -> None:
    """Raise unless this person may approve the revision now, with everything before them that there is to see.

    Raises `RevisionClosed`, `OwnRevision`, `CheckFailed`, `NotChecked`, `BaseChanged`, `NotTried`, `AlreadyApproved`.
    """
    refuse_closed(standing, "批准")
    if not _is_another(approver_id, standing.author_id):
        raise OwnRevision(said("第 {number} 次修订是您起草的，须由另一位管理员批准。", number=standing.number))
    _refuse_unseen(standing)
    if any(each.actor_id == approver_id for each in standing.approvals):
        raise AlreadyApproved(said("您已经批准过第 {number} 次修订，可以启用了。", number=standing.number))


def refuse_activation(standing: Standing) -> None:
    """Raise unless the revision may hold now.

    Raises `RevisionClosed`, `CheckFailed`, `NotChecked`, `BaseChanged`, `NotTried`, `ApprovalMissing`.
    """
    refuse_closed(standing, "启用")
    _refuse_unseen(standing)
    if standing.needs_approval and not standing.approvals:
        why = (
            said("改动了{risks}", risks=joined("、", standing.risks))
            if standing.risks
            else "这项功能要两人同意才能启用或改动"
        )
        was = any(each.kind == "approved" for each in standing.happened)
        since = "；先前的批准针对的是已不再生效的设置" if was else ""
        raise ApprovalMissing(
            said(
                "第 {number} 次修订{why}，须由起草人以外的管理员批准{since}。请另一人批准后再启用。",
                number=standing.number,
                why=word(why),
                since=word(since),
            )
        )


def refuse_withdrawal(standing: Standing) -> None:
    """Raise `RevisionClosed` unless the revision may still be withdrawn."""
    refuse_closed(standing, "撤回")


def _refuse_unseen(standing: Standing) -> None:
    """Raise unless the revision passed its check and was tried, both against what holds now."""
    check = standing.last_check
    if check is None:
        raise NotChecked(said("第 {number} 次修订还没有检查。请先检查。", number=standing.number))
    if check.kind == "refused":
        raise _check_failed(standing)
    if check.base != standing.in_force or standing.trial == "stale":
        raise BaseChanged(
            said(
                "第 {number} 次修订检查、试算之后，第 {in_force} 次修订生效了，原来的结果不再说明问题。"
                "请重新检查和试算，看清这次修订会改变什么。",
                number=standing.number,
                in_force=standing.in_force,
            )
        )
    if standing.trial == "none":
        raise NotTried(
            said("第 {number} 次修订还没有试算。请先在过去的工单上试算，看清会改变什么。", number=standing.number)
        )


def _check_failed(standing: Standing) -> CheckFailed:
    return CheckFailed(
        said(
            "第 {number} 次修订没有通过检查。请按检查结果另起草一次修订，或排除原因后重新检查。", number=standing.number
        )
    )


def _is_another(one: int | None, author: int | None) -> bool:
    """Tell whether somebody is known to be another than the author; what the files wrote is everybody's to approve."""
    return one is not None and one != author
