"""The manual says of every figure and measure exactly what the code counts."""

import re
from pathlib import Path

from core.statistics.figures import CORE_METRICS, MEDIANS, SECONDS
from core.statistics.kinds import KINDS
from core.statistics.measures import MEASURES

MANUAL = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|(?: (.+?) \|)?$", re.MULTILINE)


def rows_under(heading: str) -> list[tuple[str, ...]]:
    section = MANUAL.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [tuple(cell for cell in row if cell) for row in ROW.findall(section)]


def test_every_measure_stands_in_the_manual_with_its_exact_meaning() -> None:
    assert rows_under("Measures") == [(measure.column, measure.label, measure.meaning) for measure in MEASURES.values()]


def test_every_kind_stands_in_the_manual_with_its_exact_meaning() -> None:
    assert rows_under("Counts by code") == [(kind.column, kind.label, kind.meaning) for kind in KINDS.values()]


def test_every_figure_stands_in_the_manual_with_its_two_measures() -> None:
    divided = [
        (
            metric.id,
            metric.label,
            f"{'time of ' if metric.unit in SECONDS else ''}`{metric.numerator}`",
            f"`{metric.denominator}`" if metric.denominator else "–",
        )
        for metric in CORE_METRICS
    ]
    middle = [(median.id, median.label, f"middle time of `{median.measure}`", "–") for median in MEDIANS]

    assert rows_under("Figures") == divided + middle
