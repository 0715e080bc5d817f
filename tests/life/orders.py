"""Random commands: for each one that the product knows, arguments that mostly make sense and sometimes do not."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.journey.command import COMMANDS
from tests.life.people import UNITS

unit = st.sampled_from((*UNITS, "dissolved"))
few = st.integers(min_value=-1, max_value=12)
said = st.sampled_from(("已按要求办理", "情况属实", "  "))
yes = st.booleans()


def arguments(now: datetime, numbers: Mapping[str, list[int]], serials: list[str]) -> dict[str, dict[str, Any]]:
    """Return a strategy for each argument of each command; `numbers` are ids of records by their kind."""

    def one_of_records(kind: str) -> st.SearchStrategy[int]:
        return st.sampled_from([*numbers.get(kind, []), 1])

    return {
        "submit_for_acceptance": {},
        "accept_registered": {},
        "reject": {"reason_code": st.sampled_from(("litigation", "unknown"))},
        "dispatch": {"lead": unit, "co": st.lists(unit, max_size=2)},
        "redirect": {"lead": unit, "reason": said},
        "answer_directly": {"text": said},
        "transfer_out": {"destination": st.sampled_from(("police", "moon")), "reason": said},
        "correct": {"nature": st.sampled_from(("complaint", "help")), "matter": st.sampled_from(("road", None))},
        "change_urgency": {"urgency": st.sampled_from(("normal", "urgent")), "reason": said},
        "sign": {},
        "contact": {"reached": yes},
        "arrive": {},
        "note": {"what": said},
        "remark": {"what": said},
        "reply": {
            "text": said,
            "disposition": st.sampled_from(("resolved", "partly", "planned", "unreasonable", "unknown")),
        },
        "sub_dispatch": {"unit": unit},
        "contribute": {"text": said},
        "waive": {"unit": unit, "reason": said},
        "request_return": {"reason_code": st.sampled_from(("not_duty", "unknown")), "evidence": said},
        "withdraw_return": {},
        "approve_return": {},
        "deny_return": {"reason": said},
        "open_consultation": {"question": said},
        "give_opinion": {"text": said},
        "refer_upward": {"reason": said},
        "decide_consultation": {"unit": unit, "reason": said},
        "attach": {"master": st.sampled_from([*serials, "T-0"])},
        "detach": {"reason": said},
        "split": {"texts": st.sampled_from((["路面坑洼", "路灯不亮"], ["只有一项"], ["有", ""]))},
        "pass_reply": {},
        "return_reply": {"remark": said},
        "follow_up": {"outcome": st.sampled_from(("reached", "unreachable", "refused", "unknown"))},
        "rate": {
            "resolved": st.sampled_from(("yes", "no", "unknown")),
            "satisfaction": st.sampled_from(("satisfied", "dissatisfied")),
        },
        "redo": {"reason": said, "same_unit": yes},
        "report_progress": {"what": said, "fulfilled": yes},
        "propose_void": {"reason": said},
        "void": {"reason": said},
        "request_extension": {"days": few, "reason": said},
        "decide_extension": {"approved": yes, "days": few, "note": said},
        "request_pause": {
            "reason_code": st.sampled_from(("awaiting_resident", "judicial", "holiday")),
            "evidence": said,
            "days": few,
        },
        "decide_pause": {"approved": yes, "note": said},
        "resume": {"note": said},
        "instruct": {
            "leader": st.just("区长"),
            "level": st.sampled_from(("district", "village")),
            "text": said,
            "deadline": st.sampled_from((None, now + timedelta(days=1), now + timedelta(hours=5), now - timedelta(1))),
        },
        "report_instruction": {"instruction_id": one_of_records("instruction"), "text": said},
        "open_supervision": {"level": st.sampled_from(("blue", "yellow", "red")), "demand": said},
        "raise_supervision": {
            "supervision_id": one_of_records("supervision"),
            "level": st.sampled_from(("blue", "yellow", "red")),
            "reason": said,
        },
        "answer_supervision": {"supervision_id": one_of_records("supervision"), "text": said},
        "close_supervision": {"supervision_id": one_of_records("supervision"), "note": said},
        "send_letter": {"kind": st.sampled_from(("reminder", "talk", "unknown")), "text": said},
        "acknowledge_letter": {"letter_id": one_of_records("letter")},
        "file_dispute": {
            "kind": st.sampled_from(("responsibility", "rating", "overdue", "unknown")),
            "grounds": said,
            "subject_id": st.one_of(
                one_of_records("assignment"), one_of_records("rating"), one_of_records("sla_clock")
            ),
        },
        "ask_review": {"grounds": said},
        "withdraw_dispute": {"dispute_id": one_of_records("dispute")},
        "decide_dispute": {
            "dispute_id": one_of_records("dispute"),
            "upheld": yes,
            "finding": said,
            "effect": st.sampled_from((None, "exclude", "shift")),
            "unit": st.one_of(st.none(), unit),
            "reason_code": st.sampled_from(("policy", "unknown")),
        },
        "reopen": {"reason": said},
        "archive": {},
    }


def unknown_commands() -> set[str]:
    """Return commands of the product that random lives do not give; there must be none."""
    anything = arguments(datetime(2026, 1, 1, tzinfo=UTC), {}, [])
    return set(COMMANDS) - set(anything)
