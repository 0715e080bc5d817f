"""A letter: an invented appeal with an age and an outcome, for the present of a demonstration."""

from dataclasses import dataclass

from core.hooks.values import Appellant, Complexity, Nature, Urgency
from tenants.ages import Age

STANDINGS = {
    "waiting": "待派单",
    "attached": "并入另一件",
    "split": "拆成分项",
    "voided": "作废",
    "answered": "直接答复",
    "to_sign": "待签收",
    "return_asked": "申请退单，待决定",
    "returned": "退回派单台",
    "in_hand": "办理中",
    "extension_asked": "申请延期，待决定",
    "paused": "挂起",
    "review": "待审核",
    "concluded": "待回访",
    "rated": "已评价，或不愿评价",
    "redone": "评价后重办，待派单",
}
"""Where a letter can stand today."""
SENT_OUT = (
    *("to_sign", "return_asked", "returned", "in_hand", "extension_asked", "paused"),
    *("review", "concluded", "rated", "redone"),
)
REASONED = ("voided", "return_asked", "returned", "extension_asked", "paused", "redone")
REPLIED = ("answered", "review", "concluded", "rated", "redone")
ASKED = ("rated", "redone")
REFUSED = "refused"
"""In place of a rating: the resident does not want to say."""
SURNAMES = "陈李王张刘杨黄周吴徐何罗谢唐邓冯曾彭苏蒋蔡余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江"


@dataclass(frozen=True, slots=True)
class Instructed:
    """A leader's instruction on a letter: who gave it, of which level, what it says, and what the unit reports on it."""

    leader: str
    level: str
    text: str
    report: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What it says, when it came, where it stands today and what was done until then.

    `matter`, `nature` and `urgency` are found from the words when they are not given. `unit` is where the desk sends
    it, empty = to the matter's lead. `rating` is satisfaction and resolution, "satisfied/yes", or `REFUSED`.

    `astray` is the unit that had it first, by mistake, and gave it back; `extended` the working days the unit asked
    for; `redone` the second answer, after which the resident is content. `why` is said where one of these, or how the
    letter stands, needs a reason. `appellant` is who appeals, None = as usual by the channel. `to` is the title of the letter into which it was attached; `parts` is what it was
    split into, `matters` whose each part is.
    """

    number: int
    title: str
    text: str
    place: str
    channel: str
    mailbox: str
    age: Age
    stands: str
    nature: Nature | None
    matter: str
    urgency: Urgency | None = None
    complexity: Complexity = "simple"
    affected: int = 1
    unit: str = ""
    note: str = ""
    reply: str = ""
    disposition: str = "resolved"
    why: str = ""
    rating: str = ""
    comment: str = ""
    late: bool = False
    astray: str = ""
    extended: int = 0
    redone: str = ""
    return_reason: str = "not_duty"
    pause_reason: str = "awaiting_resident"
    to: str = ""
    parts: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    appellant: Appellant | None = None
    instructed: Instructed | None = None
    late_because: tuple[str, str] = ("", "")
    """Cause that the unit states where its answer came after its time, and its evidence."""

    @property
    def who(self) -> str:
        """The resident's alias."""
        return SURNAMES[self.number * 7 % len(SURNAMES)] + ("女士" if self.number % 5 in (0, 2, 3) else "先生")

    @property
    def phone(self) -> str:
        """An obviously invented number; no two letters of a district have the same."""
        return f"1380000{self.number:04}"
