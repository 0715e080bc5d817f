"""What supervisors and leaders do with a ticket: instruct, supervise, hold to account, find on causes, adjudicate."""

from collections.abc import Iterator

from core.escalation.labels import LETTER_LABELS, LEVEL_LABELS, SUPERVISION_LABELS
from core.evaluation.answers import ADJUDICATION_REASONS
from core.evaluation.causes import OVERDUE_LABELS
from core.evaluation.disputes import OVERLAID
from core.journey import explain, judge, press
from core.journey.press import PRESSABLE
from core.web.desk.acts import Act, Deed, Records, listed
from core.web.desk.fields import REASON, Field
from core.web.desk.standing import Standing


def unclosed(*levels: str) -> Records:
    """Find the supervisions of these levels that are not closed."""
    return lambda standing: (
        (each.id, each.id) for each in standing.file.supervisions if each.state != "closed" and each.level in levels
    )


def objected(*kinds: str) -> Records:
    """Find the open disputes of these kinds that the visitor may decide: not filed by them, not of their unit."""
    return lambda standing: (
        (each.id, each.id)
        for each in standing.file.disputes
        if each.is_open
        and each.kind in kinds
        and not standing.is_mine(each.filed_by_id)
        and (each.unit_id is None or each.unit_id != standing.actor.unit_id)
    )


def overrun(standing: Standing) -> Iterator[tuple[int, int | str]]:
    """Find the missed limits whose cause the visitor may find on: not of their unit, not stated by them."""
    return (
        (each.id, each.id)
        for each in standing.file.overruns
        if each.is_open
        and not standing.is_mine(each.stated_by_id)
        and (each.unit_id is None or each.unit_id != standing.actor.unit_id)
    )


def only_stated(standing: Standing) -> str:
    """Propose what the unit stated, where only one limit waits for a finding."""
    stated = [each.stated_code for each in standing.file.overruns if each.is_open]
    return stated[0] if len(stated) == 1 else ""


def decided(upholding: str, *, needs: tuple[str, ...] = (), takes: tuple[str, ...] = ()) -> tuple[Deed, ...]:
    """Return the two buttons under a dispute, the first of this name."""
    fixed = {"upheld": True}
    return (
        Deed(judge.decide_dispute, "支持", "已裁定：支持", name=upholding, fixed=fixed, needs=needs, takes=takes),
        Deed(
            judge.decide_dispute,
            "不予支持",
            "已裁定：不予支持",
            name="dismiss",
            fixed={"upheld": False},
            takes=("finding",),
        ),
    )


FINDING = Field("finding", "裁定意见", hint="申诉方会看到。")
GROUND = Field("reason_code", "支持的理由", "list", required=False, options=listed(ADJUDICATION_REASONS))
INSTRUCTING = Act(
    "登记批示",
    (Deed(press.instruct, "登记批示", "已登记批示，并告知承办单位"),),
    (
        Field("leader", "批示的领导", "line"),
        Field("level", "层级", "list", options=listed(LEVEL_LABELS)),
        Field("text", "批示内容"),
        Field("deadline", "要求何时办结", "moment", required=False, hint="只会提前时限，不会推后。"),
        Field("unit", "直接交给哪个单位负责人", "unit", required=False, hint="不选就交给现在承办的单位。"),
    ),
    states=PRESSABLE,
    shortcut="i",
)
PRESSING = (
    INSTRUCTING,
    Act(
        "督办",
        (Deed(press.open_supervision, "发出督办", "已发出督办"),),
        (
            Field("level", "级别", "choice", options=listed(SUPERVISION_LABELS), preset=lambda _: "blue"),
            Field("demand", "要求承办单位做什么"),
        ),
        states=PRESSABLE,
        hint="督办函随即发给承办单位，督办答复开始计时。",
    ),
    Act(
        "核定超期原因",
        (Deed(explain.find_overdue_cause, "核定", "的超期原因已核定"),),
        (
            Field("cause", "主要原因", "list", options=listed(OVERDUE_LABELS), preset=only_stated),
            Field("finding", "核定意见", required=False, hint="与单位所说不同，或单位没有说明的，必填。"),
        ),
        beside="overrun",
        record="clock_id",
        records=overrun,
        hint="核定一次，不再更改；超期的认定不变。",
    ),
    Act(
        "发函",
        (Deed(press.send_letter, "发函", "已发函"),),
        (Field("kind", "种类", "choice", options=listed(LETTER_LABELS)), Field("text", "内容")),
        states=PRESSABLE,
        hint="函件有编号，发出后不能修改。",
    ),
    Act(
        "启动问责",
        (Deed(press.hold_to_account, "启动问责", "已启动问责"),),
        (Field("authority", "由哪个单位办理", "unit"), Field("reason", "问责的事由")),
        states=PRESSABLE,
        when=lambda standing: standing.case.lead is not None,
        hint="针对现在的主办单位。规则因免责情形没有启动的，由督办人员判断后在此启动。",
    ),
    Act(
        "督办升级",
        (Deed(press.raise_supervision, "升级", "督办已升级"),),
        (Field("level", "升为", "choice", options=listed(dict(list(SUPERVISION_LABELS.items())[1:]))), REASON),
        beside="supervision",
        record="supervision_id",
        records=unclosed("blue"),
    ),
    Act(
        "升为红色督办",
        (Deed(press.raise_supervision, "升为红色", "已升为红色督办", name="raise_to_red", fixed={"level": "red"}),),
        (REASON,),
        beside="supervision",
        record="supervision_id",
        records=unclosed("yellow"),
    ),
    Act(
        "督办销号",
        (Deed(press.close_supervision, "销号", "督办已销号"),),
        (Field("note", "销号意见"),),
        beside="supervision",
        record="supervision_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.supervisions
            if each.state != "closed"
            and each.unit_id != standing.actor.unit_id
            and not standing.is_mine(each.answered_by_id)
        ),
    ),
    Act(
        "裁定",
        decided("uphold"),
        (
            FINDING,
            Field("unit", "改由哪个单位承担", "unit", required=False, hint="支持时：不选单位，就不计入裁定后的指标。"),
            GROUND,
        ),
        beside="dispute",
        record="dispute_id",
        records=objected(*OVERLAID),
    ),
    Act(
        "裁定",
        decided("uphold_responsibility", needs=("unit",)),
        (FINDING, Field("unit", "应由哪个单位承担", "unit", required=False, hint="支持时必选。"), GROUND),
        beside="dispute",
        record="dispute_id",
        records=objected("responsibility"),
    ),
    Act(
        "裁定复核申请",
        decided("uphold_review", takes=("finding",)),
        (FINDING,),
        beside="dispute",
        record="dispute_id",
        records=objected("review"),
        hint="支持后，工单可以再办一轮。",
    ),
)
