"""The editor of routing rules 派单规则: all of them as sentences, one opened as a form, and what it would have met beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, g, render_template, request

from core.areas.tree import LOCAL_NAMES
from core.hooks.core_features import ROUTING
from core.intake.sources.queries import source_book
from core.journey.queries.rule_preview import Met, findings_about, names_for, past_met, policy_for
from core.journey.settings.drafting import Wish
from core.journey.settings.editing import Opened
from core.kit.saying import said
from core.people.roles import Permission
from core.routing.policy import RoutingPolicy
from core.routing.ruleset import Finding, Phase, Rule, Wording
from core.routing.ruleset.rules import PHASE_LABELS, RuleSet
from core.routing.settings import LIMITS, RULES
from core.units.catalogue.queries import DUTY_LIST
from core.units.mailboxes.queries import mailbox_book
from core.units.queries import directory
from core.web.admin.drafting import drafted, opened
from core.web.admin.routing_choices import CLOCKS, MODES, Choices
from core.web.admin.routing_form import Faults, RuleForm, form_from, form_of, rule_of, words_of_locked
from core.web.admin.routing_tree import (
    GroupRow,
    LeafRow,
    LockedRow,
    TreeForm,
    needs_value,
    operators_of,
)
from core.web.admin.routing_working import CARRIED, LONGEST, Working, working_of
from core.web.admin.trials import WORDS, panel_of
from core.web.input import InputUnusable, text, usable_input
from core.web.refusals import WRONG_INPUT, status_of, words_of
from core.web.visit import Answer, Visit, allows, is_sent_by_script

pages = Blueprint("admin_routing", __name__)
AT = "/admin/routing"
SHOWN = 60
"""Rules on one page of the list."""
PHASE_MEANS: Mapping[str, str] = {
    Phase.SAFETY: "危及人身安全的，最先问",
    Phase.OVERRIDE: "专项行动、利益冲突、领导定过的",
    Phase.CATALOGUE: "职责清单的例外",
    Phase.SPLIT: "一件诉求说了几件事的，提示人来拆",
    Phase.FALLBACK: "规则和清单都没有单位时，由派单台的人员判定",
}


@dataclass
class Page:
    """The editor under way: the rules with what was changed, and the one that is open with what is wrong with it."""

    editor: Opened
    working: Working
    policy: RoutingPolicy
    choices: Choices
    form: RuleForm | None = None
    faults: Faults | None = None
    focus: str = ""

    @property
    def is_locked(self) -> bool:
        """The city has the rules for itself."""
        return RULES in self.editor.locked

    @property
    def open_rule(self) -> Rule | None:
        """The rule that the form says, None where it says none yet."""
        return rule_of(self.form, self.choices)[0] if self.form else None


@pages.get(AT)
@allows(Permission.ADMINISTER)
def show_routing(visit: Visit) -> Answer:
    """Show the rules that hold, or those of a draft (`?draft=N`), with one opened (`?rule=`); after a refusal as they were sent."""
    refusal = g.get("refusal")
    page = _opened(visit)
    if request.method == "POST":
        _take_form(page)
    elif rule := page.working.find(usable_input(request.args.get("rule", ""), 64)):
        page.form = form_of(rule, page.choices.fields)
    elif "new" in request.args:
        page.form = RuleForm(page.working.free_id(_today(visit)))
    shown = _shown(visit, page, refusal=words_of(refusal) if refusal else "")
    return (shown, status_of(refusal)) if refusal else shown


@pages.post(AT)
@allows(Permission.ADMINISTER, again=show_routing)
def edit_routing(visit: Visit) -> Answer:
    """Do what the pressed button says: change the form, open, move or take out a rule, or draft all that was changed."""
    page = _opened(visit)
    _take_form(page)
    deed, _, what = text("do", longest=200).partition(":")
    if deed in ("show", "add", "drop") or not deed:
        _reshape(page, deed, what)
        return _shown(visit, page)
    if deed != "discard" and not _kept(page):
        return _shown(visit, page), _status(page)
    if deed == "save":
        wish = Wish(changes={**page.working.written(), DUTY_LIST: page.editor.values[DUTY_LIST]})
        return drafted(visit, ROUTING.id, wish)
    _do(visit, page, deed, what)
    return _shown(visit, page), _status(page)


@pages.post(f"{AT}/preview")
@allows(Permission.ADMINISTER)
def preview(visit: Visit) -> Answer:
    """Tell how the open rule reads, what it would have met, and what it does to the others; nothing is kept."""
    page = _opened(visit)
    _take_form(page)
    return render_template("admin/routing_preview.html", **_seen(visit, page), alone=True)


def _status(page: Page) -> int:
    """Return with which status the page is shown; a script takes in what is wrong with a form as it takes in all else."""
    return WRONG_INPUT if page.faults and not is_sent_by_script() else 200


def _opened(visit: Visit) -> Page:
    """Return the editor with the changes that the form carries. Raises what `opened` does, and `ChangesUnusable`."""
    editor = opened(visit, ROUTING.id)
    carried = text(CARRIED, longest=LONGEST) if request.method == "POST" else ""
    working = working_of(editor.values, carried)
    policy = policy_for(visit.scope, int(editor.values.get(DUTY_LIST) or 0))
    return Page(editor, working, policy, _choices(visit, policy, working))


def _choices(visit: Visit, policy: RoutingPolicy, working: Working) -> Choices:
    scope = visit.scope
    return Choices(
        names=names_for(policy, working.limit_names),
        units={unit.code: unit for unit in directory(scope).units if unit.kind != "dispatch_desk"},
        limits=working.limits,
        mailboxes={box.name: box.name for box in mailbox_book(scope).mailboxes},
        sources={source.code: source.name for source in source_book(scope).in_use},
        fields=policy.rules.fields,
    )


def _take_form(page: Page) -> None:
    """Take what was typed of the open rule, if one is open."""
    if any("\x00" in value for values in request.form.listvalues() for value in values):
        raise InputUnusable("填写的内容里有无法保存的字符。请删除后重新提交。")
    if request.form.get("id"):
        page.form = form_from(request.form, page.choices)


def _reshape(page: Page, deed: str, what: str) -> None:
    """Change the rows of the open rule; what is wrong with it is not told before it is kept."""
    if page.form is None:
        return
    tree = page.form.tree
    if deed == "add":
        tree = _added(tree, what)
        page.focus = list(dict(tree.placed()))[-1] if not what.isdecimal() else f"{what}.{_size(tree, what) - 1}"
    elif deed == "drop":
        tree = tree.dropped(what)
    page.form = replace(page.form, tree=tree)
    _tell_typed(page)


def _added(tree: TreeForm, what: str) -> TreeForm:
    if what == "group":
        return tree.added("", GroupRow("all" if tree.join == "any" else "any", (LeafRow("text", "contains_any"),)))
    return tree.added(what if what.isdecimal() else "", LeafRow("matter", "under"))


def _size(tree: TreeForm, place: str) -> int:
    row = dict(tree.placed()).get(place)
    return len(row.rows) if isinstance(row, GroupRow) else 1


def _tell_typed(page: Page) -> None:
    """Say at once of an entered name that it names nothing: it would not become a value by more waiting."""
    assert page.form is not None
    _, faults = rule_of(page.form, page.choices)
    typed = {place for place, row in page.form.tree.placed() if isinstance(row, LeafRow) and row.typed}
    page.faults = {name: why for name, why in faults.items() if name in typed | set(page.form.typed)}


def _kept(page: Page) -> bool:
    """Take the open rule in among the others; where it is not right yet, say why and keep it open."""
    if page.form is None or page.is_locked:
        return True
    rule, faults = rule_of(page.form, page.choices)
    page.faults = faults
    if rule is None:
        return False
    page.working = page.working.put(rule)
    return True


def _do(visit: Visit, page: Page, deed: str, what: str) -> None:
    """Carry out a button that is about whole rules or limits."""
    working, opens = page.working, page.form.id if page.form else ""
    match deed:
        case "open":
            opens = what
        case "new":
            page.form = RuleForm(working.free_id(_today(visit)))
            page.focus = "label"
            return
        case "close" | "discard":
            opens = ""
        case "up" | "down":
            working = working.move(what, -1 if deed == "up" else 1)
            page.focus = f"{deed}-{what}"
        case "before" | "behind":
            rule, _, other = what.partition(":")
            working = working.move_beside(rule, other, behind=deed == "behind")
        case "take-out":
            working, opens = working.take_out(what), "" if opens == what else opens
        case "bring-back":
            working = working.bring_back(what)
        case "add-limit":
            working = _with_limit(page, working)
        case "drop-limit":
            if not working.uses_of_limits().get(what):
                working = working.without_limit(what)
    page.working = working
    page.choices = _choices(visit, page.policy, working)
    rule_to_show = working.find(opens)
    page.form = form_of(rule_to_show, page.choices.fields) if rule_to_show else None


def _with_limit(page: Page, working: Working) -> Working:
    """Return the rules with the limit that was typed; what is wrong with it stands beside its field."""
    name, clock, mode = text("limit-name", longest=200), text("limit-clock", longest=20), text("limit-mode", longest=20)
    amount = text("limit-amount", longest=20)
    faults: Faults = {}
    if not 0 < len(name) <= 40:
        faults["limit-name"] = "请写名称，最多 40 个字，如“60 分钟到场”"
    if not (amount.isascii() and amount.isdecimal() and len(amount) < 7 and 0 < int(amount) <= 100_000):
        faults["limit-amount"] = "请写 1 到 100000 的整数"
    if clock not in CLOCKS or mode not in MODES:
        faults["limit-name"] = "请从列表中选择哪一种时限、怎么计"
    page.faults = faults
    if faults:
        return working
    codes = {str(row["code"]) for row in working.limits}
    same = next((str(row["code"]) for row in working.limits if row["label"] == name and row["clock"] != clock), None)
    number = len(codes) + 1
    while (code := f"limit-{number}") in codes:
        number += 1
    return working.with_limit(
        {"code": same or code, "label": name, "clock": clock, "mode": mode, "amount": int(amount)}
    )


def _seen(visit: Visit, page: Page) -> dict[str, object]:
    """Return what is seen beside the form: how the rule reads, what it met, what it does to the others."""
    rule = page.open_rule
    wording = Wording(page.choices.fields, page.choices.names)
    rules = page.working.put(rule).rules if rule else page.working.rules
    met: Met | None = None
    if rule is not None:
        met = past_met(visit.scope, page.policy, rules, rule, now=visit.now)
    return {
        "rule": rule,
        "reading": wording.rule(rule) if rule else "",
        "met": met,
        "found": _found(page, rules, rule),
        "sees_tickets": Permission.SEE_TICKETS in visit.permissions,
    }


@dataclass(frozen=True, slots=True)
class Told:
    """Something to know of a rule: how grave, in words, and the rule that it is about."""

    level: str
    words: str
    rule: str
    label: str


def _found(page: Page, rules: RuleSet, rule: Rule | None) -> Sequence[Told]:
    """Return what is to be known: all faults, and of the open rule what it does to others and they to it."""
    labels = {each.id: each.label for each in rules.rules}
    findings = findings_about(page.policy, rules, page.working.limit_names)
    mine = rule.id if rule else ""
    changed = {*page.working.changed, mine}
    return [
        _told(each, labels, mine)
        for each in findings
        if each.level == "error"
        or (each.level == "warning" and ({each.rule, each.other} & changed))
        or (each.level == "notice" and mine and mine in (each.rule, each.other))
    ]


def _told(finding: Finding, labels: Mapping[str, str], mine: str) -> Told:
    label = labels.get(finding.rule, finding.rule)
    if finding.code == "unreachable":
        before = labels.get(finding.other, finding.other)
        words = (
            said("规则“{label}”被本条完全遮住，今后不会命中", label=label)
            if finding.other == mine
            else said("规则“{label}”被排在前面的“{before}”完全遮住，不会命中", label=label, before=before)
        )
        return Told(finding.level, words, finding.rule, label)
    return Told(finding.level, finding.words, finding.rule, label)


def _shown(visit: Visit, page: Page, refusal: str = "") -> str:
    wording = Wording(page.choices.fields, page.choices.names)
    phases, total, at = _listed(page)
    panel = panel_of(visit, ROUTING.id, page.editor.draft) if page.editor.draft else None
    form = page.form
    return render_template(
        "admin/routing.html",
        page=page,
        editor=page.editor,
        working=page.working,
        changed=page.working.changed,
        choices=page.choices,
        phases=phases,
        total=total,
        at=at,
        per_page=SHOWN,
        wanted=_wanted(),
        sentence=lambda rule: wording.rule(rule).partition("：")[2],
        form=form,
        number=_number(page),
        faults=page.faults or {},
        operators_of=operators_of,
        needs_value=needs_value,
        kind_of=lambda row: type(row).__name__,
        locked_words=lambda row: (
            words_of_locked(row, page.choices.fields, wording) if isinstance(row, LockedRow) else ""
        ),
        locals=LOCAL_NAMES,
        phase_labels=PHASE_LABELS,
        phase_means=PHASE_MEANS,
        limits=page.choices.limit_lines(page.working.uses_of_limits()),
        clocks=CLOCKS,
        modes=MODES,
        carried=page.working.carried(),
        panel=panel,
        refusal=refusal,
        reason=request.form.get("reason", ""),
        asks_fields=LIMITS not in page.editor.locked,
        **(WORDS if panel else {}),
        **_seen(visit, page),
    )


def _listed(page: Page) -> tuple[list[tuple[str, list[tuple[int, Rule]]]], int, int]:
    """Return the rules of this part of the list by phase, each with its number, how many there are, and where it begins."""
    wanted = _wanted()
    numbered = [
        (number, rule)
        for number, rule in enumerate(page.working.rules.in_order(), 1)
        if not wanted or wanted in f"{rule.id} {rule.label} {rule.explain}".casefold()
    ]
    start = request.values.get("from", "")
    at = int(start) if start.isascii() and start.isdecimal() and len(start) < 6 else 0
    if page.form is not None and not wanted:
        ids = [rule.id for _, rule in numbered]
        at = ids.index(page.form.id) // SHOWN * SHOWN if page.form.id in ids else at
    at = at if at < len(numbered) else 0
    phases: dict[str, list[tuple[int, Rule]]] = {}
    for number, rule in numbered[at : at + SHOWN]:
        phases.setdefault(PHASE_LABELS[rule.phase], []).append((number, rule))
    return list(phases.items()), len(numbered), at


def _wanted() -> str:
    return " ".join(request.values.get("q", "").replace("\x00", "")[:60].split()).casefold()


def _number(page: Page) -> int:
    """Return as which one the open rule is asked; a new one comes last."""
    if page.form is None:
        return 0
    if page.working.find(page.form.id):
        return page.working.number_of(page.form.id)
    return len(page.working.rules.rules) + 1


def _today(visit: Visit) -> date:
    return visit.now.astimezone(visit.scope.tenant.zone).date()
