"""What holds about routing as one revision of settings: which version of the duty list, and which routing rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import JSONDecodeError, dumps, loads
from typing import Any, cast

from core.hooks.core_features import ROUTING
from core.hooks.settings import Choices, Line, OneOf, Rows, SettingField, Settings, Whole, complaint, cross_check
from core.hooks.settings.frozen import plain
from core.hooks.table import HookTable
from core.hooks.values import Budget, BudgetMode, ClockName
from core.kit.saying import joined, said, word
from core.routing.ruleset.directory import RoutingDirectory, RoutingMatter
from core.routing.ruleset.faults import RulesUnusable
from core.routing.ruleset.reading import parse_rules
from core.routing.ruleset.rules import Rule, RuleSet
from core.routing.ruleset.wording import Wording
from core.routing.ruleset.writing import dump_rules
from core.units.levels import KnownUnit

RULES, LIMITS = "rules", "limits"
"""Names of settings, beside that of the duty list."""
IN_MINUTES = ("ws", "wall")
"""Modes whose amount an administrator writes in minutes; it is kept in seconds."""
MOST_VERSIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """A limit that a rule can give: of which clock, how long, and what it is called."""

    clock: ClockName
    budget: Budget
    label: str


class DutyListNumber(Whole):
    """The number of a version of the duty list; 0 = none, and nothing is anybody's."""

    def __init__(self) -> None:
        super().__init__(
            min=0,
            max=MOST_VERSIONS,
            load_default=0,
            title="职责清单",
            help="现行哪一版，写版本号；各版见 huiying duties versions",
            risk="dispatch",
        )

    def words(self, value: Any, choices: Choices) -> str:
        """Return which version it is."""
        return said("第 {value} 版", value=value) if value else "没有"


class RoutingRules(SettingField):
    """The routing rules 派单规则, as a list of JSON objects, in the order in which they are written."""

    kind = "rules"
    empty = ()
    is_prefilled = True

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple):
            raise complaint("请填写规则的列表（JSON）")
        try:
            rules = parse_rules({"rules": plain(value)})
        except RulesUnusable as unusable:
            raise complaint(*(fault.sentence for fault in unusable.faults)) from unusable
        written: list[dict[str, Any]] = dump_rules(rules)["rules"]
        return written

    def texts(self, value: Any) -> tuple[str, ...]:
        """Return the rules as one text."""
        return (dumps(plain(value), ensure_ascii=False, indent=1),) if isinstance(value, list | tuple) else ()

    def typed(self, texts: Sequence[str]) -> Any:
        """Return the rules of a text, or the text where it is no JSON."""
        try:
            return loads(texts[0])
        except JSONDecodeError:
            return texts[0]

    def words(self, value: Any, choices: Choices) -> str:
        """Return how many rules there are."""
        return said("{number} 条规则", number=len(value)) if isinstance(value, list | tuple) and value else ""

    def told_apart(self, before: Any, after: Any, choices: Choices) -> Sequence[tuple[str, str, str]]:
        """Return which rules came, went or changed, each as it is read out; and whether their order changed."""
        old, new = _by_id(before), _by_id(after)
        wording = Wording(directory=_named(choices))
        told: list[tuple[str, str, str]] = [
            (
                said("规则“{label}”（{name}）", label=word((new.get(name) or old[name]).label), name=name),
                _words(old.get(name), "没有", wording),
                _words(new.get(name), "删去", wording),
            )
            for name in dict.fromkeys((*old, *new))
            if old.get(name) != new.get(name)
        ]
        kept = [name for name in old if name in new]
        if kept != [name for name in new if name in old]:
            told.append(("先后", joined("、", kept), joined("、", (name for name in new if name in old))))
        return told

    def shape(self) -> dict[str, Any]:
        """Return what stored values depend on."""
        return {**super().shape(), "version": 1}


class LimitRow(Settings):
    """A limit that routing rules give by its code: of which clock, and how long."""

    code = Line(
        required=True,
        longest=40,
        pattern=r"[a-z0-9][a-z0-9-]*",
        pattern_says="代码用小写字母、数字和连字符",
        title="代码",
        help="规则里 limit 写它",
    )
    label = Line(required=True, longest=40, title="名称")
    clock = OneOf(required=True, choices={"handle": "办理", "on_site": "到场", "reply": "答复"}, title="时限")
    mode = OneOf(
        required=True,
        choices={"wd_eod": "工作日", "ws": "工作分钟", "wall": "自然分钟", "natural": "自然日"},
        title="计法",
    )
    amount = Whole(required=True, min=1, max=100_000, title="多少")


class RoutingSettings(Settings):
    """What is in force about routing."""

    duty_list = DutyListNumber()
    rules = RoutingRules(
        load_default=(),
        title="派单规则",
        help="职责清单以外的例外，写法见手册“派单规则”",
        risk="dispatch",
    )
    limits = Rows(
        LimitRow, most=100, load_default=(), title="规则时限", help="派单规则可以给工单的时限", risk="dispatch"
    )

    @cross_check
    def limits_are_there(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Refuse a rule whose limit is not declared, and a limit declared twice for one clock."""
        known = {row["code"] for row in values[LIMITS]}
        wrong = {
            f"{RULES}.{place}": said(
                "规则“{label}”写的时限 {limit} 不在规则时限之列，请先在那里写明", label=rule["label"], limit=limit
            )
            for place, rule in enumerate(values[RULES])
            if (limit := rule["then"].get("limit")) and limit not in known
        }
        pairs = [(row["code"], row["clock"]) for row in values[LIMITS]]
        repeated = {
            f"{LIMITS}.{place}.code": "同一代码的同一种时限写了两次，请删去一个"
            for place, pair in enumerate(pairs)
            if pair in pairs[:place]
        }
        return wrong | repeated


def rules_of(table: HookTable) -> Sequence[Mapping[str, Any]]:
    """Return the routing rules that hold by these settings, as they are written."""
    rules: Sequence[Mapping[str, Any]] = _settings_of(table)[RULES]
    return rules


def limits_written(table: HookTable) -> list[dict[str, Any]]:
    """Return the limits that rules may give, as they are written."""
    written: list[dict[str, Any]] = plain(_settings_of(table)[LIMITS])
    return written


def limits_given(table: HookTable) -> Mapping[str, Sequence[RuleLimit]]:
    """Return the limits that rules may give a ticket, by their code."""
    found: dict[str, list[RuleLimit]] = {}
    for row in _settings_of(table)[LIMITS]:
        amount = row["amount"] * (60 if row["mode"] in IN_MINUTES else 1)
        budget = Budget(cast(BudgetMode, row["mode"]), amount)
        found.setdefault(row["code"], []).append(RuleLimit(cast(ClockName, row["clock"]), budget, row["label"]))
    return found


def _settings_of(table: HookTable) -> Mapping[str, Any]:
    enabled = table.enabled.get(ROUTING.id)
    return enabled.settings if enabled else NOTHING


NOTHING: Mapping[str, Any] = {RULES: (), LIMITS: ()}
"""Where no revision can be read: nothing is anybody's, and a person decides."""


def _by_id(written: Any) -> dict[str, Rule]:
    rules = parse_rules({"rules": written}) if written else RuleSet()
    return {rule.id: rule for rule in rules.rules}


def _named(choices: Choices) -> RoutingDirectory:
    """Return what rules name as the tenant calls it, as far as there are names; the rest stands as its code."""
    names = {
        source: {each.value: each.label for each in choices.get(source, ())}
        for source in ("matter paths", "area paths", "channels")
    }
    return RoutingDirectory(
        {unit.value: KnownUnit(unit.value, unit.label, unit.kind) for unit in choices.get("units", ())},
        {path: RoutingMatter(path, name) for path, name in names["matter paths"].items()},
        names["area paths"],
        names["channels"],
    )


def _words(rule: Rule | None, instead: str, wording: Wording) -> str:
    if rule is None:
        return instead
    return said(
        "{rule}{enabled}优先 {priority}；说明：{explain}",
        rule=wording.rule(rule),
        enabled="" if rule.enabled else word("（停用）"),
        priority=rule.priority,
        explain=rule.explain,
    )
