"""What may be done with a revision: every state, what is still needed, and every refusal."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.errors import Refused
from core.tenancy.rules import (
    STATE_LABELS,
    AlreadyApproved,
    ApprovalMissing,
    BaseChanged,
    CheckFailed,
    Happened,
    NotChecked,
    NotTried,
    OwnRevision,
    RevisionClosed,
    Standing,
    Trial,
    needs_of,
    refuse_activation,
    refuse_approval,
    refuse_trial,
    refuse_withdrawal,
    state_of,
)

AT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
AUTHOR, SECOND = 1, 2
KINDS = ("checked", "refused", "approved", "planned", "activated", "superseded", "withdrawn")


def standing(
    *kinds: str,
    base: int = 4,
    by: int = SECOND,
    risks: tuple[str, ...] = (),
    restricted: bool = False,
    trial: Trial = "done",
    author: int | None = AUTHOR,
) -> Standing:
    """Return how revision 5 stands to which these things happened while revision 4 holds."""
    happened = tuple(Happened(kind, AT, "某人", by if kind == "approved" else AUTHOR, base) for kind in kinds)
    return Standing(5, author, happened, 4, risks, restricted, trial)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], "draft"),
        (["checked"], "checked"),
        (["refused"], "refused"),
        (["refused", "checked"], "checked"),
        (["checked", "refused"], "refused"),
        (["checked", "approved"], "approved"),
        (["approved", "checked"], "approved"),
        (["checked", "approved", "refused"], "refused"),
        (["checked", "approved", "planned"], "planned"),
        (["checked", "planned", "checked"], "planned"),
        (["checked", "planned", "refused"], "refused"),
        (["checked", "planned", "refused", "checked"], "checked"),
        (["checked", "planned", "activated"], "active"),
        (["checked", "activated", "superseded"], "superseded"),
        (["activated"], "active"),
        (["checked", "withdrawn"], "withdrawn"),
        (["checked", "planned", "withdrawn"], "withdrawn"),
    ],
)
def test_the_state_follows_from_what_happened(kinds: list[str], state: str) -> None:
    assert state_of(kinds) == state


@given(st.lists(st.sampled_from(KINDS), max_size=8))
def test_whatever_happened_there_is_one_state_with_a_name(kinds: list[str]) -> None:
    assert state_of(kinds) in STATE_LABELS


@given(st.lists(st.sampled_from(KINDS), max_size=8), st.sampled_from(KINDS))
def test_what_is_over_stays_over(kinds: list[str], another: str) -> None:
    if state_of(kinds) == "withdrawn":
        assert state_of([*kinds, another]) == "withdrawn"


def test_everything_that_is_needed_is_told_in_its_order() -> None:
    assert needs_of(standing(trial="none", risks=("监督单位",))) == ("check", "trial", "approval")
    assert needs_of(standing("checked", trial="none")) == ("trial",)
    assert needs_of(standing("refused")) == ("check",)
    assert needs_of(standing("checked", trial="not-needed")) == ()
    assert needs_of(standing("checked", "approved", restricted=True)) == ()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (standing(), NotChecked),
        (standing("checked", "refused"), CheckFailed),
        (standing("checked", trial="none"), NotTried),
        (standing("checked", trial="stale"), BaseChanged),
        (standing("checked", base=3), BaseChanged),
        (standing("checked", base=3, trial="not-needed"), BaseChanged),
        (standing("checked", risks=("监督单位",)), ApprovalMissing),
        (standing("checked", restricted=True), ApprovalMissing),
        (standing("checked", "approved", by=AUTHOR, restricted=True), ApprovalMissing),
        (standing("checked", "activated"), RevisionClosed),
        (standing("checked", "activated", "superseded"), RevisionClosed),
        (standing("checked", "withdrawn"), RevisionClosed),
    ],
)
def test_what_is_not_ready_does_not_hold(given: Standing, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as refused:
        refuse_activation(given)

    assert "第 5 次修订" in refused.value.message
    assert refused.value.message.endswith("。")


@pytest.mark.parametrize(
    "given",
    [
        standing("checked"),
        standing("checked", trial="not-needed"),
        standing("checked", "approved", risks=("监督单位",), restricted=True),
        standing("approved", "checked", restricted=True),
        standing("checked", "planned"),
        standing("checked", "approved", author=None, restricted=True),
    ],
)
def test_what_is_ready_may_hold(given: Standing) -> None:
    refuse_activation(given)

    assert needs_of(given) == ()


def test_an_approval_of_what_holds_no_longer_does_not_count() -> None:
    approved_before = Happened("approved", AT, "另一人", SECOND, 3)
    checked_now = Happened("checked", AT, "某人", AUTHOR, 4)

    with pytest.raises(ApprovalMissing, match="先前的批准"):
        refuse_activation(Standing(5, AUTHOR, (approved_before, checked_now), 4, ("监督单位",), trial="done"))


@pytest.mark.parametrize(
    ("given", "approver", "refusal"),
    [
        (standing("checked"), AUTHOR, OwnRevision),
        (standing("checked"), None, OwnRevision),
        (standing(), SECOND, NotChecked),
        (standing("refused"), SECOND, CheckFailed),
        (standing("checked", trial="none"), SECOND, NotTried),
        (standing("checked", trial="stale"), SECOND, BaseChanged),
        (standing("checked", "approved"), SECOND, AlreadyApproved),
        (standing("checked", "activated"), SECOND, RevisionClosed),
    ],
)
def test_nobody_approves_their_own_or_what_cannot_be_seen_yet(
    given: Standing, approver: int | None, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        refuse_approval(given, approver)


def test_a_second_person_may_approve_where_none_is_needed() -> None:
    refuse_approval(standing("checked"), SECOND)
    refuse_approval(standing("checked", "approved"), 3)
    refuse_approval(standing("checked", author=None), AUTHOR)


@pytest.mark.parametrize("kinds", [("activated",), ("activated", "superseded"), ("withdrawn",)])
def test_what_holds_or_is_over_is_neither_withdrawn_nor_tried(kinds: tuple[str, ...]) -> None:
    with pytest.raises(RevisionClosed):
        refuse_withdrawal(standing(*kinds))
    with pytest.raises(RevisionClosed):
        refuse_trial(standing(*kinds))


def test_what_failed_its_check_is_not_tried() -> None:
    refuse_trial(standing())
    refuse_trial(standing("checked"))
    with pytest.raises(CheckFailed):
        refuse_trial(standing("refused"))
