"""The file of a case of accountability 问责案卷 as a document: what happened, what was said and decided, and what proves it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.documents.forms import FORMS
from core.documents.model import Cell, Document, Number, Section, Table, Words
from core.escalation.accountability.evidence import fingerprint_of, said_since
from core.escalation.accountability.labels import (
    EVIDENCE_LABELS,
    OUTCOME_LABELS,
    RUNG_LABELS,
    STATE_LABELS,
    STEP_LABELS,
)
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence, AccountabilityStep
from core.escalation.accountability.queries import CaseLine, evidence_of, line_of, steps_of
from core.escalation.letters import number_of
from core.escalation.models import Letter
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tenancy.security_log import By, note_done
from core.tickets.models import Ticket
from core.tickets.seals import newest_seal

ROLE_LABELS = {"lead": "主办", "co": "协办", "info": "知会"}
SENT_LABELS = {"sent": "已送出", "waiting": "待发", "failed": "未送达"}
GROUP = 8
"""Characters of a fingerprint between two places at which a line may break."""
SHORT = 16
"""Characters of a fingerprint that are quoted where the whole one stands elsewhere in the file."""
LONGEST_MESSAGE = 60
"""Characters of a message that the file quotes."""
Picture = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Printed:
    """A case file that was written: the bytes, their SHA-256, and the form's media type."""

    content: bytes
    sha256: str
    media_type: str


def print_case(scope: Scope, case: AccountabilityCase, form: str, by: By, *, now: datetime) -> Printed:
    """Write the file of a case in a form, and put who took it out on record with the fingerprint of what they got."""
    document = case_document(scope, case, printed_by=by.name, now=now)
    content = FORMS[form].write(document)
    digest = hashlib.sha256(content).hexdigest()
    note_done(scope, "case_printed", by, subject=case.label, detail={"sha256": digest, "form": form}, now=now)
    return Printed(content, digest, FORMS[form].media_type)


def case_document(scope: Scope, case: AccountabilityCase, *, printed_by: str, now: datetime) -> Document:
    """Return the file of a case: the newest frozen picture of the ticket, every step, and what proves both."""
    line, steps, evidence = line_of(scope, case), steps_of(scope, case), evidence_of(scope, case)
    at = now.astimezone(scope.tenant.zone)
    pictures = [each for each in evidence if each.kind != "file"]
    newest, ticket = pictures[-1], scope.session.get_one(Ticket, (scope.tenant.id, case.ticket_id))
    told = _Telling(scope)
    return Document(
        title=said("{label} 案卷", label=word(case.label)),
        lead=(
            said("被问责单位：{unit}", unit=line.unit),
            said("办理机关：{authority}", authority=line.authority or word("待指定")),
            said("{printed_by} 于 {at:%Y-%m-%d %H:%M:%S} 印制", printed_by=printed_by, at=at),
        ),
        sections=[
            Section("一、基本情况", [Table(("项目", "内容"), _facts(scope, case, line, told))]),
            Section("二、办案经过", [Table(("序号", "时间", "步骤", "经办", "内容"), _steps(scope, steps, told))]),
            *_papers(scope, steps, told),
            *_of_picture(newest, said_since(scope, ticket, newest.content), told, now=now),
            Section(
                "十一、证据和材料清单",
                [
                    Table(("序号", "名称", "由谁放入", "时间", "指纹（SHA-256）", "核对"), _listed(evidence, told)),
                    Words("指纹由内容算出：内容改动一字，指纹就不同。列入的附件以其指纹为准，与本案卷分开保存。"),
                ],
            ),
            Section("十二、印制和封存", [Table(("项目", "内容"), _sealed(scope, case, newest, printed_by, at))]),
        ],
        maker=scope.tenant.name,
        made_at=at,
        footer=said(
            "{name} {label} {printed_by} {at:%Y-%m-%d %H:%M} 印制，仅供办案",
            name=scope.tenant.name,
            label=word(case.label),
            printed_by=printed_by,
            at=at,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """Writes times as the district reads them."""

    scope: Scope

    def at(self, instant: datetime | str | None) -> str:
        """Write an instant to the second, a dash where there is none."""
        if not instant:
            return "—"
        read = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        return f"{read.astimezone(self.scope.tenant.zone):%Y-%m-%d %H:%M:%S}"


def _facts(scope: Scope, case: AccountabilityCase, line: CaseLine, told: _Telling) -> list[list[Cell]]:
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, case.ticket_id))
    facts = [
        ("案号", case.label),
        ("工单", said("{serial_no}「{title}」", serial_no=ticket.serial_no, title=ticket.title)),
        ("被问责单位", line.unit),
        ("办理机关", line.authority or "待指定"),
        ("经办人", case.officer or "待指定"),
        ("立案时间", told.at(case.opened_at)),
        (
            "立案事由",
            said("{text}（{reason}，依据 {rule_id}）", text=case.text, reason=case.reason, rule_id=case.rule_id),
        ),
        (
            "可能的免责情形",
            joined(
                "；",
                (
                    said("{reason}（{rule_id}）", reason=each["reason"], rule_id=each["rule_id"])
                    for each in case.proposed
                ),
            )
            or "规则没有提出",
        ),
        ("现在", STATE_LABELS[case.state]),
        ("已采取的措施", RUNG_LABELS.get(case.rung, "无")),
        ("结论", OUTCOME_LABELS.get(case.outcome, "尚未决定")),
        ("处理", case.measure or "—"),
    ]
    return [[name, words] for name, words in facts]


def _steps(scope: Scope, steps: Iterable[AccountabilityStep], told: _Telling) -> list[list[Cell]]:
    return [
        [
            Number(str(each.number), each.number),
            told.at(each.at),
            f"{STEP_LABELS[each.kind]}{_code(each)}",
            each.by,
            _in_short(scope, each),
        ]
        for each in steps
    ]


def _in_short(scope: Scope, step: AccountabilityStep) -> str:
    """Return what a step says, or the letter in which that stands in full."""
    letter = scope.session.get(Letter, (scope.tenant.id, step.letter_id)) if step.letter_id else None
    if letter is not None:
        return said(
            "{number}，全文见后{reason}",
            number=number_of(letter),
            reason=said("；{reason}", reason=step.reason) if step.reason else "",
        )
    return f"{step.text}{f'（{step.reason}）' if step.reason else ''}"


def _code(step: AccountabilityStep) -> str:
    labels = {**OUTCOME_LABELS, **RUNG_LABELS, "granted": "予以免责", "denied": "不予免责", "late": "逾期"}
    return said("：{labels}", labels=labels[step.code]) if step.code in labels else ""


def _papers(scope: Scope, steps: Sequence[AccountabilityStep], told: _Telling) -> list[Section]:
    """Return what was written in full: notices, statement, decision, appeal, each a part of its own or the word that there is none."""
    parts = (
        ("三、通知与函件", ("noticed", "rung"), "没有发出通知"),
        ("四、情况说明", ("statement", "silent"), "单位还没有说明情况"),
        ("五、决定", ("exemption", "decision"), "还没有作出决定"),
        ("六、申诉", ("appeal", "appeal_decision"), "单位没有申诉"),
    )
    sections = []
    for heading, kinds, empty in parts:
        blocks = [words for each in steps if each.kind in kinds for words in _paper(scope, each, told)]
        sections.append(Section(heading, blocks or [Words(said("{empty}。", empty=empty))]))
    return sections


def _paper(scope: Scope, step: AccountabilityStep, told: _Telling) -> list[Words]:
    letter = scope.session.get(Letter, (scope.tenant.id, step.letter_id)) if step.letter_id else None
    name = number_of(letter) if letter else f"{STEP_LABELS[step.kind]}{_code(step)}"
    text = letter.text if letter else step.text
    why = said("\n不按顺序的理由：{reason}", reason=step.reason) if step.kind == "rung" and step.reason else ""
    return [
        Words(
            said("【{name}】 {by}，{at}\n{text}{why}", name=name, by=step.by, at=told.at(step.at), text=text, why=why)
        )
    ]


def _of_picture(evidence: AccountabilityEvidence, since: Picture, told: _Telling, *, now: datetime) -> list[Section]:
    """Return what is frozen, and beside it the messages and letters of `since`, read as it is printed."""
    picture: Picture = evidence.content
    frozen = said(
        "{evidence}，{at}，指纹 {sha256}…",
        evidence=word(EVIDENCE_LABELS[evidence.kind]),
        at=told.at(evidence.at),
        sha256=evidence.sha256[:SHORT],
    )
    return [
        Section(
            "七、工单流转",
            [
                Words(said("以下七至十部分取自固定的证据（{frozen}），另有注明的除外。", frozen=frozen)),
                Table(
                    ("序号", "时间", "由谁", "事项"),
                    [
                        [Number(str(each["seq"]), each["seq"]), told.at(each["at"]), each["by"], each["what"]]
                        for each in picture["timeline"]
                    ],
                ),
            ],
        ),
        Section(
            "八、时限",
            [
                Table(
                    ("时限", "起", "止", "结束", "结果", "依据、挂起和变动"),
                    [
                        [
                            each["clock"],
                            told.at(each["started_at"]),
                            told.at(each["due_at"]),
                            told.at(each["stopped_at"]),
                            each["state"] if each["state"] != "计时中" or not each["overdue_at"] else "已超期",
                            _why(each, told),
                        ]
                        for each in picture["clocks"]
                    ],
                )
            ],
        ),
        Section(
            "九、告知和函件",
            [
                _messages(picture["told"], told, empty="固定时没有告知记录"),
                _letters(picture["letters"], told, empty="固定时没有函件"),
                Words(said("固定以后新增或有变化的，{at} 印制时从工单读取，不在上面的固定证据之内：", at=told.at(now))),
                _messages(since["told"], told, empty="没有新的告知"),
                _letters(since["letters"], told, empty="没有新的函件"),
            ],
        ),
        Section(
            "十、经手、查阅和此前的案件",
            [
                Table(
                    ("经手单位", "承办人", "分工", "派到", "签收", "结束"),
                    [
                        [
                            each["unit"],
                            each["person"] or "—",
                            ROLE_LABELS.get(each["role"], each["role"]),
                            *(told.at(each[name]) for name in ("since", "signed_at", "until")),
                        ]
                        for each in picture["in_hand"]
                    ],
                    empty="没有单位经手",
                ),
                Table(
                    ("时间", "谁", "查阅"),
                    [[told.at(each["at"]), each["by"], each["what"]] for each in picture["looked"]],
                    empty="没有查阅记录",
                ),
                Table(
                    ("此前的案件", "立案", "状态", "结论"),
                    [
                        [
                            each["case"],
                            told.at(each["opened_at"]),
                            STATE_LABELS[each["state"]],
                            OUTCOME_LABELS.get(each["outcome"], "—"),
                        ]
                        for each in picture["earlier"]
                    ],
                    empty="该单位此前没有问责案件",
                ),
            ],
        ),
    ]


def _messages(messages: Iterable[Picture], told: _Telling, *, empty: str) -> Table:
    return Table(
        ("时间", "告知谁", "方式", "内容", "结果"),
        [
            [told.at(each["at"]), each["to"], each["by"], _shortened(each["what"]), _result(each, told)]
            for each in messages
        ],
        empty=empty,
    )


def _letters(letters: Iterable[Picture], told: _Telling, *, empty: str) -> Table:
    return Table(
        ("函件", "致", "发出", "签收"),
        [
            [
                each["number"],
                each["to"],
                told.at(each["issued_at"]),
                f"{each['received_by']} {told.at(each['received_at'])}" if each["received_at"] else "未签收",
            ]
            for each in letters
        ],
        empty=empty,
    )


def _why(clock: Picture, told: _Telling) -> str:
    lines = [clock["reason"]]
    lines += [
        said("挂起 {at} 至 {to}：{why}", at=told.at(each["from"]), to=told.at(each["to"]), why=each["why"])
        for each in clock["pauses"]
    ]
    for each in clock["moved"]:
        how = (
            said("延期 {days} 天", days=each["days"])
            if each["days"]
            else said("限定至 {at}", at=told.at(each["until"]))
        )
        lines.append(said("{at} {how}：{why}", at=told.at(each["at"]), how=how, why=each["why"]))
    return "\n".join(lines)


def _shortened(words: str) -> str:
    """Cut a message that quotes a whole letter; the evidence holds all of it."""
    return words if len(words) <= LONGEST_MESSAGE else f"{words[:LONGEST_MESSAGE]}…"


def _result(message: Picture, told: _Telling) -> str:
    result = SENT_LABELS[message["state"]]
    if message["failure"]:
        return said("{result}：{failure}", result=word(result), failure=message["failure"])
    return f"{result} {told.at(message['sent_at'])}" if message["sent_at"] else result


def _listed(evidence: Iterable[AccountabilityEvidence], told: _Telling) -> list[list[Cell]]:
    return [
        [
            Number(str(place), place),
            each.title,
            each.by,
            told.at(each.at),
            _broken(each.sha256),
            "附件" if each.kind == "file" else "相符" if fingerprint_of(each.content) == each.sha256 else "不符",
        ]
        for place, each in enumerate(evidence, start=1)
    ]


def _sealed(
    scope: Scope, case: AccountabilityCase, newest: AccountabilityEvidence, printed_by: str, at: datetime
) -> list[list[Cell]]:
    ticket, seal = scope.session.get_one(Ticket, (scope.tenant.id, case.ticket_id)), newest_seal(scope)
    offset = (at.utcoffset() or timedelta()) // timedelta(hours=1)
    return [
        ["印制人", printed_by],
        ["印制时间", said("{at:%Y-%m-%d %H:%M:%S}（UTC{offset:+d}）", at=at, offset=offset)],
        [
            "工单流转记录",
            said("第 {version} 条，链指纹 {broken}", version=ticket.version, broken=_broken(ticket.head_hash.hex())),
        ],
        ["最近的证据", _broken(newest.sha256)],
        [
            "最近一次封存",
            said(
                "第 {number} 次，{at}，{broken}",
                number=seal.number,
                at=_Telling(scope).at(seal.sealed_at),
                broken=_broken(seal.digest.hex()),
            )
            if seal
            else "还没有封存",
        ],
        ["如何核对", said("huiying audit verify --tenant {slug} 核对流转、案件各步骤和封存", slug=scope.tenant.slug)],
    ]


def _broken(digest: str) -> str:
    """Write a fingerprint in groups, so that it breaks between them."""
    return " ".join(digest[place : place + GROUP] for place in range(0, len(digest), GROUP))
