"""Instructions of leaders 领导批示 in a city: by level and by district, how many were given and reported on."""

from collections.abc import Mapping, Sequence

from core.documents.model import Cell, Section, Table, Words
from core.escalation.labels import LEVEL_LABELS
from core.kit.saying import said, word
from core.statistics.asked import Narrowing
from core.statistics.causes import added
from core.statistics.central.pages import (
    NO_CHOICES,
    Choices,
    CityPage,
    Led,
    Reader,
    count_cell,
    href,
    page,
    rate_cell,
)
from core.statistics.codes import counts_by_code
from core.statistics.gathered.cube import codes_counted
from core.statistics.instructions import GIVEN, REPORTED, by_level
from core.statistics.kinds import KINDS
from core.statistics.queries import Cube

NARROWINGS: tuple[Narrowing, ...] = ("category", "group", "district")


def instructions_page(reading: Reader, choices: Choices = NO_CHOICES) -> CityPage:
    """Return the page. Raises `NotNarrowedSo`."""
    asked = reading.asked.only(*NARROWINGS, of="领导批示")
    now, before = (
        codes_counted(reading.cube, (GIVEN, REPORTED), span, category=asked.category)
        for span in (asked.span, asked.before)
    )
    of = {kind: now[kind].by_district for kind in (GIVEN, REPORTED)}
    own: dict[str, Mapping[str, int]] = {}
    if not asked.narrowed:
        cube = Cube.of(reading.scope)
        own = {kind: counts_by_code(cube, kind, asked.span) for kind in (GIVEN, REPORTED)}
    given, reported = (added([*of[kind].values(), *([own[kind]] if own else [])]) for kind in (GIVEN, REPORTED))
    earlier = added(before[GIVEN].by_district.values())
    levels: list[Sequence[Cell]] = [
        (
            each.label,
            count_cell(each.given),
            count_cell(each.reported),
            count_cell(each.waiting),
            rate_cell(each.reported, each.given),
            count_cell(earlier.get(each.level, 0)),
        )
        for each in by_level(given, reported)
    ]
    rows: list[Sequence[Cell]] = [
        _row(
            Led.to(member.name, href(asked, "instructions", district=member.slug, group="")),
            of[GIVEN].get(member.id, {}),
            of[REPORTED].get(member.id, {}),
        )
        for member in reading.chosen
    ]
    if own:
        rows.append(_row(said("{name}自己登记的", name=reading.scope.tenant.name), own[GIVEN], own[REPORTED]))
    rows.append(_row("合计", given, reported))
    before_words = "各区上月" if asked.month else "各区上期"
    return page(
        reading,
        "instructions",
        "领导批示",
        [
            Section(
                "按领导层级",
                [
                    Words(said("{meaning}。", meaning=word(KINDS[GIVEN].meaning))),
                    Table(("层级", "批示", "已反馈", "待反馈", "反馈率", before_words), levels),
                ],
            ),
            Section(
                "按区（市）县",
                [Table(("区（市）县", *LEVEL_LABELS.values(), "合计", "已反馈", "待反馈", "反馈率"), rows)],
            ),
        ],
        narrowings=NARROWINGS,
    )


def _row(name: str, given: Mapping[str, int], reported: Mapping[str, int]) -> Sequence[Cell]:
    whole, done = sum(given.values()), sum(reported.values())
    return (
        name,
        *(count_cell(given.get(level, 0)) for level in LEVEL_LABELS),
        count_cell(whole),
        count_cell(done),
        count_cell(whole - done),
        rate_cell(done, whole),
    )
