"""The steps of a scenario: what people did to a ticket, one dataclass per verb.

A step stands in its file as one `[[step]]` table: `do` names the verb, `at` the local time (no zone; the tenant's is
meant), `ticket` the label of the ticket when the scenario has more than one, and the verb's own keys are the fields
below. A field without a default must be written.

    [[step]]
    do = "on_site"
    at = 2019-11-05T14:41:00
    unit = "street-shiyang"
    text = "到达现场"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from core.coordination.labels import MEETING_LABELS
from core.escalation.labels import LETTER_LABELS, LEVEL_LABELS
from core.evaluation.answers import OUTCOME_LABELS, RESOLVED_LABELS, SATISFACTION_LABELS
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS
from core.hooks.values import Complexity, Nature, PauseReason, Urgency
from core.routing.returns import RETURN_REASONS


def one_of(*choices: str, default: str | None = None) -> Any:
    """Return a field that takes one of these words; without a default it must be written."""
    metadata = {"choices": choices}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


def unit_code(*, required: bool = True) -> Any:
    """Return a field that names a unit of the tenant; optional ones are empty for the dispatch desk."""
    metadata = {"unit": True}
    return field(metadata=metadata) if required else field(default="", metadata=metadata)


def unit_codes(*, required: bool = True) -> Any:
    """Return a field that names several units."""
    metadata = {"unit": True}
    return field(metadata=metadata) if required else field(default=(), metadata=metadata)


def matter_code() -> Any:
    """Return a field that names an item of the tenant's duty list; empty = the core finds it from the words."""
    return field(default="", metadata={"matter": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has: when it happened, to which ticket, and the line it stands on."""

    at: datetime
    ticket: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Step):
    """A resident speaks and the ticket is accepted 受理. This step gives the label `ticket` its meaning.

    `at` is the acceptance; `submitted_at` when the resident spoke, if that was earlier. `contact` is an alias and
    `phone` an invented number; `wechat` an invented id under which the account knows them. Where a rule of the district dispatches at once, it does so here.
    """

    channel: str
    text: str
    contact: str
    title: str = ""
    place: str = ""
    mailbox: str = ""
    phone: str = ""
    wechat: str = ""
    keep_private: bool = True
    submitted_at: datetime | None = None
    nature: str = one_of("", *get_args(Nature), default="")
    matter: str = matter_code()
    urgency: str = one_of("", *get_args(Urgency), default="")
    complexity: str = one_of(*get_args(Complexity), default="simple")
    affected: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Step):
    """The desk corrects what the ticket is about 分类, before it is dispatched."""

    nature: str = one_of(*get_args(Nature))
    matter: str = matter_code()
    complexity: str = one_of(*get_args(Complexity), default="simple")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach(Step):
    """The desk has the ticket handled with another one about the same matter 并单; `to` is the master's label."""

    to: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Step):
    """The desk splits the ticket 拆单. `parts` are the labels of the parts, `texts` what each is about, in that order."""

    parts: tuple[str, ...]
    texts: tuple[str, ...]
    matters: tuple[str, ...] = field(default=(), metadata={"matter": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(Step):
    """The ticket goes to its unit 派单.

    With `unit` the desk chose it. Without, it goes where the rules of the district say: it has been dispatched at
    acceptance already, or the desk follows the suggestion. `expect` is the unit that must come of it.
    """

    unit: str = unit_code(required=False)
    co: tuple[str, ...] = unit_codes(required=False)
    reason: str = ""
    expect: str = unit_code(required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Step):
    """The desk takes the ticket from its unit and gives it to another 改派."""

    unit: str = unit_code()
    co: tuple[str, ...] = unit_codes(required=False)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Step):
    """The desk, or a leader in a live session, answers without dispatch 直接答复; the ticket is concluded."""

    text: str
    by: str = ""
    disposition: str = one_of(*DISPOSITION_LABELS, default="explained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Step):
    """A unit signs 签收: the lead for the ticket, a co-unit or a unit below for its share."""

    unit: str = unit_code()


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Step):
    """The lead unit asks to give the ticket back 申请退单, with its evidence; `to` is whose it thinks it is.

    `clause` is the clause on which it relies.
    """

    unit: str = unit_code()
    reason: str = one_of(*RETURN_REASONS)
    text: str
    to: str = unit_code(required=False)
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Step):
    """The lead unit asks for more working days 申请延期."""

    unit: str = unit_code()
    days: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Step):
    """The lead unit asks that its time stand still 申请挂起, for at most so many working days."""

    unit: str = unit_code()
    reason: str = one_of(*get_args(PauseReason))
    text: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Step):
    """What a unit asked for is decided: a return by the desk, an extension or a pause by the reviewer.

    `days` is what is granted of an extension, 0 = all that was asked for.
    """

    on: str = one_of("return", "extension", "pause")
    approved: bool
    text: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Step):
    """The unit goes on, and its time with it 恢复计时."""

    unit: str = unit_code()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSite(Step):
    """A unit that has the ticket in hand is on site 到场. Other bodies that come are a `note`."""

    unit: str = unit_code()
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactResident(Step):
    """The unit tries to reach the resident 联系诉求人."""

    unit: str = unit_code()
    text: str
    reached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Step):
    """Something happened that changes no state 办理记录; `unit` empty = the desk writes it."""

    text: str
    unit: str = unit_code(required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Step):
    """The unit says whether what the appeal says is true 核实, and what it found."""

    unit: str = unit_code()
    result: str = one_of(*VERIFICATION_LABELS)
    text: str
    on_site: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforce(Step):
    """The unit keeps what enforcement came to 执法结果: the measure, against whom and why."""

    unit: str = unit_code()
    measure: str = one_of(*MEASURE_LABELS)
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BringIn(Step):
    """The unit that leads brings another in while it handles the ticket 增派协办; `text` is that one's task."""

    unit: str = unit_code()
    to: str = unit_code()
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meet(Step):
    """Units meet, with `guests` from outside, one a line. `text` is what came of it, `tasks` gives each unit its part."""

    kind: str = one_of(*MEETING_LABELS, default="on_site")
    subject: str
    place: str
    text: str
    guests: str = ""
    tasks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Step):
    """A leader, or the supervisor, orders a check of all that is alike 举一反三, under the ticket's newest instruction."""

    alike: str
    areas: str = ""
    text: str
    units: tuple[str, ...] = unit_codes()
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Step):
    """The unit that leads says what comes later 后续安排; `due` by when, where that is known."""

    unit: str = unit_code()
    text: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfil(Step):
    """The unit answers its oldest open errand 回复交办事项; to a check with how much it found and mended."""

    unit: str = unit_code()
    text: str
    found: int = -1
    mended: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePolicy(Step):
    """The unit that leads keeps the policy that came of this ticket 形成政策."""

    unit: str = unit_code()
    title: str
    analysis: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOn(Step):
    """The unit hands the work on to a unit below it 转派下级; it stays responsible for the reply."""

    unit: str = unit_code()
    to: str = unit_code()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribute(Step):
    """A co-unit, or a unit below, answers to the unit that leads 协办意见."""

    unit: str = unit_code()
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Step):
    """The desk does without the answer of a co-unit 免予办理."""

    unit: str = unit_code()
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult(Step):
    """The desk asks units to consult on whose the ticket is 会商; it waits undispatched meanwhile."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion(Step):
    """A unit says its opinion in the consultation 会商意见."""

    unit: str = unit_code()
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Designate(Step):
    """The supervisor decides the consultation 会商裁决: the unit gets the ticket and cannot give it back."""

    unit: str = unit_code()
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruct(Step):
    """A leader writes an instruction 批示; `deadline`, if there is one, can only tighten the unit's time."""

    leader: str
    level: str = one_of(*LEVEL_LABELS)
    text: str
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInstruction(Step):
    """The unit reports what came of the leader's instruction 反馈批示."""

    unit: str = unit_code()
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLetter(Step):
    """The discipline commission, or the supervisor where no unit is named, sends the unit in charge a letter 发函."""

    unit: str = unit_code(required=False)
    kind: str = one_of(*LETTER_LABELS)
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Step):
    """The lead unit hands in its reply 答复; it waits for review."""

    unit: str = unit_code()
    text: str
    disposition: str = one_of(*DISPOSITION_LABELS, default="resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Step):
    """The reviewer passes the reply, which reaches the resident and concludes the ticket 办结, or gives it back."""

    passed: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Step):
    """The desk tries to ask the resident 回访."""

    outcome: str = one_of(*OUTCOME_LABELS)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Step):
    """The resident rates 评价."""

    resolved: str = one_of(*RESOLVED_LABELS)
    satisfaction: str = one_of(*SATISFACTION_LABELS)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo(Step):
    """The ticket is done again 重办: by the desk's choice of unit, or at once by the same one."""

    text: str
    same_unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Step):
    """The ticket is voided 作废; once units have had it, another seat of the desk asks for it first, for that reason."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Step):
    """Nothing is done until `at`; what the clocks call for until then happens.

    `expect` says what must have come of it since the ticket's step before: a light (yellow, red), an act of pressing
    (sms, inbox, letter, case).
    """

    expect: tuple[str, ...] = field(
        default=(), metadata={"choices": ("yellow", "red", "sms", "mail", "inbox", "letter", "case")}
    )


VERBS: Mapping[str, type[Step]] = {
    "accept": Accept,
    "classify": Classify,
    "attach": Attach,
    "split": Split,
    "dispatch": Dispatch,
    "redirect": Redirect,
    "answer": Answer,
    "sign": Sign,
    "return": Return,
    "extend": Extend,
    "pause": Pause,
    "decide": Decide,
    "resume": Resume,
    "on_site": OnSite,
    "contact": ContactResident,
    "note": Note,
    "verify": Verify,
    "enforce": Enforce,
    "bring_in": BringIn,
    "meet": Meet,
    "check": Check,
    "later": Later,
    "fulfil": Fulfil,
    "policy": MakePolicy,
    "hand_on": HandOn,
    "contribute": Contribute,
    "waive": Waive,
    "consult": Consult,
    "opinion": Opinion,
    "designate": Designate,
    "instruct": Instruct,
    "report": ReportInstruction,
    "letter": SendLetter,
    "reply": Reply,
    "review": Review,
    "follow_up": FollowUp,
    "rate": Rate,
    "redo": Redo,
    "void": Void,
    "advance": Advance,
}
