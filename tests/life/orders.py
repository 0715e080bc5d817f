"""Random commands: for each one that the product knows, arguments that mostly make sense and sometimes do not."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from core.journey.command import COMMANDS
from tests.life.people import STAFF, UNITS

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]
Say = Callable[[], str]
WRONG = 0.1
"""How often an argument is one that must be refused."""


def arguments(
    rng: Random, now: datetime, numbers: Mapping[str, Sequence[int]], serials: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return random arguments of every command; `numbers` are ids of records by their kind.

    The last of several choices is the wrong one, and seldom.
    """

    def one(choices: Sequence[T]) -> T:
        return choices[-1] if rng.random() < WRONG else rng.choice(choices[:-1])

    def one_of_records(kind: str) -> int:
        return one([*(numbers.get(kind) or [1]), 1])

    def unit() -> str:
        return one((*UNITS, "dissolved"))

    def few() -> int:
        return one((1, 2, 3, 5, -1))

    def said() -> str:
        return one(("已按要求办理", "情况属实", "  "))

    def yes() -> bool:
        return rng.random() < 0.6

    return {
        "submit_for_acceptance": {},
        "accept_registered": {},
        "reject": {"reason_code": one(("litigation", "unknown"))},
        "dispatch": {"lead": unit(), "co": [unit() for _ in range(rng.randrange(3))], "reason": said()},
        "redirect": {"lead": unit(), "reason": said()},
        "answer_directly": {"text": said()},
        "send_back": {"reason_code": one(("not_duty", "unknown")), "evidence": said()},
        "transfer_out": {"destination": one(("police", "moon")), "reason": said()},
        "correct": {"nature": one(("complaint", "help")), "matter": one(("road", None))},
        "change_urgency": {"urgency": one(("normal", "urgent", "urgent")), "reason": said()},
        "sign": {},
        "contact": {"reached": yes()},
        "arrive": {},
        "note": {"what": said()},
        "remark": {"what": said()},
        "reply": {
            "text": said(),
            "disposition": one(("resolved", "partly", "planned", "unreasonable", "unknown")),
        },
        "sub_dispatch": {"unit": unit()},
        "call_unit": {"reached": yes(), "who": one(("", "值班员")), "what": said()},
        "hand_to": {"person": one((*STAFF, "nobody")), "reason": said()},
        "contribute": {"text": said()},
        "waive": {"unit": unit(), "reason": said()},
        "request_return": {
            "reason_code": one(("not_duty", "unclear", "unknown")),
            "evidence": said(),
            "proposed_unit": one((unit(), unit(), None)),
            "clause": one(("职责清单第一项", "")),
        },
        "withdraw_return": {},
        "approve_return": {},
        "deny_return": {"reason": said()},
        "open_consultation": {"question": said()},
        "give_opinion": {"text": said()},
        "invite_units": {"units": [unit() for _ in range(rng.randrange(3))]},
        "refer_upward": {"reason": said()},
        "set_meeting": {
            "meets_at": now + timedelta(days=one((1, 2, -300))),
            "place": said(),
            "units": [unit() for _ in range(rng.randrange(3))],
        },
        "note_meeting": {"outcome": said()},
        "act_first": {"unit": unit(), "co": [unit() for _ in range(rng.randrange(2))], "reason": said()},
        "decide_consultation": {"unit": unit(), "co": [unit() for _ in range(rng.randrange(2))], "reason": said()},
        "attach": {"master": one([*serials, "T-0"])},
        "detach": {"reason": said()},
        "challenge_rule": {"rule": one(("core.routing/duty-list", "nothing")), "words": said()},
        "answer_challenge": {"challenge_id": one_of_records("rule_challenge"), "answer": said()},
        "ask_to_complete": {"what": said()},
        "tell_apart": {"other": one([*serials, "T-0"])},
        "split": {"texts": one((["路面坑洼", "路灯不亮"], ["只有一项"], ["有", ""]))},
        "pass_reply": {"confirmed": one(("", "已与诉求人核对", ""))},
        "return_reply": {"remark": said()},
        "follow_up": {"outcome": one(("reached", "unreachable", "refused", "unknown"))},
        "rate": {
            "resolved": one(("yes", "no", "unknown")),
            "satisfaction": one(("satisfied", "dissatisfied")),
            "cause": one(("", "", "attitude", "unknown")),
        },
        "ask_cause": {"cause": one(("unsolved", "policy", "unknown"))},
        "state_overdue_cause": {
            "clock_id": one_of_records("sla_clock"),
            "cause": one(("planning", "technical", "unknown")),
            "evidence": said(),
        },
        "find_overdue_cause": {
            "clock_id": one_of_records("sla_clock"),
            "cause": one(("planning", "technical", "unknown")),
            "finding": said(),
        },
        "redo": {"reason": said(), "same_unit": yes()},
        "report_progress": {"what": said(), "fulfilled": yes()},
        "propose_void": {"reason": said()},
        "void": {"reason": said()},
        "doubt": {"reason_code": one(("advertisement", "unreadable", "unknown")), "remark": said()},
        "keep_valid": {"remark": said()},
        "set_aside": {"remark": said()},
        "put_back": {"reason": said()},
        "request_extension": {"days": few(), "reason": said()},
        "decide_extension": {"approved": yes(), "days": few(), "note": said()},
        "request_pause": {
            "reason_code": one(("awaiting_resident", "judicial", "holiday")),
            "evidence": said(),
            "days": few(),
        },
        "decide_pause": {"approved": yes(), "note": said()},
        "resume": {"note": said()},
        "instruct": {
            "leader": "区长",
            "level": one(("district", "village")),
            "text": said(),
            "deadline": one((None, now + timedelta(days=1), now + timedelta(hours=5), now - timedelta(1))),
        },
        "read_ticket": {},
        "hand_on": {"to": one(("leader", "nobody", "")), "words": said()},
        "answer_as_leader": {"text": said()},
        "order_check": {
            "alike": said(),
            "demand": said(),
            "units": [unit() for _ in range(rng.randrange(3))],
            "due": now + timedelta(days=one((1, 2, -1))),
            "instruction_id": one((None, None, one_of_records("instruction"))),
        },
        "call_meeting": {
            "kind": one(("on_site", "special", "picnic")),
            "subject": said(),
            "meets_at": now + timedelta(days=1),
            "place": said(),
            "units": [unit() for _ in range(rng.randrange(3))],
            "guests": one(("", "专家：张教授", "张教授")),
            "others": one(("", *serials[:3], "T-0")),
        },
        "hold_meeting": {"meeting_id": one_of_records("meeting"), "outcome": said()},
        "assign_errand": {
            "meeting_id": one_of_records("meeting"),
            "unit": unit(),
            "what": said(),
            "due": one((None, now + timedelta(days=2), now - timedelta(1))),
        },
        "plan_stage": {"what": said()},
        "answer_errand": {
            "errand_id": one_of_records("errand"),
            "text": said(),
            **one(({}, {"found": 3, "mended": 2}, {"found": 1, "mended": 2})),
        },
        "record_policy": {"title": said(), "analysis": said(), "measure": said()},
        "write_special_report": {"text": said()},
        "cosign_special_report": {},
        "report_instruction": {"instruction_id": one_of_records("instruction"), "text": said()},
        "open_supervision": {"level": one(("blue", "yellow", "red")), "demand": said()},
        "raise_supervision": {
            "supervision_id": one_of_records("supervision"),
            "level": one(("blue", "yellow", "red")),
            "reason": said(),
        },
        "answer_supervision": {"supervision_id": one_of_records("supervision"), "text": said()},
        "close_supervision": {"supervision_id": one_of_records("supervision"), "note": said()},
        "hold_to_account": {"authority": unit(), "reason": said()},
        "send_letter": {"kind": one(("reminder", "talk", "unknown")), "text": said()},
        "acknowledge_letter": {"letter_id": one_of_records("letter")},
        "file_dispute": {
            "kind": one(("responsibility", "rating", "overdue", "unknown")),
            "grounds": said(),
            "subject_id": one(
                (None, one_of_records("assignment"), one_of_records("rating"), one_of_records("sla_clock"))
            ),
        },
        "ask_review": {"grounds": said()},
        "withdraw_review": {"dispute_id": one_of_records("dispute")},
        "withdraw_dispute": {"dispute_id": one_of_records("dispute")},
        "decide_dispute": {
            "dispute_id": one_of_records("dispute"),
            "upheld": yes(),
            "finding": said(),
            "effect": one((None, "exclude", "shift")),
            "unit": one((None, unit())),
            "reason_code": one(("policy", "unknown")),
        },
        "open_panel": {
            "cause": one(("two_stories", "large_gap", "whim")),
            "question": said(),
            "other_unit": one(("", unit())),
            "seed": one(("7", "")),
        },
        "extend_panel": {"panel": "PY1"},
        "redraw_panel": {"panel": "PY1"},
        "accept_seat": {"panel": "PY1"},
        "recuse_from_panel": {"panel": "PY1", "reason": said()},
        "vote_on_panel": {"panel": "PY1", "verdict": "keep", "scores": ["1"], "reason": said()},
        "carry_out_finding": {"panel": "PY1"},
        "decline_finding": {"panel": "PY1", "reason": said()},
        "propose_notice": {"panel": "PY1", "text": said()},
        "publish_notice": {"panel": "PY1"},
        "reopen": {"reason": said()},
        "archive": {},
        **_on_cases(one, said, yes, unit, one_of_records),
        **_at_center(one, said, yes),
        **_on_clearance(one, said),
        **_on_findings(one, said, unit),
        **_on_the_public(one, said, unit, one_of_records),
    }


def _on_cases(
    one: Choose, said: Say, yes: Callable[[], bool], unit: Say, one_of_records: Callable[[str], int]
) -> dict[str, dict[str, Any]]:
    case, outcomes = {"case_id": one_of_records("accountability_case")}, ("responsible", "not_responsible", "guilty")
    return {
        "judge_exemption": {**case, "granted": yes(), "reason": said()},
        "state_facts": {**case, "text": said()},
        "hand_in_file": {**case, "file_id": one_of_records("ticket_file"), "title": said()},
        "add_case_file": {**case, "file_id": one_of_records("ticket_file"), "title": said()},
        "complete_evidence": case,
        "take_rung": {
            **case,
            "rung": one(("reminder", "talk", "bulletin", "referral", "dismissal")),
            "text": said(),
            "reason": said(),
        },
        "decide_case": {**case, "outcome": one(outcomes), "grounds": said(), "measure": said()},
        "appeal_case": {**case, "grounds": said()},
        "decide_case_appeal": {**case, "outcome": one(outcomes), "grounds": said(), "measure": said()},
        "close_case": {**case, "note": said()},
        "recuse_from_case": {**case, "reason": said()},
        "take_case": case,
        "name_authority": {**case, "unit": unit(), "reason": said()},
    }


def _at_center(one: Choose, said: Say, yes: Callable[[], bool]) -> dict[str, dict[str, Any]]:
    return {
        "follow_at_center": {"to": one(("unit", "resident", "unit")), "text": said()},
        "urge_at_center": {"words": one(("请快些", ""))},
        "visit_at_home": {"outcome": one(("met", "nobody", "gone")), "found": said()},
        "print_receipt": {"with_code": yes(), "is_present": yes()},
    }


def _on_clearance(one: Choose, said: Say) -> dict[str, dict[str, Any]]:
    return {
        "clear": {"remark": said()},
        "correct_and_clear": {"title": said(), "text": one(("路灯不亮", "")), "place": "", "remark": said()},
        "return_for_rewriting": {"remark": said()},
        "rewrite": {"title": said(), "text": one(("路面坑洼，请修", "")), "place": ""},
    }


def _on_findings(one: Choose, said: Say, unit: Say) -> dict[str, dict[str, Any]]:
    return {
        "verify": {
            "result": one(("true", "partly", "false", "perhaps")),
            "found": said(),
            "on_site": one((True, False)),
        },
        "record_enforcement": {
            "measure": one(("rectify", "none", "fine")),
            "words": said(),
            "amount": one((None, None, 500)),
        },
        "tell": {"way": one(("phone", "letter", "page")), "arrived": one((True, False)), "what": said()},
        "tell_at_desk": {"way": one(("phone", "counter", "shout")), "arrived": one((True, False)), "what": said()},
        "stop_telling": {"reason": said()},
        "read_answer": {},
        "track": {"days": one((1, 30, 0)), "why": said()},
        "look_again": {"holds": one((True, True, False)), "found": said()},
        "bring_in": {"unit": unit(), "task": said()},
        "add_unit": {"unit": unit(), "task": said()},
    }


def _on_the_public(
    one: Choose, said: Say, unit: Say, one_of_records: Callable[[str], int]
) -> dict[str, dict[str, Any]]:
    return {
        "ask_interpretation": {"unit": unit(), "question": said()},
        "say_unhelped": {"key": one(("form", "none"))},
        "wish_news": {"stopped": one((True, False))},
        "choose_news": {
            "by": one(("", "sms", "mail", "none")),
            "email": one(("", "wang@example.com", "wang@")),
            "hours": one(("", "9-18", "3-4")),
            "stopped": one((True, False)),
        },
        "confirm_email": {},
        "disown_email": {},
        "send_receipt": {},
        "say_why": {"cause": one(("result", "process", "unknown"))},
        "ask_redo": {"words": one(("还是不亮", ""))},
        "decline_redo": {"reason": said()},
        "withdraw": {"reason_code": one(("solved", "mistaken", "unknown")), "words": one(("邻居已修好", ""))},
        "urge": {"words": one(("请快些", ""))},
        "supplement": {"words": one(("就在路口", ""))},
        "correct_contact": {
            "name": one(("王小明", "王晓明")),
            "phone": one(("13800000001", "１３８００００００２", "138")),
            "address": one(("人民路 1 号", "")),
        },
        "wish_disclosure": {"wish": one(("open", "none", "closed", "perhaps"))},
        "note_disclosure_wish": {"wish": one(("open", "none", "closed", "perhaps"))},
        "prepare_disclosure": {},
        "reword_disclosure": {"text": one(("找贾平安了解", ""))},
        "decide_name": {"doubt": one(("0" * 12, "none")), "is_name": one((True, False))},
        "publish_disclosure": {"matter": True, "process": one((True, False)), "result": one((True, False))},
        "publish_in_time": {},
        "close_disclosure": {
            "ground": one(("privacy", "other", "unknown")),
            "reason": said(),
            "days": one((0, 30)),
        },
        "withdraw_disclosure": {"reason": said()},
        "withdraw_flow": {"reason": said()},
        "propose_exposure": {
            "unit": unit(),
            "behaviour": one(("shirking", "delay", "brush-off", "rudeness")),
            "text": said(),
        },
        "decide_exposure": {
            "exposure_id": one_of_records("exposure"),
            "approved": one((True, False)),
            "remark": said(),
        },
        "answer_exposure": {"exposure_id": one_of_records("exposure"), "text": said()},
        "withdraw_exposure": {"exposure_id": one_of_records("exposure"), "reason": said()},
    }


def unknown_commands() -> set[str]:
    """Return commands of the product that random lives do not give; there must be none."""
    return set(COMMANDS) - set(arguments(Random(0), datetime(2026, 1, 1, tzinfo=UTC), {}, ["T-1"]))
