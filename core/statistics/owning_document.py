"""Parts of a month's report: filing in time, who was asked and handled first, and figures from elsewhere."""

from collections.abc import Sequence

from core.documents.model import Cell, Number, Section, Table
from core.kit.saying import joined, said
from core.sla.budgets import duration_words
from core.statistics.filing import Filing
from core.statistics.outside.queries import Compared, OutsideLine
from core.statistics.owners import LABELS, SHOWN, UnitOwning
from core.statistics.words import NOTHING, growth_words


def owning_sections(filing: Sequence[Filing], owning: Sequence[UnitOwning]) -> list[Section]:
    """Return the sections about filing and about who was asked and handled first, as far as there is anything to tell."""
    sections = []
    if filing:
        sections.append(Section("限时立案（等人受理的诉求，从提交起算）", [filing_table(filing)]))
    if owning:
        sections.append(Section("首问首办（不因转派改变；退单尝试含被拦下的）", [owning_table(owning)]))
    return sections


def outside_sections(lines: Sequence[OutsideLine]) -> list[Section]:
    """Return the section about figures from elsewhere, with who counted them; none where there are none."""
    return [Section("外部数字（由其他单位统计，不是本系统的数）", [outside_table(lines)])] if lines else []


def filing_table(filing: Sequence[Filing]) -> Table:
    """Return how fast messages were filed, all together first."""
    rows = [
        (
            each.label,
            f"{each.in_time:,}/{each.due:,}",
            NOTHING if each.median is None else duration_words(float(each.median)),
            NOTHING if each.slowest is None else duration_words(each.slowest),
            _count(each.waiting),
        )
        for each in filing
    ]
    return Table(("渠道", "按时/有时限", "中位用时", "最慢", "至今未受理"), rows)


def owning_table(owning: Sequence[UnitOwning]) -> Table:
    """Return each unit's numbers."""
    rows: list[list[Cell]] = [[each.name, *(_count(each.counts[key]) for key in SHOWN)] for each in owning]
    return Table(("单位", *(LABELS[key] for key in SHOWN)), rows)


def outside_table(lines: Sequence[OutsideLine]) -> Table:
    """Return figures from elsewhere: the month and the year so far, each beside the year before."""
    rows = [_outside_row(line) for line in lines]
    return Table(("指标", "本月", "上年同月", "同比", "本年累计", "上年同期", "同比", "来源"), rows)


def _outside_row(line: OutsideLine) -> list[Cell]:
    corrected = said("，已更正 {corrected} 次", corrected=line.corrected) if line.corrected else ""
    return [line.name, *_compared(line.month), *_compared(line.year), joined("、", line.sources) + corrected]


def _compared(compared: Compared) -> Sequence[Cell]:
    numbers: list[Cell] = [NOTHING if value is None else _count(value) for value in (compared.now, compared.before)]
    return [*numbers, growth_words(compared.change)]


def _count(count: int) -> Number:
    return Number(f"{count:,}", count)
