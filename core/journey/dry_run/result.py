"""What a try came to, for those who decide about it: totals, tickets, rules, units, in values and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.hooks.core_features import ROUTING
from core.hooks.specs import HOOKS
from core.journey.dry_run.changes import WHAT_LABELS, Change, change_from
from core.journey.dry_run.running import find_run
from core.journey.dry_run.sample import from_plain
from core.journey.dry_run.tally import Tally, tally_from
from core.kit.saying import joined, said, word
from core.tenancy.models import DryRun, DryRunChange
from core.tenancy.scope import Scope
from core.units.queries import directory

NOBODY = "由受理席判定"
METHOD = (
    "登记时的要素提取和事项建议、办理页面上的提示（疑似重复、拆单、秒回）只帮助经办人，不试算",
    "事项、性质按现在所知，从受理起就照此判定；人已写明的紧急程度照旧",
    "派单、签收、延期、挂起、批示、答复的时间按实际发生的计；督办答复和进展反馈的时限不推算",
)
"""How a try was made, in words."""
ROUTING_METHOD = (
    "派单规则问到的重复次数、批示、退回按刚受理时计，都还没有；规则的有效期按受理那天判断",
    "只靠关键词推断的事项，两份清单的关键词不同时各按自己的重新推断；换了地名库的，改后按新的重新定位",
)
"""What is added where routing is tried."""


NAMED = 20
"""Rules or units that one line names before it counts the rest; all of them are in the export."""
TOTAL_WORDS = {
    "rerouted": "改派",
    "joined_otherwise": "协办单位不同",
    "rematched": "按关键词推断为别的事项",
    "relocated": "定位到别的区域",
    "direct": "改为直接派出",
    "not_direct": "不再直接派出",
    "urgent": "改按紧急诉求处理",
    "not_urgent": "不再按紧急诉求处理",
    "watched": "多知会单位",
    "unwatched": "少知会单位",
    "out_of_scope": "多提示可能不属受理范围",
    "in_scope": "少提示可能不属受理范围",
    "receipts": "回执用语不同",
    "clocks_new": "新增时限",
    "clocks_gone": "不再有某项时限",
    "due_earlier": "提前到期",
    "due_later": "推迟到期",
    "yellow_earlier": "提前变黄",
    "yellow_later": "推迟变黄",
    "yellow_new": "会变黄（原来不会）",
    "yellow_never": "不再变黄",
    "overdue_more": "会超期（原来不会）",
    "overdue_less": "不再超期",
    "accountable": "会进入问责",
    "not_accountable": "不再进入问责",
    "supervised_more": "多督办",
    "supervised_less": "少督办",
    "letters_more": "多发函件",
    "letters_fewer": "少发函件",
    "messages_more": "多发提醒",
    "messages_fewer": "少发提醒",
    "consulted": "提前或新增会商",
    "not_consulted": "推迟或不再会商",
    "refused": "有实际做过的操作会被拒绝",
    "not_refused": "有原来会被拒绝的操作准许了",
}
"""What happens to the tickets counted in a total, as its sentence goes on."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many tickets change in which way; each ticket counts once in each, messages are counted altogether.

    `rerouted` get another lead unit, `joined_otherwise` only other co-units.
    `due_…` and `yellow_…` are of any of the ticket's clocks; `yellow_new` would turn yellow and did not, `yellow_never`
    the other way round. `refused_…` are tickets on which something was done that would not be allowed, or would.
    """

    tickets: int
    changed: int
    rerouted: int
    joined_otherwise: int
    rematched: int
    relocated: int
    direct: int
    not_direct: int
    urgent: int
    not_urgent: int
    watched: int
    unwatched: int
    clocks_new: int
    clocks_gone: int
    due_earlier: int
    due_later: int
    yellow_earlier: int
    yellow_later: int
    yellow_new: int
    yellow_never: int
    overdue_more: int
    overdue_less: int
    accountable: int
    not_accountable: int
    supervised_more: int
    supervised_less: int
    letters_more: int
    letters_fewer: int
    messages_more: int
    messages_fewer: int
    messages_before: int
    messages_after: int
    consulted: int
    not_consulted: int
    refused: int
    not_refused: int
    out_of_scope: int
    in_scope: int
    receipts: int
    errors_new: int
    errors_gone: int


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """How many tickets a unit would lead, as a suggestion or at once, before and after. Empty code: nobody's rule."""

    code: str
    name: str
    suggested_before: int
    suggested_after: int
    direct_before: int
    direct_after: int

    @property
    def before(self) -> int:
        """How many in all, by what holds."""
        return self.suggested_before + self.direct_before

    @property
    def after(self) -> int:
        """How many in all, by what is tried."""
        return self.suggested_after + self.direct_after


@dataclass(frozen=True, slots=True)
class FailureSeen:
    """An answer that could not be had: of which feature to which question, and of how many tickets."""

    feature: str
    hook: str
    words: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ChangedTicket:
    """A ticket that is decided otherwise, and what really happened with it."""

    serial_no: str
    changes: tuple[Change, ...]
    unit: str
    answered_at: datetime | None
    is_overdue: bool | None
    satisfaction: str
    returns: int


@dataclass(frozen=True, slots=True)
class Result:
    """A try as plain values. `number` None = the feature was tried off; `base` is what it was compared with.

    `never_hit` are rules of the feature that answered nothing, `shadowed` those whose answers never decided; `labels` say
    what a rule is called, where it has a name.
    `untried` are questions that the feature answers and that no past ticket is asked again; `method` tells how it was
    tried. Times are shown in the tenant's `zone`.
    """

    id: int
    feature: str
    number: int | None
    base: int
    sample: str
    state: str
    failure: str
    done: int
    total: int
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    totals: Totals
    changed: tuple[ChangedTicket, ...]
    load: tuple[UnitLoad, ...]
    failures: tuple[FailureSeen, ...]
    never_hit: tuple[str, ...]
    shadowed: tuple[str, ...]
    labels: Mapping[str, str]
    untried: tuple[str, ...]
    zone: str
    method: tuple[str, ...]


def result_of(scope: Scope, dry_run_id: int, *, offset: int = 0, most: int | None = None) -> Result:
    """Return what a try has come to so far; of the changed tickets those from `offset` on, at most so many.

    Raises `NoSuchDryRun`.
    """
    run = find_run(scope, dry_run_id)
    tally = tally_from(run.tally)
    answered = [rule for rule in tally.rules if rule in tally.answered]
    return Result(
        id=run.id,
        feature=run.feature,
        number=run.number,
        base=run.base,
        sample=from_plain(run.sample).words,
        state=run.state,
        failure=run.failure,
        done=run.done,
        total=run.total,
        asked_by=run.asked_by,
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        totals=_totals(tally),
        changed=_changed(scope, run, offset, most),
        load=_load(scope, tally),
        failures=tuple(
            FailureSeen(feature, hook, failure["words"], failure["before"], failure["after"])
            for key, failure in sorted(tally.failures.items())
            for feature, _, hook in (key.partition(" "),)
        ),
        never_hit=tuple(rule for rule in tally.rules if rule not in tally.answered) if run.turns == "on" else (),
        shadowed=tuple(rule for rule in answered if rule not in tally.decisive),
        labels=tally.labels,
        untried=tuple(tally.untried),
        zone=scope.tenant.zone.key,
        method=(*METHOD, *ROUTING_METHOD) if run.feature == ROUTING.id else METHOD,
    )


def counts_of(scope: Scope, run: DryRun) -> tuple[Totals, tuple[UnitLoad, ...]]:
    """Return what a try has counted so far, without its tickets."""
    tally = tally_from(run.tally)
    return _totals(tally), _load(scope, tally)


def runs_of(scope: Scope, feature_id: str) -> Sequence[DryRun]:
    """Return the tries of a feature, the newest first."""
    return scope.session.scalars(
        select(DryRun)
        .where(DryRun.tenant_id == scope.tenant.id, DryRun.feature == feature_id)
        .order_by(DryRun.asked_at.desc(), DryRun.id.desc())
    ).all()


def count_changed(scope: Scope, dry_run_id: int) -> int:
    """Return how many tickets a try found changed so far."""
    changed = select(func.count()).where(
        DryRunChange.tenant_id == scope.tenant.id, DryRunChange.dry_run_id == dry_run_id
    )
    return scope.session.scalar(changed) or 0


def summary(result: Result) -> list[str]:
    """Say what a try came to, the whole in its first sentence, for somebody who is no programmer."""
    if result.state == "failed":
        return [said("试算没有完成：{failure}", failure=result.failure)]
    if result.state != "done":
        return [said("已试算 {done:,} / {total:,} 件，结果尚不完整。", done=result.done, total=result.total)]
    return [_headline(result.totals), *_rule_lines(result), *_failure_lines(result.failures), *_load_lines(result.load)]


def total_lines(totals: Totals) -> list[tuple[str, int]]:
    """Return what happens to how many tickets, in words, as far as it happens to any."""
    return [(words, number) for name, words in TOTAL_WORDS.items() if (number := getattr(totals, name))]


def notes(result: Result) -> list[str]:
    """Say which rules were never used or never decided, what failed, and what was not tried."""
    return [*_rule_lines(result), *_failure_lines(result.failures)]


def _headline(totals: Totals) -> str:
    parts = [said("{number:,} 件{words}", number=number, words=word(words)) for words, number in total_lines(totals)]
    if not parts:
        found = "没有变化" if not totals.changed else said("{changed:,} 件有细微变化", changed=totals.changed)
        return said(
            "{tickets:,} 件中{found}；{errors}。", tickets=totals.tickets, found=word(found), errors=_errors(totals)
        )
    messages = ""
    if totals.messages_before != totals.messages_after:
        messages = said(
            "；提醒由 {messages_before:,} 条变为 {messages_after:,} 条",
            messages_before=totals.messages_before,
            messages_after=totals.messages_after,
        )
    return said(
        "{tickets:,} 件中 {parts}{messages}；{errors}。",
        tickets=totals.tickets,
        parts=joined("，", parts),
        messages=messages,
        errors=_errors(totals),
    )


def _errors(totals: Totals) -> str:
    gone = said("，{errors_gone:,} 件不再出错", errors_gone=totals.errors_gone) if totals.errors_gone else ""
    return said("{errors_new:,} 件出错{gone}", errors_new=totals.errors_new, gone=gone)


def _rule_lines(result: Result) -> list[str]:
    lines: list[str] = []
    if result.never_hit:
        caveat = (
            said("（{untried}没有试算，其规则可能也在此列）", untried=joined("、", result.untried))
            if result.untried
            else ""
        )
        lines.append(
            said("从未用到的规则：{rule}{caveat}。", rule=_rule_names(result, result.never_hit), caveat=caveat)
        )
    if result.shadowed:
        lines.append(said("答了但总被其他规则盖过的规则：{rule}。", rule=_rule_names(result, result.shadowed)))
    if result.untried and not result.never_hit:
        lines.append(said("没有试算的部分：{untried}。", untried=joined("、", result.untried)))
    return lines


def rule_name(result: Result, rule_id: str) -> str:
    """Return what people call a rule: its label, with the id by which it is found; the id alone where it has none."""
    label = result.labels.get(rule_id)
    return (
        said("“{label}”（{partition}）", label=word(label), partition=rule_id.partition("/")[2]) if label else rule_id
    )


def _rule_names(result: Result, rule_ids: Sequence[str]) -> str:
    more = said("等 {number:,} 条", number=len(rule_ids)) if len(rule_ids) > NAMED else ""
    return joined("、", (rule_name(result, each) for each in rule_ids[:NAMED])) + more


def _failure_lines(failures: Sequence[FailureSeen]) -> list[str]:
    return [
        said(
            "{feature} 的{label}出错：现行 {before:,} 件，改后 {after:,} 件；最近一次{words}。",
            feature=failure.feature,
            label=word(HOOKS[failure.hook].label) if failure.hook in HOOKS else failure.hook,
            before=failure.before,
            after=failure.after,
            words=word(failure.words),
        )
        for failure in failures
    ]


def _load_lines(load: Sequence[UnitLoad]) -> list[str]:
    changed = [each for each in load if each.before != each.after]
    most = sorted(changed, key=lambda each: -abs(each.after - each.before))[:NAMED]
    told = [
        said("{name} {before:,} → {after:,} 件", name=each.name, before=each.before, after=each.after)
        for each in changed
        if each in most
    ]
    more = said("；另有 {number:,} 个单位改变较少", number=len(changed) - NAMED) if len(changed) > NAMED else ""
    return [said("主办工单：{told}{more}。", told=joined("，", told), more=more)] if told else []


def _totals(tally: Tally) -> Totals:
    counts = tally.counts
    return Totals(
        tickets=counts["tickets"],
        changed=counts["changed"],
        rerouted=counts["rerouted"],
        joined_otherwise=counts["joined_otherwise"],
        rematched=counts["matter/other"],
        relocated=counts["area/other"],
        direct=counts["dispatch/new"],
        not_direct=counts["dispatch/gone"],
        urgent=counts["urgency/new"],
        not_urgent=counts["urgency/gone"],
        watched=counts["watchers/new"],
        unwatched=counts["watchers/gone"],
        clocks_new=counts["clock/new"],
        clocks_gone=counts["clock/gone"],
        due_earlier=counts["due/earlier"],
        due_later=counts["due/later"],
        yellow_earlier=counts["yellow/earlier"],
        yellow_later=counts["yellow/later"],
        yellow_new=counts["yellow/new"],
        yellow_never=counts["yellow/gone"],
        overdue_more=counts["overdue/new"],
        overdue_less=counts["overdue/gone"],
        accountable=counts["case/new"],
        not_accountable=counts["case/gone"],
        supervised_more=counts["supervise/more"],
        supervised_less=counts["supervise/fewer"],
        letters_more=counts["letter/more"],
        letters_fewer=counts["letter/fewer"],
        messages_more=counts["message/more"],
        messages_fewer=counts["message/fewer"],
        messages_before=counts["messages_before"],
        messages_after=counts["messages_after"],
        consulted=counts["consultation/new"],
        not_consulted=counts["consultation/gone"],
        refused=counts["refusal/new"],
        not_refused=counts["refusal/gone"],
        out_of_scope=counts["scope/new"],
        in_scope=counts["scope/gone"],
        receipts=counts["receipt/other"],
        errors_new=counts["error/new"],
        errors_gone=counts["error/gone"],
    )


def _changed(scope: Scope, run: DryRun, offset: int, most: int | None) -> tuple[ChangedTicket, ...]:
    rows = scope.session.scalars(
        select(DryRunChange)
        .where(DryRunChange.tenant_id == scope.tenant.id, DryRunChange.dry_run_id == run.id)
        .order_by(DryRunChange.id)
        .offset(offset)
        .limit(most)
    )
    return tuple(
        ChangedTicket(
            serial_no=row.serial_no,
            changes=tuple(map(change_from, row.changes)),
            unit=row.really["unit"],
            answered_at=datetime.fromisoformat(row.really["answered_at"]) if row.really["answered_at"] else None,
            is_overdue=row.really["is_overdue"],
            satisfaction=row.really["satisfaction"],
            returns=row.really.get("returns", 0),
        )
        for row in rows
    )


def _load(scope: Scope, tally: Tally) -> tuple[UnitLoad, ...]:
    units = directory(scope)
    loads = [
        UnitLoad(code, (unit.name if unit else code) if code else NOBODY, **counted)
        for code, counted in tally.load.items()
        for unit in (units.find_unit(code),)
    ]
    return tuple(sorted(loads, key=lambda load: (-load.after, load.code)))


WITH_BOTH_REASONS = ("matter", "area", "route")
"""Changes that are understood only by knowing why it was so before."""


def change_words(change: Change) -> str:
    """Say a change in one line: what, of which clock or deed, from what to what, and why."""
    subject = f" {change.subject}" if change.subject else ""
    before, after = change.before, change.after
    because: str
    if change.what in WITH_BOTH_REASONS and before.reason and after.reason and before.reason != after.reason:
        because = said("（原：{reason}；现：{after_reason}）", reason=before.reason, after_reason=after.reason)
    else:
        because = said("（{why}）", why=why) if (why := after.reason or before.reason) else ""
    what = said(
        "{what}{effect}{subject}",
        what=word(WHAT_LABELS[change.what]),
        effect=word(change.effect_words),
        subject=subject,
    )
    return said(
        "{what}：{words} → {after_words}{because}",
        what=what,
        words=word(before.words),
        after_words=word(after.words),
        because=because,
    )
