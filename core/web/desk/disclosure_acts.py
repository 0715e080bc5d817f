"""What is done at the desk and by units about the public: make a ticket public or not, name a unit, answer to it."""

from core.disclosure.models import BEHAVIOUR_LABELS
from core.disclosure.rules import GROUND_LABELS, WISH_LABELS
from core.journey import disclose, expose, open_flow
from core.journey.disclose import GROUNDS
from core.journey.queries.choices import Choice
from core.kit.saying import said, word
from core.tickets.states import ANSWERED
from core.web.desk.acts import Act, Deed, Records, listed
from core.web.desk.fields import REASON, Field
from core.web.desk.standing import Standing

LONG_WORDS = "公开前会再遮盖一次。"


def has_words(standing: Standing) -> bool:
    """Words of the last answer are prepared, or were withdrawn or closed by somebody of the house."""
    shown = standing.file.openness.disclosure
    return (
        shown is not None
        and shown.is_current
        and shown.state in ("prepared", "withdrawn", "closed")
        and bool(shown.title)
    )


def is_outside(standing: Standing) -> bool:
    """Something of the ticket is public."""
    shown = standing.file.openness.disclosure
    return shown is not None and shown.state == "published"


def not_outside(standing: Standing) -> bool:
    """Nothing of the ticket is public, and nothing of its last answer is prepared."""
    shown = standing.file.openness.disclosure
    return shown is None or (shown.state != "published" and not (shown.state == "prepared" and shown.is_current))


def is_not_closed(standing: Standing) -> bool:
    """The ticket is not closed already."""
    shown = standing.file.openness.disclosure
    return shown is None or shown.state != "closed"


def prepared(name: str) -> "Field":
    """Return the field of a text that was prepared, with the words in it."""
    labels = {"title": "标题", "text": "事项", "reply": "结果"}

    def words(standing: Standing) -> str:
        shown = standing.file.openness.disclosure
        return {"title": shown.title, "text": shown.text, "reply": shown.result}[name] if shown else ""

    return Field(
        name, labels[name], "line" if name == "title" else "long", required=False, preset=words, hint=LONG_WORDS
    )


def opened(name: str, label: str) -> Field:
    """Return the tick for one of the three openings, as the rules decided."""

    def is_open(standing: Standing) -> str:
        shown = standing.file.openness.disclosure
        return "yes" if shown and getattr(shown, f"opens_{name}") else ""

    return Field(name, label, "tick", preset=is_open)


def doubts(standing: Standing) -> list[tuple[int, str]]:
    """Return what may be a name in the words that wait to be public, each in its place in the list."""
    shown = standing.file.openness.disclosure
    return list(enumerate((each.key for each in shown.doubts), start=1)) if shown else []


def exposed(*states: str) -> Records:
    """Stand beside each exposure in one of these states."""
    return lambda standing: ((each.id, each.id) for each in standing.file.openness.exposures if each.state in states)


def proposed_by_another(standing: Standing) -> list[tuple[int, int | str]]:
    """Return the exposures that somebody else put forward."""
    lines = standing.file.openness.exposures
    return [
        (each.id, each.id) for each in lines if each.state == "proposed" and not standing.is_mine(each.proposed_by_id)
    ]


def grounds_in_words(standing: Standing) -> tuple[str, ...]:
    """Say what the records hold against whom."""
    return tuple(
        said("{name}：{label}（{facts}）", name=each.unit.name, label=word(each.label), facts=each.facts)
        for each in standing.exposure_grounds
    )


def units_to_name(standing: Standing) -> tuple[Choice, ...]:
    """Offer the units that the records speak of."""
    return tuple({each.unit.code: each.unit.name for each in standing.exposure_grounds}.items())


def own_exposures(standing: Standing) -> list[tuple[int, int | str]]:
    """Return the exposures that the unit may answer to."""
    lines = standing.file.openness.exposures
    return [(each.id, each.id) for each in lines if each.state in ("proposed", "published")]


DISCLOSING = (
    Act(
        "公开",
        (
            Deed(disclose.publish_disclosure, "看过，公开", "已公开"),
            Deed(disclose.reword_disclosure, "存下文字，先不公开", "已存下", takes=("title", "text", "reply")),
        ),
        (
            opened("matter", "公开办理事项"),
            opened("process", "公开办理过程"),
            opened("result", "公开办理结果"),
            prepared("title"),
            prepared("text"),
            prepared("reply"),
        ),
        states=ANSWERED,
        when=has_words,
        beside="openness",
        hint="请逐字看过：人名、住址和能认出诉求人的话，遮盖不到的请改掉。疑似姓名都决定了才能公开。",
    ),
    Act(
        "疑似姓名",
        (
            Deed(disclose.decide_name, "遮盖", "已遮盖", name="mask_name", fixed={"is_name": True}),
            Deed(disclose.decide_name, "不是姓名", "已记下，以后不再问", name="no_name", fixed={"is_name": False}),
        ),
        states=ANSWERED,
        beside="doubt",
        record="doubt",
        records=doubts,
    ),
    Act(
        "准备公开",
        (Deed(disclose.prepare_disclosure, "准备公开", "已遮盖，请看过再公开"),),
        states=ANSWERED,
        when=not_outside,
        beside="openness",
    ),
    Act(
        "不公开",
        (Deed(disclose.close_disclosure, "不公开", "已记为不公开"),),
        (
            Field("ground", "理由", "list", options=lambda _: tuple((code, GROUND_LABELS[code]) for code in GROUNDS)),
            Field("reason", "说明"),
            Field("days", "多少天后重新看", "number", required=False, hint="不填为长期。"),
        ),
        states=ANSWERED,
        when=is_not_closed,
        beside="openness",
    ),
    Act(
        "撤回过程公开",
        (Deed(open_flow.withdraw_flow, "撤回过程", "已撤回，公开页面不再显示办理过程"),),
        (REASON,),
        when=lambda standing: (flow := standing.file.openness.flow) is not None and flow.is_open,
        beside="openness",
        hint="撤回以后不再公开这件工单的过程。",
    ),
    Act(
        "撤回公开",
        (Deed(disclose.withdraw_disclosure, "撤回", "已撤回，公开页面不再显示"),),
        (REASON,),
        when=is_outside,
        beside="openness",
    ),
    Act(
        "记下公开意愿",
        (Deed(disclose.note_disclosure_wish, "记下", "已记下诉求人的意愿"),),
        (Field("wish", "诉求人", "choice", options=lambda _: tuple(WISH_LABELS.items())),),
        states=ANSWERED,
        beside="openness",
    ),
)
EXPOSING = (
    Act(
        "提请曝光",
        (Deed(expose.propose_exposure, "提请曝光", "已提请，待另一人决定"),),
        (
            Field("unit", "单位", "list", options=units_to_name),
            Field("behaviour", "行为", "list", options=listed(BEHAVIOUR_LABELS)),
            Field("text", "公开的话", hint="写事实，不写诉求人。" + LONG_WORDS),
        ),
        when=lambda standing: bool(standing.exposure_grounds),
        beside="exposing",
        remarks=grounds_in_words,
        folded=True,
    ),
    Act(
        "决定曝光",
        (
            Deed(
                expose.decide_exposure,
                "同意，公开",
                "已曝光，并告知单位",
                name="approve_exposure",
                fixed={"approved": True},
            ),
            Deed(expose.decide_exposure, "不同意", "没有曝光", name="refuse_exposure", fixed={"approved": False}),
        ),
        (Field("remark", "意见", "line", required=False),),
        beside="exposure",
        record="exposure_id",
        records=proposed_by_another,
    ),
    Act(
        "撤回曝光",
        (Deed(expose.withdraw_exposure, "撤回", "已撤回曝光"),),
        (REASON,),
        beside="exposure",
        record="exposure_id",
        records=exposed("proposed", "published"),
    ),
)
DISCLOSURE_ACTS = (*DISCLOSING, *EXPOSING)
UNIT_EXPOSURE_ACTS = (
    Act(
        "对曝光作出说明",
        (Deed(expose.answer_exposure, "提交说明", "说明已刊出"),),
        (Field("text", "说明", hint="和曝光一并公开，不写诉求人。"),),
        beside="exposure",
        record="exposure_id",
        records=own_exposures,
    ),
)
