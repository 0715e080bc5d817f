"""Time limits as features speak of them: how long, on which clock, with which marks; never an instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

BudgetMode = Literal["wall", "ws", "wd_eod", "wd_same", "natural"]
ClockName = Literal[
    "accept",
    "dispatch",
    "reply",
    "follow_up",
    "progress",
    "sign",
    "return_window",
    "first_contact",
    "on_site",
    "handle",
    "respond",
]
"""受理、派单、答复、回访、进展反馈；签收、退单、联系诉求人、到场、办理；督办答复"""
PauseReason = Literal["awaiting_resident", "judicial", "force_majeure"]
"""待诉求人补充、司法程序、不可抗力"""
Light = Literal["green", "yellow", "red"]


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time. `amount` is seconds in modes wall and ws, days in wd_eod, wd_same and natural."""

    mode: BudgetMode
    amount: int


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a clock 时限 runs. The core applies the calendar; a feature never computes a due time.

    With `from_arrival` the unit's time begins when it is on site 到场, not when it gets the ticket; for `handle` alone.
    With `from_dispatch` the resident's countdown begins when the ticket is first given to a unit 派遣时启动, not when it
    is accepted; for `reply` alone. Until then it waits under the limit for `dispatch`, or where there is none under
    its own length, so that it is late and seen to be.
    """

    clock: ClockName
    budget: Budget
    rule_id: str
    reason: str
    from_arrival: bool = False
    from_dispatch: bool = False


@dataclass(frozen=True, slots=True)
class ClockView:
    """A running clock: its budget, when it began, when it is due."""

    name: ClockName
    budget: Budget
    started_at: datetime
    due_at: datetime
    rule_id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a clock at which something happens. Exactly one of the four places is given.

    `working_seconds_left` and `wall_seconds_left` look back from the due time; `share_used` is a part (0–1) of the
    working time between start and due; `working_days_over` lies after the due time, at the close of that working day.
    The due time itself always is a mark, named `overdue`, with a red light.
    """

    name: str
    light: Light
    rule_id: str
    reason: str
    working_seconds_left: int | None = None
    wall_seconds_left: int | None = None
    share_used: float | None = None
    working_days_over: int | None = None


@dataclass(frozen=True, slots=True)
class HandlingRules:
    """How a district lets units handle 办理规则: how often and how long. Days are working days.

    After `max_returns` returns units consult, and the one designated cannot give the ticket back; they also do once a
    ticket that its unit gave, or asks to give, back is `consult_after` working seconds old (0 = never). An assignment is
    extended at most `extension_times` times by at most `extension_days` days altogether, and stands still for at most
    `pause_days` days, for one of `pause_reasons`; the resident's clock stands still with it only if `pauses_reply`.
    From `max_redos` redone cycles on, a supervision comes first. `contact_attempts` calls that nobody answers will do
    before a reply, `follow_up_attempts` after it. A rating may be disputed within `dispute_days` days.

    With `informs_asked` the unit that the resident asked first 首问 sees the ticket to its end and is told what becomes of
    it; with `asked_follows_up` it is also asked to hear afterwards whether the answer helped.

    With `proves_telling` an answered ticket whose resident was not provably told 告知 goes back to the desk, which is asked
    to try again on each of `telling_days` working days; after that a person may give it up with a reason, time never does.
    What was concluded more than `telling_back_days` days before a feature first asked for the proof is not asked for.
    With `notice_tells` the progress page counts as telling whoever left nothing to be reached by.

    A reply that takes up fewer than `reply_points` points of its appeal 诉求要点 is held back until somebody says why it is sent
    all the same; with 0 none is. One that has `reply_likeness` percent in common with another, or fewer characters than
    `reply_length`, is pointed out.

    Residents are called back 回访 in `callback_hours` alone: pairs of minutes after midnight, from and to, in the
    tenant's zone; (540, 720) is 09:00 to 12:00. Of two that say them, what is in both.

    A feature says what it cares about; None leaves a field to the others. Of two that say one, the stricter holds, and of
    `max_redos`, where neither is, the first in order. What nobody says is customary: returns 2, consultation after 28,800
    seconds, extensions 3 of 10 days, pauses 20 days for every reason and the resident's clock running on, redos 2, calls 3
    before a reply and 3 after it, 3 days for a dispute and 3 of telling, which is asked for from the day on that a feature asks, a notice tells; a reply takes up 1 point, is like
    another from 80 percent on and short below 20 characters; callbacks from 09:00 to 12:00 and 14:00 to 20:00; of the rest nothing.
    """

    max_returns: int | None = None
    consult_after: int | None = None
    extension_times: int | None = None
    extension_days: int | None = None
    pause_reasons: tuple[PauseReason, ...] | None = None
    pause_days: int | None = None
    pauses_reply: bool | None = None
    max_redos: int | None = None
    contact_attempts: int | None = None
    follow_up_attempts: int | None = None
    dispute_days: int | None = None
    informs_asked: bool | None = None
    asked_follows_up: bool | None = None
    proves_telling: bool | None = None
    telling_days: int | None = None
    telling_back_days: int | None = None
    notice_tells: bool | None = None
    reply_points: int | None = None
    reply_likeness: int | None = None
    reply_length: int | None = None
    callback_hours: tuple[tuple[int, int], ...] | None = None
