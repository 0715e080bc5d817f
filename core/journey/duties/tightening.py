"""A round of tightening limits 时限压缩轮次: named, drafted as one version from a rule or a table, tried and approved as any."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from core.hooks.values import Budget, BudgetMode
from core.intake.tabular.opening import open_table
from core.journey.duties.drafting import DEED, DraftedVersion, draft_version, item_named
from core.journey.duties.mending import Wanted
from core.journey.duties.versions import Version, version_of
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.headings import places_of, remark_in
from core.kit.saying import joined, said, unstopped, word
from core.tenancy.scope import Scope
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.limit_history import LIMIT_FIELDS, LimitField, limit_changes
from core.units.catalogue.limits import LimitUnclear, limit_words, read_limit
from core.units.catalogue.lookup import AreaLookup
from core.units.catalogue.queries import Round, duty_list_versions
from core.units.catalogue.rows import FIELD_WORDS, Key
from core.units.catalogue.tightening import Share, shortened, with_limits

LONGEST_NAME = 40
MOST_ITEMS_NAMED = 5
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("编码", "事项编码", "事项", "事项名称", "小类", "code", "item"),
    "area": ("区域", "适用区域", "area"),
    "limit": ("时限", "处置时限", "办理时限", "办结时限", "limit"),
    "on_site": ("到场时限", "到场", "onsite"),
    "after_arrival": ("到场后时限", "到场后处置时限", "afterarrival"),
}


class RoundUnclear(Refused):
    """The name, the rule or the table of a round cannot be used; the message says what to write."""

    code = "round-unclear"


class RoundChangesNothing(Refused):
    """No limit gets shorter by the round."""

    code = "round-changes-nothing"


class RoundNameTaken(Refused):
    """A round of this name was drafted before."""

    code = "round-name-taken"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which limits a round shortens, by what share, and not below what: items or what they lie under, empty = all."""

    share: str
    floors: Sequence[str] = ()
    items: Sequence[str] = ()
    field: LimitField = "limit"


def draft_round(scope: Scope, name: str, how: Rule | Path, wanted: Wanted) -> DraftedVersion:
    """Draft the version in which the limits are shorter by a rule, or as a table of items and limits says.

    It is tried on past tickets, agreed to by another person and activated as any version. Raises `RoundUnclear`,
    `RoundNameTaken`, `RoundChangesNothing`, `LimitsLoosened`, `NoSuchItem`, and what `draft_version` does.
    """
    administering(wanted.actor, DEED)
    base = version_of(scope, wanted.version)
    title = _name(scope, name)
    if isinstance(how, Rule):
        catalogue, words = _by_rule(base, how)
    else:
        catalogue, words = _by_table(base, how)
    now = wanted.now.astimezone(scope.tenant.zone)
    changes = limit_changes(base.catalogue, catalogue, on=now.date(), reason=title)
    if not changes:
        raise RoundChangesNothing(
            said("“{title}”没有缩短任何时限：都已经在底线上，或写的与现在相同。请改规则或表格。", title=title)
        )
    drafted = draft_version(
        scope,
        catalogue,
        gazetteer=base.gazetteer,
        base=base,
        reason=wanted.reason,
        actor=wanted.actor,
        now=wanted.now,
        loosened=wanted.loosened,
        notes=(
            said(
                "{title}：{words}；{number:,} 个事项的时限缩短",
                title=title,
                words=words,
                number=len({change.matter for change in changes}),
            ),
        ),
        tightening=Round(title, words),
    )
    if not drafted.is_new:
        raise RoundChangesNothing(
            said(
                "第 {number} 版已经是这样写的，不能再作为“{title}”起草。请直接启用第 {number} 版，或改规则。",
                number=drafted.number,
                title=title,
            )
        )
    return drafted


def _name(scope: Scope, name: str) -> str:
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME:
        raise RoundUnclear(
            said("请给这一轮起个名称，如 第二轮时限压缩，不超过 {longest_name} 字。", longest_name=LONGEST_NAME)
        )
    if taken := next((line.number for line in duty_list_versions(scope) if line.round.name == title), None):
        raise RoundNameTaken(
            said("第 {taken} 版就是“{title}”。请换一个名称，如 {title}（修订）。", taken=taken, title=title)
        )
    return title


def _by_rule(base: Version, rule: Rule) -> tuple[Catalogue, str]:
    catalogue = base.catalogue
    codes = [item_named(catalogue, item) for item in rule.items] or [
        top.code for top in catalogue.matters.children(None)
    ]
    share, floors = _share(rule.share), dict(map(_floor, rule.floors))
    named = joined("、", (catalogue.matters.words(code) for code in codes[:MOST_ITEMS_NAMED]))
    more = said("等 {number} 类", number=len(codes)) if len(codes) > MOST_ITEMS_NAMED else ""
    least = joined("、", (limit_words(Budget(mode, amount)) for mode, amount in floors.items()))
    words = said(
        "{named}{items}的{field}缩短{share}",
        named=named if rule.items else word("全部事项"),
        items=more if rule.items else "",
        field=word(FIELD_WORDS[rule.field]),
        share=rule.share,
    )
    return (
        shortened(catalogue, codes, rule.field, Share(share, floors)),
        said("{words}，不低于 {least}", words=words, least=least) if least else words,
    )


def _share(text: str) -> Fraction:
    plain = text.strip()
    try:
        share = Fraction(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share < 1:
        raise RoundUnclear(said("缩短多少“{text}”看不懂。请写成 1/3 或 20%，大于零、不到全部。", text=text[:20]))
    return share


def _floor(text: str) -> tuple[BudgetMode, int]:
    try:
        limit = read_limit(text)
    except LimitUnclear as refusal:
        raise RoundUnclear(said("底线{message}。", message=refusal.message.removeprefix("时限"))) from refusal
    return limit.mode, limit.amount


def _by_table(base: Version, path: Path) -> tuple[Catalogue, str]:
    table = open_table(path, is_header=lambda cells: "item" in places_of(cells, COLUMNS))
    places = places_of(table.columns, COLUMNS)
    fields = [field for field in LIMIT_FIELDS if field in places]
    if "item" not in places or not fields:
        raise RoundUnclear(
            said(
                "{name} 里没有认出“编码”和“时限”两列。请把表头写成 编码、时限（到场时限、区域可不写）。", name=path.name
            )
        )
    limits: dict[tuple[Key, LimitField], Budget] = {}
    faults: list[str] = []
    areas = AreaLookup(base.catalogue.areas)
    for row in table.rows():
        cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in places.items()}
        try:
            area = areas.code_of(cells["area"]) if cells.get("area") else None
            key = item_named(base.catalogue, cells["item"]), area
            for field in fields:
                if cells[field]:
                    limits[key, field] = read_limit(cells[field], unit=remark_in(table.columns[places[field]]))
        except Refused as refusal:
            faults.append(said("第 {number} 行：{message}", number=row.number, message=unstopped(refusal.message)))
    if faults:
        raise RoundUnclear(joined("；", _some(faults)) + "。请改正后再起草，现在什么也没有改。")
    return with_limits(base.catalogue, limits), said("按表格 {name}，{number:,} 处", name=path.name, number=len(limits))


def _some(faults: Sequence[str], shown: int = 20) -> Iterator[str]:
    yield from faults[:shown]
    if len(faults) > shown:
        yield said("另有 {number:,} 行", number=len(faults) - shown)
