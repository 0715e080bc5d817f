"""The life of a ticket: its states and the one table of moves that code, manual and pages read."""

from dataclasses import dataclass
from enum import StrEnum

from core.people.roles import Permission


class State(StrEnum):
    """Where a ticket stands. Pausing, extension, supervision and the like are records of their own, not states."""

    REGISTERED = "registered"
    PENDING_ACCEPT = "pending_accept"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ATTACHED = "attached"
    TO_DISPATCH = "to_dispatch"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CONCLUDED = "concluded"
    FOLLOWING_UP = "following_up"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    VOIDED = "voided"


STATE_LABELS = {
    State.REGISTERED: "已登记",
    State.PENDING_ACCEPT: "待受理审核",
    State.ACCEPTED: "已受理",
    State.REJECTED: "不予受理",
    State.ATTACHED: "已并单",
    State.TO_DISPATCH: "待派单",
    State.DISPATCHED: "待签收",
    State.IN_PROGRESS: "办理中",
    State.SUBMITTED: "待审核",
    State.CONCLUDED: "已办结",
    State.FOLLOWING_UP: "回访中",
    State.EVALUATED: "已评价",
    State.ARCHIVED: "已归档",
    State.VOIDED: "作废",
}

WAITING_FOR_ACCEPTANCE = (State.REGISTERED, State.PENDING_ACCEPT)
WAITING_FOR_DISPATCH = (State.ACCEPTED, State.TO_DISPATCH)
WITH_UNIT = (State.DISPATCHED, State.IN_PROGRESS)
IN_HAND = (*WAITING_FOR_DISPATCH, *WITH_UNIT, State.SUBMITTED)
"""States in which a ticket may be the master of another."""
OPEN = (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH, State.ATTACHED, *WITH_UNIT, State.SUBMITTED)
"""States in which the resident still waits for an answer."""
CONCLUDED = (State.CONCLUDED, State.FOLLOWING_UP, State.EVALUATED)
"""States in which the answer has been given and the matter can still be taken up again."""
ANSWERED = (*CONCLUDED, State.ARCHIVED)


class Command(StrEnum):
    """What can be done that changes a ticket's state."""

    REGISTER = "register"
    SUBMIT_REVIEW = "submit_review"
    ACCEPT = "accept"
    REJECT = "reject"
    ANSWER_DIRECTLY = "answer_directly"
    ATTACH = "attach"
    DETACH = "detach"
    SPLIT = "split"
    DISPATCH = "dispatch"
    SIGN = "sign"
    RETURN = "return"
    REDIRECT = "redirect"
    SUB_DISPATCH = "sub_dispatch"
    SUBMIT_RESULT = "submit_result"
    AUDIT_RETURN = "audit_return"
    AUDIT_PASS = "audit_pass"  # noqa: S105 -- the reviewer's pass, not a password
    FOLLOW_UP = "follow_up"
    EVALUATE = "evaluate"
    REDO = "redo"
    TRANSFER_OUT = "transfer_out"
    ARCHIVE = "archive"
    VOID = "void"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a move: the code of the refusal when it does not hold, and the condition in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a move does to clocks, by their names: those it starts, stops with a verdict, or ends without one.

    One that runs already is not started again.
    """

    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted change of state, by whom, on which conditions, and what it does to the clocks.

    `sources` empty = the ticket does not exist yet; `targets` empty = the state stays as it is. With several targets
    the code that carries the move out says which.
    """

    command: Command
    label: str
    permission: Permission
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    guards: tuple[Guard, ...] = ()
    clocks: Clocks = Clocks()


UNIT_CLOCKS = ("sign", "return_window", "first_contact", "on_site", "handle")
"""Clocks of an assignment."""
TICKET_CLOCKS = ("accept", "dispatch", "reply", "follow_up", "progress")
"""Clocks of the ticket, which the resident feels."""

_REASON = Guard("reason-missing", "写明理由")
_OWN = Guard("not-your-ticket", "由工单现在的主办单位操作")
_NO_CONSULTATION = Guard("consultation-open", "没有尚未裁决的会商")
_CLEARED = Guard("clearance-open", "没有待审定的内容")
_UNLESS_ACTING = Guard("consultation-open", "没有尚未裁决的会商，或指定为先办单位")

MOVES: dict[Command, Move] = {
    move.command: move
    for move in (
        Move(
            Command.REGISTER,
            "登记",
            Permission.ACCEPT,
            (),
            (State.REGISTERED,),
            (Guard("message-reused", "同一渠道的同一来件只登记一次"),),
            Clocks(starts=("accept",)),
        ),
        Move(Command.SUBMIT_REVIEW, "提交受理审核", Permission.ACCEPT, (State.REGISTERED,), (State.PENDING_ACCEPT,)),
        Move(
            Command.ACCEPT,
            "受理",
            Permission.ACCEPT,
            WAITING_FOR_ACCEPTANCE,
            (State.ACCEPTED,),
            (Guard("no-such-matter", "事项在职责清单内，或留待派单时确定"),),
            Clocks(starts=("dispatch", "reply"), stops=("accept",)),
        ),
        Move(
            Command.REJECT,
            "不予受理",
            Permission.ACCEPT,
            WAITING_FOR_ACCEPTANCE,
            (State.REJECTED,),
            (Guard("rejection-unusable", "理由在清单内，并告知法定途径"),),
            Clocks(cancels=TICKET_CLOCKS),
        ),
        Move(
            Command.ANSWER_DIRECTLY,
            "直接答复",
            Permission.DISPATCH,
            (*WAITING_FOR_DISPATCH, State.ATTACHED),
            (State.CONCLUDED,),
            (Guard("reply-unusable", "答复有内容"), Guard("still-attached", "已并单的，随主单一并答复"), _CLEARED),
            Clocks(starts=("follow_up", "progress"), stops=("reply",), cancels=("dispatch",)),
        ),
        Move(
            Command.ATTACH,
            "并单",
            Permission.DISPATCH,
            WAITING_FOR_DISPATCH,
            (State.ATTACHED,),
            (
                Guard("cannot-attach", "主单仍在办，本身没有并入别的工单；本单没有并入的工单，也不是分项或拆分的工单"),
                _NO_CONSULTATION,
                _CLEARED,
            ),
            Clocks(starts=("reply",), cancels=("dispatch",)),
        ),
        Move(
            Command.DETACH,
            "拆并",
            Permission.DISPATCH,
            (State.ATTACHED,),
            (State.TO_DISPATCH,),
            (_REASON, Guard("joined-too-long", "并单没有超过 7 天")),
            Clocks(starts=("dispatch",)),
        ),
        Move(
            Command.SPLIT,
            "拆单",
            Permission.DISPATCH,
            WAITING_FOR_DISPATCH,
            (State.IN_PROGRESS,),
            (Guard("cannot-split", "至少两个分项；本单不是分项，没有并单"), _NO_CONSULTATION, _CLEARED),
            Clocks(starts=("reply",), cancels=("dispatch",)),
        ),
        Move(
            Command.DISPATCH,
            "派单",
            Permission.DISPATCH,
            WAITING_FOR_DISPATCH,
            (State.DISPATCHED,),
            (Guard("no-such-unit", "主办单位在本区名录内"), _UNLESS_ACTING, _CLEARED),
            Clocks(starts=("reply", *UNIT_CLOCKS), stops=("dispatch",)),
        ),
        Move(
            Command.SIGN,
            "签收",
            Permission.HANDLE,
            (State.DISPATCHED,),
            (State.IN_PROGRESS,),
            (_OWN, Guard("return-pending", "没有待定的退单申请")),
            Clocks(stops=("sign",)),
        ),
        Move(
            Command.RETURN,
            "退单",
            Permission.DISPATCH,
            WITH_UNIT,
            (State.TO_DISPATCH,),
            (
                Guard("no-return-request", "有主办单位在退单期限内提出、理由在清单内的申请"),
                Guard("not-returnable", "主办单位不是会商指定的，也没有尚未裁决的会商"),
            ),
            Clocks(starts=("dispatch",), cancels=UNIT_CLOCKS),
        ),
        Move(
            Command.REDIRECT,
            "改派",
            Permission.DISPATCH,
            WITH_UNIT,
            (State.DISPATCHED,),
            (
                _REASON,
                Guard("no-such-unit", "改派的单位在本区名录内"),
                Guard("same-unit", "改派的不是现在的主办单位"),
                _NO_CONSULTATION,
            ),
            Clocks(starts=UNIT_CLOCKS, cancels=UNIT_CLOCKS),
        ),
        Move(
            Command.SUB_DISPATCH,
            "转派下级",
            Permission.HANDLE,
            (State.IN_PROGRESS,),
            (),
            (_OWN, Guard("not-below", "承接的是本单位的下级")),
            Clocks(starts=("sign", "handle")),
        ),
        Move(
            Command.SUBMIT_RESULT,
            "提交办结",
            Permission.HANDLE,
            (State.IN_PROGRESS,),
            (State.SUBMITTED,),
            (
                _OWN,
                Guard("co-units-open", "协办和下级单位都已提交或免予办理"),
                Guard("not-contacted", "要求先联系诉求人的，已联系上或已尝试 3 次"),
                Guard("unknown-disposition", "办理结果在清单内"),
                Guard("reply-unusable", "答复有内容"),
                Guard("return-pending", "没有待定的退单申请"),
            ),
        ),
        Move(
            Command.AUDIT_RETURN,
            "审核退回",
            Permission.REVIEW,
            (State.SUBMITTED,),
            (State.IN_PROGRESS,),
            (_REASON, Guard("same-hands", "审核人不是提交人")),
        ),
        Move(
            Command.AUDIT_PASS,
            "审核通过",
            Permission.REVIEW,
            (State.SUBMITTED, State.ATTACHED),
            (State.CONCLUDED,),
            (
                Guard("same-hands", "审核人不是提交人；“不合理诉求”须两人先后审核"),
                Guard("nothing-to-review", "有待审核的答复；已并单的，随主单一并答复"),
            ),
            Clocks(
                starts=("follow_up", "progress"),
                stops=("reply", "handle"),
                cancels=("sign", "return_window", "first_contact", "on_site"),
            ),
        ),
        Move(
            Command.FOLLOW_UP,
            "回访",
            Permission.FOLLOW_UP,
            (State.CONCLUDED,),
            (State.FOLLOWING_UP,),
            (Guard("unknown-answer", "回访结果在清单内"),),
            Clocks(stops=("follow_up",)),
        ),
        Move(
            Command.EVALUATE,
            "评价",
            Permission.SPEAK,
            (State.CONCLUDED, State.FOLLOWING_UP),
            (State.EVALUATED,),
            (Guard("already-rated", "每轮办理评价一次"), Guard("unknown-answer", "评价在选项内")),
            Clocks(cancels=("follow_up",)),
        ),
        Move(
            Command.REDO,
            "重办",
            Permission.FOLLOW_UP,
            CONCLUDED,
            (State.IN_PROGRESS, State.TO_DISPATCH),
            (_REASON, Guard("redone-enough", "重办没有超过次数；再办须先督办")),
            Clocks(starts=("reply", "handle", "dispatch"), cancels=("follow_up", "progress")),
        ),
        Move(
            Command.TRANSFER_OUT,
            "移交",
            Permission.DISPATCH,
            OPEN,
            (State.CONCLUDED,),
            (
                Guard("unknown-destination", "移交的途径在清单内"),
                _REASON,
                Guard("still-attached", "已并单的，随主单一并移交"),
            ),
            Clocks(stops=("accept", "reply"), cancels=("dispatch", *UNIT_CLOCKS)),
        ),
        Move(
            Command.ARCHIVE,
            "归档",
            Permission.REVIEW,
            (*CONCLUDED, State.REJECTED),
            (State.ARCHIVED,),
            (Guard("still-disputable", "申诉期已过，没有尚未裁定的申诉、未销号的督办和尚未裁决的会商"),),
            Clocks(cancels=("follow_up", "progress")),
        ),
        Move(
            Command.VOID,
            "作废",
            Permission.DISPATCH,
            OPEN,
            (State.VOIDED,),
            (
                _REASON,
                Guard("second-person-missing", "派单以后作废须另一人同意"),
                Guard("cannot-void", "没有并入它的工单，也没有在办的分项"),
            ),
            Clocks(cancels=(*TICKET_CLOCKS, *UNIT_CLOCKS)),
        ),
        Move(
            Command.SET_ASIDE,
            "认定无效",
            Permission.DISPATCH,
            (*WAITING_FOR_ACCEPTANCE, *WAITING_FOR_DISPATCH),
            (State.VOIDED,),
            (
                Guard("screening-not-so", "有人已初筛为无效，理由在清单内"),
                Guard("same-hands", "复核人不是初筛人"),
                Guard("cannot-void", "没有并入它的工单，也没有在办的分项"),
            ),
            Clocks(cancels=(*TICKET_CLOCKS, *UNIT_CLOCKS)),
        ),
        Move(
            Command.PUT_BACK,
            "恢复",
            Permission.DISPATCH,
            (State.VOIDED,),
            (State.PENDING_ACCEPT,),
            (_REASON, Guard("screening-not-so", "是经初筛认定无效的")),
            Clocks(starts=("accept",)),
        ),
        Move(
            Command.WITHDRAW,
            "撤回诉求",
            Permission.SPEAK,
            OPEN,
            (State.VOIDED,),
            (
                Guard("unknown-answer", "理由在清单内"),
                Guard("cannot-void", "没有并入它的工单，也没有在办的分项"),
            ),
            Clocks(cancels=(*TICKET_CLOCKS, *UNIT_CLOCKS)),
        ),
        Move(
            Command.REOPEN,
            "复核重启",
            Permission.ADJUDICATE,
            (State.ARCHIVED,),
            (State.IN_PROGRESS, State.TO_DISPATCH),
            (Guard("no-granted-review", "复核申请已获支持"),),
            Clocks(starts=("reply", "handle", "dispatch")),
        ),
    )
}

NOTE_LABELS = {
    "note": "办理记录",
    "draft": "要素提取",
    "scope": "受理范围",
    "on_site": "到场",
    "classify": "分类",
    "watch": "知会",
    "given_to_person": "确定承办人",
    "clock_started": "开始计时",
    "clock_stopped": "停止计时",
    "clock_moved": "时限变动",
    "clock_mark": "时限提示",
    "escalate": "督促",
    "follow_up_attempt": "回访未接通",
    "contact": "联系诉求人",
    "contact_revealed": "查看联系方式",
    "contact_corrected": "更正联系方式",
    "erased": "删除个人信息",
    "file_added": "上传附件",
    "file_locked": "隔离附件",
    "unit_called": "电话通知单位",
    "contribute": "协办意见",
    "waive": "免予办理",
    "co_sign": "协办签收",
    "return_request": "申请退单",
    "return_denied": "不准退单",
    "call": "来电",
    "clearance": "审定",
    "verification": "核实",
    "enforcement": "执法结果",
    "brought_in": "增派协办",
    "tracking": "效能追踪",
    "consultation": "会商",
    "extension": "延期",
    "pause": "挂起",
    "resume": "恢复计时",
    "instruction": "批示",
    "read": "阅",
    "handed_on": "转阅",
    "class_check": "举一反三",
    "errand": "交办事项",
    "meeting": "协调会",
    "special_report": "专报",
    "outreach": "主动联系",
    "interview": "微访谈",
    "policy": "形成政策",
    "supervision": "督办",
    "letter": "函件",
    "case": "问责",
    "dispute": "申诉",
    "adjudication": "裁定",
    "panel": "第三方评议",
    "overdue_cause": "超期原因",
    "rating_cause": "不满意原因",
    "receipt_sent": "把号码发到手机",
    "redo_asked": "诉求人要求重办",
    "redo_declined": "不予重办",
    "void_proposed": "申请作废",
    "screening": "初筛",
    "second": "首审通过",
    "referral": "跨区移交",
    "progress": "进展反馈",
    "attached_here": "并入工单",
    "distinct": "不是同一件",
    "rule_challenged": "质疑规则",
    "part": "分项",
    "rule_failed": "功能出错",
    "held_back": "待人工核对",
    "urged": "诉求人催办",
    "supplemented": "诉求人补充",
    "completion_asked": "请诉求人补正",
    "counter_entry": "代录",
    "receipt_printed": "打印回执",
    "center_note": "社区跟进",
    "home_visit": "上门回访",
    "kept_off": "社区不兜底",
    "disclosure_prepared": "准备公开",
    "disclosure": "公开",
    "exposure": "曝光",
    "interpretation": "回应解读",
    "instant": "秒回",
    "news": "进展推送",
    "telling": "告知诉求人",
    "untold": "待告知",
}
"""Timeline entries that tell of something without changing the state."""
